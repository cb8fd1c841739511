//! A receipt: one authenticated event from a provider.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use signalbox_domain::{ConnectionId, MessageId, ReceiptId};
use signalbox_store::ReceiptRow;
use ts_rs::TS;

use super::instant::At;

/// Where a receipt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub enum ReceiptState {
    /// Worked off.
    Processed,
    /// It could not be; replayable.
    Dead,
    /// Committed, not worked off yet.
    Pending,
}

/// One authenticated event from a provider.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Receipt {
    /// Which one.
    pub id: ReceiptId,
    /// Key of the provider.
    pub provider: String,
    /// The line whose secret verified it.
    pub connection: Option<ConnectionId>,
    /// The provider's own id of it.
    pub event_id: String,
    /// The provider's word for it.
    pub kind: String,
    /// When it came.
    pub received_at: At,
    /// Where it stands.
    pub state: ReceiptState,
    /// Why it could not be processed.
    pub error: Option<String>,
    /// The message it was about.
    pub message: Option<MessageId>,
}

/// What a replay came to.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Replayed {
    /// Processed this time.
    pub replayed: usize,
    /// Still dead.
    pub still_dead: usize,
}

impl From<signalbox_store::ReceiptState> for ReceiptState {
    fn from(state: signalbox_store::ReceiptState) -> Self {
        match state {
            signalbox_store::ReceiptState::Pending => Self::Pending,
            signalbox_store::ReceiptState::Processed => Self::Processed,
            signalbox_store::ReceiptState::Dead => Self::Dead,
        }
    }
}

impl From<ReceiptState> for signalbox_store::ReceiptState {
    fn from(state: ReceiptState) -> Self {
        match state {
            ReceiptState::Pending => Self::Pending,
            ReceiptState::Processed => Self::Processed,
            ReceiptState::Dead => Self::Dead,
        }
    }
}

impl From<ReceiptRow> for Receipt {
    fn from(row: ReceiptRow) -> Self {
        Self {
            id: row.id,
            provider: row.provider,
            connection: Some(row.connection),
            event_id: row.event_id,
            kind: row.kind,
            received_at: At::ms(row.received_at),
            state: row.state.into(),
            error: row.error,
            message: row.message,
        }
    }
}
