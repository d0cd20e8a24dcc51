'use strict'

const { readingOf } = require('./reading.js')
const { entriesOf } = require('./options.js')
const { classify, handOver } = require('./data.js')
const { invalidData, invalidOptions, native: guarded } = require('./errors.js')
const native = require('./native.js')
const readers = require('./readers.js')
const run = require('./run.js')
const { idJson, shown } = require('./values.js')

const inspect = Symbol.for('nodejs.util.inspect.custom')

/** What customers did: validated, sorted, ready for several calls. */
class History {
  #native
  #report

  constructor(data, options) {
    const made = data === run.classes.key ? options : History.#read(data, options)
    this.#native = made
  }

  static #read(data, options) {
    const { reading } = entriesOf(options, [])
    const classified = classify(data)
    if (classified[0] === 'bytes') throw invalidData('data', 'Arrow bytes are read off the event loop: await History.from(bytes)')
    const how = readingOf(reading)
    const { settings } = how
    return handOver(
      classified,
      how,
      ({ cells, texts }) => guarded(() => native.History.fromParcel(cells, texts, settings)),
      (columns) => guarded(() => native.History.fromColumns(columns, settings)),
    )
  }

  static async from(data, options) {
    const { reading, running } = entriesOf(options, ['signal'])
    if (data === undefined || data === null) throw invalidData('data', `data is ${shown(data)}; give rows, columns or Arrow IPC bytes`)
    return new History(run.classes.key, await run.read({ data, reading: readingOf(reading), signal: running.signal }))
  }

  static async fromCsv(path, options) {
    const { reading, running } = entriesOf(options, ['signal'])
    const text = path instanceof URL ? require('node:url').fileURLToPath(path) : path
    if (typeof text !== 'string') throw invalidOptions('path', `path is ${shown(path)}; give the path of a CSV file`)
    return new History(run.classes.key, await run.read({ path: text, reading: readingOf(reading), signal: running.signal }))
  }

  get report() {
    if (this.#report === undefined) {
      const [json, words] = this.#native.report()
      this.#report = readers.IngestReport(JSON.parse(json), words)
    }
    return this.#report
  }

  get timeZone() {
    return this.#native.timeZone
  }

  get nCustomers() {
    return this.#native.facts[0]
  }

  get nItems() {
    return this.#native.facts[1]
  }

  get nEvents() {
    return this.#native.facts[2]
  }

  get firstAt() {
    return new Date(this.#native.facts[3])
  }

  get lastAt() {
    return new Date(this.#native.facts[4])
  }

  purchases(customer, item) {
    const json = (name, value) =>
      idJson(value, (message) => {
        throw invalidOptions(name, `${name} ${message}`)
      })
    const flat = guarded(() => this.#native.purchases(json('customer', customer), json('item', item)))
    return Array.from({ length: flat.length / 2 }, (_, i) => ({ at: new Date(flat[2 * i]), units: flat[2 * i + 1] }))
  }

  toString() {
    // A log of nothing but contacts has no first event.
    const span = this.nEvents === 0 ? '' : `, ${this.#native.dates.join(' to ')}`
    return `History(${this.nCustomers} customers, ${this.nItems} items, ${this.nEvents} events${span})`
  }

  [inspect]() {
    return this.toString()
  }

  static {
    run.classes.nativeOf = (history) => history.#native
  }
}

run.classes.History = History

module.exports = { History }
