//! Rows of the error tables: what a provider's code means to us, in our own words.
//!
//! Also the meanings that need no provider: transport failures and bare HTTP statuses. Whether a
//! refusal is certain is not decided here but in [`outcome`], by status and class together.

use std::time::Duration;

use signalbox_domain::{Failure, FailureClass, Outcome, Scope};

use crate::http::{Answer, MaybeSent, NotSent, TransportError};

/// What one code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) class: FailureClass,
    pub(crate) scope: Scope,
    pub(crate) say: &'static str,
    pub(crate) remedy: &'static str,
}

impl Known {
    /// The failure under the code it was reported with.
    pub(crate) fn failure(&self, code: impl Into<String>) -> Failure {
        let mut code = code.into();
        code.truncate(code.char_indices().nth(64).map_or(code.len(), |(at, _)| at));
        Failure::new(self.class, code, self.say, self.remedy)
    }
}

/// A table of codes: `"code" Class Scope "say" => "remedy";` a row.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($code:literal $class:ident $scope:ident $say:literal => $remedy:literal;)+ }) => {
        $(#[$doc])*
        pub(crate) const $name: &[(&str, $crate::known::Known)] = &[$((
            $code,
            $crate::known::Known {
                class: signalbox_domain::FailureClass::$class,
                scope: signalbox_domain::Scope::$scope,
                say: $say,
                remedy: $remedy,
            },
        )),+];
    };
}
pub(crate) use codes;

/// The row of a code.
pub(crate) fn find(table: &'static [(&'static str, Known)], code: &str) -> Option<&'static Known> {
    table.iter().find(|(known, _)| *known == code).map(|(_, row)| row)
}

codes! {
    /// What no provider's code says better.
    GENERIC {
        "dns" Transient Line "The provider's address could not be looked up"
            => "Check this computer's internet connection; sending goes on by itself";
        "connect" Transient Line "The provider could not be reached"
            => "Check this computer's internet connection and firewall; sending goes on by itself";
        "connect_timeout" Transient Line "The provider did not take the call in time"
            => "Nothing needs to be done at first; if it lasts, check the internet connection and the provider's status page";
        "tls" Transient Line "No secure connection to the provider could be made"
            => "Check this computer's clock, and any security software that inspects connections";
        "proxy" Transient Line "The proxy of this network did not pass the call on"
            => "Check the proxy in the system's network settings";
        "request" Permanent Line "The request could not be put together"
            => "Check the address of this line; if it is right, send a support bundle";
        "timeout" Unknown Line "The provider did not answer in time, so it may or may not have taken the message"
            => "Signalbox asks the provider before anything is sent again";
        "reset" Unknown Line "The connection broke before the answer arrived, so the message may or may not have been taken"
            => "Signalbox looks it up at the provider before sending again";
        "unreadable" Unknown Line "The answer could not be read, so it is not known whether the message was taken"
            => "Signalbox finds out before sending again; if it lasts, check for a proxy that alters answers";
        "http_5xx" Unknown Line "The provider had a fault of its own while taking the message"
            => "Signalbox finds out whether it was taken; see the provider's status page if this lasts";
        "http_429" RateLimited Line "The provider asks for a slower pace"
            => "Nothing needs to be done: sending slows down and goes on by itself";
        "http_401" Auth Line "The provider does not accept the credentials of this line"
            => "Reconnect this line with credentials that are valid now";
        "http_403" Admin Line "The provider does not allow this account to do that"
            => "Ask the account's administrator to check its permissions and billing at the provider";
        "http_3xx" Permanent Line "The provider's address has moved"
            => "Check the address of this line, or update Signalbox";
        "http_4xx" Permanent Line "The provider could not understand the request"
            => "Update Signalbox, or send a support bundle so that it can be mended";
    }
}

/// The failure of a request that got no answer.
pub(crate) fn transport_failure(error: &TransportError) -> Failure {
    generic(match error {
        TransportError::NotSent(why) => match why {
            NotSent::Dns => "dns",
            NotSent::Connect => "connect",
            NotSent::Timeout => "connect_timeout",
            NotSent::Tls => "tls",
            NotSent::Proxy => "proxy",
            NotSent::Request => "request",
        },
        TransportError::MaybeSent(MaybeSent::Timeout) => "timeout",
        TransportError::MaybeSent(MaybeSent::Broken) => "reset",
    })
}

