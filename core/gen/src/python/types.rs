//! Words as literal types, options and results as frozen dataclasses.

use std::fmt::Write;

use super::{default, docstring, given, got, header, reading};
use crate::definitions::{Definition, Definitions, Field, Named, Type};

/// Definitions that every language has in a form of its own: columns and options of ingest are keyword arguments, error
/// codes are exceptions, rows are mappings.
const OWN_FORM: [&str; 4] = ["ColumnNames", "IngestOptions", "ErrorCode", "Event"];
/// Results that can be put in words.
const WITH_WORDS: [&str; 2] = ["Audit", "IngestReport"];

/// Fields too long for a person to read.
const UNSHOWN: [&str; 1] = ["fitted"];

pub(super) fn write(definitions: &Definitions) -> String {
    let mut out = header("The types of options and results.");
    out.push_str(
        "from collections.abc import Mapping, Sequence\nfrom dataclasses import dataclass, field\nfrom datetime import date, \
         datetime, time\nfrom types import MappingProxyType\nfrom typing import Any, ClassVar, Literal, TypeAlias\n\nfrom ._show import \
         Shown\nfrom ._values import instant as _instant\n\n",
    );
    out.push_str(
        "Id: TypeAlias = int | str\n\"\"\"An identifier: a whole number or a text, compared as it is.\"\"\"\n\n\
         InstantLike: TypeAlias = datetime | date | str\n\"\"\"An instant: an aware `datetime`; a naive one or a `date` is on \
         the clock of the log (`time_zone` of `History`);\nor a text such as 2026-01-31 or 2026-01-31T12:00:00+01:00. NumPy's and \
         pandas' instants serve as well.\"\"\"\n\n",
    );
    let mut names = vec!["Id".to_owned(), "InstantLike".to_owned()];
    let mut structs = String::new();
    let mut unions = String::new();
    for named in in_order(definitions) {
        if OWN_FORM.contains(&named.name.as_str()) {
            continue;
        }
        let (input, output) = (definitions.is_input(&named.name), definitions.is_output(&named.name));
        match &named.definition {
            // A word stands before the structures that use it.
            Definition::Words(words) => {
                words_of(&mut out, named, words);
                names.push(named.name.clone());
            }
            Definition::Struct(fields) if input || output => {
                structure(&mut structs, definitions, named, fields);
                names.push(named.name.clone());
            }
            Definition::Union { tag, variants } if output => {
                union(&mut unions, named, tag, variants);
                names.push(named.name.clone());
            }
            Definition::Struct(_) | Definition::Union { .. } => {}
        }
    }
    structs.push_str(&unions);
    names.sort();
    let listed: Vec<String> = names.iter().map(|n| format!("    {n:?},\n")).collect();
    out + &structs + &format!("\n__all__ = [\n{}]\n", listed.concat())
}

/// The definitions, each after those that stand in its defaults, which Python evaluates when it comes to them.
fn in_order(definitions: &Definitions) -> Vec<&Named> {
    fn add<'a>(named: &'a Named, definitions: &'a Definitions, out: &mut Vec<&'a Named>) {
        if out.iter().any(|n| n.name == named.name) {
            return;
        }
        if let Definition::Struct(fields) = &named.definition {
            for field in fields.iter().filter(|f| f.default.as_ref().is_some_and(|d| !d.is_null())) {
                if let Some(of) = structure_of(&field.ty) {
                    add(definitions.get(of), definitions, out);
                }
            }
        }
        out.push(named);
    }
    let mut out = Vec::new();
    definitions.types.iter().for_each(|named| add(named, definitions, &mut out));
    out
}

fn structure_of(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::List(of) | Type::Optional(of) | Type::Map(of) => structure_of(of),
        _ => None,
    }
}

/// The function that reads a union.
pub(super) fn reader(name: &str) -> String {
    format!("_{}_of", crate::docs::snake(name))
}

/// One of several structures: an alias, and the function that reads it. Each structure carries its word.
fn union(out: &mut String, named: &Named, tag: &str, variants: &[(String, String)]) {
    let of: Vec<&str> = variants.iter().map(|(_, of)| of.as_str()).collect();
    let _ = writeln!(out, "\n{}: TypeAlias = {}", named.name, of.join(" | "));
    out.push_str(&docstring(&named.doc, ""));
    let _ = write!(out, "\n\ndef {}(d: Mapping[str, Any]) -> {}:\n", reader(&named.name), named.name);
    let _ = writeln!(out, "    match d[{tag:?}]:");
    for (word, of) in variants {
        let _ = writeln!(out, "        case {word:?}:\n            return {of}._of(d)");
    }
    let _ = write!(out, "    raise ValueError(d[{tag:?}])\n\n");
}

