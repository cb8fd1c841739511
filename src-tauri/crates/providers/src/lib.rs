//! The wire: what each provider's bytes look like and what they mean.
//!
//! Owns requests, answers, error codes and signatures. Knows no store and no schedule.

pub mod adapter;
pub mod catalogue;
pub mod http;
mod known;
mod open;
mod resend;
pub mod settings;
mod smtp;
mod twilio;
pub mod webhook;

#[cfg(test)]
mod peer;

pub use adapter::{Adapter, Candidate, Found, Letter, Limits, Lost, ProbeOutcome, Quota, Settle};
pub use catalogue::{FieldError, validate};
pub use http::Http;
pub use open::{OpenError, SmtpTimeouts, open, open_with, scope_of};
pub use settings::{Secrets, Settings};
pub use webhook::{Delivery, Event, Reading, Rejected};
