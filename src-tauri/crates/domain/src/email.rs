//! Mail addresses as people type them, and from fields with a name.
//!
//! Owns the reading of one address, its words of refusal, and the key under which an opt-out is
//! found again. Does not know whether the mailbox exists: the receiving server says that.
//!
//! Domains go through `idna` (UTS 46), which `url` brings in anyway. The local part is held to the
//! dot-atom of RFC 5321 and 6531: quoted local parts, comments and address literals are legal, but
//! in a customer list they are slips of the finger, and providers refuse them.

mod mailbox;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use mailbox::{Mailbox, MailboxError};

/// Most octets of an address (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const MOST_OCTETS: usize = 254;
/// Most octets before the `@` (RFC 5321 §4.5.3.1.1).
pub const MOST_LOCAL_OCTETS: usize = 64;

/// One mail address: local part as typed, domain in lower case, international domains kept in
/// their own script. At most 254 octets.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    text: String,
    /// The domain as DNS and mail servers know it (`xn--…`).
    ascii_domain: String,
}

/// Why a text is not a mail address, in words for the person who can mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing but blanks.
    #[error("the address is empty")]
    Empty,
    /// No `@`.
    #[error("the @ is missing")]
    NoAt,
    /// Two `@` in one address.
    #[error("there is more than one @")]
    ManyAts,
    /// Several addresses in one field.
    #[error("more than one address; give one")]
    Several,
    /// `Name <a@b>` where an address alone is wanted.
    #[error("give the address alone, without a name or angle brackets")]
    WithName,
    /// Nothing before the `@`.
    #[error("there is nothing before the @")]
    NoLocal,
    /// Nothing after the `@`.
    #[error("there is nothing after the @")]
    NoDomain,
    /// A dot at an end of the local part, or two in a row.
    #[error("the part before the @ may not start or end with a dot, nor have two in a row")]
    LocalDots,
    /// More than 64 octets before the `@`.
    #[error("the part before the @ is too long: {0} bytes, at most 64")]
    LongLocal(usize),
    /// More than 254 octets.
    #[error("the address is too long: {0} bytes, at most 254")]
    TooLong(usize),
    /// A blank inside.
    #[error("there is a blank inside the address")]
    Blank,
    /// A control or zero-width character inside, also line breaks (header injection).
    #[error("there is an invisible character (U+{:04X}) in the address", u32::from(*.0))]
    Invisible(char),
    /// A character no address is written with.
    #[error("“{0}” does not belong in an address")]
    Strange(char),
    /// No dot in the domain.
    #[error("“{0}” is not a full domain; it needs an ending such as .com")]
    NoEnding(String),
    /// A dot at an end of the domain, or two in a row.
    #[error("the part after the @ may not start or end with a dot, nor have two in a row")]
    DomainDots,
    /// `a@192.0.2.1` or `a@[192.0.2.1]`.
    #[error("the part after the @ must be a name, not a number")]
    Numeric,
    /// Not a domain name: hyphen at an end, label over 63 octets, characters DNS cannot carry.
    #[error("“{0}” is not a valid domain")]
    BadDomain(String),
}

impl EmailAddress {
    /// Reads one address. Blanks and invisible characters around it and `mailto:` are taken off.
    ///
    /// # Errors
    /// [`EmailError`], in words that say what to change.
    pub fn parse(input: &str) -> Result<Self, EmailError> {
        let text = input.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
        let text = match text.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &text[7..],
            _ => text,
        };
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        if let Some(c) = text.chars().find(|&c| c.is_control() || is_invisible(c)) {
            return Err(EmailError::Invisible(c));
        }
        if text.contains(['<', '>']) {
            return Err(EmailError::WithName);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError::NoAt)?;
        if local.contains('@') {
            let several = text.contains([',', ';', ' ']);
            return Err(if several { EmailError::Several } else { EmailError::ManyAts });
        }
        check_local(local)?;
        let (domain, ascii_domain) = check_domain(domain)?;
        let octets = local.len() + 1 + domain.len().max(ascii_domain.len());
        if octets > MOST_OCTETS {
            return Err(EmailError::TooLong(octets));
        }
        Ok(Self { text: format!("{local}@{domain}"), ascii_domain })
    }

    /// The address: local part as typed, domain in lower case and its own script.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.text.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after the `@`, in its own script.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.text.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address with its domain as DNS knows it; what goes on the wire.
    #[must_use]
    pub fn to_ascii(&self) -> String {
        format!("{}@{}", self.local(), self.ascii_domain)
    }

    /// What suppressions are compared by: all in lower case, the domain in ASCII. Two spellings of
    /// one mailbox must share it, or an opt-out would not hold; two mailboxes that differ only in
    /// case (legal, and unheard of) share it as well, which errs towards not sending.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}@{}", self.local().to_lowercase(), self.ascii_domain)
    }
}

fn check_local(local: &str) -> Result<(), EmailError> {
    if local.is_empty() {
        return Err(EmailError::NoLocal);
    }
    for c in local.chars() {
        if c.is_whitespace() {
            return Err(EmailError::Blank);
        }
        // atext of RFC 5322 §3.2.3, and beyond ASCII whatever RFC 6531 lets through.
        let fits = c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || !c.is_ascii();
        if !fits {
            return Err(EmailError::Strange(c));
        }
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(EmailError::LocalDots);
    }
    if local.len() > MOST_LOCAL_OCTETS {
        return Err(EmailError::LongLocal(local.len()));
    }
    Ok(())
}

/// Gives the domain in lower case, in its own script and in ASCII.
fn check_domain(domain: &str) -> Result<(String, String), EmailError> {
    if domain.is_empty() {
        return Err(EmailError::NoDomain);
    }
    if domain.len() > MOST_OCTETS {
        return Err(EmailError::TooLong(domain.len()));
    }
    if domain.contains(char::is_whitespace) {
        return Err(EmailError::Blank);
    }
    if domain.starts_with('[') {
        return Err(EmailError::Numeric);
    }
    if let Some(c) = domain.chars().find(|&c| c.is_ascii() && !is_domain_ascii(c)) {
        return Err(EmailError::Strange(c));
    }
    // UTS 46 takes these for the dot; so must the checks that follow.
    let dotted = domain.replace(['。', '．', '｡'], ".");
    if dotted.split('.').any(str::is_empty) {
        return Err(EmailError::DomainDots);
    }
    let bad = || EmailError::BadDomain(domain.to_owned());
    let ascii = idna::domain_to_ascii_strict(&dotted).map_err(|_| bad())?;
    let ending = match ascii.rsplit_once('.') {
        Some((_, ending)) => ending,
        None => return Err(EmailError::NoEnding(domain.to_owned())),
    };
    if ending.bytes().all(|b| b.is_ascii_digit()) {
        return Err(EmailError::Numeric);
    }
    let shown = if dotted.is_ascii() {
        ascii.clone()
    } else {
        let (unicode, outcome) = idna::domain_to_unicode(&dotted);
        outcome.map_err(|_| bad())?;
        unicode
    };
    Ok((shown, ascii))
}

fn is_domain_ascii(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-')
}

/// Direction marks, zero-width characters and soft hyphens, which copying brings along.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress({})", self.text)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.text
    }
}
