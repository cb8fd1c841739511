//! The shapes that cross a door, one file per noun.
//!
//! Owns field names and nothing else: no command reads or writes here, and what a shape says in
//! words is put together in `wording`. Every shape has a JSON schema and a TypeScript type, both
//! derived, so that no door can drift from another.

pub mod batch;
pub mod cause;
pub mod change;
pub mod connection;
pub mod health;
pub mod hold;
pub mod import;
pub mod instant;
pub mod list;
pub mod live;
pub mod message;
pub mod overview;
pub mod provider;
pub mod receipt;
pub mod send;
pub mod settings;
pub mod status;
pub mod suppression;
pub mod token;
