//! Recipients that always do the same thing, so that every class of failure can be shown and tested without waiting
//! for one. The table is data ([`magic`]); this file also finds the entry for a recipient. Carrying an effect out is
//! each provider's business.

mod email;
mod sms;

use serde::Serialize;

use crate::Provider;
use crate::fault::{FaultKind, Stroke};

/// The domain of the magic mailboxes; sub-addresses (`name+label@`) keep their meaning.
pub const PRACTICE_DOMAIN: &str = "practice.example";

/// What a magic recipient does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Accepted and delivered.
    Deliver,
    /// Refused in the answer to the send.
    Refuse {
        /// HTTP status or SMTP reply code.
        status: u16,
        /// Twilio code, Resend error name or enhanced SMTP code.
        code: &'static str,
        /// The provider's own words.
        say: &'static str,
        /// Only the first so many sends; then delivered.
        times: Option<u32>,
    },
    /// Something breaks on the way.
    Fault {
        /// What breaks.
        kind: FaultKind,
        /// Only the first so many sends; then delivered.
        times: Option<u32>,
        /// `Retry-After` in seconds.
        retry_after: Option<u64>,
    },
    /// Accepted, and later reported as something other than delivered.
    Report {
        /// Final status or event: `undelivered`, `failed`, `bounced` …
        status: &'static str,
        /// Twilio ErrorCode, bounce `type/subType` or reason.
        code: &'static str,
    },
    /// Accepted and delivered, but the receipts behave badly.
    Receipts(Receipts),
}

/// How receipts can misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipts {
    /// None is pushed; the status can only be read.
    Silent,
    /// Sent, and then nothing more is ever known.
    StopAtSent,
    /// Each is pushed twice.
    Doubled,
    /// The last is pushed first.
    Shuffled,
    /// Each step takes a hundred times as long.
    Slow,
}

impl Effect {
    pub(crate) fn stroke(self) -> Option<Stroke> {
        match self {
            Self::Fault { kind, retry_after, .. } => Some(Stroke { kind, retry_after }),
            _ => None,
        }
    }

    pub(crate) fn times(self) -> Option<u32> {
        match self {
            Self::Refuse { times, .. } | Self::Fault { times, .. } => times,
            Self::Deliver | Self::Report { .. } | Self::Receipts(_) => None,
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Magic {
    /// Whose recipient.
    pub provider: Provider,
    /// Email: the whole address. SMS: an example number; a practice number does the same with any other area code.
    pub address: &'static str,
    /// What it does.
    pub effect: Effect,
    /// The same in plain words.
    pub shows: &'static str,
}

/// All magic recipients of all providers.
pub fn magic() -> impl Iterator<Item = &'static Magic> {
    sms::OFFICIAL
        .iter()
        .chain(sms::PRACTICE)
        .chain(email::RESEND_OFFICIAL)
        .chain(email::RESEND)
        .chain(email::SMTP)
}

/// The effect of a recipient, and the label of its sub-address.
pub(crate) fn effect(provider: Provider, to: &str) -> Option<(Effect, Option<&str>)> {
    match provider {
        Provider::Twilio => sms::find(to).map(|magic| (magic.effect, None)),
        Provider::Resend => {
            email::find(email::RESEND_OFFICIAL, to).or_else(|| email::find(email::RESEND, to))
        }
        Provider::Smtp => email::find(email::SMTP, to),
    }
}

const fn refuse(status: u16, code: &'static str, say: &'static str) -> Effect {
    Effect::Refuse { status, code, say, times: None }
}

const fn fault(kind: FaultKind) -> Effect {
    Effect::Fault { kind, times: None, retry_after: None }
}

const fn fault_times(kind: FaultKind, times: u32) -> Effect {
    Effect::Fault { kind, times: Some(times), retry_after: None }
}

const fn report(status: &'static str, code: &'static str) -> Effect {
    Effect::Report { status, code }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_address_stands_in_the_table_twice_for_one_provider() {
        let mut seen = BTreeSet::new();
        for entry in magic() {
            assert!(
                seen.insert((entry.provider, entry.address)),
                "{} has two meanings",
                entry.address
            );
        }
    }

    #[test]
    fn every_line_of_the_table_is_found_by_its_own_address() {
        for entry in magic() {
            let found = effect(entry.provider, entry.address).map(|(effect, _)| effect);
            assert_eq!(found, Some(entry.effect), "{}", entry.address);
        }
    }

    #[test]
    fn ordinary_recipients_are_not_magic() {
        for to in ["+15551230001", "+15550100", "+12025550149", "+442025550150"] {
            assert_eq!(effect(Provider::Twilio, to), None, "{to}");
        }
        assert_eq!(effect(Provider::Resend, "jo@mail.example"), None);
        assert_eq!(
            effect(Provider::Smtp, "bounced@resend.dev"),
            None,
            "those belong to Resend alone"
        );
    }

    #[test]
    fn area_code_channel_and_label_do_not_change_the_meaning() {
        let stop = effect(Provider::Twilio, "+12025550151");
        assert_eq!(effect(Provider::Twilio, "+13105550151"), stop);
        assert_eq!(effect(Provider::Twilio, "whatsapp:+13105550151"), stop);
        let (_, label) = effect(Provider::Smtp, "Greylist+5@Practice.Example").unwrap();
        assert_eq!(label, Some("5"), "mail domains and our mailboxes know no case");
    }
}
