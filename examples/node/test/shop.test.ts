import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { SCHEMA } from '../src/log.js'
import { learn, shop, type Reminder } from '../src/shop.js'
import { DAY, listening, log, postgres } from './support.js'

test('an order comes in by webhook, and reminders go out by HTTP, over a real PostgreSQL', async (t) => {
  const server = postgres()
  if (typeof server === 'string') return t.skip(`SKIPPED: ${server}`)
  t.after(server.stop)
  const pool = new pg.Pool({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres' })
  // Closed before the server stops, for hooks run in the order they were given.
  try {
    await pool.query(SCHEMA)
    const asOf = new Date('2025-11-01T00:00:00Z')
    const lines = log(150, asOf.getTime() - 700 * DAY, asOf.getTime())
    const column = <T>(of: (line: (typeof lines)[number], i: number) => T): T[] => lines.map(of)
    await pool.query(
      `insert into order_lines (order_id, customer_id, sku, quantity, total, paid_at)
       select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::numeric[], $5::numeric[], $6::timestamptz[])`,
      [
        column((_, i) => i),
        column(({ customer }) => Number(String(customer).slice(1))),
        column(({ item }) => item),
        column(({ quantity }) => quantity),
        column(() => '12.50'),
        column(({ at }) => at),
      ],
    )
    const model = await learn(pool, asOf)
    assert.equal(model.nCustomers, 150)
    assert.equal(model.nEvents, lines.length)

    let now = asOf
    const http = shop(pool, model, () => now)
    t.after(() => http.close())
    const url = await listening(http)
    const due = async (customer: number): Promise<Reminder[]> => {
      const response = await fetch(`${url}/customers/${customer}/reminders`)
      assert.equal(response.status, 200)
      return (await response.json()) as Reminder[]
    }

    // Someone who is due for coffee buys it, and is left in peace.
    let customer = 0
    while (!(await due(++customer)).some(({ sku }) => sku === 'coffee')) assert.ok(customer < 150)
    const before = (await due(customer)).find(({ sku }) => sku === 'coffee')
    assert.ok(before !== undefined && before.probWithin28Days > 0.3 && before.basis === 'own', JSON.stringify(before))
    const order = { id: 900_001, customer, paidAt: now.toISOString(), lines: [{ sku: 'coffee', quantity: 1, total: 12.5 }] }
    const placed = await fetch(`${url}/webhooks/order`, { method: 'POST', body: JSON.stringify(order) })
    assert.equal(placed.status, 202)
    assert.ok(!(await due(customer)).some(({ sku }) => sku === 'coffee'))

    // Weeks later it is due again.
    now = new Date(asOf.getTime() + 40 * DAY)
    assert.ok((await due(customer)).some(({ sku }) => sku === 'coffee'))
    assert.deepEqual(await due(999_999), [])

    // A clock before the model's is an error that says so.
    now = new Date(asOf.getTime() - DAY)
    const wrong = await fetch(`${url}/customers/${customer}/reminders`)
    assert.equal(wrong.status, 422)
    assert.deepEqual(Object.entries((await wrong.json()) as object).slice(0, 2), [['code', 'invalid_options'], ['field', 'asOf']])
  } finally {
    await pool.end()
  }
})
