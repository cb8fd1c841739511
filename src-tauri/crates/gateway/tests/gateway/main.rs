//! The gateway over real loopback connections, with rooms behind it that do as the test says.

mod access;
mod board;
mod limits;
mod live;
mod messages;
mod openapi;
mod peer;
mod real;
mod rooms;
mod schema;
mod stopping;
mod strange;
mod webhooks;
