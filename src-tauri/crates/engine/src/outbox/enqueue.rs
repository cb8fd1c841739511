//! The one way in: every door calls this. Everything is checked before the commit, and "accepted"
//! is said after it.

mod check;
mod choice;
mod preview;
mod texts;

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};
use signalbox_domain::{Channel, ConnectionId, MessageId, Priority};
use signalbox_store::{Enqueued, IdempotencyKey};

pub(crate) use check::{Checked, check};
pub use preview::Preview;
pub(crate) use preview::preview;

use crate::core::Core;
use crate::line::Line;
use crate::refusal::{Refusal, RefusalKind};

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
    /// Values of the fields; without them a text must name none.
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

pub(crate) async fn send(core: &Core, request: SendRequest, actor: &str) -> Result<Sent, Refusal> {
    let idempotency =
        request.idempotency_key.as_deref().map(|key| key_of(key, &request)).transpose()?;
    if let Some(key) = &idempotency
        && let Some(id) = core.store.known(key.clone()).await?
    {
        // It was accepted, whatever has become of its line or its time since.
        return Ok(Sent { id, new: false });
    }
    let checked = check(core, &request, core.settings().country)?;
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
