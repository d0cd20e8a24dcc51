'use strict'

const { entries, isPlain } = require('./arguments.js')
const { invalidOptions } = require('./errors.js')
const native = require('./native.js')
const errors = require('./errors.js')
const { columns: FIELDS, ingest: OPTIONS } = require('./shapes.js')
const { hint } = require('./suggest.js')
const { shown } = require('./values.js')

/** Values by field, read off a row by the names that rows have by default: the engine knows these places by heart. */
const BY_DEFAULT = {
  customer: (row) => row.customer,
  time: (row) => row.at,
  item: (row) => row.item,
  quantity: (row) => row.quantity,
  amount: (row) => row.amount,
  kind: (row) => row.kind,
  category: (row) => row.category,
  need: (row) => row.need,
  packSize: (row) => row.packSize,
  order: (row) => row.order,
  undoes: (row) => row.undoes,
  channel: (row) => row.channel,
  offer: (row) => row.offer,
  propensity: (row) => row.propensity,
}

/** Readings by what was asked for, so that the core parses each but once. */
const known = new Map()
const MOST_KNOWN = 256

/** How data is read: which column holds what, and the options of ingest. */
function readingOf(options) {
  const { columns, ...ingest } = options ?? {}
  const key = JSON.stringify([columns ?? null, ingest], keyed)
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make(columns, ingest)
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(key, made)
  return made
}

/** Values that JSON would not tell apart. */
function keyed(_, value) {
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') return `\0${typeof value}`
  return typeof value === 'number' && !Number.isFinite(value) ? `\0${value}` : value
}

function make(columns, ingest) {
  const names = columnNames(columns)
  const core = {}
  const fields = []
  for (const [field, { json, isOptional, kind }] of Object.entries(FIELDS)) {
    const name = names[field]
    const byDefault = name === defaultName(field)
    // Files and Arrow tables have the names of all languages.
    const column = byDefault ? (field === 'time' ? 'at' : json) : name
    core[json] = column
    if (name === null) continue
    fields.push({
      field,
      name,
      column,
      kind,
      // A default name is a habit, not a request.
      isAsked: !isOptional || !byDefault,
      isOptional,
      byDefault,
      read: byDefault ? BY_DEFAULT[field] : (row) => row[name],
    })
  }
  const text = `{${entries(OPTIONS, ingest, '').join(',')}}`
  const places = fields.map(({ column }) => column)
  const settings = errors.native(() => new native.Settings(JSON.stringify(core), text, places))
  return { settings, fields, names, unit: ingest.timeUnit ?? undefined }
}

const defaultName = (field) => (field === 'time' ? 'at' : field)

/** The column of everything, with the defaults for what is not said. */
function columnNames(given) {
  const names = {}
  for (const field of Object.keys(FIELDS)) names[field] = defaultName(field)
  if (given === undefined || given === null) return names
  if (!isPlain(given)) throw invalidOptions('columns', `columns is ${shown(given)}; give an object such as { customer: 'user_id' }`)
  for (const [key, name] of Object.entries(given)) {
    const field = key === 'at' ? 'time' : key
    if (!Object.hasOwn(FIELDS, field)) {
      throw invalidOptions('columns', `there is no columns.${key}; ${hint(key, Object.keys(FIELDS))}`)
    }
    if (name === undefined) continue
    if (typeof name !== 'string' && !(name === null && FIELDS[field].isOptional)) {
      throw invalidOptions('columns', `columns.${key} is ${shown(name)}; give the name of a column`)
    }
    names[field] = name
  }
  return names
}

module.exports = { readingOf }
