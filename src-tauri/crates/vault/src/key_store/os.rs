//! The operating system's keyring: Secret Service over D-Bus, Keychain, Credential Manager. The only file that knows
//! the keyring crates; translates their errors without ever carrying the data some of them have attached.
//!
//! The store is opened anew for every call. That costs a few milliseconds twice per start, and lets a keyring that
//! was started or restarted after us be reached without a restart of our own.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{KeyStore, KeyStoreError};
use crate::mode::VaultMode;

/// The service name of every entry; the account is the home's id.
const SERVICE: &str = "app.signalbox";

/// The keyring of this computer's user.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsKeyStore;

impl OsKeyStore {
    /// Touches nothing yet; the keyring is reached when a vault is opened.
    pub fn new() -> Self {
        Self
    }
}

impl KeyStore for OsKeyStore {
    fn mode(&self) -> VaultMode {
        VaultMode::Keyring
    }

    fn read(&self, account: &str) -> Result<Option<SecretString>, KeyStoreError> {
        let bytes = match entry(account)?.get_secret() {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(Error::NoEntry) => return Ok(None),
            Err(error) => return Err(translate(&error)),
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Some(SecretString::from(text))),
            Err(_) => Err(failed("its entry for this home is not text")),
        }
    }

    fn write(&self, account: &str, text: &SecretString) -> Result<(), KeyStoreError> {
        // As bytes of text and not as a password: Windows would store a password as UTF-16, twice the size.
        entry(account)?
            .set_secret(text.expose_secret().as_bytes())
            .map_err(|error| translate(&error))
    }
}

fn entry(account: &str) -> Result<Entry, KeyStoreError> {
    // Whatever stands in the way here, no keyring was reached; only a refusal is told apart.
    let store = open_store().map_err(|error| match translate(&error) {
        KeyStoreError::Denied => KeyStoreError::Denied,
        _ => KeyStoreError::Unreachable,
    })?;
    store.build(SERVICE, account, None).map_err(|error| translate(&error))
}

#[cfg(target_os = "macos")]
fn open_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn open_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn open_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

fn failed(detail: &str) -> KeyStoreError {
    KeyStoreError::Failed { detail: detail.to_owned() }
}

