//! Linker settings that Node needs on each platform.

fn main() {
    napi_build::setup();
}
