import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Table, tableFromIPC, tableToIPC, Timestamp, TimeUnit, vectorFromArray } from 'apache-arrow'
import { nightly } from '../src/nightly.js'
import { DAY, log } from './support.js'

test('a night: Arrow in, a model file and the reminders of the day out', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'beforehand-night-'))
  t.after(() => rm(folder, { recursive: true }))
  const asOf = '2025-11-01'
  const events = log(300, Date.parse(asOf) - 700 * DAY, Date.parse(asOf))
  const orders = new Table({
    customer: vectorFromArray(events.map(({ customer }) => String(customer))),
    item: vectorFromArray(events.map(({ item }) => String(item))),
    at: vectorFromArray(events.map(({ at }) => at as Date), new Timestamp(TimeUnit.MILLISECOND, 'UTC')),
  })
  const paths = { orders: join(folder, 'orders.arrow'), model: join(folder, 'model.bin'), reminders: join(folder, 'reminders.arrow') }
  await writeFile(paths.orders, tableToIPC(orders, 'stream'))
  const n = await nightly(paths, asOf)
  assert.ok(n > 20 && n < 900, `${n} reminders`)
  const due = tableFromIPC(await readFile(paths.reminders))
  assert.equal(due.numRows, n)
  assert.deepEqual(due.schema.names, ['customer', 'item', 'prob_within_28_days', 'run_out_p50_at'])
  assert.ok((due.getChild('prob_within_28_days')?.get(0) as number) > 0.5)
  assert.ok((await readFile(paths.model)).subarray(0, 8).toString() === 'BEFOREHD')
})
