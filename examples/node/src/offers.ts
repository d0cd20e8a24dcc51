// What to send to a customer now, if anything: the policy, the decision that rests on it and on the log, and what is made of it.

import { learnContacts, type Decision, type History, type Model, type Policy } from 'beforehand'
import type { Pool, PoolClient } from 'pg'
import { LOG, READING } from './log.js'

/** What the shop may do, what it costs, and how careful it is. */
export const POLICY: Policy = {
  marginShare: 0.4,
  offers: [
    { name: 'reminder', probWinBack: 0.15 },
    { name: 'returning', discountShare: 0.1, probWinBack: 0.3, minPurchases: 2 },
  ],
  channels: [
    { name: 'app', cost: 0.02 },
    { name: 'sms', cost: 0.09, strength: 1.2 },
  ],
  // Half of the purchases in the log followed reminders of the shop.
  unpromptedShare: 0.5,
  limits: {
    channels: [
      { name: 'app', quietHours: null },
      { name: 'sms', quietHours: { begins: '20:00', ends: '09:00' }, needsConsent: true },
    ],
    minGapDays: 5,
    holidays: ['2025-12-25', '2025-12-26'],
  },
  // One customer in ten is never contacted: that is how the shop learns what its contacts are worth.
  lottery: { holdoutShare: 0.1, salt: 'shop' },
  caution: { confidence: 0.6 },
  routes: [{ route: 'approve', discountAbove: 0.2 }],
  items: [
    { item: 'filter', name: 'the water filter' },
    { item: 'coffee', name: 'coffee' },
    { item: 'soap', name: 'soap' },
  ],
  timeZone: 'Europe/Berlin',
}

/** The policy with what the contacts so far have taught: effects where customers were held out, and hours of opening. */
export async function taught(history: History, asOf: Date): Promise<Policy> {
  return { ...POLICY, learned: await learnContacts(history, { asOf, policy: POLICY }) }
}

/** What to do about one customer now; nothing for who has not bought. */
export async function decide(db: Pool | PoolClient, model: Model, policy: Policy, customer: string, now: Date): Promise<Decision | undefined> {
  const { rows } = await db.query(`select * from (${LOG}) log where customer_id = $1`, [customer])
  if (!rows.some(({ kind }) => kind === null)) return undefined
  return model.decideFor(rows, { asOf: now, policy, ...READING })
}

/** Hands a message to a channel, which sends it at an instant. */
export type Send = (channel: string, customer: string, text: string, at: Date) => Promise<void>

/** Decides, does it, and writes it down, so that the next decision knows of it. */
export async function act(pool: Pool, model: Model, policy: Policy, send: Send, customer: string, now: Date): Promise<Decision | undefined> {
  const db = await pool.connect()
  try {
    await db.query('begin')
    // Of two requests about one customer, the second sees what the first has sent.
    await db.query('select pg_advisory_xact_lock($1)', [customer])
    const decision = await decide(db, model, policy, customer, now)
    if (decision !== undefined) await carryOut(db, policy, send, customer, decision, now)
    await db.query('commit')
    return decision
  } catch (failure) {
    await db.query('rollback')
    throw failure
  } finally {
    db.release()
  }
}

async function carryOut(db: PoolClient, policy: Policy, send: Send, customer: string, decision: Decision, now: Date): Promise<void> {
  switch (decision.action) {
    case 'contact': {
      const { route, message, channel, offer, item, propensity, contactAt } = decision
      // A person looks at it first, or there are no words for it.
      if (route !== 'auto' || message === null) return
      await store(db, [customer, 'contact', channel, offer, item, propensity, contactAt])
      return send(channel, customer, message.text, contactAt)
    }
    case 'abstain': {
      const [best] = decision.reasoning.candidates
      if (decision.because !== 'holdout' || best === undefined) return
      // Rows of those held out count for gaps and caps as contacts do, so that both live under the same limits.
      await store(db, [customer, 'held_out', best.channel, best.offer, best.item, decision.propensity, now])
      return
    }
    case 'wait':
    case 'hand_off':
      return
    default:
      return decision satisfies never
  }
}

async function store(db: Pool | PoolClient, row: readonly unknown[]): Promise<void> {
  await db.query('insert into contacts (customer_id, kind, channel, offer, sku, propensity, at) values ($1, $2, $3, $4, $5, $6, $7)', [...row])
}

/** What a provider reports: a message was opened or clicked, or somebody wants none (or some again). */
export interface Heard {
  readonly customer: number
  readonly kind: 'open' | 'click' | 'opt_out' | 'opt_in'
  readonly channel: string
  readonly at: string
}

export const hear = (pool: Pool, { customer, kind, channel, at }: Heard): Promise<void> =>
  store(pool, [customer, kind, channel, null, null, null, at])
