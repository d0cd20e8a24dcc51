'use strict'

const { invalidOptions } = require('./errors.js')
const { remembered } = require('./remembered.js')
const { structs, words } = require('./shapes.js')
const { hint } = require('./suggest.js')
const { tableJson } = require('./contracts.js')
const { idJson, instantText, isCollection, isDate, isPromise, shown } = require('./values.js')

/** Options that say how a call is run; the rest says what is asked. */
const RUNNING = ['signal', 'onProgress']

/**
 * Splits the options of a call: its arguments as JSON, how data is read, and how the call is run. Nothing is taken
 * that is not known.
 */
function split(spec, options) {
  if (options === undefined) options = {}
  if (typeof options !== 'object' || options === null || Array.isArray(options) || isDate(options) || isPromise(options)) {
    const needed = Object.keys(spec.arguments).filter((name) => spec.arguments[name].required)
    throw invalidOptions('options', `the options are ${shown(options)}; give an object such as { ${needed.join(', ')} }`)
  }
  const own = []
  const groups = new Map()
  let reading
  for (const name of Object.keys(options)) {
    const value = options[name]
    const known = Object.hasOwn(spec.arguments, name) ? spec.arguments[name] : undefined
    if (known === undefined) {
      if (spec.reading !== undefined && Object.hasOwn(spec.reading, name)) {
        if (value !== undefined) (reading ??= {})[name] = value
      } else if (!(spec.isLong && RUNNING.includes(name))) {
        throw unknown(name, spec)
      }
      continue
    }
    if (value === undefined) continue
    const entry = `"${known.json}":${argument(known.type, value, name)}`
    if (known.group === null) own.push(entry)
    else if (groups.has(known.group)) groups.get(known.group).push(entry)
    else groups.set(known.group, [entry])
  }
  for (const name of spec.required) {
    if (options[name] === undefined) {
      const { doc, type } = spec.arguments[name]
      const example = type === 'instant' ? ` Give a Date, such as { ${name}: new Date() }` : ''
      throw invalidOptions(name, `${name} is missing: ${doc}${example}`)
    }
  }
  for (const [group, entries] of groups) own.push(`"${group}":{${entries.join(',')}}`)
  return { json: `{${own.join(',')}}`, reading, options }
}

function unknown(name, spec) {
  const all = [...Object.keys(spec.arguments), ...Object.keys(spec.reading ?? {}), ...(spec.isLong ? RUNNING : [])]
  return invalidOptions(name, `there is no option ${JSON.stringify(name)}; ${hint(name, all)}`)
}

/** An argument as JSON. */
function argument(type, value, name) {
  if (typeof type !== 'string' || !Object.hasOwn(structs, type) || !isPlain(value)) return json(type, value, name)
  return remembered(type, value, () => json(type, value, name))
}

/** A value of a type as JSON. */
function json(type, value, path) {
  const fail = (message) => {
    throw invalidOptions(root(path), `${path} ${message}`)
  }
  if (typeof type === 'string') {
    switch (type) {
      case 'bool':
        return typeof value === 'boolean' ? String(value) : fail(`is ${shown(value)}; give true or false`)
      case 'int':
        if (typeof value === 'bigint') return String(value)
        return Number.isSafeInteger(value) ? String(value) : fail(`is ${shown(value)}; give a whole number`)
      case 'float':
        return Number.isFinite(value) ? JSON.stringify(value) : fail(`is ${shown(value)}; give a number`)
      case 'text':
        return typeof value === 'string' ? JSON.stringify(value) : fail(`is ${shown(value)}; give a string`)
      case 'instant':
        return JSON.stringify(instantText(value, fail))
      case 'id':
        return idJson(value, fail)
      case 'table':
        return tableJson(value, fail)
      default:
        return named(type, value, path, fail)
    }
  }
  const [form, of] = type
  switch (form) {
    case 'optional':
      return value === null ? 'null' : json(of, value, path)
    case 'list':
      if (!Array.isArray(value) && !isNumeric(value)) return fail(`is ${shown(value)}; give an array`)
      return `[${Array.from(value, (part, i) => json(of, part, `${path}[${i}]`)).join(',')}]`
    case 'tuple':
      if (!Array.isArray(value) || value.length !== of.length) return fail(`is ${shown(value)}; give an array of ${of.length}`)
      return `[${of.map((part, i) => json(part, value[i], `${path}[${i}]`)).join(',')}]`
    case 'map':
      if (!isPlain(value)) return fail(`is ${shown(value)}; give an object`)
      return `{${Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}:${json(of, part, `${path}.${key}`)}`).join(',')}}`
    default:
      return fail('has a type that this package does not know; please report this')
  }
}

function named(type, value, path, fail) {
  if (Object.hasOwn(words, type)) {
    if (words[type].includes(value)) return JSON.stringify(value)
    return fail(`is ${shown(value)}; ${typeof value === 'string' ? hint(value, words[type]) : `allowed are ${words[type].join(', ')}`}`)
  }
  if (!isPlain(value)) return fail(`is ${shown(value)}; give an object`)
  return `{${entries(structs[type], value, path).join(',')}}`
}

/** The fields of an object, of which none may be unknown. */
function entries(fields, value, path) {
  const out = []
  for (const name of Object.keys(value)) {
    const inside = path === '' ? name : `${path}.${name}`
    if (!Object.hasOwn(fields, name)) {
      throw invalidOptions(path === '' ? name : root(path), `there is no ${inside}; ${hint(name, Object.keys(fields))}`)
    }
    if (value[name] !== undefined) out.push(`"${fields[name].json}":${json(fields[name].type, value[name], inside)}`)
  }
  for (const name of Object.keys(fields)) {
    if (fields[name].required && value[name] === undefined) {
      throw invalidOptions(root(path), `${path}.${name} is missing: ${fields[name].doc}`)
    }
  }
  return out
}

/** The option that a path begins with. */
const root = (path) => /^[^.[]*/.exec(path)[0]

const isPlain = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isDate(value) && !isPromise(value) && !isCollection(value)

const isNumeric = (value) => ArrayBuffer.isView(value) && !(value instanceof DataView)

module.exports = { split, entries, isPlain }
