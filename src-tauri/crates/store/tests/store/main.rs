//! What the store promises, tried from outside: one module for each promise.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and campaigns say what they saw"
)]

mod desk;

mod batches;
mod board;
mod claims;
mod clock;
mod copies;
mod decisions;
mod enqueues;
mod finishes;
mod homes;
mod inbox;
mod lists;
mod looks;
mod model;
mod pace;
mod receipts;
mod removed;
mod searches;

mod damage;
mod faults;
mod full_disk;
mod power;
mod worker;
