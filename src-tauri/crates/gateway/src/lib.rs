//! The loopback gateway: webhooks in, the messages API, the command table, the live feed, and the board itself where
//! there is no window.
//!
//! Owns what HTTP adds: who may ask, how much, and in which shape the answer goes out. Decides nothing about messages;
//! verifies no signature itself; listens on 127.0.0.1 and nowhere else.

mod behind;
mod board;
mod calls;
mod desk;
mod gateway;
mod guard;
mod limits;
mod listen;
mod live;
mod messages;
mod metrics;
mod openapi;
mod owner;
mod problem;
mod rooms;
mod session;
mod webhooks;

pub use behind::{Behind, Feed, Figure, RawDelivery, TurnedAway};
pub use board::Board;
pub use gateway::{DEFAULT_PORT, Gateway, GatewayOptions};
pub use limits::Limits;
pub use owner::Owner;
pub use problem::Problem;
pub use session::SessionToken;
