//! A connection: on screen, a line.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use signalbox_domain::{
    Channel, CheckOutcome, ConnectionId, ConnectionState, Environment, HoldReason, MessageId,
    Signal,
};
use ts_rs::TS;

use super::change::Change;
use super::instant::At;
use super::message::AttemptEntry;

/// What one look at a line found; null fields were not learnt.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Probe {
    /// When.
    pub at: At,
    /// Whether it passed.
    pub ok: bool,
    /// How long the answer took.
    pub latency_ms: Option<i64>,
    /// What was wrong.
    pub say: Option<String>,
    /// Its code.
    pub code: Option<String>,
}

/// One tick of the check strip.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Check {
    /// When.
    pub at: At,
    /// What was found.
    pub outcome: CheckOutcome,
    /// How long the answer took.
    pub latency_ms: Option<i64>,
}

/// What is known beside the line's own state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct Facets {
    /// What the provider says of itself.
    pub vendor: VendorFacet,
    /// Headroom at the provider.
    pub quota: QuotaFacet,
    /// Whether receipts arrive.
    pub receipts: ReceiptsFacet,
}

/// What the provider says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct VendorFacet {
    /// As a signal.
    pub state: VendorState,
    /// In words.
    pub say: Option<String>,
}

/// What the provider says of itself, as a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub enum VendorState {
    /// Working.
    Clear,
    /// Working, slower or limited.
    Caution,
    /// Not working.
    Danger,
    /// Not known.
    Unknown,
}

/// Headroom at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct QuotaFacet {
    /// False where the provider does not tell.
    pub knowable: bool,
    /// Units left.
    pub left: Option<i64>,
    /// Units in all.
    pub of: Option<i64>,
    /// day, hour, minute …
    pub per: Option<String>,
}

/// Whether receipts arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct ReceiptsFacet {
    /// The last authentic one.
    pub last: Option<At>,
    /// In words.
    pub say: String,
}

/// What can be done with a line now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub enum ConnectionAction {
    /// Stop sending; receipts are still taken.
    Pause,
    /// Send again.
    Resume,
    /// Switch off.
    Disable,
    /// Switch on.
    Enable,
    /// Send a real message.
    Test,
    /// Ask the provider now.
    Check,
    /// Take it off the board.
    Remove,
    /// Give it a new credential.
    Reconnect,
}

/// Why a line is not well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct Reason {
    /// The provider's code, or ours in words.
    pub code: String,
    /// What is the matter.
    pub say: String,
    /// What can be done.
    pub remedy: String,
}

/// Today's rate, with its denominator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct Today {
    /// Arrived.
    pub delivered: i64,
    /// Arrived, or known not to.
    pub decided: i64,
}

/// Whether the line is left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct BreakerState {
    /// Tried again then; null while closed.
    pub open_until: Option<At>,
    /// Failures in a row.
    pub failures: u32,
}

/// One account at a provider, in one environment.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Connection {
    /// Which line.
    pub id: ConnectionId,
    /// What people call it.
    pub name: String,
    /// Key of the provider.
    pub provider: String,
    /// Which world.
    pub environment: Environment,
    /// Where it stands.
    pub state: ConnectionState,
    /// What the board shows.
    pub signal: Signal,
    /// Why it is not well.
    pub reason: Option<Reason>,
    /// In this state since.
    pub since: At,
    /// Last time something worked.
    pub last_good: Option<At>,
    /// Messages that wait for it.
    pub waiting: i64,
    /// Where the provider is to report to; null without a public address.
    pub webhook_url: Option<String>,
    /// The newest check that learnt something.
    pub probe: Option<Probe>,
    /// What is known beside the state.
    pub facets: Facets,
    /// How messages travel.
    pub channel: Option<Channel>,
    /// Sender number or from address.
    pub address: Option<String>,
    /// Newest last, at most 60.
    pub checks: Vec<Check>,
    /// Median answer time of these checks.
    pub median_ms: Option<i64>,
    /// Today's rate.
    pub today: Today,
    /// When the oldest waiting message was accepted.
    pub oldest_waiting: Option<At>,
    /// When the first waiting message stops being useful.
    pub first_expiry: Option<At>,
    /// Whether it is left alone for a while.
    pub breaker: BreakerState,
    /// What can be done with it now.
    #[ts(type = "string[]")]
    pub can: Vec<ConnectionAction>,
}

/// A line with its settings and history.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct ConnectionDetail {
    /// As on the board.
    #[serde(flatten)]
    pub connection: Connection,
    /// Settings that are no secret; a secret shows as "set".
    #[ts(type = "Record<string, string>")]
    pub fields: BTreeMap<String, String>,
    /// What waits for it, by reason.
    pub held: Vec<HeldCount>,
    /// The most recent 50 attempts.
    pub calls: Vec<ConnectionCall>,
    /// Receipts by webhook.
    pub webhook: WebhookState,
    /// How fast it may go.
    pub limits: LimitState,
    /// What changed, newest first.
    pub history: Vec<Change>,
}

/// How many wait for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct HeldCount {
    /// The reason.
    pub reason: HoldReason,
    /// How many.
    pub count: i64,
}

/// One attempt, with the message it was for.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct ConnectionCall {
    /// The attempt.
    #[serde(flatten)]
    pub attempt: AttemptEntry,
    /// The message.
    pub message: MessageId,
    /// Its recipient.
    pub to: String,
}

/// Receipts by webhook.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct WebhookState {
    /// Where the provider is to report to.
    pub url: Option<String>,
    /// The last authentic one.
    pub last_verified: Option<At>,
    /// Deliveries turned away for their signature since the business's midnight.
    pub refused_today: i64,
}

/// How fast a line may go.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, TS)]
pub struct LimitState {
    /// In words.
    pub say: String,
    /// Units a second; null without a limit of its own.
    pub per_second: Option<f64>,
    /// How long what waits will take, in seconds.
    pub backlog_s: Option<i64>,
}

/// A line was removed.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Removed {
    /// Always true.
    #[ts(type = "true")]
    pub removed: bool,
    /// Messages that were cancelled, or kept as failed.
    pub cancelled: usize,
}
