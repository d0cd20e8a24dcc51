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
  btyd: functions.btyd,
  btydCustomers: functions.btydCustomers,
  btydAlive: functions.btydAlive,
  btydMatrix: functions.btydMatrix,
  btydTracking: functions.btydTracking,
  btydContext: functions.btydContext,
  btydContextCustomers: functions.btydContextCustomers,
  renewalCohorts: functions.renewalCohorts,
  renewalFit: functions.renewalFit,
  renewalRisk: functions.renewalRisk,
  renewalDrivers: functions.renewalDrivers,
  decline: functions.decline,
  declineModules: functions.declineModules,
  decideDeclines: functions.decideDeclines,
  learnContacts: functions.learnContacts,
  declineHistory: functions.declineHistory,
  declineFit: functions.declineFit,
  declineStates: functions.declineStates,
  declineUpdate: functions.declineUpdate,
  backtest: functions.backtest,
  audit: functions.audit,
  Model,
  History,
  Table,
  BeforehandError,
}
