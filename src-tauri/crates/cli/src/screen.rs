//! Where output goes: results to standard output, everything else to standard error. A reader that has gone away is no
//! error of ours.

use std::io::{self, Write};

use serde_json::Value;

/// Prints a result as one JSON value on one line.
pub fn json(value: &Value) {
    line(io::stdout(), &value.to_string());
}

/// Prints a result for a person.
pub(crate) fn text(text: &str) {
    line(io::stdout(), text.trim_end_matches('\n'));
}

/// Says something that is no result.
pub fn note(text: &str) {
    line(io::stderr(), text);
}

fn line(mut to: impl Write, text: &str) {
    // `| head` closes the pipe early; there is nobody left to tell.
    let _ = writeln!(to, "{text}").and_then(|()| to.flush());
}
