'use strict'

const { invalidData } = require('./errors.js')
const native = require('./native.js')
const { hint } = require('./suggest.js')
const { isDate, isPromise, shown, slip, wrongId, FIRST_MS, LAST_MS, MIN_INT, MAX_INT } = require('./values.js')

/** The code of a row without a text. */
const NONE = 0xffffffff

/** What one unit of time is in milliseconds. */
const MS_OF = { seconds: 1e3, milliseconds: 1, microseconds: 1e-3, nanoseconds: 1e-6 }

/** Identifiers: whole numbers as long as all are, else texts, each once. */
class Ids {
  constructor({ name, column, read }, n) {
    this.name = name
    this.column = column
    this.read = read
    this.n = n
    /** Whole numbers so far; given up for texts, or for wide numbers. */
    this.ints = undefined
    this.wide = undefined
    this.codes = undefined
    this.places = undefined
    this.fresh = undefined
    this.parts = []
    this.seen = false
  }

  push(rows, from, to) {
    let row = from
    while (row < to) {
      if (this.codes !== undefined) row = this.pushTexts(rows, row, to)
      else if (this.wide !== undefined) row = this.pushWide(rows, row, to)
      else row = this.pushInts(rows, row, to)
    }
    // What is new goes into one string per push, so that no single one takes long.
    if (this.fresh !== undefined && this.fresh.length > 0) {
      this.parts.push(this.fresh.join('\0'))
      this.fresh = []
    }
  }

  /** Goes on with whole numbers; answers the first row that needs another form. */
  pushInts(rows, from, to) {
    const { read } = this
    this.ints ??= new Float64Array(this.n).fill(NaN, 0, from)
    const { ints } = this
    for (let row = from; row < to; row++) {
      const value = read(rows[row])
      if (typeof value === 'number') {
        if (!Number.isSafeInteger(value)) this.refuse(value, row)
        ints[row] = value
        this.seen = true
      } else if (value === undefined || value === null) {
        ints[row] = NaN
      } else {
        if (typeof value === 'bigint' && value >= MIN_INT && value <= MAX_INT) {
          const number = Number(value)
          if (Number.isSafeInteger(number)) {
            ints[row] = number
            this.seen = true
            continue
          }
          this.widen(row)
        } else {
          this.toTexts(rows, row)
        }
        return row
      }
    }
    return to
  }

  widen(row) {
    this.wide = new BigInt64Array(this.n)
    for (let i = 0; i < row; i++) this.wide[i] = Number.isNaN(this.ints[i]) ? MIN_INT : BigInt(this.ints[i])
    this.ints = undefined
  }

  pushWide(rows, from, to) {
    for (let row = from; row < to; row++) {
      const value = this.read(rows[row])
      if (value === undefined || value === null) this.wide[row] = MIN_INT
      else if (typeof value === 'bigint' && value > MIN_INT && value <= MAX_INT) this.wide[row] = value
      else if (Number.isSafeInteger(value)) this.wide[row] = BigInt(value)
      else {
        this.toTexts(rows, row)
        return row
      }
    }
    this.seen = true
    return to
  }

  /** Turns what there is into texts. */
  toTexts(rows, row) {
    this.codes = new Uint32Array(this.n)
    this.places = new Map()
    this.fresh = []
    this.ints = undefined
    this.wide = undefined
    if (row > 0) this.pushTexts(rows, 0, row)
  }

  pushTexts(rows, from, to) {
    const { read, codes, places } = this
    let last
    let code = NONE
    for (let row = from; row < to; row++) {
      const value = read(rows[row])
      if (typeof value === 'string') {
        if (value !== last) {
          const place = places.get(value)
          code = place === undefined ? this.place(value) : place
          last = value
        }
        codes[row] = code
      } else if (value === undefined || value === null) {
        codes[row] = NONE
      } else {
        if (!(typeof value === 'bigint' || Number.isSafeInteger(value))) this.refuse(value, row)
        const text = String(value)
        codes[row] = places.get(text) ?? this.place(text)
      }
    }
    this.seen = true
    return to
  }

  place(text) {
    if (text.includes('\0') || !text.isWellFormed()) {
      throw invalidData(this.name, `${this.name} holds ${JSON.stringify(text.slice(0, 60))}, which is no valid text; take U+0000 and half characters out`)
    }
    const place = this.places.size
    this.places.set(text, place)
    this.fresh.push(text)
    return place
  }

  refuse(value, row) {
    throw invalidData(this.name, `${this.name} of row ${row} ${wrongId(value)}`, row)
  }

