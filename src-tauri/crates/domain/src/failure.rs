//! Failures: a class that decides what happens, the provider's code, plain words and a remedy.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// What kind of failure it was, and so what happens next (DESIGN §6).
    FailureClass {
        /// Certainly not processed; try again soon.
        Transient = 1 "transient",
        /// This recipient later; the line is well.
        Deferred = 2 "deferred",
        /// Too many at once; not processed and not counted as an attempt.
        RateLimited = 3 "rate_limited",
        /// It may have been sent: ask the provider before anything else.
        Unknown = 4 "unknown",
        /// The credential is not accepted.
        Auth = 5 "auth",
        /// The account needs its administrator: funds, registration, permission.
        Admin = 6 "admin",
        /// Final for this address.
        Recipient = 7 "recipient",
        /// The recipient asked not to be written to.
        OptedOut = 8 "opted_out",
        /// Final for this text.
        Content = 9 "content",
        /// Malformed request: a fault of this program.
        Permanent = 10 "permanent",
    }
}

words! {
    /// How far an `admin` failure reaches: the whole line, or only messages like this one.
    Scope {
        /// Nothing can leave through this line until it is mended.
        Line = 1 "line",
        /// Other messages may still leave; this one cannot.
        Message = 2 "message",
    }
}

/// Why something did not work, as every door shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct Failure {
    /// What happens next.
    pub class: FailureClass,
    /// The provider's code, or ours in words (`timeout`, `connect`); at most 64 characters.
    pub code: String,
    /// Plain words, no final full stop, never blaming.
    pub say: String,
    /// What a person can do; empty only when nothing needs to be done.
    pub remedy: String,
}

impl Failure {
    /// Builds a failure from its four parts.
    pub fn new(
        class: FailureClass,
        code: impl Into<String>,
        say: impl Into<Cow<'static, str>>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            class,
            code: code.into(),
            say: say.into().into_owned(),
            remedy: remedy.into().into_owned(),
        }
    }
}

/// What became of one attempt. There is no third certainty: whoever cannot say `Accepted` or
/// `Refused` says `Unknown`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider took the message over.
    Accepted {
        /// The provider's own id, when it gives one.
        provider_id: Option<String>,
    },
    /// The provider certainly did not process it.
    Refused {
        /// Why.
        failure: Failure,
        /// How long the provider asked us to wait.
        retry_after: Option<Duration>,
        /// How far an `admin` failure reaches; `Line` for the other classes.
        scope: Scope,
    },
    /// Bytes left, and no answer decided it.
    Unknown {
        /// What was seen instead of an answer.
        failure: Failure,
    },
}

impl Outcome {
    /// Refused, with nothing more to say about when or how far.
    #[must_use]
    pub fn refused(failure: Failure) -> Self {
        Self::Refused { failure, retry_after: None, scope: Scope::Line }
    }
}
