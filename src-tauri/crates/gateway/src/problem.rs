//! What the gateway says when it cannot do as it was asked: one shape for every error, whoever found it.
//! Decides nothing; every door builds its problems here.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error on its way out: `{error: {code, message, remedy, field?}}` with its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable word for programs, snake case.
    pub code: Cow<'static, str>,
    /// What is so, in one sentence.
    pub message: String,
    /// What can be done, in one sentence.
    pub remedy: String,
    /// Which field of the request it is about.
    pub field: Option<String>,
    /// When to come back, in seconds.
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A problem with a status and words.
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            remedy: remedy.into(),
            field: None,
            retry_after: None,
        }
    }

    /// The same, about one field of the request.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same, with a time to come back in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(crate) fn malformed(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", message, remedy)
    }

    pub(crate) fn unauthorized(remedy: &str) -> Self {
        let message = "This request carries no valid token";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message, remedy)
    }

    pub(crate) fn nothing_here() -> Self {
        let message = "There is nothing at this address";
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            message,
            "GET /api/openapi.json lists the addresses",
        )
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "This address does not answer this method";
        let remedy = "The Allow header names the methods it answers";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message, remedy)
    }

    pub(crate) fn wrong_type(wanted: &str) -> Self {
        let message = format!("The body must be {wanted}");
        let remedy = format!("Send it with the header Content-Type: {wanted}");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message, remedy)
    }

    pub(crate) fn packed() -> Self {
        let message = "The body is compressed, and that is not undone here";
        let remedy = "Send it as it is, without the header Content-Encoding";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message, remedy)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("The body is larger than {limit} bytes");
        let remedy = "Send less at once, for example a file in parts";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message, remedy)
    }

    pub(crate) fn too_slow() -> Self {
        let message = "The request did not arrive in time";
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message, "Send it again in one go")
    }

    pub(crate) fn too_many() -> Self {
        let message = "Too many requests at once";
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            message,
            "Try again in a moment",
        )
        .retry_after(1)
    }

    pub(crate) fn our_fault() -> Self {
        let message = "Signalbox made a mistake and stopped this request";
        let remedy = "Try again; if it stays so, the log has the details";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message, remedy)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
        });
        if let Some(field) = self.field {
            error["field"] = field.into();
        }
        let mut response = (self.status, Json(json!({ "error": error }))).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_problem_becomes_the_one_error_shape() {
        let problem = Problem::malformed("No", "Yes").about("to").retry_after(3);
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(response.headers()["retry-after"], "3");
        let body = axum::body::to_bytes(response.into_body(), 1024).await.expect("a small body");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        let expect = json!({"error": {"code": "malformed", "message": "No", "remedy": "Yes", "field": "to"}});
        assert_eq!(body, expect);
    }
}
