'use strict'

const { readFile, rename, rm, writeFile } = require('node:fs/promises')
const { threadId } = require('node:worker_threads')
const { BeforehandError, invalidOptions, native: guarded } = require('./errors.js')
const native = require('./native.js')
const { readingOf } = require('./reading.js')
const run = require('./run.js')
const { isPromise, shown, wrongId } = require('./values.js')

const inspect = Symbol.for('nodejs.util.inspect.custom')

/** What `fit` learned from everyone. Immutable, small, and free of any customer's data. */
class Model {
  #native
  /** What the calls need of it. */
  #inside

  constructor(key, made, options) {
    if (key !== run.classes.key) {
      throw invalidOptions('Model', 'a Model is not made with new: it comes from await fit(…), await Model.load(path) or Model.fromBuffer(bytes)')
    }
    this.#native = made
    const { timeZone } = made
    // Rows given to the model's calls are read as its log was.
    const asked = timeZone === 'UTC' ? options : { ...options, timeZone }
    this.#inside = { native: made, reading: readingOf(asked), readingOptions: asked }
  }

  static load(path) {
    return run.awaited(Model.#load(path), methods(), 'Model.load(…)')
  }

  static async #load(path) {
    return Model.fromBuffer(await file(path, () => readFile(path)))
  }

  static fromBuffer(bytes) {
    const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes
    if (!(view instanceof Uint8Array)) {
      throw invalidOptions('bytes', `bytes is ${shown(bytes)}; give the Buffer of toBuffer() or of a model file`)
    }
    const own = view.buffer instanceof ArrayBuffer ? view : view.slice()
    return new Model(run.classes.key, guarded(() => native.Model.fromBytes(own)))
  }

  static fromHandle(handle) {
    if (!Number.isInteger(handle) || handle < 0 || handle > 0xffffffff) {
      throw invalidOptions('handle', `handle is ${shown(handle)}; give what model.handle answered`)
    }
    return new Model(run.classes.key, guarded(() => native.Model.fromHandle(handle)))
  }

  async save(path) {
    const bytes = this.toBuffer()
    // As a whole or not at all: beside the place first, then put in place.
    const beside = `${String(path instanceof URL ? path.pathname : path)}.${process.pid}.${threadId}.part`
    await file(path, async () => {
      try {
        await writeFile(beside, bytes)
        await rename(beside, path)
      } catch (failure) {
        await rm(beside, { force: true })
        throw failure
      }
    })
  }

  toBuffer() {
    return guarded(() => this.#native.toBytes())
  }

  get handle() {
    return guarded(() => this.#native.handle())
  }

  get asOf() {
    return new Date(this.#native.facts[0])
  }

  get timeZone() {
    return this.#native.timeZone
  }

  get nCustomers() {
    return this.#native.facts[1]
  }

  get nEvents() {
    return this.#native.facts[2]
  }

  get nUnits() {
    return this.#native.facts[3]
  }

  get hasLayer() {
    return this.#native.facts[4] === 1
  }

  knowsItem(item) {
    if (typeof item !== 'string' && typeof item !== 'bigint' && !Number.isSafeInteger(item)) {
      throw invalidOptions('item', `item ${wrongId(item)}`)
    }
    // A number is found by its decimal form as well.
    return guarded(() => this.#native.knowsItem(typeof item === 'bigint' ? String(item) : item))
  }

  equals(other) {
    return other instanceof Model && this.#native.equals(other.#native)
  }

  toString() {
    const facts = `${this.nCustomers} customers, ${this.nEvents} events, ${this.nUnits} items`
    return `Model(asOf ${this.#native.asOfDate}, ${facts}${this.hasLayer ? '' : ', without layer'})`
  }

  [inspect]() {
    return this.toString()
  }

  static {
    run.classes.inside = (model) => model.#inside
  }
}

run.classes.Model = Model

/** What users call on a model. */
const methods = () =>
  Object.entries(Object.getOwnPropertyDescriptors(Model.prototype))
    .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor' && name !== 'toString')
    .map(([name]) => name)

async function file(path, work) {
  if (isPromise(path) || !(typeof path === 'string' || path instanceof URL || Buffer.isBuffer(path))) {
    throw invalidOptions('path', `path is ${shown(path)}; give the path of a model file`)
  }
  try {
    return await work()
  } catch (failure) {
    if (failure instanceof BeforehandError) throw failure
    throw new BeforehandError('io', `${path}: ${failure.message}`, { field: 'path', cause: failure })
  }
}

module.exports = { Model, methods }
