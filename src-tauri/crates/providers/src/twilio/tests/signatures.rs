//! Signatures of deliveries: the genuine ones and every kind of tampering.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::settings::Secrets;
use crate::webhook::{Delivery, Rejected, verify};

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    key: String,
    url: String,
    params: Map<String, Value>,
    body: Option<String>,
    signature: String,
}

fn vectors() -> Vec<Vector> {
    let text = include_str!("../fixtures/signatures.json");
    serde_json::from_str::<Vectors>(text).expect("the fixture is valid").vectors
}

/// A delivery that owns its parts, so that each test can spoil one of them.
#[derive(Clone)]
struct Parcel {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    key: String,
}

impl Parcel {
    fn of(vector: &Vector) -> Self {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        let json = vector.params.is_empty() && vector.body.is_some();
        let body = match &vector.body {
            Some(body) => body.clone(),
            None => encode(&vector.params),
        };
        let mut headers = vec![
            ("content-type".into(), if json { "application/json" } else { form }.into()),
            ("x-twilio-signature".into(), vector.signature.clone()),
        ];
        if vector.name.contains("sharedkey") {
            headers.push((
                "x-twilio-webhooks-signature-settings".into(),
                "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256".into(),
            ));
        }
        Self {
            method: "POST".into(),
            url: vector.url.clone(),
            headers,
            body: body.into_bytes(),
            key: vector.key.clone(),
        }
    }

    fn verify_with(&self, pairs: &[(&str, &str)]) -> Result<(), Rejected> {
        let delivery = Delivery {
            method: &self.method,
            public_url: &self.url,
            headers: &self.headers,
            body: &self.body,
            received_at: DateTime::<Utc>::UNIX_EPOCH,
        };
        let secrets: Secrets = pairs.iter().copied().collect();
        verify("twilio", &secrets, &delivery)
    }

    fn verify(&self) -> Result<(), Rejected> {
        self.verify_with(&[("auth_token", &self.key)])
    }

    fn header(&mut self, name: &str) -> &mut String {
        &mut self.headers.iter_mut().find(|(key, _)| key == name).expect("the header is there").1
    }
}

fn encode(params: &Map<String, Value>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (key, value) in params {
        match value {
            Value::Array(values) => {
                for value in values {
                    form.append_pair(key, value.as_str().expect("text"));
                }
            }
            value => {
                form.append_pair(key, value.as_str().expect("text"));
            }
        }
    }
    form.finish()
}

#[test]
fn every_published_vector_verifies() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 21);
    for vector in &vectors {
        assert_eq!(Parcel::of(vector).verify(), Ok(()), "{}", vector.name);
    }
}

fn genuine() -> Parcel {
    let vectors = vectors();
    let vector = vectors.iter().find(|v| v.name == "computed_status_callback");
    let parcel = Parcel::of(vector.expect("the vector is there"));
    assert_eq!(parcel.verify(), Ok(()), "the untouched parcel must pass, or nothing is tested");
    parcel
}

