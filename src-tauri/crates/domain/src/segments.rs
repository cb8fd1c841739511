//! How many SMS parts a text takes, and what makes it take more.
//!
//! Owns the GSM 03.38 alphabet and the arithmetic of parts. Does not rewrite text ("smart
//! encoding" is the provider's switch) and knows no prices.
//!
//! GSM-7: 160 septets in one part, 153 in each of several; characters of the extension table take
//! two septets. One character outside both tables turns the whole text into UCS-2: 70 UTF-16 units
//! in one part, 67 in each of several. (The difference is the 6-octet header that joins parts.)
//! Neither an escape sequence nor a surrogate pair is split between two parts: the unit that does
//! not fit moves on and leaves the last septet or unit of the part empty, which is how carriers
//! and Twilio count. A text can therefore need one part more than its units divided by 153 or 67.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

/// The alphabet a text is sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub enum SmsEncoding {
    /// The 7-bit default alphabet with its extension table (GSM 03.38).
    Gsm7,
    /// UTF-16 units, still called UCS-2 by carriers.
    Ucs2,
}

/// What a text takes on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct Segments {
    /// The alphabet.
    pub encoding: SmsEncoding,
    /// Septets for GSM-7, UTF-16 units for UCS-2; without the joining headers.
    pub units: u32,
    /// Parts, each billed as one message. 0 only for an empty text, of which nothing is sent.
    pub segments: u32,
}

impl SmsEncoding {
    /// Units that fit a text sent in one part.
    #[must_use]
    pub const fn single(self) -> u32 {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units that fit each part of a text sent in several.
    #[must_use]
    pub const fn per_part(self) -> u32 {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    /// Units of one character: 1, or 2 for an extension character or a surrogate pair. What GSM-7
    /// cannot carry counts as the escape sequence nobody would send; [`segments`] never asks that.
    fn units(self, c: char) -> u32 {
        match self {
            Self::Gsm7 if is_basic(c) => 1,
            Self::Gsm7 => 2,
            Self::Ucs2 if u32::from(c) > 0xffff => 2,
            Self::Ucs2 => 1,
        }
    }
}

/// Counts the parts of a text. Texts beyond 4,294,967,295 units saturate.
#[must_use]
pub fn segments(text: &str) -> Segments {
    let encoding = if text.chars().all(is_gsm7) { SmsEncoding::Gsm7 } else { SmsEncoding::Ucs2 };
    let units = text.chars().fold(0_u32, |sum, c| sum.saturating_add(encoding.units(c)));
    let segments = match units {
        0 => 0,
        1.. if units <= encoding.single() => 1,
        _ => parts(text, encoding),
    };
    Segments { encoding, units, segments }
}

/// Fills parts one after another, moving what would straddle a boundary into the next.
fn parts(text: &str, encoding: SmsEncoding) -> u32 {
    let mut parts = 1_u32;
    let mut filled = 0;
    for c in text.chars() {
        let units = encoding.units(c);
        if filled + units > encoding.per_part() {
            parts = parts.saturating_add(1);
            filled = 0;
        }
        filled += units;
    }
    parts
}

/// The first different characters that turn a text into UCS-2, in order of appearance and at most
/// `limit`; empty when the text fits GSM-7.
#[must_use]
pub fn forcing_ucs2(text: &str, limit: usize) -> Vec<char> {
    let mut found = Vec::new();
    for c in text.chars().filter(|&c| !is_gsm7(c)) {
        if found.len() >= limit {
            break;
        }
        if !found.contains(&c) {
            found.push(c);
        }
    }
    found
}

/// Whether the 7-bit alphabet or its extension table carries the character.
#[must_use]
pub fn is_gsm7(c: char) -> bool {
    is_basic(c) || is_extension(c)
}

/// GSM 03.38 default alphabet, one septet each. Its 128th place is the escape itself.
fn is_basic(c: char) -> bool {
    matches!(c,
        'A'..='Z' | 'a'..='z' | '0'..='9' | '\n' | '\r' | ' '..='#' | '%'..='?' | '$' | '@' | '_'
        | '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Δ' | 'Φ' | 'Γ'
        | 'Λ' | 'Ω' | 'Π' | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' | 'Æ' | 'æ' | 'ß' | 'É' | '¤' | '¡' | 'Ä' | 'Ö'
        | 'Ñ' | 'Ü' | '§' | '¿' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à')
}

/// GSM 03.38 extension table: escape and one septet.
fn is_extension(c: char) -> bool {
    matches!(c, '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' | '\u{c}')
}
