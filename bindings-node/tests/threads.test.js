'use strict'

// Worker threads, several instances of the package, and what happens when a thread ends in the middle.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { Worker } = require('node:worker_threads')
const beforehand = require('beforehand')
const { AS_OF, fails, model, of } = require('./shop.js')

/** Runs a worker to its end; answers what it says. */
function worker(body, workerData) {
  const source = `const { parentPort, workerData } = require('node:worker_threads')
    const beforehand = require('beforehand')
    ;(async () => { ${body} })().then((value) => parentPort.postMessage(value), (e) => parentPort.postMessage({ failed: e.stack }))`
  return new Promise((resolve, reject) => {
    // Written into the package's folder, so that it finds the package by its name.
    const made = new Worker(source, { eval: true, workerData, execArgv: [] })
    made.once('message', resolve)
    made.once('error', reject)
  })
}

test('a model is shared by a handle, or by its bytes', async () => {
  const fitted = await model()
  const expected = fitted.forecasts(of('c007'), { asOf: AS_OF })
  const ask = (made) => `return ${made}.forecasts(workerData.own, { asOf: workerData.asOf })`
  const data = { own: of('c007'), asOf: AS_OF, handle: fitted.handle, bytes: fitted.toBuffer() }
  const answers = await Promise.all([
    worker(ask('beforehand.Model.fromHandle(workerData.handle)'), data),
    worker(ask('beforehand.Model.fromBuffer(workerData.bytes)'), data),
    worker(ask('beforehand.Model.fromHandle(workerData.handle)'), data),
  ])
  for (const answer of answers) assert.deepEqual(answer, expected)
  assert.equal(fitted.handle, fitted.handle)
  assert.ok(beforehand.Model.fromHandle(fitted.handle).equals(fitted))
})

test('a handle is good as long as the model is held', async () => {
  // The model of the worker goes with it.
  const handle = await worker(`return (await beforehand.fit(workerData, { asOf: '${AS_OF}' })).handle`, of('c007'))
  assert.ok(Number.isInteger(handle), String(handle?.failed))
  const until = Date.now() + 10_000
  for (;;) {
    try {
      beforehand.Model.fromHandle(handle)
    } catch (failure) {
      assert.equal(failure.code, 'invalid_options')
      return
    }
    assert.ok(Date.now() < until, 'the model outlives the thread that held it')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})

test('a thread that ends while it fits takes nothing down', async () => {
  const source = `const { parentPort, workerData } = require('node:worker_threads')
    const { fit } = require('beforehand')
    fit(workerData, { asOf: '${AS_OF}', onProgress: () => parentPort.postMessage('progress') })
    parentPort.postMessage('begun')`
  for (let i = 0; i < 5; i++) {
    const made = new Worker(source, { eval: true, workerData: require('./shop.js').rows() })
    await new Promise((resolve, reject) => made.once('message', resolve).once('error', reject))
    await made.terminate()
  }
  assert.ok((await model()).nEvents > 0)
})

test('several instances of the package live side by side', async () => {
  const fitted = await model()
  const files = Object.keys(require.cache).filter((path) => path.startsWith(join(__dirname, '..', 'lib')) || path === require.resolve('beforehand'))
  const held = files.map((path) => [path, require.cache[path]])
  for (const [path] of held) delete require.cache[path]
  const other = require('beforehand')
  for (const [path, module] of held) require.cache[path] = module
  assert.notEqual(other.Model, beforehand.Model)
  const again = other.Model.fromBuffer(fitted.toBuffer())
  assert.deepEqual(again.forecasts(of('c007'), { asOf: AS_OF }), fitted.forecasts(of('c007'), { asOf: AS_OF }))
})

test('import and require give the same package', async () => {
  const module = await import('beforehand')
  assert.equal(module.Model, beforehand.Model)
  assert.deepEqual(Object.keys(module).filter((name) => name !== 'default').sort(), Object.keys(beforehand).sort())
})

test('a panic is an error, here and on another thread', async () => {
  const native = require('../lib/native.js')
  const { native: guarded } = require('../lib/errors.js')
  await fails(() => guarded(() => native.panicForTest()), { code: 'internal', message: /on purpose.*please report/ })
  const answer = await worker(`
    const native = require(${JSON.stringify(join(__dirname, '../lib/native.js'))})
    try { native.panicForTest() } catch (e) { return e.message }`)
  assert.match(answer, /on purpose/)
  const told = await new Promise((resolve) => native.panicOffTheLoopForTest((...event) => resolve(event)))
  assert.equal(told[0], 2)
  assert.match(told[1], /^\["internal","a defect of the library: on purpose/)
})
