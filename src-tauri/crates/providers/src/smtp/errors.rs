//! What a mail server's refusal means. The stage decides first, then the enhanced code, then the
//! reply code: the same 550 is about the recipient at RCPT and about the text after the dot.

use std::time::Duration;

use signalbox_domain::{Failure, FailureClass, Outcome, Scope};

use crate::known::{self, Known, codes};
use crate::smtp::session::{Broken, Stage, Trouble};

mod replies;

/// How long a sender rests whose daily quota is used up; providers give it back little by little.
const QUOTA_REST: Duration = Duration::from_secs(3600);

codes! {
    /// Failures that are no reply.
    TROUBLES {
        "timeout" Transient Line "The mail server did not answer in time"
            => "Nothing needs to be done at first; if it lasts, ask whoever runs the mail server";
        "dns" Transient Line "The mail server's name could not be looked up"
            => "Check the host name of this line and the internet connection";
        "connect" Transient Line "The mail server could not be reached"
            => "Check host and port of this line, and the internet connection";
        "tls" Transient Line "The mail server's certificate is not trusted, or its encryption does not fit"
            => "Check the host name, or give this line the server's own CA file";
        "closed" Transient Line "The mail server ended the call early"
            => "Nothing needs to be done at first; if it lasts, check port and encryption of this line";
        "garbled" Transient Line "Whatever answers there does not speak SMTP"
            => "Check port and encryption of this line: 465 wants TLS, 587 STARTTLS";
        "in_doubt" Unknown Line "The mail was handed over, but the mail server's last word is missing"
            => "Check the server's log or ask the recipient, then decide: sent, or send again";
        "no_starttls" Admin Line "The mail server offers no encryption at this port"
            => "Use TLS on port 465, or ask whoever runs the mail server";
        "no_password" Admin Line "The mail server offers no sign-in with a password"
            => "Use an app password or another port; some providers have switched passwords off";
        "no_utf8" Recipient Line "This mail server cannot write to an address with such letters"
            => "Use an address in plain letters, or another line";
        "address" Recipient Line "This is not a mail address"
            => "Correct the address";
        "mail" Content Line "No mail can be made of this text"
            => "Check subject and text for unusual characters";
    }
}

/// All rows.
#[cfg(test)]
pub(crate) fn tables() -> [&'static [(&'static str, Known)]; 3] {
    [replies::ENHANCED, replies::REPLIES, TROUBLES]
}

/// The row of a code as it is kept in a failure: `550 5.1.1`, `421`, or a word of ours.
pub(crate) fn lookup(code: &str) -> Option<&'static Known> {
    let (reply, enhanced) = code.split_once(' ').unwrap_or((code, ""));
    known::find(replies::ENHANCED, enhanced)
        .or_else(|| known::find(replies::REPLIES, reply))
        .or_else(|| known::find(TROUBLES, code))
}

/// What an attempt came to that did not succeed.
pub(crate) fn outcome(broken: &Broken) -> Outcome {
    if broken.in_doubt() {
        return Outcome::Unknown { failure: trouble_row("in_doubt").failure("in_doubt") };
    }
    let (failure, scope) = failure(broken);
    let quota = failure.class == FailureClass::RateLimited;
    Outcome::Refused { failure, retry_after: quota.then_some(QUOTA_REST), scope }
}

/// Why a session failed, and how far that reaches.
pub(crate) fn failure(broken: &Broken) -> (Failure, Scope) {
    let word = match &broken.trouble {
        Trouble::Reply { code, text } => return of_reply(broken.stage, *code, text),
        Trouble::Timeout => "timeout",
        Trouble::Dns => "dns",
        Trouble::Refused => "connect",
        Trouble::Tls => "tls",
        Trouble::Closed => "closed",
        Trouble::Garbled => "garbled",
        Trouble::NoStartTls => "no_starttls",
        Trouble::NoPassword => "no_password",
        Trouble::NoUtf8 => "no_utf8",
    };
    let row = trouble_row(word);
    (row.failure(word), row.scope)
}

