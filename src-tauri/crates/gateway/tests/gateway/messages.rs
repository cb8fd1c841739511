//! The messages API: statuses that a program can act on.

use axum::http::StatusCode;
use serde_json::{Value, json};
use signalbox_gateway::Problem;

use crate::peer::{API, Answer, Ask, House, SESSION, house};
use crate::rooms::{FAILED, ID};

async fn post(house: &House, key: Option<&str>, body: Value) -> Answer {
    let ask = Ask::new("POST /api/messages").bearer(API).json(body);
    match key {
        Some(key) => ask.header("Idempotency-Key", key),
        None => ask,
    }
    .at(house)
    .await
}

fn text(body: &str) -> Value {
    json!({ "channel": "sms", "to": "+15550100142", "body": body })
}

#[tokio::test]
async fn a_new_message_is_202_and_its_repetition_200() {
    let house = house().await;
    let first = post(&house, Some("k1"), text("Hi")).await;
    assert_eq!((first.status, first.json()["id"].as_str()), (202, Some(ID)));
    assert_eq!(first.header("location"), format!("/api/messages/{ID}"));
    let again = post(&house, Some("k1"), text("Hi")).await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    let other = post(&house, Some("k1"), text("Ho")).await;
    assert_eq!((other.status, other.code().as_str()), (409, "idempotency_key_reused"));
    assert_eq!(
        post(&house, None, text("Hi")).await.status,
        202,
        "without a key every request is new"
    );
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let house = house().await;
    for key in ["", " ", &"k".repeat(256), "kéy"] {
        let answer = post(&house, Some(key), text("Hi")).await;
        assert_eq!(answer.status, 400, "{key:?}");
        assert_eq!(answer.json()["error"]["field"], "idempotency_key");
    }
    let mut both = text("Hi");
    both["idempotency_key"] = "b".into();
    assert_eq!(post(&house, Some("a"), both).await.status, 400, "two keys at once");
}

#[tokio::test]
async fn refusals_keep_their_status_their_field_and_their_time() {
    let house = house().await;
    let refused = post(&house, None, json!({ "channel": "sms" })).await;
    assert_eq!((refused.status, refused.json()["error"]["field"].as_str()), (422, Some("to")));
    for (status, code) in
        [(StatusCode::TOO_MANY_REQUESTS, "busy"), (StatusCode::SERVICE_UNAVAILABLE, "disk_low")]
    {
        *house.rooms.sending.lock().expect("no test panics while it holds this") =
            Some(Problem::new(status, code, "No", "Later").retry_after(60));
        let answer = post(&house, None, text("Hi")).await;
        assert_eq!((answer.status, answer.code().as_str()), (status.as_u16(), code));
        assert_eq!(answer.header("retry-after"), "60");
    }
    let empty = Ask::new("POST /api/messages").bearer(API).at(&house).await;
    assert_eq!(empty.status, 400);
}

#[tokio::test]
async fn messages_are_listed_shown_and_retried() {
    let house = house().await;
    let list =
        Ask::new("GET /api/messages?state=held,unknown&limit=2").bearer(API).at(&house).await;
    assert_eq!((list.status, list.json()["items"][0]["id"].as_str()), (200, Some(ID)));
    let asked = house
        .rooms
        .calls
        .lock()
        .expect("no test panics while it holds this")
        .last()
        .cloned()
        .expect("a call");
    assert_eq!(
        (asked.0.as_str(), asked.1),
        ("messages", json!({ "state": ["held", "unknown"], "limit": 2 }))
    );
    let wrong = Ask::new("GET /api/messages?sate=held").bearer(API).at(&house).await;
    assert_eq!((wrong.status, wrong.json()["error"]["field"].as_str()), (400, Some("sate")));

    let one = Ask::new(&format!("GET /api/messages/{ID}")).bearer(API).at(&house).await;
    assert_eq!((one.status, one.json()["id"].as_str()), (200, Some(ID)));
    let none = Ask::new("GET /api/messages/nothing").bearer(API).at(&house).await;
    assert_eq!((none.status, none.code().as_str()), (404, "not_found"));

    let again =
        Ask::new(&format!("POST /api/messages/{FAILED}/retry")).bearer(API).at(&house).await;
    assert_eq!((again.status, again.json()["id"].as_str()), (202, Some(FAILED)));
    let done = Ask::new(&format!("POST /api/messages/{ID}/retry")).bearer(API).at(&house).await;
    assert_eq!((done.status, done.code().as_str()), (422, "not_retryable"));
    assert_eq!(done.json()["error"]["message"], "It was delivered");
    let none = Ask::new("POST /api/messages/nothing/retry").bearer(SESSION).at(&house).await;
    assert_eq!(none.status, 404);
}
