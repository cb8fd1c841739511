//! Sealed bytes: how a connection's secrets look at rest. Pure computation; keeps nothing.
//!
//! ```text
//! offset  bytes
//!      0      1  format, 1
//!      1      8  key id
//!      9     24  nonce, random for every sealing
//!     33      n  XChaCha20-Poly1305 of the plain form, its 16-byte tag last
//! ```
//! Authenticated with it, though not kept in it: a label, the format, the key id and the connection's id. Sealed
//! bytes moved to another connection's row therefore do not open there.

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::key::{KEY_ID_BYTES, Key, KeyId, fill_random};
use crate::secrets::SecretMap;

const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;
const LABEL: &[u8] = b"signalbox/vault/credential";

/// The most bytes the names and values of one connection's secrets may have together, lengths included. A generous
/// OAuth bundle is a few kilobytes.
pub const MAX_SECRETS_BYTES: usize = 256 * 1024;

/// Seals `secrets` for one connection.
pub(crate) fn seal(
    key: &Key,
    connection_id: &str,
    secrets: &SecretMap,
) -> Result<Vec<u8>, VaultError> {
    if secrets.plain_len() > MAX_SECRETS_BYTES {
        return Err(VaultError::TooLarge { limit: MAX_SECRETS_BYTES });
    }
    let mut nonce = [0_u8; NONCE_BYTES];
    fill_random(&mut nonce)?;
    let body = encrypt(
        key.expose(),
        &nonce,
        &associated(key.id(), connection_id),
        secrets.to_plain(TAG_BYTES),
    )?;

    let mut sealed = Vec::with_capacity(HEADER_BYTES + body.len());
    sealed.push(FORMAT);
    sealed.extend_from_slice(key.id().as_bytes());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

/// Opens what [`seal`] made for the same connection with the same key.
pub(crate) fn open(key: &Key, connection_id: &str, sealed: &[u8]) -> Result<SecretMap, VaultError> {
    let header = Header::read(sealed)?;
    if header.key_id != key.id() {
        return Err(VaultError::OtherKey { sealed_with: header.key_id });
    }
    if header.body.len() > MAX_SECRETS_BYTES + TAG_BYTES {
        return Err(VaultError::SealBroken);
    }
    let plain =
        decrypt(key.expose(), header.nonce, &associated(header.key_id, connection_id), header.body)
            .ok_or(VaultError::SealBroken)?;
    SecretMap::from_plain(&plain).ok_or(VaultError::SealBroken)
}

/// Which key sealed these bytes, read from the header and not yet proven: after a change of key, this finds what is
/// still sealed with the old one.
///
/// # Errors
/// [`VaultError::SealBroken`] when there is no whole header, [`VaultError::UnsupportedVersion`] for a newer format.
pub fn sealed_with(sealed: &[u8]) -> Result<KeyId, VaultError> {
    Header::read(sealed).map(|header| header.key_id)
}

struct Header<'a> {
    key_id: KeyId,
    nonce: &'a [u8; NONCE_BYTES],
    body: &'a [u8],
}

impl<'a> Header<'a> {
    fn read(sealed: &'a [u8]) -> Result<Self, VaultError> {
        let (format, rest) = sealed.split_first().ok_or(VaultError::SealBroken)?;
        if *format != FORMAT {
            return Err(VaultError::UnsupportedVersion {
                what: "The stored credential",
                found: u64::from(*format),
            });
        }
        let (key_id, rest) =
            rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(VaultError::SealBroken)?;
        let (nonce, body) =
            rest.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::SealBroken)?;
        Ok(Self { key_id: KeyId::from_bytes(*key_id), nonce, body })
    }
}

/// Everything before the connection's id has a fixed length, so no two connections share an encoding.
fn associated(key_id: KeyId, connection_id: &str) -> Vec<u8> {
    [LABEL, &[FORMAT], key_id.as_bytes().as_slice(), connection_id.as_bytes()].concat()
}

/// Encrypts in place; the buffer that held the plain text ends up holding the cipher text and its tag.
pub(crate) fn encrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    mut plain: Zeroizing<Vec<u8>>,
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    XChaCha20Poly1305::new(key.into())
        .encrypt_in_place(&XNonce::from(*nonce), associated, &mut *plain)
        .map_err(|_| VaultError::TooLarge { limit: MAX_SECRETS_BYTES })?;
    Ok(plain)
}

