//! Triage: causes, retry, dismissing, unknown outcomes.

use serde_json::{Value, json};
use signalbox_domain::{FailureClass, Outcome};

use super::desk::{Desk, failure, ids, text};

async fn failed(desk: &Desk, class: FailureClass, code: &str, how_many: usize) -> String {
    let line = desk.connect("twilio", "Reminders").await;
    desk.script.refuses(class, code);
    for n in 0..how_many {
        desk.send(&format!("+1555010010{n}"), &format!("number {n}")).await;
    }
    desk.turn().await;
    line
}

#[tokio::test]
async fn a_cause_groups_what_failed_alike_and_names_its_messages() {
    let desk = Desk::open().await;
    let line = failed(&desk, FailureClass::Recipient, "21211", 3).await;
    let causes = desk.call("causes", json!({})).await;
    let cause = &causes["items"][0];
    assert_eq!((&cause["count"], &cause["connection"]), (&json!(3), &json!(line)));
    assert_eq!((&cause["code"], &cause["state"]), (&json!("21211"), &json!("needs_attention")));
    assert_eq!(
        (&cause["retryable"], &cause["status"]),
        (&json!(false), &json!("Needs another address"))
    );
    let page = desk.call("messages", json!({ "cause": cause["key"], "limit": 2 })).await;
    assert_eq!((ids(&page).len(), &page["total"]), (2, &json!(3)));
    let overview = desk.call("overview", json!({})).await;
    assert_eq!(overview["verdict"]["say"], "No line has stopped. 3 messages failed.");
    assert_eq!(overview["needs_you"][0]["title"], "3 messages failed");
    assert_eq!(
        overview["needs_you"][0]["action"]["to"],
        format!("/triage?cause={}", text(cause, "/key"))
    );
}

