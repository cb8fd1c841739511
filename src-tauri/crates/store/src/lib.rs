//! The local SQLite store: the only place that knows SQL.
//!
//! One writer thread with group commit, a few readers, one file per concern. It keeps what it is
//! told in one commit and decides nothing: rules live in `domain`, decisions in `engine`.

mod backup;
mod bad_days;
mod batches;
mod causes;
mod changes;
mod checks;
mod connections;
mod consents;
mod counters;
mod error;
mod failures;
mod gates;
mod home;
mod inbox;
mod migrate;
mod outbox;
mod pragmas;
mod search;
mod settings;
mod space;
mod store;
mod tokens;
mod writer;

pub use backup::BackupDone;
pub use bad_days::WriterHeld;
pub use batches::{BatchKey, BatchRow, NewBatch};
pub use causes::CauseRow;
pub use changes::{ChangeRow, NewChange};
pub use checks::CheckRow;
pub use connections::{ConnectionRow, LineChange, NewConnection};
pub use consents::SuppressionRow;
pub use error::{Result, StoreError};
pub use gates::GateRow;
pub use home::Home;
pub use inbox::{Consequence, NewReceipt, ReceiptBody, ReceiptRow, ReceiptState, Took};
pub use outbox::*;
pub use pragmas::Durability;
pub use search::SearchRequest;
pub use settings::Settings;
pub use space::Space;
pub use store::{OpenOptions, Store};
pub use tokens::TokenRow;
