'use strict'

// What is published, and what an installation runs.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')

const root = join(__dirname, '..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const MAIN = [
  'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'index.d.mts', 'index.d.ts', 'index.js', 'index.mjs', 'lib/arguments.js', 'lib/calls.js',
  'lib/columns.js', 'lib/contracts.js', 'lib/data.js', 'lib/errors.js', 'lib/history.js', 'lib/model.js', 'lib/native.js', 'lib/options.js', 'lib/pack.js',
  'lib/parcel.js', 'lib/readers.js', 'lib/reading.js', 'lib/remembered.js', 'lib/run.js', 'lib/shapes.js', 'lib/suggest.js', 'lib/table.js',
  'lib/texts.js', 'lib/values.js', 'package.json',
]

test('the packages hold what they should and nothing else', { timeout: 600_000 }, () => {
  const dry = JSON.parse(execFileSync(process.execPath, [join(root, 'scripts/publish-dry.js')], { encoding: 'utf8' }))
  assert.deepEqual(dry.main.files, MAIN)
  const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-arm64-musl', 'linux-x64-gnu', 'linux-x64-musl', 'win32-x64-msvc']
  const names = platforms.map((platform) => `beforehand-${platform}`)
  assert.deepEqual(Object.keys(dry.optional).sort(), names)
  assert.deepEqual(dry.platforms.map(({ name }) => name), names)
  for (const [i, { files, version, os, cpu, scripts }] of dry.platforms.entries()) {
    assert.deepEqual(files, [`beforehand.${platforms[i]}.node`])
    assert.equal(version, manifest.version)
    assert.equal(dry.optional[names[i]], manifest.version)
    assert.ok(os.length === 1 && cpu.length === 1 && scripts === undefined)
  }
  const [, platform] = /^beforehand-(.*)$/.exec(dry.packed.name)
  assert.deepEqual(dry.packed.files.filter((file) => !file.startsWith('LICENSE')), ['README.md', `beforehand.${platform}.node`, 'package.json'])
})

test('an installation downloads and runs nothing', () => {
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) assert.equal(manifest.scripts[script], undefined)
  assert.equal(manifest.dependencies, undefined)
})

test('the version is the one of the crates, and locks name no registry', () => {
  const cargo = readFileSync(join(root, '../Cargo.toml'), 'utf8')
  assert.equal(manifest.version, /^version = "(.*)"$/m.exec(cargo)[1])
  for (const lock of ['package-lock.json', '../examples/node/package-lock.json']) {
    assert.doesNotMatch(readFileSync(join(root, lock), 'utf8'), /"resolved": "https?:/)
  }
})
