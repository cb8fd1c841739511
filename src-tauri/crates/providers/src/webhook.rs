//! Receipts as they come in: verified bytes turned into what they mean.
//!
//! Verification and reading are pure functions over bytes and secrets, so that the gateway, the
//! poller and a replay from the dead-letter list take the same way.

use chrono::{DateTime, Utc};
use signalbox_domain::{Channel, Failure, ReceiptStatus};

use crate::settings::Secrets;
use crate::{resend, twilio};

/// A request as it arrived, untouched.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// `POST` or `GET`.
    pub method: &'a str,
    /// The public address of the gateway plus the raw path and query as received: what the
    /// provider signed, never what `Host` claims.
    pub public_url: &'a str,
    /// Header names in lower case, with their values.
    pub headers: &'a [(String, String)],
    /// The raw body.
    pub body: &'a [u8],
    /// When it arrived; signatures with a time stamp are bounded by it.
    pub received_at: DateTime<Utc>,
}

impl Delivery<'_> {
    /// The first value of a header, by lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Why a delivery was turned away before anything was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// No signature where one must be.
    #[error("the signature is missing")]
    Missing,
    /// A signature, but not of this secret, address and body.
    #[error("the signature does not match")]
    Mismatch,
    /// Signed too long ago, or for the future.
    #[error("the signature is out of date")]
    Stale,
    /// The connection has no usable secret to verify with.
    #[error("no signing secret is set for this line")]
    NoSecret,
    /// Not a delivery of this provider at all.
    #[error("the body cannot be read")]
    Malformed,
}

/// One thing a delivery says; a delivery may say several, and may say nothing we act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// What became of a message of ours.
    Status {
        /// The provider's id of the message.
        provider_id: String,
        /// Our letter token, when the provider gave it back.
        token: Option<String>,
        /// What it says.
        status: ReceiptStatus,
        /// Why, for `Failed`; also set beside `Delivered` for a complaint or a late bounce.
        failure: Option<Failure>,
        /// When it happened, by the provider's clock.
        at: Option<DateTime<Utc>>,
    },
    /// Somebody wrote to us.
    Inbound {
        /// The provider's id.
        provider_id: String,
        /// Who.
        from: String,
        /// To which of our addresses.
        to: String,
        /// What.
        body: String,
    },
    /// The recipient wants no more of this channel, or wants it again.
    Consent {
        /// Which channel.
        channel: Channel,
        /// Whose address.
        address: String,
        /// `false` when they opted out.
        allowed: bool,
        /// What they wrote, or what the provider says.
        source: String,
    },
}

/// A delivery, read: how to recognise its repetition, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The same for every repetition of this event; unique per connection.
    pub event_id: String,
    /// The provider's word for it, for the list of receipts.
    pub kind: String,
    /// What it says, in order.
    pub events: Vec<Event>,
}

/// Checks a delivery's signature with the secrets of one connection.
///
/// # Errors
/// Why it is turned away. [`Rejected::Malformed`] for a provider that has no webhooks.
pub fn verify(provider: &str, secrets: &Secrets, delivery: &Delivery<'_>) -> Result<(), Rejected> {
    match provider {
        "twilio" => {
            let settings = "x-twilio-webhooks-signature-settings";
            let shared = secrets.current_and_previous("webhook_shared_key");
            // A shared key is named by its own header; without it the auth token signs.
            let keys = if delivery.header(settings).is_some() && !shared.is_empty() {
                shared
            } else {
                secrets.current_and_previous("auth_token")
            };
            twilio::signature::verify(delivery, &keys)
        }
        "resend" => {
            resend::signature::verify(delivery, &secrets.current_and_previous("webhook_secret"))
        }
        _ => Err(Rejected::Malformed),
    }
}

/// Reads a delivery. Says nothing about whether it is genuine: [`verify`] comes first.
///
/// # Errors
/// [`Rejected::Malformed`] when it cannot be one of this provider's.
pub fn read(provider: &str, delivery: &Delivery<'_>) -> Result<Reading, Rejected> {
    match provider {
        "twilio" => twilio::webhook::read(delivery),
        "resend" => resend::webhook::read(delivery),
        _ => Err(Rejected::Malformed),
    }
}

/// The account a delivery names, where the provider names one (Twilio's `AccountSid`), to choose
/// the connection whose secret shall verify it. Unverified: never trust it further.
#[must_use]
pub fn account(provider: &str, delivery: &Delivery<'_>) -> Option<String> {
    match provider {
        "twilio" => twilio::webhook::account(delivery),
        _ => None,
    }
}

/// Which of our own ends a delivery is about, by its own words: the address or the service that sent
/// a message, or that somebody wrote to. It tells lines of one account, and so of one secret, apart.
#[must_use]
pub fn our_ends(provider: &str, delivery: &Delivery<'_>) -> Vec<String> {
    match provider {
        "twilio" => twilio::webhook::our_ends(delivery),
        _ => Vec::new(),
    }
}

/// How many more tries a message is worth that a provider took and then reported as failed under
/// `code`, beside what its class says. The caller has a limit of its own.
#[must_use]
pub fn worth_again(provider: &str, code: &str) -> usize {
    match provider {
        "twilio" => crate::twilio::errors::worth_again(code),
        _ => usize::MAX,
    }
}
