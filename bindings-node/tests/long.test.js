'use strict'

// Work that takes long: progress, cancelling, and an event loop that goes on.

const assert = require('node:assert/strict')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { test } = require('node:test')
const { fit, History } = require('beforehand')
const { AS_OF, fails, model, rows } = require('./shop.js')
const { million } = require('./bench/logs.js')

test('progress rises and names stages', async () => {
  const seen = []
  await fit(rows(), { asOf: AS_OF, onProgress: (report) => seen.push(report) })
  assert.ok(seen.length > 0)
  assert.ok(seen.every(({ stage, done }, i) => typeof stage === 'string' && done >= (seen[i - 1]?.done ?? 0) && done <= 1))
})

test('an abort rejects at once', async () => {
  await fails(() => fit(rows(), { asOf: AS_OF, signal: AbortSignal.abort('enough') }), { code: 'cancelled' })
  const control = new AbortController()
  const begun = fit(rows(), { asOf: AS_OF, signal: control.signal })
  setTimeout(() => control.abort(new Error('enough')), 5)
  const error = await fails(() => begun, { code: 'cancelled' })
  assert.equal(error.cause.message, 'enough')
  await fails(() => History.from(rows(), { signal: AbortSignal.abort() }), { code: 'cancelled' })
  // A signal that comes late changes nothing.
  const late = new AbortController()
  const fitted = await fit(rows(), { asOf: AS_OF, signal: late.signal })
  late.abort()
  assert.ok(fitted.nEvents > 0)
})

test('onProgress stops the work by answering false, or by throwing', async () => {
  await fails(() => fit(rows(), { asOf: AS_OF, onProgress: () => false }), { code: 'cancelled' })
  await assert.rejects(
    fit(rows(), {
      asOf: AS_OF,
      onProgress: () => {
        throw new RangeError('mine')
      },
    }),
    RangeError,
  )
})

test('while a million events are fitted, ten thousand requests are answered and the loop goes on', { timeout: 600_000 }, async () => {
  const fitted = await model()
  const own = rows().filter((row) => row.customer === 'c007')
  const fitting = fit(million(), { asOf: '2025-12-31' })
  await new Promise((resolve) => setTimeout(resolve, 100))
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  let answered = 0
  // Requests as a server gets them: each in a turn of its own.
  await Promise.all(
    Array.from({ length: 10_000 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i))
      answered += fitted.forecasts(own, { asOf: AS_OF }).length > 0 ? 1 : 0
    }),
  )
  delay.disable()
  await fitting
  assert.equal(answered, 10_000)
  const p99 = delay.percentile(99) / 1e6
  // The figure is measured by `npm run bench`; a busy machine must not fail the test.
  assert.ok(p99 < 200, `the loop's p99 delay is ${p99} ms`)
})
