//! Functions, and methods of the model.

use std::fmt::Write;

use beforehand::surface::{ColumnDoc, Data};

use super::types::reader;
use super::{WIDTH, default, given, got, header, reading};
use crate::definitions::{Answer, Argument, Call, Definition, Definitions, Type};
use crate::docs::wrapped;

pub(super) fn write(definitions: &Definitions) -> String {
    let mut out = header("The calls: functions, and methods of the model.");
    out.push_str(
        "from collections.abc import Mapping, Sequence\nfrom types import MappingProxyType\nfrom typing import TYPE_CHECKING\n\n\
         from . import _native as native\nfrom . import _run\nfrom ._contracts import Contracts, columns_of\nfrom ._history import Columns, Data\nfrom ._table import Table\n\n\
         if TYPE_CHECKING:\n    from ._model import Model\n    from ._progress import Progress\n    from ._types import *  # noqa: F403\n\n",
    );
    for call in definitions.calls.iter().filter(|c| !c.on_model) {
        out.push('\n');
        write_call(&mut out, call, definitions, "");
        out.push('\n');
    }
    out.push_str("\nclass ModelCalls:\n    \"\"\"What can be asked of a model.\"\"\"\n\n    __slots__ = ()\n    _native: native.Model\n    _columns: Columns | None\n");
    for call in definitions.calls.iter().filter(|c| c.on_model) {
        out.push('\n');
        write_call(&mut out, call, definitions, "    ");
    }
    let functions: Vec<String> =
        definitions.calls.iter().filter(|c| !c.on_model).map(|c| format!("    {:?},\n", c.name)).collect();
    out + &format!("\n\n__all__ = [\n    \"ModelCalls\",\n{}]\n", functions.concat())
}

fn write_call(out: &mut String, call: &Call, definitions: &Definitions, indent: &str) {
    let ours = if call.on_model { "self, " } else { "" };
    let data = match call.data {
        Data::Required => "data: Data,",
        Data::Optional => "data: Data | None = None,",
        Data::None => "",
    };
    let first = format!("{ours}{data}");
    let first = if first.is_empty() { first } else { format!("{indent}    {}\n", first.trim_end()) };
    let _ = write!(out, "{indent}def {}(\n{first}", call.name);
    // A table is what a call is about, as data are of others: it may be given without its name, and so what stands before it.
    let n_placed = call.arguments.iter().position(|a| a.field.ty == Type::Table).map_or(0, |place| place + 1);
    for (place, argument) in call.arguments.iter().enumerate() {
        if place == n_placed {
            let _ = writeln!(out, "{indent}    *,");
        }
        let (name, mut ty) = (&argument.field.name, given(&argument.field.ty));
        let default = if is_structure(argument) {
            // Types are loaded when they are first used; so a default cannot be one.
            ty += " | None";
            Some(" = None".to_owned())
        } else {
            argument.field.default.as_ref().map(|d| format!(" = {}", default(d, &argument.field.ty, definitions)))
        };
        let _ = writeln!(out, "{indent}    {name}: {ty}{},", default.unwrap_or_default());
    }
    if call.data != Data::None {
        let _ = writeln!(out, "{indent}    columns: Columns | None = None,");
    }
    if call.is_long {
        let _ = writeln!(out, "{indent}    progress: Progress = None,");
    }
    let _ = writeln!(out, "{indent}) -> {}:", returned(&call.answer));
    out.push_str(&documentation(call, &format!("{indent}    ")));
    body(out, call, definitions, &format!("{indent}    "));
}

fn returned(answer: &Answer) -> String {
    match answer {
        Answer::Model => "Model".to_owned(),
        Answer::Table(_) => "Table".to_owned(),
        Answer::Text => "str".to_owned(),
        Answer::Value(Type::List(of)) => format!("list[{}]", got(of)),
        Answer::Value(ty) => got(ty),
    }
}

fn documentation(call: &Call, indent: &str) -> String {
    let mut paragraphs = call.doc.splitn(2, "\n\n");
    let first = wrapped(paragraphs.next().unwrap_or_default(), indent, WIDTH - 3);
    let mut out = format!("{indent}\"\"\"{}", first.trim_start());
    if let Some(rest) = paragraphs.next() {
        let _ = write!(out, "\n{}", wrapped(rest, indent, WIDTH));
    }
    let _ = write!(out, "\n{indent}Args:\n");
    let mut entry = |name: &str, doc: &str| {
        let text = wrapped(&format!("{name}: {}", doc.replace("\n\n", " ")), &format!("{indent}        "), WIDTH);
        let _ = write!(out, "{indent}    {}", text.trim_start());
    };
    let data = "the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of a CSV or \
                Parquet file, or rows as mappings.";
    match call.data {
        Data::Required => entry("data", data),
        Data::Optional => entry("data", &format!("{data} May be left out.")),
        Data::None => {}
    }
    for Argument { field, .. } in &call.arguments {
        let forms = "Any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of a CSV or Parquet file, columns by name, or rows \
                     as mappings.";
        let forms = if field.ty == Type::Table { format!(" {forms}") } else { String::new() };
        entry(&field.name, &format!("{}{forms}", field.doc));
    }
    let columns = "which column of `data` holds what, such as `{\"customer\": \"user_id\", \"time\": \"paid_at\"}`; see `History`. On a \
         model, by default as it was fitted; not used when `data` is a `History`.";
    if call.data != Data::None {
        entry("columns", columns);
    }
    if call.is_long {
        entry(
            "progress",
            "`True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of the stage and the \
             share done (0 to 1), which stops the work by returning `False`.",
        );
    }
    let _ = write!(out, "\n{indent}Returns:\n{}", result(&call.answer, &format!("{indent}    ")));
    let _ = write!(
        out,
        "\n{indent}Raises:\n{indent}    Error: with the `code`, `field` and `row` of what went wrong.\n{indent}    \
         KeyboardInterrupt: on Ctrl-C, within a fraction of a second.\n"
    );
    let example = example(call.name);
    let _ = write!(out, "\n{indent}Example:\n");
    for line in example.lines() {
        let _ = writeln!(out, "{}", format!("{indent}    {line}").trim_end());
    }
    out + &format!("{indent}\"\"\"\n")
}

