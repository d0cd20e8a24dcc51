// What makes results of parsed JSON.
// Written by `make gen` from the definitions in the Rust core: change those, not this file.

'use strict'

const { id } = require('./run.js')
const { instant } = require('./values.js')

/** A result that says itself in words. */
function inWords(result, words) {
  if (words) Object.defineProperty(result, 'toString', { value: () => words, enumerable: false })
  return result
}

/** The values of an object, each read. */
function mapped(read, values) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, read(value)]))
}

function Forecast(v) {
  return {
    item: id(v.item),
    need: v.need,
    nextItem: v.next_item === null ? null : NextItem(v.next_item),
    nEvents: v.n_events,
    basis: v.basis,
    lastBoughtAt: v.last_bought_at === null ? null : instant(v.last_bought_at),
    cycleDays: v.cycle_days,
    regularity: v.regularity,
    consumptionPerDay: v.consumption_per_day,
    supplyLeftDays: v.supply_left_days,
    probAgain: v.prob_again,
    probWithin: v.prob_within,
    runOutP10At: instant(v.run_out_p10_at),
    runOutP50At: instant(v.run_out_p50_at),
    runOutP90At: instant(v.run_out_p90_at),
    remindAt: instant(v.remind_at),
  }
}
exports.Forecast = Forecast

function NextItem(v) {
  return {
    item: id(v.item),
    source: v.source,
    share: v.share,
    nCustomers: v.n_customers,
  }
}
exports.NextItem = NextItem

function LapseRisk(v) {
  return {
    customer: id(v.customer),
    asOf: instant(v.as_of),
    nVisits: v.n_visits,
    recencyDays: v.recency_days,
    probAlive: v.prob_alive,
    horizons: v.horizons.map((w) => LapseHorizon(w)),
    logOdds: v.log_odds,
    baseLogOdds: v.base_log_odds,
    drivers: v.drivers.map((w) => LapseDriver(w)),
  }
}
exports.LapseRisk = LapseRisk

function LapseHorizon(v) {
  return {
    horizonDays: v.horizon_days,
    probLapse: v.prob_lapse,
    expectedVisits: v.expected_visits,
  }
}
exports.LapseHorizon = LapseHorizon

function LapseDriver(v) {
  return {
    reason: v.reason,
    logOdds: v.log_odds,
  }
}
exports.LapseDriver = LapseDriver

function PurchaseFit(v) {
  return {
    family: v.family,
    k: v.k,
    parameters: v.parameters.map((w) => PurchaseParameter(w)),
    covariance: v.covariance,
    logLikelihood: v.log_likelihood,
    status: v.status,
    advice: v.advice,
    nCustomers: v.n_customers,
    nRepeats: v.n_repeats,
    spend: v.spend === null ? null : SpendFit(v.spend),
    fitted: v.fitted,
  }
}
exports.PurchaseFit = PurchaseFit

function PurchaseParameter(v) {
  return {
    name: v.name,
    estimate: v.estimate,
    standardError: v.standard_error,
  }
}
exports.PurchaseParameter = PurchaseParameter

function SpendFit(v) {
  return {
    p: v.p,
    q: v.q,
    gamma: v.gamma,
    standardErrors: v.standard_errors,
    logLikelihood: v.log_likelihood,
    status: v.status,
    nCustomers: v.n_customers,
    expectedAmount: v.expected_amount,
  }
}
exports.SpendFit = SpendFit

function ContextFit(v) {
  return {
    family: v.family,
    k: v.k,
    parameters: v.parameters.map((w) => PurchaseParameter(w)),
    effects: v.effects.map((w) => ContextEffect(w)),
    logLikelihood: v.log_likelihood,
    status: v.status,
    advice: v.advice,
    nCustomers: v.n_customers,
  }
}
exports.ContextFit = ContextFit

function ContextEffect(v) {
  return {
    name: v.name,
    on: v.on,
    coefficient: v.coefficient,
    standardError: v.standard_error,
  }
}
exports.ContextEffect = ContextEffect

function CohortCurve(v) {
  return {
    kind: v.kind,
    alpha: v.alpha,
    beta: v.beta,
    shape: v.shape,
    logLikelihood: v.log_likelihood,
    nCustomers: v.n_customers,
    survival: v.survival,
    retention: v.retention,
  }
}
exports.CohortCurve = CohortCurve

