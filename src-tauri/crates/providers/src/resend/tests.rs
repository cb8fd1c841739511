use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use signalbox_domain::{Channel, MessageId};

use super::adapter::Resend;
use crate::adapter::{Letter, Lost};
use crate::http::{Http, Timeouts};
use crate::peer::Peer;

mod codes;
mod deliveries;
mod requests;
mod signatures;

pub(super) fn noon() -> DateTime<Utc> {
    "2026-11-21T09:55:01Z".parse().expect("a valid instant")
}

pub(super) fn letter() -> Letter {
    Letter {
        message: MessageId::from_raw(1),
        token: "home-01hq3v8m2k7c4".into(),
        channel: Channel::Email,
        to: "jo@example.com".into(),
        name: Some("Jo".into()),
        subject: Some("Your invoice".into()),
        body: "Thank you \u{2013} see you soon".into(),
        created_at: noon(),
        status_callback: None,
    }
}

pub(super) fn lost() -> Lost {
    Lost { letter: letter(), intent_at: noon() - TimeDelta::seconds(1), asked_at: noon() }
}

/// A line with the usual limits, so that a busy machine spoils no test.
pub(super) fn line(peer: &Peer) -> Resend {
    line_within(peer, Timeouts::default())
}

/// A line that soon gives up, for tests about that.
pub(super) fn hasty(peer: &Peer) -> Resend {
    let short = std::time::Duration::from_millis(400);
    line_within(peer, Timeouts { connect: short, whole: short })
}

fn line_within(peer: &Peer, timeouts: Timeouts) -> Resend {
    Resend::new(
        Http::with_timeouts(timeouts).expect("the client starts"),
        peer.url.clone(),
        SecretString::from("re_practice_key"),
        "Corner Barber <desk@barber.example>".into(),
    )
}
