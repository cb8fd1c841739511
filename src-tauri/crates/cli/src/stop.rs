//! How the program ends when it does not end well: an exit code, and the same error shape that every door answers with.

use clap::error::{ContextKind, ContextValue};
use serde_json::{Value, json};
use signalbox_api::{ApiError, RefusalKind};
use signalbox_store::StoreError;
use signalbox_vault::VaultError;

/// Exit codes; 0 is "done".
pub mod code {
    /// Our fault.
    pub const INTERNAL: u8 = 1;
    /// It was asked for in a way that cannot be understood.
    pub const USAGE: u8 = 2;
    /// Refused, with a reason.
    pub const REFUSED: u8 = 3;
    /// Nothing answers.
    pub const NOT_REACHABLE: u8 = 4;
}

/// Why the program stops, in the words of the error shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The exit code.
    pub exit: u8,
    /// A stable word for programs.
    pub code: String,
    /// What is so.
    pub message: String,
    /// What can be done.
    pub remedy: String,
    /// Which argument it is about.
    pub field: Option<String>,
}

impl Stop {
    /// A stop with an exit code and words.
    pub fn new(
        exit: u8,
        code: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            exit,
            code: code.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
            field: None,
        }
    }

    pub(crate) fn usage(message: String) -> Self {
        Self::new(code::USAGE, "usage", message, "`signalbox-cli help VERB` shows how")
    }

    /// Words that the command line does not know, are missing or do not go together.
    #[must_use]
    pub fn misread(error: &clap::Error) -> Self {
        let about = |kind| match error.get(kind) {
            Some(ContextValue::String(one)) => vec![one.clone()],
            Some(ContextValue::Strings(several)) => several.clone(),
            _ => Vec::new(),
        };
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let arguments = about(ContextKind::InvalidArg);
        // The names that clap puts on lines of their own.
        let message = match first.strip_suffix(':') {
            Some(first) if !arguments.is_empty() => format!("{first}: {}", arguments.join(", ")),
            _ => first.to_owned(),
        };
        let possible = about(ContextKind::ValidValue);
        let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand]
            .into_iter()
            .flat_map(about)
            .collect::<Vec<_>>();
        let remedy = match (possible.is_empty(), near.is_empty()) {
            (false, _) => format!("Possible are {}", possible.join(", ")),
            (true, false) => format!("Perhaps you mean {}", near.join(" or ")),
            _ => "`signalbox-cli help VERB` shows how".to_owned(),
        };
        let field = arguments.first().map(|argument| field_of(argument));
        Self { field, ..Self::new(code::USAGE, "usage", message, remedy) }
    }

    pub(crate) fn refused(
        code: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(code::REFUSED, code, message, remedy)
    }

    pub(crate) fn not_reachable(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(code::NOT_REACHABLE, "not_reachable", message, remedy)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(
            code::INTERNAL,
            "internal",
            message,
            "Try again; if it stays so, `signalbox-cli doctor` looks closer",
        )
    }

    /// What the owner's gateway answered in place of a result.
    pub(crate) fn answered(status: u16, body: &Value) -> Self {
        let error = &body["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let code = text("code");
        let exit = match (status, code.as_str()) {
            (_, "unknown_command") => code::USAGE,
            (401 | 403, _) => code::NOT_REACHABLE,
            (500, _) | (_, "") => code::INTERNAL,
            _ => code::REFUSED,
        };
        if code.is_empty() {
            return Self::internal(format!(
                "The owner of this home answered with status {status} and no reason"
            ));
        }
        let field = error["field"].as_str().map(str::to_owned);
        Self { exit, code, message: text("message"), remedy: text("remedy"), field }
    }

    /// The one error shape.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut error =
            json!({ "code": self.code, "message": self.message, "remedy": self.remedy });
        if let Some(field) = &self.field {
            error["field"] = field.clone().into();
        }
        json!({ "error": error })
    }

    /// For a person.
    #[must_use]
    pub fn say(&self) -> String {
        let about = self.field.as_deref().filter(|field| !field.is_empty());
        let about = about.map_or_else(String::new, |field| format!(" ({field})"));
        let stop = |text: &str| if text.ends_with(['.', '?', '!', ':']) { "" } else { "." };
        let (message, remedy) = (&self.message, &self.remedy);
        format!("{message}{about}{}\n{remedy}{}", stop(message), stop(remedy))
    }
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        let exit = match error.kind() {
            RefusalKind::Internal => code::INTERNAL,
            _ if error.code == "unknown_command" => code::USAGE,
            _ => code::REFUSED,
        };
        let ApiError { code, message, remedy, field, .. } = error;
        Self { exit, code, message, remedy, field }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        let refused = |code, remedy: &str| Self::refused(code, sentence(&error), remedy);
        match &error {
            StoreError::HomeTaken { .. } => {
                refused("home_taken", "Close the other Signalbox, or choose another --home")
            }
            StoreError::Newer { .. } => {
                refused("store_newer", "Install the newest Signalbox and open this home again")
            }
            StoreError::Corrupt(found) => {
                // What SQLite calls it says nothing to whoever stands before the desk.
                tracing::error!(%found, "the store is damaged");
                Self::refused(
                    "store_corrupt",
                    "The store is damaged, so it is left alone and nothing is sent",
                    "Bring a backup back with `signalbox-cli restore PATH`; the damaged file is kept",
                )
            }
            StoreError::NotABackup { .. } => Self::refused(
                "not_a_backup",
                format!("{}. Nothing was changed", sentence(&error)),
                "Give the path of a whole file that `backup` made",
            ),
            StoreError::DiskFull => {
                refused("disk_low", "Free some space on this computer. What was accepted is safe")
            }
            StoreError::Unfit(_) => {
                refused("store_unfit", "Put the home on a local disk with --home DIR")
            }
            StoreError::Conflict(_) => refused("conflict", "Choose another path"),
            StoreError::NotFound => refused("not_found", "Check what was given"),
            StoreError::Busy | StoreError::Closed | StoreError::KeyReused | StoreError::Io(_) => {
                Self::internal(sentence(&error))
            }
        }
    }
}

