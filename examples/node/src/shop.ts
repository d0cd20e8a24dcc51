// A shop's back end: orders and what customers did with messages come in by webhook, a customer's past comes from PostgreSQL,
// reminders and decisions go out in HTTP answers, and messages to whoever sends them.

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { BeforehandError, fit, History, type Model, type Policy } from 'beforehand'
import type { Pool } from 'pg'
import { LOG, ORDERS, READING } from './log.js'
import { act, decide, hear, taught, type Heard, type Send } from './offers.js'

/** What a night comes to: the model, and the policy with what contacts have taught. */
export interface Known {
  readonly model: Model
  readonly policy: Policy
}

/** Learns from everyone; once a night is enough. */
export async function learn(pool: Pool, asOf: Date): Promise<Known> {
  const { rows } = await pool.query(LOG)
  // No contact can move a forecast, so one log serves both.
  const history = await History.from(rows, READING)
  return { model: await fit(history, { asOf }), policy: await taught(history, asOf) }
}

interface Order {
  readonly id: number
  readonly customer: number
  readonly paidAt: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly total: number }[]
}

async function record(pool: Pool, order: Order): Promise<void> {
  for (const { sku, quantity, total } of order.lines) {
    await pool.query(
      'insert into order_lines (order_id, customer_id, sku, quantity, total, paid_at) values ($1, $2, $3, $4, $5, $6)',
      [order.id, order.customer, sku, quantity, total, order.paidAt],
    )
  }
}

export interface Reminder {
  readonly sku: string
  readonly remindAt: string
  readonly runsOutAt: string
  readonly daysLeft: number
  readonly probWithin28Days: number
  readonly basis: string
}

/** What one customer should be reminded of now: microseconds, once the rows are there. */
async function reminders(pool: Pool, model: Model, customer: string, now: Date): Promise<Reminder[]> {
  const { rows } = await pool.query(`${ORDERS} where customer_id = $1`, [customer])
  if (rows.length === 0) return []
  return model
    .forecasts(rows, { asOf: now, horizonsDays: [28], ...READING })
    .filter((forecast) => forecast.remindAt <= now)
    .map((forecast) => ({
      sku: String(forecast.item),
      remindAt: forecast.remindAt.toISOString(),
      runsOutAt: forecast.runOutP50At.toISOString(),
      daysLeft: Math.round(forecast.supplyLeftDays),
      probWithin28Days: forecast.probWithin[0]?.[1] ?? 0,
      basis: forecast.basis,
    }))
}

async function body(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return JSON.parse(Buffer.concat(parts).toString())
}

export function shop(pool: Pool, { model, policy }: Known, send: Send, now: () => Date): Server {
  return createServer((request, response) => {
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    const work = async (): Promise<void> => {
      const { pathname } = new URL(request.url ?? '/', 'http://shop')
      const [, customer = '', what] = /^\/customers\/(\d{1,18})\/(reminders|decision|contact)$/.exec(pathname) ?? []
      switch (`${request.method} ${what ?? pathname}`) {
        case 'POST /webhooks/order':
          await record(pool, (await body(request)) as Order)
          return answer(202, {})
        case 'POST /webhooks/contact':
          await hear(pool, (await body(request)) as Heard)
          return answer(202, {})
        case 'GET reminders':
          return answer(200, await reminders(pool, model, customer, now()))
        // What to send now, with the words and the reasons; nothing is done.
        case 'GET decision':
          return answer(200, (await decide(pool, model, policy, customer, now())) ?? null)
        // The same, done.
        case 'POST contact':
          return answer(200, (await act(pool, model, policy, send, customer, now())) ?? null)
        default:
          return answer(404, { error: 'not found' })
      }
    }
    work().catch((failure: unknown) => {
      // The code is for programs, the message for people.
      if (failure instanceof BeforehandError) answer(422, { code: failure.code, field: failure.field, error: failure.message })
      else answer(500, { error: 'internal' })
    })
  })
}
