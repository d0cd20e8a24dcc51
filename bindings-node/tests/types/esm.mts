// What the declarations allow, and what they refuse.

import beforehandDefault, { audit, BeforehandError, fit, History, Model, type Forecast, type ReplenishmentRow } from 'beforehand'

const rows = [{ customer: 1n, item: 'filter', at: new Date(), quantity: '2' }]
const model: Model = await fit(rows, { asOf: Date.now(), columns: { customer: 'customer' }, timeZone: 'UTC', onProgress: ({ stage, done }) => `${stage}${done}` })
const forecasts: Forecast[] = model.forecasts(rows, { asOf: 1_760_000_000_000n, horizonsDays: [7, 28] })
const days: number | undefined = forecasts[0]?.probWithin[0]?.[0]
const table = await model.replenishment(await History.from({ customer: Int32Array.of(1), item: ['a'], at: Float64Array.of(0) }), { asOf: '2026-01-31', signal: new AbortController().signal })
const prob: Float32Array | Float64Array = table.columns.probWithin28Days
const at: number | undefined = table.columns.remindAt[0]
for (const row of table) {
  const typed: ReplenishmentRow = row
  const remindAt: Date | null = typed.remindAt
  const within: number | null = typed.probWithin7Days
  console.log(remindAt, within)
}
const readiness: 'ready' | 'thin' | 'missing' | undefined = (await audit(rows, { asOf: new Date() })).scenarios[0]?.readiness
const code: 'empty_data' | undefined = new Error() instanceof BeforehandError ? 'empty_data' : undefined
console.log(days, prob, at, readiness, code, beforehandDefault.fit === fit)

const { fitted, columns: features } = await beforehandDefault.renewalFit({ contracts: [{ plan: 'yearly', cancelled: true }], horizonsTerms: [6] })
const risk = await beforehandDefault.renewalRisk({ fitted, contracts: { plan: ['yearly', null], seats: Int32Array.of(3, 4) } })
const within: Float32Array | Float64Array = risk.columns.probCancelWithin6Terms
console.log(features.length, within)

// @ts-expect-error contracts that are missing
await beforehandDefault.renewalFit({ cancelled: 'churned' })
// @ts-expect-error a misspelled option
await fit(rows, { asof: new Date() })
// @ts-expect-error what must be given
await fit(rows, {})
// @ts-expect-error a word that is none
await fit(rows, { asOf: new Date(), onRefused: 'keepGoing' })
// @ts-expect-error a text for a number
model.forecasts(rows, { asOf: new Date(), leadDays: '7' })
// @ts-expect-error an await that is missing
fit(rows, { asOf: new Date() }).forecasts(rows, { asOf: new Date() })
// @ts-expect-error no column of that name
table.columns.probability
// @ts-expect-error not made with new
new Model()
