//! Writes what is generated: `cargo run -p beforehand-gen [-- vectors]`.
#![allow(clippy::print_stdout)]

use std::fs;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut outputs = beforehand_gen::outputs();
    if std::env::args().nth(1).as_deref() == Some("vectors") {
        outputs = match beforehand_gen::vectors::filled() {
            Ok(files) => files,
            Err(failure) => {
                println!("{failure}");
                return ExitCode::FAILURE;
            }
        };
    }
    for (path, text) in outputs {
        let whole = beforehand_gen::root().join(&path);
        if fs::read_to_string(&whole).is_ok_and(|old| old == text) {
            continue;
        }
        let folder = whole.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(failure) = folder.and_then(|()| fs::write(&whole, text)) {
            println!("{}: {failure}", path.display());
            return ExitCode::FAILURE;
        }
        println!("wrote {}", path.display());
    }
    ExitCode::SUCCESS
}
