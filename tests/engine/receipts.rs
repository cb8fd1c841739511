//! Receipts: taken once, applied by rank, in whatever order and however often they come.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use signalbox_domain::{Channel, ConnectionId, MessageId, MessageState};
use signalbox_engine::{DeliveryRefused, LineAct, RawDelivery, SendRequest, Taken};
use signalbox_store::ReceiptState;
use tokio::sync::Semaphore;

use crate::desk::{Desk, sms};

fn delivery(path: &str, pairs: &[(&str, &str)]) -> RawDelivery {
    let body: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{key}={}", value.replace('+', "%2B").replace(' ', "+")))
        .collect();
    RawDelivery {
        method: "POST".into(),
        path_and_query: path.into(),
        headers: vec![
            ("content-type".into(), "application/x-www-form-urlencoded".into()),
            ("signed".into(), "yes".into()),
        ],
        body: body.join("&").into_bytes(),
        peer_is_loopback: true,
    }
}

fn status(sid: &str, word: &str) -> RawDelivery {
    delivery("/api/webhooks/text", &[("MessageSid", sid), ("MessageStatus", word)])
}

/// A status that brings the letter's token back.
fn status_of(desk: &Desk, id: MessageId, sid: &str, word: &str) -> RawDelivery {
    let token = format!("{}-{id}-0", desk.engine.store().home_id());
    let path = format!("/api/webhooks/text?k={token}");
    delivery(&path, &[("MessageSid", sid), ("MessageStatus", word)])
}

async fn take(desk: &Desk, line: ConnectionId, raw: RawDelivery) -> Result<Taken, DeliveryRefused> {
    desk.engine.take_delivery("text", Some(line), raw).await
}

#[tokio::test]
async fn three_thousand_shuffled_and_tripled_receipts_each_count_once() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let mut sids = BTreeMap::new();
    for last in 0..250 {
        let id = desk.text(last).await;
        sids.insert(id, String::new());
    }
    for _ in 0..4 {
        desk.settle().await;
    }
    for (id, sid) in &mut sids {
        let row = desk.message(*id).await.row;
        assert_eq!(row.state, MessageState::Accepted);
        *sid = row.provider_id.unwrap();
    }
    let words = ["queued", "sending", "sent", "delivered"];
    let mut all: Vec<(String, &str)> = Vec::new();
    for sid in sids.values() {
        for word in words {
            all.extend((0..3).map(|_| (sid.clone(), word)));
        }
    }
    assert_eq!(all.len(), 3_000);
    let mut dice = 0x2545_f491_4f6c_dd1d_u64;
    for at in (1..all.len()).rev() {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        all.swap(at, usize::try_from(dice % (at as u64 + 1)).unwrap());
    }
    let mut new = 0;
    for (n, (sid, word)) in all.iter().enumerate() {
        let taken = take(&desk, line, status(sid, word)).await.unwrap();
        new += usize::from(taken == Taken::New);
        if n % 250 == 0 {
            desk.engine.turn().await;
        }
    }
    assert_eq!(new, 1_000, "one of each three is new");
    desk.settle().await;
    for id in sids.keys() {
        let message = desk.message(*id).await;
        assert_eq!(message.row.state, MessageState::Delivered);
        let told = message.timeline.iter().filter(|step| step.what == "receipt:delivered").count();
        assert_eq!(told, 1, "once in the history too");
    }
    assert!(desk.engine.store().counters_agree().await.unwrap());
}

#[tokio::test]
async fn a_receipt_that_is_faster_than_our_own_commit_settles_the_attempt() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    let permits = Arc::new(Semaphore::new(0));
    *script.answers_wait.lock().unwrap() = Some(permits.clone());
    let id = desk.text(1).await;
    let turn = desk.turn_beside();
    desk.until("it is on its way", async || script.handed() == 1).await;
    take(&desk, line, status_of(&desk, id, "SM1", "delivered")).await.unwrap();
    permits.add_permits(1);
    turn.await.unwrap();
    desk.settle().await;
    let message = desk.message(id).await;
    assert_eq!(message.row.state, MessageState::Delivered, "whichever of them was first");
    assert_eq!(message.row.provider_id.as_deref(), Some("SM1"));
    assert_eq!(script.handed(), 1);
}

#[tokio::test]
async fn of_several_senders_of_one_account_the_one_it_is_about_is_told() {
    let desk = Desk::new().await;
    let (first, second) = (desk.sender("+15550100100").await, desk.sender("+15550100200").await);
    let request = SendRequest { connection: Some(second), ..sms(1) };
    let id = desk.engine.send(request, "test").await.unwrap().id;
    desk.settle().await;
    let told = async |raw| {
        desk.engine.take_delivery("text", None, raw).await.unwrap();
        desk.settle().await;
        desk.engine.store().receipts(None, None, 1).await.unwrap()[0].connection
    };
    assert_eq!(told(status("SM1", "delivered")).await, second, "it went out by that one");
    assert_eq!(desk.state(id).await, MessageState::Delivered);
    let path = "/api/webhooks/text";
    let early = [("MessageSid", "SM9"), ("MessageStatus", "sent"), ("From", "+15550100200")];
    assert_eq!(told(delivery(path, &early)).await, second, "not known yet: by its sender");
    let text = [("MessageSid", "SMin"), ("From", "+15550100101"), ("To", "+15550100200")];
    assert_eq!(told(delivery(path, &text)).await, second, "somebody wrote to that one");
    assert_eq!(told(status("SM-of-nobody", "sent")).await, first, "else the first");
}