#[tokio::test]
async fn a_retry_is_rehearsed_first_and_then_done() {
    let desk = Desk::open().await;
    failed(&desk, FailureClass::Content, "30007", 2).await;
    let key = desk.call("causes", json!({})).await["items"][0]["key"].clone();
    let rehearsal = desk.call("retry", json!({ "cause": key, "dry_run": true })).await;
    assert_eq!((&rehearsal["would_send"], rehearsal.get("sent")), (&json!(2), None));
    assert_eq!((&rehearsal["segments"], &rehearsal["order"]), (&json!(2), &json!("Oldest first.")));
    assert_eq!(
        desk.call("causes", json!({})).await["items"][0]["count"],
        2,
        "a rehearsal changes nothing"
    );
    desk.script.answers(Outcome::Accepted { provider_id: None });
    desk.clock.advance(std::time::Duration::from_secs(60));
    let done = desk.call("retry", json!({ "cause": key })).await;
    assert_eq!((&done["sent"], done.get("would_send")), (&json!(2), None));
    desk.turn().await;
    assert_eq!(desk.call("causes", json!({})).await["items"], json!([]));
    let accepted = desk.call("messages", json!({ "state": ["accepted"] })).await;
    assert_eq!(accepted["total"], 2);
    let message = desk.call("message", json!({ "id": ids(&accepted)[0] })).await;
    let steps = message["timeline"].as_array().expect("steps");
    let what: Vec<&str> = steps.iter().filter_map(|step| step["what"].as_str()).collect();
    let at = |wanted: &str| what.iter().rposition(|what| *what == wanted).expect("it happened");
    assert!(at("refused") < at("retried") && at("retried") < at("accepted"), "{what:?}");
    assert!(steps.is_sorted_by_key(|step| step["at"].as_str()), "{what:?}");
    assert_eq!(message["attempts_log"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_dismissed_failure_can_be_taken_back() {
    let desk = Desk::open().await;
    failed(&desk, FailureClass::Recipient, "21211", 1).await;
    let id = ids(&desk.call("messages", json!({})).await).remove(0);
    assert_eq!(desk.call("dismiss", json!({ "ids": [id] })).await, json!({ "changed": 1 }));
    assert_eq!(desk.call("causes", json!({})).await["items"], json!([]));
    assert_eq!(desk.call("undismiss", json!({ "ids": [id] })).await, json!({ "changed": 1 }));
    assert_eq!(desk.call("causes", json!({})).await["items"][0]["count"], 1);
    let key = desk.call("causes", json!({})).await["items"][0]["key"].clone();
    assert_eq!(desk.call("dismiss", json!({ "cause": key })).await, json!({ "changed": 1 }));
    let message = desk.call("message", json!({ "id": id })).await;
    let rests = text(&message, "/cause");
    assert!(rests.ends_with("-dismissed"), "it is found where it rests: {rests}");
    let page = desk.call("messages", json!({ "cause": rests })).await;
    assert_eq!((ids(&page), &page["total"]), (vec![id.clone()], &json!(1)));
    let but = json!({ "cause": rests, "except": [id] });
    assert_eq!(desk.call("undismiss", but).await, json!({ "changed": 0 }));
    assert_eq!(desk.call("undismiss", json!({ "cause": key })).await, json!({ "changed": 1 }));
    let message = desk.call("message", json!({ "id": id })).await;
    assert_eq!(message["cause"], key);
    let alone = json!({ "ids": [id], "except": [id] });
    assert_eq!(desk.refused("dismiss", alone).await.field.as_deref(), Some("except"));
    assert_eq!(desk.refused("dismiss", json!({})).await.field.as_deref(), Some("ids"));
    let both = json!({ "ids": [id], "cause": "x" });
    assert_eq!(desk.refused("dismiss", both).await.field.as_deref(), Some("cause"));
    assert_eq!(
        desk.refused("retry", json!({ "cause": "x" })).await.field.as_deref(),
        Some("cause")
    );
}

#[tokio::test]
async fn what_has_not_left_can_be_taken_back_and_what_has_cannot() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let left = desk.send("+15550100101", "one").await;
    desk.turn().await;
    let waits = desk.send("+15550100102", "two").await;
    let done = desk.call("cancel", json!({ "ids": [left, waits] })).await;
    assert_eq!(done["changed"], 1);
    assert_eq!(done["refused"][0]["id"], left);
}

#[tokio::test]
async fn an_outcome_that_cannot_be_found_out_waits_for_a_person() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    desk.script.answers(Outcome::Unknown { failure: failure(FailureClass::Unknown, "timeout") });
    let id = desk.send("+15550100101", "one").await;
    for _ in 0..4 {
        desk.turn().await;
        desk.clock.advance(std::time::Duration::from_secs(180));
    }
    let message = desk.call("message", json!({ "id": id })).await;
    assert_eq!(
        (&message["state"], &message["hold"]["reason"]),
        (&json!("unknown"), &json!("asked"))
    );
    assert_eq!(message["attempts"], 1, "nothing was sent again");
    let holds = desk.call("holds", json!({})).await;
    assert_eq!(
        (&holds["items"][0]["reason"], &holds["items"][0]["first_expiry"]),
        (&json!("asked"), &Value::Null)
    );
    let overview = desk.call("overview", json!({})).await;
    assert_eq!(overview["needs_you"][0]["kind"], "unknown_outcomes");
    assert_eq!(desk.call("causes", json!({})).await["items"][0]["status"], "Needs your decision");
    let resolved = desk.call("resolve", json!({ "id": id, "as": "sent" })).await;
    assert_eq!((&resolved["state"], &resolved["hold"]), (&json!("accepted"), &Value::Null));
    let again = desk.refused("resolve", json!({ "id": id, "as": "again" })).await;
    assert_eq!(again.http_status(), 409);
}

#[tokio::test]
async fn held_messages_are_let_go_by_reason() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let later = json!({ "channel": "sms", "to": "+15550100101", "body": "Hi", "send_at": "2026-03-18T15:00:00Z" });
    desk.call("send", later).await;
    let listed = desk.call("messages", json!({ "state": ["held"] })).await;
    assert_eq!(
        listed["items"][0]["hold"],
        json!({ "reason": "scheduled", "until": "2026-03-18T15:00:00.000Z" })
    );
    let status = desk.call("status", json!({})).await;
    assert_eq!(status["verdict"]["say"], "All lines clear. 1 message is scheduled.");
    let rehearsal = desk.call("release", json!({ "reason": "scheduled", "dry_run": true })).await;
    assert_eq!(rehearsal, json!({ "released": 1, "expired": 0, "asked": 0 }));
    desk.call("release", json!({ "reason": "scheduled" })).await;
    desk.turn().await;
    assert_eq!(desk.call("messages", json!({ "state": ["accepted"] })).await["total"], 1);
}
