'use strict'

// Contracts: rows or columns, the same model; slips told with their place; a text that is kept.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { renewalDrivers, renewalFit, renewalRisk } = require('beforehand')

const contracts = Array.from({ length: 400 }, (_, i) => ({
  team: BigInt(i),
  plan: i % 50 === 7 ? null : i % 3 === 0 ? 'yearly' : 'monthly',
  seats: i % 13 === 1 ? undefined : 1 + ((i * 7) % 40),
  price: i % 17 === 2 ? Number.NaN : 9.5 + ((i * 11) % 29),
  autopay: i % 2 === 0,
  cancelled: (i * 7919) % 100 < (i % 3 === 0 ? 5 : 35),
}))
const columns = Object.fromEntries(Object.keys(contracts[0]).map((name) => [name, contracts.map((row) => row[name])]))
const options = { customer: 'team' }

test('rows, columns, typed arrays and dictionaries give the same', async () => {
  const { fitted, ...fit } = await renewalFit({ contracts, ...options })
  assert.deepEqual(fit, { nRenewals: 400, nCancelled: 100, columns: ['plan', 'seats', 'price', 'autopay'], notes: [] })
  const codes = Uint8Array.from(columns.plan, (plan) => [null, 'yearly', 'monthly'].indexOf(plan))
  const packed = { ...columns, price: Float64Array.from(columns.price), plan: { codes, values: [null, 'yearly', 'monthly'] } }
  for (const form of [columns, packed, new Set(contracts), contracts.values()]) {
    assert.equal((await renewalFit({ contracts: form, ...options })).fitted, fitted)
  }
})

test('risks, and drivers that add up to them', async () => {
  const { fitted } = await renewalFit({ contracts, ...options })
  const risk = await renewalRisk({ fitted, contracts, ...options })
  assert.deepEqual(risk.names, ['customer', 'probCancel', 'probCancelWithin3Terms', 'probCancelWithin12Terms'])
  assert.equal(risk.columns.customer[399], 399)
  const why = await renewalDrivers({ fitted, contracts, row: 8 })
  assert.equal(why.probCancel, risk.columns.probCancel[8])
  const sum = why.drivers.reduce((total, { logOdds }) => total + logOdds, why.baseLogOdds)
  assert.ok(Math.abs(sum - why.logOdds) < 1e-9)
  const values = Object.fromEntries(why.drivers.map(({ column, value }) => [column, value]))
  assert.deepEqual(values, { plan: 'monthly', seats: '17', price: '10.5', autopay: 'true' })
})

test('slips are told with their place', async () => {
  const { fitted } = await renewalFit({ contracts, ...options })
  const slip = async (promise, code, field, row) =>
    assert.rejects(promise, (failure) => {
      assert.deepEqual([failure.code, failure.field, failure.row], [code, field, row], failure.message)
      return true
    })
  await slip(renewalFit({ contracts: [...contracts, { ...contracts[0], seats: 'many' }] }), 'invalid_data', 'seats', 400)
  await slip(renewalFit({ contracts: [{ seats: new Map(), cancelled: true }] }), 'invalid_data', 'seats', 0)
  await slip(renewalFit({ contracts: { ...columns, plan: ['yearly'] } }), 'invalid_data', 'plan')
  await slip(renewalFit({ contracts, cancelled: 'churned' }), 'invalid_options', 'cancelled')
  await slip(renewalFit({ contracts: [] }), 'empty_data', 'contracts')
  for (const wrong of [3, 'x', null, [1], [[1]], new Uint8Array(3), Promise.resolve(contracts), { plan: 3 }]) {
    await slip(renewalFit({ contracts: wrong }), 'invalid_options', 'contracts')
  }
  await slip(renewalFit({}), 'invalid_options', 'contracts')
  await slip(renewalRisk({ fitted: fitted.slice(0, -8), contracts }), 'incompatible_model', 'fitted')
  await slip(renewalRisk({ fitted: '{}', contracts }), 'incompatible_model', 'fitted')
  await slip(renewalDrivers({ fitted, contracts, row: 400 }), 'invalid_options', 'row')
})
