'use strict'

// Golden vectors: calls with what they answer, to the last bit, the same in every language.

const assert = require('node:assert/strict')
const { createHash } = require('node:crypto')
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const beforehand = require('beforehand')
const { calls } = require('../lib/calls.js')
const native = require('../lib/native.js')
const run = require('../lib/run.js')
const { folder } = require('./shop.js')

const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase())
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** What has keys of the user's own. */
const KEPT = ['item_names', 'contracts']

/** An object with the names of JavaScript; the keys of maps stay. */
function named(value, depth = 0) {
  if (Array.isArray(value)) return value.map((part) => named(part, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [camel(key), KEPT.includes(key) ? part : named(part, depth + 1)]),
  )
}

/** What a vector expects, as JavaScript sees it: instants are dates. */
function same(got, expected, path) {
  if (got instanceof Date) return assert.equal(got.getTime(), Math.floor(micros(expected) / 1000), path)
  if (Array.isArray(expected)) {
    assert.equal(got.length, expected.length, path)
    return expected.forEach((part, i) => same(got[i], part, `${path}[${i}]`))
  }
  if (typeof expected === 'object' && expected !== null) {
    assert.deepEqual(Object.keys(got).sort(), Object.keys(expected).map(camel).sort(), path)
    return Object.entries(expected).forEach(([key, part]) => same(got[camel(key)], part, `${path}.${key}`))
  }
  assert.ok(Object.is(got, expected) || got === expected, `${path}: ${got} is not ${expected}`)
}

/** Microseconds since 1970 of an instant as text. */
function micros(text) {
  const [, whole, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(text)
  return Date.parse(`${whole}Z`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

async function sameTable(table, expected) {
  assert.deepEqual(table.names, Object.keys(expected).map(camel))
  const kinds = new Map(run.classes.nativeTable(table).columns())
  for (const [name, values] of Object.entries(expected)) {
    const column = table.column(camel(name))
    assert.equal(column.length, values.length, name)
    values.forEach((value, row) => {
      const got = column[row]
      if (kinds.get(name) === 'instant') {
        if (value === null) assert.ok(Number.isNaN(got), `${name} ${row}`)
        else assert.equal(Math.round(got * 1000), micros(value), `${name} ${row}`)
      } else if (value === null) assert.ok(got === null || Number.isNaN(got), `${name} ${row}`)
      else assert.ok(Object.is(got, value), `${name} ${row}: ${got} is not ${value}`)
    })
  }
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const { log, fit, vectors } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  let whole
  let model
  test(`${file}: the log and the model`, async () => {
    whole = await beforehand.History.fromCsv(join(folder, log))
    model = await beforehand.fit(whole, named(fit))
  })
  for (const { name, call, arguments: own, answered = {}, data, expect } of vectors) {
    const given = { ...own }
    // Arguments that another vector's answer holds.
    for (const [argument, other] of Object.entries(answered)) {
      given[argument] = vectors.find((vector) => vector.name === other).expect.value[argument]
    }
    test(`${file}: ${name}`, async () => {
      const spec = calls[camel(call)]
      assert.ok(spec !== undefined && native.calls().includes(call), `the package has no call ${call}`)
      const past = data === undefined ? whole : data === null ? null : data.map((row) => named(row))
      // A call without `reading` takes no data.
      const taken = spec.reading === undefined ? [named(given)] : [past, named(given)]
      const ask = () => (camel(call) in model ? model[camel(call)](...taken) : beforehand[camel(call)](...taken))
      if (expect.error !== undefined) {
        await assert.rejects(async () => ask(), (failure) => {
          assert.equal(failure.code, expect.error.code, failure.message)
          assert.equal(failure.field, expect.error.field === null ? undefined : camel(expect.error.field))
          assert.equal(failure.row, expect.error.row ?? undefined)
          return true
        })
        return
      }
      const answer = await ask()
      if (expect.sha256 !== undefined) {
        assert.equal(sha256(answer instanceof beforehand.Model ? answer.toBuffer() : answer), expect.sha256)
      } else if (expect.columns !== undefined) {
        await sameTable(answer, expect.columns)
        // As the core writes each cell.
        const table = run.classes.nativeTable(answer)
        Object.values(expect.columns).forEach((values, place) =>
          values.forEach((value, row) => assert.deepEqual(JSON.parse(table.cell(place, row)), value)),
        )
      } else {
        same(answer, expect.value, name)
      }
    })
  }
}

test('the package has the calls of the core and no others', () => {
  assert.deepEqual(Object.values(calls).map((call) => call.name), native.calls())
})