fn result(answer: &Answer, indent: &str) -> String {
    match answer {
        Answer::Model => format!("{indent}The model.\n"),
        Answer::Text => format!("{indent}The text.\n"),
        Answer::Value(_) => format!("{indent}`{}`.\n", returned(answer)),
        Answer::Table(columns) => {
            let mut out = format!("{indent}A table with the columns\n");
            for ColumnDoc { name, kind, doc } in *columns {
                let text = wrapped(&format!("- `{name}` ({kind}): {doc}"), &format!("{indent}  "), WIDTH);
                let _ = write!(out, "{indent}{}", text.trim_start());
            }
            out
        }
    }
}

fn body(out: &mut String, call: &Call, definitions: &Definitions, indent: &str) {
    let run = match &call.answer {
        Answer::Model => "model",
        Answer::Table(_) => "table",
        Answer::Text => "text",
        Answer::Value(_) => "value",
    };
    let model = if call.on_model { "self" } else { "None" };
    let progress = if call.is_long { "progress" } else { "False" };
    let (data, columns) = if call.data == Data::None { ("None", "None") } else { ("data", "columns") };
    if let Answer::Value(ty) = &call.answer {
        let name = structure_in(ty);
        let is_union = matches!(definitions.get(name).definition, Definition::Union { .. });
        let read = if is_union { reader(name) } else { name.to_owned() };
        let _ = writeln!(out, "{indent}from ._types import {read}\n");
    }
    let _ = writeln!(out, "{indent}answer = _run.{run}(");
    let _ = writeln!(
        out,
        "{indent}    {:?},\n{indent}    {model},\n{indent}    {data},\n{indent}    {columns},",
        call.name
    );
    let _ = writeln!(out, "{indent}    {progress},\n{indent}    {{");
    let mut groups: Vec<&String> = call.arguments.iter().filter_map(|a| a.group.as_ref()).collect();
    groups.dedup();
    let entries = |out: &mut String, of: Option<&String>, indent: &str| {
        for argument in call.arguments.iter().filter(|a| a.group.as_ref() == of) {
            let name = &argument.field.name;
            if is_structure(argument) {
                let _ = writeln!(out, "{indent}**({{}} if {name} is None else {{{name:?}: {name}}}),");
            } else if argument.field.ty == Type::Table {
                let _ = writeln!(out, "{indent}{name:?}: columns_of({name}, {name:?}),");
            } else {
                let _ = writeln!(out, "{indent}{name:?}: {name},");
            }
        }
    };
    entries(out, None, &format!("{indent}        "));
    for group in groups {
        let _ = writeln!(out, "{indent}        {group:?}: {{");
        entries(out, Some(group), &format!("{indent}            "));
        let _ = writeln!(out, "{indent}        }},");
    }
    let _ = writeln!(out, "{indent}    }},\n{indent})");
    let value = match &call.answer {
        Answer::Value(Type::List(of)) => format!("[{} for v in answer.value]", reading(of, "v", definitions)),
        Answer::Value(Type::Named(name)) if call.has_words => format!("{name}._of(answer.value, answer.words)"),
        Answer::Value(ty) => reading(ty, "answer.value", definitions),
        _ => "answer".to_owned(),
    };
    let _ = writeln!(out, "{indent}return {value}");
}

/// Whether an argument is a structure that may be left out.
fn is_structure(argument: &Argument) -> bool {
    matches!(argument.field.default, Some(serde_json::Value::Object(_))) && matches!(argument.field.ty, Type::Named(_))
}

/// The structure that an answer is made of.
fn structure_in(ty: &Type) -> &str {
    match ty {
        Type::List(of) | Type::Optional(of) | Type::Map(of) => structure_in(of),
        Type::Named(name) => name,
        _ => panic!("an answer of a type that needs a structure: {ty:?}"),
    }
}

/// The example of a call, from `examples/python`.
fn example(call: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/python");
    let path = std::path::Path::new(path).join(format!("{call}.txt"));
    std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("the call {call} needs an example in {}: {e}", path.display()))
}
