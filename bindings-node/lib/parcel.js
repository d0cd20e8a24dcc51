'use strict'

const { isPromise, FIRST_MS, LAST_MS } = require('./values.js')
const { NONE, numberOf, present } = require('./pack.js')
const { isSound } = require('./texts.js')

// A few rows in one piece: their numbers in one array, which serves call after call, and their texts in one string. What crosses
// to the native part costs by the piece, so that for a request's rows the pieces would cost more than what is in them.
//
// The array begins with how many rows and columns there are, and for each column its field (the place among the reading's), its
// kind, and how many texts are its own; then come the columns' numbers, as many each as there are rows. The texts of all columns
// are joined by NUL. Rows of any other form are left to `Pack`, which also finds the words for what is wrong with them.

/** Room for the numbers: 128 kB. */
const MOST_CELLS = 16_384

/** What a column holds; the native part knows the same numbers. */
const CODES = 0
const TEXTS = 1
const NUMBERS = 2
const INTS = 3
const INSTANTS = 4

const cells = new Float64Array(MOST_CELLS)

/** Whether rows are being read right now: reading one may call whatever its owner wrote. */
let isBusy = false

/** The rows in one piece, good until the next; nothing when they are too many or of another form. */
function parcelOf(rows, reading) {
  const room = 2 + reading.fields.length * (3 + rows.length)
  if (isBusy || rows.length === 0 || room > MOST_CELLS) return undefined
  isBusy = true
  try {
    return fill(rows, reading)
  } finally {
    isBusy = false
  }
}

function fill(rows, reading) {
  const { fields } = reading
  const n = rows.length
  for (let i = 0; i < n; i++) {
    const row = rows[i]
    if (typeof row !== 'object' || row === null || Array.isArray(row) || isPromise(row)) return undefined
  }
  const found = present(rows, 0, n, {})
  const texts = []
  let head = 2
  let at = 2 + fields.length * 3
  for (let place = 0; place < fields.length; place++) {
    const field = fields[place]
    if (!field.isAsked && !found[field.field]) continue
    const before = texts.length
    const kind = WRITERS[field.kind](rows, field, at, texts, reading.unit)
    if (kind < 0) return undefined
    cells[head] = place
    cells[head + 1] = kind
    cells[head + 2] = texts.length - before
    head += 3
    if (kind !== TEXTS) at += n
  }
  cells[0] = n
  cells[1] = (head - 2) / 3
  return { cells, texts: texts.join('\0') }
}

/** What a column's writer answers when it cannot go on. */
const OTHER = -1

/** Identifiers: whole numbers, or texts, each once. */
function ids(rows, { read, isAsked }, at, texts) {
  for (let row = 0; row < rows.length; row++) {
    const value = read(rows[row])
    if (value === undefined || value === null) continue
    if (typeof value === 'string') return idTexts(rows, read, at, texts)
    return typeof value === 'number' ? idInts(rows, read, at) : OTHER
  }
  if (isAsked) return OTHER
  cells.fill(NONE, at, at + rows.length)
  texts.push('')
  return CODES
}

function idInts(rows, read, at) {
  for (let row = 0; row < rows.length; row++) {
    const value = read(rows[row])
    if (value === undefined || value === null) cells[at + row] = NaN
    else if (Number.isSafeInteger(value)) cells[at + row] = value
    else return OTHER
  }
  return INTS
}

function idTexts(rows, read, at, texts) {
  const first = texts.length
  let places
  let last
  let code = 0
  for (let row = 0; row < rows.length; row++) {
    const value = read(rows[row])
    if (value === last && value !== undefined) {
      cells[at + row] = code
    } else if (typeof value === 'string') {
      places ??= new Map()
      const place = places.get(value)
      if (place === undefined) {
        if (!isSound(value)) return OTHER
        code = texts.length - first
        places.set(value, code)
        texts.push(value)
      } else {
        code = place
      }
      last = value
      cells[at + row] = code
    } else if (value === undefined || value === null) {
      cells[at + row] = NONE
    } else {
      return OTHER
    }
  }
  return CODES
}

/** Instants: `Date`s and milliseconds, or texts. */
function times(rows, { read }, at, texts, unit) {
  const isMs = unit === undefined || unit === 'milliseconds'
  let seen = false
  for (let row = 0; row < rows.length; row++) {
    const value = read(rows[row])
    if (value instanceof Date) {
      const ms = value.getTime()
      if (ms !== ms) return OTHER
      cells[at + row] = ms
      seen = true
    } else if (typeof value === 'number') {
      if (!(isMs && value >= FIRST_MS && value <= LAST_MS)) return OTHER
      cells[at + row] = value
      seen = true
    } else if (value === undefined || value === null) {
      cells[at + row] = NaN
    } else {
      return row === 0 ? timeTexts(rows, read, texts) : OTHER
    }
  }
  return seen ? INSTANTS : OTHER
}

function timeTexts(rows, read, texts) {
  for (let row = 0; row < rows.length; row++) {
    const value = read(rows[row])
    if (typeof value !== 'string' || !isSound(value)) return OTHER
    texts.push(value)
  }
  return TEXTS
}

/** Numbers, which databases may have returned as texts. */
function numbers(rows, { read, field, isAsked }, at) {
  let seen = false
  for (let row = 0; row < rows.length; row++) {
    const value = read(rows[row])
    if (value === undefined || value === null) {
      cells[at + row] = NaN
      continue
    }
    seen = true
    const number = numberOf(value, field === 'quantity')
    if (number === undefined) return OTHER
    cells[at + row] = number
  }
  return seen || !isAsked ? NUMBERS : OTHER
}

const WRITERS = { id: ids, time: times, number: numbers }

module.exports = { parcelOf }
