//! The command table: every command once, read by the window, the gateway and the terminal.
//!
//! Owns the shapes that cross a door, the reading of arguments, the words a screen shows, and the
//! TypeScript side of it all. Decides nothing about messages or lines: each command calls one
//! function of the engine or the store and shapes what comes back.

mod api;
mod arguments;
pub mod bindings;
mod board;
mod commands;
mod error;
mod filter;
pub mod shapes;
mod shown;
mod table;
pub mod wording;

#[cfg(test)]
mod tests;

pub use api::{Api, Caller, HostInfo};
pub use commands::tokens::token_hash;
pub use error::ApiError;
pub use signalbox_engine::RefusalKind;
pub use table::{Command, Kind};

/// Every command of the table, in the order it is documented.
#[must_use]
pub fn commands() -> Vec<Command> {
    commands::all()
}
