//! A cause: one line, one failure, many messages.

use schemars::JsonSchema;
use serde::Serialize;
use signalbox_domain::{ConnectionId, FailureClass, MessageId};
use ts_rs::TS;

use super::instant::At;

/// Which of the two lists of triage a cause stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum CauseState {
    /// Not sent, and a person is needed.
    NeedsAttention,
    /// It may have been sent.
    Unknown,
}

/// What is failing, how often and since when.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Cause {
    /// Names it in `messages`, `retry`, `dismiss` and `undismiss`. What failed and what is of unknown
    /// outcome for the same reason are two causes with two keys.
    pub key: String,
    /// Which line.
    pub connection: ConnectionId,
    /// Class of the failure.
    pub class: FailureClass,
    /// Code of the failure.
    pub code: String,
    /// What is the matter.
    pub say: String,
    /// What can be done.
    pub remedy: String,
    /// How many messages.
    pub count: i64,
    /// When the first of these failed.
    pub first_at: At,
    /// When the last of these failed.
    pub last_at: At,
    /// Whether sending them again makes sense.
    pub retryable: bool,
    /// How it stands, in a few words.
    pub status: String,
    /// Failed, or unknown.
    pub state: CauseState,
}

/// What a retry would do, or did.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct RetryResult {
    /// Whether it was only rehearsed.
    pub dry_run: bool,
    /// How many would be sent. Set when `dry_run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub would_send: Option<usize>,
    /// How many were queued again. Set when not `dry_run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sent: Option<usize>,
    /// The first 200 that are left out, with the reason.
    pub skipped: Vec<Skipped>,
    /// How many are left out.
    pub skipped_count: usize,
    /// When they leave, by line.
    pub by_connection: Vec<Departure>,
    /// SMS parts in all; null without SMS.
    pub segments: Option<i64>,
    /// In which order, in words.
    pub order: String,
}

/// A message that is left out.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Skipped {
    /// Which message.
    pub id: MessageId,
    /// Its recipient.
    pub to: String,
    /// Why.
    pub why: String,
}

/// When messages leave by one line.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Departure {
    /// Which line.
    pub connection: ConnectionId,
    /// How many.
    pub count: usize,
    /// The first, about; null while the line is stopped.
    pub starts_at: Option<At>,
    /// The last, about; null while the line is stopped.
    pub ends_at: Option<At>,
}

/// How many a decision changed.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Changed {
    /// How many.
    pub changed: usize,
}

/// What could be taken back, and what could not.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Cancelled {
    /// How many were cancelled.
    pub changed: usize,
    /// Those that were not.
    pub refused: Vec<CancelRefused>,
}

/// A message that could not be taken back.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct CancelRefused {
    /// Which message.
    pub id: MessageId,
    /// Why.
    pub why: String,
}