/// The word by which a structure is told from others of its union.
fn tag_of<'a>(name: &str, definitions: &'a Definitions) -> Option<(&'a str, &'a str)> {
    definitions.types.iter().find_map(|named| match &named.definition {
        Definition::Union { tag, variants } => {
            variants.iter().find(|(_, of)| of == name).map(|(word, _)| (tag.as_str(), word.as_str()))
        }
        _ => None,
    })
}

/// The names of the types, for those who load them only when they are used.
pub(super) fn names(definitions: &Definitions) -> String {
    let used = |n: &&Named| {
        let is_used = matches!(n.definition, Definition::Words(_))
            || definitions.is_input(&n.name)
            || definitions.is_output(&n.name);
        is_used && !OWN_FORM.contains(&n.name.as_str())
    };
    let own = ["Id", "InstantLike"].into_iter().chain(definitions.types.iter().filter(used).map(|n| n.name.as_str()));
    let listed: Vec<String> = own.map(|n| format!("    {n:?},\n")).collect();
    header("The names of the types, which are loaded when they are first used.")
        + &format!("TYPES = (\n{})\n", listed.concat())
}

fn words_of(out: &mut String, named: &Named, words: &[(String, String)]) {
    let list: Vec<String> = words.iter().map(|(w, _)| format!("{w:?}")).collect();
    let line = format!("{}: TypeAlias = Literal[{}]\n", named.name, list.join(", "));
    if line.chars().count() > super::WIDTH {
        let list: Vec<String> = list.iter().map(|w| format!("    {w},\n")).collect();
        let _ = write!(out, "{}: TypeAlias = Literal[\n{}]\n", named.name, list.concat());
    } else {
        out.push_str(&line);
    }
    let mut doc = named.doc.clone();
    for (word, meaning) in words.iter().filter(|(_, meaning)| !meaning.is_empty()) {
        let _ = write!(doc, "\n\n- `{word}`: {meaning}");
    }
    let _ = writeln!(out, "{}", docstring(&doc, ""));
}

fn structure(out: &mut String, definitions: &Definitions, named: &Named, fields: &[Field]) {
    let (input, output) = (definitions.is_input(&named.name), definitions.is_output(&named.name));
    let words = WITH_WORDS.contains(&named.name.as_str());
    let _ = write!(out, "\n@dataclass(frozen=True, slots=True, kw_only={})\n", if input { "False" } else { "True" });
    let _ = writeln!(out, "class {}(Shown):", named.name);
    out.push_str(&docstring(&named.doc, "    "));
    out.push('\n');
    if let Some((tag, word)) = tag_of(&named.name, definitions) {
        let _ = writeln!(out, "    {tag}: ClassVar[Literal[{word:?}]] = {word:?}");
        out.push_str(&docstring("Which of its union this is.", "    "));
    }
    // Python wants fields with defaults behind those without.
    let (needed, optional): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|f| !input || f.default.is_none());
    for field in needed.into_iter().chain(optional) {
        let ty = if input { given(&field.ty) } else { got(&field.ty) };
        let default = match (&field.default, input) {
            (Some(value), true) => format!(" = {}", default(value, &field.ty, definitions)),
            _ if UNSHOWN.contains(&field.name.as_str()) => " = field(repr=False)".to_owned(),
            _ => String::new(),
        };
        let _ = writeln!(out, "    {}: {ty}{default}", field.name);
        out.push_str(&docstring(&field.doc, "    "));
    }
    if words {
        out.push_str("    _words: str = field(default=\"\", repr=False, compare=False)\n");
    }
    if output {
        let extra = if words { ", words: str = \"\"" } else { "" };
        let _ = write!(out, "\n    @classmethod\n    def _of(cls, d: Mapping[str, Any]{extra}) -> {}:\n", named.name);
        out.push_str("        return cls(\n");
        for field in fields {
            let value = format!("d[{:?}]", field.name);
            let _ = writeln!(out, "            {}={},", field.name, reading(&field.ty, &value, definitions));
        }
        if words {
            out.push_str("            _words=words,\n");
        }
        out.push_str("        )\n");
    }
    if words {
        out.push_str("\n    def __str__(self) -> str:\n        return self._words or repr(self)\n");
    }
    out.push('\n');
}
