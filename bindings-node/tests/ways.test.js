'use strict'

// Every way in gives the same history, and every form of a value the same value.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { tableFromArrays, tableFromIPC, tableToIPC, vectorFromArray, Table: ArrowTable, Timestamp, TimeUnit } = require('apache-arrow')
const { fit, History } = require('beforehand')
const { AS_OF, fails, model, monthly, of, rows } = require('./shop.js')

const bytes = async (data, options) => (await fit(data, { asOf: AS_OF, ...options })).toBuffer()
const column = (name) => rows().map((row) => row[name])

test('rows, columns, Arrow and CSV give the same model', async () => {
  const expected = (await model()).toBuffer()
  const times = column('at').map((at) => Date.parse(at))
  const coded = (values) => {
    const texts = [...new Set(values)]
    return { codes: Uint32Array.from(values, (v) => texts.indexOf(v)), values: texts }
  }
  const columns = {
    customer: coded(column('customer')),
    item: column('item'),
    at: Float64Array.from(times),
    quantity: Int32Array.from(column('quantity')),
    category: coded(column('category')),
    order: column('order'),
  }
  assert.ok(expected.equals(await bytes(columns)))
  const micros = BigInt64Array.from(times, (ms) => BigInt(ms) * 1000n)
  assert.ok(expected.equals(await bytes({ ...columns, at: micros }, { timeUnit: 'microseconds' })))
  assert.ok(expected.equals(await bytes({ ...columns, at: times.map((ms) => new Date(ms)) })))
  const arrow = new ArrowTable({
    customer: vectorFromArray(column('customer')),
    item: vectorFromArray(column('item')),
    at: vectorFromArray(times, new Timestamp(TimeUnit.MILLISECOND, 'UTC')),
    quantity: vectorFromArray(Int32Array.from(column('quantity'))),
    category: vectorFromArray(column('category')),
    order: vectorFromArray(column('order')),
  })
  assert.ok(expected.equals(await bytes(tableToIPC(arrow, 'stream'))))
  assert.ok(expected.equals(await bytes(tableToIPC(arrow, 'file'))))
  assert.ok(expected.equals(await bytes(new Set(rows()))))
  assert.ok(expected.equals(await bytes(rows().reverse())))
  assert.ok(expected.equals(await bytes(await History.from(rows()))))
  assert.ok(expected.equals(await bytes(new History(rows()))))
  const renamed = rows().map(({ customer, at, item, ...rest }) => ({ who: customer, when: at, what: item, ...rest }))
  assert.ok(expected.equals(await bytes(renamed, { columns: { customer: 'who', time: 'when', item: 'what' } })))
})

test('one customer is answered the same, however the events come', async () => {
  const fitted = await model()
  const own = of('c007')
  const ask = (data, options) => fitted.forecasts(data, { asOf: AS_OF, ...options })
  const expected = ask(new History(rows()), { customer: 'c007' })
  assert.deepEqual(ask(own), expected)
  assert.deepEqual(ask(new History(own)), expected)
  const ms = (row) => Date.parse(row.at)
  assert.deepEqual(ask(own.map((row) => ({ ...row, at: new Date(ms(row)) }))), expected)
  assert.deepEqual(ask(own.map((row) => ({ ...row, at: ms(row) }))), expected)
  assert.deepEqual(ask(own.map((row) => ({ ...row, at: BigInt(ms(row)) }))), expected)
  assert.deepEqual(ask(own.map((row) => ({ ...row, at: ms(row) / 1000 })), { timeUnit: 'seconds' }), expected)
  assert.deepEqual(ask(own.map((row) => ({ ...row, at: BigInt(ms(row)) * 1000n })), { timeUnit: 'microseconds' }), expected)
  assert.deepEqual(ask(own.map((row) => ({ ...row, at: BigInt(ms(row)) * 1000000n })), { timeUnit: 'nanoseconds' }), expected)
  assert.deepEqual(ask(own.map((row, i) => ({ ...row, at: i % 2 ? row.at : new Date(ms(row)) }))), expected)
  assert.deepEqual(ask(own.map((row) => ({ ...row, quantity: String(row.quantity) }))), expected)
  assert.deepEqual(ask(own.map((row) => ({ ...row, quantity: BigInt(row.quantity) }))), expected)
  const all = await fitted.replenishment(own, { asOf: AS_OF })
  assert.equal(all.nRows, expected.length)
  assert.deepEqual(Array.from(all.columns.item), expected.map((forecast) => forecast.item))
})

