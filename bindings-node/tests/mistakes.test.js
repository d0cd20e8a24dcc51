'use strict'

// What a user of JavaScript gets wrong, and what is answered.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { audit, backtest, fit, History, Model, Table, BeforehandError } = require('beforehand')
const { AS_OF, fails, model, monthly, of } = require('./shop.js')

const asOf = '2025-11-01'
const seconds = monthly(10).map((event) => ({ ...event, at: event.at.getTime() / 1000 }))

test('an error says what, where and why', async () => {
  const error = await fails(() => fit(seconds, { asOf }), { code: 'invalid_data', field: 'at', row: 0 })
  assert.equal(error.name, 'BeforehandError')
  assert.ok(error instanceof Error && error instanceof BeforehandError)
  assert.match(
    error.message,
    /^at of row 0 is 1736035200; numbers count milliseconds since 1970, but this looks like seconds \(2025-01-05\); give the option timeUnit: 'seconds'$/,
  )
})

test('a unit of time that is not milliseconds', async () => {
  for (const [factor, unit] of [[1e3, 'microseconds'], [1e6, 'nanoseconds']]) {
    const log = monthly(10).map((event) => ({ ...event, at: event.at.getTime() * factor }))
    await fails(() => fit(log, { asOf }), { code: 'invalid_data', field: 'at', message: new RegExp(`timeUnit: '${unit}'`) })
    const typed = { customer: log.map((e) => e.customer), item: log.map((e) => e.item), at: Float64Array.from(log, (e) => e.at) }
    await fails(() => fit(typed, { asOf }), { code: 'invalid_data', row: 0, message: new RegExp(`timeUnit: '${unit}'`) })
  }
  await fails(() => fit(monthly(10), { asOf: 1761955200 }), { code: 'invalid_options', field: 'asOf', message: /seconds \(2025-11-01\).*multiply by 1000/ })
  await fails(() => fit(monthly(10), { asOf: 1761955200000000n }), { code: 'invalid_options', field: 'asOf', message: /microseconds/ })
  assert.equal((await fit(seconds, { asOf, timeUnit: 'seconds' })).nEvents, 100)
  await fails(() => fit(seconds, { asOf, timeUnit: 'second' }), { code: 'invalid_options', field: 'timeUnit', message: /did you mean "seconds"/ })
})

test('a misspelled option names the right one', async () => {
  await fails(() => fit(monthly(10), { as_of: asOf }), { code: 'invalid_options', field: 'as_of', message: /did you mean "asOf"\?/ })
  await fails(() => fit(monthly(10), { asof: asOf }), { code: 'invalid_options', message: /did you mean "asOf"\?/ })
  await fails(async () => (await model()).forecasts(of('c007'), { asOf: AS_OF, leedDays: 3 }), { field: 'leedDays', code: 'invalid_options', message: /"leadDays"/ })
  await fails(() => backtest(monthly(40), { asOf, reminders: { toleranceDay: 3 } }), { field: 'reminders', code: 'invalid_options', message: /"toleranceDays"/ })
  await fails(() => fit(monthly(10), { asOf, columns: { customers: 'id' } }), { field: 'columns', code: 'invalid_options', message: /"customer"/ })
  await fails(() => fit(monthly(10), { asOf, substitutes: 'categories' }), { field: 'substitutes', code: 'invalid_options', message: /"category"/ })
  const columns = new Map([['customer', 'id']])
  await fails(() => fit(monthly(10), { asOf, columns }), { code: 'invalid_options', field: 'columns', message: /columns is a Map/ })
  await fails(() => new History(monthly(1), { timezone: 'UTC' }), { code: 'invalid_options', message: /"timeZone"/ })
  await fails(() => new History(monthly(1), { timeZone: 'Berlin' }), { code: 'invalid_options', field: 'timeZone', message: /timeZone is "Berlin"/ })
})

test('an option of a wrong type', async () => {
  const fitted = await model()
  const ask = (options) => () => fitted.forecasts(of('c007'), { asOf: AS_OF, ...options })
  await fails(ask({ leadDays: '7' }), { code: 'invalid_options', field: 'leadDays', message: /leadDays is "7" \(a string\); give a number/ })
  await fails(ask({ leadDays: Number.NaN }), { code: 'invalid_options', field: 'leadDays' })
  await fails(ask({ leadDays: -1 }), { code: 'invalid_options', field: 'leadDays', message: /leadDays/ })
  await fails(ask({ horizonsDays: 28 }), { code: 'invalid_options', field: 'horizonsDays', message: /give an array/ })
  await fails(ask({ horizonsDays: [7, 'x'] }), { code: 'invalid_options', field: 'horizonsDays', message: /horizonsDays\[1\]/ })
  await fails(ask({ customer: {} }), { code: 'invalid_options', field: 'customer' })
  await fails(ask({ asOf: new Date('x') }), { code: 'invalid_options', field: 'asOf', message: /Invalid Date/ })
  await fails(ask({ asOf: undefined }), { code: 'invalid_options', field: 'asOf', message: /asOf is missing/ })
  await fails(() => fitted.forecasts(of('c007'), new Date(AS_OF)), { code: 'invalid_options', message: /the options are a Date.*\{ asOf \}/ })
  await fails(() => fitted.forecasts(of('c007')), { code: 'invalid_options', field: 'asOf' })
  await fails(() => fit(monthly(10), { asOf, onProgress: true }), { code: 'invalid_options', field: 'onProgress' })
  await fails(() => fit(monthly(10), { asOf, signal: {} }), { code: 'invalid_options', field: 'signal' })
  await fails(() => fit(monthly(10), { asOf, learnSuccessors: 1 }), { code: 'invalid_options', field: 'learnSuccessors' })
})

