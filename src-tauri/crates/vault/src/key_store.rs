//! Where a home's key is kept outside the home: one small text per account. The trait is the seam; the operating
//! system's keyring and the in-memory one stand behind it. Knows nothing of what the text means.

pub(crate) mod memory;
pub(crate) mod os;

use secrecy::SecretString;

use crate::mode::VaultMode;

/// A place that keeps one secret text per account.
///
/// All calls may block for as long as a person looks at an unlock window. The vault calls them on a thread of its own,
/// never on the runtime, and one at a time per home.
pub trait KeyStore: Send + Sync + 'static {
    /// What a vault whose key is kept here says of itself.
    fn mode(&self) -> VaultMode;

    /// The text kept for `account`; `None` when there is none.
    ///
    /// # Errors
    /// [`KeyStoreError`]; an entry that cannot be read is an error and never `None`, because `None` lets a new key be
    /// made in its place.
    fn read(&self, account: &str) -> Result<Option<SecretString>, KeyStoreError>;

    /// Keeps `text` for `account`, in place of what was there.
    ///
    /// # Errors
    /// [`KeyStoreError`] when it is not certain that the text is kept.
    fn write(&self, account: &str, text: &SecretString) -> Result<(), KeyStoreError>;
}

/// Why a key store could not do what was asked. Carries no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyStoreError {
    /// There is nothing to talk to.
    #[error("no keyring can be reached")]
    Unreachable,
    /// It is locked and stayed so.
    #[error("the keyring is locked")]
    Locked,
    /// Access was refused.
    #[error("the keyring refused access")]
    Denied,
    /// Anything else, in the store's own words.
    #[error("{detail}")]
    Failed {
        /// Must not contain a secret.
        detail: String,
    },
}
