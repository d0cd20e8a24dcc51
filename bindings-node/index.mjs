// The package for `import`.
// Written by `make gen` from the definitions in the Rust core: change those, not this file.

import beforehand from './index.js'

export const {
  fit,
  btyd,
  btydCustomers,
  btydAlive,
  btydMatrix,
  btydTracking,
  btydContext,
  btydContextCustomers,
  renewalCohorts,
  renewalFit,
  renewalRisk,
  renewalDrivers,
  decline,
  declineModules,
  decideDeclines,
  learnContacts,
  declineHistory,
  declineFit,
  declineStates,
  declineUpdate,
  backtest,
  audit,
  Model,
  History,
  Table,
  BeforehandError,
} = beforehand

export default beforehand
