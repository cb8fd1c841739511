//! Everything about a request that can be checked before the store is asked.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use signalbox_domain::email::EmailAddress;
use signalbox_domain::phone::{CountryCode, PhoneNumber};
use signalbox_domain::segments::{Segments, segments};
use signalbox_domain::{Channel, ConnectionId, Priority};
use signalbox_store::NewMessage;

use super::SendRequest;
use super::choice::choose_line;
use super::texts::texts;
use crate::core::Core;
use crate::line::Line;
use crate::refusal::Refusal;

/// A request that passed every check.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub(crate) line: Arc<Line>,
    pub(crate) route: Vec<ConnectionId>,
    pub(crate) to: String,
    pub(crate) name: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) body: String,
    pub(crate) segments: Option<Segments>,
    pub(crate) units: i64,
    pub(crate) send_at: Option<DateTime<Utc>>,
    pub(crate) useful_until: DateTime<Utc>,
}

impl Checked {
    pub(crate) fn into_message(
        self,
        channel: Channel,
        priority: Priority,
        now: i64,
        actor: &str,
    ) -> NewMessage {
        NewMessage {
            connection: self.line.id(),
            route: self.route,
            channel,
            recipient: self.to,
            name: self.name,
            subject: self.subject,
            body: self.body,
            priority,
            units: self.units,
            batch: None,
            send_at: self.send_at.map(|at| at.timestamp_millis()),
            useful_until: self.useful_until.timestamp_millis(),
            created_at: now,
            actor: actor.to_owned(),
            idempotency: None,
        }
    }
}

/// Checks everything about a request but what only the store knows. Numbers without a country code
/// belong to `country`.
pub(crate) fn check(
    core: &Core,
    request: &SendRequest,
    country: CountryCode,
) -> Result<Checked, Refusal> {
    let now = core.now();
    let (line, route) = choose_line(core, request)?;
    let to = recipient(request.channel, &request.to, country)?;
    let (subject, body) = texts(request)?;
    let counted = match request.channel {
        Channel::Sms => Some(segments(&body)),
        _ => None,
    };
    let send_at =
        request.send_at.as_deref().map(|text| moment(core, "send_at", text)).transpose()?;
    let starts = send_at.unwrap_or(now).max(now);
    let useful_until = match request.useful_until.as_deref() {
        Some(text) => moment(core, "useful_until", text)?,
        None => starts + request.channel.default_useful_for(),
    };
    if useful_until <= starts {
        return Err(Refusal::invalid(
            "useful_until",
            "useful_until_past",
            "It would stop being useful before it could leave",
            "Choose a later time, or an earlier one to send at",
        ));
    }
    let units = line.adapter().map_or(1, |adapter| adapter.units(&body));
    let name = request
        .name
        .clone()
        .or_else(|| request.fields.as_ref().and_then(|fields| fields.get("name").cloned()));
    let name = name.map(|name| one_line(&name)).filter(|name| !name.is_empty());
    Ok(Checked {
        line,
        route,
        to,
        name,
        subject,
        body,
        segments: counted,
        units,
        send_at,
        useful_until,
    })
}

/// Names are shown in lists and put into mail headers: one line, 200 characters at most.
fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect()
}

/// Normalises a recipient as typed.
pub(crate) fn recipient(
    channel: Channel,
    typed: &str,
    country: CountryCode,
) -> Result<String, Refusal> {
    match channel {
        Channel::Sms | Channel::Whatsapp => PhoneNumber::parse(typed, country)
            .map(|number| number.as_str().to_owned())
            .map_err(|error| {
                Refusal::invalid(
                    "to",
                    "invalid_number",
                    error.to_string(),
                    "Correct the number, with its area code",
                )
            }),
        Channel::Email => {
            EmailAddress::parse(typed).map(|address| address.as_str().to_owned()).map_err(|error| {
                Refusal::invalid(
                    "to",
                    "invalid_address",
                    error.to_string(),
                    "Correct the mail address",
                )
            })
        }
    }
}

fn moment(core: &Core, field: &'static str, text: &str) -> Result<DateTime<Utc>, Refusal> {
    core.settings().zone.parse_moment(text).map(|moment| moment.instant).map_err(|error| {
        Refusal::invalid(
            field,
            "invalid_time",
            error.to_string(),
            "Write it like 2026-12-01 09:00, or with a zone like 2026-12-01T09:00:00Z",
        )
    })
}
