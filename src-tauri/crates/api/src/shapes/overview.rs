//! The first screen: how it stands, what needs a person, what the day looks like.

use schemars::JsonSchema;
use serde::Serialize;
use signalbox_domain::{ConnectionId, Signal};
use ts_rs::TS;

use super::change::Change;
use super::connection::Connection;
use super::instant::At;

/// How everything stands, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct Verdict {
    /// As a signal.
    pub signal: Signal,
    /// In words.
    pub say: String,
    /// The newest check it rests on, else now.
    pub checked_at: At,
}

/// The verdict with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct OverviewVerdict {
    /// As a signal.
    pub signal: Signal,
    /// In words.
    pub say: String,
    /// More about it.
    pub detail: Option<String>,
    /// The newest check it rests on, else now.
    pub checked_at: At,
}

/// The first screen.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Overview {
    /// How everything stands.
    pub verdict: OverviewVerdict,
    /// What needs a person, most urgent first.
    pub needs_you: Vec<NeedsYou>,
    /// The board, in an order that never changes.
    pub lines: Vec<Connection>,
    /// Today, hour by hour.
    pub hours: Vec<HourCount>,
    /// The newest changes.
    pub changes: Vec<Change>,
    /// IANA name of the business's zone.
    pub zone: String,
    /// Now, by the core's clock.
    pub now: At,
}

/// What a card is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum NeedKind {
    /// A line has stopped.
    Line,
    /// Messages failed or wait for a decision.
    Messages,
    /// The vault is locked.
    Vault,
    /// The disk is almost full.
    Disk,
    /// It cannot be found out whether messages were sent.
    UnknownOutcomes,
}

/// One thing that needs a person: which, why, consequence, action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct NeedsYou {
    /// The same as long as it is the same thing.
    pub id: String,
    /// What it is about.
    pub kind: NeedKind,
    /// The line it is about.
    pub connection: Option<ConnectionId>,
    /// Which.
    pub title: String,
    /// Since when.
    pub since: Option<At>,
    /// Why.
    pub say: String,
    /// What it costs; at most three.
    pub facts: Vec<Fact>,
    /// What mends it.
    pub action: Action,
}

/// A number or an instant with its name. Instants are RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct Fact {
    /// The value.
    pub value: String,
    /// What it is.
    pub label: String,
}

/// The one action that mends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct Action {
    /// A verb, with the count when it matters.
    pub label: String,
    /// The command that does it at once; null when a screen has to be opened.
    pub command: Option<String>,
    /// Address of the screen.
    pub to: String,
}

/// How many messages meant for one hour stand where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct HourTally {
    /// Arrived.
    pub delivered: i64,
    /// Taken over, awaiting a receipt; or outcome unknown.
    pub awaiting: i64,
    /// Queued or held.
    pub waiting: i64,
    /// Not sent, or known not to have arrived.
    pub failed: i64,
    /// Waiting for its time.
    pub scheduled: i64,
}

/// One bar of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct HourCount {
    /// When the hour begins.
    pub hour: At,
    /// What stands where.
    #[serde(flatten)]
    pub tally: HourTally,
}
