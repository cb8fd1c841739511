//! An open vault: finds or makes the home's key, then seals and opens with it. Keeps no sealed bytes and remembers no
//! credential.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use crate::error::VaultError;
use crate::home::HomeLock;
use crate::key::{Key, KeyId};
use crate::key_store::KeyStore;
use crate::mode::{KeySource, OpenMode, VaultMode, VaultState};
use crate::patience::{Wanted, off_the_runtime};
use crate::seal;
use crate::secrets::SecretMap;
use crate::wrapped::{KdfCost, WrappedKey};

/// An open vault. Share it by reference or `Arc`; it is never cloned, so that the key exists once.
#[derive(Debug)]
pub struct Vault {
    key: Key,
    mode: VaultMode,
}

impl Vault {
    /// Opens the vault of `home`, making its key on first use. `home` is an existing folder; `home_id` names the home
    /// in the keyring and never changes.
    ///
    /// A new key is read back from where it was put before anything may be sealed with it. Openings of one home, in
    /// whatever process, decide one after the other; so two at once make one key.
    ///
    /// # Errors
    /// Every [`VaultError`] but those of sealing. After [`VaultError::TimedOut`] a question to a person may still be
    /// open; answering it makes no key that was not already being written.
    pub async fn open(home: &Path, home_id: &str, mode: OpenMode) -> Result<Self, VaultError> {
        let (home, home_id) = (home.to_owned(), home_id.to_owned());
        let OpenMode { source, expect_existing, patience, cost } = mode;
        let (vault, made) = off_the_runtime(patience, move |wanted| {
            let _one_at_a_time = HomeLock::take(&home)?;
            let opening = Opening { home: &home, expect_existing, wanted };
            let (found, mode) = match &source {
                KeySource::Keyring(store) => {
                    (opening.by_store(store.as_ref(), &home_id)?, store.mode())
                }
                KeySource::Passphrase(passphrase) => {
                    (opening.by_passphrase(passphrase, cost)?, VaultMode::Passphrase)
                }
            };
            let vault = Self { key: found.key, mode };
            Ok((vault, found.made))
        })
        .await?;
        tracing::info!(key_id = %vault.key_id(), mode = ?vault.mode, made, "vault open");
        Ok(vault)
    }

    /// The key that [`seal`](Self::seal) uses now.
    pub fn key_id(&self) -> KeyId {
        self.key.id()
    }

    /// What the Settings screen shows.
    pub fn state(&self) -> VaultState {
        VaultState::of(self.mode)
    }

    /// Seals the secrets of one connection. The bytes open for this connection only.
    ///
    /// # Errors
    /// [`VaultError::TooLarge`] above [`MAX_SECRETS_BYTES`](crate::MAX_SECRETS_BYTES), [`VaultError::System`] without
    /// randomness.
    pub fn seal(&self, connection_id: &str, secrets: &SecretMap) -> Result<Vec<u8>, VaultError> {
        seal::seal(&self.key, connection_id, secrets)
    }

    /// Opens what was sealed for this connection.
    ///
    /// # Errors
    /// [`VaultError::OtherKey`], [`VaultError::SealBroken`] or [`VaultError::UnsupportedVersion`].
    pub fn open_sealed(&self, connection_id: &str, sealed: &[u8]) -> Result<SecretMap, VaultError> {
        seal::open(&self.key, connection_id, sealed)
    }
}

struct Found {
    key: Key,
    made: bool,
}

impl Found {
    fn there(key: Key) -> Self {
        Self { key, made: false }
    }

    fn new(key: Key) -> Self {
        Self { key, made: true }
    }
}

/// One opening, on its own thread, under the home's lock.
struct Opening<'a> {
    home: &'a Path,
    expect_existing: bool,
    wanted: &'a Wanted<'a>,
}

impl Opening<'_> {
    fn by_store(&self, store: &dyn KeyStore, home_id: &str) -> Result<Found, VaultError> {
        // A home has one key. With a passphrase set, a second one in the keyring would strand what the first sealed.
        if WrappedKey::read(self.home)?.is_some() {
            return Err(VaultError::PassphraseNeeded);
        }
        if let Some(text) = store.read(home_id)? {
            return Key::from_text(&text).map(Found::there);
        }
        let key = self.new_key()?;
        store.write(home_id, &key.to_text())?;
        let kept = store.read(home_id)?.map(|text| Key::from_text(&text)).transpose()?;
        match kept {
            Some(kept) if kept.id() == key.id() => Ok(Found::new(kept)),
            Some(_) => {
                Err(VaultError::keyring_failed("it gave back another key than it was given"))
            }
            None => Err(VaultError::keyring_failed("it did not keep the key it was given")),
        }
    }

    fn by_passphrase(&self, passphrase: &SecretString, cost: KdfCost) -> Result<Found, VaultError> {
        if passphrase.expose_secret().trim().is_empty() {
            return Err(VaultError::PassphraseEmpty);
        }
        if let Some(wrapped) = WrappedKey::read(self.home)? {
            return wrapped.unwrap_key(passphrase).map(Found::there);
        }
        let key = self.new_key()?;
        let wrapped = WrappedKey::wrap(&key, passphrase, cost)?;
        // Deriving took its time; the caller may be gone by now.
        self.wanted.or_stop()?;
        wrapped.write(self.home)?;
        match WrappedKey::read(self.home)? {
            Some(kept) if kept == wrapped => Ok(Found::new(key)),
            _ => Err(VaultError::Corrupt {
                what: "The file vault.json",
                why: "it did not come back as it was written",
            }),
        }
    }

    /// A key for a home that has none, unless it should have one or nobody waits any longer.
    fn new_key(&self) -> Result<Key, VaultError> {
        if self.expect_existing {
            return Err(VaultError::KeyMissing);
        }
        self.wanted.or_stop()?;
        Key::random()
    }
}
