//! The Node face: TypeScript declarations, and what the package's JavaScript must know of options, results and calls.

mod calls;
mod declarations;
mod readers;
mod shapes;

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::definitions::{Definition, Definitions, Type};
use crate::docs::{camel, wrapped};

/// Lines of documentation are at most this long.
const WIDTH: usize = 118;

/// The declarations for `import`.
const MODULE: &str =
    "import * as beforehand from './index.js'\n\nexport * from './index.js'\nexport default beforehand\n";

/// The files, by name, with their text.
#[must_use]
pub fn files(definitions: &Definitions) -> Vec<(&'static str, String)> {
    vec![
        ("index.d.ts", declarations::write(definitions)),
        ("index.d.mts", header("The declarations for `import`.") + MODULE),
        ("index.js", calls::index(definitions)),
        ("index.mjs", calls::module_index(definitions)),
        ("lib/calls.js", calls::write(definitions)),
        ("lib/readers.js", readers::write(definitions)),
        ("lib/shapes.js", shapes::write(definitions)),
    ]
}

/// Says what a generated file is for, and how to change it.
fn header(doc: &str) -> String {
    format!(
        "// {doc}\n// Written by `make gen` from the definitions in the Rust core: change those, not this file.\n\n"
    )
}

/// A text as JavaScript writes it.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|e| panic!("{e}"))
}

/// The first sentence of a documentation, with the names of JavaScript.
fn summary(doc: &str, names: &BTreeSet<String>) -> String {
    let first = doc.split("\n\n").next().unwrap_or_default();
    in_javascript(first.split(": ").next().unwrap_or(first), names)
}

/// Every name of an option or a field that is another one in JavaScript.
fn names(definitions: &Definitions) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |name: &str| {
        if name.contains('_') {
            names.insert(name.to_owned());
        }
    };
    for named in &definitions.types {
        if let Definition::Struct(fields) = &named.definition {
            for field in fields {
                add(&field.name);
            }
        }
    }
    for call in &definitions.calls {
        add(call.name);
        call.arguments.iter().for_each(|argument| add(&argument.field.name));
    }
    names
}

/// A documentation with the names of JavaScript.
fn in_javascript(doc: &str, names: &BTreeSet<String>) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in doc.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            out.push_str(&if names.contains(&word) { camel(&word) } else { std::mem::take(&mut word) });
            word.clear();
            out.push(c);
        }
    }
    out.pop();
    out.replace("`None`", "`null`")
}

/// A documentation comment.
fn comment(text: &str, indent: &str) -> String {
    let text = text.trim().replace("*/", "*\u{200b}/");
    if !text.contains('\n') && indent.len() + text.chars().count() + 7 <= WIDTH {
        return format!("{indent}/** {text} */\n");
    }
    let mut out = format!("{indent}/**\n");
    for line in text.lines() {
        // Examples and lists stand as they are.
        let keep =
            line.is_empty() || line.starts_with([' ', '@', '`']) || line.chars().count() < WIDTH - indent.len() - 3;
        let lines = if keep { format!("{line}\n") } else { wrapped(line, "", WIDTH - indent.len() - 3) };
        for line in lines.lines() {
            let _ = writeln!(out, "{}", format!("{indent} * {line}").trim_end());
        }
    }
    out + &format!("{indent} */\n")
}

/// How a value of a type is written in a declaration of what callers give.
fn given(ty: &Type) -> String {
    match ty {
        Type::Bool => "boolean".to_owned(),
        Type::Int | Type::Float => "number".to_owned(),
        Type::Text | Type::Form(_) => "string".to_owned(),
        Type::Instant => "InstantLike".to_owned(),
        Type::Id => "Id".to_owned(),
        Type::Table => "Contracts".to_owned(),
        Type::List(of) => list(&given(of)),
        Type::Tuple(of) => format!("readonly [{}]", of.iter().map(given).collect::<Vec<_>>().join(", ")),
        Type::Map(of) => format!("Readonly<Record<string, {}>>", given(of)),
        Type::Optional(of) => format!("{} | null", given(of)),
        Type::Named(name) => name.clone(),
    }
}

/// How a value of a type is written in a declaration of what callers get.
fn got(ty: &Type) -> String {
    match ty {
        Type::Instant => "Date".to_owned(),
        Type::List(of) => list(&got(of)),
        Type::Tuple(of) => format!("readonly [{}]", of.iter().map(got).collect::<Vec<_>>().join(", ")),
        Type::Map(of) => format!("Readonly<Record<string, {}>>", got(of)),
        Type::Optional(of) => format!("{} | null", got(of)),
        _ => given(ty),
    }
}

fn list(of: &str) -> String {
    if of.contains([' ', '|']) { format!("readonly ({of})[]") } else { format!("readonly {of}[]") }
}
