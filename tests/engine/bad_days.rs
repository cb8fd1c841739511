//! Days on which this machine itself does not get on: a store that cannot keep up, a disk that is
//! full. Everything is said clearly, and nothing that was accepted is lost or sent twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use signalbox_domain::{Failure, FailureClass, MessageId, MessageState, Outcome};
use signalbox_engine::{DeliveryRefused, RawDelivery, RefusalKind};
use tokio::sync::Semaphore;

use crate::desk::{Desk, sms};

fn delivery() -> RawDelivery {
    RawDelivery {
        method: "POST".into(),
        path_and_query: "/api/webhooks/text".into(),
        headers: vec![
            ("content-type".into(), "application/x-www-form-urlencoded".into()),
            ("signed".into(), "yes".into()),
        ],
        body: b"MessageSid=SM1&MessageStatus=sent".to_vec(),
        peer_is_loopback: true,
    }
}

/// How often each message was handed to the provider.
fn handed(desk: &Desk) -> BTreeMap<MessageId, usize> {
    let mut times = BTreeMap::new();
    for letter in desk.wire.script("text").letters.lock().unwrap().iter() {
        *times.entry(letter.message).or_default() += 1;
    }
    times
}

#[tokio::test]
async fn a_store_that_cannot_keep_up_says_busy_at_once_and_loses_nothing_it_took() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let held = desk.engine.store().hold_writer().await.unwrap();
    // As many as the writer's queue holds, and some that it does not.
    let mut asked: FuturesUnordered<_> =
        (0..4_110).map(|n| desk.engine.send(sms(n % 10_000), "test")).collect();
    let refused = asked.next().await.expect("the last ones are answered first").unwrap_err();
    assert_eq!((refused.kind, refused.code), (RefusalKind::Busy, "busy"));
    assert!(refused.remedy.contains("Nothing was stored"), "{}", refused.remedy);
    let webhook = desk.engine.take_delivery("text", Some(line), delivery()).await;
    assert!(matches!(webhook, Err(DeliveryRefused::Busy)), "{webhook:?}");
    assert!(desk.engine.store().counts().await.unwrap().is_empty(), "it can still be read");

    drop(held);
    let (mut accepted, mut busy) = (0, 1);
    while let Some(answer) = asked.next().await {
        match answer {
            Ok(_) => accepted += 1,
            Err(refusal) if refusal.kind == RefusalKind::Busy => busy += 1,
            Err(refusal) => panic!("{refusal}"),
        }
    }
    assert_eq!(accepted + busy, 4_110);
    let counts = desk.engine.store().counts().await.unwrap();
    assert_eq!(counts, [(line, MessageState::Queued, None, accepted)], "each answer was true");
    desk.engine.send(sms(1), "test").await.unwrap();
    assert!(desk.engine.take_delivery("text", Some(line), delivery()).await.is_ok());
}

#[tokio::test]
async fn a_full_disk_refuses_what_is_new_and_still_records_what_was_under_way() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    let permits = Arc::new(Semaphore::new(0));
    *script.answers_wait.lock().unwrap() = Some(permits.clone());
    // An outcome that certainly needs room to be written down.
    let wordy = Failure::new(FailureClass::Recipient, "21211", "No ".repeat(40_000), "Correct it");
    script.answers([Outcome::refused(wordy)]);
    let (wrong, right) = (desk.text(1).await, desk.text(2).await);
    let turn = desk.turn_beside();
    desk.until("two are in flight", async || script.handed() == 2).await;

    desk.engine.store().limit_pages(1).await.unwrap();
    let mut accepted = vec![wrong, right];
    let refused = loop {
        match desk.engine.send(sms(accepted.len() as u32 + 1), "test").await {
            Ok(sent) => accepted.push(sent.id),
            Err(refusal) => break refusal,
        }
        assert!(accepted.len() < 10_000, "the disk never became full");
    };
    assert_eq!((refused.kind, refused.code), (RefusalKind::DiskLow, "disk_low"));
    assert!(refused.message.contains("disk is almost full"), "{}", refused.message);
    assert!(refused.remedy.contains("already accepted are safe"), "{}", refused.remedy);
    let webhook =
        RawDelivery { body: [&delivery().body[..], &[b'x'; 60_000]].concat(), ..delivery() };
    let webhook = desk.engine.take_delivery("text", Some(line), webhook).await;
    assert!(matches!(webhook, Err(DeliveryRefused::Store)), "the provider repeats it: {webhook:?}");

    permits.add_permits(2);
    let ballast = desk.folder.path().join("home/ballast");
    desk.until("the ballast is given up for the outcome", async || !ballast.exists()).await;
    assert_eq!(
        desk.state(wrong).await,
        MessageState::Sending,
        "it is not known to have failed yet"
    );
    assert_eq!(script.handed(), 2, "nothing leaves whose intent cannot be written");

    // Somebody made room.
    desk.engine.store().limit_pages(u32::MAX).await.unwrap();
    *script.answers_wait.lock().unwrap() = None;
    let clock = desk.clock.clone();
    desk.until("the outcome is recorded", async || {
        clock.advance(Duration::from_millis(500));
        turn.is_finished()
    })
    .await;
    turn.await.unwrap();
    assert_eq!(desk.state(wrong).await, MessageState::NeedsAttention);
    assert_eq!(desk.state(right).await, MessageState::Accepted);
    for _ in 0..(accepted.len() / 60 + 2) {
        desk.pass(2).await;
    }
    accepted.push(desk.text(9_999).await);
    desk.settle().await;
    let handed = handed(&desk);
    for id in &accepted {
        assert_eq!(handed.get(id), Some(&1), "{id} left once, and is {}", desk.state(*id).await);
    }
    assert_eq!(handed.len(), accepted.len(), "and nothing else did");
    assert!(ballast.exists(), "the next bad day has its ballast again");
    assert!(desk.engine.store().counters_agree().await.unwrap());
}

#[tokio::test]
async fn a_line_goes_on_by_itself_after_a_disk_that_was_full_when_it_wanted_to_send() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let mut accepted = vec![desk.text(1).await];
    desk.engine.store().limit_pages(1).await.unwrap();
    while let Ok(sent) = desk.engine.send(sms(accepted.len() as u32 + 1), "test").await {
        accepted.push(sent.id);
    }
    desk.settle().await;
    desk.engine.store().limit_pages(u32::MAX).await.unwrap();
    for _ in 0..(accepted.len() / 60 + 3) {
        desk.pass(2).await;
    }
    let handed = handed(&desk);
    assert!(accepted.iter().all(|id| handed.get(id) == Some(&1)), "{handed:?}");
    for id in accepted {
        assert_eq!(desk.state(id).await, MessageState::Accepted);
    }
}
