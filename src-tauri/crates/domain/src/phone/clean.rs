//! Takes the decoration off a typed number and leaves ASCII digits.
//!
//! Refuses what cannot be decoration, so that the numbering plan never gets to guess: it would turn
//! letters into digits and read the first of two numbers.

use super::PhoneError;

/// What is left of a number: digits only, and whether a `+` stood before them.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cleaned {
    /// After a `+`: country code and number.
    International(String),
    /// As dialled within a country.
    National(String),
}

/// Addresses a number may come as. Longest first where one starts another.
const SCHEMES: [&str; 5] = ["whatsapp:", "smsto:", "sms:", "tel:", "callto:"];
/// Words that start an extension, longest first, in the languages of the numbering plan's reader.
const EXTENSIONS: [&str; 9] =
    ["extension", "extensión", "anexo", "extn", "ext", "доб", "int", "x", "#"];
/// The zero of every script whose digits people type; the nine others follow it.
const ZEROES: [char; 21] = [
    '0', '٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '០', '᠐',
    '０', '𝟎',
];

pub(super) fn clean(input: &str) -> Result<Cleaned, PhoneError> {
    let text = input.trim_matches(is_blank);
    if text.is_empty() {
        return Err(PhoneError::Empty);
    }
    // Spreadsheets write a leading apostrophe to keep a number a text.
    let text = text.strip_prefix('\'').unwrap_or(text);
    let (text, context) = strip_scheme(text)?;
    if is_amount(text) {
        return Err(PhoneError::Spreadsheet);
    }
    if let Some(extension) = find_extension(text) {
        return Err(PhoneError::Extension(extension.to_owned()));
    }
    let (plus, digits) = collect(text)?;
    if digits.is_empty() {
        return Err(PhoneError::NoDigits);
    }
    Ok(match context {
        _ if plus => Cleaned::International(digits),
        Some(context) => Cleaned::International(context + &digits),
        None => Cleaned::National(digits),
    })
}

fn collect(text: &str) -> Result<(bool, String), PhoneError> {
    let mut plus = false;
    let mut digits = String::with_capacity(16);
    for c in text.chars() {
        if let Some(digit) = digit(c) {
            digits.push(digit);
        } else if matches!(c, '+' | '＋') {
            if plus || !digits.is_empty() {
                return Err(PhoneError::MisplacedPlus);
            }
            plus = true;
        } else if is_decoration(c) || is_blank(c) {
        } else if matches!(c, ',' | ';' | '&' | '|' | '\n' | '\r') {
            return Err(PhoneError::Several);
        } else if c.is_alphabetic() {
            return Err(PhoneError::Letter(c));
        } else {
            return Err(PhoneError::Strange(c));
        }
    }
    Ok((plus, digits))
}

/// Takes off `tel:` and the like, and reads the parameters of RFC 3966. The second value is the
/// digits of a `phone-context` that names a country.
fn strip_scheme(text: &str) -> Result<(&str, Option<String>), PhoneError> {
    let Some(rest) = SCHEMES.iter().find_map(|scheme| strip_prefix_ascii(text, scheme)) else {
        return Ok((text, None));
    };
    let mut parts = rest.trim_start_matches('/').split(';');
    let number = parts.next().unwrap_or_default();
    let mut context = None;
    for part in parts {
        if strip_prefix_ascii(part, "ext=").is_some() {
            return Err(PhoneError::Extension(part.to_owned()));
        }
        if let Some(place) = strip_prefix_ascii(part, "phone-context=") {
            let (plus, digits) = collect(place).unwrap_or_default();
            context = plus.then_some(digits);
        }
    }
    Ok((number, context))
}

fn strip_prefix_ascii<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// `1.5551E+10` and `15551230001.0`: digits have been lost or would be added.
fn is_amount(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if let Some(whole) = text.strip_suffix(".0").or_else(|| text.strip_suffix(".00")) {
        return whole.len() >= 7 && plain(whole);
    }
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    plain(exponent.trim_start_matches(['+', '-']))
        && mantissa.split(['.', ',']).all(plain)
        && mantissa.len() <= 20
}

/// The extension at the end of the number, with the word that starts it.
fn find_extension(text: &str) -> Option<&str> {
    let body = text.trim_end_matches(|c| is_blank(c) || matches!(c, ')' | '）'));
    let before = body.trim_end_matches(|c| digit(c).is_some());
    if before.len() == body.len() {
        return None;
    }
    let word_end = before.trim_end_matches(|c| is_blank(c) || matches!(c, '.' | ':' | '=' | '-'));
    EXTENSIONS.iter().find_map(|word| {
        let start = word_end.len().checked_sub(word.len())?;
        let found = word_end.get(start..)?;
        let number = &word_end[..start];
        // Only after a number: `X123` alone is a letter, not an extension.
        let ours = found.to_lowercase() == *word && number.chars().any(|c| digit(c).is_some());
        let own_word = number.chars().next_back().is_some_and(|c| !c.is_alphabetic());
        (ours && own_word).then(|| &body[start..])
    })
}

fn digit(c: char) -> Option<char> {
    ZEROES.iter().find_map(|&zero| {
        let distance = u32::from(c).checked_sub(u32::from(zero))?;
        if distance < 10 { char::from_digit(distance, 10) } else { None }
    })
}

fn is_blank(c: char) -> bool {
    (c.is_whitespace() && !matches!(c, '\n' | '\r')) || is_invisible(c)
}

/// Direction marks, zero-width characters and soft hyphens: they come along when a number is copied
/// from a web page or a chat, and nobody can see them to take them out.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_decoration(c: char) -> bool {
    matches!(
        c,
        '-' | '.'
            | '('
            | ')'
            | '['
            | ']'
            | '/'
            | '~'
            | '·'
            | '•'
            | '（'
            | '）'
            | '．'
            | '。'
            | '／'
            | '\u{2010}'..='\u{2015}' | '−' | '⁃' | '﹣' | '－' | 'ー' | '﹘' | '⁓' | '～'
    )
}