#[tokio::test]
async fn a_receipt_for_another_programs_message_waits_and_is_then_let_go() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    take(&desk, line, status("SM-of-somebody-else", "delivered")).await.unwrap();
    desk.settle().await;
    let store = desk.engine.store();
    assert_eq!(store.receipts(Some(ReceiptState::Pending), None, 9).await.unwrap().len(), 1);
    for _ in 0..20 {
        desk.pass(60).await;
    }
    assert!(store.receipts(Some(ReceiptState::Pending), None, 9).await.unwrap().is_empty());
    assert!(store.receipts(Some(ReceiptState::Dead), None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_on_a_list_and_counts_when_it_is_replayed() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let id = desk.text(1).await;
    desk.settle().await;
    take(&desk, line, status("SM1", "delivered")).await.unwrap();
    desk.wire.illiterate.store(true, Ordering::SeqCst);
    desk.settle().await;
    let store = desk.engine.store();
    let dead = store.receipts(Some(ReceiptState::Dead), None, 9).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].error.is_some(), "with the reason");
    assert_eq!(desk.engine.replay_receipts(None).await.unwrap(), (1, 1), "still not readable");
    desk.wire.illiterate.store(false, Ordering::SeqCst);
    assert_eq!(desk.engine.replay_receipts(Some(vec![dead[0].id])).await.unwrap(), (1, 0));
    assert_eq!(desk.state(id).await, MessageState::Delivered);
}

#[tokio::test]
async fn somebody_who_writes_stop_is_refused_from_then_on_until_they_write_start() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let waiting = desk.engine.send(SendRequest { send_at: Some(desk.at(3_600)), ..sms(1) }, "test");
    let waiting = waiting.await.unwrap().id;
    let to = sms(1).to;
    let inbound = |sid: &str, body: &str| {
        delivery(
            "/api/webhooks/text",
            &[("MessageSid", sid), ("From", &to), ("To", "+15550100100"), ("Body", body)],
        )
    };
    take(&desk, line, inbound("SMstop", "Stop")).await.unwrap();
    desk.settle().await;
    let refusal = desk.engine.send(sms(1), "test").await.unwrap_err();
    assert_eq!(refusal.code, "opted_out");
    desk.pass(3_601).await;
    assert_eq!(
        desk.state(waiting).await,
        MessageState::Suppressed,
        "also what was accepted before"
    );
    let listed = desk.engine.store().suppressions(None, None, 9).await.unwrap();
    assert_eq!((listed[0].channel, listed[0].address.as_str()), (Channel::Sms, to.as_str()));
    take(&desk, line, inbound("SMstart", "START")).await.unwrap();
    desk.settle().await;
    desk.engine.send(sms(1), "test").await.unwrap();
}

#[tokio::test]
async fn a_paused_line_still_hears_and_a_disabled_or_strange_one_does_not() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let id = desk.text(1).await;
    desk.settle().await;
    desk.engine.act_on_line(line, LineAct::Pause, "test").await.unwrap();
    assert_eq!(take(&desk, line, status("SM1", "sent")).await, Ok(Taken::New));
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Sent);
    desk.engine.act_on_line(line, LineAct::Disable, "test").await.unwrap();
    let late = take(&desk, line, status("SM1", "delivered")).await;
    assert_eq!(late, Err(DeliveryRefused::NoLine));
    desk.engine.act_on_line(line, LineAct::Enable, "test").await.unwrap();
    let mut forged = status("SM1", "delivered");
    forged.headers.retain(|(name, _)| name != "signed");
    assert!(matches!(take(&desk, line, forged).await, Err(DeliveryRefused::Signature(_))));
    assert_eq!(desk.engine.store().connection(line).await.unwrap().refused_receipts, 1);
    assert_eq!(desk.state(id).await, MessageState::Sent);
}

#[tokio::test]
async fn what_is_turned_away_counts_on_the_businesss_day() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    desk.set(serde_json::json!({ "zone": "America/Los_Angeles" })).await;
    let forged = || RawDelivery { headers: Vec::new(), ..status("SM1", "sent") };
    let refused = async |hours: u64| {
        desk.clock.advance(std::time::Duration::from_secs(hours * 3_600));
        take(&desk, line, forged()).await.unwrap_err();
        let row = desk.engine.line(line).unwrap().row();
        (row.refused_on.unwrap().to_string(), row.refused_receipts)
    };
    // It is five in the morning there.
    assert_eq!(refused(0).await, ("2026-03-17".to_owned(), 1));
    assert_eq!(refused(18).await, ("2026-03-17".to_owned(), 2));
    assert_eq!(refused(2).await, ("2026-03-18".to_owned(), 1));
}
