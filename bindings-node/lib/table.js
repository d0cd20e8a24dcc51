'use strict'

const { invalidOptions, native: guarded } = require('./errors.js')
const run = require('./run.js')
const { hint } = require('./suggest.js')
const { shown } = require('./values.js')

const inspect = Symbol.for('nodejs.util.inspect.custom')

/** `prob_within_7_days` as `probWithin7Days`. */
const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase())

/** Columns of equal length. */
class Table {
  #native
  #places
  #data = new Map()
  #columns

  constructor(key, made) {
    if (key !== run.classes.key) throw invalidOptions('Table', 'a Table is not made with new: it comes from await model.replenishment(…)')
    this.#native = made
    this.#places = new Map(made.columns().map(([name, kind], place) => [camel(name), { place, kind }]))
  }

  get nRows() {
    return this.#native.nRows
  }

  get names() {
    return [...this.#places.keys()]
  }

  get columns() {
    if (this.#columns === undefined) {
      const columns = {}
      for (const name of this.#places.keys()) {
        Object.defineProperty(columns, name, { enumerable: true, get: () => this.column(name) })
      }
      this.#columns = Object.freeze(columns)
    }
    return this.#columns
  }

  column(name) {
    const found = this.#data.get(name)
    if (found !== undefined) return found
    const known = this.#places.get(name)
    if (known === undefined) {
      throw invalidOptions('name', `there is no column ${shown(name)}; ${hint(String(name), this.names).replace('Allowed', 'The columns')}`)
    }
    const data = this.#read(known)
    this.#data.set(name, data)
    return data
  }

  #read({ place, kind }) {
    const data = guarded(() => this.#native.data(place))
    if (typeof data === 'string') return data.split('\0')
    if (kind === 'flag') return Array.from(data, (yes) => yes === 1)
    if (kind !== 'word') return data
    const words = this.#native.words(place)
    return Array.from(data, (at) => words[at] ?? null)
  }

  row(index) {
    if (!Number.isInteger(index) || index < 0 || index >= this.nRows) {
      throw invalidOptions('index', `there is no row ${shown(index)}; there are ${this.nRows}, counted from 0`)
    }
    const row = {}
    for (const [name, { kind }] of this.#places) {
      const value = this.column(name)[index]
      row[name] = value !== value ? null : kind === 'instant' ? new Date(value) : value
    }
    return row
  }

  *[Symbol.iterator]() {
    for (let index = 0; index < this.nRows; index++) yield this.row(index)
  }

  toArrow() {
    return guarded(() => this.#native.toArrow())
  }

  toCsv() {
    return guarded(() => this.#native.toCsv()).toString()
  }

  toString() {
    return `Table(${this.nRows} rows: ${this.names.join(', ')})`
  }

  [inspect]() {
    return this.toString()
  }

  static {
    run.classes.nativeTable = (table) => table.#native
  }
}

run.classes.Table = Table

module.exports = { Table }
