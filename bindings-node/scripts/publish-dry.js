'use strict'

// A dry run of publishing: lays out one package per platform, lists them as optional dependencies, packs everything. Nothing
// leaves the machine, and the working tree stays as it is.

const { execFileSync } = require('node:child_process')
const { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const root = join(__dirname, '..')
const napi = require.resolve('@napi-rs/cli/package.json')
const cli = join(napi, '..', JSON.parse(readFileSync(napi, 'utf8')).bin.napi)
const folder = mkdtempSync(join(tmpdir(), 'beforehand-publish-'))

/** Runs a program in the copy. */
const run = (program, ...args) => execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** What a package would hold. */
function packed(...where) {
  const [{ name, version, files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--silent'], { cwd: join(folder, ...where), encoding: 'utf8' }))
  return { name, version, files: files.map(({ path }) => path).sort() }
}

function dry() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of [...manifest.files.map((file) => file.split('/')[0]), 'package.json', 'README.md', 'Cargo.toml']) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  run(process.execPath, cli, 'create-npm-dirs')
  const platforms = readdirSync(join(folder, 'npm'))
  for (const platform of platforms) {
    // Where the release pipeline puts the binary it built; this machine has built its own only.
    const binary = join(root, `beforehand.${platform}.node`)
    const place = join(folder, 'npm', platform, `beforehand.${platform}.node`)
    if (existsSync(binary)) cpSync(binary, place)
    else writeFileSync(place, '')
  }
  // Lists the platforms' packages as optional dependencies; publishes nothing.
  run(process.execPath, cli, 'pre-publish', '--tag-style', 'npm', '--no-gh-release', '--skip-optional-publish')
  return {
    main: packed(),
    optional: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).optionalDependencies,
    platforms: platforms.map((platform) => {
      const { name, version, os, cpu, libc, scripts, files } = JSON.parse(readFileSync(join(folder, 'npm', platform, 'package.json'), 'utf8'))
      return { name, version, os, cpu, libc, scripts, files }
    }),
    // One of them stands for all: packing takes seconds.
    packed: packed('npm', platforms.find((platform) => existsSync(join(root, `beforehand.${platform}.node`))) ?? platforms[0]),
  }
}

try {
  console.log(JSON.stringify(dry(), null, 2))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
