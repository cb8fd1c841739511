//! Phone numbers as people type them, turned into E.164.
//!
//! Owns the reading of one number and the words for what is wrong with it. Does not know whether a
//! number is in service or can take texts: only the provider can say that.
//!
//! Lengths, trunk prefixes and groupings come from `rlibphonenumber`, which carries Google's
//! metadata. Measured beside `phonenumber` 0.3: that one has no length check at all (its
//! `possible_length` lists are empty, `+1 202 555 012` passes), turns letters into digits, does not
//! read non-ASCII digits, and takes 5.3 µs a number and 67 ms to start, against 0.6 µs and 10 ms.
//! The price is the longer build (protobuf code generation, about 12 s more on two cores).
//!
//! A number has to be *possible* (a length its country uses), not *valid*: numbering plans change
//! faster than metadata, and the fictional 555-0100 to 555-0199 are never "valid".

mod clean;
#[cfg(test)]
mod tests;

use std::fmt;

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL as PLAN, PhoneNumber as Parsed, PhoneNumberFormat, Region,
};
use serde::{Deserialize, Serialize};

use clean::Cleaned;

/// Longest input that is looked at, in bytes; a number with every decoration is far below it.
const LONGEST_INPUT: usize = 200;
/// Most digits of an E.164 number, country code included (ITU-T E.164 §6.2.1).
const MOST_DIGITS: usize = 15;
/// Fewest digits of a number that can be reached from abroad, country code included; the shortest in
/// use are Niue's and Saint Helena's.
const FEWEST_DIGITS: usize = 7;

/// A phone number in E.164: `+`, country code, subscriber number; 8 to 16 characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// A country by its two-letter ISO 3166 code, known to the numbering plan.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode(Region);

/// Why a text is not a country.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CountryError {
    /// The code people use for the United Kingdom, which ISO 3166 gives to nobody.
    #[error("the United Kingdom's country code is GB")]
    Uk,
    /// Not a code of the numbering plan.
    #[error("“{0}” is not a two-letter country code such as US or GB")]
    Unknown(String),
}

/// How many digits a country's numbers have, ascending and without repeats; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lengths(Vec<usize>);

/// Why a text is not a phone number. The words are for the person who can mend it; the counts are
/// digits without country code and trunk prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing but blanks.
    #[error("the number is empty")]
    Empty,
    /// Not one digit.
    #[error("there are no digits in it")]
    NoDigits,
    /// Letters, as in `1-800-FLOWERS` or an O for a zero.
    #[error("“{0}” is a letter; use digits only")]
    Letter(char),
    /// A character no number is written with.
    #[error("{} does not belong in a phone number", name_char(*.0))]
    Strange(char),
    /// A `+` after the first digit, or two of them.
    #[error("the + belongs once, at the very start")]
    MisplacedPlus,
    /// Several numbers in one field.
    #[error("more than one number; give one")]
    Several,
    /// An extension: neither a text nor a WhatsApp message can be dialled through.
    #[error("extensions cannot receive messages; remove “{0}”")]
    Extension(String),
    /// `1.5551E+10`, or a trailing `.0`: a spreadsheet took it for an amount.
    #[error("a spreadsheet turned this number into an amount; format the column as text")]
    Spreadsheet,
    /// No country has this code.
    #[error("no country code starts with {0}")]
    UnknownCountryCode(String),
    /// A local number without its area code.
    #[error("the area code is missing: {}, needs {needs}", count(*digits))]
    NoAreaCode {
        /// Digits given.
        digits: usize,
        /// Digits the country uses.
        needs: Lengths,
    },
    /// Fewer digits than any number of the country.
    #[error("{}, needs {needs}", count(*digits))]
    TooShort {
        /// Digits given.
        digits: usize,
        /// Digits the country uses.
        needs: Lengths,
    },
    /// More digits than any number of the country.
    #[error(
        "{}, needs {needs}; a number abroad starts with + and its country code",
        count(*digits)
    )]
    TooLong {
        /// Digits given.
        digits: usize,
        /// Digits the country uses.
        needs: Lengths,
    },
    /// Between the shortest and the longest, but no number of the country has this length.
    #[error("{}, needs {needs}", count(*digits))]
    WrongLength {
        /// Digits given.
        digits: usize,
        /// Digits the country uses.
        needs: Lengths,
    },
    /// Far longer than any number with its decoration.
    #[error("too long for a phone number")]
    Endless,
    /// The numbering plan's reader refused it for a reason it does not tell.
    #[error("this is not a phone number")]
    Unreadable,
    /// Not `+` and 7 to 15 digits, where only finished E.164 is taken.
    #[error("not a full number such as +12025550123")]
    NotE164,
}

