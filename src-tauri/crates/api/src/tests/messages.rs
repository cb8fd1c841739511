//! Messages: sending, reading, filtering, paging, searching.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_domain::FailureClass;

use super::desk::{Desk, ids, text};
use crate::Caller;

#[tokio::test]
async fn a_message_tells_everything_that_happened_in_order() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let id = desk.send("(555) 010-0101", "See you at four").await;
    let queued = desk.call("message", json!({ "id": id })).await;
    assert_eq!((&queued["state"], &queued["to"]), (&json!("queued"), &json!("+15550100101")));
    desk.turn().await;
    let message = desk.call("message", json!({ "id": id })).await;
    assert_eq!(message["state"], "accepted");
    assert_eq!(message["next"], "The provider took it. Awaiting its receipt.");
    assert_eq!((&message["body"], &message["segments"]), (&json!("See you at four"), &json!(1)));
    let what: Vec<&str> = message["timeline"]
        .as_array()
        .expect("steps")
        .iter()
        .filter_map(|step| step["what"].as_str())
        .collect();
    assert_eq!(what, ["queued", "intent", "accepted"]);
    assert_eq!(message["timeline"][0]["actor"], "window");
    assert_eq!(message["attempts_log"][0]["outcome"], "accepted");
    assert_eq!(desk.refused("message", json!({ "id": "0000000000001" })).await.http_status(), 404);
}

#[tokio::test]
async fn the_same_key_is_the_same_message_and_changed_content_is_a_conflict() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let args = |body: &str| json!({ "channel": "sms", "to": "+15550100101", "body": body, "idempotency_key": "k-1" });
    let caller = || Caller::token("shop");
    let (first, new) = desk.api.send(args("Hi"), caller()).await.expect("accepted");
    let (again, newly) = desk.api.send(args("Hi"), caller()).await.expect("accepted before");
    assert_eq!((first["id"].clone(), new, newly), (again["id"].clone(), true, false));
    let error = desk.api.send(args("Hello"), caller()).await.expect_err("other content");
    assert_eq!(error.http_status(), 409);
    let message = desk.call("message", json!({ "id": first["id"] })).await;
    assert_eq!(message["timeline"][0]["actor"], "api:shop");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_by_field() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    for (args, field) in [
        (json!({ "channel": "sms", "to": "12", "body": "Hi" }), "to"),
        (json!({ "channel": "sms", "to": "+15550100101", "body": " " }), "body"),
        (
            json!({ "channel": "email", "to": "a@example.com", "body": "Hi", "subject": "x" }),
            "channel",
        ),
        (
            json!({ "channel": "sms", "to": "+15550100101", "body": "Hi", "send_at": "tomorrow" }),
            "send_at",
        ),
    ] {
        for name in ["send", "preview"] {
            let error = desk.refused(name, args.clone()).await;
            assert_eq!(
                (error.http_status(), error.field.as_deref()),
                (422, Some(field)),
                "{error:?}"
            );
            assert!(!error.remedy.is_empty(), "{error:?}");
        }
    }
    assert_eq!(desk.call("messages", json!({})).await["total"], 0, "a refusal stores nothing");
}

#[tokio::test]
async fn work_queued_on_a_stopped_line_is_shown_and_found_as_held() {
    let desk = Desk::open().await;
    let dead = desk.connect("twilio", "Reminders").await;
    desk.script.refuses(FailureClass::Auth, "20003");
    desk.send("+15550100101", "one").await;
    desk.turn().await;
    let waiting = desk.send("+15550100102", "two").await;
    let list = |state: &str| json!({ "state": [state] });
    let held = desk.call("messages", list("held")).await;
    assert_eq!((held["items"].as_array().map(Vec::len), &held["total"]), (Some(2), &json!(2)));
    let second =
        held["items"].as_array().expect("rows").iter().find(|row| row["id"] == waiting.as_str());
    let second = second.expect("queued work of a stopped line is held");
    assert_eq!(second["hold"], json!({ "reason": "reconnect", "until": null }));
    assert_eq!(
        second["next"],
        "Waits until Twilio, Reminders is signed in again, then leaves by itself."
    );
    assert_eq!(desk.call("messages", list("queued")).await["items"], json!([]));
    let holds = desk.call("holds", json!({})).await;
    assert_eq!(
        (&holds["items"][0]["count"], &holds["items"][0]["connection"]),
        (&json!(2), &json!(dead))
    );
    assert_eq!(holds["items"].as_array().map(Vec::len), Some(1), "one reason, one group: {holds}");
}

