//! Twilio's deliveries, read: status callbacks, incoming texts, and the words that end consent.

use std::collections::BTreeMap;

use serde_json::Value;
use signalbox_domain::{Channel, FailureClass, ReceiptStatus};

use crate::twilio::signature::{form_params, is_form, query_value};
use crate::twilio::{errors, wire};
use crate::webhook::{Delivery, Event, Reading, Rejected};

/// The query field of the status callback that carries the letter's token back.
pub(crate) const TOKEN_FIELD: &str = "k";

/// Twilio's default words, as whole messages. Toll-free numbers know fewer; honouring more of them
/// as an end of consent does no harm.
const STOP: &[&str] =
    &["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
/// The words that give consent again. Twilio takes a YES for one as well, but a YES mostly answers a
/// question of ours, so it counts only with Twilio's own verdict.
const START: &[&str] = &["START", "UNSTOP"];

/// The fields of one delivery, one value each, from a form, a JSON body or the query.
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Reads them from wherever this delivery carries them.
    pub(crate) fn of(delivery: &Delivery<'_>) -> Result<Self, Rejected> {
        if delivery.method.eq_ignore_ascii_case("GET") {
            let query = delivery.public_url.split_once('?').map_or("", |(_, query)| query);
            return Ok(Self::of_form(query.as_bytes()));
        }
        if is_form(delivery) {
            return Ok(Self::of_form(delivery.body));
        }
        let object: serde_json::Map<String, Value> =
            serde_json::from_slice(delivery.body).map_err(|_| Rejected::Malformed)?;
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        };
        Ok(Self(object.into_iter().filter_map(|(k, v)| Some((k, text(v)?))).collect()))
    }

    fn of_form(bytes: &[u8]) -> Self {
        let first = |(key, values): (String, std::collections::BTreeSet<String>)| {
            values.into_iter().next().map(|value| (key, value))
        };
        Self(form_params(bytes).into_iter().filter_map(first).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn first_of(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}

/// Which account a delivery belongs to, by its own word: only good for choosing whose signature
/// to check.
pub(crate) fn account(delivery: &Delivery<'_>) -> Option<String> {
    Fields::of(delivery).ok()?.get("AccountSid").map(str::to_owned)
}

/// The service and the number of ours that a delivery is about.
pub(crate) fn our_ends(delivery: &Delivery<'_>) -> Vec<String> {
    let Ok(fields) = Fields::of(delivery) else { return Vec::new() };
    let ours = if is_inbound(word(&fields)) { "To" } else { "From" };
    let number = fields.get(ours).map(|text| address(text).1);
    let service = fields.get("MessagingServiceSid").map(str::to_owned);
    service.into_iter().chain(number).collect()
}

fn word(fields: &Fields) -> &str {
    fields.first_of(&["MessageStatus", "SmsStatus"]).unwrap_or("received")
}

fn is_inbound(word: &str) -> bool {
    matches!(word, "received" | "receiving")
}

/// What a delivery says.
///
/// # Errors
/// [`Rejected::Malformed`] when it carries no message id, so that nothing could recognise it.
pub(crate) fn read(delivery: &Delivery<'_>) -> Result<Reading, Rejected> {
    let fields = Fields::of(delivery)?;
    let sid =
        fields.first_of(&["MessageSid", "SmsMessageSid", "SmsSid"]).ok_or(Rejected::Malformed)?;
    let status = word(&fields);
    let events = if is_inbound(status) {
        inbound_events(&fields, sid)
    } else {
        status_events(&fields, sid, status, token(delivery))
    };
    Ok(Reading { event_id: format!("{sid}:{status}"), kind: status.to_owned(), events })
}

fn token(delivery: &Delivery<'_>) -> Option<String> {
    query_value(delivery.public_url, TOKEN_FIELD)
        .filter(|token| !token.is_empty())
        .map(std::borrow::Cow::into_owned)
}

fn status_events(fields: &Fields, sid: &str, word: &str, token: Option<String>) -> Vec<Event> {
    let Some(status) = wire::receipt_status(word) else {
        return Vec::new();
    };
    let failure = (status == ReceiptStatus::Failed)
        .then(|| errors::of_receipt(fields.get("ErrorCode"), word));
    let opted_out = failure.as_ref().is_some_and(|failure| failure.class == FailureClass::OptedOut);
    let source = failure.as_ref().map(|failure| format!("Twilio {}", failure.code));
    // Twilio's callbacks carry no time zone that could be trusted, so no time at all.
    let mut events =
        vec![Event::Status { provider_id: sid.to_owned(), token, status, failure, at: None }];
    if let (true, Some(to), Some(source)) = (opted_out, fields.get("To"), source) {
        let (channel, address) = address(to);
        events.push(Event::Consent { channel, address, allowed: false, source });
    }
    events
}

fn inbound_events(fields: &Fields, sid: &str) -> Vec<Event> {
    let (Some(from), Some(to)) = (fields.get("From"), fields.get("To")) else {
        return Vec::new();
    };
    let body = fields.get("Body").unwrap_or_default();
    let (channel, writer) = address(from);
    let mut events = vec![Event::Inbound {
        provider_id: sid.to_owned(),
        from: writer.clone(),
        to: address(to).1,
        body: body.to_owned(),
    }];
    if let Some(allowed) = consent(fields.get("OptOutType"), body) {
        let source = body.trim().chars().take(64).collect();
        events.push(Event::Consent { channel, address: writer, allowed, source });
    }
    events
}

/// Whether a text gives or takes consent. Twilio's own verdict counts before the words, because an
/// account can have words of its own.
fn consent(verdict: Option<&str>, body: &str) -> Option<bool> {
    match verdict {
        Some("STOP") => return Some(false),
        Some("START") => return Some(true),
        Some("HELP") => return None,
        _ => {}
    }
    let word = body.trim().to_ascii_uppercase();
    if STOP.contains(&word.as_str()) {
        Some(false)
    } else if START.contains(&word.as_str()) {
        Some(true)
    } else {
        None
    }
}

fn address(text: &str) -> (Channel, String) {
    match text.strip_prefix("whatsapp:") {
        Some(number) => (Channel::Whatsapp, number.to_owned()),
        None => (Channel::Sms, text.to_owned()),
    }
}
