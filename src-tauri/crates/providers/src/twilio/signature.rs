//! `X-Twilio-Signature`: an HMAC over the address and the form, exactly as they were sent.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::webhook::{Delivery, Rejected};

/// Decoded form fields: sorted by the bytes of the key, each with its distinct values in order.
pub(crate) type Params = BTreeMap<String, BTreeSet<String>>;

/// Which hash signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// The scheme of the auth token.
    Sha1,
    /// Twilio's shared keys may use this one instead.
    Sha256,
}

/// Checks a delivery against each of the keys.
///
/// # Errors
/// [`Rejected::NoSecret`] without a key, [`Rejected::Missing`] without the header,
/// [`Rejected::Mismatch`] for everything that was not signed exactly like this.
pub(crate) fn verify(delivery: &Delivery<'_>, keys: &[&str]) -> Result<(), Rejected> {
    if keys.is_empty() {
        return Err(Rejected::NoSecret);
    }
    let given = delivery.header("x-twilio-signature").ok_or(Rejected::Missing)?;
    let given = STANDARD.decode(given.trim()).map_err(|_| Rejected::Mismatch)?;
    let url = without_fragment(delivery.public_url);
    let params = covered_params(delivery, url)?;
    let algorithm = algorithm_of(delivery);
    let text = params_text(&params);
    let matches = url_variants(url)
        .iter()
        .any(|variant| keys.iter().any(|key| is_signature(algorithm, key, variant, &text, &given)));
    if matches { Ok(()) } else { Err(Rejected::Mismatch) }
}

/// What of the body is part of the signed text; refuses bodies that no part of it covers.
fn covered_params(delivery: &Delivery<'_>, url: &str) -> Result<Params, Rejected> {
    if delivery.method.eq_ignore_ascii_case("GET") {
        // The fields are in the address already; a body would be covered by nothing.
        return if delivery.body.is_empty() { Ok(Params::new()) } else { Err(Rejected::Mismatch) };
    }
    if is_form(delivery) {
        return Ok(form_params(delivery.body));
    }
    if let Some(expected) = query_value(url, "bodySHA256") {
        let actual = hex(&Sha256::digest(delivery.body));
        let same = actual.as_bytes().ct_eq(expected.as_bytes());
        return if bool::from(same) { Ok(Params::new()) } else { Err(Rejected::Mismatch) };
    }
    if delivery.body.is_empty() { Ok(Params::new()) } else { Err(Rejected::Mismatch) }
}

/// Whether the body is form fields; Twilio's default, so also when nothing is said.
pub(crate) fn is_form(delivery: &Delivery<'_>) -> bool {
    match delivery.header("content-type") {
        None => query_value(delivery.public_url, "bodySHA256").is_none(),
        Some(kind) => kind.split(';').next().is_some_and(|kind| {
            kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        }),
    }
}

/// Decoded form fields of a body.
pub(crate) fn form_params(body: &[u8]) -> Params {
    let mut params = Params::new();
    for (key, value) in form_urlencoded::parse(body) {
        params.entry(key.into_owned()).or_default().insert(value.into_owned());
    }
    params
}

/// The decoded value of a query field.
pub(crate) fn query_value<'a>(url: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let query = without_fragment(url).split_once('?')?.1;
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
}

fn algorithm_of(delivery: &Delivery<'_>) -> Algorithm {
    let settings = delivery.header("x-twilio-webhooks-signature-settings").unwrap_or_default();
    let sha256 = settings
        .split(',')
        .filter_map(|pair| pair.trim().split_once('='))
        .any(|(key, value)| key == "algorithm" && value == "HMAC_SHA256");
    if sha256 { Algorithm::Sha256 } else { Algorithm::Sha1 }
}

fn params_text(params: &Params) -> String {
    let mut text = String::new();
    for (key, values) in params {
        for value in values {
            text.push_str(key);
            text.push_str(value);
        }
    }
    text
}

fn is_signature(algorithm: Algorithm, key: &str, url: &str, params: &str, given: &[u8]) -> bool {
    match algorithm {
        Algorithm::Sha1 => mac::<Hmac<Sha1>>(key, url, params, given),
        Algorithm::Sha256 => mac::<Hmac<Sha256>>(key, url, params, given),
    }
}

fn mac<M: Mac + hmac::digest::KeyInit>(key: &str, url: &str, params: &str, given: &[u8]) -> bool {
    // HMAC takes keys of every length; were that ever otherwise, nothing would verify.
    let Ok(mut mac) = <M as Mac>::new_from_slice(key.as_bytes()) else {
        return false;
    };
    mac.update(url.as_bytes());
    mac.update(params.as_bytes());
    mac.verify_slice(given).is_ok()
}

fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(before, _)| before)
}

/// The address as given, without its port, and with the default port: Twilio has signed all three.
/// Works on the text, because a parser would tidy up what was signed untidied.
fn url_variants(url: &str) -> Vec<String> {
    let mut variants = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else {
        return variants;
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host_start = authority.rfind('@').map_or(0, |at| at + 1);
    let host_end = authority.rfind(']').map_or(host_start, |bracket| bracket + 1);
    let bare = match authority[host_end..].rfind(':') {
        Some(colon) => &authority[..host_end + colon],
        None => authority,
    };
    let default_port = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
    variants.push(format!("{scheme}://{bare}{path}"));
    variants.push(format!("{scheme}://{bare}:{default_port}{path}"));
    variants
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}
