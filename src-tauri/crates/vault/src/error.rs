//! What can go wrong at the vault, in words for a person. Holds no secret, ever: no variant carries key material,
//! a passphrase, or the text of a keyring entry, because errors travel to logs and screens.

use std::time::Duration;

use crate::key::KeyId;
use crate::key_store::KeyStoreError;

/// Why the vault could not do what was asked.
///
/// [`code`](Self::code) is stable and machine-readable, [`say`](Self::say) and [`remedy`](Self::remedy) are for
/// people. None of the three contains a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// There is no keyring to talk to: no session bus, no daemon, no default collection, no such platform.
    #[error("No keyring can be reached on this computer.")]
    KeyringUnreachable,
    /// The keyring is there and stayed locked: nobody unlocked it, or nothing could ask.
    #[error("The keyring is locked.")]
    KeyringLocked,
    /// The keyring, or the system's policy, said no.
    #[error("The keyring did not allow Signalbox to use its key.")]
    KeyringDenied,
    /// The keyring answered with something else. `detail` is its own short text.
    #[error("The keyring answered with an error: {detail}.")]
    KeyringFailed {
        /// At most 200 characters, printable, without any secret.
        detail: String,
    },
    /// Nothing was decided within the caller's patience. An unlock window may be waiting for an answer.
    #[error("The vault did not open within {} seconds.", waited.as_secs())]
    TimedOut {
        /// How long the caller was willing to wait.
        waited: Duration,
    },
    /// The home holds sealed credentials, but the key that sealed them is nowhere to be found.
    #[error("This home holds sealed credentials, but their key is not on this computer.")]
    KeyMissing,
    /// The home's key is wrapped by a passphrase, and another mode was asked for. Making a second key would strand
    /// everything sealed with the first.
    #[error("This home is protected by a passphrase.")]
    PassphraseNeeded,
    /// An empty or blank passphrase protects nothing.
    #[error("The passphrase is empty.")]
    PassphraseEmpty,
    /// The passphrase does not unwrap the home's key.
    #[error("The passphrase does not open this home.")]
    WrongPassphrase,
    /// A file or keyring entry is damaged, or asks for something out of bounds.
    #[error("{what} cannot be used: {why}.")]
    Corrupt {
        /// The damaged thing, fit to begin a sentence.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Written by a newer Signalbox.
    #[error("{what} was written by a newer Signalbox (format {found}).")]
    UnsupportedVersion {
        /// The thing that was read, fit to begin a sentence.
        what: &'static str,
        /// The format number found.
        found: u64,
    },
    /// Sealed bytes that do not open: changed, cut short, or sealed for another connection. Which of these cannot be
    /// known, so it is not guessed.
    #[error(
        "The stored credential cannot be opened: it was changed, or it belongs to another line."
    )]
    SealBroken,
    /// Sealed bytes from another key than the one this vault holds.
    #[error("The stored credential was sealed with another key ({sealed_with}).")]
    OtherKey {
        /// The key that sealed it.
        sealed_with: KeyId,
    },
    /// More secrets than one connection can have.
    #[error("The credential is too large to seal: at most {limit} bytes.")]
    TooLarge {
        /// The most bytes of names and values together.
        limit: usize,
    },
    /// The home's folder cannot be read or written.
    #[error("The file {file} in the home folder cannot be used: {kind}.")]
    Home {
        /// The file's name inside the home.
        file: &'static str,
        /// What the system said.
        kind: std::io::ErrorKind,
    },
    /// The machine could not give what cryptography needs: randomness, memory or a thread.
    #[error("This computer could not provide {what}.")]
    System {
        /// What was missing.
        what: &'static str,
    },
}

impl VaultError {
    /// A stable word for programs: exit codes, JSON errors, tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyringUnreachable => "keyring_unreachable",
            Self::KeyringLocked => "keyring_locked",
            Self::KeyringDenied => "keyring_denied",
            Self::KeyringFailed { .. } => "keyring_failed",
            Self::TimedOut { .. } => "vault_timed_out",
            Self::KeyMissing => "vault_key_missing",
            Self::PassphraseNeeded => "passphrase_needed",
            Self::PassphraseEmpty => "passphrase_empty",
            Self::WrongPassphrase => "passphrase_wrong",
            Self::Corrupt { .. } => "vault_corrupt",
            Self::UnsupportedVersion { .. } => "vault_version",
            Self::SealBroken => "seal_broken",
            Self::OtherKey { .. } => "seal_other_key",
            Self::TooLarge { .. } => "secrets_too_large",
            Self::Home { .. } => "vault_home",
            Self::System { .. } => "vault_system",
        }
    }

    /// One plain sentence that says what is so.
    pub fn say(&self) -> String {
        self.to_string()
    }

    /// One plain sentence that says what to do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::KeyringUnreachable => {
                "Start the keyring and try again, or choose a passphrase for this home."
            }
            Self::KeyringLocked => "Unlock the keyring and try again.",
            Self::KeyringDenied => {
                "Allow Signalbox in the keyring's settings, or choose a passphrase for this home."
            }
            Self::KeyringFailed { .. } => {
                "Try again; if it stays so, choose a passphrase for this home."
            }
            Self::TimedOut { .. } => {
                "Look for a window that asks for the keyring's password, answer it and try again."
            }
            Self::KeyMissing => {
                "Bring the key back with the computer's keyring, or sign in to each line again. Waiting messages are kept."
            }
            Self::PassphraseNeeded => "Enter the passphrase of this home.",
            Self::PassphraseEmpty => "Choose a passphrase; several words are good.",
            Self::WrongPassphrase => "Enter the passphrase again; capital letters count.",
            Self::Corrupt { .. } => {
                "Restore it from a backup, or sign in to each line again. Waiting messages are kept."
            }
            Self::UnsupportedVersion { .. } => {
                "Install the newest Signalbox and open this home again."
            }
            Self::SealBroken | Self::OtherKey { .. } => "Sign in to this line again.",
            Self::TooLarge { .. } => "Check that the right file was given for the secret.",
            Self::Home { .. } => "Check the folder's permissions and free space, and try again.",
            Self::System { .. } => "Close other programs or restart the computer, and try again.",
        }
    }

    /// The detail of a keyring's own error, made fit to show: one line, bounded.
    pub(crate) fn keyring_failed(detail: &str) -> Self {
        let detail: String =
            detail.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
        Self::KeyringFailed { detail: detail.trim().trim_end_matches('.').to_owned() }
    }
}

impl From<KeyStoreError> for VaultError {
    fn from(error: KeyStoreError) -> Self {
        match error {
            KeyStoreError::Unreachable => Self::KeyringUnreachable,
            KeyStoreError::Locked => Self::KeyringLocked,
            KeyStoreError::Denied => Self::KeyringDenied,
            KeyStoreError::Failed { detail } => Self::keyring_failed(&detail),
        }
    }
}
