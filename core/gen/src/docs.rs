//! Rust documentation as plain text: without links to Rust items, and without Rust examples.

use std::fmt::Write;

/// The text for readers of another language.
#[must_use]
pub fn clean(doc: &str) -> String {
    let mut out = Vec::new();
    let mut in_code = false;
    for line in doc.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if line.starts_with("# ") {
            // A heading and what follows it is about Rust: errors, panics, examples.
            break;
        } else if !in_code {
            out.push(unlinked(line).replace("\\[", "[").replace("\\]", "]"));
        }
    }
    let text = out.join("\n");
    let mut paragraphs: Vec<String> = Vec::new();
    for paragraph in text.split("\n\n") {
        let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        if !paragraph.is_empty() {
            paragraphs.push(paragraph);
        }
    }
    paragraphs.join("\n\n")
}

/// Links give way to their text, and links to Rust items to the item's name.
fn unlinked(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(open) = rest.find('[') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let Some(close) = after.find(']') else {
            out.push_str(after);
            return out;
        };
        let inside = &after[1..close];
        let tail = &after[close + 1..];
        let linked = tail.starts_with('(').then(|| tail.find(')')).flatten();
        if inside.starts_with('`') || linked.is_some() {
            let code = inside.starts_with('`');
            let name = inside.trim_matches('`');
            let name = if code { name.rsplit("::").next().unwrap_or(name) } else { name };
            let mark = if code { "`" } else { "" };
            let _ = write!(out, "{mark}{name}{mark}");
        } else {
            out.push_str(&after[..=close]);
        }
        rest = &tail[linked.map_or(0, |end| end + 1)..];
    }
    out + rest
}

/// Lines of at most `width` characters, each after `indent`.
#[must_use]
pub fn wrapped(text: &str, indent: &str, width: usize) -> String {
    let mut out = String::new();
    for (i, paragraph) in text.split("\n\n").enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && indent.len() + line.chars().count() + 1 + word.chars().count() > width {
                let _ = writeln!(out, "{indent}{line}");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(out, "{indent}{line}");
    }
    out
}

/// `prob_within` as `probWithin`.
#[must_use]
pub fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else {
            out.extend(if upper { c.to_uppercase().collect::<Vec<_>>() } else { vec![c] });
            upper = false;
        }
    }
    out
}

/// A name of a type in `snake_case`.
#[must_use]
pub fn snake(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && i > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_rust_examples_go() {
        let doc = "P(again); see [`Self::prob_again`] and [the paper](http://x).\n\n```\nlet x = [1];\n```\n\n# Errors\nNone.";
        assert_eq!(clean(doc), "P(again); see `prob_again` and the paper.");
        assert_eq!(clean("in \\[0, 1\\] and [0, 1]\nwraps"), "in [0, 1] and [0, 1] wraps");
    }

    #[test]
    fn lines_are_kept_short() {
        assert_eq!(wrapped("one two three\n\nfour", "  ", 9), "  one two\n  three\n\n  four\n");
        assert_eq!(camel("run_out_p10_at"), "runOutP10At");
    }
}