/// The failure under one of our own words.
pub(crate) fn of_word(word: &'static str) -> Failure {
    trouble_row(word).failure(word)
}

fn trouble_row(word: &str) -> &'static Known {
    known::find(TROUBLES, word).unwrap_or(&TROUBLES[0].1)
}

fn of_reply(stage: Stage, code: u16, text: &str) -> (Failure, Scope) {
    let enhanced = enhanced_code(code, text);
    let row = meaning(stage, code, enhanced, text);
    let shown = match enhanced {
        Some((class, subject, detail)) => format!("{code} {class}.{subject}.{detail}"),
        None => code.to_string(),
    };
    (row.failure(shown), row.scope)
}

type Enhanced = (u16, u16, u16);

/// Picks the row. The order of the rules is the order of what a code can be trusted to mean.
pub(crate) fn meaning(
    stage: Stage,
    code: u16,
    enhanced: Option<Enhanced>,
    text: &str,
) -> &'static Known {
    let reply = |key: &str| known::find(replies::REPLIES, key);
    let row = |key: &str| reply(key).unwrap_or_else(|| trouble_row("garbled"));
    let by_enhanced = enhanced.and_then(|(class, subject, detail)| {
        known::find(replies::ENHANCED, &format!("{class}.{subject}.{detail}"))
    });
    let temporary = code / 100 == 4;
    let of_one_recipient = matches!(stage, Stage::Rcpt | Stage::Data | Stage::Dot);

    // Replies that are about signing in whenever they come.
    if matches!(code, 432 | 523 | 530 | 534 | 535 | 538) {
        return row(&code.to_string());
    }
    if stage == Stage::Auth {
        return match (temporary, code) {
            (true, _) => row("454"),
            (false, 500..=504) => trouble_row("no_password"),
            (false, _) => {
                by_enhanced.filter(|k| k.class == FailureClass::Auth).unwrap_or(row("535"))
            }
        };
    }
    if code == 421 {
        return row("421");
    }
    if temporary {
        // A full or busy mailbox and greylisting are about this recipient; the rest is the line.
        return match (of_one_recipient, code) {
            (true, _) => by_enhanced.or_else(|| reply(&code.to_string())).unwrap_or(row("4yz")),
            (false, 450..=452) => row("4yz_line"),
            (false, _) => reply(&code.to_string()).unwrap_or(row("4yz_line")),
        };
    }
    match (stage, enhanced) {
        (Stage::Connect | Stage::StartTls | Stage::Idle, _) => row("greeting"),
        // At MAIL the sender is refused, unless the code knows better than the stage.
        (Stage::Mail, _) => {
            by_enhanced.filter(|k| k.class != FailureClass::Recipient).unwrap_or(row("sender"))
        }
        (_, Some((_, 7, _))) if text.to_ascii_lowercase().contains("relay") => row("relay"),
        (_, Some((_, 7, _))) => by_enhanced.unwrap_or(row("policy")),
        (Stage::Rcpt, Some((_, 1, _))) => by_enhanced.unwrap_or(row("recipient")),
        (_, Some(_)) if by_enhanced.is_some() => by_enhanced.unwrap_or(row("5yz")),
        (Stage::Rcpt, _) if matches!(code, 550 | 553) => row("recipient"),
        (Stage::Data | Stage::Dot, _) if code == 550 => row("550_dot"),
        _ => reply(&code.to_string()).unwrap_or(row("5yz")),
    }
}

/// The enhanced code at the start of any line of a reply's text, if it agrees with the reply.
pub(crate) fn enhanced_code(code: u16, text: &str) -> Option<Enhanced> {
    text.split(|c: char| c.is_whitespace()).find_map(|word| {
        let mut parts = word.trim_start_matches('#').trim_end_matches([':', ',', ';']).split('.');
        let class = parts.next()?.parse().ok()?;
        let subject = parts.next().and_then(number)?;
        let detail = parts.next().and_then(number)?;
        (class == code / 100 && parts.next().is_none()).then_some((class, subject, detail))
    })
}

fn number(text: &str) -> Option<u16> {
    let digits = text.len() <= 3 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}
