//! Webhooks: what reaches the rooms behind, and what the provider hears.

use std::time::Duration;

use signalbox_gateway::TurnedAway;

use crate::peer::{Ask, house};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn bytes_path_query_and_headers_arrive_as_they_were_sent() {
    let house = house().await;
    let path = "/api/webhooks/twilio/01hq3v8m2k7c4?who=it's+%7e%2B&k=a%20b";
    let body = b"Body=%F0%9F%91%8B&To=%2B15550100142&Empty=\xff\x00".to_vec();
    let ask = Ask::new(&format!("POST {path}")).host("hooks.example");
    let answer = ask.header("X-Twilio-Signature", "c2ln").header("X-Two", "a").header("X-Two", "b");
    assert_eq!(answer.body(FORM, body.clone()).at(&house).await.status, 200);
    let got = house
        .rooms
        .delivered
        .lock()
        .expect("no test panics while it holds this")
        .pop()
        .expect("a delivery");
    assert_eq!(
        (got.provider.as_str(), got.connection.as_deref()),
        ("twilio", Some("01hq3v8m2k7c4"))
    );
    assert_eq!((got.method.as_str(), got.path_and_query.as_str()), ("POST", path));
    assert_eq!(got.body, body);
    assert!(got.peer_is_loopback);
    let values = |name: &str| -> Vec<String> {
        got.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    };
    assert_eq!(values("x-twilio-signature"), ["c2ln"]);
    assert_eq!(values("x-two"), ["a", "b"]);
    assert_eq!(values("host"), ["hooks.example"], "kept, and never used to check the signature");
}

#[tokio::test]
async fn all_addresses_of_the_design_lead_to_their_provider() {
    let house = house().await;
    for (line, provider) in [
        ("POST /api/webhooks/communications/resend", "resend"),
        ("POST /api/webhooks/communications/twilio", "twilio"),
        ("POST /api/webhooks/communications/whatsapp", "whatsapp"),
        ("POST /api/webhooks/communications/calendar", "calendar"),
        ("POST /api/webhooks/resend", "resend"),
        ("GET /api/webhooks/whatsapp?hub.mode=subscribe", "whatsapp"),
    ] {
        assert!(Ask::new(line).at(&house).await.status < 300, "{line}");
        let got = house
            .rooms
            .delivered
            .lock()
            .expect("no test panics while it holds this")
            .pop()
            .expect("a delivery");
        assert_eq!((got.provider.as_str(), got.connection), (provider, None), "{line}");
    }
    assert_eq!(Ask::new("POST /api/webhooks/communications/smtp").at(&house).await.status, 404);
    assert_eq!(Ask::new("POST /api/webhooks/").at(&house).await.status, 404);
}

#[tokio::test]
async fn every_provider_hears_what_it_expects() {
    let house = house().await;
    let twilio = || Ask::new("POST /api/webhooks/twilio");
    let status = "MessageSid=SM1&MessageStatus=delivered";
    let inbound = "MessageSid=SM2&SmsStatus=received&Body=Stop&From=%2B15550100142";
    for (what, ask) in [
        ("a status", twilio().body(FORM, status)),
        ("a status in JSON", twilio().body("application/json", r#"{"MessageStatus":"sent"}"#)),
        ("a status by GET", Ask::new("GET /api/webhooks/twilio?MessageSid=SM1&MessageStatus=sent")),
        ("a text", twilio().body(FORM, inbound)),
    ] {
        let answer = ask.at(&house).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/xml"), "{what}");
        assert_eq!(answer.text(), r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#);
    }
    let resend =
        Ask::new("POST /api/webhooks/resend").body("application/json", "{}").at(&house).await;
    assert_eq!((resend.status, resend.body.len()), (200, 0));
}

#[tokio::test]
async fn what_is_turned_away_has_the_answer_that_says_whether_to_come_back() {
    let house = house().await;
    for (why, status, code, later) in [
        (TurnedAway::UnknownProvider, 404, "no_such_line", ""),
        (TurnedAway::NoLine, 404, "no_such_line", ""),
        (TurnedAway::Signature, 401, "bad_signature", ""),
        (TurnedAway::Malformed, 400, "malformed", ""),
        (TurnedAway::Busy, 503, "busy", "2"),
        (TurnedAway::Store, 503, "store", "30"),
    ] {
        *house.rooms.delivering.lock().expect("no test panics while it holds this") = Some(why);
        let answer = Ask::new("POST /api/webhooks/twilio").at(&house).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{why:?}");
        assert_eq!(answer.header("retry-after"), later, "{why:?}");
    }
}

#[tokio::test]
async fn a_store_that_takes_too_long_is_not_waited_for() {
    let house = house().await;
    let clock = house.rooms.clock.clone();
    let ask = Ask::new("POST /api/webhooks/slowpoke").at(&house);
    tokio::pin!(ask);
    let answer = loop {
        tokio::select! {
            biased;
            answer = &mut ask => break answer,
            () = tokio::task::yield_now() => clock.advance(Duration::from_millis(100)),
        }
    };
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (503, "2"),
        "the provider delivers again"
    );
}

#[tokio::test]
async fn a_provider_that_hangs_up_loses_nothing() {
    let house = house().await;
    let mut stream = crate::peer::connect(&house).await;
    let bytes = Ask::new("POST /api/webhooks/slowpoke").bytes(house.gateway.port());
    tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await.expect("sent");
    house.rooms.begun.notified().await;
    drop(stream);
    house.rooms.go_on.notify_one();
    while house.rooms.delivered.lock().expect("no test panics while it holds this").is_empty() {
        tokio::task::yield_now().await;
    }
}
