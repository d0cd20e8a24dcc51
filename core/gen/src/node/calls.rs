//! Functions, and methods of the model.

use std::fmt::Write;

use beforehand::surface::Data;

use super::readers;
use super::shapes::{self, entry};
use super::{header, names, quoted};
use crate::definitions::{Answer, Call, Definitions};
use crate::docs::camel;

/// Classes of the package.
const CLASSES: [&str; 4] = ["Model", "History", "Table", "BeforehandError"];

pub(super) fn write(definitions: &Definitions) -> String {
    // Options of a call and of ingest must not meet; this looks.
    let _ = shapes::reading(definitions);
    let mut out = header("The calls: functions, and methods of the model.")
        + "'use strict'\n\nconst { Model, methods } = require('./model.js')\nconst readers = require('./readers.js')\n\
           const run = require('./run.js')\nconst { reading } = require('./shapes.js')\nrequire('./history.js')\n\
           require('./table.js')\n\n/** What each call takes and answers. */\nconst calls = {\n";
    for call in &definitions.calls {
        shape(&mut out, call, definitions);
    }
    out.push_str("}\n\n/** Functions. */\nconst functions = {\n");
    for call in definitions.calls.iter().filter(|call| !call.on_model) {
        let name = camel(call.name);
        let (run, done) = match (&call.answer, call.is_long) {
            // A promise of a model says so when it is used as a model.
            (Answer::Model, true) => ("run.awaited(run.long(", format!("), methods(), '{name}(…)')")),
            (_, true) => ("run.long(", ")".to_owned()),
            (_, false) => ("run.short(", ")".to_owned()),
        };
        let (takes, data) = if call.data == Data::None { ("options", "undefined") } else { ("data, options", "data") };
        let _ = write!(
            out,
            "  {name}({takes}) {{\n    return {run}calls.{name}, undefined, {data}, options{done}\n  }},\n"
        );
    }
    out.push_str("}\n\n/** Methods of the model. */\nconst onModel = {\n");
    for call in definitions.calls.iter().filter(|call| call.on_model) {
        let name = camel(call.name);
        let (kind, run) = if call.is_long { ("async ", "long") } else { ("", "short") };
        let _ = write!(
            out,
            "  {kind}{name}(data, options) {{\n    return run.{run}(calls.{name}, run.classes.inside(this), data, options)\n  }},\n"
        );
    }
    out + "}\nfor (const [name, value] of Object.entries(onModel)) {\n  \
           Object.defineProperty(Model.prototype, name, { value, writable: true, configurable: true })\n}\n\n\
           module.exports = { calls, functions }\n"
}

fn shape(out: &mut String, call: &Call, definitions: &Definitions) {
    let names = names(definitions);
    let _ = writeln!(out, "  {}: {{", camel(call.name));
    let _ = writeln!(out, "    name: {},\n    jsName: {},", quoted(call.name), quoted(&camel(call.name)));
    let _ = writeln!(out, "    isLong: {},\n    isDataOptional: {},", call.is_long, call.data != Data::Required);
    let answer = match &call.answer {
        Answer::Model => "model",
        Answer::Table(_) => "table",
        Answer::Text => "text",
        Answer::Value(_) => "value",
    };
    let reading = if call.data == Data::None { "" } else { "\n    reading," };
    let _ = writeln!(out, "    answer: {},{reading}", quoted(answer));
    let required = call.arguments.iter().filter(|a| a.field.default.is_none());
    let required: Vec<String> = required.map(|a| quoted(&camel(&a.field.name))).collect();
    let _ = writeln!(out, "    required: [{}],\n    arguments: {{", required.join(", "));
    for argument in &call.arguments {
        out.push_str(&entry(&argument.field, Some(argument.group.as_deref().unwrap_or_default()), &names, "      "));
    }
    out.push_str("    },\n");
    if let Answer::Value(ty) = &call.answer {
        let mut read = readers::reading(ty, "v", definitions).replace("=> ", "=> readers.");
        if !read.contains("=> ") {
            read = format!("readers.{read}");
        }
        if call.has_words {
            read = read.replace("(v)", "(v, words)");
        }
        let _ = writeln!(out, "    read: (v{}) => {read},", if call.has_words { ", words" } else { "" });
    }
    out.push_str("  },\n");
}

fn functions(definitions: &Definitions) -> Vec<String> {
    definitions.calls.iter().filter(|call| !call.on_model).map(|call| camel(call.name)).collect()
}

fn lines(names: &[String], line: impl Fn(&String) -> String) -> String {
    names.iter().map(line).collect::<Vec<_>>().concat()
}

pub(super) fn index(definitions: &Definitions) -> String {
    header("The package for `require`.")
        + "'use strict'\n\nconst { functions } = require('./lib/calls.js')\nconst { BeforehandError } = require('./lib/errors.js')\n\
           const { History } = require('./lib/history.js')\nconst { Model } = require('./lib/model.js')\n\
           const { Table } = require('./lib/table.js')\n\nmodule.exports = {\n"
        + &lines(&functions(definitions), |name| format!("  {name}: functions.{name},\n"))
        + &CLASSES.map(|name| format!("  {name},\n")).concat()
        + "}\n"
}

pub(super) fn module_index(definitions: &Definitions) -> String {
    let mut names = functions(definitions);
    names.extend(CLASSES.map(str::to_owned));
    header("The package for `import`.")
        + "import beforehand from './index.js'\n\nexport const {\n"
        + &lines(&names, |name| format!("  {name},\n"))
        + "} = beforehand\n\nexport default beforehand\n"
}
