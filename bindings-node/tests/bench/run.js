'use strict'

// What the package promises about speed, measured: `npm run bench`, or `npm run bench decisions` for one part. Redis is measured
// beside it where it is installed.

const { spawn } = require('node:child_process')
const { mkdtempSync, rmSync } = require('node:fs')
const net = require('node:net')
const { cpus, loadavg, tmpdir } = require('node:os')
const { join } = require('node:path')
const { monitorEventLoopDelay, performance } = require('node:perf_hooks')
const { fit, History } = require('beforehand')
const { columns, million, objects, one } = require('./logs.js')

const AS_OF = '2025-12-31'
const print = (...parts) => console.log(...parts)

/** Quantiles of times in microseconds. */
function quantiles(times) {
  const sorted = Float64Array.from(times).sort()
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))].toFixed(1)
  return `p50 ${at(0.5)} µs, p99 ${at(0.99)} µs, least ${sorted[0].toFixed(1)} µs`
}

function timed(work, n) {
  for (let i = 0; i < n / 4; i++) work()
  const times = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const begin = performance.now()
    work()
    times[i] = (performance.now() - begin) * 1e3
  }
  return times
}

/** CPU milliseconds of work, the least of some runs. */
async function cpu(work, runs = 7) {
  let least = Infinity
  for (let i = 0; i < runs; i++) {
    global.gc?.()
    const begin = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(begin)
    least = Math.min(least, (user + system) / 1e3)
  }
  return least.toFixed(1)
}

async function requests(model) {
  print('\nOne customer with 200 events, from JavaScript, conversion of arguments and answer included')
  for (const items of [1, 5, 10, 20]) {
    const own = one(200, items)
    print(`  forecasts, ${String(items).padStart(2)} items: ${quantiles(timed(() => model.forecasts(own, { asOf: AS_OF }), 20_000))}`)
  }
  const own = one(200, 5)
  const history = new History(own)
  print(`  of these: history only, 5 items: ${quantiles(timed(() => new History(own), 20_000))}`)
  print(`            with a History made before: ${quantiles(timed(() => model.forecasts(history, { asOf: AS_OF }), 20_000))}`)
}

/** What a shop would state: two offers, three channels with limits, costs, a lottery, names of items. */
const POLICY = {
  marginShare: 0.4,
  offers: [
    { name: 'reminder', probWinBack: 0.15 },
    { name: 'returning', discountShare: 0.1, probWinBack: 0.4, minPurchases: 2 },
  ],
  channels: [{ name: 'app', cost: 0.02 }, { name: 'mail', cost: 0.01, strength: 0.7 }, { name: 'sms', cost: 0.1 }],
  orderValue: 30,
  unpromptedShare: 0.6,
  costs: { perIgnored: 0.2, perEarly: 0.3 },
  limits: {
    channels: [{ name: 'app', quietHours: null }, { name: 'mail' }, { name: 'sms', needsConsent: true, caps: [{ maxContacts: 4, days: 28 }] }],
    minGapDays: 3,
  },
  lottery: { holdoutShare: 0.05, salt: 'bench' },
  caution: { confidence: 0.6 },
  items: ['000000', '000001', '000002'].map((n) => ({ item: `item-${n}`, name: `Item ${n}` })),
  timeZone: 'Europe/Berlin',
}

async function decisions(model) {
  print('\nWhat to do about one customer, with the reasoning and the words, conversion of arguments and answer included')
  const until = Date.parse(AS_OF)
  for (const [events, items] of [[5, 1], [10, 2], [20, 3], [20, 5]]) {
    const bought = one(events, items).map((row, i) => ({ ...row, at: new Date(until - (events - i) * 20 * 86_400_000) }))
    const contact = { customer: bought[0].customer, kind: 'contact', channel: 'mail', offer: 'reminder', propensity: 0.95 }
    const own = [...bought, { ...contact, at: new Date(until - 9 * 86_400_000) }, { ...contact, kind: 'open', at: new Date(until - 8.9 * 86_400_000) }]
    const ask = () => model.decideFor(own, { asOf: AS_OF, policy: POLICY })
    print(`  decideFor, ${String(events).padStart(2)} purchases of ${items} items, 2 contacts (${ask().action}): ${quantiles(timed(ask, 20_000))}`)
    if (events === 10) {
      const history = new History(own)
      print(`    with a History made before: ${quantiles(timed(() => model.decideFor(history, { asOf: AS_OF, policy: POLICY }), 20_000))}`)
      print(`    history only: ${quantiles(timed(() => new History(own), 20_000))}`)
    }
  }
}

