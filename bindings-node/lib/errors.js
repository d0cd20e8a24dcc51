'use strict'

const { names } = require('./shapes.js')

/** Whatever goes wrong in this package. */
class BeforehandError extends Error {
  constructor(code, message, { field, row, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.field = field
    this.row = row
  }
}
Object.defineProperty(BeforehandError.prototype, 'name', { value: 'BeforehandError', configurable: true, writable: true })

/** An error about an option or argument. */
const invalidOptions = (field, message) => new BeforehandError('invalid_options', message, { field })

/** An error about the data. */
const invalidData = (field, message, row) => new BeforehandError('invalid_data', message, { field, row })

/** The names of options as they are written in JavaScript. */
const inJavaScript = (text) => text.replace(/\b[a-z]+(?:_[a-z0-9]+)+\b/g, (word) => names.get(word) ?? word)

/** The package's error of what the native part threw or told. */
function fromNative(parts) {
  const text = parts instanceof Error ? parts.message : parts
  if (parts instanceof BeforehandError) return parts
  let read
  try {
    read = JSON.parse(text)
  } catch {
    return new BeforehandError('internal', `${text}; please report this`, { cause: parts })
  }
  const [code, message, field, row] = read
  return new BeforehandError(code, inJavaScript(message), {
    field: field === null ? undefined : inJavaScript(field),
    row: row === null ? undefined : row,
  })
}

/** Runs native work, whose errors become the package's. */
function native(work) {
  try {
    return work()
  } catch (thrown) {
    throw fromNative(thrown)
  }
}

module.exports = { BeforehandError, invalidOptions, invalidData, fromNative, native }
