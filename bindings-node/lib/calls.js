// The calls: functions, and methods of the model.
// Written by `make gen` from the definitions in the Rust core: change those, not this file.

'use strict'

const { Model, methods } = require('./model.js')
const readers = require('./readers.js')
const run = require('./run.js')
const { reading } = require('./shapes.js')
require('./history.js')
require('./table.js')

/** What each call takes and answers. */
const calls = {
  fit: {
    name: "fit",
    jsName: "fit",
    isLong: true,
    isDataOptional: false,
    answer: "model",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant up to which the model may know the log. A date or time without offset is on the clock of the log, its time zone. A date is the beginning of its day" },
      substitutes: { json: "substitutes", group: "options", type: "Substitutes" },
      ladders: { json: "ladders", group: "options", type: ["list", "Ladder"] },
      learnSuccessors: { json: "learn_successors", group: "options", type: "bool" },
      maxTrainingRows: { json: "max_training_rows", group: "options", type: "int" },
      maxLapseRows: { json: "max_lapse_rows", group: "options", type: "int" },
      useQuantity: { json: "use_quantity", group: "options", type: "bool" },
    },
  },
  replenishment: {
    name: "replenishment",
    jsName: "replenishment",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of prediction; not before the model's own. Nothing later is looked at. A date is understood as by `fit`." },
      horizonsDays: { json: "horizons_days", group: "options", type: ["list", "float"] },
      leadDays: { json: "lead_days", group: "options", type: "float" },
      remindQuantile: { json: "remind_quantile", group: "options", type: "float" },
    },
  },
  forecasts: {
    name: "forecasts",
    jsName: "forecasts",
    isLong: false,
    isDataOptional: false,
    answer: "value",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of prediction; not before the model's own. Nothing later is looked at." },
      customer: { json: "customer", group: null, type: ["optional", "id"] },
      horizonsDays: { json: "horizons_days", group: "options", type: ["list", "float"] },
      leadDays: { json: "lead_days", group: "options", type: "float" },
      remindQuantile: { json: "remind_quantile", group: "options", type: "float" },
    },
    read: (v) => v.map((w) => readers.Forecast(w)),
  },
  forecastIfBought: {
    name: "forecast_if_bought",
    jsName: "forecastIfBought",
    isLong: false,
    isDataOptional: true,
    answer: "value",
    reading,
    required: ["item", "asOf"],
    arguments: {
      item: { json: "item", group: null, type: "id", required: true, doc: "The item." },
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of prediction; not before the model's own. Nothing later is looked at." },
      customer: { json: "customer", group: null, type: ["optional", "id"] },
      horizonsDays: { json: "horizons_days", group: "options", type: ["list", "float"] },
      leadDays: { json: "lead_days", group: "options", type: "float" },
      remindQuantile: { json: "remind_quantile", group: "options", type: "float" },
    },
    read: (v) => readers.Forecast(v),
  },
  lapse: {
    name: "lapse",
    jsName: "lapse",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of prediction; not before the model's own. Nothing later is looked at." },
      horizonsDays: { json: "horizons_days", group: "options", type: ["list", "float"] },
    },
  },
  lapseOf: {
    name: "lapse_of",
    jsName: "lapseOf",
    isLong: false,
    isDataOptional: false,
    answer: "value",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of prediction; not before the model's own. Nothing later is looked at." },
      customer: { json: "customer", group: null, type: ["optional", "id"] },
      horizonsDays: { json: "horizons_days", group: "options", type: ["list", "float"] },
    },
    read: (v) => readers.LapseRisk(v),
  },
  btyd: {
    name: "btyd",
    jsName: "btyd",
    isLong: true,
    isDataOptional: false,
    answer: "value",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant up to which purchases are known; nothing later is looked at." },
      family: { json: "family", group: "options", type: "Family" },
      horizonsDays: { json: "horizons_days", group: "options", type: ["list", "float"] },
    },
    read: (v) => readers.PurchaseFit(v),
  },
  btydCustomers: {
    name: "btyd_customers",
    jsName: "btydCustomers",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of prediction, up to which the model is fitted; nothing later is looked at." },
      fitted: { json: "fitted", group: null, type: ["optional", "text"] },
      family: { json: "family", group: "options", type: "Family" },
      horizonsDays: { json: "horizons_days", group: "options", type: ["list", "float"] },
      probCounts: { json: "prob_counts", group: "tell", type: ["list", "int"] },
      nextPurchaseQuantiles: { json: "next_purchase_quantiles", group: "tell", type: ["list", "float"] },
      lifetimeDays: { json: "lifetime_days", group: "tell", type: ["list", "float"] },
      discountPerYear: { json: "discount_per_year", group: "tell", type: "float" },
      interval: { json: "interval", group: "tell", type: ["optional", "float"] },
    },
  },
  btydAlive: {
    name: "btyd_alive",
    jsName: "btydAlive",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf", "customer"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant up to which the model is fitted, and the last day told; nothing later is looked at." },
      customer: { json: "customer", group: null, type: "id", required: true, doc: "Whose; by the identifier in the log." },
      fitted: { json: "fitted", group: null, type: ["optional", "text"] },
      family: { json: "family", group: "options", type: "Family" },
      horizonsDays: { json: "horizons_days", group: "options", type: ["list", "float"] },
    },
  },
  btydMatrix: {
    name: "btyd_matrix",
    jsName: "btydMatrix",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant up to which the model is fitted; nothing later is looked at." },
      observedDays: { json: "observed_days", group: null, type: "float" },
      horizonDays: { json: "horizon_days", group: null, type: "float" },
      nSteps: { json: "n_steps", group: null, type: "int" },
      fitted: { json: "fitted", group: null, type: ["optional", "text"] },
      family: { json: "family", group: "options", type: "Family" },
      horizonsDays: { json: "horizons_days", group: "options", type: ["list", "float"] },
    },
  },
  btydTracking: {
    name: "btyd_tracking",
    jsName: "btydTracking",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf", "until"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant up to which the model is fitted, and by which customers must be known." },
      until: { json: "until", group: null, type: "instant", required: true, doc: "The end of what is compared, from `asOf` on." },
      stepDays: { json: "step_days", group: null, type: "int" },
      fitted: { json: "fitted", group: null, type: ["optional", "text"] },
      family: { json: "family", group: "options", type: "Family" },
      horizonsDays: { json: "horizons_days", group: "options", type: ["list", "float"] },
    },
  },
  btydContext: {
    name: "btyd_context",
    jsName: "btydContext",
    isLong: true,
    isDataOptional: false,
    answer: "value",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant up to which purchases are known; nothing later is looked at." },
      family: { json: "family", group: "options", type: "Family" },
      traitCustomers: { json: "trait_customers", group: "options", type: ["list", "id"] },
      traits: { json: "traits", group: "options", type: ["map", ["list", ["optional", "float"]]] },
      buying: { json: "buying", group: "options", type: ["optional", ["list", "text"]] },
      leaving: { json: "leaving", group: "options", type: ["optional", ["list", "text"]] },
      hasMonths: { json: "has_months", group: "options", type: "bool" },
      specialDays: { json: "special_days", group: "options", type: ["map", ["list", "text"]] },
    },
    read: (v) => readers.ContextFit(v),
  },
  btydContextCustomers: {
    name: "btyd_context_customers",
    jsName: "btydContextCustomers",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of prediction, up to which the model is fitted; nothing later is looked at." },
      horizonsDays: { json: "horizons_days", group: null, type: ["list", "float"] },
      family: { json: "family", group: "options", type: "Family" },
      traitCustomers: { json: "trait_customers", group: "options", type: ["list", "id"] },
      traits: { json: "traits", group: "options", type: ["map", ["list", ["optional", "float"]]] },
      buying: { json: "buying", group: "options", type: ["optional", ["list", "text"]] },
      leaving: { json: "leaving", group: "options", type: ["optional", ["list", "text"]] },
      hasMonths: { json: "has_months", group: "options", type: "bool" },
      specialDays: { json: "special_days", group: "options", type: ["map", ["list", "text"]] },
    },
  },
  renewalCohorts: {
    name: "renewal_cohorts",
    jsName: "renewalCohorts",
    isLong: false,
    isDataOptional: true,
    answer: "value",
    required: ["survivors"],
    arguments: {
      survivors: { json: "survivors", group: null, type: ["list", ["list", "int"]], required: true, doc: "Cohorts, each with the customers at its start and those left after 1, 2, … renewals" },
      kind: { json: "kind", group: null, type: "CohortKind" },
      nTerms: { json: "n_terms", group: null, type: "int" },
    },
    read: (v) => readers.CohortCurve(v),
  },
  renewalFit: {
    name: "renewal_fit",
    jsName: "renewalFit",
    isLong: true,
    isDataOptional: true,
    answer: "value",
    required: ["contracts"],
    arguments: {
      contracts: { json: "contracts", group: null, type: "table", required: true, doc: "The contracts, one per row." },
      cancelled: { json: "cancelled", group: null, type: "text" },
      customer: { json: "customer", group: null, type: ["optional", "text"] },
      weight: { json: "weight", group: null, type: ["optional", "text"] },
      entryTerm: { json: "entry_term", group: null, type: ["optional", "text"] },
      exitTerm: { json: "exit_term", group: null, type: ["optional", "text"] },
      ignore: { json: "ignore", group: null, type: ["list", "text"] },
      horizonsTerms: { json: "horizons_terms", group: null, type: ["list", "int"] },
      maxRenewals: { json: "max_renewals", group: null, type: "int" },
    },
    read: (v) => readers.RenewalFit(v),
  },
  renewalRisk: {
    name: "renewal_risk",
    jsName: "renewalRisk",
    isLong: true,
    isDataOptional: true,
    answer: "table",
    required: ["fitted", "contracts"],
    arguments: {
      fitted: { json: "fitted", group: null, type: "text", required: true, doc: "The `fitted` that `renewalFit` answered." },
      contracts: { json: "contracts", group: null, type: "table", required: true, doc: "The contracts, one per row, with the features of the fit; other columns are not looked at." },
      customer: { json: "customer", group: null, type: ["optional", "text"] },
      term: { json: "term", group: null, type: ["optional", "text"] },
    },
  },
  renewalDrivers: {
    name: "renewal_drivers",
    jsName: "renewalDrivers",
    isLong: true,
    isDataOptional: true,
    answer: "value",
    required: ["fitted", "contracts"],
    arguments: {
      fitted: { json: "fitted", group: null, type: "text", required: true, doc: "The `fitted` that `renewalFit` answered." },
      contracts: { json: "contracts", group: null, type: "table", required: true, doc: "The contracts, one per row, with the features of the fit." },
      row: { json: "row", group: null, type: "int" },
      term: { json: "term", group: null, type: ["optional", "text"] },
    },
    read: (v) => readers.RenewalDrivers(v),
  },
  decline: {
    name: "decline",
    jsName: "decline",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The end of the last period; nothing later is looked at." },
      periodDays: { json: "period_days", group: null, type: "int" },
      falseAlarmsPerYear: { json: "false_alarms_per_year", group: "options", type: "float" },
      periodsPerYear: { json: "periods_per_year", group: "options", type: ["optional", "float"] },
      minPeriods: { json: "min_periods", group: "options", type: "int" },
      rule: { json: "rule", group: "options", type: "AlarmRule" },
      maxCustomers: { json: "max_customers", group: "options", type: "int" },
      nSimulated: { json: "n_simulated", group: "options", type: "int" },
    },
  },
  declineModules: {
    name: "decline_modules",
    jsName: "declineModules",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The end of the last period; nothing later is looked at." },
      periodDays: { json: "period_days", group: null, type: "int" },
      falseAlarmsPerYear: { json: "false_alarms_per_year", group: "options", type: "float" },
      periodsPerYear: { json: "periods_per_year", group: "options", type: ["optional", "float"] },
      minPeriods: { json: "min_periods", group: "options", type: "int" },
      rule: { json: "rule", group: "options", type: "AlarmRule" },
      maxCustomers: { json: "max_customers", group: "options", type: "int" },
      nSimulated: { json: "n_simulated", group: "options", type: "int" },
    },
  },
  decide: {
    name: "decide",
    jsName: "decide",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf", "policy"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of the decision; not before the model's own. Nothing later is looked at." },
      policy: { json: "policy", group: null, type: "Policy", required: true, doc: "What the business may do, what it costs, and how careful to be." },
    },
  },
  decideFor: {
    name: "decide_for",
    jsName: "decideFor",
    isLong: false,
    isDataOptional: false,
    answer: "value",
    reading,
    required: ["asOf", "policy"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of the decision; not before the model's own. Nothing later is looked at." },
      policy: { json: "policy", group: null, type: "Policy", required: true, doc: "What the business may do, what it costs, and how careful to be." },
      customer: { json: "customer", group: null, type: ["optional", "id"] },
    },
    read: (v) => readers.Decision(v),
  },
  decideDeclines: {
    name: "decide_declines",
    jsName: "decideDeclines",
    isLong: true,
    isDataOptional: false,
    answer: "value",
    reading,
    required: ["asOf", "policy"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The end of the last period, and the instant of the decision; nothing later is looked at." },
      policy: { json: "policy", group: null, type: "Policy", required: true, doc: "What the business may do, what it costs, and how careful to be. Its offers are ways of helping." },
      helpTerms: { json: "help_terms", group: null, type: "HelpTerms" },
      periodDays: { json: "period_days", group: null, type: "int" },
      falseAlarmsPerYear: { json: "false_alarms_per_year", group: "options", type: "float" },
      periodsPerYear: { json: "periods_per_year", group: "options", type: ["optional", "float"] },
      minPeriods: { json: "min_periods", group: "options", type: "int" },
      rule: { json: "rule", group: "options", type: "AlarmRule" },
      maxCustomers: { json: "max_customers", group: "options", type: "int" },
      nSimulated: { json: "n_simulated", group: "options", type: "int" },
    },
    read: (v) => v.map((w) => readers.DeclineDecision(w)),
  },
  learnContacts: {
    name: "learn_contacts",
    jsName: "learnContacts",
    isLong: true,
    isDataOptional: false,
    answer: "value",
    reading,
    required: ["asOf", "policy"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "Nothing later is looked at." },
      policy: { json: "policy", group: null, type: "Policy", required: true, doc: "The policy whose channels and time zones the contacts are of." },
      windowDays: { json: "window_days", group: null, type: "float" },
    },
    read: (v) => readers.Learned(v),
  },
  declineHistory: {
    name: "decline_history",
    jsName: "declineHistory",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf", "customer"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The end of the last period; nothing later is looked at." },
      customer: { json: "customer", group: null, type: "id", required: true, doc: "Whose; by the identifier in the log." },
      periodDays: { json: "period_days", group: null, type: "int" },
      falseAlarmsPerYear: { json: "false_alarms_per_year", group: "options", type: "float" },
      periodsPerYear: { json: "periods_per_year", group: "options", type: ["optional", "float"] },
      minPeriods: { json: "min_periods", group: "options", type: "int" },
      rule: { json: "rule", group: "options", type: "AlarmRule" },
      maxCustomers: { json: "max_customers", group: "options", type: "int" },
      nSimulated: { json: "n_simulated", group: "options", type: "int" },
    },
  },
  declineFit: {
    name: "decline_fit",
    jsName: "declineFit",
    isLong: true,
    isDataOptional: false,
    answer: "text",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The end of the last period; nothing later is looked at." },
      periodDays: { json: "period_days", group: null, type: "int" },
      falseAlarmsPerYear: { json: "false_alarms_per_year", group: "options", type: "float" },
      periodsPerYear: { json: "periods_per_year", group: "options", type: ["optional", "float"] },
      minPeriods: { json: "min_periods", group: "options", type: "int" },
      rule: { json: "rule", group: "options", type: "AlarmRule" },
      maxCustomers: { json: "max_customers", group: "options", type: "int" },
      nSimulated: { json: "n_simulated", group: "options", type: "int" },
    },
  },
  declineStates: {
    name: "decline_states",
    jsName: "declineStates",
    isLong: true,
    isDataOptional: false,
    answer: "table",
    reading,
    required: ["asOf", "fitted"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The end of the last period" },
      fitted: { json: "fitted", group: null, type: "text", required: true, doc: "What `declineFit` answered." },
    },
  },
  declineUpdate: {
    name: "decline_update",
    jsName: "declineUpdate",
    isLong: false,
    isDataOptional: true,
    answer: "value",
    required: ["fitted", "counts"],
    arguments: {
      fitted: { json: "fitted", group: null, type: "text", required: true, doc: "What `declineFit` answered." },
      counts: { json: "counts", group: null, type: ["list", ["optional", "float"]], required: true, doc: "The counts of the next periods in order, 0 to 1e12 each; none for a period of which nothing is known. At most 10,000." },
      state: { json: "state", group: null, type: ["optional", "text"] },
      firstPeriod: { json: "first_period", group: null, type: "int" },
    },
    read: (v) => readers.DeclineStep(v),
  },
  backtest: {
    name: "backtest",
    jsName: "backtest",
    isLong: true,
    isDataOptional: false,
    answer: "value",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The end of the log that is looked at; nothing later is." },
      substitutes: { json: "substitutes", group: "options", type: "Substitutes" },
      ladders: { json: "ladders", group: "options", type: ["list", "Ladder"] },
      learnSuccessors: { json: "learn_successors", group: "options", type: "bool" },
      maxTrainingRows: { json: "max_training_rows", group: "options", type: "int" },
      maxLapseRows: { json: "max_lapse_rows", group: "options", type: "int" },
      useQuantity: { json: "use_quantity", group: "options", type: "bool" },
      nCutoffs: { json: "n_cutoffs", group: "backtest", type: "int" },
      stepDays: { json: "step_days", group: "backtest", type: "float" },
      horizonDays: { json: "horizon_days", group: "backtest", type: "float" },
      reminders: { json: "reminders", group: "backtest", type: "ReminderOptions" },
    },
    read: (v) => readers.Backtest(v),
  },
  audit: {
    name: "audit",
    jsName: "audit",
    isLong: true,
    isDataOptional: false,
    answer: "value",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of the audit; later events are not looked at." },
    },
    read: (v, words) => readers.Audit(v, words),
  },
  report: {
    name: "report",
    jsName: "report",
    isLong: true,
    isDataOptional: false,
    answer: "text",
    reading,
    required: ["asOf"],
    arguments: {
      asOf: { json: "as_of", group: null, type: "instant", required: true, doc: "The instant of prediction; not before the model's own. Nothing later is looked at, but to mark what a shown customer bought since." },
      title: { json: "title", group: "options", type: "text" },
      nReminders: { json: "n_reminders", group: "options", type: "int" },
      nTimelines: { json: "n_timelines", group: "options", type: "int" },
      dueWithinDays: { json: "due_within_days", group: "options", type: "float" },
      withBacktest: { json: "with_backtest", group: "options", type: "bool" },
      policy: { json: "policy", group: "options", type: ["optional", "Policy"] },
      itemNames: { json: "item_names", group: "options", type: ["map", "text"] },
      notes: { json: "notes", group: "options", type: ["list", "text"] },
    },
  },
}

