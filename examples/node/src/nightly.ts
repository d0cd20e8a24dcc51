// A nightly batch: orders as Arrow IPC in, the reminders of the day as Arrow IPC out.
//
//     node dist/src/nightly.js orders.arrow model.bin reminders.arrow 2025-11-01

import { readFile, writeFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { Table, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow'
import { fit, History, Model } from 'beforehand'

export interface Paths {
  readonly orders: string
  readonly model: string
  readonly reminders: string
}

/** Fits, saves the model, and writes who is to be reminded of what today. Answers how many. */
export async function nightly({ orders, model: file, reminders }: Paths, asOf: string): Promise<number> {
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
  return today.length
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [orders, model, reminders, asOf] = argv.slice(2)
  if (orders === undefined || model === undefined || reminders === undefined || asOf === undefined) {
    throw new Error('usage: nightly.js ORDERS.arrow MODEL.bin REMINDERS.arrow AS_OF')
  }
  console.log(`${await nightly({ orders, model, reminders }, asOf)} reminders`)
}
