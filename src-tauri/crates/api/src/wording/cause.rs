//! How a cause stands, in a few words, and whether sending again makes sense.

use signalbox_domain::{FailureClass, MessageState, Signal};

/// A cause and the line it happened on.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Class of the failure.
    pub class: FailureClass,
    /// `needs_attention` or `unknown`.
    pub state: MessageState,
    /// What the board shows for its line; `None` when the line was removed.
    pub line: Option<Signal>,
    /// Whether unknown outcomes of that line wait for a person.
    pub asked: bool,
}

impl Standing {
    /// Whether sending these messages again makes sense.
    #[must_use]
    pub fn retryable(self) -> bool {
        use FailureClass::{Admin, Auth, Deferred, Permanent, RateLimited, Transient};
        self.state == MessageState::NeedsAttention
            && self.line.is_some()
            && matches!(self.class, Transient | Deferred | RateLimited | Auth | Admin | Permanent)
    }

    /// In a few words.
    #[must_use]
    pub fn status(self) -> &'static str {
        use FailureClass::{
            Admin, Auth, Content, Deferred, OptedOut, Permanent, RateLimited, Recipient, Transient,
            Unknown,
        };
        if self.state == MessageState::Unknown {
            return if self.asked {
                "Needs your decision"
            } else {
                "Asking the provider. Not sent twice"
            };
        }
        let over = matches!(self.line, Some(Signal::Clear | Signal::Caution));
        match self.class {
            _ if self.line.is_none() => "Its line was removed",
            Recipient => "Needs another address",
            OptedOut => "Opted out. Not sent again",
            Content => "Needs another text",
            Permanent => "A fault of Signalbox. Send a support bundle",
            Unknown => "Needs your decision",
            Deferred => "Not taken so far. Safe to retry",
            Transient | RateLimited | Auth | Admin if over => "Over. Safe to retry",
            Auth => "Reconnect the line first",
            Admin => "Needs the account's administrator first",
            Transient | RateLimited => match self.line {
                Some(Signal::Off) => "The line is switched off",
                Some(Signal::Danger) => "Still failing",
                _ => "Not known to be over",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(class: FailureClass, line: Signal) -> Standing {
        Standing { class, state: MessageState::NeedsAttention, line: Some(line), asked: false }
    }

    #[test]
    fn what_is_over_is_safe_to_retry_and_what_is_not_says_why() {
        let over = standing(FailureClass::RateLimited, Signal::Clear);
        assert_eq!((over.status(), over.retryable()), ("Over. Safe to retry", true));
        assert_eq!(standing(FailureClass::Transient, Signal::Danger).status(), "Still failing");
        assert_eq!(
            standing(FailureClass::Transient, Signal::Unknown).status(),
            "Not known to be over",
            "unknown is never guessed into success"
        );
        assert_eq!(
            standing(FailureClass::Auth, Signal::Danger).status(),
            "Reconnect the line first"
        );
    }

    #[test]
    fn an_address_a_text_or_an_opt_out_is_not_mended_by_sending_again() {
        for class in [FailureClass::Recipient, FailureClass::Content, FailureClass::OptedOut] {
            assert!(!standing(class, Signal::Clear).retryable(), "{class}");
        }
    }

    #[test]
    fn an_unknown_outcome_is_never_retryable() {
        let unknown = Standing {
            state: MessageState::Unknown,
            ..standing(FailureClass::Transient, Signal::Clear)
        };
        assert!(!unknown.retryable());
        assert_eq!(unknown.status(), "Asking the provider. Not sent twice");
        assert_eq!(Standing { asked: true, ..unknown }.status(), "Needs your decision");
    }

    #[test]
    fn every_class_has_words_on_every_line() {
        for class in FailureClass::ALL {
            for line in Signal::ALL.iter().copied().map(Some).chain([None]) {
                let standing = Standing { line, ..standing(*class, Signal::Clear) };
                assert!(!standing.status().is_empty(), "{class} {line:?}");
            }
        }
    }
}
