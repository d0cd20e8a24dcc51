//! The Python face: dataclasses, exceptions, functions and methods, each with its documentation.

mod calls;
mod errors;
mod spark;
mod types;

use std::fmt::Write;

use serde_json::Value;

use crate::definitions::{Definition, Definitions, Field, Type};
use crate::docs::wrapped;

/// Lines of Python are at most this long.
const WIDTH: usize = 118;

/// The files, by name, with their text.
#[must_use]
pub fn files(definitions: &Definitions) -> Vec<(&'static str, String)> {
    vec![
        ("_types.py", types::write(definitions)),
        ("_names.py", types::names(definitions)),
        ("_errors.py", errors::write(definitions)),
        ("_calls.py", calls::write(definitions)),
        ("spark/_calls.py", spark::write(definitions)),
    ]
}

/// Says what a generated file is for, and how to change it.
fn header(doc: &str) -> String {
    format!(
        "\"\"\"{doc}\n\nWritten by `make gen` from the definitions in the Rust core: change those, not this file.\n\"\"\"\n\n\
         from __future__ import annotations\n\n"
    )
}

/// How a value of a type is written in a signature of what callers give.
fn given(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "float".to_owned(),
        Type::Text => "str".to_owned(),
        Type::Form("CivilDate") => "date | str".to_owned(),
        Type::Form(_) => "time | str".to_owned(),
        Type::Instant => "InstantLike".to_owned(),
        Type::Id => "Id".to_owned(),
        Type::Table => "Contracts".to_owned(),
        Type::List(of) => format!("Sequence[{}]", given(of)),
        Type::Tuple(of) => format!("tuple[{}]", of.iter().map(given).collect::<Vec<_>>().join(", ")),
        Type::Map(of) => format!("Mapping[str, {}]", given(of)),
        Type::Optional(of) => format!("{} | None", given(of)),
        Type::Named(name) => name.clone(),
    }
}

/// How a value of a type is written in what callers get.
fn got(ty: &Type) -> String {
    match ty {
        Type::Form(_) => "str".to_owned(),
        Type::Instant => "datetime".to_owned(),
        Type::List(of) => format!("tuple[{}, ...]", got(of)),
        Type::Tuple(of) => format!("tuple[{}]", of.iter().map(got).collect::<Vec<_>>().join(", ")),
        Type::Map(of) => format!("Mapping[str, {}]", got(of)),
        Type::Optional(of) => format!("{} | None", got(of)),
        _ => given(ty),
    }
}

/// A default as Python writes it. Empty lists and structures are immutable here; of a structure only those fields are
/// written that differ from their own defaults.
fn default(value: &Value, ty: &Type, definitions: &Definitions) -> String {
    if let Type::Optional(of) = ty {
        return if value.is_null() { "None".to_owned() } else { default(value, of, definitions) };
    }
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(yes) => if *yes { "True" } else { "False" }.to_owned(),
        Value::Number(n) => n.to_string(),
        Value::String(s) => format!("{s:?}"),
        Value::Array(items) => {
            let of = match ty {
                Type::List(of) => of.as_ref(),
                _ => ty,
            };
            let items: Vec<String> = items.iter().map(|i| default(i, of, definitions)).collect();
            match items.as_slice() {
                [one] => format!("({one},)"),
                items => format!("({})", items.join(", ")),
            }
        }
        Value::Object(given) => match ty {
            Type::Named(name) => {
                let Definition::Struct(fields) = &definitions.get(name).definition else {
                    panic!("a default of an unknown form: {value} for {ty:?}");
                };
                let other = |field: &&Field| given.get(&field.name) != field.default.as_ref();
                let write = |field: &Field| {
                    let value = given.get(&field.name).unwrap_or(&Value::Null);
                    format!("{}={}", field.name, default(value, &field.ty, definitions))
                };
                format!("{name}({})", fields.iter().filter(other).map(write).collect::<Vec<_>>().join(", "))
            }
            Type::Map(_) => "MappingProxyType({})".to_owned(),
            _ => panic!("a default of an unknown form: {value} for {ty:?}"),
        },
    }
}

/// The code that makes what callers get from parsed JSON.
fn reading(ty: &Type, value: &str, definitions: &Definitions) -> String {
    match ty {
        Type::Instant => format!("_instant({value})"),
        Type::List(of) | Type::Map(of) if is_plain(of, definitions) && matches!(ty, Type::Map(_)) => value.to_owned(),
        Type::List(of) if is_plain(of, definitions) => format!("tuple({value})"),
        Type::List(of) => format!("tuple({} for v in {value})", reading(of, "v", definitions)),
        Type::Tuple(of) if of.iter().all(|t| is_plain(t, definitions)) => format!("tuple({value})"),
        Type::Tuple(of) => {
            let parts: Vec<String> =
                of.iter().enumerate().map(|(i, t)| reading(t, &format!("{value}[{i}]"), definitions)).collect();
            format!("({})", parts.join(", "))
        }
        Type::Map(of) => format!("{{k: {} for k, v in {value}.items()}}", reading(of, "v", definitions)),
        Type::Optional(of) if is_plain(of, definitions) => value.to_owned(),
        Type::Optional(of) => format!("None if {value} is None else {}", reading(of, value, definitions)),
        Type::Named(name) if matches!(definitions.get(name).definition, Definition::Union { .. }) => {
            format!("{}({value})", types::reader(name))
        }
        Type::Named(name) if !is_plain(ty, definitions) => format!("{name}._of({value})"),
        _ => value.to_owned(),
    }
}

/// Whether parsed JSON is already what callers get.
fn is_plain(ty: &Type, definitions: &Definitions) -> bool {
    match ty {
        Type::Bool | Type::Int | Type::Float | Type::Text | Type::Form(_) | Type::Id => true,
        Type::Named(name) => {
            matches!(definitions.get(name).definition, Definition::Words(_))
        }
        _ => false,
    }
}

/// A docstring.
fn docstring(text: &str, indent: &str) -> String {
    let text = text.trim();
    if !text.contains('\n') && indent.len() + text.chars().count() + 6 <= WIDTH {
        return format!("{indent}\"\"\"{text}\"\"\"\n");
    }
    let mut out = String::new();
    let mut paragraphs = text.splitn(2, "\n\n");
    let first = wrapped(paragraphs.next().unwrap_or_default(), indent, WIDTH - 3);
    let _ = write!(out, "{indent}\"\"\"{}", first.trim_start());
    if let Some(rest) = paragraphs.next() {
        let _ = write!(out, "\n{}", wrapped(rest, indent, WIDTH));
    }
    out + &format!("{indent}\"\"\"\n")
}
