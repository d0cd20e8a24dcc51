//! The direction of dependencies, read off the sources: what ARCHITECTURE.md says is what the code does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the crate, lowest first. A module may use only what stands above it in this list, …
const ORDER: [&str; 20] = [
    "error",
    "lists",
    "sealed",
    "progress",
    "time",
    "stats",
    "id",
    "event",
    "history",
    "table",
    "replenish",
    "churn",
    "model",
    "fitting",
    "offer",
    "evaluate",
    "report",
    "surface",
    "persist",
    "lib",
];
/// … and nobody but the crate's root uses these.
const USED_BY_NOBODY: [&str; 2] = ["surface", "persist"];
/// Code, comments and tests of one file: beyond this, a file holds more than one concept.
const MAX_LINES: usize = 450;

fn core() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A source file of the crate.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn name(&self) -> String {
        self.path.strip_prefix(core()).unwrap().display().to_string()
    }

    /// The file's module path below the crate's root; empty for `lib.rs`.
    fn module(&self) -> Vec<String> {
        let below = self.path.strip_prefix(core().join("src")).unwrap().with_extension("");
        let mut parts: Vec<String> = below.iter().map(|p| p.to_str().unwrap().to_owned()).collect();
        if matches!(parts.last().map(String::as_str), Some("mod" | "lib")) {
            parts.pop();
        }
        parts
    }

    fn top(&self) -> String {
        self.module().into_iter().next().unwrap_or_else(|| "lib".to_owned())
    }

    /// The text without comments that take a line, split where unit tests begin.
    fn code(&self) -> (String, String) {
        let lines = self.text.lines().filter(|l| !l.trim_start().starts_with("//"));
        let code: Vec<&str> = lines.collect();
        let tests = code.iter().position(|l| l.trim() == "mod tests {").unwrap_or(code.len());
        (code[..tests].join("\n"), code[tests..].join("\n"))
    }
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, out: &mut Vec<Source>) {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                out.push(Source { path, text });
            }
        }
    }
    let mut out = Vec::new();
    walk(&core().join("src"), &mut out);
    assert!(out.len() > 50, "the sources were not found");
    out
}

/// The first names that follow `prefix` in a code: `a` and `b` of `crate::{a::X, b}`, `a` of `crate::a::X`.
fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        if code[..at].ends_with(|c: char| word(c) || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            out.insert(rest.split(|c| !word(c)).next().unwrap().to_owned());
            continue;
        };
        let (mut depth, mut name) = (0, String::new());
        for c in list.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    out.insert(name.trim().split(|c| !word(c)).next().unwrap().to_owned());
                    name.clear();
                }
                _ if depth == 0 => name.push(c),
                _ => {}
            }
        }
        out.insert(name.trim().split(|c| !word(c)).next().unwrap().to_owned());
    }
    out.remove("");
    out
}

/// Which module each name at the crate's root comes from, by the `pub use` lines of `lib.rs`.
fn re_exports(lib: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for line in lib.lines().filter_map(|l| l.strip_prefix("pub use ")) {
        let (module, names) = line.trim_end_matches(';').split_once("::").expect("a re-export names a module");
        for name in names.trim_matches(['{', '}']).split(',') {
            out.insert(name.trim().to_owned(), module.to_owned());
        }
    }
    out
}

/// What the file's code uses of the crate, as top-level modules.
fn uses(source: &Source, roots: &BTreeMap<String, String>) -> BTreeSet<String> {
    let (code, tests) = source.code();
    let depth = source.module().len();
    let mut names = names_after(&code, "crate::");
    names.extend(names_after(&tests, "crate::"));
    // A chain of `super` as long as the module's path leads to the root as well; a test module is one level deeper.
    if depth > 0 {
        names.extend(names_after(&code, &"super::".repeat(depth)).into_iter().filter(|n| n != "super"));
        names.extend(names_after(&tests, &"super::".repeat(depth + 1)).into_iter().filter(|n| n != "super"));
    }
    names.into_iter().map(|n| roots.get(&n).cloned().unwrap_or(n)).filter(|n| ORDER.contains(&n.as_str())).collect()
}

