'use strict'

const { setImmediate: immediate } = require('node:timers/promises')
const { fromColumns } = require('./columns.js')
const { invalidData } = require('./errors.js')
const { Pack } = require('./pack.js')
const { parcelOf } = require('./parcel.js')
const { isDate, isPromise, shown } = require('./values.js')

/** Rows packed at a time off the fast path: some milliseconds. */
const ROWS_AT_A_TIME = 16_384

const ACCEPTED = 'give rows as an array of objects, columns as an object of arrays, Arrow IPC bytes, or a History'

/** What data is: `rows`, `columns` or `bytes`, with the value in the form that the rest expects. */
function classify(data) {
  if (Array.isArray(data)) return ['rows', data]
  if (data instanceof Uint8Array) return ['bytes', data]
  if (data instanceof ArrayBuffer) return ['bytes', new Uint8Array(data)]
  if (isPromise(data)) throw invalidData('data', `data is a Promise: an await is missing; ${ACCEPTED}`)
  if (typeof data === 'string') {
    throw invalidData('data', `data is ${shown(data)}; to read a file, give await History.fromCsv(path)`)
  }
  if (typeof data !== 'object' || data === null || isDate(data) || ArrayBuffer.isView(data)) {
    throw invalidData('data', `data is ${shown(data)}; ${ACCEPTED}`)
  }
  if (Array.isArray(data.rows) && 'rowCount' in data) {
    throw invalidData('data', 'data is the result of a query; give its rows: result.rows')
  }
  if (typeof data.schema === 'object' && Array.isArray(data.batches)) {
    throw invalidData('data', "data is a table of apache-arrow; give its bytes: tableToIPC(table, 'stream')")
  }
  if (typeof data[Symbol.iterator] === 'function') return ['rows', Array.from(data)]
  if (typeof data[Symbol.asyncIterator] === 'function') {
    throw invalidData('data', 'data is a stream; gather its rows first: await Array.fromAsync(stream), or push them one by one')
  }
  return ['columns', data]
}

/** Rows or columns in the form the native part reads. */
function columnsOf([form, data], reading) {
  if (form === 'columns') return fromColumns(data, reading)
  const pack = new Pack(data, reading)
  pack.push(0, data.length)
  return pack.finish()
}

/**
 * Rows or columns as they are handed over at once: `onParcel` is called with rows in one piece, where they fit into one, and
 * `onColumns` with columns else.
 */
function handOver([form, data], reading, onParcel, onColumns) {
  const parcel = form === 'rows' ? parcelOf(data, reading) : undefined
  return parcel === undefined ? onColumns(columnsOf([form, data], reading)) : onParcel(parcel)
}

/** Rows or columns as columns, in steps, between which the event loop goes on. */
async function columnsInSteps([form, data], reading, goOn) {
  if (form === 'columns' || data.length <= ROWS_AT_A_TIME) return columnsOf([form, data], reading)
  const pack = new Pack(data, reading)
  for (let from = 0; from < data.length; from += ROWS_AT_A_TIME) {
    pack.push(from, Math.min(from + ROWS_AT_A_TIME, data.length))
    await immediate()
    goOn()
  }
  return pack.finish()
}

module.exports = { classify, handOver, columnsInSteps }
