//! The engine, driven through its public handle with scripted providers, a clock that moves only
//! when told to, and a real store in a folder of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod answers;
mod bad_days;
mod campaign;
mod desk;
mod doubt;
mod hours;
mod imports;
mod jumps;
mod life;
mod lines;
mod mail;
mod month;
mod offline;
mod pace;
mod polls;
mod real;
mod receipts;
mod routes;
mod rows;
mod sending;
mod signatures;
mod taken_back;
mod triage;
mod vault;
mod wire;