fn rank(module: &str) -> usize {
    let place = ORDER.iter().position(|m| *m == module);
    place.unwrap_or_else(|| panic!("module {module} has no place in ORDER; give it one, and a line in ARCHITECTURE.md"))
}

#[test]
fn dependencies_point_one_way() {
    let sources = sources();
    let lib = sources.iter().find(|s| s.top() == "lib").unwrap();
    let roots = re_exports(&lib.text);
    assert_eq!(roots.get("History").map(String::as_str), Some("history"));
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for source in sources.iter().filter(|s| s.top() != "lib") {
        let top = source.top();
        for used in uses(source, &roots).into_iter().filter(|used| *used != top) {
            if rank(&used) >= rank(&top) || USED_BY_NOBODY.contains(&used.as_str()) {
                wrong.push(format!("{}: `{top}` may not use `{used}`", source.name()));
            }
            seen.insert((top.clone(), used));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The reader of the sources must see what is surely there.
    for (module, used) in [("event", "id"), ("history", "event"), ("model", "replenish"), ("persist", "model")] {
        assert!(seen.contains(&(module.to_owned(), used.to_owned())), "{module} uses {used}, which was not seen");
    }
    let of_stats = seen.iter().filter(|(module, _)| module == "stats").map(|(_, used)| used.as_str());
    assert!(of_stats.eq(["error", "progress"]), "stats knows nothing of the rest");
}

#[test]
fn the_reader_of_the_sources_sees_every_form() {
    let code = "use crate::{error::{Error, Result}, model};\nlet x = crate::report::Report;\nmycrate::history();";
    let names: Vec<String> = names_after(code, "crate::").into_iter().collect();
    assert_eq!(names, ["error", "model", "report"]);
    let source = Source {
        path: core().join("src/history/store.rs"),
        text:
            "// crate::report\nuse super::super::persist;\nuse super::model;\nmod tests {\nuse super::super::stats;\n\
               use super::super::super::evaluate;\n}"
                .to_owned(),
    };
    let used: Vec<String> = uses(&source, &BTreeMap::new()).into_iter().collect();
    assert_eq!(used, ["evaluate", "persist"]);
}

#[test]
fn the_core_knows_no_other_language_and_reads_no_clock() {
    let manifest = fs::read_to_string(core().join("Cargo.toml")).unwrap();
    let words = ["pyo3", "napi", "SystemTime", "Instant::now", "Zoned::now", "Timestamp::now"];
    for word in words {
        assert!(!manifest.contains(word), "core/Cargo.toml names {word}");
        for source in sources() {
            assert!(!source.text.contains(word), "{} names {word}", source.name());
        }
    }
}

#[test]
fn a_file_holds_one_concept() {
    for source in sources() {
        let n = source.text.lines().count();
        assert!(n <= MAX_LINES, "{} has {n} lines; split it by concept below {MAX_LINES}", source.name());
    }
}

#[test]
fn the_map_names_every_module() {
    let map = fs::read_to_string(core().join("../ARCHITECTURE.md")).unwrap();
    for module in ORDER.iter().filter(|m| **m != "lib") {
        let (file, folder) = (format!("`{module}.rs`"), format!("`{module}/`"));
        assert!(map.contains(&file) || map.contains(&folder), "ARCHITECTURE.md names neither {file} nor {folder}");
    }
    for source in sources() {
        let module = source.module();
        rank(&source.top());
        for folder in module.len().checked_sub(1).map_or(&[][..], |n| &module[..n]) {
            assert!(map.contains(&format!("`{folder}/`")), "ARCHITECTURE.md does not name the folder {folder}/");
        }
    }
    assert!(map.lines().count() <= 300, "ARCHITECTURE.md is to be read in one sitting");
}