test('identifiers come back as they were given', async () => {
  const log = (ids) => monthly(40).map((event) => ({ ...event, customer: ids(Number(event.customer.slice(1))) }))
  const first = async (ids) => {
    const data = log(ids)
    const fitted = await fit(data, { asOf: '2025-11-01' })
    const due = await fitted.replenishment(data, { asOf: '2025-11-01' })
    return due.row(0).customer
  }
  assert.equal(await first((c) => c + 7), 7)
  assert.equal(await first((c) => BigInt(c + 7)), 7)
  assert.equal(await first((c) => 2n ** 60n + BigInt(c)), 2n ** 60n)
  assert.equal(await first((c) => `u${c}`), 'u0')
  assert.equal(await first((c) => (c % 2 === 0 ? c : `u${c}`)), '0')
  assert.equal(await first((c) => 2n ** 70n + BigInt(c)), String(2n ** 70n))

  const wide = monthly(40).map((event) => ({ ...event, item: 9007199254740993n }))
  const fitted = await fit(wide, { asOf: '2025-11-01' })
  const own = wide.filter((event) => event.customer === 'c3')
  assert.equal(fitted.forecasts(own, { asOf: '2025-11-01' })[0].item, 9007199254740993n)
  assert.ok(fitted.knowsItem(9007199254740993n) && !fitted.knowsItem(9007199254740995n))
  assert.equal(fitted.forecastIfBought(null, { item: 9007199254740993n, asOf: '2025-11-01' }).basis, 'item')
  const withText = own.map((event) => ({ ...event, need: ':9007199254740993,"' }))
  assert.equal(fitted.forecasts(withText, { asOf: '2025-11-01' })[0].item, 9007199254740993n)
})

test('what a query of pg returns can be given as it is', async () => {
  const log = monthly(40).map((event, i) => ({
    customer_id: String(event.customer.slice(1)),
    sku: event.item,
    paid_at: event.at,
    qty: '1',
    total: '12.50',
    order_id: String(i),
  }))
  const columns = { customer: 'customer_id', item: 'sku', time: 'paid_at', quantity: 'qty', amount: 'total', order: 'order_id' }
  const history = await History.from(log, { columns })
  assert.equal(history.report.nKept, log.length)
  assert.equal(history.report.nRefused, 0)
})

test('rows that cannot be used are reported, not lost', async () => {
  const log = monthly(10)
  log[3].quantity = '1,5'
  log[4].quantity = Number.NaN
  log[5].at = new Date(Number.NaN)
  log[6].customer = null
  log[7].amount = 'dear'
  delete log[8].item
  const { report } = new History(log)
  assert.equal(report.nRead, 100)
  assert.equal(report.nRefused, 6)
  const reasons = report.refusals.map(({ reason, firstRow, sample }) => [reason, firstRow, sample]).sort()
  assert.deepEqual(reasons, [
    ['bad_amount', 7, 'dear'],
    ['bad_quantity', 3, '1,5'],
    ['bad_time', 5, 'Invalid Date'],
    ['missing_customer', 6, ''],
    ['missing_item', 8, ''],
  ])
  assert.match(String(report), /100 rows/)
  const error = await fails(() => History.from(log, { onRefused: 'fail' }), { code: 'invalid_data', row: 3, message: /"1,5"/ })
  assert.equal(error.field, 'quantity')
  // What follows a number that is none is read as before, and NaN in a column of numbers is shown as what it is.
  const one = (quantity) => ({ customer: 'c', item: 'i', at: '2025-01-01', quantity })
  const rows = new History([one(2), one(null), one('x'), one('2.50'), one(3n), one(undefined)])
  assert.deepEqual([rows.report.nKept, rows.report.nRefused], [5, 1])
  const columns = new History({ customer: ['c', 'd'], item: ['i', 'i'], at: ['2025-01-01', '2025-01-02'], quantity: Float64Array.of(NaN, 2) })
  assert.deepEqual(columns.report.refusals.map(({ firstRow, sample }) => [firstRow, sample]), [[0, 'NaN']])
})

test('a return undoes its purchase, though only some rows name one', () => {
  const log = [
    { customer: 'c1', item: 'filter', at: '2025-01-01', order: 'o1', quantity: 2 },
    { customer: 'c1', item: 'filter', at: '2025-01-03', undoes: 'o1', quantity: 1 },
  ]
  const history = new History(log)
  assert.deepEqual(history.purchases('c1', 'filter'), [{ at: new Date('2025-01-01'), units: 1 }])
  assert.equal(history.report.nReturns, 1)
  assert.equal(String(history), 'History(1 customers, 1 items, 1 events, 2025-01-01 to 2025-01-01)')
})

