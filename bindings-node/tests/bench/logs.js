'use strict'

/** A log of `n` purchases as columns. */
function columns(n, customers = Math.ceil(n / 20)) {
  let state = 12345
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state / 2 ** 32
  }
  const begin = Date.UTC(2024, 0, 1)
  const customer = new Uint32Array(n)
  const item = new Uint32Array(n)
  const at = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    customer[i] = Math.floor(random() * customers)
    item[i] = Math.floor(random() ** 2 * 500)
    at[i] = begin + Math.floor(random() * 700 * 24) * 3.6e6
  }
  const texts = (stem, count) => Array.from({ length: count }, (_, i) => `${stem}-${String(i).padStart(6, '0')}`)
  return {
    customer: { codes: customer, values: texts('customer', customers) },
    item: { codes: item, values: texts('item', 500) },
    at,
  }
}

/** The same as objects, with instants as numbers, or as `Date`s. */
function objects({ customer, item, at }, asDates = true) {
  return Array.from(at, (ms, i) => ({
    customer: customer.values[customer.codes[i]],
    item: item.values[item.codes[i]],
    at: asDates ? new Date(ms) : ms,
  }))
}

const million = () => columns(1_000_000)

/** One customer's `n` events over `items` items. */
function one(n, items) {
  return Array.from({ length: n }, (_, i) => ({
    customer: 'customer-000007',
    item: `item-${String((i * 7) % items).padStart(6, '0')}`,
    at: new Date(Date.UTC(2024, 0, 1) + i * 3 * 86_400_000),
    quantity: 1 + (i % 3),
  }))
}

module.exports = { columns, objects, million, one }
