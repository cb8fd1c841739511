//! A batch: many messages sent together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use signalbox_domain::BatchId;
use ts_rs::TS;

use super::instant::At;

/// Whether a batch is still at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub enum BatchState {
    /// Something of it still waits or is on its way out.
    Running,
    /// Nothing of it waits any more.
    Done,
    /// A person took back what had not left.
    Cancelled,
}

/// Many messages sent together, and where they stand.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Batch {
    /// Which batch.
    pub id: BatchId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: At,
    /// Rows it was made from, good and bad.
    pub total: i64,
    /// Queued, held or being handed over.
    pub waiting: i64,
    /// Taken over by the provider, awaiting a receipt.
    pub sent: i64,
    /// Arrived.
    pub delivered: i64,
    /// Not sent, or known not to have arrived.
    pub failed: i64,
    /// Outcome unknown.
    pub unknown: i64,
    /// Taken back.
    pub cancelled: i64,
    /// Rows that were refused.
    pub bad: Vec<BadRow>,
    /// Whether it is still at work.
    pub state: BatchState,
}

/// What is to be done about a row that cannot be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum BadRowKind {
    /// It has to be corrected.
    #[default]
    Fix,
    /// An earlier row says the same to the same person.
    Duplicate,
    /// This person does not want to be written to.
    OptedOut,
}

/// A row that cannot be sent, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct BadRow {
    /// Its number in the file, from 1 for the first row below the header.
    pub row: u64,
    /// Whether it has to be corrected, or is left out for another reason.
    #[serde(default)]
    pub kind: BadRowKind,
    /// Which column.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is the matter.
    pub why: String,
    /// How to mend it.
    pub mend: String,
}
