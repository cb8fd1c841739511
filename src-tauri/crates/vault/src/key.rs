//! The key of a home: its bytes, its id and the text it becomes in a keyring. Does no sealing and no I/O.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::VaultError;

/// Bytes in a key.
pub(crate) const KEY_BYTES: usize = 32;
/// Bytes in a key id.
pub(crate) const KEY_ID_BYTES: usize = 8;
/// Length of a key in base64 without padding.
const KEY_TEXT_LEN: usize = 43;
const TEXT_VERSION: &str = "v1";
const ENTRY: &str = "The entry in the keyring";

/// Names a key without telling anything about it: a truncated hash of 32 random bytes, shown as 16 hexadecimal
/// digits. Safe in logs, headers and on screen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KEY_ID_BYTES]);

impl KeyId {
    pub(crate) fn from_bytes(bytes: [u8; KEY_ID_BYTES]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; KEY_ID_BYTES] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// The key itself. Boxed, so that moving it leaves no copies behind; wiped when dropped; never printed.
pub(crate) struct Key {
    bytes: SecretBox<[u8; KEY_BYTES]>,
    id: KeyId,
}

impl Key {
    /// A fresh key from the system's randomness.
    pub(crate) fn random() -> Result<Self, VaultError> {
        let mut bytes = Box::new([0_u8; KEY_BYTES]);
        fill_random(bytes.as_mut_slice())?;
        Ok(Self::from_box(bytes))
    }

    pub(crate) fn from_slice(slice: &[u8]) -> Option<Self> {
        if slice.len() != KEY_BYTES {
            return None;
        }
        let mut bytes = Box::new([0_u8; KEY_BYTES]);
        bytes.copy_from_slice(slice);
        Some(Self::from_box(bytes))
    }

    fn from_box(bytes: Box<[u8; KEY_BYTES]>) -> Self {
        let digest = Sha256::new()
            .chain_update(b"signalbox/vault/key-id/1")
            .chain_update(bytes.as_slice())
            .finalize();
        let mut id = [0_u8; KEY_ID_BYTES];
        id.copy_from_slice(&digest[..KEY_ID_BYTES]);
        Self { bytes: SecretBox::new(bytes), id: KeyId(id) }
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        self.bytes.expose_secret()
    }

    /// The text kept in a keyring: `v1.<key, base64url>.<key id, hex>`. Text, because KWallet stores UTF-8 only; with
    /// the id, so that a damaged entry is told from another key.
    pub(crate) fn to_text(&self) -> SecretString {
        let mut encoded = Zeroizing::new([0_u8; KEY_TEXT_LEN]);
        URL_SAFE_NO_PAD
            .encode_slice(self.expose(), encoded.as_mut_slice())
            .expect("32 bytes are 43 characters of unpadded base64");
        let encoded =
            std::str::from_utf8(encoded.as_slice()).expect("base64 is ASCII, hence UTF-8");
        // One allocation of the final length: a growing string would leave copies of the key behind.
        let mut text =
            String::with_capacity(TEXT_VERSION.len() + 1 + KEY_TEXT_LEN + 1 + 2 * KEY_ID_BYTES);
        text.push_str(TEXT_VERSION);
        text.push('.');
        text.push_str(encoded);
        text.push('.');
        text.push_str(&self.id.to_string());
        SecretString::from(text)
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    pub(crate) fn from_text(text: &SecretString) -> Result<Self, VaultError> {
        let corrupt = |why| VaultError::Corrupt { what: ENTRY, why };
        let mut parts = text.expose_secret().trim().split('.');
        let (version, key, id) = (parts.next(), parts.next(), parts.next());
        if parts.next().is_some() {
            return Err(corrupt("it has more parts than a key has"));
        }
        match version {
            Some(TEXT_VERSION) => {}
            Some(other) => {
                return Err(match other.strip_prefix('v').and_then(|n| n.parse::<u64>().ok()) {
                    Some(found) => VaultError::UnsupportedVersion { what: ENTRY, found },
                    None => corrupt("it is not a key"),
                });
            }
            None => return Err(corrupt("it is empty")),
        }
        let (Some(key), Some(id)) = (key, id) else {
            return Err(corrupt("it is cut short"));
        };
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        let written = URL_SAFE_NO_PAD
            .decode_slice(key, bytes.as_mut_slice())
            .map_err(|_| corrupt("it is not a key"))?;
        let key = Self::from_slice(&bytes[..written]).ok_or_else(|| corrupt("it is cut short"))?;
        if key.id.to_string() != id {
            return Err(corrupt("its check does not match"));
        }
        Ok(key)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, [redacted])", self.id)
    }
}

/// Fills `buffer` from the system's source of randomness.
pub(crate) fn fill_random(buffer: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(buffer).map_err(|_| VaultError::System { what: "randomness" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry_error(text: &str) -> VaultError {
        Key::from_text(&SecretString::from(text))
            .expect_err("a damaged entry must not become a key")
    }

    #[test]
    fn a_key_comes_back_from_its_text() {
        let key = Key::random().expect("randomness");
        let back = Key::from_text(&key.to_text()).expect("its own text");
        assert_eq!(back.expose(), key.expose());
        assert_eq!(back.id(), key.id());
    }

    #[test]
    fn the_text_is_plain_ascii_of_one_length() {
        let text = Key::random().expect("randomness").to_text();
        let text = text.expose_secret();
        assert!(text.is_ascii(), "KWallet and the Credential Manager keep text only");
        assert_eq!(text.len(), 63, "room is reserved for exactly this length");
    }

    #[test]
    fn every_changed_character_of_the_text_is_refused() {
        let key = Key::random().expect("randomness");
        let text = key.to_text();
        let text = text.expose_secret().to_owned();
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'7' { b'8' } else { b'7' };
            let changed = String::from_utf8(changed).expect("ASCII stays ASCII");
            assert!(
                Key::from_text(&SecretString::from(changed)).is_err(),
                "character {at} was changed and nobody noticed"
            );
        }
        for length in 0..text.len() {
            assert!(
                Key::from_text(&SecretString::from(&text[..length])).is_err(),
                "cut to {length} characters and nobody noticed"
            );
        }
    }

    #[test]
    fn a_newer_entry_is_called_newer_and_not_damaged() {
        assert_eq!(
            entry_error("v2.something.else"),
            VaultError::UnsupportedVersion { what: ENTRY, found: 2 }
        );
        assert_eq!(entry_error("hunter2").code(), "vault_corrupt");
    }

    #[test]
    fn two_keys_have_two_ids() {
        let (a, b) = (Key::random().expect("randomness"), Key::random().expect("randomness"));
        assert_ne!(a.id(), b.id());
        assert_eq!(a.id().to_string().len(), 16);
    }
}
