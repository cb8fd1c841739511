//! The real program on a home of its own: exit codes, JSON shapes, and what two processes do to one home.

mod api;
mod bench;
mod owner;
mod ownerless;
mod practice;
mod usage;
mod webhooks;
