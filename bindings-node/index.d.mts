// The declarations for `import`.
// Written by `make gen` from the definitions in the Rust core: change those, not this file.

export * from './index.js'