function RenewalFit(v) {
  return {
    fitted: v.fitted,
    nRenewals: v.n_renewals,
    nCancelled: v.n_cancelled,
    columns: v.columns,
    notes: v.notes,
  }
}
exports.RenewalFit = RenewalFit

function RenewalDrivers(v) {
  return {
    probCancel: v.prob_cancel,
    baseLogOdds: v.base_log_odds,
    logOdds: v.log_odds,
    drivers: v.drivers.map((w) => RenewalDriver(w)),
  }
}
exports.RenewalDrivers = RenewalDrivers

function RenewalDriver(v) {
  return {
    column: v.column,
    value: v.value,
    logOdds: v.log_odds,
  }
}
exports.RenewalDriver = RenewalDriver

function Learned(v) {
  return {
    hours: v.hours,
    effects: v.effects.map((w) => LearnedEffect(w)),
    approvals: v.approvals.map((w) => LearnedApproval(w)),
  }
}
exports.Learned = Learned

function LearnedEffect(v) {
  return {
    offer: v.offer,
    nContacted: v.n_contacted,
    nHeldOut: v.n_held_out,
    shareContacted: v.share_contacted,
    shareHeldOut: v.share_held_out,
    probWinBack: v.prob_win_back,
    standardError: v.standard_error,
    effectiveContacted: v.effective_contacted,
    effectiveHeldOut: v.effective_held_out,
  }
}
exports.LearnedEffect = LearnedEffect

function LearnedApproval(v) {
  return {
    offer: v.offer,
    nApproved: v.n_approved,
    nEdited: v.n_edited,
    nRefused: v.n_refused,
    probApproved: v.prob_approved,
  }
}
exports.LearnedApproval = LearnedApproval

function Decision(v) {
  const read = { contact: Contact, wait: Wait, abstain: Abstain, hand_off: HandOff }[v.action]
  return { action: v.action, ...read(v) }
}
exports.Decision = Decision

function Message(v) {
  return {
    key: v.key,
    locale: v.locale,
    text: v.text,
  }
}
exports.Message = Message

function Reasoning(v) {
  return {
    candidates: v.candidates.map((w) => Candidate(w)),
    runnerUp: v.runner_up === null ? null : Candidate(v.runner_up),
    evidence: v.evidence.map((w) => Evidence(w)),
    binding: v.binding === null ? null : Binding(v.binding),
    wouldChange: v.would_change.map((w) => Change(w)),
    words: v.words,
    gainByDay: v.gain_by_day,
    closedDays: v.closed_days.map((w) => ClosedDay(w)),
  }
}
exports.Reasoning = Reasoning

function Candidate(v) {
  return {
    item: v.item === null ? null : id(v.item),
    offer: v.offer,
    channel: v.channel,
    inDays: v.in_days,
    expectedMargin: v.expected_margin,
    marginLow: v.margin_low,
    marginHigh: v.margin_high,
    parts: Parts(v.parts),
  }
}
exports.Candidate = Candidate

function Parts(v) {
  return {
    winBack: v.win_back,
    cannibalised: v.cannibalised,
    ignored: v.ignored,
    lost: v.lost,
    timing: v.timing,
    contact: v.contact,
  }
}
exports.Parts = Parts

function Evidence(v) {
  return {
    kind: v.kind,
    isFor: v.is_for,
    value: v.value,
    n: v.n,
  }
}
exports.Evidence = Evidence

function Binding(v) {
  return {
    limit: v.limit,
    costs: v.costs,
  }
}
exports.Binding = Binding

function Change(v) {
  return {
    of: v.of,
    value: v.value,
    threshold: v.threshold,
  }
}
exports.Change = Change

function ClosedDay(v) {
  return {
    inDays: v.in_days,
    limit: v.limit,
  }
}
exports.ClosedDay = ClosedDay

function Contact(v) {
  return {
    item: v.item === null ? null : id(v.item),
    nextItem: v.next_item === null ? null : id(v.next_item),
    offer: v.offer,
    discountShare: v.discount_share,
    channel: v.channel,
    contactAt: instant(v.contact_at),
    expectedMargin: v.expected_margin,
    route: v.route,
    propensity: v.propensity,
    effect: v.effect,
    message: v.message === null ? null : Message(v.message),
    reasoning: Reasoning(v.reasoning),
  }
}
exports.Contact = Contact

function Wait(v) {
  return {
    untilAt: instant(v.until_at),
    item: v.item === null ? null : id(v.item),
    offer: v.offer,
    channel: v.channel,
    expectedMargin: v.expected_margin,
    reasoning: Reasoning(v.reasoning),
  }
}
exports.Wait = Wait

