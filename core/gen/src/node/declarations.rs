//! `index.d.ts`: types with documentation on every member.

use std::collections::BTreeSet;
use std::fmt::Write;

use beforehand::surface::{ColumnDoc, Data};

use super::readers::WITH_WORDS;
use super::shapes::{columns, reading};
use super::{comment, given, got, header, in_javascript, names, quoted};
use crate::definitions::{Answer, Call, Definition, Definitions, Field, Named, Type};
use crate::docs::camel;

/// What does not follow from the definitions: the classes, and what data may be.
const FRAME: &str = include_str!("frame.d.ts");
/// Definitions that TypeScript has in a form of its own: see the frame, and `ReadOptions`.
const OWN_FORM: [&str; 3] = ["ColumnNames", "IngestOptions", "Event"];

pub(super) fn write(definitions: &Definitions) -> String {
    let names = names(definitions);
    let mut methods = String::new();
    let mut functions = String::new();
    let mut options = String::new();
    for call in &definitions.calls {
        if call.on_model {
            method(&mut methods, definitions, call, &names);
        } else {
            function(&mut functions, definitions, call, &names);
        }
        arguments(&mut options, call, &names);
        if let Answer::Table(columns) = call.answer {
            table(&mut options, call, columns, &names);
        }
    }
    let mut types = String::new();
    for named in &definitions.types {
        ty(&mut types, definitions, named, &names);
    }
    let frame = FRAME
        .replace("  // {methods}\n", &methods)
        .replace("// {rows}\n", &rows(definitions, &names))
        .replace("// {reading}\n", &read_options(definitions, &names));
    header("What the package offers.") + &frame + &functions + &options + &types
}

fn member(out: &mut String, name: &str, optional: bool, ty: &str, doc: &str) {
    out.push_str(&comment(doc, "  "));
    let _ = writeln!(out, "  readonly {name}{}: {ty}", if optional { "?" } else { "" });
}

/// The columns that data may have, and rows of it.
fn rows(definitions: &Definitions, names: &BTreeSet<String>) -> String {
    let mut out =
        comment("Which column holds what, by the names of the data. `null` for a column that is to be ignored.", "");
    out.push_str("export interface Columns {\n");
    for (field, _) in columns(definitions) {
        let doc = in_javascript(&field.doc, names);
        member(&mut out, &camel(&field.name), true, &given(&field.ty), &doc);
    }
    out.push_str("}\n\n");
    out.push_str(&comment("A row of a log, when the columns have the names they have by default.", ""));
    out.push_str("export interface EventRow {\n");
    let Definition::Struct(fields) = &definitions.get("Event").definition else { panic!("an event has fields") };
    for field in fields {
        let of = if let Type::Optional(of) = &field.ty { of } else { &field.ty };
        let ty = if *of == Type::Float { "NumberLike".to_owned() } else { given(of) };
        let optional = field.default.is_some();
        let ty = if optional { format!("{ty} | null") } else { ty };
        member(&mut out, &camel(&field.name), optional, &ty, &in_javascript(&field.doc, names));
    }
    out + "}\n"
}

fn read_options(definitions: &Definitions, names: &BTreeSet<String>) -> String {
    let mut out = String::new();
    for field in reading(definitions) {
        let mut doc = in_javascript(&field.doc, names);
        if field.name == "time_unit" {
            "What whole numbers and bigints in the time column count. Without it they are milliseconds, as everywhere in \
                   JavaScript, and numbers that are not between 1980 and 2100 then are refused, for they count something else. In \
                   texts and in Arrow's columns of integers there is no default."
                .clone_into(&mut doc);
        }
        member(&mut out, &camel(&field.name), true, &given(&field.ty), &doc);
    }
    out
}

/// The name of a call's options.
fn options_of(call: &Call) -> String {
    camel(&format!("_{}", call.name)) + "Arguments"
}

