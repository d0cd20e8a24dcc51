import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Table, tableFromIPC, tableToIPC, Timestamp, TimeUnit, vectorFromArray } from 'apache-arrow'
import { nightly } from '../src/nightly.js'
import { DAY, log } from './support.js'

test('a night: Arrow in; a model file, the reminders of the day and decisions out', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'beforehand-night-'))
  t.after(() => rm(folder, { recursive: true }))
  const asOf = '2025-11-01'
  const events = log(300, Date.parse(asOf) - 700 * DAY, Date.parse(asOf))
  const orders = new Table({
    customer: vectorFromArray(events.map(({ customer }) => String(customer))),
    item: vectorFromArray(events.map(({ item }) => String(item))),
    at: vectorFromArray(events.map(({ at }) => at as Date), new Timestamp(TimeUnit.MILLISECOND, 'UTC')),
  })
  const file = (name: string) => join(folder, name)
  const paths = { orders: file('orders.arrow'), model: file('model.bin'), reminders: file('reminders.arrow'), decisions: file('decisions.arrow') }
  await writeFile(paths.orders, tableToIPC(orders, 'stream'))
  const n = await nightly(paths, asOf)
  assert.ok(n > 20 && n < 900, `${n} reminders`)
  const due = tableFromIPC(await readFile(paths.reminders))
  assert.equal(due.numRows, n)
  assert.deepEqual(due.schema.names, ['customer', 'item', 'prob_within_28_days', 'run_out_p50_at'])
  assert.ok((due.getChild('prob_within_28_days')?.get(0) as number) > 0.5)
  const decided = tableFromIPC(await readFile(paths.decisions))
  const actions = Array.from(decided.getChild('action') ?? [], String)
  assert.equal(decided.numRows, 300)
  assert.equal(actions.filter((action) => action === 'contact').length, 50)
  assert.ok((await readFile(paths.model)).subarray(0, 8).toString() === 'BEFOREHD')
})
