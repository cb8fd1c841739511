//! The two webhook signatures, made as the providers make them. Verification is the receiver's business and is not
//! here: a simulated provider never has to believe anybody.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// `X-Twilio-Signature` of a form POST.
///
/// `base64(HMAC-SHA1(token, url + Σ key value))`, keys in ascending byte order; a key with several values contributes
/// each distinct value once, sorted, each with its key. `url` is the public URL as configured, query included; a
/// fragment carries connection settings and is neither sent nor signed.
#[must_use]
pub fn twilio_signature(auth_token: &str, url: &str, params: &[(String, String)]) -> String {
    let mut by_key: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (key, value) in params {
        by_key.entry(key).or_default().insert(value);
    }
    let mut text = without_fragment(url).to_owned();
    for (key, values) in by_key {
        for value in values {
            text.push_str(key);
            text.push_str(value);
        }
    }
    let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// `svix-signature` of one attempt: `v1,` and `base64(HMAC-SHA256(key, id.timestamp.body))`, the key being the base64
/// part of the `whsec_…` secret.
///
/// # Errors
/// When the secret is not base64.
pub fn svix_signature(
    secret: &str,
    id: &str,
    timestamp: i64,
    body: &str,
) -> Result<String, base64::DecodeError> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// The part of a callback URL that goes over the wire.
pub(crate) fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(url, _)| url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(raw: &str) -> Vec<(String, String)> {
        form_urlencoded::parse(raw.as_bytes()).into_owned().collect()
    }

    #[test]
    fn twilio_signatures_equal_the_published_vectors() {
        let p = params(
            "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
        );
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert_eq!(twilio_signature("12345", url, &p), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
        let twice = params("Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234");
        assert_eq!(
            twilio_signature("12345", url, &twice),
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
            "a repeated value counts once, and keys are ordered before values"
        );
    }

    #[test]
    fn the_fragment_of_a_callback_is_not_signed() {
        let p = params("MessageStatus=sent");
        let plain = twilio_signature("t", "https://hooks.example/s?acct=7", &p);
        assert_eq!(twilio_signature("t", "https://hooks.example/s?acct=7#rc=2&rp=5xx", &p), plain);
    }

    #[test]
    fn svix_signatures_equal_the_published_vectors() {
        let signed = svix_signature(
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            r#"{"email":"test@example.com","username":"test_user"}"#,
        );
        assert_eq!(signed.as_deref(), Ok("v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="));
    }
}
