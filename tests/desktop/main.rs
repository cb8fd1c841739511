//! The shell on a runtime without windows: what the page may call, what it gets back, and what it is told.
//!
//! The capabilities and the configuration are the real ones, and so is the home; what the real web view does with them is
//! tests/native's to show.

mod access;
mod commands;
mod shell;
mod taken;
