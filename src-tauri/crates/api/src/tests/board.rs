//! Verdict, cards and the day, over a real store.

use std::time::Duration;

use serde_json::json;
use signalbox_domain::{Failure, FailureClass, Outcome};

use super::desk::{Desk, failure, text};

#[tokio::test]
async fn a_new_home_says_what_to_do_first() {
    let desk = Desk::open().await;
    let status = desk.call("status", json!({})).await;
    assert_eq!(status["verdict"]["say"], "No lines yet. Connect the first one.");
    assert_eq!(status["verdict"]["signal"], "off");
    assert_eq!(status["vault"]["mode"], "session");
    assert_eq!(status["port"], json!(null));
    assert_eq!(status["started_at"], "2026-03-17T15:00:00.000Z");
    desk.api.info().set_port(Some(3_000));
    assert_eq!(desk.call("status", json!({})).await["port"], 3_000);
    let overview = desk.call("overview", json!({})).await;
    assert_eq!(overview["needs_you"], json!([]));
    assert_eq!(overview["hours"].as_array().map(Vec::len), Some(24));
}

#[tokio::test]
async fn a_line_that_works_is_clear() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let status = desk.call("status", json!({})).await;
    assert_eq!(status["verdict"]["say"], "All lines clear. Nothing is waiting.");
    assert_eq!(status["verdict"]["signal"], "clear");
    assert_eq!(status["lines"], 1);
    desk.send("+15550100101", "Hi").await;
    desk.turn().await;
    let overview = desk.call("overview", json!({})).await;
    let awaiting: i64 = overview["hours"]
        .as_array()
        .expect("hours")
        .iter()
        .filter_map(|h| h["awaiting"].as_i64())
        .sum();
    assert_eq!(awaiting, 1, "accepted is not delivered: {}", overview["hours"]);
}

#[tokio::test]
async fn a_dead_credential_needs_a_person_and_says_what_it_costs() {
    let desk = Desk::open().await;
    let line = desk.connect("twilio", "Reminders").await;
    desk.script.refuses(FailureClass::Auth, "20003");
    desk.send("+15550100101", "Hi").await;
    desk.turn().await;
    desk.clock.advance(Duration::from_secs(600));
    let overview = desk.call("overview", json!({})).await;
    assert_eq!(
        overview["verdict"]["say"],
        "1 line needs you. 1 message is waiting; nothing is lost."
    );
    let card = &overview["needs_you"][0];
    assert_eq!(card["id"], format!("line:{line}"));
    assert_eq!(card["title"], "Twilio, Reminders");
    assert_eq!(card["action"]["label"], "Reconnect");
    assert_eq!(card["action"]["to"], format!("/lines/{line}?act=reconnect"));
    assert_eq!(card["facts"][0], json!({ "value": "1", "label": "waiting" }));
    assert_eq!(card["facts"][1], json!({ "value": "10 min", "label": "oldest" }));
    assert!(text(card, "/facts/2/value").ends_with('Z'), "{card}");
    let line = desk.call("connection", json!({ "id": line })).await;
    assert_eq!(
        (line["state"].as_str(), line["signal"].as_str()),
        (Some("reconnect"), Some("danger"))
    );
    assert_eq!(line["held"], json!([{ "reason": "reconnect", "count": 1 }]));
    assert_eq!(line["calls"][0]["code"], "20003");
}

#[tokio::test]
async fn being_offline_blames_no_line() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    desk.send("+15550100101", "Hi").await;
    desk.network.set(false);
    let unreachable = Failure { code: "dns".into(), ..failure(FailureClass::Transient, "dns") };
    desk.script.answers(Outcome::refused(unreachable));
    desk.turn().await;
    let overview = desk.call("overview", json!({})).await;
    assert_eq!(
        overview["verdict"]["say"],
        "This computer is offline. 1 message waits; it leaves by itself."
    );
    assert_eq!(overview["needs_you"], json!([]));
    assert_eq!(desk.call("health", json!({})).await["offline"], true);
}

#[tokio::test]
async fn a_full_disk_and_a_locked_vault_are_said_first() {
    let full = Desk::with(true, 1_000_000).await;
    let overview = full.call("overview", json!({})).await;
    assert!(text(&overview, "/verdict/say").starts_with("The disk is almost full"));
    assert_eq!(overview["needs_you"][0]["kind"], "disk");
    let status = full.call("status", json!({})).await;
    assert_eq!(
        (&status["disk"]["ok"], &status["disk"]["free_bytes"]),
        (&json!(false), &json!(1_000_000))
    );

    let locked = Desk::with(false, u64::MAX).await;
    assert_eq!(locked.call("status", json!({})).await["vault"]["mode"], "locked");
    let doctor = locked.call("doctor", json!({})).await;
    let ill =
        doctor["items"].as_array().expect("items").iter().find(|item| item["what"] == "Vault");
    assert_eq!(ill.map(|item| &item["ok"]), Some(&json!(false)));
}

#[tokio::test]
async fn what_changed_is_read_page_by_page() {
    let desk = Desk::open().await;
    let line = desk.connect("twilio", "Reminders").await;
    for name in ["pause", "resume", "disable", "enable"] {
        desk.call(name, json!({ "id": line })).await;
    }
    let first = desk.call("changes", json!({ "limit": 2 })).await;
    assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
    let next = text(&first, "/next");
    let second = desk.call("changes", json!({ "limit": 2, "after": next })).await;
    assert!(text(&second, "/items/0/id") < text(&first, "/items/1/id"), "newest first");
    assert_eq!(
        desk.refused("changes", json!({ "after": "x" })).await.field.as_deref(),
        Some("after")
    );
}
