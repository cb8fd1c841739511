//! Twilio's words: forms in, JSON out, errors in their one shape.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;

use super::messages::Message;
use crate::fault::{FaultKind, Stroke};
use crate::front::{BAD_GATEWAY_PAGE, Wire};

/// A decoded form, order and repetition kept.
#[derive(Debug)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The first value under `key`; an empty one counts as absent.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.given(key).filter(|value| !value.is_empty())
    }

    /// The first value under `key`, even an empty one.
    pub(super) fn given(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn count(&self, key: &str) -> usize {
        self.0.iter().filter(|(name, _)| name == key).count()
    }
}

/// A message as the API shows it. Counts and prices are strings; dates are RFC 2822 in GMT:
///
/// ```json
/// {"body": "Your appointment is tomorrow at 10:00.", "num_segments": "1", "direction": "outbound-api",
///  "from": "+15005550006", "date_updated": "Sat, 21 Nov 2026 09:55:01 +0000", "price": null, "error_message": null,
///  "uri": "/2010-04-01/Accounts/AC…/Messages/SM….json", "account_sid": "AC…", "num_media": "0",
///  "to": "+15551230001", "date_created": "Sat, 21 Nov 2026 09:55:01 +0000", "status": "queued", "sid": "SM…",
///  "date_sent": null, "messaging_service_sid": null, "error_code": null, "price_unit": "USD",
///  "api_version": "2010-04-01", "subresource_uris": {"media": "/2010-04-01/Accounts/AC…/Messages/SM…/Media.json"}}
/// ```
#[derive(Debug, Serialize)]
pub(super) struct MessageResource<'a> {
    body: &'a str,
    num_segments: String,
    direction: &'a str,
    from: Option<&'a str>,
    date_updated: String,
    price: Option<&'a str>,
    error_message: Option<&'a str>,
    uri: String,
    account_sid: &'a str,
    num_media: String,
    to: &'a str,
    date_created: String,
    status: &'a str,
    sid: &'a str,
    date_sent: Option<String>,
    messaging_service_sid: Option<&'a str>,
    error_code: Option<u32>,
    price_unit: &'a str,
    api_version: &'a str,
    subresource_uris: Subresources,
}

#[derive(Debug, Serialize)]
struct Subresources {
    media: String,
}

impl<'a> MessageResource<'a> {
    pub(super) fn of(message: &'a Message) -> Self {
        let uri = format!("/2010-04-01/Accounts/{}/Messages/{}", message.account, message.sid);
        // With a Messaging Service neither sender nor length is settled until the service has chosen a sender.
        let chosen =
            message.service.is_none() || !matches!(message.status, "accepted" | "scheduled");
        Self {
            body: &message.body,
            num_segments: if chosen { message.segments.to_string() } else { "0".to_owned() },
            direction: message.direction,
            from: message.from.as_deref(),
            date_updated: rfc2822(message.updated),
            price: None,
            error_message: message.error.map(|_| "Message could not be delivered"),
            uri: format!("{uri}.json"),
            account_sid: &message.account,
            num_media: message.media.to_string(),
            to: &message.to,
            date_created: rfc2822(message.created),
            status: message.status,
            sid: &message.sid,
            date_sent: message.sent.map(rfc2822),
            messaging_service_sid: message.service.as_deref(),
            error_code: message.error,
            price_unit: "USD",
            api_version: "2010-04-01",
            subresource_uris: Subresources { media: format!("{uri}/Media.json") },
        }
    }

    pub(super) fn answer(status: StatusCode, message: &'a Message) -> Response {
        (status, Json(Self::of(message))).into_response()
    }
}

/// `Sat, 21 Nov 2026 09:55:01 +0000`
pub(super) fn rfc2822(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// A request that is not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// `{"code":21211,"message":"…","more_info":"https://www.twilio.com/docs/errors/21211","status":400}`
    Error { status: u16, code: u32, message: String, retry_after: Option<u64> },
    /// What a gateway says in Twilio's place.
    Gateway,
}

impl Refusal {
    /// `Retry-After` in seconds; Twilio promises none.
    pub(super) fn retry_after(mut self, seconds: Option<u64>) -> Self {
        if let Self::Error { retry_after, .. } = &mut self {
            *retry_after = seconds;
        }
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self::Error { status, code, message, retry_after } = self else {
            return (StatusCode::BAD_GATEWAY, Html(BAD_GATEWAY_PAGE)).into_response();
        };
        let body = json!({
            "code": code,
            "message": message,
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
            "status": status,
        });
        let mut response =
            (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), Json(body))
                .into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if status == 401 {
            let challenge = HeaderValue::from_static("Basic realm=\"Twilio API\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

pub(super) fn error(status: u16, code: u32, message: &str) -> Refusal {
    Refusal::Error { status, code, message: message.to_owned(), retry_after: None }
}

pub(super) fn bad(code: u32, message: &str) -> Refusal {
    error(400, code, message)
}

pub(super) fn not_found(path: &str) -> Refusal {
    error(404, 20404, &format!("The requested resource {path} was not found"))
}

pub(super) fn unauthorized() -> Refusal {
    error(401, 20003, "Authenticate")
}

pub(super) fn too_many() -> Refusal {
    error(429, 20429, "Too Many Requests")
}

pub(super) fn unavailable() -> Refusal {
    error(503, 20503, "Service unavailable")
}

/// What the caller sees of a fault instead of an answer.
pub(super) async fn instead(stroke: Stroke, line: &Wire) -> Refusal {
    match stroke.kind {
        FaultKind::AcceptThenReset | FaultKind::ResetBefore => match line.reset().await {},
        FaultKind::AcceptThenHang | FaultKind::Hang => match line.hang().await {},
        FaultKind::Error500AfterAccept | FaultKind::Error500 => {
            error(500, 20500, "Internal Server Error")
        }
        FaultKind::Html502 => Refusal::Gateway,
        FaultKind::Status503 => unavailable().retry_after(stroke.retry_after),
        FaultKind::Rate429 => too_many().retry_after(stroke.retry_after),
        FaultKind::Auth401 => unauthorized(),
    }
}
