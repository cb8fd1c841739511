use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use signalbox_domain::{Channel, Environment, MessageId};

use super::adapter::{Sender, Twilio};
use crate::adapter::{Letter, Lost};
use crate::http::{Http, Timeouts};
use crate::peer::Peer;

mod codes;
mod deliveries;
mod requests;
mod signatures;

pub(super) const ACCOUNT: &str = "AC00000000000000000000000000000001";

pub(super) fn noon() -> DateTime<Utc> {
    "2026-11-21T09:55:01Z".parse().expect("a valid instant")
}

pub(super) fn letter() -> Letter {
    Letter {
        message: MessageId::from_raw(1),
        token: "home-01hq3v8m2k7c4".into(),
        channel: Channel::Sms,
        to: "+15550100123".into(),
        name: None,
        subject: None,
        body: "See you at ten & don\u{2019}t be late".into(),
        created_at: noon(),
        status_callback: None,
    }
}

pub(super) fn lost() -> Lost {
    Lost { letter: letter(), intent_at: noon() - TimeDelta::seconds(1), asked_at: noon() }
}

/// A line with the usual limits, so that a busy machine spoils no test.
pub(super) fn line(peer: &Peer) -> Twilio {
    line_within(peer, Timeouts::default())
}

/// A line that soon gives up, for tests about that.
pub(super) fn hasty(peer: &Peer) -> Twilio {
    let short = std::time::Duration::from_millis(400);
    line_within(peer, Timeouts { connect: short, whole: short })
}

fn line_within(peer: &Peer, timeouts: Timeouts) -> Twilio {
    Twilio {
        http: Http::with_timeouts(timeouts).expect("the client starts"),
        base: peer.url.clone(),
        account: ACCOUNT.into(),
        token: SecretString::from("0123456789abcdef0123456789abcdef"),
        sender: Sender::From("+15550100100".into()),
        environment: Environment::Custom,
    }
}

/// The form fields of a request as heard by a peer.
pub(super) fn form_of(request: &str) -> BTreeMap<String, String> {
    let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}
