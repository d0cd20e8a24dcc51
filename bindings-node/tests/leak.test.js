'use strict'

// A million calls leave nothing behind.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { test } = require('node:test')

const CALLS = Number(process.env.LEAK_CALLS ?? 1_000_000)

const program = `
  const { History, Model, fit } = require('beforehand')
  const { monthly } = require(${JSON.stringify(require.resolve('./shop.js'))})
  const log = monthly(40)
  const own = log.slice(0, 10)
  const options = { asOf: '2025-11-01' }
  ;(async () => {
    const model = await fit(log, options)
    const bytes = model.toBuffer()
    const round = (n) => {
      for (let i = 0; i < n; i++) {
        const one = model.forecasts(own, options)
        if (one.length !== 1) throw new Error('no answer')
        if (i % 50 === 0) {
          new History(own).report
          try { model.forecasts(own, { asOf: 7 }) } catch { /* as it should */ }
          try { model.forecasts([{ customer: 'c', item: 'i', at: 'x' }], options) } catch { /* as it should */ }
        }
        if (i % 1000 === 0) Model.fromBuffer(bytes).handle
      }
    }
    const settled = async () => {
      for (let i = 0; i < 5; i++) { global.gc(); await new Promise((resolve) => setTimeout(resolve, 20)) }
      return process.memoryUsage().rss / 2 ** 20
    }
    const n = ${CALLS}
    const marks = []
    for (let part = 0; part < 5; part++) {
      for (let i = 0; i < 50; i++) { round(n / 250); await new Promise(setImmediate) }
      for (let i = 0; i < 20; i++) await model.replenishment(own, options)
      marks.push(Math.round(await settled() * 10) / 10)
    }
    console.log(JSON.stringify(marks))
  })()`

test(`${CALLS} calls leave nothing behind`, { timeout: 1_200_000 }, () => {
  const run = spawnSync(process.execPath, ['--expose-gc', '-e', program], { encoding: 'utf8', cwd: __dirname })
  assert.equal(run.status, 0, run.stderr)
  const marks = JSON.parse(run.stdout)
  // A leak of ten bytes per call would be 8 MB between the first and the last mark.
  const grown = marks.at(-1) - marks[0]
  assert.ok(grown < 8, `resident megabytes after each fifth: ${marks.join(', ')}`)
})
