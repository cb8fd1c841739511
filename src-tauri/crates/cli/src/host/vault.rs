//! Opening a home's vault as the person chose. Never falls back from one way to another by itself, with one exception
//! that is said aloud: where only practice lines live, there is nothing to protect.

use std::path::Path;
use std::sync::Arc;

use signalbox_store::Store;
use signalbox_vault::{MemoryKeyStore, OpenMode, SecretString, Vault, VaultError};

use crate::stop::Stop;

/// The file that says that a home has a passphrase.
const WRAPPED_KEY: &str = "vault.json";

/// What the person chose.
#[derive(Debug, Clone)]
pub enum VaultWish {
    /// Nothing: the keyring.
    Usual,
    /// The keyring and nothing else.
    Keyring,
    /// Under this passphrase.
    Passphrase(SecretString),
    /// In memory.
    Session,
}

/// An open vault, and what is to be said about how it was opened.
#[derive(Debug)]
pub struct Opened {
    /// The vault.
    pub vault: Arc<Vault>,
    /// Something that the person did not ask for and should know.
    pub notice: Option<String>,
}

/// Opens the vault of a home. `only_practice`: no line with a real credential lives here, or is about to.
///
/// # Errors
/// Why it cannot be opened, and how to choose another way.
pub async fn open(
    home: &Path,
    store: &Store,
    wish: VaultWish,
    only_practice: bool,
) -> Result<Opened, Stop> {
    let is_usual = matches!(wish, VaultWish::Usual);
    let session = || OpenMode::key_store(Arc::new(MemoryKeyStore::new()));
    let sealed = !store.connections().await?.is_empty();
    let mode = match wish {
        VaultWish::Usual if home.join(WRAPPED_KEY).exists() => {
            return Err(VaultError::PassphraseNeeded.into());
        }
        VaultWish::Usual | VaultWish::Keyring => OpenMode::keyring().expect_existing(sealed),
        VaultWish::Passphrase(passphrase) => {
            OpenMode::passphrase(passphrase).expect_existing(sealed)
        }
        // What an earlier session sealed is lost by design; those lines sign in again.
        VaultWish::Session => session(),
    };
    match Vault::open(home, store.home_id(), mode).await {
        Ok(vault) => Ok(Opened { vault: Arc::new(vault), notice: None }),
        Err(error) if is_usual && only_practice && is_about_the_keyring(&error) => {
            let vault = Vault::open(home, store.home_id(), session()).await?;
            let notice = format!(
                "{} Only practice lines are here, so their keys stay in memory until Signalbox stops. Before you \
                 connect a real line, choose: --vault passphrase --passphrase @file:PATH, or --vault session.",
                error.say()
            );
            Ok(Opened { vault: Arc::new(vault), notice: Some(notice) })
        }
        Err(error) => Err(error.into()),
    }
}

fn is_about_the_keyring(error: &VaultError) -> bool {
    matches!(
        error,
        VaultError::KeyringUnreachable
            | VaultError::KeyringLocked
            | VaultError::KeyringDenied
            | VaultError::KeyringFailed { .. }
            | VaultError::KeyMissing
            | VaultError::TimedOut { .. }
    )
}
