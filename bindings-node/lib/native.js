'use strict'

const { version } = require('../package.json')

/** The name of this platform's prebuilt binary. */
function triple() {
  const { platform, arch } = process
  if (platform === 'linux') {
    // Where the C library is not glibc it is musl.
    const glibc = process.report?.getReport?.().header?.glibcVersionRuntime
    return `linux-${arch}-${glibc === undefined ? 'musl' : 'gnu'}`
  }
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`
}

/** A build beside the package if there is one, else the package that was installed for this platform. */
function load() {
  const name = triple()
  const failures = []
  for (const place of [`../beforehand.${name}.node`, `beforehand-${name}`]) {
    try {
      return require(place)
    } catch (failure) {
      failures.push(`${place}: ${failure.message.split('\n')[0]}`)
    }
  }
  throw new Error(
    `beforehand has no binary for ${name} here. It comes as the optional dependency beforehand-${name}: install without ` +
      `--omit=optional, on the platform it is to run on; or build it: npm run build\n  ${failures.join('\n  ')}`,
  )
}

const native = load()
if (native.version() !== version) {
  throw new Error(`beforehand ${version} found a binary of version ${native.version()}; install the package anew`)
}

module.exports = native
