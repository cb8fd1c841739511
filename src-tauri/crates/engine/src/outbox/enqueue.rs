//! The one way in: every door calls this. Everything is checked before the commit, and "accepted"
//! is said after it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use signalbox_domain::email::EmailAddress;
use signalbox_domain::phone::{CountryCode, PhoneNumber};
use signalbox_domain::segments::{Segments, segments};
use signalbox_domain::template::Template;
use signalbox_domain::{Channel, ConnectionId, ConnectionState, MessageId, Priority};
use signalbox_store::{Enqueued, IdempotencyKey, NewMessage};

use crate::core::Core;
use crate::line::Line;
use crate::refusal::{Refusal, RefusalKind};

/// Longest text accepted for an SMS; beyond it Twilio refuses (error 21617).
const LONGEST_SMS: usize = 1_600;
const LONGEST_WHATSAPP: usize = 4_096;
const LONGEST_MAIL: usize = 512 * 1024;
const LONGEST_KEY: usize = 256;

/// A message as a door asks for it.
#[derive(Debug, Clone, Serialize)]
pub struct SendRequest {
    /// How it shall travel.
    pub channel: Channel,
    /// Number or address, as a person types it.
    pub to: String,
    /// The text, with `{fields}` if `fields` are given.
    pub body: String,
    /// The subject of a mail, with `{fields}` too.
    pub subject: Option<String>,
    /// Values of the fields; without them braces are plain text.
    pub fields: Option<BTreeMap<String, String>>,
    /// By this line.
    pub connection: Option<ConnectionId>,
    /// Or by the first of these that is not in danger, and then the next.
    pub route: Vec<ConnectionId>,
    /// Not before: RFC 3339, or local time of the business.
    pub send_at: Option<String>,
    /// Not after.
    pub useful_until: Option<String>,
    /// The caller's key: the same key and content is the same message.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
    /// The recipient's name.
    pub name: Option<String>,
}

/// A message that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Which message.
    pub id: MessageId,
    /// False when the same request had been accepted before.
    pub new: bool,
}

/// What would be sent; nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The normalised recipient.
    pub to: String,
    /// The line it would leave by.
    pub connection: ConnectionId,
    /// The subject, fields filled in.
    pub subject: Option<String>,
    /// The text, fields filled in.
    pub body: String,
    /// Its length as SMS.
    pub segments: Option<Segments>,
    /// Not before.
    pub send_at: Option<DateTime<Utc>>,
    /// Not after.
    pub useful_until: DateTime<Utc>,
    /// What a person should know before sending.
    pub notes: Vec<String>,
}

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

pub(crate) async fn send(core: &Core, request: SendRequest, actor: &str) -> Result<Sent, Refusal> {
    let checked = check(core, &request, core.settings().country)?;
    let idempotency =
        request.idempotency_key.as_deref().map(|key| key_of(key, &request)).transpose()?;
    let line = checked.line.clone();
    let mut message = checked.into_message(request.channel, Priority::Direct, core.now_ms(), actor);
    message.idempotency = idempotency;
    let enqueued = core.store.enqueue(vec![message]).await?;
    match enqueued.first() {
        Some(Enqueued::Accepted(id)) => {
            accepted(core, &line, *id);
            Ok(Sent { id: *id, new: true })
        }
        Some(Enqueued::Already(id)) => Ok(Sent { id: *id, new: false }),
        Some(Enqueued::OptedOut) | None => Err(opted_out()),
    }
}

fn accepted(core: &Core, line: &Line, id: MessageId) {
    core.events.message(id, signalbox_domain::MessageState::Queued, core.now());
    wake(core, line);
}

/// Something new may be due on a line.
pub(crate) fn wake(core: &Core, line: &Line) {
    line.set_due(0);
    core.dispatch.notify_one();
    core.index.notify_one();
}

pub(crate) fn opted_out() -> Refusal {
    Refusal::invalid(
        "to",
        "opted_out",
        "This person asked not to be written to by this channel",
        "Use another channel, or ask them to opt in again",
    )
}

