'use strict'

const { invalidData } = require('./errors.js')
const { missing, packer, MS_OF, NONE } = require('./pack.js')
const { textColumn } = require('./texts.js')
const { shown, FIRST_MS, LAST_MS } = require('./values.js')

const isNumeric = (value) => ArrayBuffer.isView(value) && !(value instanceof DataView)
const isWide = (value) => value instanceof BigInt64Array || value instanceof BigUint64Array
const isDictionary = (value) => typeof value === 'object' && value !== null && 'codes' in value && 'values' in value

/** Columns of equal length in the form the native part reads. */
function fromColumns(data, reading) {
  const out = []
  let first
  for (const field of reading.fields) {
    const { name } = field
    const given = Object.hasOwn(data, name) ? data[name] : undefined
    if (given === undefined || given === null) {
      if (field.isAsked) throw missing(field.field, name, Object.keys(data), 'the data has no')
      continue
    }
    const n = length(given, name)
    first ??= { name, n }
    if (n !== first.n) {
      throw invalidData(name, `column ${name} has ${n} rows, column ${first.name} has ${first.n}; give columns of equal length`)
    }
    column(field, given, n, reading, out)
  }
  return out
}

function length(given, name) {
  if (Array.isArray(given) || isNumeric(given)) return given.length
  if (isDictionary(given)) {
    if (isNumeric(given.codes) && !isWide(given.codes) && Array.isArray(given.values)) return given.codes.length
    throw invalidData(name, `column ${name} has codes or values of a wrong kind; give { codes: Uint32Array, values: string[] }`)
  }
  throw invalidData(name, `column ${name} is ${shown(given)}; give an array, a typed array, or { codes, values }`)
}

function column(field, given, n, reading, out) {
  const { name, kind } = field
  if (isDictionary(given)) return dictionary(field, given, reading, out)
  if (Array.isArray(given)) return plain(field, given, n, reading, out)
  // Another thread could change what is being read.
  const shared = typeof SharedArrayBuffer !== 'undefined' && given.buffer instanceof SharedArrayBuffer
  const array = shared ? given.slice() : given
  if (kind === 'id') ids(field, array, out)
  else if (kind === 'time') times(field, array, reading, out)
  else numbers(field, array, out)
}

/** An ordinary array: of texts, or value by value. */
function plain(field, values, n, reading, out) {
  const texts = field.kind === 'id' ? textColumn(values) : undefined
  if (texts !== undefined) return out.push(field.column, ...texts)
  const pack = packer({ ...field, read: (value) => value }, n, reading.unit)
  pack.push(values, 0, n)
  pack.into(out)
}

/** Texts given once each, and for each row the place of its text. */
function dictionary(field, { codes, values }, reading, out) {
  const { name } = field
  const texts = field.kind === 'id' && values.length > 0 && values.every((value) => typeof value === 'string')
  if (!texts) {
    const at = (code) => {
      const value = values[code]
      if (value === undefined && code !== NONE && code !== -1) {
        throw invalidData(name, `column ${name} has the code ${code}, but only ${values.length} values`)
      }
      return value
    }
    return plain(field, Array.from(codes, at), codes.length, reading, out)
  }
  const places = codes instanceof Uint32Array ? codes : Uint32Array.from(codes)
  for (let row = 0; row < places.length; row++) {
    if (places[row] >= values.length && places[row] !== NONE) {
      throw invalidData(name, `column ${name} has the code ${codes[row]} in row ${row}, but only ${values.length} values`, row)
    }
  }
  for (const value of values) {
    if (value.includes('\0')) throw invalidData(name, `column ${name} holds a text with U+0000; take it out`)
  }
  const joined = values.join('\0')
  if (!joined.isWellFormed()) throw invalidData(name, `column ${name} holds half of a character; repair the text`)
  out.push(field.column, 'codes', places, [joined])
}

function ids({ name, column }, array, out) {
  if (array instanceof BigInt64Array) return out.push(column, 'wide', array, null)
  if (isWide(array) || array instanceof Float32Array) {
    throw invalidData(name, `column ${name} is a ${array.constructor.name}; give identifiers as BigInt64Array, Float64Array or Int32Array`)
  }
  if (array instanceof Float64Array) {
    for (let row = 0; row < array.length; row++) {
      const value = array[row]
      if (!Number.isSafeInteger(value) && value === value) {
        throw invalidData(name, `${name} of row ${row} is ${value}; an identifier is a whole number below 2^53, a bigint or a string`, row)
      }
    }
  }
  out.push(column, 'ints', array instanceof Float64Array ? array : Float64Array.from(array), null)
}

function times(field, array, reading, out) {
  const { column } = field
  const { unit } = reading
  if (array instanceof BigInt64Array && unit === 'microseconds') return out.push(column, 'micros', array, null)
  if (array instanceof Float64Array && (unit === undefined || unit === 'milliseconds')) {
    for (let row = 0; unit === undefined && row < array.length; row++) {
      if (array[row] < FIRST_MS || array[row] > LAST_MS) return plain(field, array, array.length, reading, out)
    }
    return out.push(column, 'instants', array, null)
  }
  if (unit !== undefined && !isWide(array) && MS_OF[unit] >= 1) {
    return out.push(column, 'instants', Float64Array.from(array, (x) => x * MS_OF[unit]), null)
  }
  plain(field, array, array.length, reading, out)
}

function numbers({ column, field }, array, out) {
  const values = array instanceof Float64Array ? array : Float64Array.from(array, Number)
  // NaN is a number that went wrong for quantities, and an unknown one for the rest.
  const wrong = field === 'quantity' && values.some(Number.isNaN)
  out.push(column, wrong ? 'given' : 'numbers', values, null)
}

module.exports = { fromColumns }
