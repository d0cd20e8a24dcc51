//! What makes results of parsed JSON.

use std::fmt::Write;

use super::header;
use crate::definitions::{Definition, Definitions, Field, Type};
use crate::docs::camel;

/// Results that can be put in words.
pub(super) const WITH_WORDS: [&str; 2] = ["Audit", "IngestReport"];

pub(super) fn write(definitions: &Definitions) -> String {
    let mut out = header("What makes results of parsed JSON.")
        + "'use strict'\n\nconst { id } = require('./run.js')\nconst { instant } = require('./values.js')\n\n\
           /** A result that says itself in words. */\n\
           function inWords(result, words) {\n  \
             if (words) Object.defineProperty(result, 'toString', { value: () => words, enumerable: false })\n  return result\n}\n\n\
           /** The values of an object, each read. */\n\
           function mapped(read, values) {\n  \
             return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, read(value)]))\n}\n";
    for named in &definitions.types {
        match &named.definition {
            _ if !definitions.is_output(&named.name) => {}
            Definition::Struct(fields) => structure(&mut out, definitions, &named.name, fields),
            Definition::Union { tag, variants } => union(&mut out, &named.name, tag, variants),
            Definition::Words(_) => {}
        }
    }
    out
}

fn structure(out: &mut String, definitions: &Definitions, name: &str, fields: &[Field]) {
    let words = WITH_WORDS.contains(&name);
    let _ = writeln!(out, "\nfunction {name}(v{}) {{", if words { ", words" } else { "" });
    let _ = writeln!(out, "  return {}{{", if words { "inWords(" } else { "" });
    for field in fields {
        let value = reading(&field.ty, &format!("v.{}", field.name), definitions);
        let _ = writeln!(out, "    {}: {value},", camel(&field.name));
    }
    let _ = writeln!(out, "  }}{}", if words { ", words)" } else { "" });
    let _ = writeln!(out, "}}\nexports.{name} = {name}");
}

/// One of several structures, by the word that tells them apart.
fn union(out: &mut String, name: &str, tag: &str, variants: &[(String, String)]) {
    let list: Vec<String> = variants.iter().map(|(word, of)| format!("{word}: {of}")).collect();
    let _ = write!(out, "\nfunction {name}(v) {{\n  const read = {{ {} }}[v.{tag}]\n", list.join(", "));
    let _ = writeln!(out, "  return {{ {tag}: v.{tag}, ...read(v) }}\n}}\nexports.{name} = {name}");
}

/// The code that makes what callers get from parsed JSON.
pub(super) fn reading(ty: &Type, value: &str, definitions: &Definitions) -> String {
    if is_plain(ty, definitions) {
        return value.to_owned();
    }
    match ty {
        Type::Instant => format!("instant({value})"),
        Type::Id => format!("id({value})"),
        Type::Optional(of) => format!("{value} === null ? null : {}", reading(of, value, definitions)),
        Type::List(of) => format!("{value}.map(({}) => {})", fresh(value), inner(of, value, definitions)),
        Type::Map(of) => format!("mapped(({}) => {}, {value})", fresh(value), inner(of, value, definitions)),
        Type::Tuple(of) => {
            let parts: Vec<String> =
                of.iter().enumerate().map(|(i, t)| reading(t, &format!("{value}[{i}]"), definitions)).collect();
            format!("[{}]", parts.join(", "))
        }
        Type::Named(name) => format!("{name}({value})"),
        _ => value.to_owned(),
    }
}

/// A name for the parts of a value that is not the value's own.
fn fresh(value: &str) -> &'static str {
    if value.starts_with('w') { "x" } else { "w" }
}

fn inner(of: &Type, value: &str, definitions: &Definitions) -> String {
    reading(of, fresh(value), definitions)
}

/// Whether parsed JSON is already what callers get.
fn is_plain(ty: &Type, definitions: &Definitions) -> bool {
    match ty {
        Type::Bool | Type::Int | Type::Float | Type::Text | Type::Form(_) | Type::Table => true,
        Type::Instant | Type::Id => false,
        Type::List(of) | Type::Map(of) | Type::Optional(of) => is_plain(of, definitions),
        Type::Tuple(of) => of.iter().all(|ty| is_plain(ty, definitions)),
        Type::Named(name) => matches!(definitions.get(name).definition, Definition::Words(_)),
    }
}
