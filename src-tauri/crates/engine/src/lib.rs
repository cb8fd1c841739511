//! What runs: outbox, receipts, health, lifecycle.
//!
//! Owns decisions and time. Knows SQL only through `store`, the wire only through `providers`,
//! and nothing of doors: window, gateway and terminal call [`Engine`] and listen to its events.

pub mod clock;
mod core;
mod engine;
mod event;
mod health;
mod line;
mod lines;
mod network;
mod outbox;
mod practice;
mod receipts;
mod refusal;
mod settings;
mod token;
mod upkeep;
mod vault;
mod wire;

pub use clock::SystemClock;
pub use engine::{Engine, EngineOptions, Resolution};
pub use event::{EngineEvent, Tag};
pub use line::{Block, Ended, Line};
pub use lines::{LineAct, LinePatch, NewLine, WaitingWork};
pub use network::{Landmarks, Network, SwitchedNetwork, SystemNetwork};
pub use outbox::decisions::{ReleaseRequest, Released, Skipped};
pub use outbox::enqueue::{Preview, SendRequest, Sent};
pub use outbox::import::{BadRow, BadRowKind, Import, ImportCheck, ShownRow};
pub use outbox::retry::{Rehearsal, Span};
pub use outbox::which::{CauseKey, Which};
pub use practice::Practice;
pub use receipts::{DeliveryRefused, RawDelivery, Taken};
pub use refusal::{Refusal, RefusalKind};
pub use settings::{Settings, Theme, public_url};
pub use vault::VaultWay;
pub use wire::{FieldProblem, ProvidersWire, Wire};