/** Functions. */
const functions = {
  fit(data, options) {
    return run.awaited(run.long(calls.fit, undefined, data, options), methods(), 'fit(…)')
  },
  btyd(data, options) {
    return run.long(calls.btyd, undefined, data, options)
  },
  btydCustomers(data, options) {
    return run.long(calls.btydCustomers, undefined, data, options)
  },
  btydAlive(data, options) {
    return run.long(calls.btydAlive, undefined, data, options)
  },
  btydMatrix(data, options) {
    return run.long(calls.btydMatrix, undefined, data, options)
  },
  btydTracking(data, options) {
    return run.long(calls.btydTracking, undefined, data, options)
  },
  btydContext(data, options) {
    return run.long(calls.btydContext, undefined, data, options)
  },
  btydContextCustomers(data, options) {
    return run.long(calls.btydContextCustomers, undefined, data, options)
  },
  renewalCohorts(options) {
    return run.short(calls.renewalCohorts, undefined, undefined, options)
  },
  renewalFit(options) {
    return run.long(calls.renewalFit, undefined, undefined, options)
  },
  renewalRisk(options) {
    return run.long(calls.renewalRisk, undefined, undefined, options)
  },
  renewalDrivers(options) {
    return run.long(calls.renewalDrivers, undefined, undefined, options)
  },
  decline(data, options) {
    return run.long(calls.decline, undefined, data, options)
  },
  declineModules(data, options) {
    return run.long(calls.declineModules, undefined, data, options)
  },
  decideDeclines(data, options) {
    return run.long(calls.decideDeclines, undefined, data, options)
  },
  learnContacts(data, options) {
    return run.long(calls.learnContacts, undefined, data, options)
  },
  declineHistory(data, options) {
    return run.long(calls.declineHistory, undefined, data, options)
  },
  declineFit(data, options) {
    return run.long(calls.declineFit, undefined, data, options)
  },
  declineStates(data, options) {
    return run.long(calls.declineStates, undefined, data, options)
  },
  declineUpdate(options) {
    return run.short(calls.declineUpdate, undefined, undefined, options)
  },
  backtest(data, options) {
    return run.long(calls.backtest, undefined, data, options)
  },
  audit(data, options) {
    return run.long(calls.audit, undefined, data, options)
  },
}

/** Methods of the model. */
const onModel = {
  async replenishment(data, options) {
    return run.long(calls.replenishment, run.classes.inside(this), data, options)
  },
  forecasts(data, options) {
    return run.short(calls.forecasts, run.classes.inside(this), data, options)
  },
  forecastIfBought(data, options) {
    return run.short(calls.forecastIfBought, run.classes.inside(this), data, options)
  },
  async lapse(data, options) {
    return run.long(calls.lapse, run.classes.inside(this), data, options)
  },
  lapseOf(data, options) {
    return run.short(calls.lapseOf, run.classes.inside(this), data, options)
  },
  async decide(data, options) {
    return run.long(calls.decide, run.classes.inside(this), data, options)
  },
  decideFor(data, options) {
    return run.short(calls.decideFor, run.classes.inside(this), data, options)
  },
  async report(data, options) {
    return run.long(calls.report, run.classes.inside(this), data, options)
  },
}
for (const [name, value] of Object.entries(onModel)) {
  Object.defineProperty(Model.prototype, name, { value, writable: true, configurable: true })
}

module.exports = { calls, functions }
