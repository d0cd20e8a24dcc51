// The package for `require`.
// Written by `make gen` from the definitions in the Rust core: change those, not this file.

'use strict'

const { functions } = require('./lib/calls.js')
const { BeforehandError } = require('./lib/errors.js')
const { History } = require('./lib/history.js')
const { Model } = require('./lib/model.js')
const { Table } = require('./lib/table.js')

module.exports = {
  fit: functions.fit,
  decline: functions.decline,
  learnContacts: functions.learnContacts,
  backtest: functions.backtest,
  audit: functions.audit,
  Model,
  History,
  Table,
  BeforehandError,
}
