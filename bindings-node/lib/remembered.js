'use strict'

const { isDate } = require('./values.js')

// Options that are objects, such as a policy, are given again and again. Each is converted once, and afterwards compared with
// what it was then, which takes a fraction of the time and tells every change.

/** Longer texts are not kept. */
const MOST_CHARACTERS = 65_536

/** By object: its type, what it held, and the text it became. */
const known = new WeakMap()

/** The text of an object of options: the one it became before, if the object still holds the same; else what `convert` makes of it. */
function remembered(type, value, convert) {
  const found = known.get(value)
  if (found?.type === type && isSame(value, found.held)) return found.text
  const text = convert()
  // What is given once only is not worth a copy.
  if (found === undefined) known.set(value, {})
  else if (text.length <= MOST_CHARACTERS) known.set(value, { type, held: copy(value), text })
  return text
}

/** What a value holds: names and values of objects and arrays, and everything else as it is. */
function copy(value) {
  if (typeof value !== 'object' || value === null) return value
  // They change unseen: never the same.
  if (isDate(value) || ArrayBuffer.isView(value)) return Symbol('not compared')
  const names = Array.isArray(value) ? undefined : Object.keys(value)
  const values = names === undefined ? value : names.map((name) => value[name])
  return { names, values: values.map(copy) }
}

function isSame(value, held) {
  if (typeof value !== 'object' || value === null) return Object.is(value, held)
  if (typeof held !== 'object' || held === null) return false
  const { names, values } = held
  if (names === undefined) {
    if (!Array.isArray(value) || value.length !== values.length) return false
    for (let i = 0; i < values.length; i++) if (!isSame(value[i], values[i])) return false
    return true
  }
  if (Array.isArray(value)) return false
  const own = Object.keys(value)
  if (own.length !== names.length) return false
  for (let i = 0; i < own.length; i++) if (own[i] !== names[i] || !isSame(value[own[i]], values[i])) return false
  return true
}

module.exports = { remembered }
