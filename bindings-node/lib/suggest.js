'use strict'

/** How many letters to insert, delete or change to make one name the other; case, `_` and `-` do not count. */
function distance(a, b) {
  const plain = (name) => name.slice(0, 100).toLowerCase().replace(/[_-]/g, '')
  a = plain(a)
  b = plain(b)
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j] + (a[i] === b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1))
    }
    row = next
  }
  return row[b.length]
}

/** The name that is meant most likely, if one comes near. */
function nearest(name, names) {
  let best
  let least = Math.max(2, Math.ceil(name.length / 3)) + 1
  for (const known of names) {
    const far = distance(name, known)
    if (far < least) [best, least] = [known, far]
  }
  return best
}

/** `did you mean "x"? Allowed are x, y`. */
function hint(name, names) {
  const near = nearest(name, names)
  const shown = names.slice(0, 50)
  const list = shown.join(', ') + (shown.length < names.length ? ` and ${names.length - shown.length} more` : '')
  return `${near === undefined ? '' : `did you mean ${JSON.stringify(near)}? `}Allowed are ${list}`
}

module.exports = { nearest, hint }
