//! The terminal door, and what it shares with the window: opening a home and running it.
//!
//! Owns words, tables and exit codes, and how a process comes to own a home ([`host`]). Decides nothing about messages:
//! every verb is a command of the one table.

pub mod args;
pub mod host;
mod link;
mod live;
mod reach;
mod run;
mod screen;
pub mod secret;
mod serve;
mod show;
pub mod stop;
mod verbs;

pub use run::run;
pub use screen::{json as print_json, note};
