// A nightly batch: orders as Arrow IPC in, the reminders of the day and a decision about each customer as Arrow IPC out.
//
//     node dist/src/nightly.js orders.arrow model.bin reminders.arrow decisions.arrow 2025-11-01

import { readFile, writeFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { Table, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow'
import { fit, History, Model } from 'beforehand'
import { POLICY } from './offers.js'

export interface Paths {
  readonly orders: string
  readonly model: string
  readonly reminders: string
  readonly decisions: string
}

/** What an order is worth where the log has no amounts, and how many messages a day can carry. */
const DAY = { orderValue: 12.5, capacity: 50 }

/** Fits, saves the model, and writes who is to be reminded of what today, and what to do about each. Answers how many reminders. */
export async function nightly({ orders, model: file, reminders, decisions }: Paths, asOf: string): Promise<number> {
  // Read once, used twice. Nothing is copied on the way but the bytes themselves.
  const history = await History.from(await readFile(orders))
  if (history.report.nRefused > 0) console.warn(String(history.report))
  const fitted = await fit(history, { asOf })
  await fitted.save(file)

  // A server would load the same file.
  const model = await Model.load(file)
  const due = await model.replenishment(history, { asOf, horizonsDays: [28] })
  const now = Date.parse(asOf)
  const { remindAt, probWithin28Days } = due.columns
  const today: number[] = []
  for (let row = 0; row < due.nRows; row++) {
    if ((remindAt[row] ?? NaN) <= now && (probWithin28Days?.[row] ?? 0) > 0.5) today.push(row)
  }

  // The whole table is Arrow already; what is due is picked from it.
  const all = tableFromIPC(due.toArrow())
  const pick = (name: string) => vectorFromArray(today.map((row) => all.getChild(name)?.get(row)))
  const names = ['customer', 'item', 'prob_within_28_days', 'run_out_p50_at']
  await writeFile(reminders, tableToIPC(new Table(Object.fromEntries(names.map((name) => [name, pick(name)]))), 'file'))

  // Of all contacts that would gain something, the fifty that gain most.
  await writeFile(decisions, (await model.decide(history, { asOf, policy: { ...POLICY, ...DAY } })).toArrow())
  return today.length
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [orders, model, reminders, decisions, asOf] = argv.slice(2)
  if (orders === undefined || model === undefined || reminders === undefined || decisions === undefined || asOf === undefined) {
    throw new Error('usage: nightly.js ORDERS.arrow MODEL.bin REMINDERS.arrow DECISIONS.arrow AS_OF')
  }
  console.log(`${await nightly({ orders, model, reminders, decisions }, asOf)} reminders`)
}
