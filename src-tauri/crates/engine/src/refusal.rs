//! What a door says when it cannot do as it was asked.

use signalbox_store::StoreError;

/// What kind of refusal it is; doors turn it into a status or an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// What was asked for is not valid; the field says where.
    Invalid,
    /// It does not exist.
    NotFound,
    /// It does not fit the present state.
    Conflict,
    /// Too much at once; try again shortly.
    Busy,
    /// Too little disk space is left to accept anything.
    DiskLow,
    /// Something it needs is not there: the vault, a line.
    Unavailable,
    /// Our fault.
    Internal,
}

/// A refusal in plain words, with what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Its kind.
    pub kind: RefusalKind,
    /// A stable code, snake case.
    pub code: &'static str,
    /// What is the matter.
    pub message: String,
    /// What can be done.
    pub remedy: String,
    /// Which field of the request it is about.
    pub field: Option<String>,
}

impl Refusal {
    /// A refusal of the given kind.
    pub fn new(
        kind: RefusalKind,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { kind, code, message: message.into(), remedy: remedy.into(), field: None }
    }

    /// Something in the request is not valid.
    pub fn invalid(
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { field: Some(field.into()), ..Self::new(RefusalKind::Invalid, code, message, remedy) }
    }

    /// There is no such thing.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            RefusalKind::NotFound,
            "not_found",
            format!("There is no such {what}"),
            "Check the id, or open the list and choose from it",
        )
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::new(
                RefusalKind::Busy,
                "busy",
                "Too many requests are waiting to be written",
                "Nothing was stored. Try again in a moment",
            ),
            StoreError::DiskFull => Self::new(
                RefusalKind::DiskLow,
                "disk_low",
                "The disk is almost full, so nothing new is accepted",
                "Free some space on this computer. Messages already accepted are safe",
            ),
            StoreError::KeyReused => Self::new(
                RefusalKind::Conflict,
                "idempotency_key_reused",
                "This idempotency key was already used for another message",
                "Use a new key for a new message, or repeat the first request unchanged",
            ),
            StoreError::NotFound => Self::not_found("item"),
            StoreError::Conflict(what) => Self::new(
                RefusalKind::Conflict,
                "conflict",
                what,
                "Look at the present state and try again",
            ),
            other => {
                tracing::error!(error = %other, "the store failed");
                Self::new(
                    RefusalKind::Internal,
                    "store",
                    "The store could not be read or written",
                    "Run the checks in Settings, or `signalbox-cli doctor`",
                )
            }
        }
    }
}
