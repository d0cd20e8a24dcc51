'use strict'

// A few rows cross in one piece. Whatever they hold, the answer or the error is that of the same rows as columns.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const vm = require('node:vm')
const fc = require('fast-check')
const { BeforehandError, History } = require('beforehand')
const { native: guarded } = require('../lib/errors.js')
const native = require('../lib/native.js')
const { Pack } = require('../lib/pack.js')
const { parcelOf } = require('../lib/parcel.js')
const { readingOf } = require('../lib/reading.js')
const run = require('../lib/run.js')
const { fails } = require('./shop.js')

/** The history of rows by way of columns. */
function byColumns(rows, options) {
  const reading = readingOf(options)
  const pack = new Pack(rows, reading)
  pack.push(0, rows.length)
  const columns = pack.finish()
  return guarded(() => native.History.fromColumns(columns, reading.settings))
}

/** All that a native history says of itself, or the error. */
function said(make) {
  let history
  try {
    history = make()
  } catch (failure) {
    assert.ok(failure instanceof BeforehandError, failure?.stack)
    const { code, field, row, message } = failure
    return { code, field, row, message }
  }
  const audit = JSON.parse(native.call('audit', '{"as_of":"2026-01-01T00:00:00Z"}', undefined, history)[0])
  const bought = []
  for (const customer of ['"c1"', '17', '"😀"']) {
    for (const item of ['"coffee"', '4711', '"x"']) {
      try {
        bought.push(history.purchases(customer, item))
      } catch (failure) {
        bought.push(failure.message)
      }
    }
  }
  return { report: history.report(), facts: history.facts, audit, bought }
}

const same = (rows, options) =>
  assert.deepEqual(said(() => run.classes.nativeOf(new History(rows, options))), said(() => byColumns(rows, options)), fc.stringify(rows))

const BIG = 'ü'.repeat(5_000)
const foreign = vm.runInNewContext('new Date(1.75e12)')
const odd = fc.constantFrom(
  null, undefined, NaN, Infinity, -0, 0, 1.5, 2 ** 53, -7, 7n, 2n ** 60n, 2n ** 70n, '', ' ', '\0', 'a\0b', '\ud800', 'x\udc00', '😀', BIG,
  'x'.repeat(70_000), true, new Date(NaN), new Date(1.75e12), foreign, [], {}, '2025-01-05', '12,5', '1e3', Symbol.iterator,
)
const usually = (weight, ...arbitraries) => fc.oneof(...arbitraries.map((arbitrary) => ({ weight, arbitrary })), { weight: 1, arbitrary: odd })
const rows = (weight) => {
  const at = fc.date({ min: new Date('2024-01-01'), max: new Date('2025-12-31'), noInvalidDate: true })
  const text = fc.constantFrom('2025-01-05', '2025-03-01T10:00:00Z', '2025-06-01T10:00:00+02:00')
  const row = (time) =>
    fc.record(
      {
        customer: usually(weight, fc.constantFrom('c1', 'c1', 'c2', '😀')),
        at: usually(weight, time),
        item: usually(weight, fc.constantFrom('coffee', 'filter', 'x')),
        quantity: usually(weight, fc.integer({ min: 1, max: 4 }), fc.constantFrom('2')),
        amount: usually(weight, fc.constantFrom(12.5, '12.50', null)),
        kind: usually(weight, fc.constantFrom('purchase', null, 'contact', 'open', 'opt_out', 'held_out')),
        category: usually(weight, fc.constantFrom('food', 7)),
        need: usually(weight, fc.constant('caffeine')),
        packSize: usually(weight, fc.constantFrom(250, 500)),
        order: usually(weight, fc.constantFrom('o1', 'o2')),
        undoes: usually(weight, fc.constantFrom(null, null, 'o1')),
        channel: usually(weight, fc.constantFrom('mail', 'app')),
        offer: usually(weight, fc.constantFrom(12, 13)),
        propensity: usually(weight, fc.constantFrom(0.5, '0.5', 2)),
      },
      { requiredKeys: ['customer', 'at'] },
    )
  const times = [at, at.map(Number), fc.oneof(at, at.map(Number)), text, fc.oneof(at, text)]
  return fc.oneof(...times.map((time) => fc.array(row(time), { minLength: 1, maxLength: 12 })))
}
const options = fc.constantFrom(undefined, undefined, { timeUnit: 'milliseconds' }, { timeUnit: 'seconds' }, { onRefused: 'fail' }, { timeZone: 'Europe/Berlin' }, { columns: { need: null, offer: 'channel' } })

