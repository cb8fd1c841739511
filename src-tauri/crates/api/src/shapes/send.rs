//! What a door asks for when a message is to be sent, and what a look at it found.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use signalbox_domain::segments::Segments;
use signalbox_domain::{Channel, ConnectionId};
use ts_rs::TS;

use super::instant::At;

/// A message to be sent.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SendArgs {
    /// How it travels.
    pub channel: Channel,
    /// A phone number as people write it, or a mail address.
    pub to: String,
    /// The text, with `{field}` where a value of `fields` goes.
    pub body: String,
    /// The subject of a mail.
    pub subject: Option<String>,
    /// Values for the text.
    #[ts(optional, type = "Record<string, string>")]
    pub fields: Option<BTreeMap<String, String>>,
    /// The line it leaves by.
    pub connection: Option<ConnectionId>,
    /// Lines to try in order, instead of one.
    pub route: Option<Vec<ConnectionId>>,
    /// Not before: RFC 3339, or local as `2026-12-01 09:00`.
    pub send_at: Option<String>,
    /// Not after: RFC 3339, or local as `2026-12-01 09:00`.
    pub useful_until: Option<String>,
    /// The same key and content never send twice.
    pub idempotency_key: Option<String>,
    /// The recipient's name.
    pub name: Option<String>,
}

/// A message as it would be sent. Nothing is stored.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Preview {
    /// The recipient, normalised.
    pub to: String,
    /// The line it would leave by.
    pub connection: ConnectionId,
    /// The subject of a mail with its fields filled in.
    pub subject: Option<String>,
    /// The text with its fields filled in.
    pub body: String,
    /// What the text takes on the air; null for other channels.
    pub segments: Option<Segments>,
    /// Not before.
    pub send_at: Option<At>,
    /// Not after.
    pub useful_until: At,
    /// What the sender should know, in plain sentences.
    pub notes: Vec<String>,
}