function Abstain(v) {
  return {
    because: v.because,
    propensity: v.propensity,
    missing: v.missing,
    reasoning: Reasoning(v.reasoning),
  }
}
exports.Abstain = Abstain

function HandOff(v) {
  return {
    to: v.to,
    because: v.because,
    item: v.item === null ? null : id(v.item),
    offer: v.offer,
    channel: v.channel,
    expectedMargin: v.expected_margin,
    message: v.message === null ? null : Message(v.message),
    reasoning: Reasoning(v.reasoning),
  }
}
exports.HandOff = HandOff

function DeclineDecision(v) {
  return {
    decline: UsageDecline(v.decline),
    decision: Decision(v.decision),
  }
}
exports.DeclineDecision = DeclineDecision

function UsageDecline(v) {
  return {
    customer: id(v.customer),
    alarmAt: instant(v.alarm_at),
    sinceAt: instant(v.since_at),
    sinceEarliestAt: instant(v.since_earliest_at),
    sinceLatestAt: instant(v.since_latest_at),
    depth: v.depth,
    depthMin: v.depth_min,
    depthMax: v.depth_max,
    levelBefore: v.level_before,
    levelAfter: v.level_after,
    falseAlarmsPerYear: v.false_alarms_per_year,
    modules: v.modules.map((w) => ModuleFinding(w)),
  }
}
exports.UsageDecline = UsageDecline

function ModuleFinding(v) {
  return {
    module: id(v.module),
    reason: v.reason,
    perPeriod: v.per_period,
    expectedPerPeriod: v.expected_per_period,
    probBelow: v.prob_below,
  }
}
exports.ModuleFinding = ModuleFinding

function DeclineStep(v) {
  return {
    state: v.state,
    nextPeriod: v.next_period,
    levelPerPeriod: v.level_per_period,
    alarms: v.alarms.map((w) => Alarm(w)),
  }
}
exports.DeclineStep = DeclineStep

function Alarm(v) {
  return {
    period: v.period,
    sincePeriod: v.since_period,
    sinceEarliest: v.since_earliest,
    sinceLatest: v.since_latest,
    depth: v.depth,
    depthMin: v.depth_min,
    depthMax: v.depth_max,
    levelBefore: v.level_before,
    levelAfter: v.level_after,
    falseAlarmsPerYear: v.false_alarms_per_year,
  }
}
exports.Alarm = Alarm

function ReminderOptions(v) {
  return {
    toleranceDays: v.tolerance_days,
    horizonDays: v.horizon_days,
    nPoints: v.n_points,
  }
}
exports.ReminderOptions = ReminderOptions

function Backtest(v) {
  return {
    cutoffs: v.cutoffs.map((w) => instant(w)),
    horizonDays: v.horizon_days,
    all: Scores(v.all),
    repeated: v.repeated === null ? null : Scores(v.repeated),
    structure: Scores(v.structure),
    calibration: v.calibration.map((w) => CalibrationBin(w)),
    crpsDays: v.crps_days,
    coverage: v.coverage === null ? null : Coverage(v.coverage),
    reminders: v.reminders === null ? null : ReminderCurve(v.reminders),
  }
}
exports.Backtest = Backtest

function Scores(v) {
  return {
    nForecasts: v.n_forecasts,
    nPositive: v.n_positive,
    baseRate: v.base_rate,
    meanProb: v.mean_prob,
    logLoss: v.log_loss,
    logLossBase: v.log_loss_base,
    logLossSkill: v.log_loss_skill,
    brier: v.brier,
    brierSkill: v.brier_skill,
    auc: v.auc,
    ece: v.ece,
    precisionTop1pct: v.precision_top_1pct,
  }
}
exports.Scores = Scores

function CalibrationBin(v) {
  return {
    n: v.n,
    meanProb: v.mean_prob,
    shareObserved: v.share_observed,
    observedLow: v.observed_low,
    observedHigh: v.observed_high,
  }
}
exports.CalibrationBin = CalibrationBin

function Coverage(v) {
  return {
    level: v.level,
    share: v.share,
    shareLow: v.share_low,
    shareHigh: v.share_high,
    shareBelow: v.share_below,
    nForecasts: v.n_forecasts,
    nObserved: v.n_observed,
    nAtUpper: v.n_at_upper,
  }
}
exports.Coverage = Coverage

