//! The outbox: from "accepted" to an outcome, nothing lost, nothing sent twice.

pub(crate) mod attempt;
pub(crate) mod decisions;
pub(crate) mod dispatch;
pub(crate) mod enqueue;
pub(crate) mod import;
pub(crate) mod outcome;
pub(crate) mod poll;
pub(crate) mod reconcile;
pub(crate) mod retry;
pub(crate) mod which;
