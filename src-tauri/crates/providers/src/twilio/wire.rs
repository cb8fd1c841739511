//! Twilio's shapes, read only. Unknown fields and values are tolerated everywhere.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use signalbox_domain::ReceiptStatus;

/// A message as Twilio shows it: the answer to a send, a fetch, and an item of a list.
///
/// ```json
/// {"sid": "SM00000000000000000000000000000042", "status": "queued", "direction": "outbound-api",
///  "to": "+15550100123", "from": "+15550100100", "messaging_service_sid": null,
///  "body": "See you at ten", "date_created": "Sat, 21 Nov 2026 09:55:01 +0000",
///  "num_segments": "1", "error_code": null, "error_message": null}
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MessageResource {
    sid: Option<String>,
    status: Option<String>,
    direction: Option<String>,
    to: Option<String>,
    from: Option<String>,
    messaging_service_sid: Option<String>,
    body: Option<String>,
    date_created: Option<String>,
    error_code: Option<Value>,
}

impl MessageResource {
    pub(crate) fn sid(&self) -> Option<&str> {
        self.sid.as_deref().filter(|sid| is_sid(sid))
    }

    pub(crate) fn to(&self) -> &str {
        self.to.as_deref().unwrap_or_default()
    }

    pub(crate) fn from(&self) -> &str {
        self.from.as_deref().unwrap_or_default()
    }

    pub(crate) fn service(&self) -> &str {
        self.messaging_service_sid.as_deref().unwrap_or_default()
    }

    pub(crate) fn body(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }

    /// Whether it was sent through the API, as ours are.
    pub(crate) fn was_sent_by_api(&self) -> bool {
        self.direction.as_deref() == Some("outbound-api")
    }

    pub(crate) fn created(&self) -> Option<DateTime<Utc>> {
        let text = self.date_created.as_deref()?;
        DateTime::parse_from_rfc2822(text).ok().map(|at| at.with_timezone(&Utc))
    }

    pub(crate) fn status(&self) -> &str {
        self.status.as_deref().unwrap_or_default()
    }

    /// The error code as text, whether it came as a number or as a string.
    pub(crate) fn error_code(&self) -> Option<String> {
        code_text(self.error_code.as_ref()?)
    }
}

/// One page of the list of messages.
///
/// ```json
/// {"messages": [], "next_page_uri": "/2010-04-01/Accounts/AC0…1/Messages.json?Page=1&PageToken=…"}
/// ```
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MessagePage {
    pub(crate) messages: Option<Vec<MessageResource>>,
    next_page_uri: Option<String>,
}

impl MessagePage {
    /// The path of the next page, only when it is a path: never another host.
    pub(crate) fn next_path(&self) -> Option<&str> {
        let path = self.next_page_uri.as_deref()?;
        (path.starts_with('/') && !path.starts_with("//")).then_some(path)
    }
}

/// What an account says of itself.
///
/// ```json
/// {"friendly_name": "Corner Barber", "status": "active", "type": "Full"}
/// ```
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    pub(crate) friendly_name: Option<String>,
    status: Option<String>,
}

impl Account {
    /// Only a word that says otherwise makes an account inactive.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.status.as_deref(), Some("suspended" | "closed"))
    }
}

/// A refusal.
///
/// ```json
/// {"code": 21211, "message": "…", "more_info": "https://www.twilio.com/docs/errors/21211", "status": 400}
/// ```
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorBody {
    code: Option<Value>,
}

impl ErrorBody {
    pub(crate) fn code(&self) -> Option<String> {
        code_text(self.code.as_ref()?)
    }
}

fn code_text(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// Whether a text has the shape of one of Twilio's ids, so that it can stand in a path.
pub(crate) fn is_sid(text: &str) -> bool {
    text.len() >= 2 && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What a status word means, and `None` for one we do not know: it is never guessed.
pub(crate) fn receipt_status(word: &str) -> Option<ReceiptStatus> {
    Some(match word {
        "accepted" | "scheduled" | "queued" | "sending" => ReceiptStatus::Accepted,
        // Some parts of it arrived; Twilio does not say whether that was enough.
        "sent" | "partially_delivered" => ReceiptStatus::Sent,
        "failed" | "undelivered" | "canceled" => ReceiptStatus::Failed,
        "delivered" => ReceiptStatus::Delivered,
        "read" => ReceiptStatus::Read,
        _ => return None,
    })
}
