//! Resend's deliveries, read.

use chrono::{DateTime, Utc};
use signalbox_domain::{Channel, FailureClass};

use crate::resend::wire::{Notice, NoticeData, receipt_status};
use crate::resend::{errors, signature};
use crate::webhook::{Delivery, Event, Reading, Rejected};

/// What a delivery says.
///
/// # Errors
/// [`Rejected::Malformed`] when it is no notice of Resend's.
pub(crate) fn read(delivery: &Delivery<'_>) -> Result<Reading, Rejected> {
    let notice: Notice = serde_json::from_slice(delivery.body).map_err(|_| Rejected::Malformed)?;
    let event_id = signature::delivery_id(delivery).ok_or(Rejected::Malformed)?.to_owned();
    let kind = notice.kind.clone().ok_or(Rejected::Malformed)?;
    // Only mails of ours have a status; contacts, domains and the like are stored and let be.
    let events = match kind.strip_prefix("email.") {
        Some(word) => {
            let data = notice.mail().ok_or(Rejected::Malformed)?;
            events(&data, word, notice.at())
        }
        None => Vec::new(),
    };
    Ok(Reading { event_id, kind, events })
}

fn events(data: &NoticeData, word: &str, at: Option<DateTime<Utc>>) -> Vec<Event> {
    let (Some(status), Some(email_id)) = (receipt_status(word), data.email_id.clone()) else {
        return Vec::new();
    };
    let failure = match word {
        "bounced" => Some(errors::of_bounce(data.bounce.as_ref())),
        "failed" => Some(errors::of_reason(data.failed.as_ref(), "failed")),
        "suppressed" => Some(errors::of_reason(data.suppressed.as_ref(), "suppressed")),
        "canceled" => Some(errors::of_word("canceled")),
        "complained" => Some(errors::of_word("complaint")),
        _ => None,
    };
    let mut events = Vec::new();
    if let Some(failure) = &failure
        && failure.class == FailureClass::OptedOut
    {
        let consent = |address| Event::Consent {
            channel: Channel::Email,
            address,
            allowed: false,
            source: format!("Resend: {}", failure.code),
        };
        events.extend(data.to().into_iter().map(consent));
    }
    let token = data.token();
    let status = Event::Status { provider_id: email_id, token, status, failure, at };
    events.insert(0, status);
    events
}