test('rows in one piece are read as rows in columns', () => {
  fc.assert(fc.property(rows(200), options, same), { numRuns: 1_500, seed: 1 })
})

test('so are rows with anything among them', () => {
  fc.assert(fc.property(rows(12), options, same), { numRuns: 1_500, seed: 2 })
  const good = { customer: 'c1', at: '2025-01-05', item: 'coffee' }
  for (const row of [null, 7, [], 'x', Promise.resolve(good), {}, new Map()]) same([good, row, good])
  same([])
})

test('usual rows do cross in one piece, and what does not fit is left alone', () => {
  const row = { customer: 'c1', at: new Date('2025-01-05'), item: 'coffee', quantity: 2, kind: 'purchase' }
  const reading = readingOf()
  const crosses = (rows) => parcelOf(rows, reading) !== undefined
  assert.ok(crosses([row]))
  assert.ok(crosses([{ ...row, at: '2025-01-05', customer: 17, amount: '12.5', offer: null }, { ...row, at: '2025-01-06', customer: 18 }]))
  assert.ok(crosses([row, { customer: 'c1', at: row.at, kind: 'opt_out' }]))
  assert.ok(!crosses([{ ...row, customer: 1n }]))
  assert.ok(!crosses([row, { ...row, customer: 7 }]))
  assert.ok(!crosses(Array(100_000).fill(row)))
  assert.equal(new History(Array(100_000).fill(row)).nEvents, 100_000)
})

test('a row that is read may itself make a history', () => {
  const at = new Date('2025-01-05')
  const inner = [{ customer: 'inner', at, item: 'other' }]
  const row = {
    customer: 'c1',
    at,
    get item() {
      return new History(inner).nItems === 1 ? 'coffee' : 'wrong'
    },
  }
  const history = new History([row, row, { customer: 'c2', at, item: 'filter' }])
  assert.deepEqual([history.nCustomers, history.purchases('c1', 'coffee').length], [2, 2])
})

test('contacts about no item need not name one', async () => {
  const contacts = [
    { customer: 'c1', at: '2025-01-05', kind: 'sent', channel: 'mail' },
    { customer: 'c1', at: '2025-01-06', kind: 'Opened', channel: 'mail' },
  ]
  for (const rows of [contacts, contacts.map((row) => ({ ...row, item: null }))]) {
    assert.equal(new History(rows).report.nContacts, 2)
    assert.equal((await History.from(rows)).report.nContacts, 2)
  }
  const wrong = { code: 'invalid_data', field: 'item', message: /did you mean "itme"/ }
  await fails(() => new History([...contacts, { customer: 'c1', at: '2025-01-05', kind: 'purchase', itme: 'x' }]), wrong)
  await fails(() => new History([...contacts, { customer: 'c1', at: '2025-01-05', itme: 'x' }]), wrong)
  await fails(() => new History([{ customer: 'c1', at: '2025-01-05', itme: 'x' }]), wrong)
})

test('texts as arrays are read alike, whether they come again or not', () => {
  const n = 20_000
  const at = Float64Array.from({ length: n }, (_, i) => Date.UTC(2025, 0, 1) + i * 6e4)
  const customers = (name) => {
    const customer = Array.from({ length: n }, (_, i) => name(i))
    const { nCustomers, report } = new History({ customer, item: Array(n).fill('coffee'), at })
    return [nCustomers, report.nKept]
  }
  assert.deepEqual(customers((i) => `c${i}`), [n, n])
  assert.deepEqual(customers((i) => `c${i % 9}`), [9, n])
  assert.deepEqual(customers((i) => (i === 15_000 ? null : `c${i}`)), [n - 1, n - 1])
  assert.deepEqual(customers((i) => (i === 15_000 ? 7 : `c${i}`)), [n, n])
  assert.deepEqual(customers((i) => (i === 15_000 ? '' : `c${i}`)), [n - 1, n - 1])
  for (const text of ['a\0b', '\ud800']) {
    assert.throws(() => customers((i) => (i === 15_000 ? text : `c${i}`)), { code: 'invalid_data', field: 'customer' })
  }
})
