//! Finds the fields of a text, and says where it cannot.

use super::{
    LONGEST_NAME, LONGEST_TEMPLATE, MOST_FIELDS, Part, Position, TemplateError, is_refused,
    plain_lines,
};

pub(super) fn parse(text: &str) -> Result<Vec<Part>, TemplateError> {
    if text.len() > LONGEST_TEMPLATE {
        return Err(TemplateError::TooLong(text.len()));
    }
    let text = plain_lines(text);
    let mut reader = Reader { rest: text.chars(), next: Position { line: 1, column: 1 } };
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut fields = 0;
    while let Some((at, c)) = reader.next() {
        match c {
            '{' | '}' if reader.take(c) => plain.push(c),
            '}' => return Err(TemplateError::Close(at)),
            '{' => {
                fields += 1;
                if fields > MOST_FIELDS {
                    return Err(TemplateError::TooManyFields);
                }
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::Field { name: read_name(&mut reader, at)?, at });
            }
            character if is_refused(character) => {
                return Err(TemplateError::Control { at, character });
            }
            c => plain.push(c),
        }
    }
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(parts)
}

/// Reads up to the closing brace. A field does not go over the end of a line, so that a forgotten
/// brace is found where it was forgotten.
fn read_name(reader: &mut Reader<'_>, at: Position) -> Result<String, TemplateError> {
    let mut raw = String::new();
    loop {
        match reader.next() {
            Some((_, '}')) => break,
            None | Some((_, '{' | '\n')) => return Err(TemplateError::Open(at)),
            Some((_, c)) => raw.push(c),
        }
    }
    let name = raw.trim();
    if name.is_empty() {
        return Err(TemplateError::NoName(at));
    }
    let fits = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.') || is_mark(c);
    let bad = name.chars().count() > LONGEST_NAME || !name.chars().all(fits);
    if bad {
        let name = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        return Err(TemplateError::BadName { at, name });
    }
    Ok(name.to_owned())
}

/// Combining accents, which a decomposed é brings along.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Characters with their places.
struct Reader<'a> {
    rest: std::str::Chars<'a>,
    next: Position,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<(Position, char)> {
        let c = self.rest.next()?;
        let at = self.next;
        if c == '\n' {
            self.next = Position { line: at.line + 1, column: 1 };
        } else {
            self.next.column += 1;
        }
        Some((at, c))
    }

    /// Takes the next character if it is `wanted`.
    fn take(&mut self, wanted: char) -> bool {
        let here = self.rest.clone().next() == Some(wanted);
        if here {
            self.next();
        }
        here
    }
}
