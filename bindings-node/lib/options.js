'use strict'

const { split } = require('./arguments.js')
const { reading } = require('./shapes.js')

/** Options of what is no call: how data is read, and how the work is run. */
function entriesOf(options, running) {
  const spec = { arguments: {}, required: [], reading, isLong: running.length > 0 }
  const { reading: asked, options: all } = split(spec, options)
  return { reading: asked, running: Object.fromEntries(running.map((name) => [name, all[name]])) }
}

module.exports = { entriesOf }