test('data of a wrong form', async () => {
  const wrong = (data, message, code = 'invalid_data') => fails(() => fit(data, { asOf }), { code, message })
  await wrong(undefined, /data is undefined/)
  await wrong('orders.csv', /History\.fromCsv/)
  await wrong(Promise.resolve([]), /await is missing/)
  await wrong({ rows: monthly(1), rowCount: 10 }, /result\.rows/)
  await wrong([[1, 2]], /row 0 is an array/)
  await wrong([monthly(1)[0], null], /row 1 is null/)
  await wrong([], /./, 'empty_data')
  await wrong({}, /the data has no a column|no columns at all/)
  await wrong(monthly(1).map(({ customer, ...rest }) => ({ customerId: customer, ...rest })), /did you mean "customerId"\?.*columns: \{ customer/)
  await wrong({ customer: ['a', 'b'], item: ['x'], at: [asOf, asOf] }, /column item has 1 rows, column customer has 2/)
  await wrong({ customer: { codes: [0], values: ['a'] }, item: ['x'], at: [asOf] }, /codes: Uint32Array/)
  await wrong({ customer: { codes: Uint32Array.of(1), values: ['a'] }, item: ['x'], at: [asOf] }, /only 1 values/)
  await wrong({ customer: Float64Array.of(1.5), item: ['x'], at: [asOf] }, /customer of row 0 is 1\.5/)
  await wrong(new Uint8Array([1, 2, 3]), /Arrow IPC/)
  const with1 = (part) => [{ ...monthly(1)[0], ...part }]
  await wrong(with1({ customer: {} }), /customer of row 0 is an object/)
  await wrong(with1({ customer: 2 ** 53 }), /bigint or a string/)
  await wrong(with1({ item: true }), /item of row 0 is true/)
  await wrong(with1({ item: 'a\0b' }), /U\+0000/)
  await wrong(with1({ item: '\ud800' }), /half/)
  await wrong(with1({ at: true }), /at of row 0 is true/)
  await wrong(with1({ quantity: {} }), /quantity of row 0 is an object/)
})

test('an await that is missing', async () => {
  const promise = fit(monthly(40), { asOf })
  assert.throws(() => promise.forecasts(monthly(1), { asOf }), /forecasts is called on a Promise: write `await` before fit\(…\)/)
  assert.throws(() => promise.save('x'), /await/)
  await fails(() => fit(History.from(monthly(1)), { asOf }), { code: 'invalid_data', message: /await is missing/ })
  await promise
  const loading = Model.load('/no/such/file')
  assert.throws(() => loading.toBuffer(), /await/)
  await fails(() => loading, { code: 'io', field: 'path', message: /no such file/ })
})

test('what rejects does not throw at once', async () => {
  const answers = [fit(), fit(null, null), audit(7), (await model()).replenishment(), (await model()).report(1, 2), History.from(), Model.load(), History.fromCsv(7)]
  for (const answer of answers) {
    assert.ok(answer instanceof Promise)
    await fails(() => answer, {
      code: answers.indexOf(answer) >= 0 ? (await answer.catch((e) => e)).code : '',
    })
  }
})

test('objects that are not made with new', async () => {
  assert.throws(() => new Model(), /await fit/)
  assert.throws(() => new Table(), /replenishment/)
  await fails(() => Model.fromBuffer('x'), { code: 'invalid_options', field: 'bytes' })
  await fails(() => Model.fromBuffer(Buffer.from('x')), { code: 'incompatible_model' })
  await fails(() => Model.fromHandle(4_000_000_000), { code: 'invalid_options', field: 'handle' })
})

test('options that do not go with a history', async () => {
  const history = new History(monthly(40))
  await fails(() => fit(history, { asOf, columns: { customer: 'who' } }), { code: 'invalid_options', field: 'columns' })
  await fails(() => fit(history, { asOf, timeZone: 'UTC' }), { code: 'invalid_options', field: 'timeZone' })
})

test('a model remembers how its data was read', async () => {
  const log = monthly(40).map(({ customer, at, item }) => ({ who: customer, when: at.getTime() / 1000, item }))
  const fitted = await fit(log, { asOf, columns: { customer: 'who', time: 'when' }, timeUnit: 'seconds' })
  assert.equal(fitted.forecasts(log.slice(0, 10), { asOf })[0].nEvents, 10)
  assert.equal(fitted.forecasts(monthly(1), { asOf, columns: { customer: 'customer', time: 'at' }, timeUnit: undefined })[0].nEvents, 10)
})
