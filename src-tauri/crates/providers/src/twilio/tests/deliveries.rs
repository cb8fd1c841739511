//! What Twilio reports, read.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use signalbox_domain::{Channel, FailureClass, ReceiptStatus};

use crate::settings::Secrets;
use crate::webhook::{Delivery, Event, Reading, Rejected, account, read, verify};

#[derive(Deserialize)]
struct Fixture {
    deliveries: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    name: String,
    method: String,
    url: String,
    content_type: Option<String>,
    key: String,
    body: String,
    signature: String,
}

fn examples() -> Vec<Example> {
    let text = include_str!("../fixtures/deliveries.json");
    serde_json::from_str::<Fixture>(text).expect("the fixture is valid").deliveries
}

fn with<T>(example: &Example, use_it: impl FnOnce(&Delivery<'_>) -> T) -> T {
    let mut headers = vec![("x-twilio-signature".to_owned(), example.signature.clone())];
    if let Some(kind) = &example.content_type {
        headers.push(("content-type".into(), kind.clone()));
    }
    use_it(&Delivery {
        method: &example.method,
        public_url: &example.url,
        headers: &headers,
        body: example.body.as_bytes(),
        received_at: DateTime::<Utc>::UNIX_EPOCH,
    })
}

fn reading(name: &str) -> Reading {
    let examples = examples();
    let example = examples.iter().find(|example| example.name == name).expect("is there");
    with(example, |delivery| read("twilio", delivery)).expect("readable")
}

fn form(url: &str, body: &str) -> Result<Reading, Rejected> {
    let example = Example {
        name: String::new(),
        method: "POST".into(),
        url: url.into(),
        content_type: Some("application/x-www-form-urlencoded".into()),
        key: String::new(),
        body: body.into(),
        signature: String::new(),
    };
    with(&example, |delivery| read("twilio", delivery))
}

#[test]
fn every_example_verifies_and_can_be_read() {
    let examples = examples();
    assert_eq!(examples.len(), 16);
    for example in &examples {
        let secrets: Secrets = [("auth_token", example.key.as_str())].into_iter().collect();
        with(example, |delivery| {
            assert_eq!(verify("twilio", &secrets, delivery), Ok(()), "{}", example.name);
            let reading = read("twilio", delivery).expect("readable");
            assert!(!reading.event_id.is_empty() && !reading.events.is_empty(), "{}", example.name);
            assert!(account("twilio", delivery).is_some_and(|sid| sid.starts_with("AC")));
        });
    }
}

#[test]
fn a_receipt_says_what_became_of_a_message() {
    let reading = reading("sms_status_undelivered_30003");
    assert_eq!(reading.event_id, "SM00000000000000000000000000000042:undelivered");
    assert_eq!(reading.kind, "undelivered");
    let [Event::Status { provider_id, status, failure, token, .. }] = &reading.events[..] else {
        panic!("one status: {:?}", reading.events);
    };
    assert_eq!(provider_id, "SM00000000000000000000000000000042");
    assert_eq!(*status, ReceiptStatus::Failed);
    assert_eq!(*token, None);
    let failure = failure.as_ref().expect("a reason");
    assert_eq!((failure.class, failure.code.as_str()), (FailureClass::Deferred, "30003"));
}

#[test]
fn the_token_in_the_address_comes_back_with_the_receipt() {
    let body = "MessageSid=SM1&MessageStatus=sent";
    let reading = form("https://h.example/t?acct=7&k=home-01hq#x", body).expect("readable");
    let [Event::Status { token, status, .. }] = &reading.events[..] else {
        panic!("one status: {:?}", reading.events);
    };
    assert_eq!(token.as_deref(), Some("home-01hq"));
    assert_eq!(*status, ReceiptStatus::Sent);
}

#[test]
fn each_status_of_a_message_is_an_event_of_its_own() {
    let url = "https://h.example/t";
    let sent = form(url, "MessageSid=SM1&MessageStatus=sent").expect("readable");
    let delivered = form(url, "MessageSid=SM1&MessageStatus=delivered").expect("readable");
    assert_ne!(sent.event_id, delivered.event_id);
    assert_eq!(sent, form(url, "MessageStatus=sent&MessageSid=SM1").expect("readable"));
}

#[test]
fn a_status_nobody_knows_yet_is_kept_but_not_guessed() {
    let reading = form("https://h.example/t", "MessageSid=SM1&MessageStatus=beamed");
    let reading = reading.expect("readable");
    assert_eq!((reading.kind.as_str(), reading.events.len()), ("beamed", 0));
}

#[test]
fn a_delivery_that_names_no_message_is_malformed() {
    assert_eq!(form("https://h.example/t", "Hello=1"), Err(Rejected::Malformed));
    assert_eq!(form("https://h.example/t", ""), Err(Rejected::Malformed));
}

#[test]
fn json_and_query_say_the_same_as_a_form() {
    let by_form =
        form("https://h.example/t?k=T", "MessageSid=SM1&MessageStatus=failed&ErrorCode=30005");
    let json = Example {
        name: String::new(),
        method: "POST".into(),
        url: "https://h.example/t?k=T&bodySHA256=x".into(),
        content_type: Some("application/json".into()),
        key: String::new(),
        body: r#"{"MessageSid":"SM1","MessageStatus":"failed","ErrorCode":30005,"New":null}"#
            .into(),
        signature: String::new(),
    };
    assert_eq!(with(&json, |delivery| read("twilio", delivery)), by_form);
    let query = Example {
        method: "GET".into(),
        url: "https://h.example/t?k=T&MessageSid=SM1&MessageStatus=failed&ErrorCode=30005".into(),
        content_type: None,
        body: String::new(),
        ..json
    };
    assert_eq!(with(&query, |delivery| read("twilio", delivery)), by_form);
}

fn consent(body: &str) -> Option<(Channel, String, bool)> {
    let reading = form("https://h.example/t", body).expect("readable");
    reading.events.into_iter().find_map(|event| match event {
        Event::Consent { channel, address, allowed, .. } => Some((channel, address, allowed)),
        _ => None,
    })
}

#[test]
fn words_of_refusal_end_consent_only_when_they_are_the_whole_text() {
    let who = "MessageSid=SM1&SmsStatus=received&From=%2B15550100123&To=%2B15550100100&Body=";
    let number = "+15550100123".to_owned();
    for word in [
        "STOP",
        "stop",
        "+Stop+%0A",
        "StopAll",
        "unsubscribe",
        "cancel",
        "END",
        "quit",
        "revoke",
        "optout",
    ] {
        let told = consent(&format!("{who}{word}"));
        assert_eq!(told, Some((Channel::Sms, number.clone(), false)), "{word}");
    }
    for word in ["START", "Unstop"] {
        let told = consent(&format!("{who}{word}"));
        assert_eq!(told, Some((Channel::Sms, number.clone(), true)), "{word}");
    }
    for word in ["yes", "please+stop", "STOP.", "help", "info", "stopping+by", ""] {
        assert_eq!(consent(&format!("{who}{word}")), None, "{word}");
    }
}

#[test]
fn twilios_own_verdict_counts_before_the_words() {
    let who = "MessageSid=SM1&SmsStatus=received&From=%2B15550100123&To=%2B15550100100";
    let number = "+15550100123".to_owned();
    assert_eq!(
        consent(&format!("{who}&Body=Basta&OptOutType=STOP")),
        Some((Channel::Sms, number, false))
    );
    assert_eq!(consent(&format!("{who}&Body=stop&OptOutType=HELP")), None);
    assert_eq!(
        consent(&format!("{who}&Body=yes&OptOutType=START")).map(|(.., allowed)| allowed),
        Some(true)
    );
}

#[test]
fn a_refusal_because_of_stop_ends_consent_even_when_the_stop_was_never_seen() {
    let told = consent("MessageSid=SM1&MessageStatus=failed&ErrorCode=21610&To=%2B15550100123");
    assert_eq!(told, Some((Channel::Sms, "+15550100123".into(), false)));
}

#[test]
fn a_whatsapp_number_is_told_from_a_phone_number() {
    let told = consent(
        "MessageSid=SM1&SmsStatus=received&From=whatsapp%3A%2B15550100123&To=whatsapp%3A%2B1&Body=Stop",
    );
    assert_eq!(told, Some((Channel::Whatsapp, "+15550100123".into(), false)));
}

#[test]
fn a_written_answer_arrives_as_it_was_written() {
    let reading = reading("sms_inbound_text");
    let Some(Event::Inbound { from, body, .. }) = reading.events.first() else {
        panic!("an inbound text: {:?}", reading.events);
    };
    assert!(from.starts_with('+') && body.contains('✓'), "{from}: {body}");
}
