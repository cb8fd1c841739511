//! Nouns and rules of Signalbox, without any I/O.
//!
//! Owns the words of the product: ids, messages, failures, connections, the rules of retry, rate
//! and breaker, and the parsing of what people type (numbers, addresses, times, templates).
//! Knows no store, no network and no clock but the one it is handed.

pub mod breaker;
pub mod clock;
pub mod connection;
pub mod email;
pub mod failure;
pub mod gcra;
pub mod hours;
pub mod ids;
pub mod message;
pub mod phone;
pub mod retry;
pub mod segments;
pub mod template;
pub mod words;
pub mod zone;

pub use breaker::Breaker;
pub use clock::{Clock, ManualClock};
pub use connection::{CheckOutcome, ConnectionState, Environment, Signal};
pub use failure::{Failure, FailureClass, Outcome, Scope};
pub use gcra::Pace;
pub use ids::{AttemptId, BatchId, ChangeId, ConnectionId, MessageId, ReceiptId, TokenId};
pub use message::{Channel, HoldReason, MessageState, Priority, ReceiptStatus};