  into(out) {
    if (this.codes !== undefined) {
      out.push(this.column, 'codes', this.codes, this.parts.length === 0 ? [''] : this.parts)
    } else if (this.wide !== undefined) {
      out.push(this.column, 'wide', this.wide, null)
    } else if (this.seen) {
      out.push(this.column, 'ints', this.ints, null)
    } else {
      // Nothing but missing identifiers.
      out.push(this.column, 'codes', new Uint32Array(this.n).fill(NONE), [''])
    }
  }
}

/** Instants: milliseconds as long as no text comes. */
class Times {
  constructor({ name, column, read }, n, unit) {
    this.name = name
    this.column = column
    this.read = read
    this.unit = unit
    this.factor = unit === undefined ? 1 : MS_OF[unit]
    this.ms = new Float64Array(n)
    this.texts = undefined
    this.seen = false
  }

  push(rows, from, to) {
    const { read, ms } = this
    for (let row = from; row < to; row++) {
      const value = read(rows[row])
      if (value === undefined || value === null) {
        ms[row] = NaN
        if (this.texts !== undefined) this.texts[row] = null
        continue
      }
      this.seen = true
      let at
      if (typeof value === 'object' && isDate(value)) at = value.getTime()
      else if (typeof value === 'number' || typeof value === 'bigint') at = this.number(value, row)
      if (this.texts === undefined) {
        if (at === at && at !== undefined) {
          ms[row] = at
          continue
        }
        this.toTexts(row)
      }
      this.texts[row] = at === undefined ? this.text(value, row) : Number.isNaN(at) ? String(value) : instant(at)
    }
  }

  /** Milliseconds, from a number of the unit that was said, or of milliseconds that look like it. */
  number(value, row) {
    if (this.unit === undefined) {
      const ms = Number(value)
      if (!(ms >= FIRST_MS && ms <= LAST_MS) && ms === ms) this.slipped(value, ms, row)
      return ms
    }
    if (typeof value === 'bigint' && this.unit === 'nanoseconds') return Number(value / 1000n) / 1e3
    // Microseconds divide; a product with 0.001 would be off in the last place.
    return this.factor < 1 ? Number(value) / Math.round(1 / this.factor) : Number(value) * this.factor
  }

  slipped(value, ms, row) {
    const [unit, date] = slip(ms)
    const remedy =
      unit === ''
        ? 'it lies outside 1980 to 2100; give Dates'
        : `this looks like ${unit} (${date}); give the option timeUnit: '${unit}'`
    throw invalidData(this.name, `${this.name} of row ${row} is ${value}; numbers count milliseconds since 1970, but ${remedy}`, row)
  }

  text(value, row) {
    if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed()
    throw invalidData(this.name, `${this.name} of row ${row} is ${shown(value)}; give a Date, a number or a text such as 2026-01-31`, row)
  }

  toTexts(row) {
    this.texts = []
    for (let i = 0; i < row; i++) this.texts.push(Number.isNaN(this.ms[i]) ? null : instant(this.ms[i]))
  }

  into(out) {
    if (this.texts === undefined) out.push(this.column, 'instants', this.ms, null)
    else if (this.texts.includes(null) || this.texts.some((text) => text.includes('\0'))) out.push(this.column, 'sparse', this.texts, null)
    else out.push(this.column, 'texts', this.texts.length, [this.texts.join('\0')])
  }
}

/** Milliseconds as text, to the microsecond; what is out of range becomes no date. */
function instant(ms) {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return 'Invalid Date'
  const rest = Math.round((ms - date.getTime()) * 1e3)
  return rest > 0 && rest < 1000 ? date.toISOString().replace('Z', `${String(rest).padStart(3, '0')}Z`) : date.toISOString()
}

/** Numbers, which databases may have returned as texts. Once one is no number all go on as texts: the core refuses it, and shows it. */
class Numbers {
  constructor({ name, column, read, field }, n) {
    this.name = name
    this.column = column
    this.read = read
    this.isStrict = field === 'quantity'
    this.numbers = new Float64Array(n)
    this.texts = undefined
    this.seen = false
  }

  push(rows, from, to) {
    const { read, numbers, isStrict } = this
    for (let row = from; row < to; row++) {
      const value = read(rows[row])
      const number = numberOf(value, isStrict)
      if (number !== undefined) {
        numbers[row] = number
        this.seen = this.seen || (value !== undefined && value !== null)
        if (this.texts !== undefined) this.texts[row] = number === number ? String(number) : null
      } else if (typeof value === 'string' || typeof value === 'number') {
        this.toTexts(row)
        this.texts[row] = String(value).toWellFormed()
      } else {
        throw invalidData(this.name, `${this.name} of row ${row} is ${shown(value)}; give a number, or a text such as "12.50"`, row)
      }
    }
  }

