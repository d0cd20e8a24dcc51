'use strict'

// Every example in the declarations and in the README prints what it says it prints.

const assert = require('node:assert/strict')
const { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { spawnSync } = require('node:child_process')
const { after, test } = require('node:test')
const { calls } = require('../lib/calls.js')

// Inside the package's folder, so that they find the package by its name.
const place = join(__dirname, 'types', 'examples')
rmSync(place, { recursive: true, force: true })
mkdirSync(place, { recursive: true })
const home = mkdtempSync(join(place, 'run-'))
after(() => rmSync(home, { recursive: true, force: true }))

const examples = join(__dirname, '../../core/gen/examples/node')
const sources = readdirSync(examples).map((name) => [name.replace('.txt', ''), readFileSync(join(examples, name), 'utf8')])
const readme = readFileSync(join(__dirname, '../README.md'), 'utf8')
for (const [i, [, code]] of [...readme.matchAll(/```js\n([^]*?)```/g)].entries()) sources.push([`readme-${i + 1}`, code])

test('every call has an example', () => {
  for (const { name } of Object.values(calls)) assert.ok(sources.some(([own]) => own === name), name)
})

for (const [name, code] of sources) {
  // Left where the type checker looks for them.
  writeFileSync(join(place, `${name}.mts`), code)
  test(`the example ${name} prints what it says`, () => {
    const file = join(home, `${name}.mjs`)
    writeFileSync(file, code)
    const run = spawnSync(process.execPath, [file], { encoding: 'utf8', cwd: home })
    assert.equal(run.status, 0, run.stderr)
    const said = [...code.matchAll(/^console\.log\(.*\n((?:\/\/ .*\n)+)/gm)].flatMap(([, lines]) => lines.trimEnd().split('\n').map((line) => line.slice(3)))
    assert.ok(said.length > 0, 'it says nothing')
    assert.deepEqual(run.stdout.trimEnd().split('\n'), said)
  })
}
