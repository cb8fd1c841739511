//! How a vault is to be opened, and what an open vault says of itself. Opens nothing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde::Serialize;

use crate::key_store::KeyStore;
use crate::key_store::os::OsKeyStore;
use crate::wrapped::KdfCost;

/// Long enough to find the window that asks for the keyring's password and to type it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a home's key comes from.
#[derive(Clone)]
pub enum KeySource {
    /// A key store outside the home, under the home's id.
    Keyring(Arc<dyn KeyStore>),
    /// The file `vault.json` in the home, wrapped by a passphrase.
    Passphrase(SecretString),
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keyring(store) => write!(f, "Keyring({:?})", store.mode()),
            Self::Passphrase(_) => write!(f, "Passphrase([redacted])"),
        }
    }
}

/// Everything [`Vault::open`](crate::Vault::open) needs to know beside the home.
#[derive(Debug, Clone)]
pub struct OpenMode {
    pub(crate) source: KeySource,
    pub(crate) expect_existing: bool,
    pub(crate) patience: Duration,
    pub(crate) cost: KdfCost,
}

impl OpenMode {
    /// The keyring of this computer's user.
    pub fn keyring() -> Self {
        Self::key_store(Arc::new(OsKeyStore::new()))
    }

    /// Any key store, as [`MemoryKeyStore`](crate::MemoryKeyStore) for a home that is opened session-only.
    pub fn key_store(store: Arc<dyn KeyStore>) -> Self {
        Self::new(KeySource::Keyring(store))
    }

    /// A passphrase; the first one given to a home becomes the home's.
    pub fn passphrase(passphrase: SecretString) -> Self {
        Self::new(KeySource::Passphrase(passphrase))
    }

    /// The given source, with everything else as usual.
    pub fn new(source: KeySource) -> Self {
        Self { source, expect_existing: false, patience: PATIENCE, cost: KdfCost::DEFAULT }
    }

    /// Say `true` when the home holds sealed credentials: then a key that is not found is
    /// [`KeyMissing`](crate::VaultError::KeyMissing), and no new one is made in its place. With `false`, the default,
    /// a home without a key gets one.
    #[must_use]
    pub fn expect_existing(mut self, expect_existing: bool) -> Self {
        self.expect_existing = expect_existing;
        self
    }

    /// How long to wait for a decision, 60 seconds unless said otherwise. The keyring may be asking a person.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// What a new passphrase shall cost to try, [`KdfCost::DEFAULT`] unless said otherwise. A home that has a
    /// passphrase keeps the cost it was made with.
    #[must_use]
    pub fn cost(mut self, cost: KdfCost) -> Self {
        self.cost = cost;
        self
    }
}

/// Where the key of an open vault lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VaultMode {
    /// In the operating system's keyring.
    Keyring,
    /// In the home, wrapped by a passphrase.
    Passphrase,
    /// In memory until the program closes.
    Session,
}

/// What the Settings screen shows of an open vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VaultState {
    /// Where the key lives.
    pub mode: VaultMode,
    /// The same in one plain sentence.
    pub say: String,
}

impl VaultState {
    pub(crate) fn of(mode: VaultMode) -> Self {
        let say = match mode {
            VaultMode::Keyring if cfg!(target_os = "macos") => {
                "Credentials are sealed with a key kept in your Keychain."
            }
            VaultMode::Keyring if cfg!(target_os = "windows") => {
                "Credentials are sealed with a key kept in your Credential Manager."
            }
            VaultMode::Keyring => "Credentials are sealed with a key kept in your keyring.",
            VaultMode::Passphrase => {
                "Credentials are sealed with a key that only your passphrase opens."
            }
            VaultMode::Session => {
                "Credentials last until Signalbox closes; then each line signs in again."
            }
        };
        Self { mode, say: say.to_owned() }
    }
}
