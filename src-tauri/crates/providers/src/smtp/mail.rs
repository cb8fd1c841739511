//! A letter as a mail: the same bytes on every try, and nothing in it can add a header.

use std::time::SystemTime;

use lettre::address::{Address, Envelope};
use lettre::message::header::{ContentTransferEncoding, ContentType, MIME_VERSION_1_0};
use lettre::message::{Body, Mailbox, Message};

use crate::adapter::Letter;

/// A mail ready to be handed over.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) envelope: Envelope,
    pub(crate) bytes: Vec<u8>,
}

/// Why a letter cannot be made a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// The recipient's address.
    Recipient,
    /// Anything else.
    Content,
}

/// Builds the mail. `Message-ID` and `Date` come from the letter, so a second try is the same
/// mail, and a reader that has both shows one.
pub(crate) fn build(letter: &Letter, from: &Mailbox) -> Result<Mail, Unfit> {
    let to = address(&letter.to).ok_or(Unfit::Recipient)?;
    let name = letter.name.as_deref().map(one_line).filter(|name| !name.is_empty());
    let id = format!("<{}@{}>", letter.token, from.email.domain());
    let body =
        Body::new_with_encoding(with_crlf(&letter.body), ContentTransferEncoding::QuotedPrintable)
            .map_err(|_| Unfit::Content)?;
    let message = Message::builder()
        .message_id(Some(id))
        .date(SystemTime::from(letter.created_at))
        .from(from.clone())
        .to(Mailbox::new(name, to.clone()))
        .subject(one_line(letter.subject.as_deref().unwrap_or_default()))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        .body(body)
        .map_err(|_| Unfit::Content)?;
    let envelope =
        Envelope::new(Some(from.email.clone()), vec![to]).map_err(|_| Unfit::Recipient)?;
    Ok(Mail { envelope, bytes: message.formatted() })
}

/// A sender as typed: `desk@example.com` or `Corner Barber <desk@example.com>`.
pub(crate) fn mailbox(text: &str) -> Option<Mailbox> {
    if text.chars().any(char::is_control) {
        return None;
    }
    let parsed: Mailbox = text.trim().parse().ok()?;
    let email = address(parsed.email.as_ref())?;
    Some(Mailbox::new(parsed.name.map(|name| one_line(&name)), email))
}

/// An address with its domain in ASCII, which every server takes.
fn address(text: &str) -> Option<Address> {
    if text.chars().any(char::is_control) {
        return None;
    }
    let (user, domain) = text.trim().rsplit_once('@')?;
    let domain = if domain.is_ascii() {
        domain.to_owned()
    } else {
        url::Host::parse(domain).ok()?.to_string()
    };
    Address::new(user, domain).ok()
}

/// A header's text: control characters, line ends first of all, become spaces.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same text with the line ends mail has.
fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;
    use signalbox_domain::{Channel, MessageId};

    use super::*;

    fn letter(subject: &str, name: &str, body: &str) -> Letter {
        Letter {
            message: MessageId::from_raw(1),
            token: "home-01hq3v8m2k7c4".into(),
            channel: Channel::Email,
            to: "jo@example.com".into(),
            name: Some(name.into()),
            subject: Some(subject.into()),
            body: body.into(),
            created_at: "2026-11-21T09:55:01.5Z".parse::<DateTime<Utc>>().expect("an instant"),
            status_callback: None,
        }
    }

    fn text(letter: &Letter) -> String {
        let from = mailbox("Corner Barber <desk@barber.example>").expect("an address");
        String::from_utf8(build(letter, &from).expect("a mail").bytes).expect("ASCII")
    }

    #[test]
    fn a_mail_carries_what_tells_one_try_from_another_message() {
        let letter = letter("Your cut", "Jo", "See you at ten.\n");
        let mail = text(&letter);
        assert!(mail.contains("Message-ID: <home-01hq3v8m2k7c4@barber.example>\r\n"), "{mail}");
        assert!(mail.contains("Date: Sat, 21 Nov 2026 09:55:01 "), "{mail}");
        assert!(mail.contains("From: \"Corner Barber\" <desk@barber.example>\r\n"), "{mail}");
        assert!(mail.contains("MIME-Version: 1.0\r\n"), "{mail}");
        assert!(mail.contains("Content-Type: text/plain; charset=utf-8\r\n"), "{mail}");
        assert!(mail.contains("Content-Transfer-Encoding: quoted-printable\r\n"), "{mail}");
        assert_eq!(mail, text(&letter), "a second try must be the same mail to the byte");
    }

    #[test]
    fn a_line_end_in_a_header_adds_no_header() {
        let evil = "Hello\r\nBcc: all@example.com\nX-Evil: 1\u{85}\u{0}";
        let mail = text(&letter(evil, evil, "text"));
        let head = mail.split("\r\n\r\n").next().expect("a head");
        for line in head.split("\r\n") {
            let lower = line.to_ascii_lowercase();
            assert!(!lower.starts_with("bcc:") && !lower.starts_with("x-evil:"), "{head}");
        }
    }

    #[test]
    fn an_address_with_a_line_end_is_no_address() {
        let mut letter = letter("s", "n", "b");
        let from = mailbox("desk@barber.example").expect("an address");
        for to in [
            "jo@example.com\r\nRCPT TO:<x@example.com>",
            "jo",
            "",
            "jo@",
            "@example.com",
            "jo @example.com",
        ] {
            letter.to = to.into();
            assert_eq!(build(&letter, &from).expect_err("unfit"), Unfit::Recipient, "{to:?}");
        }
        assert!(mailbox("a@b.example\r\nX: 1").is_none());
        letter.to = "jo@bücher.example".into();
        let mail = build(&letter, &from).expect("a mail");
        assert_eq!(mail.envelope.to()[0].to_string(), "jo@xn--bcher-kva.example");
    }

    proptest! {
        #[test]
        fn every_mail_is_ascii_with_short_crlf_lines(subject in ".{0,300}", name in ".{0,80}", body in "(?s).{0,500}") {
            let mail = text(&letter(&subject, &name, &body));
            prop_assert!(mail.is_ascii());
            let bare = mail.replace("\r\n", "");
            prop_assert!(!bare.contains('\n') && !bare.contains('\r'), "a bare line end can smuggle a second mail");
            prop_assert!(mail.split("\r\n").all(|line| line.len() <= 998));
            let headers = mail.split("\r\n\r\n").next().unwrap_or_default();
            let names = headers.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).count();
            prop_assert_eq!(names, 8, "exactly our own headers: {}", headers);
        }
    }
}