test('a return that names no order undoes what was bought last, if asked', async () => {
  const log = [
    { customer: 'c1', item: 'filter', at: '2025-01-01', quantity: 2 },
    { customer: 'c1', item: 'filter', at: '2025-01-03', quantity: 3 },
    { customer: 'c1', item: 'filter', at: '2025-01-04', quantity: -1, kind: 'refund' },
  ]
  const history = new History(log, { unnamedReturns: 'latest_purchase' })
  assert.deepEqual(history.purchases('c1', 'filter').map(({ units }) => units), [2, 2])
  assert.deepEqual(new History(log).report.refusals.map(({ reason }) => reason), ['unnamed_return'])
  await fails(() => new History(log, { unnamedReturns: 'guess' }), { code: 'invalid_options', message: /"guess".*latest_purchase/ })
})

test('contacts lie beside the purchases and change no forecast', async () => {
  const sent = [
    { customer: 'c007', at: '2025-02-01', kind: 'contact', channel: 'email', offer: 12, propensity: 0.5 },
    { customer: 'c007', at: '2025-02-02', kind: 'opened', channel: 'email' },
    { customer: 'c003', at: '2025-02-01', kind: 'held_out', item: 'leaflet', offer: 12, propensity: '0.5' },
    { customer: 'lead', at: '2025-02-01', kind: 'opt_out', item: null },
    { customer: 'lead', at: '2025-02-01', kind: 'opt_out', item: null },
    { customer: 'lead', at: '2025-02-03', kind: 'sent', propensity: 2 },
  ]
  const expected = await model()
  const log = rows()
  const all = [...log, ...sent]
  const names = [...new Set(all.flatMap((row) => Object.keys(row)))]
  const columns = Object.fromEntries(names.map((name) => [name, all.map((row) => row[name])]))
  for (const data of [all, [...sent, ...log], columns]) {
    const history = await History.from(data)
    const { nRead, nKept, nContacts, nContactsMerged, refusals } = history.report
    assert.deepEqual([nRead, nKept, nContacts, nContactsMerged], [all.length, log.length, 5, 1])
    assert.deepEqual(refusals.map(({ reason, nRows, column }) => [reason, nRows, column]), [['bad_propensity', 1, 'propensity']])
    assert.equal(history.nEvents, log.length)
    assert.ok(expected.equals(await fit(history, { asOf: AS_OF })))
    const ask = (past) => expected.forecasts(past, { asOf: AS_OF, customer: 'c007' })
    assert.deepEqual(ask(history), ask(new History(log)))
    assert.deepEqual(expected.forecasts(history, { asOf: AS_OF, customer: 'lead' }), [])
  }
  const alone = new History(sent)
  assert.equal(String(alone), 'History(3 customers, 0 items, 0 events)')
  assert.equal(alone.report.nContacts, 5)
  assert.equal((await expected.replenishment(alone, { asOf: AS_OF })).nRows, 0)
})

test('columns that appear late are read from the start', async () => {
  const log = Array.from({ length: 40_000 }, (_, i) => ({ customer: `c${i % 100}`, item: 'filter', at: Date.UTC(2025, 0, 1) + i * 6e5 }))
  log[39_000].quantity = 5
  const history = await History.from(log)
  assert.equal(history.nEvents, 40_000)
  assert.equal(history.report.nAssumedOne, 39_999)
})

test('a table is columns, rows and Arrow', async () => {
  const due = await (await model()).replenishment(rows(), { asOf: AS_OF, horizonsDays: [14] })
  const [first] = due
  assert.equal(first.customer, due.columns.customer[0])
  assert.ok(first.remindAt instanceof Date)
  assert.ok(due.columns.probWithin14Days instanceof Float32Array)
  assert.ok(due.columns.nEvents instanceof Uint32Array)
  assert.equal(due.column('basis'), due.columns.basis)
  const arrow = tableFromIPC(due.toArrow())
  assert.equal(arrow.numRows, due.nRows)
  assert.deepEqual(arrow.getChild('prob_within_14_days').toArray(), due.columns.probWithin14Days)
  assert.equal(due.toCsv().split('\n').length, due.nRows + 2)
  await fails(() => due.column('probWithin28Days'), { code: 'invalid_options', message: /did you mean "probWithin14Days"/ })
  await fails(() => due.row(due.nRows), { code: 'invalid_options', field: 'index' })
  assert.ok(tableFromArrays !== undefined)
})