impl PhoneNumber {
    /// Reads a number as a person, a `tel:` or `whatsapp:` address, or a spreadsheet cell gives it.
    ///
    /// `default_country` says where a number without `+` or `00` is dialled from. Blanks, dashes,
    /// dots, brackets, invisible direction marks and digits of any script are read through.
    ///
    /// # Errors
    /// [`PhoneError`], in words that say what to change.
    pub fn parse(input: &str, default_country: CountryCode) -> Result<Self, PhoneError> {
        if input.len() > LONGEST_INPUT {
            return Err(PhoneError::Endless);
        }
        match clean::clean(input)? {
            Cleaned::International(digits) => read(&format!("+{digits}"), default_country),
            Cleaned::National(digits) => {
                let national = read(&digits, default_country);
                let Some(rest) = digits.strip_prefix("00") else { return national };
                // `00` stands for `+` nearly everywhere, also in address books of countries that
                // dial 011; `0011` (Australia) and the like only make sense the national way.
                read(&format!("+{rest}"), default_country).or_else(|e| national.map_err(|_| e))
            }
        }
    }

    /// Takes a finished E.164 number, as stored or as a provider reports it, without asking the
    /// numbering plan again.
    ///
    /// # Errors
    /// [`PhoneError::NotE164`] unless it is `+`, a digit from 1 to 9, and 6 to 14 more digits.
    pub fn from_e164(text: &str) -> Result<Self, PhoneError> {
        let digits = text.strip_prefix('+').ok_or(PhoneError::NotE164)?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if !plain || !(FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len()) {
            return Err(PhoneError::NotE164);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number in E.164: `+12025550123`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits without `+`, as WhatsApp's `wa_id` has them.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }

    /// The number as people read it, with its country code: `+1 202-555-0123`.
    #[must_use]
    pub fn display(&self) -> String {
        match PLAN.parse(&self.0, None::<Region>) {
            Ok(parsed) => PLAN.format(&parsed, PhoneNumberFormat::International).into_owned(),
            Err(_) => self.0.clone(),
        }
    }
}

/// Asks the numbering plan. `text` is ASCII digits, at most with a `+` before them.
fn read(text: &str, country: CountryCode) -> Result<PhoneNumber, PhoneError> {
    let parsed =
        PLAN.parse(text, Some(country.0)).map_err(|error| refusal(&error, text, country))?;
    let e164 = PLAN.format(&parsed, PhoneNumberFormat::E164);
    let code_digits = parsed.country_code.to_string().len();
    let digits = e164.len().saturating_sub(1 + code_digits);
    let needs = || lengths(parsed.country_code, digits);
    match PLAN.is_possible_number_with_reason(&parsed) {
        Ok(NumberLengthType::IsPossible) => {}
        Ok(NumberLengthType::IsPossibleLocalOnly) => {
            return Err(PhoneError::NoAreaCode { digits, needs: needs() });
        }
        Err(why) => return Err(wrong_length(why, digits, needs())),
    }
    // A few plans allow more than E.164 does (Germany: 15 after the code); no provider takes those.
    PhoneNumber::from_e164(&e164).map_err(|_| {
        if e164.len() > MOST_DIGITS + 1 {
            PhoneError::TooLong { digits, needs: needs() }
        } else {
            PhoneError::TooShort { digits, needs: needs() }
        }
    })
}

fn refusal(error: &rlibphonenumber::ParseError, text: &str, country: CountryCode) -> PhoneError {
    if matches!(error, rlibphonenumber::ParseError::InvalidCountryCode) {
        return PhoneError::UnknownCountryCode(text.chars().take(4).collect());
    }
    // The plan does not look at fewer than three digits, nor at more than seventeen.
    let digits = text.trim_start_matches('+').len();
    match (digits, PLAN.get_country_code_for_region(country.0)) {
        (FEWEST_DIGITS..=MOST_DIGITS, _) => PhoneError::Unreadable,
        (0..FEWEST_DIGITS, Some(code)) if !text.starts_with('+') => {
            PhoneError::TooShort { digits, needs: lengths(code, digits) }
        }
        (0..FEWEST_DIGITS, _) => {
            let needs = Lengths((FEWEST_DIGITS..=MOST_DIGITS).collect());
            PhoneError::TooShort { digits, needs }
        }
        _ => PhoneError::Endless,
    }
}

fn wrong_length(
    why: rlibphonenumber::ValidationError,
    digits: usize,
    needs: Lengths,
) -> PhoneError {
    use rlibphonenumber::ValidationError as E;
    match why {
        E::TooShort => PhoneError::TooShort { digits, needs },
        E::TooLong => PhoneError::TooLong { digits, needs },
        _ => PhoneError::WrongLength { digits, needs },
    }
}

/// Asks the plan which lengths it would have taken; only on the way to an error. `given` is what a
/// plan without any length falls back to, so that the list is never empty.
fn lengths(country_code: i32, given: usize) -> Lengths {
    let code = country_code.to_string().len();
    let found: Vec<usize> = (FEWEST_DIGITS.saturating_sub(code).max(1)..=MOST_DIGITS - code.min(3))
        .filter(|&n| {
            let exponent = u32::try_from(n - 1).unwrap_or(u32::MAX);
            let national_number = 10_u64.saturating_pow(exponent);
            let probe = Parsed { country_code, national_number, ..Parsed::default() };
            matches!(PLAN.is_possible_number_with_reason(&probe), Ok(NumberLengthType::IsPossible))
        })
        .collect();
    Lengths(if found.is_empty() { vec![given] } else { found })
}

impl Lengths {
    /// The lengths, ascending.
    #[must_use]
    pub fn as_slice(&self) -> &[usize] {
        &self.0
    }
}

impl fmt::Display for Lengths {
    /// `10`, `9 or 10`, `4 to 14`, `7, 9 or 10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [head @ .., last] = self.0.as_slice() else { return Ok(()) };
        let Some(first) = head.first() else { return write!(f, "{last}") };
        if head.len() > 1 && last - first == head.len() {
            return write!(f, "{first} to {last}");
        }
        let head: Vec<String> = head.iter().map(usize::to_string).collect();
        write!(f, "{} or {last}", head.join(", "))
    }
}

fn count(digits: usize) -> String {
    if digits == 1 { "1 digit".to_owned() } else { format!("{digits} digits") }
}

fn name_char(c: char) -> String {
    if c.is_control() || clean::is_invisible(c) {
        format!("an invisible character (U+{:04X})", u32::from(c))
    } else {
        format!("“{c}”")
    }
}

impl CountryCode {
    /// The United States, where a new home starts.
    pub const US: Self = Self(Region::US);

    /// Reads a two-letter code in either case.
    ///
    /// # Errors
    /// [`CountryError`] when it is no country of the numbering plan.
    pub fn parse(input: &str) -> Result<Self, CountryError> {
        let code = input.trim().to_ascii_uppercase();
        let unknown = || CountryError::Unknown(input.chars().take(20).collect());
        if code == "UK" {
            return Err(CountryError::Uk);
        }
        if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(unknown());
        }
        let region = code.parse::<Region>().map_err(|_| unknown())?;
        PLAN.get_country_code_for_region(region).map(|_| Self(region)).ok_or_else(unknown)
    }
}

impl fmt::Display for PhoneNumber {
    /// E.164, as machines want it; [`PhoneNumber::display`] is for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.0)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, PhoneError> {
        Self::from_e164(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl fmt::Display for CountryCode {
    /// The upper-case code: `US`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.as_region_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CountryCode({self})")
    }
}

impl TryFrom<String> for CountryCode {
    type Error = CountryError;

    fn try_from(text: String) -> Result<Self, CountryError> {
        Self::parse(&text)
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.to_string()
    }
}
