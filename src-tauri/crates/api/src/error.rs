//! What every door answers when it cannot do as it was asked.
//!
//! Owns the code, the words and the HTTP status. What was the matter underneath is logged where it
//! happened and never shown: it may name files, addresses or queries.

use schemars::JsonSchema;
use serde::Serialize;
use signalbox_engine::{Refusal, RefusalKind};
use signalbox_store::StoreError;
use ts_rs::TS;

/// A refusal as it crosses a door. The gateway wraps it as `{"error": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS, thiserror::Error)]
#[error("{message}")]
#[ts(rename = "ErrorBody")]
pub struct ApiError {
    /// A stable code, snake case.
    pub code: String,
    /// What is the matter.
    pub message: String,
    /// What can be done.
    pub remedy: String,
    /// Which argument it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
    #[serde(skip)]
    #[schemars(skip)]
    #[ts(skip)]
    kind: RefusalKind,
}

impl ApiError {
    /// An error of the given kind.
    pub fn new(
        kind: RefusalKind,
        code: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            remedy: remedy.into(),
            field: None,
            kind,
        }
    }

    /// An argument that cannot be taken.
    pub fn invalid(
        field: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let field = Some(field.into());
        Self { field, ..Self::new(RefusalKind::Invalid, "invalid", message, remedy) }
    }

    /// A fault of this program. `what` is logged, not shown.
    pub fn internal(what: &str) -> Self {
        tracing::error!(what, "a command failed");
        Self::new(
            RefusalKind::Internal,
            "internal",
            "Something in Signalbox itself did not work",
            "Try again. If it stays, run the checks in Settings, or `signalbox-cli doctor`",
        )
    }

    /// There is no such command.
    pub fn unknown_command(name: &str) -> Self {
        let name: String = name.chars().take(40).collect();
        Self::new(
            RefusalKind::NotFound,
            "unknown_command",
            format!("There is no command “{name}”"),
            "`GET /api/call` lists the commands, and so does `signalbox-cli call --help`",
        )
    }

    /// What kind of refusal it is; the terminal turns it into an exit code.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        self.kind
    }

    /// The HTTP status it is answered with.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self.kind {
            RefusalKind::Invalid => 422,
            RefusalKind::NotFound => 404,
            RefusalKind::Conflict => 409,
            RefusalKind::Busy => 429,
            RefusalKind::DiskLow | RefusalKind::Unavailable => 503,
            RefusalKind::Internal => 500,
        }
    }

    /// Seconds after which the same request may go through, for `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        match self.kind {
            RefusalKind::Busy => Some(1),
            RefusalKind::DiskLow => Some(60),
            RefusalKind::Unavailable => Some(10),
            _ => None,
        }
    }

    /// `{"error": {…}}`, as the gateway answers.
    #[must_use]
    pub fn body(&self) -> serde_json::Value {
        serde_json::json!({ "error": self })
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self {
            field: refusal.field,
            ..Self::new(refusal.kind, refusal.code, refusal.message, refusal.remedy)
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Refusal::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_answered_with_the_status_of_its_kind() {
        for (error, status) in [
            (ApiError::invalid("to", "x", "y"), 422),
            (ApiError::unknown_command("fly"), 404),
            (StoreError::KeyReused.into(), 409),
            (StoreError::Busy.into(), 429),
            (StoreError::DiskFull.into(), 503),
            (StoreError::Io("/home/ruth/secret".into()).into(), 500),
        ] {
            let error: ApiError = error;
            assert_eq!(error.http_status(), status, "{}", error.code);
            assert!(!error.remedy.is_empty(), "{} says what to do", error.code);
        }
    }

    #[test]
    fn what_is_busy_or_full_says_when_to_come_back() {
        for error in [StoreError::Busy, StoreError::DiskFull] {
            assert!(ApiError::from(error).retry_after().is_some());
        }
        assert_eq!(ApiError::invalid("to", "x", "y").retry_after(), None);
    }

    #[test]
    fn the_source_of_a_fault_is_never_shown() {
        let error = ApiError::from(StoreError::Io("/home/ruth/secret".into()));
        let shown = error.body().to_string();
        assert!(!shown.contains("ruth"), "{shown}");
        assert!(!shown.contains("kind"), "the kind is told by code and status: {shown}");
        assert!(!shown.contains("field"), "an absent field is left out: {shown}");
    }
}
