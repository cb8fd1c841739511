//! Texts with fields: `Hello {name}, see you on {day}.`
//!
//! Owns the finding of fields, their filling, and the words for what is missing. Knows no channel,
//! no encoding and no HTML; what a field may hold for a channel is asked elsewhere.
//!
//! A field is a name in braces; `{{` and `}}` are a brace itself. Values are put in as they are and
//! never looked at for fields again, so that a customer called `{balance}` stays just that.
//!
//! Control characters are refused in texts and values: they are invisible, some end a mail header
//! or a terminal line, and no reader means them. Newline and tab are kept; the carriage return of
//! CRLF is dropped (Windows spreadsheets write it, and each would cost a septet of an SMS).

mod parse;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Longest text of a template, in bytes. Above every channel's limit; it only bounds our work.
pub const LONGEST_TEMPLATE: usize = 256 * 1024;
/// Longest value of one field, in bytes.
pub const LONGEST_VALUE: usize = 16 * 1024;
/// Longest filled text, in bytes.
pub const LONGEST_FILLED: usize = 1024 * 1024;
/// Longest name of a field, in characters.
pub const LONGEST_NAME: usize = 64;
/// Most fields in one text, repeats counted.
pub const MOST_FIELDS: usize = 500;

/// A text whose fields have been found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Goes out as it is; braces already single.
    Text(String),
    /// Replaced by the value of that name; `at` is where its `{` stands.
    Field { name: String, at: Position },
}

/// Where in a text, both counted from 1 as an editor shows them; columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: u32,
    /// Character in the line.
    pub column: u32,
}

/// Why a text is not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A `{` without its `}`.
    #[error("{0}: “{{” is never closed; write “{{{{” for a brace itself")]
    Open(Position),
    /// A `}` without its `{`.
    #[error("{0}: “}}” closes nothing; write “}}}}” for a brace itself")]
    Close(Position),
    /// `{}` or `{ }`.
    #[error("{0}: the field has no name; write “{{{{}}}}” for braces themselves")]
    NoName(Position),
    /// A name that is not letters, digits, blanks, `_`, `-` and `.`.
    #[error("{at}: “{name}” is not a field name; use letters, digits, blanks, _ - and .")]
    BadName {
        /// Where the field starts.
        at: Position,
        /// What stands between the braces, cut at 64 characters.
        name: String,
    },
    /// A control character.
    #[error("{at}: there is an invisible character (U+{:04X})", u32::from(*.character))]
    Control {
        /// Where it stands.
        at: Position,
        /// The character.
        character: char,
    },
    /// More than 256 KiB.
    #[error("the text is too long: {0} bytes, at most 262144")]
    TooLong(usize),
    /// More than 500 fields.
    #[error("the text has more than 500 fields")]
    TooManyFields,
}

/// Why a template could not be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// There is no value of that name.
    #[error("{at}: there is no value for {{{name}}}")]
    Missing {
        /// The field.
        name: String,
        /// Where it stands in the template.
        at: Position,
    },
    /// The value is nothing but blanks: the text would read "Hello ,".
    #[error("{at}: the value for {{{name}}} is empty")]
    Blank {
        /// The field.
        name: String,
        /// Where it stands in the template.
        at: Position,
    },
    /// A control character in a value; in a single line also a newline or tab.
    #[error("the value for {{{name}}} holds an invisible character (U+{:04X})", u32::from(*.character))]
    Control {
        /// The field.
        name: String,
        /// The character.
        character: char,
    },
    /// The template itself has several lines where one is wanted.
    #[error("the text must be a single line")]
    Lines,
    /// A value over 16 KiB.
    #[error("the value for {{{name}}} is too long: {bytes} bytes, at most 16384")]
    LongValue {
        /// The field.
        name: String,
        /// Its size.
        bytes: usize,
    },
    /// The filled text is over 1 MiB.
    #[error("the filled text is too long, at most 1048576 bytes")]
    TooLong,
}

impl Template {
    /// Finds the fields of a text. Blanks around a name do not count: `{ name }` is `{name}`.
    ///
    /// # Errors
    /// [`TemplateError`], with the place.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        parse::parse(text).map(|parts| Self { parts })
    }

    /// A template without fields that fills to `text`; for texts that must not be read as templates.
    #[must_use]
    pub fn escape(text: &str) -> String {
        text.replace('{', "{{").replace('}', "}}")
    }

    /// The names of the fields, each once, in order of appearance.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for part in &self.parts {
            if let Part::Field { name, .. } = part
                && !names.contains(&name.as_str())
            {
                names.push(name);
            }
        }
        names
    }

    /// The fields for which there is no value, or an empty one.
    #[must_use]
    pub fn missing(&self, values: &BTreeMap<String, String>) -> Vec<&str> {
        let has = |name: &str| values.get(name).is_some_and(|value| !value.trim().is_empty());
        self.fields().into_iter().filter(|name| !has(name)).collect()
    }

    /// Puts the values in. Values without a field are ignored: a row may have more columns than a
    /// text uses.
    ///
    /// # Errors
    /// [`FillError`] of the first field that cannot be filled.
    pub fn fill(&self, values: &BTreeMap<String, String>) -> Result<String, FillError> {
        self.fill_with(values, false)
    }

    /// As [`Self::fill`], for a subject and the like: newlines and tabs are refused as well, because
    /// a line break would start another header.
    ///
    /// # Errors
    /// [`FillError`] of the first field that cannot be filled.
    pub fn fill_line(&self, values: &BTreeMap<String, String>) -> Result<String, FillError> {
        self.fill_with(values, true)
    }

    fn fill_with(
        &self,
        values: &BTreeMap<String, String>,
        single_line: bool,
    ) -> Result<String, FillError> {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) if single_line && text.contains(['\n', '\t']) => {
                    return Err(FillError::Lines);
                }
                Part::Text(text) => filled.push_str(text),
                Part::Field { name, at } => {
                    let value = values.get(name);
                    let value =
                        value.ok_or_else(|| FillError::Missing { name: name.clone(), at: *at })?;
                    filled.push_str(&check(name, *at, value, single_line)?);
                }
            }
            if filled.len() > LONGEST_FILLED {
                return Err(FillError::TooLong);
            }
        }
        Ok(filled)
    }
}

fn check<'a>(
    name: &str,
    at: Position,
    value: &'a str,
    single_line: bool,
) -> Result<Cow<'a, str>, FillError> {
    let name = || name.to_owned();
    if value.len() > LONGEST_VALUE {
        return Err(FillError::LongValue { name: name(), bytes: value.len() });
    }
    if value.trim().is_empty() {
        return Err(FillError::Blank { name: name(), at });
    }
    let value = plain_lines(value);
    let refused = |&c: &char| if single_line { c.is_control() } else { is_refused(c) };
    match value.chars().find(refused) {
        Some(character) => Err(FillError::Control { name: name(), character }),
        None => Ok(value),
    }
}

/// CRLF as LF.
fn plain_lines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").into() } else { text.into() }
}

fn is_refused(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, character {}", self.line, self.column)
    }
}
