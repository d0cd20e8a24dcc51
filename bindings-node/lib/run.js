'use strict'

const { split } = require('./arguments.js')
const { classify, columnsInSteps, handOver } = require('./data.js')
const { BeforehandError, fromNative, invalidData, invalidOptions, native: guarded } = require('./errors.js')
const native = require('./native.js')
const { readingOf } = require('./reading.js')
const { isDate, shown } = require('./values.js')

// How a call reaches the core: the only place that knows.

/** Classes that this file makes objects of, and that use it in turn. */
const classes = { key: Symbol('made by the package') }

/** Whole numbers that JavaScript's numbers cannot hold, while an answer that has some is read. */
let wide
const WIDE = '\0wide:'

/** A value of a call, from its JSON. */
function value(spec, answer) {
  if (typeof answer === 'string') return spec.read(JSON.parse(answer), '')
  const [json, words, mark] = answer
  if (mark !== 'wide') return spec.read(JSON.parse(json), words)
  const text = json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? JSON.stringify(WIDE + token) : token,
  )
  wide = true
  try {
    return spec.read(JSON.parse(text), words)
  } finally {
    wide = false
  }
}

/** An identifier of an answer. */
const id = (read) => (wide && typeof read === 'string' && read.startsWith(WIDE) ? BigInt(read.slice(WIDE.length)) : read)

/** What an answer is to the user. */
function answered(spec, answer, reading) {
  switch (spec.answer) {
    case 'model':
      return new classes.Model(classes.key, answer, reading)
    case 'table':
      return new classes.Table(classes.key, answer)
    case 'text':
      return answer
    default:
      return value(spec, answer)
  }
}

/** How data is read: as the options say, else as the model's was. */
function readingFor(model, data, asked) {
  if (asked === undefined) return model === undefined ? readingOf() : model.reading
  if (data instanceof classes.History) {
    const name = Object.keys(asked)[0]
    throw invalidOptions(name, `${name} is given with a History, which has been read already; leave it out`)
  }
  return readingOf(model === undefined ? asked : { ...model.readingOptions, ...asked })
}

function given(spec, data) {
  if (data !== undefined && data !== null) return true
  if (spec.isDataOptional) return false
  throw invalidData('data', `data is ${shown(data)}; give the customers' past first, then the options`)
}

/** A call that takes microseconds. */
function short(spec, model, data, options) {
  const { json, reading: asked } = split(spec, options)
  const reading = readingFor(model, data, asked)
  if (!given(spec, data)) return guardedAnswer(() => native.call(spec.name, json, model?.native, undefined), spec)
  if (data instanceof classes.History) {
    return guardedAnswer(() => native.call(spec.name, json, model?.native, classes.nativeOf(data)), spec)
  }
  const classified = classify(data)
  if (classified[0] === 'bytes') {
    throw invalidData('data', `${spec.jsName} takes one customer's events as objects or columns; read Arrow bytes with await History.from(bytes)`)
  }
  const { name } = spec
  const { settings } = reading
  return handOver(
    classified,
    reading,
    ({ cells, texts }) => guardedAnswer(() => native.callOnParcel(name, json, model?.native, cells, texts, settings), spec),
    (columns) => guardedAnswer(() => native.callOnColumns(name, json, model?.native, columns, settings), spec),
  )
}

const guardedAnswer = (work, spec) => answered(spec, guarded(work))

/** A call that may take long: a promise, and the event loop goes on. Whatever is wrong rejects. */
async function long(spec, model, data, options) {
  const { json, reading: asked, options: { signal, onProgress } } = split(spec, options)
  const reading = readingFor(model, data, asked)
  const has = given(spec, data)
  const work = { name: spec.name, json, model: model?.native, signal, onProgress, reading }
  if (has && data instanceof classes.History) work.history = classes.nativeOf(data)
  else if (has) work.classified = classify(data)
  const answer = await start(work)
  return answered(spec, answer, asked)
}

/** Reads a history off the event loop. */
const read = ({ data, path, reading, signal }) =>
  start({ name: undefined, json: '', reading, path, signal, classified: data === undefined ? undefined : classify(data) })

function checked(signal, onProgress) {
  if (signal !== undefined && signal !== null && typeof signal.addEventListener !== 'function') {
    throw invalidOptions('signal', `signal is ${shown(signal)}; give the signal of an AbortController`)
  }
  if (onProgress !== undefined && onProgress !== null && typeof onProgress !== 'function') {
    throw invalidOptions('onProgress', `onProgress is ${isDate(onProgress) ? 'a Date' : shown(onProgress)}; give a function of { stage, done }`)
  }
}

const cancelled = (cause) => new BeforehandError('cancelled', 'cancelled by the caller', { cause })

async function start({ name, json, model, history, classified, path, reading, signal, onProgress }) {
  checked(signal, onProgress)
  const goOn = () => {
    if (signal?.aborted) throw cancelled(signal.reason)
  }
  goOn()
  let columns
  let bytes
  if (classified?.[0] === 'bytes') bytes = classified[1]
  else if (classified !== undefined) columns = await columnsInSteps(classified, reading, goOn)
  return new Promise((resolve, reject) => {
    let job
    const stop = (failure) => {
      job?.cancel()
      reject(failure)
    }
    const onAbort = () => stop(cancelled(signal.reason))
    const told = (kind, answer, done) => {
      if (kind === 0) {
        try {
          if (onProgress?.({ stage: answer, done }) === false) stop(cancelled())
        } catch (thrown) {
          stop(thrown)
        }
        return
      }
      signal?.removeEventListener('abort', onAbort)
      if (kind === 1) resolve(answer)
      else reject(fromNative(answer))
    }
    job = guarded(() => native.start(name, json, model, history, columns, bytes, path, reading.settings, told))
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** A promise of an object that says, when it is used as if it were the object, that an await is missing. */
function awaited(promise, methods, what) {
  for (const method of methods) {
    Object.defineProperty(promise, method, {
      value() {
        throw invalidOptions(undefined, `${method} is called on a Promise: write \`await\` before ${what}`)
      },
    })
  }
  // A promise that is dropped still rejects where Node looks for it, as any other.
  return promise
}

module.exports = { short, long, read, id, classes, awaited, value }
