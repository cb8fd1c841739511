//! Lines: connecting, changing, switching, removing.

use serde_json::{Value, json};
use signalbox_domain::FailureClass;
use signalbox_providers::ProbeOutcome;

use super::desk::{Desk, SECRET, failure, text};

fn line(test: bool) -> Value {
    json!({ "provider": "twilio", "name": "Reminders", "environment": "production",
        "fields": { "from": "+15550100100" }, "secrets": { "auth_token": SECRET }, "test": test })
}

#[tokio::test]
async fn a_test_before_saving_keeps_nothing_that_does_not_work() {
    let desk = Desk::open().await;
    desk.script.probes(ProbeOutcome::Failed(failure(FailureClass::Auth, "20003")));
    let error = desk.refused("connect", line(true)).await;
    assert_eq!((error.http_status(), error.code.as_str()), (422, "probe_failed"));
    assert!(error.message.contains("Nothing was kept"), "a refusal says what did not change");
    assert_eq!(desk.call("connections", json!({})).await["items"], json!([]));
    let probe = desk.call("connect_check", line(false)).await;
    assert_eq!((&probe["ok"], &probe["code"]), (&json!(false), &json!("20003")));
    assert_eq!(desk.call("connections", json!({})).await["items"], json!([]));
}

#[tokio::test]
async fn a_line_can_be_paused_and_says_what_can_be_done_with_it() {
    let desk = Desk::open().await;
    let id = desk.connect("twilio", "Reminders").await;
    let paused = desk.call("pause", json!({ "id": id })).await;
    assert_eq!(
        (paused["state"].as_str(), paused["signal"].as_str()),
        (Some("paused"), Some("off"))
    );
    let can = paused["can"].as_array().expect("actions");
    assert!(can.contains(&json!("resume")) && !can.contains(&json!("pause")), "{can:?}");
    desk.send("+15550100101", "Hi").await;
    desk.turn().await;
    let holds = desk.call("holds", json!({})).await;
    assert_eq!(holds["items"][0]["reason"], "paused");
    assert_eq!(holds["items"][0]["count"], 1);
    assert_eq!(text(&holds, "/items/0/oldest"), "2026-03-17T15:00:00.000Z");
    let resumed = desk.call("resume", json!({ "id": id })).await;
    assert_eq!(resumed["state"], "active");
    assert_eq!(desk.call("holds", json!({})).await["items"], json!([]));
}

#[tokio::test]
async fn refused_deliveries_are_those_of_the_businesss_day() {
    let desk = Desk::open().await;
    let id = desk.connect("twilio", "Reminders").await;
    desk.call("settings_set", json!({ "zone": "America/Los_Angeles" })).await;
    let day = "2026-03-17".parse().expect("a day");
    let line = id.parse().expect("an id");
    for _ in 0..2 {
        desk.api.engine().store().count_refused_receipt(line, day).await.expect("counted");
    }
    // Which makes the engine read the line anew, as it does itself after such a delivery.
    desk.call("pause", json!({ "id": id })).await;
    let refused = async || desk.call("connection", json!({ "id": id })).await["webhook"].take();
    assert_eq!(refused().await["refused_today"], 2);
    // 23:59 there, and the 18th in UTC already.
    desk.clock.advance(std::time::Duration::from_secs((16 * 60 - 1) * 60));
    assert_eq!(refused().await["refused_today"], 2);
    desk.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(refused().await["refused_today"], 0, "a new day");
}

#[tokio::test]
async fn no_command_ever_shows_a_secret() {
    let desk = Desk::open().await;
    let id = desk.connect("twilio", "Reminders").await;
    desk.call(
        "connection_update",
        json!({ "id": id, "secrets": { "auth_token": format!("{SECRET}-2") } }),
    )
    .await;
    for (name, args) in [
        ("connection", json!({ "id": id })),
        ("connections", json!({})),
        ("overview", json!({})),
        ("changes", json!({})),
        ("doctor", json!({})),
    ] {
        let shown = desk.call(name, args).await.to_string();
        assert!(!shown.contains(SECRET), "{name} shows a secret: {shown}");
    }
    let line = desk.call("connection", json!({ "id": id })).await;
    assert_eq!(line["fields"]["auth_token"], "set");
    assert_eq!(line["fields"]["from"], "+15550100100");
}