/// What a send came to when no answer arrived.
pub(crate) fn transport_outcome(error: &TransportError) -> Outcome {
    let failure = transport_failure(error);
    match error {
        TransportError::NotSent(_) => Outcome::refused(failure),
        TransportError::MaybeSent(_) => Outcome::Unknown { failure },
    }
}

/// The failure under one of the codes of [`GENERIC`].
pub(crate) fn generic(code: &'static str) -> Failure {
    find(GENERIC, code).map_or_else(
        || Failure::new(FailureClass::Unknown, code, "Something unexpected happened", "Try again"),
        |known| known.failure(code),
    )
}

/// What a bare HTTP status means; the fallback behind every provider's table.
pub(crate) fn by_status(status: u16) -> &'static Known {
    let row = match status {
        401 => "http_401",
        403 => "http_403",
        429 => "http_429",
        // A 303 or 302 may be the answer to something that was done; the others say "not here".
        302 | 303 => "unreadable",
        300..=399 => "http_3xx",
        408 | 500..=599 => "http_5xx",
        400..=499 => "http_4xx",
        _ => "unreadable",
    };
    // Every name above is a row of `GENERIC`; the test below walks all statuses.
    find(GENERIC, row).unwrap_or(&GENERIC[0].1)
}

/// What a send came to: refused only where the answer proves that nothing was processed.
pub(crate) fn outcome(answer: &Answer, mut failure: Failure, scope: Scope) -> Outcome {
    // A fault of the server may come after the message was taken, whatever the body says.
    let unsure = failure.class == FailureClass::Unknown
        || answer.status == 408
        || answer.status >= 500
        || answer.status < 300;
    if unsure {
        failure.class = FailureClass::Unknown;
        return Outcome::Unknown { failure };
    }
    Outcome::Refused { failure, retry_after: answer.retry_after(), scope }
}

/// The same failure for something that was only read: nothing can be in doubt, so it is tried
/// again instead of reconciled.
pub(crate) fn of_a_read(mut failure: Failure) -> Failure {
    if failure.class == FailureClass::Unknown {
        failure.class = FailureClass::Transient;
    }
    failure
}

/// Asks for a longer wait than the answer did.
pub(crate) fn wait_at_least(outcome: Outcome, least: Duration) -> Outcome {
    match outcome {
        Outcome::Refused { failure, retry_after, scope } => Outcome::Refused {
            failure,
            retry_after: Some(retry_after.map_or(least, |asked| asked.max(least))),
            scope,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_meaning_and_faults_of_the_server_stay_unknown() {
        for status in 0..=999u16 {
            let known = by_status(status);
            assert!(!known.say.is_empty() && !known.remedy.is_empty(), "{status}");
            if status == 408 || (500..600).contains(&status) {
                assert_eq!(known.class, FailureClass::Unknown, "{status} may have been taken");
            }
        }
        assert_eq!(by_status(401).class, FailureClass::Auth);
        assert_eq!(by_status(403).class, FailureClass::Admin);
        assert_eq!(by_status(404).class, FailureClass::Permanent);
        assert_eq!(by_status(429).class, FailureClass::RateLimited);
    }

    #[test]
    fn only_a_request_that_never_left_is_refused() {
        let sure = transport_outcome(&TransportError::NotSent(NotSent::Dns));
        assert!(
            matches!(sure, Outcome::Refused { failure, .. } if failure.class == FailureClass::Transient)
        );
        let unsure = transport_outcome(&TransportError::MaybeSent(MaybeSent::Timeout));
        assert!(matches!(unsure, Outcome::Unknown { failure } if failure.code == "timeout"));
    }

    /// Their sentences are kept as digests only, see the file.
    #[test]
    fn no_sentence_of_ours_is_a_providers_own() {
        use sha2::{Digest, Sha256};
        let theirs: Vec<&str> = include_str!("known/their_words.txt").lines().collect();
        assert!(theirs.len() > 300, "the list of digests is there");
        let ours = crate::twilio::errors::tables()
            .into_iter()
            .chain(crate::resend::errors::tables())
            .chain(crate::smtp::errors::tables())
            .chain([GENERIC])
            .flatten();
        for (code, known) in ours {
            let plain: String =
                known.say.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
            let digest = Sha256::digest(plain.as_bytes());
            let digits: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
            assert!(!theirs.contains(&digits.as_str()), "{code} says it in the provider's words");
        }
    }

    #[test]
    fn a_long_code_is_cut_at_a_character() {
        let failure = GENERIC[0].1.failure("ж".repeat(200));
        assert_eq!(failure.code.chars().count(), 64);
    }
}