fn answer(call: &Call, definitions: &Definitions) -> String {
    let ty = match &call.answer {
        Answer::Model => "Model".to_owned(),
        Answer::Table(_) => format!("{}Table", camel(&format!("_{}", call.name))),
        Answer::Text => "string".to_owned(),
        Answer::Value(Type::List(of)) => format!("{}[]", got(of)),
        // What is given as well is written as it is given: some of it may be left out there, and is there when it is answered.
        Answer::Value(Type::Named(name)) if definitions.is_input(name) => format!("Required<{name}>"),
        Answer::Value(ty) => got(ty),
    };
    if call.is_long { format!("Promise<{ty}>") } else { ty }
}

fn signature(call: &Call, definitions: &Definitions) -> String {
    let needed = call.arguments.iter().any(|a| a.field.default.is_none());
    let data = match call.data {
        Data::Required => "data: Data, ",
        Data::Optional => "data: Data | null | undefined, ",
        Data::None => "",
    };
    let optional = if needed { "" } else { "?" };
    format!("{}({data}options{optional}: {}): {}", camel(call.name), options_of(call), answer(call, definitions))
}

fn documentation(call: &Call, names: &BTreeSet<String>) -> String {
    let mut out = in_javascript(&call.doc, names);
    if call.is_long {
        out.push_str("\n\nWorks off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.");
    } else {
        out.push_str("\n\nAnswers at once, in microseconds. Throws a `BeforehandError`.");
    }
    if call.data == Data::Optional {
        out.push_str("\n\n@param data the customers' past, or `null`.");
    } else if call.data == Data::Required {
        out.push_str("\n\n@param data the customers' past: rows, columns, a `History`");
        out.push_str(if call.is_long { ", or Arrow IPC bytes." } else { "." });
    }
    let _ = write!(out, "\n@example\n```ts\n{}```", example(call.name));
    out
}

fn function(out: &mut String, definitions: &Definitions, call: &Call, names: &BTreeSet<String>) {
    let _ =
        write!(out, "\n{}export function {}\n", comment(&documentation(call, names), ""), signature(call, definitions));
}

fn method(out: &mut String, definitions: &Definitions, call: &Call, names: &BTreeSet<String>) {
    let _ = write!(out, "\n{}  {}\n", comment(&documentation(call, names), "  "), signature(call, definitions));
}

fn arguments(out: &mut String, call: &Call, names: &BTreeSet<String>) {
    let mut bases: Vec<&str> = Vec::new();
    if call.data != Data::None {
        bases.push("ReadOptions");
    }
    if call.is_long {
        bases.push("LongOptions");
    }
    let extends = if bases.is_empty() { String::new() } else { format!(" extends {}", bases.join(", ")) };
    let doc = format!("What is asked with `{}`.", camel(call.name));
    let _ = write!(out, "\n{}export interface {}{extends} {{\n", comment(&doc, ""), options_of(call));
    for argument in &call.arguments {
        field(out, &argument.field, true, names);
    }
    out.push_str("}\n");
}

fn field(out: &mut String, field: &Field, is_given: bool, names: &BTreeSet<String>) {
    let ty = if is_given { given(&field.ty) } else { got(&field.ty) };
    member(out, &camel(&field.name), is_given && field.default.is_some(), &ty, &in_javascript(&field.doc, names));
}

fn table(out: &mut String, call: &Call, columns: &[ColumnDoc], names: &BTreeSet<String>) {
    let stem = camel(&format!("_{}", call.name));
    let _ = write!(out, "\n{}", comment(&format!("The columns that `{}` answers.", camel(call.name)), ""));
    let _ = writeln!(out, "export interface {stem}Columns {{");
    for column in columns {
        column_of(out, column, true, names);
    }
    let _ = write!(out, "}}\n\n{}", comment(&format!("A row of what `{}` answers.", camel(call.name)), ""));
    let _ = writeln!(out, "export interface {stem}Row {{");
    for column in columns {
        column_of(out, column, false, names);
    }
    let _ = write!(out, "}}\n\n{}", comment(&format!("What `{}` answers.", camel(call.name)), ""));
    let _ = writeln!(out, "export type {stem}Table = Table<{stem}Columns, {stem}Row>");
}