pub(crate) async fn preview(core: &Core, request: &SendRequest) -> Result<Preview, Refusal> {
    let checked = check(core, request, core.settings().country)?;
    let mut notes = Vec::new();
    let suppressed = core.store.suppressed_among(request.channel, vec![checked.to.clone()]).await?;
    if !suppressed.is_empty() {
        return Err(opted_out());
    }
    let settings = core.settings();
    let leaves = checked.send_at.unwrap_or_else(|| core.now());
    if let Some(hours) = &settings.allowed_hours
        && !hours.is_allowed(leaves, settings.zone)
    {
        let opens = settings.zone.to_local(hours.next_allowed(leaves, settings.zone));
        notes.push(format!(
            "Outside the allowed hours: it waits until {} {}",
            opens.naive.format("%a %H:%M"),
            opens.abbreviation
        ));
    }
    if let Some(block) = checked.line.block(core.now()) {
        notes.push(format!(
            "{} is not sending just now ({}): it waits",
            checked.line.name(),
            block.reason
        ));
    }
    Ok(Preview {
        to: checked.to,
        connection: checked.line.id(),
        subject: checked.subject,
        body: checked.body,
        segments: checked.segments,
        send_at: checked.send_at,
        useful_until: checked.useful_until,
        notes,
    })
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

fn choose_line(
    core: &Core,
    request: &SendRequest,
) -> Result<(Arc<Line>, Vec<ConnectionId>), Refusal> {
    let named = |id: ConnectionId, field: &str| {
        let line = core.line(id).ok_or_else(|| Refusal {
            field: Some(field.to_owned()),
            ..Refusal::not_found("line")
        })?;
        if line.channel() != Some(request.channel) {
            return Err(Refusal::invalid(
                field,
                "wrong_channel",
                format!("{} does not send {}", line.name(), request.channel),
                "Choose a line of this channel",
            ));
        }
        if line.state() == ConnectionState::Disabled {
            return Err(Refusal::invalid(
                field,
                "line_off",
                format!("{} is switched off", line.name()),
                "Switch the line on, or choose another one",
            ));
        }
        Ok(line)
    };
    if let Some(id) = request.connection {
        return Ok((named(id, "connection")?, Vec::new()));
    }
    let candidates: Vec<Arc<Line>> = match request.route.is_empty() {
        true => core
            .lines()
            .into_iter()
            .filter(|line| {
                line.channel() == Some(request.channel) && line.state() != ConnectionState::Disabled
            })
            .collect(),
        false => request.route.iter().map(|id| named(*id, "route")).collect::<Result<_, _>>()?,
    };
    let now = core.now();
    // A line in danger is passed over for new messages; if all are, the first one holds it.
    let best = candidates
        .iter()
        .position(|line| line.adapter().is_some() && line.block(now).is_none())
        .or_else(|| candidates.iter().position(|line| line.adapter().is_some()))
        .unwrap_or(0);
    let Some(line) = candidates.get(best).cloned() else {
        return Err(Refusal {
            field: Some("channel".into()),
            ..Refusal::new(
                RefusalKind::Invalid,
                "no_line",
                format!("No line sends {}", request.channel),
                "Connect one first, or start the practice lines",
            )
        });
    };
    let route = match request.route.is_empty() {
        true => Vec::new(),
        false => candidates[best + 1..].iter().map(|line| line.id()).collect(),
    };
    Ok((line, route))
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

fn texts(request: &SendRequest) -> Result<(Option<String>, String), Refusal> {
    let (subject, body) = match &request.fields {
        // Without fields braces are what they are: nobody asked for a template.
        None => (request.subject.clone(), request.body.clone()),
        Some(fields) => {
            let broken = |field: &'static str| {
                move |error: signalbox_domain::template::TemplateError| {
                    Refusal::invalid(
                        field,
                        "template",
                        error.to_string(),
                        "Correct the braces, or double them",
                    )
                }
            };
            let missing = |field: &'static str| {
                move |error: signalbox_domain::template::FillError| {
                    Refusal::invalid(
                        field,
                        "template_field",
                        error.to_string(),
                        "Give the field a value",
                    )
                }
            };
            let body = Template::parse(&request.body).map_err(broken("body"))?;
            let body = body.fill(fields).map_err(missing("body"))?;
            let subject = match &request.subject {
                Some(subject) => {
                    let subject = Template::parse(subject).map_err(broken("subject"))?;
                    Some(subject.fill_line(fields).map_err(missing("subject"))?)
                }
                None => None,
            };
            (subject, body)
        }
    };
    let (longest, unit) = match request.channel {
        Channel::Sms => (LONGEST_SMS, body.chars().count()),
        Channel::Whatsapp => (LONGEST_WHATSAPP, body.chars().count()),
        Channel::Email => (LONGEST_MAIL, body.len()),
    };
    if body.trim().is_empty() {
        return Err(Refusal::invalid(
            "body",
            "empty_body",
            "The text is empty",
            "Write something to send",
        ));
    }
    if unit > longest {
        return Err(Refusal::invalid(
            "body",
            "too_long",
            format!("The text has {unit} characters; {longest} are possible"),
            "Shorten it, or send it as mail",
        ));
    }
    if body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::invalid(
            "body",
            "control_character",
            "The text holds an unprintable character",
            "Remove it; it often comes from copying out of another program",
        ));
    }
    match (&subject, request.channel) {
        (Some(subject), Channel::Email) => {
            if subject.chars().count() > 900 || subject.chars().any(char::is_control) {
                return Err(Refusal::invalid(
                    "subject",
                    "invalid_subject",
                    "The subject is too long, or has more than one line",
                    "Use one line of at most 900 characters",
                ));
            }
            Ok((Some(subject.clone()), body))
        }
        (None, Channel::Email) => Err(Refusal::invalid(
            "subject",
            "missing_subject",
            "A mail needs a subject",
            "Add a subject",
        )),
        _ => Ok((None, body)),
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

fn key_of(key: &str, request: &SendRequest) -> Result<IdempotencyKey, Refusal> {
    Ok(IdempotencyKey { key: fit_key(key)?, content: content_hash(request)? })
}

/// A caller's key that can be kept.
pub(crate) fn fit_key(key: &str) -> Result<String, Refusal> {
    let fits = !key.is_empty() && key.len() <= LONGEST_KEY && key.chars().all(|c| !c.is_control());
    if !fits {
        return Err(Refusal::invalid(
            "idempotency_key",
            "invalid_idempotency_key",
            "The idempotency key must have 1 to 256 printable characters",
            "Use a shorter key, such as a UUID",
        ));
    }
    Ok(key.to_owned())
}

fn content_hash(request: &SendRequest) -> Result<[u8; 32], Refusal> {
    // Field order is that of the struct and of a sorted map: the same request, the same bytes.
    let bytes = serde_json::to_vec(request).map_err(|error| {
        Refusal::new(
            RefusalKind::Internal,
            "hash",
            error.to_string(),
            "Please send the support bundle",
        )
    })?;
    Ok(Sha256::digest(&bytes).into())
}
