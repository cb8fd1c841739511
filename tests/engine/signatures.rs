//! The providers' own libraries sign, we verify: what theirs made is accepted, what was changed on
//! the way is refused.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use serde_json::{Value, json};
use signalbox_providers::webhook::verify;
use signalbox_providers::{Delivery, Rejected, Secrets};

use crate::real::peer::Peer;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
const URL: &str = "https://hooks.example.com/api/webhooks/twilio/01hq3v8m2k7c4?k=home-1-0";

/// A delivery that can be changed.
#[derive(Clone)]
struct Post {
    provider: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    at: DateTime<Utc>,
    secrets: Secrets,
}

impl Post {
    fn verdict(&self) -> Result<(), Rejected> {
        let delivery = Delivery {
            method: "POST",
            public_url: &self.url,
            headers: &self.headers,
            body: self.body.as_bytes(),
            received_at: self.at,
        };
        verify(self.provider, &self.secrets, &delivery)
    }

    /// The same with one thing changed.
    fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = self.clone();
        change(&mut changed);
        changed
    }

    fn header(&mut self, name: &str) -> &mut String {
        let found = self.headers.iter_mut().find(|(key, _)| key == name);
        found.map(|(_, value)| value).expect("a header that is there")
    }
}

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 17, 12, 0, 0).unwrap()
}

fn signature(peer: &mut Peer, order: &Value) -> String {
    peer.ask(order)["signature"].as_str().expect("a signature").to_owned()
}

fn twilio(url: &str, kind: &str, body: String, signature: String) -> Post {
    Post {
        provider: "twilio",
        url: url.into(),
        headers: vec![
            ("content-type".into(), kind.into()),
            ("x-twilio-signature".into(), signature),
        ],
        body,
        at: noon(),
        secrets: [("auth_token", TOKEN)].into_iter().collect(),
    }
}

/// A status callback as Twilio posts it, with everything that is hard to sign the same way twice.
fn status(peer: &mut Peer) -> Post {
    let pairs = [
        ("AccountSid", "AC00000000000000000000000000000001"),
        ("To", "+15550100101"),
        ("From", "+15550100100"),
        ("MessageSid", "SM00000000000000000000000000000001"),
        ("MessageStatus", "delivered"),
        ("Body", "it's 10:00 – “see you” & more=1 100%"),
        ("Empty", ""),
    ];
    let params: serde_json::Map<String, Value> =
        pairs.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    let order = json!({ "kind": "twilio", "token": TOKEN, "url": URL, "params": params });
    let signature = signature(peer, &order);
    let body: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{key}={}", encoded(value))).collect();
    twilio(URL, "application/x-www-form-urlencoded", body.join("&"), signature)
}

fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn event(peer: &mut Peer) -> Post {
    let body = json!({
        "type": "email.delivered",
        "created_at": "2026-03-17T12:00:00.000Z",
        "data": { "email_id": "4ef2b3a4-0000-4000-8000-000000000001", "to": ["ann@mail.example"] },
    })
    .to_string();
    let (id, timestamp) = ("msg_2abc", noon().timestamp());
    let order = json!({
        "kind": "svix", "secret": SECRET, "id": id, "timestamp": timestamp, "body": body,
    });
    let signature = signature(peer, &order);
    Post {
        provider: "resend",
        url: "https://hooks.example.com/api/webhooks/communications/resend".into(),
        headers: vec![
            ("svix-id".into(), id.into()),
            ("svix-timestamp".into(), timestamp.to_string()),
            ("svix-signature".into(), signature),
        ],
        body,
        at: noon(),
        secrets: [("webhook_secret", SECRET)].into_iter().collect(),
    }
}

#[test]
fn what_the_official_libraries_sign_is_accepted() {
    let mut peer = Peer::start("sign.mjs", &[]);
    assert_eq!(status(&mut peer).verdict(), Ok(()), "a form by the twilio package");
    assert_eq!(event(&mut peer).verdict(), Ok(()), "an event by the svix package");

    let body = json!({ "MessageSid": "SM1", "MessageStatus": "sent" }).to_string();
    let order = json!({ "kind": "twilio", "token": TOKEN, "url": URL, "body": body });
    let answer = peer.ask(&order);
    let url = answer["url"].as_str().expect("the address with the hash").to_owned();
    let signature = answer["signature"].as_str().expect("a signature").to_owned();
    let json = twilio(&url, "application/json", body, signature);
    assert_eq!(json.verdict(), Ok(()), "JSON, covered by the hash in its address");
    let other = json.but(|post| post.body = post.body.replace("sent", "read"));
    assert_eq!(other.verdict(), Err(Rejected::Mismatch), "and not another JSON");

    let rotated = status(&mut peer).but(|post| {
        post.secrets = [("auth_token", "f".repeat(32)), ("auth_token_previous", TOKEN.to_owned())]
            .into_iter()
            .collect();
    });
    assert_eq!(rotated.verdict(), Ok(()), "while a secret is rotated the old one still counts");
}

#[test]
fn fourteen_kinds_of_tampering_are_refused() {
    let mut peer = Peer::start("sign.mjs", &[]);
    let (status, event) = (status(&mut peer), event(&mut peer));
    let late = TimeDelta::seconds(301);
    let kinds: [(&str, Post, Rejected); 14] = [
        (
            "a value changed",
            status.but(|post| post.body = post.body.replace("delivered", "undelivered")),
            Rejected::Mismatch,
        ),
        (
            "a field added",
            status.but(|post| post.body.push_str("&ErrorCode=30005")),
            Rejected::Mismatch,
        ),
        (
            "a field taken away",
            status.but(|post| post.body = post.body.replace("&Empty=", "")),
            Rejected::Mismatch,
        ),
        (
            "a field given twice",
            status.but(|post| post.body.push_str("&MessageStatus=failed")),
            Rejected::Mismatch,
        ),
        (
            "posted to another line",
            status.but(|post| post.url = post.url.replace("01hq3v8m2k7c4", "01hq3v8m2k7c5")),
            Rejected::Mismatch,
        ),
        (
            "another token in the address",
            status.but(|post| post.url = post.url.replace("home-1-0", "home-2-0")),
            Rejected::Mismatch,
        ),
        (
            "signed with another account's token",
            status.but(|post| {
                post.secrets = [("auth_token", "f".repeat(32))].into_iter().collect();
            }),
            Rejected::Mismatch,
        ),
        (
            "no signature",
            status.but(|post| post.headers.retain(|(name, _)| name != "x-twilio-signature")),
            Rejected::Missing,
        ),
        (
            "half a signature",
            status.but(|post| post.header("x-twilio-signature").truncate(12)),
            Rejected::Mismatch,
        ),
        (
            "a body that calls itself something else, so that nothing covers it",
            status.but(|post| *post.header("content-type") = "text/plain".into()),
            Rejected::Mismatch,
        ),
        (
            "an event's body changed",
            event.but(|post| post.body = post.body.replace("delivered", "bounced")),
            Rejected::Mismatch,
        ),
        (
            "an event under another id, to be taken as new",
            event.but(|post| *post.header("svix-id") = "msg_2abd".into()),
            Rejected::Mismatch,
        ),
        (
            "an old event with a new time",
            event.but(|post| {
                *post.header("svix-timestamp") = (noon() + late).timestamp().to_string();
            }),
            Rejected::Mismatch,
        ),
        ("an old event, repeated", event.but(|post| post.at += late), Rejected::Stale),
    ];
    for (kind, post, why) in kinds {
        assert_eq!(post.verdict(), Err(why), "{kind}");
    }
}