/// `--useful-until <TIME>` is the field `useful_until`, and `<FILE>` is `file`.
fn field_of(argument: &str) -> String {
    let name = argument.split([' ', '=']).next().unwrap_or_default();
    name.trim_matches(['-', '<', '>', '[', ']', '.']).replace('-', "_").to_lowercase()
}

/// The store's errors are lower-case halves of sentences.
fn sentence(error: &StoreError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl From<VaultError> for Stop {
    fn from(error: VaultError) -> Self {
        let how = match &error {
            VaultError::KeyringUnreachable
            | VaultError::KeyringLocked
            | VaultError::KeyringDenied
            | VaultError::KeyringFailed { .. }
            | VaultError::TimedOut { .. } => {
                " On the command line: --vault passphrase --passphrase @file:PATH keeps credentials under a passphrase; \
                 --vault session keeps them in memory until Signalbox stops."
            }
            VaultError::PassphraseNeeded => {
                " On the command line: --passphrase @env:NAME or @file:PATH."
            }
            _ => "",
        };
        Self::refused(error.code(), error.say(), format!("{}{how}", error.remedy()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_store_is_told_in_plain_words() {
        let stop = Stop::from(StoreError::Corrupt("*** in database main ***".into()));
        assert_eq!((stop.exit, stop.code.as_str()), (code::REFUSED, "store_corrupt"));
        assert!(!stop.message.contains("***") && stop.remedy.contains("restore"), "{stop:?}");
    }

    #[test]
    fn answers_of_the_owner_become_exit_codes() {
        let body = |code: &str| json!({ "error": { "code": code, "message": "No", "remedy": "Yes", "field": "to" } });
        for (status, code, exit) in [
            (422, "invalid", code::REFUSED),
            (404, "not_found", code::REFUSED),
            (404, "unknown_command", code::USAGE),
            (503, "disk_low", code::REFUSED),
            (500, "internal", code::INTERNAL),
            (401, "unauthorized", code::NOT_REACHABLE),
        ] {
            let stop = Stop::answered(status, &body(code));
            assert_eq!(stop.exit, exit, "{status} {code}");
            assert_eq!(stop.body(), body(code), "the words stay as they were");
        }
        assert_eq!(Stop::answered(502, &Value::Null).exit, code::INTERNAL);
    }

    #[test]
    fn a_missing_keyring_says_how_to_choose() {
        let stop = Stop::from(VaultError::KeyringUnreachable);
        assert_eq!(stop.exit, code::REFUSED);
        assert!(
            stop.remedy.contains("--vault session") && stop.remedy.contains("--passphrase"),
            "{}",
            stop.remedy
        );
        assert!(
            stop.say().starts_with("No keyring can be reached on this computer.\n"),
            "{}",
            stop.say()
        );
    }
}
