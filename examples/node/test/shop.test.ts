import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import type { Decision } from 'beforehand'
import { SCHEMA } from '../src/log.js'
import { learn, shop, type Reminder } from '../src/shop.js'
import type { Send } from '../src/offers.js'
import { DAY, listening, log, postgres } from './support.js'

/** A decision after its way through JSON: instants are texts. */
type InJson<T> = T extends Date ? string : T extends bigint ? never : T extends object ? { [K in keyof T]: InJson<T[K]> } : T
type Told = InJson<Decision>

test('an order comes in by webhook, and reminders and decisions go out by HTTP, over a real PostgreSQL', async (t) => {
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
    const known = await learn(pool, asOf)
    assert.equal(known.model.nCustomers, 150)
    assert.equal(known.model.nEvents, lines.length)

    let now = asOf
    const sent: { channel: string; customer: string; text: string; at: Date }[] = []
    const send: Send = async (channel, customer, text, at) => void sent.push({ channel, customer, text, at })
    const http = shop(pool, known, send, () => now)
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

    // What to send now: one customer after the other, until there is a contact that the machine may make.
    now = new Date(asOf.getTime() + 12 * 3_600_000)
    const ask = async (method: string, path: string, given?: object): Promise<Told> => {
      const response = await fetch(`${url}/${path}`, { method, ...(given && { body: JSON.stringify(given) }) })
      assert.ok(response.ok, path)
      return (await response.json()) as Told
    }
    const told: Told[] = []
    for (let id = 1; id <= 150; id++) told.push(await ask('GET', `customers/${id}/decision`))
    const actions = new Set(told.map((decision) => decision.action))
    assert.ok(actions.has('contact') && actions.has('wait') && actions.has('abstain'), [...actions].join())
    const chosen = 1 + told.findIndex(({ action }) => action === 'contact')
    const decision = told[chosen - 1]
    assert.ok(decision?.action === 'contact' && decision.message !== null)
    assert.match(decision.message.text, /since you bought (coffee|soap|the water filter)\. At the rate you use it/)
    assert.match(decision.reasoning.words, /^Contact about /)
    assert.ok(decision.reasoning.candidates.length > 0 && sent.length === 0)

    // Sent once, by however many requests, and written down.
    const path = `customers/${chosen}/contact`
    const twice = await Promise.all([ask('POST', path), ask('POST', path)])
    assert.deepEqual(twice.map(({ action }) => action === 'contact').sort(), [false, true])
    assert.deepEqual(sent, [{ channel: decision.channel, customer: String(chosen), text: decision.message.text, at: new Date(decision.contactAt) }])
    const stored = await pool.query('select kind, channel, offer, sku, propensity, at from contacts where customer_id = $1', [chosen])
    const { channel, offer, item, propensity, contactAt } = decision
    assert.deepEqual(stored.rows, [{ kind: 'contact', channel, offer, sku: item, propensity, at: new Date(contactAt) }])

    // Who is held out is written down too, once per gap.
    const held = 1 + told.findIndex((each) => each.action === 'abstain' && each.because === 'holdout')
    for (let i = 0; i < 2; i++) await ask('POST', `customers/${held}/contact`)
    const control = await pool.query('select kind, propensity from contacts where customer_id = $1', [held])
    assert.deepEqual(control.rows, [{ kind: 'held_out', propensity: 0.1 }])

    // Who opts out is left in peace, also when the next reminder would be due.
    await ask('POST', 'webhooks/contact', { customer: chosen, kind: 'opt_out', channel: 'app', at: now.toISOString() })
    now = new Date(now.getTime() + 30 * DAY)
    assert.notEqual((await ask('POST', path)).action, 'contact')
    assert.equal(sent.length, 1)

    // The next night learns from all of this, and forecasts as if nothing had been sent.
    const next = await learn(pool, now)
    assert.equal(next.model.nEvents, lines.length + 1)
    assert.equal(await ask('GET', 'customers/999999/decision'), null)
    now = asOf

    // A clock before the model's is an error that says so.
    now = new Date(asOf.getTime() - DAY)
    const wrong = await fetch(`${url}/customers/${customer}/reminders`)
    assert.equal(wrong.status, 422)
    assert.deepEqual(Object.entries((await wrong.json()) as object).slice(0, 2), [['code', 'invalid_options'], ['field', 'asOf']])
  } finally {
    await pool.end()
  }
})
