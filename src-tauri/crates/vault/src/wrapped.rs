//! The home's key wrapped by a passphrase: Argon2id makes a key from the passphrase, and that key seals the home's.
//! The small struct here is what `vault.json` holds; everything read back from it is bounded before it is believed.

use std::path::Path;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::error::VaultError;
use crate::home;
use crate::key::{KEY_BYTES, Key, fill_random};
use crate::seal::{decrypt, encrypt};

const VERSION: u32 = 1;
const KDF: &str = "argon2id";
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
const WRAPPED_BYTES: usize = KEY_BYTES + 16;
const LABEL: &str = "signalbox/vault/wrapped-key";
const FILE: &str = "The file vault.json";

/// What trying one passphrase costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KdfCost {
    /// Memory in KiB, 8 MiB to 256 MiB.
    pub memory_kib: u32,
    /// Passes over that memory, 1 to 16.
    pub passes: u32,
    /// Lanes, 1 to 4.
    pub lanes: u32,
}

impl KdfCost {
    /// 64 MiB, three passes, one lane: about a tenth of a second on a desktop.
    pub const DEFAULT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// The least that is accepted, for tests that open many homes.
    pub const LEAST: Self = Self { memory_kib: 8 * 1024, passes: 1, lanes: 1 };

    /// Checked before any memory is asked for: the file is not trusted to name a price.
    fn params(self) -> Result<Params, VaultError> {
        let bounded = (Self::LEAST.memory_kib..=256 * 1024).contains(&self.memory_kib)
            && (1..=16).contains(&self.passes)
            && (1..=4).contains(&self.lanes);
        if !bounded {
            return Err(corrupt("its cost is out of bounds"));
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(KEY_BYTES))
            .map_err(|_| corrupt("its cost is out of bounds"))
    }
}

/// A home's key under a passphrase, as kept in `vault.json`. Nothing in it is secret while the passphrase is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrappedKey {
    version: u32,
    kdf: String,
    cost: KdfCost,
    salt: String,
    nonce: String,
    key_id: String,
    wrapped: String,
    /// Over all fields above. It tells a damaged file from a wrong passphrase, and proves nothing else.
    check: String,
}

impl WrappedKey {
    /// Wraps `key` under `passphrase` with a fresh salt and nonce.
    pub(crate) fn wrap(
        key: &Key,
        passphrase: &SecretString,
        cost: KdfCost,
    ) -> Result<Self, VaultError> {
        let mut salt = [0_u8; SALT_BYTES];
        let mut nonce = [0_u8; NONCE_BYTES];
        fill_random(&mut salt)?;
        fill_random(&mut nonce)?;
        let wrapping = derive(passphrase, &salt, cost)?;
        let mut new = Self {
            version: VERSION,
            kdf: KDF.to_owned(),
            cost,
            salt: URL_SAFE_NO_PAD.encode(salt),
            nonce: URL_SAFE_NO_PAD.encode(nonce),
            key_id: key.id().to_string(),
            wrapped: String::new(),
            check: String::new(),
        };
        let mut plain = Zeroizing::new(Vec::with_capacity(WRAPPED_BYTES));
        plain.extend_from_slice(key.expose());
        let body = encrypt(&wrapping, &nonce, new.associated().as_bytes(), plain)?;
        new.wrapped = URL_SAFE_NO_PAD.encode(&*body);
        new.check = new.expected_check();
        Ok(new)
    }

    /// The key, given the passphrase that wrapped it.
    pub(crate) fn unwrap_key(&self, passphrase: &SecretString) -> Result<Key, VaultError> {
        self.verify()?;
        let salt: [u8; SALT_BYTES] = field(&self.salt)?;
        let nonce: [u8; NONCE_BYTES] = field(&self.nonce)?;
        let body: [u8; WRAPPED_BYTES] = field(&self.wrapped)?;
        let wrapping = derive(passphrase, &salt, self.cost)?;
        let plain = decrypt(&wrapping, &nonce, self.associated().as_bytes(), &body)
            .ok_or(VaultError::WrongPassphrase)?;
        let key = Key::from_slice(&plain).ok_or_else(|| corrupt("its key has the wrong size"))?;
        if key.id().to_string() != self.key_id {
            return Err(corrupt("its key is not the one it names"));
        }
        Ok(key)
    }