function ReminderCurve(v) {
  return {
    options: ReminderOptions(v.options),
    nJudged: v.n_judged,
    nUndecided: v.n_undecided,
    nPurchases: v.n_purchases,
    points: v.points.map((w) => ReminderPoint(w)),
  }
}
exports.ReminderCurve = ReminderCurve

function ReminderPoint(v) {
  return {
    probThreshold: v.prob_threshold,
    nReminders: v.n_reminders,
    nRight: v.n_right,
    precision: v.precision,
    precisionLow: v.precision_low,
    precisionHigh: v.precision_high,
    recall: v.recall,
  }
}
exports.ReminderPoint = ReminderPoint

function Audit(v, words) {
  return inWords({
    asOf: instant(v.as_of),
    log: LogFacts(v.log),
    findings: v.findings.map((w) => Finding(w)),
    scenarios: v.scenarios.map((w) => ScenarioReadiness(w)),
  }, words)
}
exports.Audit = Audit

function LogFacts(v) {
  return {
    nCustomers: v.n_customers,
    nItems: v.n_items,
    nEvents: v.n_events,
    nEventsAfter: v.n_events_after,
    nVisits: v.n_visits,
    timeZone: v.time_zone,
    firstAt: v.first_at === null ? null : instant(v.first_at),
    lastAt: v.last_at === null ? null : instant(v.last_at),
    spanDays: v.span_days,
    quietDays: v.quiet_days,
    nPairs: v.n_pairs,
    nPairsRepeated: v.n_pairs_repeated,
    sharePairsRepeated: v.share_pairs_repeated,
    nCustomersReturning: v.n_customers_returning,
    shareCustomersReturning: v.share_customers_returning,
    shareCustomersSingleEvent: v.share_customers_single_event,
    medianEventsPerCustomer: v.median_events_per_customer,
    medianCycleDays: v.median_cycle_days,
    regularity: v.regularity,
    nCustomersActive: v.n_customers_active,
    nCustomersWeekly: v.n_customers_weekly,
    nCustomersMovedOn: v.n_customers_moved_on,
    hasQuantity: v.has_quantity,
    shareEventsQuantity: v.share_events_quantity,
    shareEventsAmount: v.share_events_amount,
    shareEventsCategory: v.share_events_category,
    shareEventsNeed: v.share_events_need,
    shareEventsPackSize: v.share_events_pack_size,
    nNeedsShared: v.n_needs_shared,
    nReturns: v.n_returns,
    timeResolution: v.time_resolution,
    nDaysEmpty: v.n_days_empty,
    closedWeekdays: v.closed_weekdays,
    holes: v.holes.map((w) => Hole(w)),
    jumps: v.jumps.map((w) => Jump(w)),
  }
}
exports.LogFacts = LogFacts

function Hole(v) {
  return {
    fromAt: instant(v.from_at),
    untilAt: instant(v.until_at),
    nDays: v.n_days,
  }
}
exports.Hole = Hole

function Jump(v) {
  return {
    at: instant(v.at),
    beforePerWeek: v.before_per_week,
    afterPerWeek: v.after_per_week,
  }
}
exports.Jump = Jump

function Finding(v) {
  return {
    code: v.code,
    words: v.words,
    todo: v.todo,
  }
}
exports.Finding = Finding

function ScenarioReadiness(v) {
  return {
    scenario: v.scenario,
    readiness: v.readiness,
    checks: v.checks.map((w) => Check(w)),
  }
}
exports.ScenarioReadiness = ScenarioReadiness

function Check(v) {
  return {
    code: v.code,
    readiness: v.readiness,
    required: v.required,
    found: v.found,
    needed: v.needed,
    words: v.words,
    todo: v.todo,
  }
}
exports.Check = Check

function IngestReport(v, words) {
  return inWords({
    nRead: v.n_read,
    nKept: v.n_kept,
    nMerged: v.n_merged,
    nReturns: v.n_returns,
    nContacts: v.n_contacts,
    nContactsMerged: v.n_contacts_merged,
    nRefused: v.n_refused,
    nAssumedOne: v.n_assumed_one,
    nConflictingItems: v.n_conflicting_items,
    refusals: v.refusals.map((w) => Refusal(w)),
  }, words)
}
exports.IngestReport = IngestReport

function Refusal(v) {
  return {
    reason: v.reason,
    nRows: v.n_rows,
    firstRow: v.first_row,
    column: v.column,
    sample: v.sample,
  }
}
exports.Refusal = Refusal
