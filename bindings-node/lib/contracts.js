'use strict'

const { isDate, isPromise, shown } = require('./values.js')

const ACCEPTED = 'give rows as an array of objects, or columns as an object of arrays'

/** A table of contracts, rows or columns, as the JSON of columns by name. */
function tableJson(data, fail) {
  if (isPromise(data)) return fail(`is a Promise: an await is missing; ${ACCEPTED}`)
  if (typeof data !== 'object' || data === null || isDate(data) || ArrayBuffer.isView(data) || data instanceof ArrayBuffer) {
    return fail(`is ${shown(data)}; ${ACCEPTED}`)
  }
  const isRows = typeof data[Symbol.iterator] === 'function'
  const columns = isRows ? ofRows(data, fail) : Object.entries(data)
  const written = Array.from(columns, ([name, values]) => `${JSON.stringify(name)}:${columnJson(name, values, fail)}`)
  return `{${written.join(',')}}`
}

/** Rows as columns: of every name that a row has, in the order in which they come up. */
function ofRows(rows, fail) {
  const columns = new Map()
  let n = 0
  for (const row of rows) {
    if (typeof row !== 'object' || row === null || Array.isArray(row) || isDate(row)) {
      return fail(`holds ${shown(row)} in row ${n}; ${ACCEPTED}`)
    }
    for (const name of Object.keys(row)) {
      if (!columns.has(name)) columns.set(name, new Array(n).fill(null))
      columns.get(name).push(row[name])
    }
    n++
    for (const values of columns.values()) if (values.length < n) values.push(null)
  }
  return columns
}

function columnJson(name, values, fail) {
  if (typeof values === 'object' && values !== null && 'codes' in values && 'values' in values) {
    return columnJson(name, Array.from(values.codes, (code) => values.values[code]), fail)
  }
  if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && !(values instanceof DataView))) {
    return fail(`has the column ${JSON.stringify(name)}, which is ${shown(values)}; ${ACCEPTED}`)
  }
  return `[${Array.from(values, cellJson).join(',')}]`
}

/** A value; what no column can hold is told by the call with its row, if it looks at the column at all. */
function cellJson(value) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null'
    case 'bigint':
      return String(value)
    case 'undefined':
      return 'null'
    default:
      if (value === null) return 'null'
      if (isDate(value)) return Number.isNaN(value.getTime()) ? 'null' : JSON.stringify(value)
      return '[]'
  }
}

module.exports = { tableJson }