#[tokio::test]
async fn a_line_says_of_each_secret_whether_it_is_set() {
    let desk = Desk::open().await;
    let id = desk.connect("resend", "Receipts").await;
    let fields = async || desk.call("connection", json!({ "id": id })).await["fields"].clone();
    assert_eq!(fields().await["webhook_secret"], Value::Null, "nobody entered one");
    let secrets = json!({ "webhook_secret": format!("{SECRET}-hook") });
    desk.call("connection_update", json!({ "id": id, "secrets": secrets })).await;
    assert_eq!(fields().await["webhook_secret"], "set");
}

#[tokio::test]
async fn a_removed_line_leaves_the_board_and_its_messages_stay_readable() {
    let desk = Desk::open().await;
    let id = desk.connect("twilio", "Reminders").await;
    let message = desk.send("+15550100101", "Hi").await;
    let removed = desk.call("remove", json!({ "id": id, "waiting": "cancel" })).await;
    assert_eq!(removed, json!({ "removed": true, "cancelled": 1 }));
    assert_eq!(desk.call("connections", json!({})).await["items"], json!([]));
    let message = desk.call("message", json!({ "id": message })).await;
    assert_eq!(
        (&message["state"], &message["from"]),
        (&json!("cancelled"), &json!("+15550100100"))
    );
    let listed = desk.call("messages", json!({ "connection": [id] })).await;
    assert_eq!(listed["total"], 1);
    assert_eq!(desk.refused("pause", json!({ "id": id })).await.http_status(), 404);
}

#[tokio::test]
async fn a_webhook_address_is_shown_once_there_is_a_public_one() {
    let desk = Desk::open().await;
    let id = desk.connect("twilio", "Reminders").await;
    let mail = desk.connect("smtp", "Office mail").await;
    let url = |answer: Value| answer["webhook_url"].clone();
    assert_eq!(url(desk.call("connection", json!({ "id": id })).await), Value::Null);
    desk.call("settings_set", json!({ "public_url": "https://hooks.example.com/" })).await;
    assert_eq!(
        url(desk.call("connection", json!({ "id": id })).await),
        format!("https://hooks.example.com/api/webhooks/twilio/{id}")
    );
    assert_eq!(
        url(desk.call("connection", json!({ "id": mail })).await),
        Value::Null,
        "a mail server reports nothing"
    );
}

#[tokio::test]
async fn a_test_message_is_a_real_message_by_that_line() {
    let desk = Desk::open().await;
    let id = desk.connect("smtp", "Office mail").await;
    let message = desk.call("test", json!({ "id": id, "to": "ruth@example.com" })).await;
    assert_eq!((&message["channel"], &message["connection"]), (&json!("email"), &json!(id)));
    desk.turn().await;
    let message = desk.call("message", json!({ "id": message["id"] })).await;
    assert_eq!(message["state"], "accepted");
    assert_eq!(message["subject"], "Test message from Signalbox");
    assert!(text(&message, "/next").contains("cannot be known"), "a mail server sends no receipts");
}

#[tokio::test]
async fn the_catalogue_lists_what_can_be_connected() {
    let desk = Desk::open().await;
    let answer = desk.call("providers", json!({})).await;
    let keys: Vec<&str> = answer["items"]
        .as_array()
        .expect("providers")
        .iter()
        .filter_map(|one| one["key"].as_str())
        .collect();
    assert_eq!(keys, ["twilio", "resend", "smtp"]);
    let secret = answer["items"][0]["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .find(|f| f["key"] == "auth_token");
    assert_eq!(secret.map(|field| &field["secret"]), Some(&json!(true)));
}

#[tokio::test]
async fn practice_lines_are_refused_where_the_host_has_none() {
    let desk = Desk::open().await;
    let error = desk.refused("practice_start", json!({})).await;
    assert_eq!(error.http_status(), 503);
    assert!(!error.remedy.is_empty());
}
