'use strict'

// A model is a file, bytes, a handle; the same everywhere.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { test } = require('node:test')
const { inspect } = require('node:util')
const { fit, Model } = require('beforehand')
const { AS_OF, fails, model, monthly, of } = require('./shop.js')

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
