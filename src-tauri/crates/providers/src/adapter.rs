//! The seam between the engine and the wire: one adapter is one connection, opened.
//!
//! An adapter turns a letter into a request and an answer into an [`Outcome`]. It never retries,
//! never waits for a limit, never reads the store: the outbox does that. Whatever it cannot prove
//! to be accepted or refused it reports as unknown.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::{Channel, Failure, MessageId, Outcome, Pace, ReceiptStatus};

/// A message as handed to an adapter: everything the provider needs and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which message it is.
    pub message: MessageId,
    /// The same for every try of one message and for no other message of any home: goes out as
    /// idempotency key, status callback token, Message-ID. ASCII letters, digits and `-`, ≤ 64.
    pub token: String,
    /// How it travels.
    pub channel: Channel,
    /// E.164 number or mail address, already normalised.
    pub to: String,
    /// The recipient's name, when known.
    pub name: Option<String>,
    /// The subject of a mail.
    pub subject: Option<String>,
    /// The text, with its fields filled in.
    pub body: String,
    /// When the message was accepted by us; a mail's `Date`, stable over retries.
    pub created_at: DateTime<Utc>,
    /// Where the provider shall report to, when a public address is set.
    pub status_callback: Option<String>,
}

/// An earlier attempt whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// What was sent.
    pub letter: Letter,
    /// When the intent was committed, by our clock; nothing older can be it.
    pub intent_at: DateTime<Utc>,
    /// When the look-up is made, by our clock.
    pub asked_at: DateTime<Utc>,
}

/// How much older than the intent a find may be, beside what the two clocks are known to be apart:
/// whole seconds, slow steps of our clock, the way of an answer. Generous, because a message that
/// is not found is sent again, and one that belongs to another message is dropped by the caller.
const LEEWAY: TimeDelta = TimeDelta::minutes(5);

impl Lost {
    /// The earliest instant by the provider's clock at which the letter may have been taken, where
    /// `theirs` is what the provider's clock said in answer to the look-up.
    ///
    /// A provider's clock that is behind ours moves it back. One that is ahead does not move it
    /// forward: ours may have been set since the intent.
    #[must_use]
    pub fn earliest(&self, theirs: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let apart = theirs.map_or(TimeDelta::zero(), |theirs| theirs - self.asked_at);
        self.intent_at + apart.min(TimeDelta::zero()) - LEEWAY
    }
}

/// How an unknown outcome is settled at this provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// [`Adapter::find`] can look it up; after three misses over two minutes it was not sent.
    LookUp,
    /// Sending the same letter again under the same token cannot send twice, within this time of
    /// the first try.
    SendAgainWithin(Duration),
    /// The provider cannot be asked: a person decides.
    Ask,
}

/// What a look-up found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The provider has it.
    Yes {
        /// Under this id.
        provider_id: String,
        /// With this status, when it says more than accepted.
        status: Option<ReceiptStatus>,
        /// Why it failed, when it did.
        failure: Option<Failure>,
    },
    /// Several could be it; each id with what it says. The caller drops those already bound to
    /// another message, and takes the first of the rest.
    Candidates(Vec<Candidate>),
    /// The provider answered, and it is not there (yet).
    No,
    /// The provider could not be asked.
    CannotTell(Failure),
}

/// One message in the provider's list that looks like the lost one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The provider's id.
    pub provider_id: String,
    /// Its status there.
    pub status: Option<ReceiptStatus>,
    /// Why it failed, when it did.
    pub failure: Option<Failure>,
    /// Whether it has our text. One that differs in nothing else may still be ours, where a
    /// provider rewrites texts: it proves neither that the letter was sent nor that it was not.
    pub same_text: bool,
}

/// What the cheap call that proves a credential found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// The credential works.
    Passed {
        /// What the account calls itself, when the call says so.
        account: Option<String>,
        /// A limit that has become visible.
        quota: Option<Quota>,
    },
    /// It does not, or the line is down; the class says which.
    Failed(Failure),
}

/// Headroom at the provider, where it is knowable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Units left.
    pub left: i64,
    /// Units in all, when the provider says so.
    pub of: Option<i64>,
    /// Length of the period in seconds.
    pub per_seconds: i64,
}

/// What the account's administrator or the provider lets this sender do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The sender's pace.
    pub pace: Pace,
    /// Attempts in flight at once.
    pub concurrency: usize,
}

/// One connection, opened.
#[async_trait]
pub trait Adapter: Send + Sync + std::fmt::Debug {
    /// How messages travel here.
    fn channel(&self) -> Channel;

    /// The sender number or address, for the screen.
    fn address(&self) -> Option<String>;

    /// The limits to keep before the provider has to say so.
    fn limits(&self) -> Limits;

    /// How an unknown outcome is settled.
    fn settle(&self) -> Settle;

    /// Units a letter costs of the sender's pace (SMS segments; 1 for a mail).
    fn units(&self, body: &str) -> i64;

    /// Hands one letter over. Resolves to an outcome whatever happens, within a bounded time.
    async fn send(&self, letter: &Letter) -> Outcome;

    /// Looks a lost letter up. Only called where [`Adapter::settle`] says `LookUp`.
    async fn find(&self, lost: &Lost) -> Found;

    /// Whether [`Adapter::status`] can tell anything at all.
    fn can_be_polled(&self) -> bool {
        false
    }

    /// The present status of a message the provider took over; `None` where it cannot be asked.
    async fn status(&self, provider_id: &str) -> Option<Found>;

    /// Whether asking again with a refused password does harm: mail servers count such logins and
    /// lock the mailbox. Then only a person asks again, or another password does.
    fn locks_out(&self) -> bool {
        false
    }

    /// The cheap call that proves the credential.
    async fn probe(&self) -> ProbeOutcome;
}
