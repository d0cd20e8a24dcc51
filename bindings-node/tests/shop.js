'use strict'

const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { fit } = require('beforehand')

const folder = join(__dirname, '../../core/tests/vectors')
const csv = join(folder, 'shop.csv')
const AS_OF = '2025-08-20'

/** The rows of the made-up shop. */
function rows() {
  const [header, ...lines] = readFileSync(csv, 'utf8').trim().split('\n')
  const names = header.split(',')
  return lines.map((line) => {
    const row = {}
    line.split(',').forEach((value, i) => {
      if (value !== '') row[names[i]] = names[i] === 'quantity' ? Number(value) : value
    })
    return row
  })
}

let fitted

/** A model of the shop, fitted once. */
const model = () => (fitted ??= fit(rows(), { asOf: AS_OF }))

/** One customer's rows. */
const of = (customer) => rows().filter((row) => row.customer === customer)

/** A log of one item bought once a month, `n` events in all. */
function monthly(customers, months = 10) {
  const log = []
  for (let c = 0; c < customers; c++) {
    for (let m = 0; m < months; m++) log.push({ customer: `c${c}`, item: 'filter', at: new Date(Date.UTC(2025, m, 5 + (c % 7))) })
  }
  return log
}

/** Asserts that work fails as an error of the package. */
async function fails(work, { code, field, row, message }) {
  const assert = require('node:assert/strict')
  const { BeforehandError } = require('beforehand')
  let thrown
  try {
    await work()
  } catch (failure) {
    thrown = failure
  }
  assert.ok(thrown !== undefined, 'nothing was thrown')
  assert.ok(thrown instanceof BeforehandError, `${thrown?.stack}`)
  assert.equal(thrown.code, code, thrown.message)
  if (field !== undefined) assert.equal(thrown.field, field, thrown.message)
  if (row !== undefined) assert.equal(thrown.row, row, thrown.message)
  if (message !== undefined) assert.match(thrown.message, message)
  return thrown
}

module.exports = { folder, csv, rows, model, of, monthly, fails, AS_OF }
