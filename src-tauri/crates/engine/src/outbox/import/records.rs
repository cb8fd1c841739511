//! Where each record of a CSV begins and ends, so that a quote that is never closed spoils its own
//! row and none of those below it.
//!
//! The cells themselves are read by the csv crate. Left to itself it would take everything from a
//! stray quote to the next one for a single cell, and send it to somebody.

/// Longest record. A cell that goes on for longer is a quote that was forgotten.
const LONGEST: usize = 1024 * 1024;

/// One record as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record<'a> {
    /// Its text, perhaps over several lines, without the line's end.
    Whole(&'a str),
    /// Its first line: a quote in it opens a cell that does not end as a cell should.
    Broken(&'a str),
}

/// The records of a text, empty lines left out.
pub(super) fn split(text: &str, delimiter: u8) -> impl Iterator<Item = Record<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(['\r', '\n']);
            if rest.is_empty() {
                return None;
            }
            let record = match end_of_record(rest.as_bytes(), delimiter) {
                Some(end) => Record::Whole(&rest[..end]),
                None => Record::Broken(rest.lines().next().unwrap_or(rest)),
            };
            let (Record::Whole(taken) | Record::Broken(taken)) = record;
            rest = &rest[taken.len()..];
            if !taken.trim().is_empty() {
                return Some(record);
            }
        }
    })
}

/// Where the first record ends; `None` when a quote in it is never closed, or closed in the middle
/// of a cell.
fn end_of_record(bytes: &[u8], delimiter: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            at = end_of_quoted(bytes, at + 1)?;
            while bytes.get(at) == Some(&b' ') {
                at += 1;
            }
            match bytes.get(at) {
                None | Some(b'\r' | b'\n') => return Some(at),
                Some(byte) if *byte == delimiter => {}
                Some(_) => return None,
            }
        } else {
            let ends = |byte: &u8| matches!(byte, b'\r' | b'\n') || *byte == delimiter;
            match bytes[at..].iter().position(ends) {
                None => return Some(bytes.len()),
                Some(more) => at += more,
            }
            if bytes[at] != delimiter {
                return Some(at);
            }
        }
        at += 1;
    }
}

/// Behind the closing quote of a cell that begins at `at`.
fn end_of_quoted(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().take(LONGEST).position(|byte| *byte == b'"')?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<Record<'_>> {
        split(text, b',').collect()
    }

    #[test]
    fn a_cell_in_quotes_may_hold_anything() {
        let text = "a,\"b, \"\"c\"\"\nd\",e\r\n\r\nf,g";
        assert_eq!(records(text), [Record::Whole("a,\"b, \"\"c\"\"\nd\",e"), Record::Whole("f,g")]);
    }

    #[test]
    fn a_stray_quote_spoils_its_own_row_only() {
        for stray in ["\"Ann,hello", "\"An\"n,hello", "Ann,\"hello"] {
            let text = format!("to,body\n{stray}\n\"Bob\",\"hi\"\nCy,5\" pipe\n");
            assert_eq!(
                records(&text),
                [
                    Record::Whole("to,body"),
                    Record::Broken(stray),
                    Record::Whole("\"Bob\",\"hi\""),
                    Record::Whole("Cy,5\" pipe"),
                ]
            );
        }
    }

    #[test]
    fn every_byte_of_a_text_is_in_one_record_or_an_empty_line() {
        for text in ["", "\"", "\"\"", ",", "\n\n,\n", "é,\"é\"\r\n\"é", "\"a\" ,b", "\"a\"b"] {
            let taken: String = split(text, b',')
                .map(|record| match record {
                    Record::Whole(text) | Record::Broken(text) => text,
                })
                .collect();
            let kept = |c: &char| !matches!(c, '\r' | '\n');
            assert_eq!(
                taken.chars().filter(kept).collect::<String>(),
                text.chars().filter(kept).collect::<String>(),
                "{text:?}"
            );
        }
    }
}
