//! Standard Webhooks signatures, under Svix's header names or the standard's.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::webhook::{Delivery, Rejected};

/// Seconds a delivery may be old, or ahead of us.
const TOLERANCE: i64 = 300;

/// Secrets are pasted by people, who lose the padding.
const SECRET: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes of a signing secret, with or without its prefix.
pub(crate) fn key_of(secret: &str) -> Option<Vec<u8>> {
    let secret = secret.trim();
    let text = secret.strip_prefix("whsec_").unwrap_or(secret);
    SECRET.decode(text).ok().filter(|key| !key.is_empty())
}

/// Checks a delivery against each of the secrets.
///
/// # Errors
/// [`Rejected::NoSecret`] without a usable secret, [`Rejected::Missing`] without the three
/// headers, [`Rejected::Mismatch`] when nothing matches, [`Rejected::Stale`] when it was signed
/// more than five minutes from now.
pub(crate) fn verify(delivery: &Delivery<'_>, secrets: &[&str]) -> Result<(), Rejected> {
    let keys: Vec<Vec<u8>> = secrets.iter().filter_map(|secret| key_of(secret)).collect();
    if keys.is_empty() {
        return Err(Rejected::NoSecret);
    }
    let [id, timestamp, signatures] = triple(delivery).ok_or(Rejected::Missing)?;
    let at: i64 = timestamp.parse().map_err(|_| Rejected::Malformed)?;
    let matches = signatures.split(' ').any(|entry| {
        let Some(("v1", given)) = entry.split_once(',') else {
            return false;
        };
        let Ok(given) = STANDARD.decode(given) else {
            return false;
        };
        keys.iter().any(|key| is_signature(key, id, timestamp, delivery.body, &given))
    });
    if !matches {
        return Err(Rejected::Mismatch);
    }
    let now = delivery.received_at.timestamp();
    if now.abs_diff(at) > TOLERANCE.unsigned_abs() { Err(Rejected::Stale) } else { Ok(()) }
}

/// The unique id of a delivery, the same on every repetition.
pub(crate) fn delivery_id<'a>(delivery: &'a Delivery<'_>) -> Option<&'a str> {
    triple(delivery).map(|[id, ..]| id)
}

/// The three headers, all of one family: a mix of both could join parts of two deliveries.
fn triple<'a>(delivery: &'a Delivery<'_>) -> Option<[&'a str; 3]> {
    ["svix", "webhook"].into_iter().find_map(|family| {
        let part = |name: &str| {
            delivery.header(&format!("{family}-{name}")).filter(|value| !value.is_empty())
        };
        Some([part("id")?, part("timestamp")?, part("signature")?])
    })
}

fn is_signature(key: &[u8], id: &str, timestamp: &str, body: &[u8], given: &[u8]) -> bool {
    // HMAC takes keys of every length; were that ever otherwise, nothing would verify.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return false;
    };
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac.verify_slice(given).is_ok()
}