#[tokio::test]
async fn a_list_is_read_in_both_directions_without_a_gap() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let mut sent = Vec::new();
    for n in 0..5 {
        sent.push(desk.send("+15550100101", &format!("number {n}")).await);
    }
    sent.reverse();
    let first = desk.call("messages", json!({ "limit": 2 })).await;
    assert_eq!(ids(&first), sent[..2]);
    assert_eq!((&first["total"], &first["prev"]), (&json!(5), &Value::Null));
    let second = desk.call("messages", json!({ "limit": 2, "after": first["next"] })).await;
    assert_eq!(ids(&second), sent[2..4]);
    let last = desk.call("messages", json!({ "limit": 2, "after": second["next"] })).await;
    assert_eq!((ids(&last), &last["next"]), (sent[4..].to_vec(), &Value::Null));
    let back = desk.call("messages", json!({ "limit": 2, "before": last["prev"] })).await;
    assert_eq!(ids(&back), sent[2..4]);
    for (args, field) in [
        (json!({ "after": first["next"], "before": last["prev"] }), "before"),
        (json!({ "after": last["prev"] }), "after"),
        (json!({ "limit": 0 }), "limit"),
        (json!({ "since": "yesterday" }), "since"),
        (json!({ "cause": "x" }), "cause"),
        (json!({ "state": ["lost"] }), "state[0]"),
    ] {
        assert_eq!(desk.refused("messages", args).await.field.as_deref(), Some(field));
    }
}

#[tokio::test]
async fn filters_by_channel_line_and_time_are_exact() {
    let desk = Desk::open().await;
    let sms = desk.connect("twilio", "Reminders").await;
    let mail = desk.connect("smtp", "Office mail").await;
    let first = desk.send("+15550100101", "one").await;
    desk.clock.advance(Duration::from_secs(3_600));
    let letter =
        json!({ "channel": "email", "to": "ruth@example.com", "body": "Hi", "subject": "Hello" });
    let letter = text(&desk.call("send", letter).await, "/id");
    let found = |args: Value| async { ids(&desk.call("messages", args).await) };
    assert_eq!(found(json!({ "channel": ["email"] })).await, std::slice::from_ref(&letter));
    assert_eq!(found(json!({ "connection": [sms] })).await, std::slice::from_ref(&first));
    assert_eq!(
        found(json!({ "connection": [mail], "channel": ["sms"] })).await,
        Vec::<String>::new()
    );
    assert_eq!(
        found(json!({ "since": "2026-03-17T15:30:00Z" })).await,
        std::slice::from_ref(&letter)
    );
    assert_eq!(found(json!({ "until": "2026-03-17 15:30" })).await, std::slice::from_ref(&first));
    assert_eq!(found(json!({ "state": [] })).await, [letter, first], "an empty filter is none");
    assert_eq!(
        desk.refused("messages", json!({ "connection": ["0000000000001"] })).await.http_status(),
        404
    );
}

#[tokio::test]
async fn a_search_finds_names_and_words_by_their_beginning() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let id = desk.send("+15550100101", "Your appointment is at four").await;
    desk.send("+15550100102", "Something else").await;
    while desk.api.engine().store().index_step().await.expect("the index follows") {}
    let found = |args: Value| async { desk.call("messages", args).await };
    assert_eq!(ids(&found(json!({ "q": "appoint" })).await), std::slice::from_ref(&id));
    assert_eq!(ids(&found(json!({ "q": "ruth", "limit": 1 })).await).len(), 1);
    assert_eq!(
        ids(&found(json!({ "q": "appoint", "state": ["delivered"] })).await),
        Vec::<String>::new()
    );
    let page = found(json!({ "q": "appoint", "state": ["queued"] })).await;
    assert_eq!((ids(&page), &page["total"]), (vec![id], &Value::Null));
    let before = json!({ "q": "x", "before": "b0000000000001" });
    assert_eq!(desk.refused("messages", before).await.field.as_deref(), Some("before"));
}

#[tokio::test]
async fn a_preview_stores_nothing_and_fills_the_fields_in() {
    let desk = Desk::open().await;
    let line = desk.connect("twilio", "Reminders").await;
    let preview = desk
        .call("preview", json!({ "channel": "sms", "to": "555 010 0101", "body": "Hi {name}", "fields": { "name": "Ruth" } }))
        .await;
    assert_eq!((&preview["body"], &preview["connection"]), (&json!("Hi Ruth"), &json!(line)));
    assert_eq!(preview["segments"], json!({ "encoding": "gsm7", "units": 7, "segments": 1 }));
    assert_eq!(preview["useful_until"], "2026-03-18T15:00:00.000Z");
    assert_eq!(desk.call("messages", json!({})).await["total"], 0);
    let both = json!({ "channel": "sms", "to": "+15550100101", "body": "Hi", "connection": line, "route": [line] });
    assert_eq!(desk.refused("send", both).await.field.as_deref(), Some("route"));
}
