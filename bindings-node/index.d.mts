// The declarations for `import`.
// Written by `make gen` from the definitions in the Rust core: change those, not this file.

import * as beforehand from './index.js'

export * from './index.js'
export default beforehand
