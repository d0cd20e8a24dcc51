'use strict'

// A column of texts as it crosses: each text once with a code per row, or, where hardly any comes twice, all of them joined.

/** Rows after which it is seen whether texts come again. */
const ROWS_TO_SEE = 8_192

/** Whether a text can be joined with others and crosses as it is. */
const isSound = (text) => !text.includes('\0') && text.isWellFormed()

/** The kind, the data and the values of a column of nothing but texts; nothing when something else is among them. */
function textColumn(values) {
  const n = values.length
  if (typeof values[0] !== 'string') return undefined
  const codes = new Uint32Array(n)
  const places = new Map()
  const once = []
  for (let row = 0; row < n; row++) {
    const text = values[row]
    if (typeof text !== 'string') return undefined
    let place = places.get(text)
    if (place === undefined) {
      if (!isSound(text)) return undefined
      place = once.length
      places.set(text, place)
      once.push(text)
    }
    codes[row] = place
    if (row === ROWS_TO_SEE && once.length > ROWS_TO_SEE / 2) return joined(values)
  }
  return ['codes', codes, [once.join('\0')]]
}

function joined(values) {
  for (const text of values) if (typeof text !== 'string' || !isSound(text)) return undefined
  return ['texts', values.length, [values.join('\0')]]
}

module.exports = { isSound, textColumn }