    /// The wrapped key of `home`, checked and bounded; `None` when the home has no passphrase. Blocks on the disk.
    ///
    /// # Errors
    /// [`VaultError::Corrupt`], [`VaultError::UnsupportedVersion`] or [`VaultError::Home`].
    pub fn read(home: &Path) -> Result<Option<Self>, VaultError> {
        home::read_wrapped(home)?.map(|bytes| Self::parse(&bytes)).transpose()
    }

    /// Puts this into `home` in place of what was there, readable by its owner only. On return it is on the disk; on
    /// failure the old file is untouched. Blocks on the disk.
    ///
    /// # Errors
    /// [`VaultError::Home`] with what the system said.
    pub fn write(&self, home: &Path) -> Result<(), VaultError> {
        let mut text =
            serde_json::to_vec_pretty(self).map_err(|_| corrupt("it cannot be written"))?;
        text.push(b'\n');
        home::write_wrapped(home, &text)
    }

    fn parse(bytes: &[u8]) -> Result<Self, VaultError> {
        /// The one field that every format has.
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        let Versioned { version } =
            serde_json::from_slice(bytes).map_err(|_| corrupt("it is damaged"))?;
        if version != u64::from(VERSION) {
            return Err(VaultError::UnsupportedVersion { what: FILE, found: version });
        }
        let read: Self = serde_json::from_slice(bytes).map_err(|_| corrupt("it is damaged"))?;
        read.verify()?;
        Ok(read)
    }

    fn verify(&self) -> Result<(), VaultError> {
        self.cost.params()?;
        if self.kdf != KDF {
            return Err(corrupt("it names an unknown way to use the passphrase"));
        }
        if self.check != self.expected_check() {
            return Err(corrupt("its check does not match"));
        }
        Ok(())
    }

    /// Everything that decides how the key is unwrapped, with a sign between the fields that none of them contains.
    fn associated(&self) -> String {
        let KdfCost { memory_kib, passes, lanes } = self.cost;
        format!(
            "{LABEL}|{}|{}|{memory_kib}|{passes}|{lanes}|{}|{}|{}",
            self.version, self.kdf, self.salt, self.nonce, self.key_id
        )
    }

    fn expected_check(&self) -> String {
        let digest = Sha256::new()
            .chain_update(self.associated())
            .chain_update(b"|")
            .chain_update(&self.wrapped)
            .finalize();
        URL_SAFE_NO_PAD.encode(&digest[..12])
    }
}

fn corrupt(why: &'static str) -> VaultError {
    VaultError::Corrupt { what: FILE, why }
}

fn field<const BYTES: usize>(text: &str) -> Result<[u8; BYTES], VaultError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| corrupt("a field has the wrong size"))
}

/// The wrapping key. The memory Argon2 works in is ours, so that it can be wiped afterwards.
fn derive(
    passphrase: &SecretString,
    salt: &[u8; SALT_BYTES],
    cost: KdfCost,
) -> Result<Zeroizing<[u8; KEY_BYTES]>, VaultError> {
    let params = cost.params()?;
    let no_memory = || VaultError::System { what: "enough memory" };
    let mut memory = Vec::new();
    memory.try_reserve_exact(params.block_count()).map_err(|_| no_memory())?;
    memory.resize(params.block_count(), Block::default());
    let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
    let done = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(
            passphrase.expose_secret().as_bytes(),
            salt,
            key.as_mut_slice(),
            &mut memory,
        );
    memory.iter_mut().for_each(Zeroize::zeroize);
    done.map_err(|_| no_memory())?;
    Ok(key)
}

#[cfg(test)]
mod tests;
