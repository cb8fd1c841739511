use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use signalbox_domain::{Channel, MessageId};

use super::adapter::Smtp;
use super::mail::mailbox;
use super::session::{Protection, Server, Timeouts};
use crate::adapter::Letter;

mod codes;
mod dialogue;
mod peer;
mod secure;

pub(super) fn letter() -> Letter {
    Letter {
        message: MessageId::from_raw(1),
        token: "home-01hq3v8m2k7c4".into(),
        channel: Channel::Email,
        to: "jo@example.com".into(),
        name: Some("Jo".into()),
        subject: Some("Your appointment".into()),
        body: "See you at ten.\n.\n..dots stay\n".into(),
        created_at: "2026-11-21T09:55:01Z".parse::<DateTime<Utc>>().expect("an instant"),
        status_callback: None,
    }
}

pub(super) fn server(port: u16, protection: Protection) -> Server {
    Server {
        host: "127.0.0.1".into(),
        port,
        protection,
        credentials: Some(Credentials::new("desk".into(), "hunter2".into())),
        hello: ClientId::Domain("barber.example".into()),
        timeouts: Timeouts::default(),
    }
}

/// A line with the usual limits, so that a busy machine spoils no test.
pub(super) fn line(port: u16) -> Smtp {
    let from = mailbox("Corner Barber <desk@barber.example>").expect("an address");
    Smtp::new(server(port, Protection::None), from)
}

/// A line that soon gives up, for tests about that.
pub(super) fn hasty(port: u16) -> Smtp {
    let from = mailbox("Corner Barber <desk@barber.example>").expect("an address");
    let short = Duration::from_millis(400);
    let mut server = server(port, Protection::None);
    server.timeouts = Timeouts { connect: short, command: short, dot: short };
    Smtp::new(server, from)
}
