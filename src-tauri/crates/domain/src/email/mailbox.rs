//! From fields: an address with the name people see.
//!
//! Reads and writes the form `Name <a@b>` of RFC 5322 §3.4, without comments and groups. Encoding a
//! name for the wire (RFC 2047) is the mail library's work.

use std::fmt;

use super::{EmailAddress, EmailError, is_invisible};
use serde::{Deserialize, Serialize};

/// Most characters of a name; longer ones are cut by every mail program.
const LONGEST_NAME: usize = 100;

/// An address, and the name shown beside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mailbox {
    name: Option<String>,
    address: EmailAddress,
}

/// Why a text is not a from field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailboxError {
    /// The address in it is wrong.
    #[error(transparent)]
    Address(#[from] EmailError),
    /// `Name <a@b`, or text after the closing bracket.
    #[error("write it as Name <address@example.com>")]
    Brackets,
    /// A quotation mark is opened and not closed, or stands inside the name.
    #[error("the quotation marks around the name do not match")]
    Quotes,
    /// Line breaks and other controls would end the header and start another.
    #[error("there is an invisible character (U+{:04X}) in the name", u32::from(*.0))]
    Control(char),
    /// More than 100 characters.
    #[error("the name is too long: {0} characters, at most 100")]
    LongName(usize),
}

impl Mailbox {
    /// Reads `a@b`, `<a@b>`, `Name <a@b>` or `"Name, with marks" <a@b>`.
    ///
    /// # Errors
    /// [`MailboxError`], in words that say what to change.
    pub fn parse(input: &str) -> Result<Self, MailboxError> {
        let text = input.trim();
        let Some(open) = text.rfind('<') else {
            if text.contains('>') {
                return Err(MailboxError::Brackets);
            }
            return Ok(Self { name: None, address: EmailAddress::parse(text)? });
        };
        let address = text[open + 1..].strip_suffix('>').ok_or(MailboxError::Brackets)?;
        let address = EmailAddress::parse(address)?;
        let name = unquote(text[..open].trim())?;
        Self::new(&name, address)
    }

    /// Puts a name and an address together; an empty name is no name.
    ///
    /// # Errors
    /// [`MailboxError::Control`] and [`MailboxError::LongName`].
    pub fn new(name: &str, address: EmailAddress) -> Result<Self, MailboxError> {
        let name = name.trim();
        if let Some(c) = name.chars().find(|&c| c.is_control() || is_override(c)) {
            return Err(MailboxError::Control(c));
        }
        let length = name.chars().count();
        if length > LONGEST_NAME {
            return Err(MailboxError::LongName(length));
        }
        let blank = name.chars().all(|c| c.is_whitespace() || is_invisible(c));
        Ok(Self { name: (!blank).then(|| name.to_owned()), address })
    }

    /// The name, without quotation marks.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The address.
    #[must_use]
    pub const fn address(&self) -> &EmailAddress {
        &self.address
    }
}

/// Line separators, and the overrides that make a name read as another one.
fn is_override(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn unquote(name: &str) -> Result<String, MailboxError> {
    let Some(quoted) = name.strip_prefix('"') else {
        // `<` or a quotation mark in a bare name means the writer's brackets or quotes are off.
        return match name.chars().find(|c| matches!(c, '<' | '>' | '"')) {
            None => Ok(name.to_owned()),
            Some('"') => Err(MailboxError::Quotes),
            Some(_) => Err(MailboxError::Brackets),
        };
    };
    let mut plain = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.push(chars.next().ok_or(MailboxError::Quotes)?),
            '"' if chars.as_str().is_empty() => return Ok(plain),
            '"' => return Err(MailboxError::Quotes),
            _ => plain.push(c),
        }
    }
    Err(MailboxError::Quotes)
}

impl fmt::Display for Mailbox {
    /// The form [`Mailbox::parse`] reads back; the name is quoted when RFC 5322 asks for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(name) = &self.name else { return self.address.fmt(f) };
        if name.contains(['"', '\\', '<', '>', '@', ',', ';', ':', '(', ')', '[', ']', '.']) {
            let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
            write!(f, "\"{escaped}\" <{}>", self.address)
        } else {
            write!(f, "{name} <{}>", self.address)
        }
    }
}

impl From<EmailAddress> for Mailbox {
    fn from(address: EmailAddress) -> Self {
        Self { name: None, address }
    }
}

impl TryFrom<String> for Mailbox {
    type Error = MailboxError;

    fn try_from(text: String) -> Result<Self, MailboxError> {
        Self::parse(&text)
    }
}

impl From<Mailbox> for String {
    fn from(mailbox: Mailbox) -> Self {
        mailbox.to_string()
    }
}
