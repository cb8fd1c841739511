//! Groups of held messages, and what releasing them came to.

use schemars::JsonSchema;
use serde::Serialize;
use signalbox_domain::{ConnectionId, HoldReason};
use ts_rs::TS;

use super::instant::At;

/// What waits by one line for one reason.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct HeldGroup {
    /// Which line.
    pub connection: ConnectionId,
    /// The reason.
    pub reason: HoldReason,
    /// How many.
    pub count: i64,
    /// When the oldest was accepted.
    pub oldest: Option<At>,
    /// When the first stops being useful; null when that is not known or does not matter.
    pub first_expiry: Option<At>,
    /// What ends the hold, in a plain sentence.
    pub say: String,
}

/// What a release came to.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Released {
    /// Let go.
    pub released: usize,
    /// No longer useful, so not sent.
    pub expired: usize,
    /// Still held, because a person has to decide one by one.
    pub asked: usize,
}
