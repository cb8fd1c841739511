//! Resend's shapes. What we send has a fixed order of fields, because a second try under the same
//! key must be the same bytes; what we read tolerates unknown fields and values.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use signalbox_domain::ReceiptStatus;

/// The tag that carries the letter's token, and comes back with every event.
pub(crate) const TOKEN_TAG: &str = "sb_message";

/// The body of a send.
#[derive(Debug, Serialize)]
pub(crate) struct SendBody<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: [&'a str; 1],
    pub(crate) subject: &'a str,
    pub(crate) text: &'a str,
    pub(crate) tags: [Tag<'a>; 1],
}

/// One tag; ASCII letters, digits, `_` and `-` only.
#[derive(Debug, Serialize)]
pub(crate) struct Tag<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
}

/// The answer to a send: `{"id": "4ef9a417-02e9-4d39-ad75-9611e0fcc33c"}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Created {
    id: Option<String>,
}

impl Created {
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref().filter(|id| is_id(id))
    }
}

/// A mail as Resend shows it, fetched or in a list.
///
/// ```json
/// {"id": "4ef9a417-02e9-4d39-ad75-9611e0fcc33c", "to": ["jo@example.com"], "subject": "Hello",
///  "from": "Desk <desk@barber.example>", "created_at": "2026-11-21 09:55:00.123456+00",
///  "last_event": "delivered"}
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Email {
    id: Option<String>,
    to: Option<Value>,
    from: Option<String>,
    subject: Option<String>,
    created_at: Option<String>,
    last_event: Option<String>,
    tags: Option<Value>,
}

impl Email {
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref().filter(|id| is_id(id))
    }

    pub(crate) fn last_event(&self) -> &str {
        self.last_event.as_deref().unwrap_or_default()
    }

    pub(crate) fn subject(&self) -> &str {
        self.subject.as_deref().unwrap_or_default()
    }

    pub(crate) fn is_from(&self, address: &str) -> bool {
        bare(self.from.as_deref().unwrap_or_default()).eq_ignore_ascii_case(bare(address))
    }

    pub(crate) fn goes_to(&self, address: &str) -> bool {
        addresses(self.to.as_ref()).iter().any(|to| bare(to).eq_ignore_ascii_case(bare(address)))
    }

    /// The letter's token, where Resend shows tags.
    pub(crate) fn token(&self) -> Option<String> {
        token_of(self.tags.as_ref())
    }

    pub(crate) fn created(&self) -> Option<DateTime<Utc>> {
        instant(self.created_at.as_deref()?)
    }
}

/// One page of the list of mails, newest first.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EmailList {
    pub(crate) data: Option<Vec<Email>>,
    pub(crate) has_more: bool,
}

/// A refusal: `{"statusCode": 422, "name": "validation_error", "message": "…"}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorBody {
    pub(crate) name: Option<String>,
    pub(crate) message: Option<String>,
}

/// A delivery: `{"type": "email.delivered", "created_at": "…", "data": {"email_id": "…"}}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Notice {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    created_at: Option<String>,
    data: Value,
}

impl Notice {
    pub(crate) fn at(&self) -> Option<DateTime<Utc>> {
        instant(self.created_at.as_deref()?)
    }

    /// The part about a mail; other kinds of notice have other parts, which nobody reads.
    pub(crate) fn mail(&self) -> Option<NoticeData> {
        serde_json::from_value(self.data.clone()).ok()
    }
}

/// What a delivery is about. Each part is read only where its kind of notice has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NoticeData {
    pub(crate) email_id: Option<String>,
    to: Option<Value>,
    tags: Option<Value>,
    pub(crate) bounce: Option<Bounce>,
    pub(crate) failed: Option<Reason>,
    pub(crate) suppressed: Option<Reason>,
}

impl NoticeData {
    pub(crate) fn to(&self) -> Vec<String> {
        addresses(self.to.as_ref()).into_iter().map(|to| bare(&to).to_owned()).collect()
    }

    pub(crate) fn token(&self) -> Option<String> {
        token_of(self.tags.as_ref())
    }
}

/// How a mail came back: `{"type": "Permanent", "subType": "General", "message": "…"}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Bounce {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(rename = "subType")]
    sub_kind: Option<String>,
}

impl Bounce {
    /// `Permanent/General` and the like.
    pub(crate) fn code(&self) -> String {
        let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "Undetermined".into());
        format!("{}/{}", part(&self.kind), part(&self.sub_kind))
    }
}

/// Why: `{"reason": "reached_daily_quota"}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reason {
    pub(crate) reason: Option<String>,
}

/// What a status word means, and `None` for one we do not know.
pub(crate) fn receipt_status(word: &str) -> Option<ReceiptStatus> {
    Some(match word {
        "queued" | "scheduled" => ReceiptStatus::Accepted,
        "sent" | "delivery_delayed" => ReceiptStatus::Sent,
        "failed" | "bounced" | "suppressed" | "canceled" => ReceiptStatus::Failed,
        // A complaint can only be about a mail that arrived.
        "delivered" | "complained" => ReceiptStatus::Delivered,
        "opened" | "clicked" => ReceiptStatus::Read,
        _ => return None,
    })
}

/// Whether a text has the shape of an id of Resend's, so that it can stand in a path.
pub(crate) fn is_id(text: &str) -> bool {
    (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The address inside `Name <address>`.
pub(crate) fn bare(text: &str) -> &str {
    match (text.rfind('<'), text.rfind('>')) {
        (Some(open), Some(close)) if open < close => text[open + 1..close].trim(),
        _ => text.trim(),
    }
}

fn addresses(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => {
            many.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

/// Tags come back as an object, and are sent as a list; both are read.
fn token_of(tags: Option<&Value>) -> Option<String> {
    let text = match tags? {
        Value::Object(tags) => tags.get(TOKEN_TAG)?.as_str()?,
        Value::Array(tags) => {
            tags.iter().find(|tag| tag["name"] == TOKEN_TAG)?.get("value")?.as_str()?
        }
        _ => return None,
    };
    Some(text.to_owned()).filter(|token| !token.is_empty())
}

/// Resend writes instants in two ways: `2026-11-21T09:55:01.000Z` and `2026-11-21 09:55:00+00`.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let parsed = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"));
    parsed.ok().map(|at| at.with_timezone(&Utc))
}
