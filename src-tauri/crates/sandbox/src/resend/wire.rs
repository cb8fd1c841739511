//! Resend's words: errors in their one shape, and what a fault looks like.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::fault::{FaultKind, Stroke};
use crate::front::{BAD_GATEWAY_PAGE, Wire};

/// A request that is not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// `{"statusCode":422,"name":"validation_error","message":"…"}`
    Error { status: u16, name: &'static str, message: String, retry_after: Option<u64> },
    /// The edge in front of the API answers a request without User-Agent, and not in JSON.
    Edge,
    /// What a gateway says in Resend's place.
    Gateway,
}

impl Refusal {
    /// `Retry-After` in seconds.
    pub(super) fn retry_after(mut self, seconds: Option<u64>) -> Self {
        if let Self::Error { retry_after, .. } = &mut self {
            *retry_after = seconds;
        }
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Error { status, name, message, retry_after } => {
                let body = json!({"statusCode": status, "name": name, "message": message});
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
                let mut response = (status, Json(body)).into_response();
                if let Some(seconds) = retry_after {
                    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
                }
                response
            }
            Self::Edge => (StatusCode::FORBIDDEN, "error code: 1010").into_response(),
            Self::Gateway => (StatusCode::BAD_GATEWAY, Html(BAD_GATEWAY_PAGE)).into_response(),
        }
    }
}

pub(super) fn error(status: u16, name: &'static str, message: &str) -> Refusal {
    Refusal::Error { status, name, message: message.to_owned(), retry_after: None }
}

pub(super) fn invalid(message: &str) -> Refusal {
    error(422, "validation_error", message)
}

pub(super) fn missing(field: &str) -> Refusal {
    error(422, "missing_required_field", &format!("Missing `{field}` field."))
}

pub(super) fn invalid_key() -> Refusal {
    error(403, "invalid_api_key", "API key is invalid")
}

pub(super) fn too_many(limit: u32) -> Refusal {
    let say = format!("Too many requests. You can only make {limit} requests per second.");
    error(429, "rate_limit_exceeded", &say).retry_after(Some(1))
}

pub(super) fn unavailable() -> Refusal {
    error(503, "service_unavailable", "The service is temporarily unavailable")
}

/// What the caller sees of a fault instead of an answer.
pub(super) async fn instead(stroke: Stroke, line: &Wire) -> Refusal {
    match stroke.kind {
        FaultKind::AcceptThenReset | FaultKind::ResetBefore => match line.reset().await {},
        FaultKind::AcceptThenHang | FaultKind::Hang => match line.hang().await {},
        FaultKind::Error500AfterAccept | FaultKind::Error500 => {
            error(500, "internal_server_error", "An unexpected error occurred")
        }
        FaultKind::Html502 => Refusal::Gateway,
        FaultKind::Status503 => unavailable().retry_after(stroke.retry_after),
        FaultKind::Rate429 => too_many(10).retry_after(stroke.retry_after.or(Some(1))),
        FaultKind::Auth401 => invalid_key(),
    }
}

/// `2026-11-21 09:55:00.123456+00`, as emails and domains show their time.
pub(super) fn postgres_time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S%.6f+00").to_string()
}

/// `2026-11-21T09:55:00.123Z`, as events show theirs.
pub(super) fn event_time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Ids are UUIDs; anything else is refused before it is looked for.
pub(super) fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
