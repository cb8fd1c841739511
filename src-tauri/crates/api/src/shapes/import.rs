//! A file of recipients: what is asked for, and what a look at it found.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use signalbox_domain::{Channel, ConnectionId};
use ts_rs::TS;

use super::batch::BadRow;

/// A file to be looked at.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ImportArgs {
    /// The file's text, with a header row.
    pub csv: String,
    /// Column name to field: to, name, body, subject, send_at, useful_until; any other is a template field.
    #[ts(type = "Record<string, string>")]
    pub map: BTreeMap<String, String>,
    /// How the messages travel.
    pub channel: Channel,
    /// The text, with `{field}` where a row's value goes.
    pub body: Option<String>,
    /// The subject of mails.
    pub subject: Option<String>,
    /// The line they leave by.
    pub connection: Option<ConnectionId>,
    /// Two letters: where numbers without a country code belong; else the business's country.
    pub country: Option<String>,
}

/// A file to be sent.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ImportStartArgs {
    /// The file's text, with a header row.
    pub csv: String,
    /// Column name to field: to, name, body, subject, send_at, useful_until; any other is a template field.
    #[ts(type = "Record<string, string>")]
    pub map: BTreeMap<String, String>,
    /// How the messages travel.
    pub channel: Channel,
    /// The text, with `{field}` where a row's value goes.
    pub body: Option<String>,
    /// The subject of mails.
    pub subject: Option<String>,
    /// The line they leave by.
    pub connection: Option<ConnectionId>,
    /// Two letters: where numbers without a country code belong; else the business's country.
    pub country: Option<String>,
    /// What people call the batch.
    pub name: Option<String>,
    /// Not before: RFC 3339, or local as `2026-12-01 09:00`.
    pub send_at: Option<String>,
    /// Not after: RFC 3339, or local as `2026-12-01 09:00`.
    pub useful_until: Option<String>,
    /// The same key and file never send twice; the same key with another file is refused.
    pub idempotency_key: Option<String>,
}

/// What a look at a file found. Nothing is stored.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct ImportCheck {
    /// The columns of the header.
    pub columns: Vec<String>,
    /// Rows below it.
    pub rows: usize,
    /// Rows that would be sent.
    pub ready: usize,
    /// The first 500 that cannot be, repetitions and people who opted out among them.
    pub bad: Vec<BadRow>,
    /// How many cannot be.
    pub bad_count: usize,
    /// Of these, the same recipient and text as an earlier row.
    pub duplicates: usize,
    /// Of these, people who opted out.
    pub opted_out: usize,
    /// The first 20 as they would be sent.
    pub preview: Vec<PreviewRow>,
    /// SMS parts in all; null for other channels.
    pub segments: Option<u64>,
}

/// A row as it would be sent.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct PreviewRow {
    /// Its number in the file.
    pub row: u64,
    /// The recipient, normalised.
    pub to: String,
    /// The recipient's name.
    pub name: Option<String>,
    /// The subject of a mail with its fields filled in.
    pub subject: Option<String>,
    /// The text with its fields filled in.
    pub body: String,
    /// SMS parts; null for other channels.
    pub segments: Option<u32>,
}
