//! A key store in a file, so that an owner that was killed finds its key again. For tests alone.

use std::path::PathBuf;

use signalbox_vault::{ExposeSecret, KeyStore, KeyStoreError, SecretString, VaultMode};

/// The folder of the keys.
pub(crate) struct KeysInFile(pub(crate) PathBuf);

impl KeysInFile {
    fn path(&self, account: &str) -> PathBuf {
        self.0.join(account)
    }
}

fn failed(error: &std::io::Error) -> KeyStoreError {
    KeyStoreError::Failed { detail: error.to_string() }
}

impl KeyStore for KeysInFile {
    fn mode(&self) -> VaultMode {
        VaultMode::Keyring
    }

    fn read(&self, account: &str) -> Result<Option<SecretString>, KeyStoreError> {
        match std::fs::read_to_string(self.path(account)) {
            Ok(text) => Ok(Some(text.into())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    fn write(&self, account: &str, text: &SecretString) -> Result<(), KeyStoreError> {
        // Whole or not at all: the owner may be killed in the middle.
        let draft = self.path(&format!("{account}.draft"));
        std::fs::create_dir_all(&self.0)
            .and_then(|()| std::fs::write(&draft, text.expose_secret()))
            .and_then(|()| std::fs::rename(&draft, self.path(account)))
            .map_err(|error| failed(&error))
    }
}