#[test]
fn whatever_is_changed_on_the_way_is_noticed() {
    type Spoil = fn(&mut Parcel);
    let cases: &[(&str, Spoil)] = &[
        ("another status", |p| p.replace_body("undelivered", "delivered")),
        ("a field added", |p| p.body.extend_from_slice(b"&Extra=1")),
        ("an empty field added", |p| p.body.extend_from_slice(b"&Extra=")),
        ("a field removed", |p| p.replace_body("&ErrorCode=30003", "")),
        ("a field in another case", |p| p.replace_body("ErrorCode", "errorcode")),
        ("a value doubled with another", |p| p.body.extend_from_slice(b"&ErrorCode=30004")),
        ("a trailing space", |p| p.body.extend_from_slice(b"+")),
        ("a body dropped", |p| p.body.clear()),
        ("another query", |p| p.url = p.url.replace("acct=7", "acct=8")),
        ("a longer query", |p| p.url.push_str("&k=1")),
        ("another path", |p| p.url = p.url.replace("/status", "/inbound")),
        ("another host", |p| p.url = p.url.replace("hooks.", "hook.")),
        ("another scheme", |p| p.url = p.url.replace("https:", "http:")),
        ("a query re-encoded", |p| p.url = p.url.replace("acct", "%61cct")),
        ("another key", |p| p.key = "1123456789abcdef0123456789abcdef".into()),
        ("a flipped bit", |p| {
            let header = p.header("x-twilio-signature");
            header.replace_range(0..1, if header.starts_with('c') { "d" } else { "c" });
        }),
        ("half a signature", |p| p.header("x-twilio-signature").truncate(12)),
        ("an empty signature", |p| p.header("x-twilio-signature").clear()),
        ("not base64", |p| *p.header("x-twilio-signature") = "%%%%".into()),
        ("a body of another kind", |p| *p.header("content-type") = "application/json".into()),
        ("a get with a body", |p| p.method = "GET".into()),
        ("another hash", |p| {
            p.headers.push((
                "x-twilio-webhooks-signature-settings".into(),
                "key=x,algorithm=HMAC_SHA256".into(),
            ));
        }),
    ];
    assert!(cases.len() >= 12);
    for (what, spoil) in cases {
        let mut parcel = genuine();
        spoil(&mut parcel);
        assert_eq!(parcel.verify(), Err(Rejected::Mismatch), "{what} was not noticed");
    }
}

impl Parcel {
    fn replace_body(&mut self, from: &str, to: &str) {
        let body = String::from_utf8(self.body.clone()).expect("a form is text");
        assert!(body.contains(from), "{from} is not in {body}");
        self.body = body.replace(from, to).into_bytes();
    }
}

#[test]
fn a_delivery_without_signature_or_a_line_without_token_is_turned_away() {
    let mut parcel = genuine();
    assert_eq!(parcel.verify_with(&[]), Err(Rejected::NoSecret));
    assert_eq!(parcel.verify_with(&[("auth_token", "")]), Err(Rejected::NoSecret));
    parcel.headers.retain(|(name, _)| name != "x-twilio-signature");
    assert_eq!(parcel.verify(), Err(Rejected::Missing));
}

#[test]
fn the_token_that_was_replaced_is_still_accepted() {
    let parcel = genuine();
    let old = parcel.key.clone();
    assert_eq!(parcel.verify_with(&[("auth_token", "new"), ("auth_token_previous", &old)]), Ok(()));
    assert_eq!(parcel.verify_with(&[("auth_token", "new")]), Err(Rejected::Mismatch));
}

#[test]
fn sorting_by_key_and_value_together_is_the_known_wrong_way() {
    let vectors = vectors();
    let vector = vectors.iter().find(|v| v.name == "prefix_key_ordering").expect("is there");
    let mut parcel = Parcel::of(vector);
    *parcel.header("x-twilio-signature") = "95+Bu0JVPi0r/SsESZCVf0dWAjw=".into();
    assert_eq!(parcel.verify(), Err(Rejected::Mismatch));
}

#[test]
fn a_json_body_must_be_the_one_the_address_names() {
    let vectors = vectors();
    let vector = vectors.iter().find(|v| v.name == "json_body_sha256").expect("is there");
    let mut parcel = Parcel::of(vector);
    parcel.body.push(b' ');
    assert_eq!(parcel.verify(), Err(Rejected::Mismatch));
    let mut unnamed = Parcel::of(vector);
    unnamed.url = unnamed.url.replace("bodySHA256", "bodySHA255");
    assert_eq!(unnamed.verify(), Err(Rejected::Mismatch));
    let mut upper = Parcel::of(vector);
    upper.url = upper.url.replace("0a1ff", "0A1FF");
    assert_eq!(upper.verify(), Err(Rejected::Mismatch));
}

#[test]
fn a_fragment_is_no_part_of_the_address() {
    let mut parcel = genuine();
    parcel.url.push_str("#rc=3");
    assert_eq!(parcel.verify(), Ok(()));
}
