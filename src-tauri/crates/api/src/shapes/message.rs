//! A message, in a list and whole.

use schemars::JsonSchema;
use serde::Serialize;
use signalbox_domain::{
    BatchId, Channel, ConnectionId, Failure, FailureClass, HoldReason, MessageId, MessageState,
};
use ts_rs::TS;

use super::instant::At;

/// Why a message waits, and until when if that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct Hold {
    /// The reason.
    pub reason: HoldReason,
    /// Until then; null until something happens.
    pub until: Option<At>,
}

/// One thing to one recipient.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Message {
    /// Which message.
    pub id: MessageId,
    /// How it travels.
    pub channel: Channel,
    /// Number in E.164, or mail address.
    pub to: String,
    /// Sender number or address of its line.
    pub from: Option<String>,
    /// The line it leaves, or left, by.
    pub connection: ConnectionId,
    /// Where it stands.
    pub state: MessageState,
    /// Why it waits.
    pub hold: Option<Hold>,
    /// Why it did not work.
    pub failure: Option<Failure>,
    /// Attempts so far.
    pub attempts: u32,
    /// The provider's id.
    pub provider_id: Option<String>,
    /// When it was accepted.
    pub created_at: At,
    /// Not before.
    pub send_at: Option<At>,
    /// Not after.
    pub useful_until: At,
    /// When it last changed.
    pub updated_at: At,
    /// The recipient's name, when the sender gave one.
    pub name: Option<String>,
    /// The batch it belongs to.
    pub batch: Option<BatchId>,
    /// Key of the cause that groups it with others; null unless it failed, was dismissed, or its
    /// outcome is unknown.
    pub cause: Option<String>,
    /// What happens next, in a plain sentence.
    pub next: String,
}

/// A message with its text and everything that happened to it.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct MessageDetail {
    /// As in a list.
    #[serde(flatten)]
    pub message: Message,
    /// The text, with its fields filled in.
    pub body: String,
    /// The subject of a mail.
    pub subject: Option<String>,
    /// SMS parts; null for other channels.
    pub segments: Option<u32>,
    /// What happened, first to last.
    pub timeline: Vec<TimelineEntry>,
    /// The attempts, first to last.
    pub attempts_log: Vec<AttemptEntry>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct TimelineEntry {
    /// When.
    pub at: At,
    /// queued, intent, accepted, refused, unknown, held, released, `receipt:…`, retried, cancelled, dismissed, resolved …
    pub what: String,
    /// More about it.
    pub detail: Option<String>,
    /// Who or what did it.
    pub actor: String,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub enum AttemptOutcome {
    /// The provider took the message over.
    Accepted,
    /// It certainly did not.
    Refused,
    /// The answer was lost.
    Unknown,
}

/// One try to hand a message over.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct AttemptEntry {
    /// Which attempt.
    pub id: String,
    /// Its number within the message, from 1.
    pub n: u32,
    /// By which line.
    pub connection: ConnectionId,
    /// When the intent was committed.
    pub intent_at: At,
    /// When the outcome was committed.
    pub ended_at: Option<At>,
    /// Null while in flight.
    pub outcome: Option<AttemptOutcome>,
    /// Class of the failure.
    pub class: Option<FailureClass>,
    /// Code of the failure.
    pub code: Option<String>,
    /// HTTP status of the answer; null when none came, or not by HTTP.
    pub http: Option<u16>,
    /// How long the answer took.
    pub took_ms: Option<i64>,
    /// The failure in plain words.
    pub detail: Option<String>,
}

/// A page of messages, newest first.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct MessageList {
    /// The rows.
    pub items: Vec<Message>,
    /// Where the page of older ones starts.
    pub next: Option<String>,
    /// Where the page of newer ones starts.
    pub prev: Option<String>,
    /// Exact when it is cheap to know, else null.
    pub total: Option<i64>,
    /// Set when a search stopped at its time budget; go on with `next`.
    pub searched_until: Option<At>,
}
