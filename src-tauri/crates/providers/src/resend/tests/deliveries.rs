//! What Resend reports, read.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use signalbox_domain::{Channel, FailureClass, ReceiptStatus};

use crate::settings::Secrets;
use crate::webhook::{Delivery, Event, Reading, Rejected, read, verify};

#[derive(Deserialize)]
struct Fixture {
    deliveries: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    name: String,
    secret: String,
    headers: BTreeMap<String, String>,
    body: String,
}

fn examples() -> Vec<Example> {
    let text = include_str!("../fixtures/deliveries.json");
    serde_json::from_str::<Fixture>(text).expect("the fixture is valid").deliveries
}

fn with<T>(example: &Example, use_it: impl FnOnce(&Delivery<'_>) -> T) -> T {
    let headers: Vec<(String, String)> = example.headers.clone().into_iter().collect();
    let seconds = example.headers["svix-timestamp"].parse().expect("a number");
    use_it(&Delivery {
        method: "POST",
        public_url: "https://hooks.example/",
        headers: &headers,
        body: example.body.as_bytes(),
        received_at: DateTime::<Utc>::from_timestamp(seconds, 0).expect("an instant"),
    })
}

fn told(body: &str) -> Result<Reading, Rejected> {
    let headers = ["id", "timestamp", "signature"].map(|n| (format!("svix-{n}"), "1".to_owned()));
    let example = Example {
        name: String::new(),
        secret: String::new(),
        headers: headers.into_iter().collect(),
        body: body.into(),
    };
    with(&example, |delivery| read("resend", delivery))
}

#[test]
fn every_example_verifies_and_says_what_it_should() {
    use FailureClass::{Admin, Deferred, OptedOut, Recipient};
    use ReceiptStatus::{Accepted, Delivered, Failed, Read, Sent};
    let expected = [
        ("email.sent", Sent, None),
        ("email.scheduled", Accepted, None),
        ("email.delivered", Delivered, None),
        ("email.delivery_delayed", Sent, None),
        ("email.bounced", Failed, Some(Recipient)),
        ("email.bounced_soft", Failed, Some(Deferred)),
        ("email.complained", Delivered, Some(OptedOut)),
        ("email.opened", Read, None),
        ("email.clicked", Read, None),
        ("email.failed", Failed, Some(Admin)),
        ("email.suppressed", Failed, Some(Recipient)),
    ];
    let examples = examples();
    assert_eq!(examples.len(), expected.len());
    for (example, (name, status, class)) in examples.iter().zip(expected) {
        let secrets: Secrets = [("webhook_secret", example.secret.as_str())].into_iter().collect();
        let reading = with(example, |delivery| {
            assert_eq!(verify("resend", &secrets, delivery), Ok(()), "{}", example.name);
            read("resend", delivery).expect("readable")
        });
        assert_eq!(reading.event_id, example.headers["svix-id"]);
        let Some(Event::Status { provider_id, token, status: said, failure, at }) =
            reading.events.first()
        else {
            panic!("{}: {:?}", example.name, reading.events);
        };
        assert_eq!((example.name.as_str(), *said), (name, status));
        assert_eq!(failure.as_ref().map(|failure| failure.class), class, "{name}");
        assert_eq!(provider_id, "4ef9a417-02e9-4d39-ad75-9611e0fcc33c");
        assert_eq!(token.as_deref(), Some("01JD9Z7N2V5QK8W3"));
        assert!(at.is_some(), "{name}");
    }
}

#[test]
fn a_complaint_ends_consent_and_a_bounce_does_not() {
    let consent = |name: &str| {
        let examples = examples();
        let example = examples.iter().find(|example| example.name == name).expect("is there");
        let reading = with(example, |delivery| read("resend", delivery)).expect("readable");
        reading.events.into_iter().find_map(|event| match event {
            Event::Consent { channel, address, allowed, .. } => Some((channel, address, allowed)),
            _ => None,
        })
    };
    let expected = (Channel::Email, "jo@example.com".to_owned(), false);
    assert_eq!(consent("email.complained"), Some(expected));
    assert_eq!(consent("email.bounced"), None);
    assert_eq!(consent("email.suppressed"), None);
}

#[test]
fn what_is_new_is_kept_and_not_guessed() {
    for body in [
        r#"{"type":"email.teleported","data":{"email_id":"4ef9a417"}}"#,
        r#"{"type":"email.received","data":{"email_id":"4ef9a417","from":"a@b.example"}}"#,
        r#"{"type":"contact.created","data":{"to":7,"bounce":"x"}}"#,
        r#"{"type":"suppression.added","data":null}"#,
        r#"{"type":"domain.updated"}"#,
    ] {
        let reading = told(body).expect("kept");
        assert!(reading.events.is_empty(), "{body}");
        assert!(body.contains(&reading.kind));
    }
}

#[test]
fn what_is_no_notice_is_malformed() {
    for body in ["", "null", "[]", "{}", "<html>", r#"{"type":"email.sent","data":7}"#] {
        assert_eq!(told(body), Err(Rejected::Malformed), "{body}");
    }
}

#[test]
fn tags_are_read_in_both_of_their_shapes() {
    let token = |tags: &str| {
        let body =
            format!(r#"{{"type":"email.sent","data":{{"email_id":"4ef9a417","tags":{tags}}}}}"#);
        match told(&body).expect("readable").events.first() {
            Some(Event::Status { token, .. }) => token.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(token(r#"{"sb_message":"t1"}"#).as_deref(), Some("t1"));
    assert_eq!(
        token(r#"[{"name":"x","value":"y"},{"name":"sb_message","value":"t2"}]"#).as_deref(),
        Some("t2")
    );
    for none in ["{}", "[]", "null", "7", r#"{"sb_message":7}"#] {
        assert_eq!(token(none), None, "{none}");
    }
}