fn column_of(out: &mut String, column: &ColumnDoc, whole: bool, names: &BTreeSet<String>) {
    let name = camel(column.name);
    // A name of which parts depend on the options.
    let name = if name.contains('…') { format!("[name: `{}`]", name.replace('…', "${number}")) } else { name };
    let words = || words_of(column);
    let ty = match (column.kind, whole) {
        ("word", true) => &format!("readonly ({})[]", words()),
        ("word", false) => &words(),
        ("id", true) => "IdValues",
        ("id", false) => "Id",
        ("text", true) => "readonly string[]",
        ("text", false) => "string",
        ("instant", true) => "Float64Array",
        ("instant", false) => "Date | null",
        ("number", true) => "Float32Array | Float64Array",
        ("number", false) => "number | null",
        ("count", true) => "Uint32Array",
        ("count", false) => "number",
        ("flag", true) => "readonly boolean[]",
        ("flag", false) => "boolean",
        (kind, _) => panic!("a column of an unknown kind: {kind}"),
    };
    let mut doc = in_javascript(column.doc, names);
    if whole && column.kind == "instant" {
        doc.push_str(" Milliseconds since 1970, NaN for none.");
    }
    member(out, &name, false, ty, &doc);
}

/// The words of a column, which stand in its documentation as code; with `null` where it says that there may be none.
fn words_of(column: &ColumnDoc) -> String {
    let mut words: Vec<String> = column.doc.split('`').skip(1).step_by(2).map(quoted).collect();
    assert!(!words.is_empty(), "the documentation of the column {} names no words", column.name);
    if column.doc.contains("none") {
        words.push("null".to_owned());
    }
    words.join(" | ")
}

fn ty(out: &mut String, definitions: &Definitions, named: &Named, names: &BTreeSet<String>) {
    if OWN_FORM.contains(&named.name.as_str()) {
        return;
    }
    let (input, output) = (definitions.is_input(&named.name), definitions.is_output(&named.name));
    match &named.definition {
        Definition::Words(words) => {
            let mut doc = in_javascript(&named.doc, names);
            for (word, meaning) in words.iter().filter(|(_, meaning)| !meaning.is_empty()) {
                let _ = write!(doc, "\n- `{word}`: {}", in_javascript(&meaning.replace("\n\n", " "), names));
            }
            let list: Vec<String> = words.iter().map(|(word, _)| quoted(word)).collect();
            let _ = write!(out, "\n{}export type {} =\n  | {}\n", comment(&doc, ""), named.name, list.join("\n  | "));
        }
        Definition::Struct(fields) if input || output => {
            let doc = comment(&in_javascript(&named.doc, names), "");
            let _ = write!(out, "\n{doc}export interface {} {{\n", named.name);
            for each in fields {
                // What is given and answered is written as it is given.
                field(out, each, input, names);
            }
            if WITH_WORDS.contains(&named.name.as_str()) {
                let _ = writeln!(out, "{}  toString(): string", comment("The same in plain words.", "  "));
            }
            out.push_str("}\n");
        }
        Definition::Union { tag, variants } if output => {
            let doc = comment(&in_javascript(&named.doc, names), "");
            let one = |(word, of): &(String, String)| format!("({{ readonly {tag}: {} }} & {of})", quoted(word));
            let list: Vec<String> = variants.iter().map(one).collect();
            let _ = write!(out, "\n{doc}export type {} =\n  | {}\n", named.name, list.join("\n  | "));
        }
        Definition::Struct(_) | Definition::Union { .. } => {}
    }
}

/// The example of a call, from `examples/node`.
fn example(call: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/node");
    let path = std::path::Path::new(path).join(format!("{call}.txt"));
    std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("the call {call} needs an example in {}: {e}", path.display()))
}
