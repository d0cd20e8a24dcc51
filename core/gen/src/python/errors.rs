//! One exception per error code.

use std::fmt::Write;

use super::{docstring, header};
use crate::definitions::{Definition, Definitions};

/// The built-in exception that each code also is.
fn also(code: &str) -> &'static str {
    match code {
        "invalid_options" | "invalid_data" | "empty_data" | "incompatible_model" => "ValueError",
        "unknown_customer" => "KeyError",
        "io" => "OSError",
        "not_converged" | "cancelled" | "internal" => "RuntimeError",
        _ => panic!("the error code {code} needs a built-in Python exception: add it here"),
    }
}

pub(super) fn write(definitions: &Definitions) -> String {
    let mut out = header("One exception per error code; all are an `Error`.");
    out.push_str(
        "class Error(Exception):\n    \"\"\"Whatever goes wrong in this package: the message says what was given, what is allowed, and what to do.\"\"\"\n\n    \
         code: str = \"internal\"\n    \"\"\"The stable name of what went wrong, the same in all languages.\"\"\"\n    \
         field: str | None\n    \"\"\"The option or column it is about, by the name the caller gave it.\"\"\"\n    \
         row: int | None\n    \"\"\"The row of the input it is about, counted from zero.\"\"\"\n\n    \
         def __init__(self, message: str = \"\", field: str | None = None, row: int | None = None) -> None:\n        \
         super().__init__(message)\n        self.field = field\n        self.row = row\n\n    \
         def __str__(self) -> str:\n        return str(self.args[0]) if self.args else \"\"\n\n    \
         def __reduce__(self) -> tuple[type[Error], tuple[str, str | None, int | None]]:\n        \
         return type(self), (str(self), self.field, self.row)\n\n",
    );
    let Definition::Words(codes) = &definitions.get("ErrorCode").definition else { panic!("error codes are words") };
    let mut names = vec!["Error".to_owned()];
    let mut table = String::new();
    for (code, doc) in codes {
        let name = class_of(code);
        let _ = write!(out, "\nclass {name}(Error, {}):\n{}", also(code), docstring(doc, "    "));
        let _ = write!(out, "\n    code = {code:?}\n\n");
        let _ = writeln!(table, "    {code:?}: {name},");
        names.push(name);
    }
    let _ = write!(out, "\nBY_CODE: dict[str, type[Error]] = {{\n{table}}}\n\n\n");
    out.push_str(
        "def error(code: str, message: str, field: str | None, row: int | None) -> Error:\n    \
         \"\"\"The exception for an error of the core.\"\"\"\n    return BY_CODE.get(code, Error)(message, field, row)\n",
    );
    let listed: Vec<String> = names.iter().map(|n| format!("    {n:?},\n")).collect();
    out + &format!("\n\n__all__ = [\n{}]\n", listed.concat())
}

/// `empty_data` as `EmptyDataError`.
fn class_of(code: &str) -> String {
    let camel = crate::docs::camel(&format!("_{code}"));
    format!("{camel}Error")
}
