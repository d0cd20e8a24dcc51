'use strict'

// Ten thousand cases of whatever a caller may pass: an answer, or an error of the package.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const fc = require('fast-check')
const { BeforehandError, History, Model, fit } = require('beforehand')
const { AS_OF, model } = require('./shop.js')

const RUNS = Number(process.env.FUZZ_RUNS ?? 10_000)

const odd = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withSparseArray: true, maxDepth: 2 }),
  fc.constantFrom(Number.NaN, Infinity, -0, 2 ** 53, 1e300, -1, '', '\0', '\ud800', '9007199254740993', null, undefined),
  fc.string({ unit: 'binary' }),
  fc.date({ noInvalidDate: false }),
  fc.bigInt(),
)
const at = fc.oneof(
  { weight: 6, arbitrary: fc.date({ min: new Date('2024-01-01'), max: new Date('2025-12-31'), noInvalidDate: true }) },
  { weight: 2, arbitrary: fc.integer({ min: 1.7e12, max: 1.76e12 }) },
  { weight: 1, arbitrary: fc.constantFrom('2025-01-05', '2025-01-05T10:00:00+02:00', 'soon', 1.7e9, 1.7e15) },
  { weight: 1, arbitrary: odd },
)
const row = fc.record(
  {
    customer: fc.oneof({ weight: 8, arbitrary: fc.constantFrom('c1', 'c1', 'c2', 17) }, { weight: 1, arbitrary: odd }),
    item: fc.oneof({ weight: 8, arbitrary: fc.constantFrom('coffee', 'filter', 4711, 2n ** 60n) }, { weight: 1, arbitrary: odd }),
    at,
    quantity: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom('2', '1.5', 'x', 0, -1), odd),
    amount: fc.oneof(fc.double(), fc.constantFrom('12.50'), odd),
    kind: fc.oneof(fc.constantFrom('purchase', 'return', 'contact', 'held_out', 'opt_out', 'x'), odd),
    order: fc.oneof(fc.string(), odd),
    undoes: fc.oneof(fc.string(), odd),
    packSize: fc.oneof(fc.double(), odd),
    channel: fc.oneof(fc.constantFrom('email', 7), odd),
    offer: fc.oneof(fc.string(), odd),
    propensity: fc.oneof(fc.constantFrom(0.5, 1, '0.25', 0), odd),
  },
  { requiredKeys: ['customer', 'item', 'at'] },
)
const column = fc.oneof(
  fc.array(odd, { maxLength: 4 }),
  fc.float64Array({ maxLength: 4 }),
  fc.int32Array({ maxLength: 4 }),
  fc.bigInt64Array({ maxLength: 4 }),
  fc.record({ codes: fc.uint32Array({ maxLength: 4, max: 5 }), values: fc.array(fc.oneof(fc.string(), odd), { maxLength: 4 }) }),
  odd,
)
const data = fc.oneof(
  { weight: 6, arbitrary: fc.array(row, { maxLength: 8 }) },
  { weight: 2, arbitrary: fc.record({ customer: column, item: column, at: column, quantity: column }, { requiredKeys: ['customer'] }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(row, odd), { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
  { weight: 1, arbitrary: odd },
)
const options = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        asOf: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(AS_OF, '2026-01-01', new Date('2025-12-31'), 1767225600000) }, { weight: 1, arbitrary: odd }),
        customer: fc.oneof(fc.constantFrom('c1', 'c2', 17), odd),
        horizonsDays: fc.oneof(fc.array(fc.double({ min: 0.1, max: 364, noNaN: true }), { maxLength: 3 }), odd),
        leadDays: fc.oneof(fc.double(), odd),
        remindQuantile: fc.oneof(fc.double({ min: 0, max: 1 }), odd),
        timeUnit: fc.oneof(fc.constantFrom('seconds', 'milliseconds', 'microseconds', 'nanoseconds', null), odd),
        mergeDays: fc.oneof(fc.integer(), odd),
        columns: odd,
        timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Mars', ''),
      },
      { requiredKeys: ['asOf'] },
    ),
  },
  { weight: 1, arbitrary: odd },
)

/** Runs work that may fail, but only as the package fails. */
async function clean(work, given) {
  try {
    await work()
    return true
  } catch (failure) {
    if (!(failure instanceof BeforehandError)) throw new Error(`no clean error for ${fc.stringify(given)}`, { cause: failure })
    assert.notEqual(failure.code, 'internal', failure.message)
    assert.ok(failure.message.length > 10)
    return false
  }
}

test(`${RUNS} cases of arguments end in an answer or a clean error`, { timeout: 1_200_000 }, async () => {
  const fitted = await model()
  let answered = 0
  const property = fc.asyncProperty(data, options, fc.integer({ min: 0, max: 9 }), fc.oneof(fc.constantFrom('coffee', 7, 7n), odd), async (given, asked, which, item) => {
    const work = [
      () => fitted.forecastIfBought(given, item === undefined ? asked : { ...Object(asked), item }),
      () => new History(given, typeof asked === 'object' && asked !== null ? { timeUnit: asked.timeUnit, mergeDays: asked.mergeDays } : asked),
      () => fitted.knowsItem(item),
      () => new History(given).purchases(item, item),
      () => (which === 4 ? Model.fromBuffer(given) : Model.fromHandle(item)),
      () => fitted.replenishment(given, asked),
      () => History.from(given, asked),
      () => fit(given, asked),
    ][which]
    if (await clean(work ?? (() => fitted.forecasts(given, asked)), [given, asked, which, item])) answered += 1
  })
  await fc.assert(property, { numRuns: RUNS, seed: 20260122, endOnFailure: true })
  assert.ok(answered > RUNS / 50, `only ${answered} cases were answered`)
})

test('bytes of a model with one thing changed are refused, not believed', async () => {
  const bytes = (await model()).toBuffer()
  const property = fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(bytes.length), async (at, by, length) => {
    const changed = Buffer.from(bytes)
    changed[at] ^= by
    assert.equal(await clean(() => Model.fromBuffer(changed), at), false)
    if (length < bytes.length) assert.equal(await clean(() => Model.fromBuffer(bytes.subarray(0, length)), length), false)
  })
  await fc.assert(property, { numRuns: 100, seed: 7 })
})
