'use strict'

/** The first and last instant that a bare number may stand for: 1980 to 2100. Outside, another unit is likelier. */
const FIRST_MS = 315532800000
const LAST_MS = 4102444800000
const MIN_INT = -(2n ** 63n)
const MAX_INT = 2n ** 63n - 1n

/** A value as it is shown in a message, with what it is. */
function shown(value) {
  switch (typeof value) {
    case 'string':
      return `${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)} (a string)`
    case 'bigint':
      return `${value}n (a bigint)`
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'function':
    case 'symbol':
      return `a ${typeof value}`
    default:
      if (value === null) return 'null'
      if (Array.isArray(value)) return 'an array'
      if (isDate(value)) return Number.isNaN(value.getTime()) ? 'an Invalid Date' : `a Date (${value.toISOString()})`
      if (isPromise(value)) return 'a Promise (is an await missing?)'
      if (isCollection(value)) return `a ${Object.prototype.toString.call(value).slice(8, -1)}`
      return 'an object'
  }
}

const isDate = (value) => value instanceof Date || Object.prototype.toString.call(value) === '[object Date]'

/** Whether it holds entries that are no properties, so that as an object it would look empty. */
const isCollection = (value) => ['[object Map]', '[object Set]'].includes(Object.prototype.toString.call(value))

const isPromise = (value) => typeof value === 'object' && value !== null && typeof value.then === 'function'

/** What is wrong with a number that should count milliseconds; nothing when it may. */
function slip(ms) {
  if (ms >= FIRST_MS && ms <= LAST_MS) return undefined
  const fits = (factor) => ms * factor >= FIRST_MS && ms * factor <= LAST_MS
  const at = (factor) => new Date(ms * factor).toISOString().slice(0, 10)
  if (fits(1e3)) return ['seconds', at(1e3)]
  if (fits(1e-3)) return ['microseconds', at(1e-3)]
  if (fits(1e-6)) return ['nanoseconds', at(1e-6)]
  return ['', '']
}

/** An instant as the text the core reads, or nothing when the value cannot be one; `fail` hears why. */
function instantText(value, fail) {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') {
    const ms = Number(value)
    const wrong = slip(ms)
    if (wrong === undefined) return new Date(ms).toISOString()
    const [unit, date] = wrong
    return fail(
      unit === ''
        ? `is ${value}, which as milliseconds since 1970 lies outside 1980 to 2100; give a Date`
        : `is ${value}; numbers count milliseconds since 1970, but this looks like ${unit} (${date}); give a Date` +
            (unit === 'seconds' ? ' or multiply by 1000' : ''),
    )
  }
  if (isDate(value)) {
    const ms = value.getTime()
    return Number.isNaN(ms) ? fail('is an Invalid Date; give a valid one') : value.toISOString()
  }
  return fail(`is ${shown(value)}; give a Date, milliseconds since 1970, or a text such as 2026-01-31`)
}

/** An identifier as JSON. */
function idJson(value, fail) {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : fail(wrongId(value))
  if (typeof value === 'bigint' && value >= MIN_INT && value <= MAX_INT) return String(value)
  return fail(wrongId(value))
}

/** What is wrong with an identifier. */
function wrongId(value) {
  if (typeof value === 'number' && Number.isInteger(value)) {
    return `is ${value}, beyond what a number holds exactly; give a bigint or a string`
  }
  if (typeof value === 'bigint') return `is ${value}n, beyond 64 bits; give a string`
  return `is ${shown(value)}; an identifier is a string, a whole number or a bigint`
}

/** An instant as the core writes it, as a `Date`: at a fraction of what `new Date(text)` costs. */
function instant(text) {
  const { length } = text
  if (length < 20 || length > 27 || text.charCodeAt(length - 1) !== 90 || text.charCodeAt(4) !== 45) return new Date(text)
  const two = (at) => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
  const month = two(5)
  // Years that begin in March, so that the day that is not always there is the last.
  const year = two(0) * 100 + two(2) - (month <= 2 ? 1 : 0)
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + two(8) - 1
  const days = year * 365 + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) + dayOfYear - 719468
  let ms = ((days * 24 + two(11)) * 60 + two(14)) * 60_000 + two(17) * 1000
  for (let at = 20, of = 100; at < length - 1 && of >= 1; at++, of /= 10) ms += (text.charCodeAt(at) - 48) * of
  return new Date(ms)
}

module.exports = { instant, shown, isCollection, isDate, isPromise, slip, instantText, idJson, wrongId, FIRST_MS, LAST_MS, MIN_INT, MAX_INT }