/** One GET of a small value on loopback, as a client would send it. */
async function redis() {
  const folder = mkdtempSync(join(tmpdir(), 'beforehand-redis-'))
  const port = 16_379
  const server = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], { stdio: 'ignore' })
  let missing = false
  server.on('error', () => (missing = true))
  try {
    let socket
    for (let i = 0; i < 100 && socket === undefined && !missing; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      socket = await new Promise((resolve) => {
        const made = net.connect(port, '127.0.0.1', () => resolve(made)).on('error', () => resolve(undefined))
      })
    }
    if (socket === undefined) return print('  one Redis GET on loopback: SKIPPED, redis-server is not installed here')
    socket.setNoDelay(true)
    const ask = (text) =>
      new Promise((resolve) => {
        socket.once('data', resolve)
        socket.write(text)
      })
    await ask('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n')
    const times = []
    for (let i = 0; i < 20_000; i++) {
      const begin = performance.now()
      await ask('*2\r\n$3\r\nGET\r\n$1\r\nk\r\n')
      times.push((performance.now() - begin) * 1e3)
    }
    print(`  one Redis GET on loopback: ${quantiles(times.slice(2000))}`)
    socket.destroy()
  } finally {
    server.kill()
    await new Promise((resolve) => (missing ? resolve() : server.once('exit', resolve)))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ingest() {
  print('\n100,000 events in, CPU time of all threads (least of 7)')
  const log = columns(100_000)
  for (const [what, rows] of [['objects with Dates', objects(log)], ['objects with numbers', objects(log, false)]]) {
    print(`  ${what}: ${await cpu(() => History.from(rows))} ms`)
  }
  print(`  columns, texts as codes: ${await cpu(() => History.from(log))} ms`)
  const plain = { ...log, customer: Array.from(log.customer.codes, (c) => log.customer.values[c]), item: Array.from(log.item.codes, (c) => log.item.values[c]) }
  print(`  columns, texts as arrays: ${await cpu(() => History.from(plain))} ms`)
  const numbers = { customer: log.customer.codes, item: log.item.codes, at: log.at }
  print(`  columns, whole numbers: ${await cpu(() => History.from(numbers))} ms`)
}

async function loop(model) {
  print('\n10,000 requests, all waiting at once and answered one per millisecond, while 1,000,000 events are fitted')
  const own = one(200, 5)
  const fitting = fit(million(), { asOf: AS_OF })
  let fitted = false
  fitting.then(() => (fitted = true))
  await new Promise((resolve) => setTimeout(resolve, 200))
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const begin = performance.now()
  await Promise.all(
    Array.from({ length: 10_000 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i))
      model.forecasts(own, { asOf: AS_OF })
    }),
  )
  delay.disable()
  const ms = (x) => (x / 1e6).toFixed(1)
  print(`  ${((performance.now() - begin) / 1e3).toFixed(1)} s; delay of the event loop: p50 ${ms(delay.percentile(50))} ms, p99 ${ms(delay.percentile(99))} ms, most ${ms(delay.max)} ms`)
  print(`  the fit ${fitted ? 'was done meanwhile' : 'was still going on'}`)
  await fitting
}

const PARTS = { requests, decisions, redis, ingest, loop }

async function main() {
  print(`Node ${process.version}, ${cpus().length} × ${cpus()[0].model.trim()}, load ${loadavg()[0].toFixed(1)}`)
  const [only] = process.argv.slice(2)
  if (only !== undefined && !Object.hasOwn(PARTS, only)) throw new Error(`there is no part ${only}; give one of ${Object.keys(PARTS).join(', ')}`)
  const model = await fit(columns(100_000), { asOf: AS_OF })
  for (const [name, part] of Object.entries(PARTS)) if (only === undefined || only === name) await part(model)
}

main()
