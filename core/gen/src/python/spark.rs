//! The calls on Spark data frames: fitting, and every call that answers a table.

use std::fmt::Write;

use super::{WIDTH, default, given, header};
use crate::definitions::{Answer, Argument, Call, Definitions};
use crate::docs::wrapped;

pub(super) fn write(definitions: &Definitions) -> String {
    let mut out = header("The calls on Spark data frames.");
    out.push_str(
        "from collections.abc import Sequence\nfrom typing import TYPE_CHECKING\n\nfrom .._history import Columns\nfrom .._model import \
         Model\nfrom .._types import *  # noqa: F403\nfrom . import _engine\n\nif TYPE_CHECKING:\n    from pyspark.sql import DataFrame\n\n",
    );
    let mut names = Vec::new();
    for call in &definitions.calls {
        match call.answer {
            Answer::Model if !call.on_model => write_call(&mut out, call, "Model", definitions),
            Answer::Table(_) if call.on_model => write_call(&mut out, call, "DataFrame", definitions),
            _ => continue,
        }
        names.push(format!("    {:?},\n", call.name));
    }
    out + &format!("\n__all__ = [\n{}]\n", names.concat())
}

fn write_call(out: &mut String, call: &Call, answer: &str, definitions: &Definitions) {
    let model = if call.on_model { "    model: Model,\n" } else { "" };
    let _ = write!(out, "\ndef {}(\n{model}    frame: DataFrame,\n    *,\n", call.name);
    for Argument { field, .. } in &call.arguments {
        let default =
            field.default.as_ref().map(|d| format!(" = {}", default(d, &field.ty, definitions))).unwrap_or_default();
        let _ = writeln!(out, "    {}: {}{default},", field.name, given(&field.ty));
    }
    let zone = if call.on_model { "str | None = None" } else { "str = \"UTC\"" };
    let _ =
        write!(out, "    columns: Columns | None = None,\n    time_zone: {zone},\n    n_parts: int | None = None,\n");
    let _ = writeln!(out, ") -> {answer}:");
    let first = call.doc.split("\n\n").next().unwrap_or_default();
    let _ = write!(out, "    \"\"\"{}", wrapped(first, "    ", WIDTH - 3).trim_start());
    let rest = if call.on_model {
        format!("As `Model.{}`, part by part of the customers; the same rows, in no order.", call.name)
    } else {
        "As `beforehand.fit`, by summaries of parts of the customers: the same model, to the last bit, however the log is spread.".to_owned()
    };
    let _ = write!(out, "\n{}\n    Args:\n", wrapped(&rest, "    ", WIDTH));
    let mut entry = |name: &str, doc: &str| {
        let text = wrapped(&format!("{name}: {}", doc.replace("\n\n", " ")), "            ", WIDTH);
        let _ = write!(out, "        {}", text.trim_start());
    };
    if call.on_model {
        entry("model", "a fitted model.");
    }
    entry("frame", "the customers' past.");
    for Argument { field, .. } in &call.arguments {
        entry(&field.name, &field.doc);
    }
    entry("columns", "which column holds what; see `History`.");
    let zone_by_default = if call.on_model { " Default: the one the model learned in." } else { "" };
    entry("time_zone", &format!("the IANA time zone of the shop.{zone_by_default}"));
    entry(
        "n_parts",
        "into how many parts customers are divided; each must fit into a worker's memory. Default: four per core.",
    );
    out.push_str("\n    Raises:\n        Error: with the `code` and `field` of what went wrong.\n    \"\"\"\n");
    let given = if call.on_model { format!("model, frame, {:?}, ", call.name) } else { "frame, ".to_owned() };
    let verb = if call.on_model { "table" } else { "model" };
    let _ = writeln!(out, "    return _engine.{verb}({given}columns, time_zone, n_parts, {{");
    let mut group: Option<&String> = None;
    for argument in &call.arguments {
        if argument.group.as_ref() != group {
            if group.is_some() {
                out.push_str("        },\n");
            }
            if let Some(name) = &argument.group {
                let _ = writeln!(out, "        {name:?}: {{");
            }
            group = argument.group.as_ref();
        }
        let indent = if group.is_some() { "            " } else { "        " };
        let _ = writeln!(out, "{indent}{:?}: {},", argument.field.name, argument.field.name);
    }
    if group.is_some() {
        out.push_str("        },\n");
    }
    out.push_str("    })\n\n");
}
