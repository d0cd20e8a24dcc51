//! What options look like: names, types, which must be given.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{header, names, quoted, summary};
use crate::definitions::{Definition, Definitions, Field, Type};
use crate::docs::camel;

pub(super) fn write(definitions: &Definitions) -> String {
    let all = names(definitions);
    let mut out = header("What options look like.") + "'use strict'\n";
    let _ = write!(out, "\n/** Names that are others in JavaScript. */\nexports.names = new Map([\n");
    for name in &all {
        let _ = writeln!(out, "  [{}, {}],", quoted(name), quoted(&camel(name)));
    }
    out.push_str("])\n");
    let reading = reading(definitions);
    let mut words = String::new();
    let mut structs = String::new();
    for named in &definitions.types {
        let is_used = definitions.is_input(&named.name) || uses(&reading, &named.name);
        match &named.definition {
            _ if !is_used => {}
            Definition::Words(of) => {
                let list: Vec<String> = of.iter().map(|(word, _)| quoted(word)).collect();
                let _ = writeln!(words, "  {}: [{}],", named.name, list.join(", "));
            }
            Definition::Struct(fields) => {
                let _ = write!(structs, "  {}: {{\n{}  }},\n", named.name, entries(fields, &all, "    "));
            }
            Definition::Union { .. } => panic!("{} is given to calls, which nothing here can write", named.name),
        }
    }
    let _ = write!(out, "\n/** The words of each type. */\nexports.words = {{\n{words}}}\n");
    let _ = write!(out, "\n/** The fields of each structure. */\nexports.structs = {{\n{structs}}}\n");
    let _ = write!(out, "\n/** How data is read. */\nexports.ingest = {{\n{}}}\n", entries(&reading, &all, "  "));
    out.push_str(
        "\n/** The same, and which column holds what. */\nexports.reading = { columns: null, ...exports.ingest }\n",
    );
    let _ = write!(out, "\n/** The columns that data may have. */\nexports.columns = {{\n");
    for (field, kind) in columns(definitions) {
        let optional = matches!(field.ty, Type::Optional(_));
        let (js, json) = (camel(&field.name), quoted(&field.name));
        let _ = writeln!(out, "  {js}: {{ json: {json}, kind: {}, isOptional: {optional} }},", quoted(kind));
    }
    out + "}\n"
}

/// The options of ingest.
pub(super) fn reading(definitions: &Definitions) -> Vec<Field> {
    let Definition::Struct(fields) = &definitions.get("IngestOptions").definition else {
        panic!("options have fields")
    };
    for call in &definitions.calls {
        for argument in &call.arguments {
            let name = &argument.field.name;
            let both = name == "columns" || fields.iter().any(|field| field.name == *name);
            assert!(!both, "{} of {} is an option of ingest as well; rename it", name, call.name);
        }
    }
    fields.clone()
}

/// The columns that data may have, and what they hold: `id`, `time` or `number`.
pub(super) fn columns(definitions: &Definitions) -> Vec<(Field, &'static str)> {
    let fields = |name| match &definitions.get(name).definition {
        Definition::Struct(fields) => fields.clone(),
        _ => panic!("{name} has no fields"),
    };
    let event = fields("Event");
    let kind = |column: &Field| {
        let name = if column.name == "time" { "at" } else { &column.name };
        let field = event.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("an event has no {name}"));
        let ty = if let Type::Optional(of) = &field.ty { of } else { &field.ty };
        match ty {
            Type::Instant => "time",
            Type::Float => "number",
            Type::Id | Type::Named(_) => "id",
            other => panic!("a column of an unknown type: {other:?}"),
        }
    };
    fields("ColumnNames").into_iter().map(|column| (column.clone(), kind(&column))).collect()
}

fn uses(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| match &field.ty {
        Type::Optional(of) => **of == Type::Named(name.to_owned()),
        ty => *ty == Type::Named(name.to_owned()),
    })
}

fn entries(fields: &[Field], names: &BTreeSet<String>, indent: &str) -> String {
    fields.iter().map(|field| entry(field, None, names, indent)).collect()
}

/// A field, or an argument of a group (or of none, by an empty name): how the core calls it, its type, whether it must be
/// given and then what it is.
pub(super) fn entry(field: &Field, group: Option<&str>, names: &BTreeSet<String>, indent: &str) -> String {
    let mut out = format!("{indent}{}: {{ json: {}", camel(&field.name), quoted(&field.name));
    if let Some(group) = group {
        let _ = write!(out, ", group: {}", if group.is_empty() { "null".to_owned() } else { quoted(group) });
    }
    let _ = write!(out, ", type: {}", shape(&field.ty));
    if field.default.is_none() {
        let _ = write!(out, ", required: true, doc: {}", quoted(&summary(&field.doc, names)));
    }
    out + " },\n"
}

fn shape(ty: &Type) -> String {
    let of = |form: &str, of: &Type| format!("[{}, {}]", quoted(form), shape(of));
    match ty {
        Type::Bool => quoted("bool"),
        Type::Int => quoted("int"),
        Type::Float => quoted("float"),
        Type::Text | Type::Form(_) => quoted("text"),
        Type::Instant => quoted("instant"),
        Type::Id => quoted("id"),
        Type::Table => quoted("table"),
        Type::List(inner) => of("list", inner),
        Type::Map(inner) => of("map", inner),
        Type::Optional(inner) => of("optional", inner),
        Type::Tuple(inner) => {
            format!("[\"tuple\", [{}]]", inner.iter().map(shape).collect::<Vec<_>>().join(", "))
        }
        Type::Named(name) => quoted(name),
    }
}
