//! The outbox's tables: messages, what is in them, the journal of attempts.
//!
//! Each step of a message's life is one function that runs inside the writer's transaction and
//! keeps the counters right. What to do next is decided by the engine; here it is made to last.

mod claim;
mod clock;
mod decide;
mod enqueue;
mod finish;
mod lists;
mod looks;
mod read;
mod receipts;
mod route;
mod row;

pub use claim::{ClaimRequest, Claimed, ClaimedMessage};
pub use decide::{Chosen, DecisionCount, Restored};
pub(crate) use decide::{ask_about_doubtful, strand_waiting};
pub(crate) use enqueue::enqueue;
pub use enqueue::{Enqueued, IdempotencyKey, NewMessage};
pub use finish::{Finish, Finished, Then};
pub use lists::{Cursor, Page, PageRequest, Stream};
pub use looks::{LostMessage, Settlement};
pub use read::{AttemptRow, MessageWhole, TimelineRow};
pub use receipts::{Applied, StatusReport};
pub(crate) use receipts::{apply, find};
pub(crate) use row::word;
pub use row::{MessageRow, line_removed};
