//! The vault: where credentials are sealed.
//!
//! One random 32-byte key per home. The key lives in the operating system's keyring, or in the home wrapped by a
//! passphrase; credentials are sealed with it (XChaCha20-Poly1305) and handed back as bytes.
//!
//! What this room refuses to own: it knows no provider and no store. It never decides where sealed bytes are kept,
//! so that a rotated refresh token can commit together with the work that used it. It never falls back from one mode
//! to another either: without a keyring it says so, and a person chooses.
//!
//! ```no_run
//! # async fn demo(home: &std::path::Path) -> Result<(), signalbox_vault::VaultError> {
//! use signalbox_vault::{OpenMode, SecretMap, Vault};
//!
//! let vault = Vault::open(home, "0000000000001", OpenMode::keyring()).await?;
//! let secrets = SecretMap::from([("auth_token", "from the form")]);
//! let sealed = vault.seal("01hq3v8m2k7c4", &secrets)?; // the store keeps these bytes
//! let opened = vault.open_sealed("01hq3v8m2k7c4", &sealed)?;
//! assert_eq!(opened.expose("auth_token"), Some("from the form"));
//! # Ok(()) }
//! ```

mod error;
mod home;
mod key;
mod key_store;
mod mode;
mod patience;
mod seal;
mod secrets;
mod vault;
mod wrapped;

pub use error::VaultError;
pub use key::KeyId;
pub use key_store::memory::{Fault, MemoryKeyStore};
pub use key_store::os::OsKeyStore;
pub use key_store::{KeyStore, KeyStoreError};
pub use mode::{KeySource, OpenMode, VaultMode, VaultState};
pub use seal::{MAX_SECRETS_BYTES, sealed_with};
pub use secrecy::{ExposeSecret, SecretString};
pub use secrets::SecretMap;
pub use vault::Vault;
pub use wrapped::{KdfCost, WrappedKey};
