'use strict'

// A model is a file, bytes, a handle; the same everywhere.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { test } = require('node:test')
const { inspect } = require('node:util')
const { fit, History, Model } = require('beforehand')
const { AS_OF, fails, model, monthly, of, rows } = require('./shop.js')

test('a model comes back from bytes and files as it was', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'beforehand-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const fitted = await model()
  const bytes = fitted.toBuffer()
  assert.ok(Buffer.isBuffer(bytes) && bytes.subarray(0, 8).toString() === 'BEFOREHD')
  const again = Model.fromBuffer(bytes)
  assert.ok(again.toBuffer().equals(bytes) && again.equals(fitted))
  assert.deepEqual(again.forecasts(of('c007'), { asOf: AS_OF }), fitted.forecasts(of('c007'), { asOf: AS_OF }))
  const path = join(folder, 'model.bin')
  await fitted.save(path)
  assert.deepEqual(readdirSync(folder), ['model.bin'])
  assert.ok(readFileSync(path).equals(bytes))
  assert.ok((await Model.load(path)).equals(fitted))
  const own = new ArrayBuffer(bytes.length)
  new Uint8Array(own).set(bytes)
  assert.ok(Model.fromBuffer(own).equals(fitted))
  await fails(() => fitted.save(join(folder, 'no', 'model.bin')), { code: 'io', field: 'path' })
  bytes[40] ^= 1
  await fails(() => Model.fromBuffer(bytes), { code: 'incompatible_model', message: /damaged/ })
  assert.ok(fitted.toBuffer()[40] !== bytes[40], 'the bytes are a copy')
})

test('a model says what it is', async () => {
  const fitted = await fit(monthly(40), { asOf: '2025-11-01' })
  assert.deepEqual([fitted.nCustomers, fitted.nEvents, fitted.nUnits, fitted.hasLayer], [40, 400, 1, true])
  assert.equal(fitted.asOf.toISOString(), '2025-11-01T00:00:00.000Z')
  assert.match(inspect(fitted), /^Model\(asOf 2025-11-01, 40 customers, 400 events, 1 items\)$/)
  assert.ok(fitted.knowsItem('filter') && !fitted.knowsItem('milk'))
})

test('the file of another language loads, and comes back byte for byte', async (t) => {
  const python = process.env.BEFOREHAND_PYTHON ?? 'python3'
  const probe = spawnSync(python, ['-c', 'import beforehand'])
  if (probe.status !== 0) return t.skip(`${python} has no package beforehand; set BEFOREHAND_PYTHON to one that has`)
  const folder = mkdtempSync(join(tmpdir(), 'beforehand-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [ours, theirs] = [join(folder, 'ours.bin'), join(folder, 'theirs.bin')]
  await (await model()).save(ours)
  const script = 'import beforehand, sys; beforehand.Model.load(sys.argv[1]).save(sys.argv[2])'
  const saved = spawnSync(python, ['-c', script, ours, theirs], { encoding: 'utf8' })
  assert.equal(saved.status, 0, saved.stderr)
  assert.ok(readFileSync(ours).equals(readFileSync(theirs)))
  writeFileSync(theirs, (await Model.load(theirs)).toBuffer())
  assert.ok(readFileSync(ours).equals(readFileSync(theirs)))
})

test('the clock of the log is remembered, and meant where no offset is said', async () => {
  const log = rows().map((row) => ({ ...row, at: `${row.at} 20:15` }))
  const history = new History(log, { timeZone: 'America/New_York' })
  assert.equal(history.timeZone, 'America/New_York')
  assert.match(String(history), /2024-01-01 to 2025-08-22\)$/)
  const midnight = new Date('2025-08-20T04:00:00Z')
  const fitted = await fit(history, { asOf: '2025-08-20' })
  assert.deepEqual([fitted.timeZone, fitted.asOf], ['America/New_York', midnight])
  assert.match(String(fitted), /^Model\(asOf 2025-08-20,/)
  assert.ok(fitted.equals(await fit(log, { asOf: midnight, timeZone: 'America/New_York' })))
  const seen = async (asOf) => (await fit(history, { asOf })).nEvents
  assert.equal(await seen('2025-08-19 20:15'), fitted.nEvents)
  assert.ok((await seen('2025-08-19 20:14')) < fitted.nEvents)
  const own = log.filter((row) => row.customer === 'c007')
  const again = Model.fromBuffer(fitted.toBuffer())
  const wanted = fitted.forecasts(history, { asOf: '2025-08-20', customer: 'c007' })
  assert.deepEqual(again.forecasts(own, { asOf: '2025-08-20' }), wanted)
  await fails(() => again.forecasts(own, { asOf: midnight, timeZone: 'UTC' }), { code: 'invalid_data', message: /UTC.*learned in America\/New_York/ })
  const ifBought = (asOf) => again.forecastIfBought(null, { item: 'filter', asOf })
  assert.deepEqual(ifBought('2025-08-20'), ifBought(midnight))
})
