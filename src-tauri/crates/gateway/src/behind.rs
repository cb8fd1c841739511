//! What the gateway needs from the rooms behind it, as one seam. The real rooms stand behind it in `rooms`; tests put
//! in its place a store that is busy, a disk that is full and a command that panics, which cannot be had on demand.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use signalbox_api::shapes::live::LiveEvent;
use signalbox_domain::Clock;

use crate::problem::Problem;

/// The rooms behind the gateway.
#[async_trait]
pub trait Behind: Send + Sync + 'static {
    /// The clock that deadlines run by.
    fn clock(&self) -> Arc<dyn Clock>;

    /// Runs a command of the table.
    ///
    /// # Errors
    /// The command's refusal; `unknown_command` with status 404 when there is none of this name.
    async fn call(&self, command: &str, args: Value, actor: &str) -> Result<Value, Problem>;

    /// The commands with their JSON schemas, each complete in itself: `[{name, kind, args, result, …}]`.
    fn commands(&self) -> Value;

    /// Commits a message and returns it, with whether it is new: the same idempotency key and content give the same
    /// message again.
    ///
    /// # Errors
    /// The refusal, with the status it has at `POST /api/messages`.
    async fn send(&self, args: Value, actor: &str) -> Result<(Value, bool), Problem>;

    /// Verifies and commits what a provider delivered.
    ///
    /// # Errors
    /// Why it was turned away; then nothing is stored.
    async fn take_delivery(&self, delivery: RawDelivery) -> Result<(), TurnedAway>;

    /// Events from now on.
    fn subscribe(&self) -> Box<dyn Feed>;

    /// The name of the API token with this hash.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn token_name(&self, hash: [u8; 32]) -> Result<Option<String>, Problem>;

    /// What `/metrics` tells beside the gateway's own counters.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn figures(&self) -> Result<Vec<Figure>, Problem>;
}

/// Events, one after the other.
#[async_trait]
pub trait Feed: Send {
    /// The next event; `None` when there will be no more.
    async fn next(&mut self) -> Option<LiveEvent>;
}

/// A provider's request, untouched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawDelivery {
    /// The provider named by the path.
    pub provider: String,
    /// The connection named by the path.
    pub connection: Option<String>,
    /// `POST` or `GET`.
    pub method: String,
    /// Path and query byte for byte as received: they are part of what was signed.
    pub path_and_query: String,
    /// Header names in lower case, with their values, in order.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
    /// Whether the request came from this machine.
    pub peer_is_loopback: bool,
}

/// Why a delivery was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TurnedAway {
    /// No such provider, or none that delivers here.
    UnknownProvider,
    /// No line of this provider could be meant.
    NoLine,
    /// No signature, a wrong one, or no secret to check it with.
    Signature,
    /// Genuine perhaps, but unreadable.
    Malformed,
    /// The store's queue is full.
    Busy,
    /// The store could not write.
    Store,
}

/// One sample of `/metrics`.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Name without the `signalbox_` in front.
    pub name: &'static str,
    /// Label names and values.
    pub labels: Vec<(&'static str, String)>,
    /// The value.
    pub value: f64,
}