/// The plain text, or `None` when key, nonce, associated data or any byte is not as it was.
pub(crate) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    body: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let mut plain = Zeroizing::new(body.to_vec());
    XChaCha20Poly1305::new(key.into())
        .decrypt_in_place(&XNonce::from(*nonce), associated, &mut *plain)
        .ok()?;
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: &str = "01hq3v8m2k7c4";

    fn key() -> Key {
        Key::random().expect("randomness")
    }

    fn exposed(secrets: &SecretMap) -> Vec<(String, String)> {
        secrets
            .names()
            .map(|name| (name.to_owned(), secrets.expose(name).unwrap_or_default().to_owned()))
            .collect()
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_again(
            connection in ".{0,40}",
            pairs in proptest::collection::btree_map(".{0,20}", ".{0,300}", 0..6),
        ) {
            let key = key();
            let secrets: SecretMap = pairs.into_iter().collect();
            let sealed = seal(&key, &connection, &secrets).expect("sealing");
            let opened = open(&key, &connection, &sealed).expect("opening");
            prop_assert_eq!(exposed(&opened), exposed(&secrets));
        }

        #[test]
        fn sealed_bytes_of_one_connection_refuse_to_open_for_another(
            mine in ".{0,20}", other in ".{0,20}",
        ) {
            prop_assume!(mine != other);
            let key = key();
            let sealed = seal(&key, &mine, &SecretMap::from([("api_key", "x")])).expect("sealing");
            prop_assert_eq!(
                open(&key, &other, &sealed).err(),
                Some(VaultError::SealBroken),
                "a row copied onto another line must not lend its credential to it"
            );
        }

        #[test]
        fn no_bytes_make_the_opener_panic(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..120), plausible in any::<bool>(),
        ) {
            let key = key();
            if plausible && bytes.len() > HEADER_BYTES {
                bytes[0] = FORMAT;
                bytes[1..=KEY_ID_BYTES].copy_from_slice(key.id().as_bytes());
            }
            prop_assert!(open(&key, LINE, &bytes).is_err());
        }
    }

    #[test]
    fn every_single_flipped_bit_is_refused() {
        let key = key();
        let secrets =
            SecretMap::from([("auth_token", "0123456789abcdef"), ("webhook_secret", "whsec_x")]);
        let sealed = seal(&key, LINE, &secrets).expect("sealing");
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                assert!(
                    open(&key, LINE, &changed).is_err(),
                    "bit {bit} of byte {at} was flipped and nobody noticed"
                );
            }
        }
    }

    #[test]
    fn every_length_but_the_right_one_is_refused() {
        let key = key();
        let sealed = seal(&key, LINE, &SecretMap::from([("api_key", "x")])).expect("sealing");
        for length in 0..sealed.len() {
            assert!(open(&key, LINE, &sealed[..length]).is_err(), "cut to {length} bytes");
        }
        let mut longer = sealed;
        longer.push(0);
        assert_eq!(open(&key, LINE, &longer).err(), Some(VaultError::SealBroken));
    }

    #[test]
    fn another_key_is_named_and_not_called_damage() {
        let (old, new) = (key(), key());
        let sealed = seal(&old, LINE, &SecretMap::new()).expect("sealing");
        assert_eq!(sealed_with(&sealed), Ok(old.id()));
        assert_eq!(
            open(&new, LINE, &sealed).err(),
            Some(VaultError::OtherKey { sealed_with: old.id() })
        );
    }

    #[test]
    fn a_newer_format_is_called_newer() {
        let key = key();
        let mut sealed = seal(&key, LINE, &SecretMap::new()).expect("sealing");
        sealed[0] = 2;
        assert_eq!(open(&key, LINE, &sealed).err().map(|e| e.code()), Some("vault_version"));
    }

    #[test]
    fn sealing_the_same_twice_gives_different_bytes() {
        let key = key();
        let secrets = SecretMap::from([("api_key", "same")]);
        let (a, b) = (seal(&key, LINE, &secrets), seal(&key, LINE, &secrets));
        assert_ne!(a, b, "a repeated nonce would give away equal credentials, and worse");
    }

    #[test]
    fn secrets_without_bounds_are_not_sealed() {
        let secrets = SecretMap::from([("api_key", "x".repeat(MAX_SECRETS_BYTES))]);
        assert_eq!(seal(&key(), LINE, &secrets).err().map(|e| e.code()), Some("secrets_too_large"));
        let all_that_fits = SecretMap::from([("a", "x".repeat(MAX_SECRETS_BYTES - 13))]);
        assert_eq!(all_that_fits.plain_len(), MAX_SECRETS_BYTES);
        let key = key();
        let sealed = seal(&key, LINE, &all_that_fits).expect("sealing at the bound");
        assert!(open(&key, LINE, &sealed).is_ok(), "what can be sealed can be opened");
    }

    #[test]
    fn the_secret_and_its_name_do_not_show_in_the_sealed_bytes() {
        let secrets = SecretMap::from([("auth_token", "CANARY-VALUE")]);
        let sealed = seal(&key(), LINE, &secrets).expect("sealing");
        for hidden in [b"CANARY-VALUE".as_slice(), b"auth_token"] {
            assert!(!sealed.windows(hidden.len()).any(|window| window == hidden));
        }
    }
}
