//! Simulated Twilio, Resend and SMTP on loopback ports, speaking the real wire.
//!
//! The sandbox is what practice lines run on, what the end-to-end tests send to, and the counting provider of the kill
//! campaign. It shares no type with any other Signalbox crate, so that it cannot share their mistakes; it delivers
//! nothing anywhere, and calls nothing but webhooks on this machine.
//!
//! ```no_run
//! # async fn example() -> Result<(), signalbox_sandbox::StartError> {
//! use signalbox_sandbox::{Provider, Sandbox, SandboxConfig};
//!
//! let sandbox = Sandbox::start(SandboxConfig::default()).await?;
//! let twilio = sandbox.urls().twilio.clone(); // http://127.0.0.1:PORT
//! // … send something …
//! assert!(sandbox.counts(Some(Provider::Twilio)).doubled.is_empty());
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Magic recipients
//! [`magic`] is the whole table, one line per recipient with its effect in plain words. In short:
//! - **SMS**: Twilio's own `+1500555000x` numbers, and `+1 AAA 555 01XX` (the block set aside for fiction, any area
//!   code): `XX` 00–49 delivered, 50–59 refused at once, 60–69 break on the way, 70–79 break a few times and then work,
//!   80–89 accepted and failed later, 90–99 odd receipts.
//! - **Email**: Resend's own `delivered@`, `bounced@`, `complained@`, `suppressed@resend.dev`, and names such as
//!   `unavailable@`, `reset-after@`, `greylist@practice.example`, which mean the same at Resend and at the mail server.
//!
//! # Faults, log and settings by HTTP
//! The control port serves `/_sandbox`: see [`Fault`] for what `POST /_sandbox/faults` takes.
//!
//! # Time
//! Everything that takes time goes through a [`Clock`]; a test starts with [`Sandbox::start_at`] and a [`ManualClock`].

mod agenda;
mod clock;
pub mod config;
mod courier;
mod desk;
mod fault;
mod front;
mod ground;
mod ids;
mod ledger;
mod magic;
mod resend;
mod sandbox;
mod sign;
mod smtp;
mod twilio;

use serde::{Deserialize, Serialize};

pub use clock::{Clock, ManualClock, TokioClock, Wait};
pub use config::{
    ResendConfig, Rewrite, SandboxConfig, SmtpConfig, SmtpTls, TwilioConfig, Webhook, WhenFull,
};
pub use courier::CallbackRecord;
pub use fault::{Fault, FaultKind, Occasion, StandingFault};
pub use ledger::{Accepted, Counts, Doubled};
pub use magic::{Effect, Magic, PRACTICE_DOMAIN, Receipts, magic};
pub use sandbox::{Sandbox, StartError, Urls};
pub use sign::{svix_signature, twilio_signature};
pub use twilio::{Inbound, NotReceived};

/// One of the simulated providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// SMS and WhatsApp by Twilio's 2010-04-01 API.
    Twilio,
    /// Email by Resend's API.
    Resend,
    /// Email by SMTP.
    Smtp,
}
