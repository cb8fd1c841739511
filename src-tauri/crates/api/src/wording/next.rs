//! What happens to a message next, even when that is nothing.

use chrono::{DateTime, Utc};
use signalbox_domain::zone::Zone;
use signalbox_domain::{Failure, HoldReason, MessageState};

use super::hold;
use super::numbers::{sentences, time};

/// A message as its next step sees it.
#[derive(Debug, Clone)]
pub struct Ahead<'a> {
    /// Where it is shown to stand.
    pub state: MessageState,
    /// Why it is shown to wait, and until when.
    pub hold: Option<(HoldReason, Option<DateTime<Utc>>)>,
    /// From when on it may leave, when that is known.
    pub due_at: Option<DateTime<Utc>>,
    /// When an unknown outcome is looked up next.
    pub look_at: Option<DateTime<Utc>>,
    /// Why it did not work last time.
    pub failure: Option<&'a Failure>,
    /// "Twilio, Reminders".
    pub line: &'a str,
    /// Whether its provider reports what became of a message.
    pub receipts: bool,
}

/// One plain sentence, or two.
#[must_use]
pub fn next(ahead: &Ahead<'_>, zone: Zone, now: DateTime<Utc>) -> String {
    let line = ahead.line;
    match (ahead.state, ahead.hold) {
        (MessageState::Unknown, Some((HoldReason::Asked, _))) => {
            hold::ends(HoldReason::Asked, line, None, zone, now)
        }
        (MessageState::Unknown, _) => match ahead.look_at.filter(|at| *at > now) {
            Some(at) => format!(
                "Signalbox asks the provider again at {}. It is not sent twice.",
                time(at, zone, now)
            ),
            None => "Signalbox is asking the provider. It is not sent twice.".into(),
        },
        (_, Some((reason, until))) => hold::ends(reason, line, until, zone, now),
        (MessageState::Queued, None) => match ahead.due_at.filter(|at| *at > now) {
            Some(at) => format!("Tried again at {}.", time(at, zone, now)),
            None => format!("Leaves by {line} when it is its turn."),
        },
        (MessageState::Held, None) => "Waits.".into(),
        (MessageState::Sending, None) => format!("Is being handed to {line} now."),
        (MessageState::Accepted | MessageState::Sent, None) if !ahead.receipts => {
            "Nothing. The mail server took it; whether it arrived cannot be known.".into()
        }
        (MessageState::Accepted, None) => "The provider took it. Awaiting its receipt.".into(),
        (MessageState::Sent, None) => "On its way. Awaiting the receipt that it arrived.".into(),
        (MessageState::Delivered, None) => "Nothing. It was delivered.".into(),
        (MessageState::Read, None) => "Nothing. It was read.".into(),
        (MessageState::NeedsAttention, None) => failed(ahead.failure),
        (MessageState::Expired, None) => {
            "Nothing. It stopped being useful before it could leave.".into()
        }
        (MessageState::Cancelled, None) => "Nothing. It was cancelled.".into(),
        (MessageState::Suppressed, None) => {
            "Nothing. The recipient does not want messages by this channel.".into()
        }
        (MessageState::Dismissed, None) => "Nothing. The failure was dismissed.".into(),
    }
}

fn failed(failure: Option<&Failure>) -> String {
    let remedy = failure.map_or("", |failure| failure.remedy.as_str());
    sentences(["Nothing, until someone decides", remedy])
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_domain::FailureClass;

    fn ahead(state: MessageState) -> Ahead<'static> {
        Ahead {
            state,
            hold: None,
            due_at: None,
            look_at: None,
            failure: None,
            line: "Twilio, Reminders",
            receipts: true,
        }
    }

    fn says(ahead: &Ahead<'_>) -> String {
        next(ahead, Zone::UTC, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn every_state_says_what_happens_next() {
        for state in MessageState::ALL {
            let say = says(&ahead(*state));
            assert!(say.ends_with('.'), "{state}: {say}");
        }
    }

    #[test]
    fn accepted_and_sent_are_never_called_delivered() {
        for state in [MessageState::Accepted, MessageState::Sent] {
            let say = says(&ahead(state));
            assert!(say.contains("Awaiting"), "{say}");
            let silent = says(&Ahead { receipts: false, ..ahead(state) });
            assert!(silent.contains("cannot be known"), "{silent}");
        }
    }

    #[test]
    fn an_unknown_outcome_says_when_it_is_looked_up_and_that_it_is_not_sent_twice() {
        let at = DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(2);
        let looking = Ahead { look_at: Some(at), ..ahead(MessageState::Unknown) };
        assert_eq!(
            says(&looking),
            "Signalbox asks the provider again at 00:02 UTC. It is not sent twice."
        );
        let asked = Ahead { hold: Some((HoldReason::Asked, None)), ..ahead(MessageState::Unknown) };
        assert!(says(&asked).starts_with("Waits for you"), "{}", says(&asked));
    }

    #[test]
    fn a_failure_says_that_nothing_happens_and_what_would_mend_it() {
        let failure = Failure::new(
            FailureClass::Recipient,
            "21211",
            "This number does not exist",
            "Correct the number, or use another channel",
        );
        let failed = Ahead { failure: Some(&failure), ..ahead(MessageState::NeedsAttention) };
        assert_eq!(
            says(&failed),
            "Nothing, until someone decides. Correct the number, or use another channel."
        );
    }

    #[test]
    fn a_parked_message_names_the_line_it_waits_for() {
        let parked =
            Ahead { hold: Some((HoldReason::Reconnect, None)), ..ahead(MessageState::Held) };
        assert_eq!(
            says(&parked),
            "Waits until Twilio, Reminders is signed in again, then leaves by itself."
        );
    }
}
