//! A row of "what changed".

use schemars::JsonSchema;
use serde::Serialize;
use signalbox_domain::{ChangeId, ConnectionId, Signal};
use signalbox_store::ChangeRow;
use ts_rs::TS;

use super::instant::At;

/// One change, as a person reads it.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Change {
    /// Which one.
    pub id: ChangeId,
    /// When.
    pub at: At,
    /// The line it is about.
    pub connection: Option<ConnectionId>,
    /// How it looks on the board.
    pub signal: Signal,
    /// What happened.
    pub say: String,
    /// More about it.
    pub detail: Option<String>,
    /// Who or what did it.
    pub actor: String,
}

impl From<ChangeRow> for Change {
    fn from(row: ChangeRow) -> Self {
        let change = row.change;
        Self {
            id: row.id,
            at: At::ms(change.at),
            connection: change.connection,
            signal: change.signal,
            say: change.say,
            detail: change.detail,
            actor: change.actor,
        }
    }
}