/// The variants are taken one by one, since `BadEncoding` and `BadDataFormat` carry the secret itself and `Ambiguous`
/// names other people's entries.
fn translate(error: &Error) -> KeyStoreError {
    match error {
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => {
            let cause: &(dyn std::error::Error + 'static) = cause.as_ref();
            platform(cause).unwrap_or_else(|| failed(&cause.to_string()))
        }
        Error::NoDefaultStore => KeyStoreError::Unreachable,
        Error::Ambiguous(_) => failed("it has more than one entry for this home"),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            failed("its entry for this home is not text")
        }
        Error::BadStoreFormat(_) => failed("its own storage is damaged"),
        Error::NotSupportedByStore(_) => failed("it cannot keep this kind of entry"),
        Error::NoEntry => failed("its entry for this home went away"),
        _ => failed("it gave no reason that is known"),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn platform(cause: &(dyn std::error::Error + 'static)) -> Option<KeyStoreError> {
    use secret_service::Error as Service;
    match cause.downcast_ref::<Service>()? {
        // A dismissed prompt and a prompt that could not be shown look the same; both leave it locked.
        Service::Locked | Service::Prompt => Some(KeyStoreError::Locked),
        // A daemon without a default collection keeps nothing.
        Service::NoResult | Service::Unavailable | Service::PromptDisconnected => {
            Some(KeyStoreError::Unreachable)
        }
        Service::Zbus(error) => bus_name(&error.to_string()),
        Service::ZbusFdo(error) => bus_name(&error.to_string()),
        _ => None,
    }
}

/// D-Bus errors are told apart by their names, which are the specification's and stand in the text.
#[cfg(all(unix, not(target_os = "macos")))]
fn bus_name(text: &str) -> Option<KeyStoreError> {
    let any = |names: &[&str]| names.iter().any(|name| text.contains(name));
    if any(&[".AccessDenied", ".AuthFailed", ".InteractiveAuthorizationRequired"]) {
        Some(KeyStoreError::Denied)
    } else if any(&["org.freedesktop.Secret.Error.IsLocked"]) {
        Some(KeyStoreError::Locked)
    } else if any(&[
        ".ServiceUnknown",
        ".NameHasNoOwner",
        ".NoServer",
        ".NoReply",
        ".Disconnected",
        ".Spawn.",
        "org.freedesktop.Secret.Error.NoSession",
    ]) {
        Some(KeyStoreError::Unreachable)
    } else {
        None
    }
}

/// `Security.framework` errors by their `OSStatus`, which stands in the debug form (`code: -25308`).
#[cfg(target_os = "macos")]
fn platform(cause: &(dyn std::error::Error + 'static)) -> Option<KeyStoreError> {
    let text = format!("{cause:?}");
    let any = |codes: &[&str]| codes.iter().any(|code| text.contains(&format!("code: {code}")));
    if any(&["-25308", "-25315"]) {
        Some(KeyStoreError::Locked) // errSecInteractionNotAllowed, errSecInteractionRequired
    } else if any(&["-128", "-25293", "-25243", "-34018", "-61"]) {
        Some(KeyStoreError::Denied) // cancelled, errSecAuthFailed, no access for item, missing entitlement, wrPerm
    } else if any(&["-25291", "-25294", "-25295", "-25307"]) {
        Some(KeyStoreError::Unreachable) // not available, no such, invalid, no default keychain
    } else {
        None
    }
}

/// The Credential Manager is open while its user is signed in; the one case to tell apart is a session without one.
#[cfg(target_os = "windows")]
fn platform(cause: &(dyn std::error::Error + 'static)) -> Option<KeyStoreError> {
    let text = format!("{cause:?}");
    let is = |code: &str| text == format!("PlatformError({code})");
    if is("1312") {
        Some(KeyStoreError::Unreachable) // ERROR_NO_SUCH_LOGON_SESSION
    } else if is("5") {
        Some(KeyStoreError::Denied) // ERROR_ACCESS_DENIED
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_carries_the_entry_is_told_without_it() {
        let carriers = [
            Error::BadEncoding(b"CANARY".to_vec()),
            Error::BadDataFormat(b"CANARY".to_vec(), "CANARY".into()),
            Error::BadStoreFormat("CANARY".to_owned()),
            Error::Invalid("CANARY".to_owned(), "CANARY".to_owned()),
        ];
        for error in carriers {
            let told = translate(&error);
            assert!(
                !format!("{told:?} {told}").contains("CANARY"),
                "what was in the keyring must not travel in an error"
            );
        }
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn bus_errors_are_known_by_their_names() {
        let known = |text: &str| bus_name(text);
        assert_eq!(
            known("org.freedesktop.DBus.Error.AccessDenied: policy"),
            Some(KeyStoreError::Denied)
        );
        assert_eq!(
            known("org.freedesktop.DBus.Error.ServiceUnknown: nobody"),
            Some(KeyStoreError::Unreachable)
        );
        assert_eq!(
            known("org.freedesktop.Secret.Error.IsLocked: locked"),
            Some(KeyStoreError::Locked)
        );
        assert_eq!(known("org.freedesktop.DBus.Error.Failed: odd"), None);
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn a_dismissed_prompt_leaves_the_keyring_locked() {
        let dismissed = Error::NoStorageAccess(Box::new(secret_service::Error::Prompt));
        assert_eq!(translate(&dismissed), KeyStoreError::Locked);
        let no_collection = Error::NoStorageAccess(Box::new(secret_service::Error::NoResult));
        assert_eq!(translate(&no_collection), KeyStoreError::Unreachable);
    }
}
