//! The checks of every line.

use schemars::JsonSchema;
use serde::Serialize;
use signalbox_domain::{ConnectionId, Signal};
use ts_rs::TS;

use super::connection::Check;
use super::instant::At;

/// The checks of every line, and whether this computer has a network.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Health {
    /// Whether this computer has no network.
    pub offline: bool,
    /// Since when.
    pub offline_since: Option<At>,
    /// One per line, in the board's order.
    pub items: Vec<LineHealth>,
    /// Always null, so that every list can be read alike. The window knows this one to be whole.
    #[ts(skip)]
    pub next: Option<String>,
}

/// The checks of one line.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct LineHealth {
    /// Which line.
    pub connection: ConnectionId,
    /// What the board shows.
    pub signal: Signal,
    /// Newest last, at most 60.
    pub checks: Vec<Check>,
    /// Last time something worked.
    pub last_good: Option<At>,
    /// Median answer time of these checks.
    pub median_ms: Option<i64>,
    /// When it is checked next.
    pub next_check: Option<At>,
}
