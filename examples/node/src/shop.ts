// A shop's back end: orders come in by webhook, a customer's past comes from PostgreSQL, reminders go out in an HTTP answer.

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { BeforehandError, fit, type Model } from 'beforehand'
import type { Pool } from 'pg'

export const SCHEMA = `
  create table if not exists order_lines (
    order_id bigint not null,
    customer_id bigint not null,
    sku text not null,
    quantity numeric not null default 1,
    total numeric(12, 2),
    paid_at timestamptz not null
  );
  create index if not exists order_lines_customer on order_lines (customer_id);
`

// What `pg` returns can be given as it is: bigint and numeric as texts, timestamptz as Date.
const COLUMNS = { customer: 'customer_id', item: 'sku', time: 'paid_at', quantity: 'quantity', amount: 'total', order: 'order_id' }
const LINES = 'select order_id, customer_id, sku, quantity, total, paid_at from order_lines'

/** Learns from everyone; once a night is enough. */
export async function learn(pool: Pool, asOf: Date): Promise<Model> {
  const { rows } = await pool.query(LINES)
  return fit(rows, { asOf, columns: COLUMNS, timeZone: 'Europe/Berlin' })
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
  const { rows } = await pool.query(`${LINES} where customer_id = $1`, [customer])
  if (rows.length === 0) return []
  return model
    .forecasts(rows, { asOf: now, horizonsDays: [28] })
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

export function shop(pool: Pool, model: Model, now: () => Date): Server {
  return createServer((request, response) => {
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    const work = async (): Promise<void> => {
      const { pathname } = new URL(request.url ?? '/', 'http://shop')
      const asked = /^\/customers\/(\d{1,18})\/reminders$/.exec(pathname)?.[1]
      if (request.method === 'POST' && pathname === '/webhooks/order') {
        await record(pool, (await body(request)) as Order)
        answer(202, {})
      } else if (request.method === 'GET' && asked !== undefined) {
        answer(200, await reminders(pool, model, asked, now()))
      } else {
        answer(404, { error: 'not found' })
      }
    }
    work().catch((failure: unknown) => {
      // The code is for programs, the message for people.
      if (failure instanceof BeforehandError) answer(422, { code: failure.code, field: failure.field, error: failure.message })
      else answer(500, { error: 'internal' })
    })
  })
}