  toTexts(row) {
    this.texts ??= Array.from(this.numbers.subarray(0, row), (number) => (number === number ? String(number) : null))
    this.seen = true
  }

  into(out) {
    if (this.texts === undefined) out.push(this.column, 'numbers', this.numbers, null)
    else out.push(this.column, 'sparse', this.texts, null)
  }
}

/** A value as a number, NaN for none; `undefined` for what is no number, as NaN itself where it `isStrict`. */
function numberOf(value, isStrict) {
  if (typeof value === 'number') return value === value || !isStrict ? value : undefined
  if (value === undefined || value === null) return NaN
  if (typeof value === 'string') return fromText(value)
  return typeof value === 'bigint' ? Number(value) : undefined
}

/** A decimal number; an empty text is a missing one, and another text `undefined`. */
function fromText(text) {
  if (text.trim() === '') return NaN
  return /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : undefined
}

const CLASSES = { id: Ids, time: Times, number: Numbers }

/** Packs the values of one field. */
const packer = (field, n, unit) => new CLASSES[field.kind](field, n, unit)

/** Which columns the rows fill, by the names they have by default. */
function present(rows, from, to, found) {
  let { quantity, amount, kind, category, need, packSize, order, undoes, channel, offer, propensity } = found
  for (let i = from; i < to; i++) {
    const row = rows[i]
    quantity = quantity || row.quantity != null
    amount = amount || row.amount != null
    if (row.kind != null) {
      kind = true
      // Read of contacts only, and these have a kind.
      channel = channel || row.channel != null
      offer = offer || row.offer != null
      propensity = propensity || row.propensity != null
    }
    category = category || row.category != null
    need = need || row.need != null
    packSize = packSize || row.packSize != null
    order = order || row.order != null
    undoes = undoes || row.undoes != null
  }
  return { quantity, amount, kind, category, need, packSize, order, undoes, channel, offer, propensity }
}

/** Rows as columns, some rows at a time. */
class Pack {
  constructor(rows, reading) {
    this.rows = rows
    this.reading = reading
    this.n = rows.length
    this.found = {}
    this.columns = new Map()
  }

  push(from, to) {
    const { rows } = this
    for (let i = from; i < to; i++) {
      const row = rows[i]
      if (typeof row !== 'object' || row === null || Array.isArray(row) || isPromise(row)) {
        throw invalidData('data', `row ${i} is ${shown(row)}; give rows as objects such as { customer, at, item }`, i)
      }
    }
    this.found = present(rows, from, to, this.found)
    for (const field of this.reading.fields) {
      if (!field.isAsked && !this.found[field.field]) continue
      let column = this.columns.get(field)
      if (column === undefined) {
        column = packer(field, this.n, this.reading.unit)
        this.columns.set(field, column)
        // A column that appears late was empty so far.
        if (from > 0) column.push(rows, 0, from)
      }
      column.push(rows, from, to)
    }
  }

  /** The columns in the form the native part reads. */
  finish() {
    const out = []
    for (const [field, column] of this.columns) {
      if (this.n > 0 && !column.seen && field.isAsked) this.complain(field)
      column.into(out)
    }
    return out
  }

  /** A column that no row fills is a wrong name, more likely than not; but contacts may be about no item. */
  complain({ field, name }) {
    if (field === 'item' && this.isOfContacts()) return
    const keys = new Set()
    for (const row of this.rows.slice(0, 100)) for (const key of Object.keys(row)) keys.add(key)
    if (keys.has(name)) return
    throw missing(field, name, [...keys], 'no row has')
  }

  /** Whether all rows say that they are about contacts. */
  isOfContacts() {
    const kind = this.reading.fields.find(({ field }) => field === 'kind')
    const kinds = new Set(kind === undefined ? [undefined] : this.rows.map(kind.read))
    return [...kinds].every((word) => typeof word === 'string' && native.isAboutContact(word))
  }
}

function missing(field, name, keys, who) {
  const what = field === 'time' || field === name ? '' : ` (for ${field})`
  const list = keys.length === 0 ? 'there are no columns at all' : hint(name, keys).replace('Allowed are', 'The columns are')
  const example = `columns: { ${field}: '…' }`
  return invalidData(name, `${who} a column ${JSON.stringify(name)}${what}; ${list}. Say which it is: ${example}`)
}

module.exports = { Pack, packer, missing, present, numberOf, NONE, MS_OF }
