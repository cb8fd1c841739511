//! Deciding about whole causes: every message of one, none of another, however many there are.

use std::collections::BTreeSet;

use signalbox_domain::{Channel, ConnectionId, FailureClass, MessageState, Outcome, Priority};
use signalbox_engine::{CauseKey, RefusalKind, Which};
use signalbox_providers::Settle;
use signalbox_store::{Chosen, Enqueued, MessageRow, NewMessage, PageRequest, Stream};

use crate::desk::{Desk, failure};

fn whole(key: CauseKey) -> Which {
    Which::Cause { key, except: BTreeSet::new() }
}

/// So many messages of one line that failed alike, without sending any.
async fn failed(desk: &Desk, line: ConnectionId, channel: Channel, how_many: u32) -> CauseKey {
    let now = desk.clock_ms();
    let letter = |n: u32| NewMessage {
        connection: line,
        route: Vec::new(),
        channel,
        recipient: match channel {
            Channel::Email => format!("guest{n}@barber.example"),
            _ => format!("+1555010{n:04}"),
        },
        name: None,
        subject: None,
        body: "See you at nine".into(),
        priority: Priority::Bulk,
        units: 1,
        batch: None,
        send_at: None,
        useful_until: now + 1,
        created_at: now,
        actor: "test".into(),
        idempotency: None,
    };
    let store = desk.engine.store();
    let queued = store.enqueue((0..how_many).map(letter).collect()).await.unwrap();
    let ids = queued.into_iter().map(|one| match one {
        Enqueued::Accepted(id) => id,
        other => panic!("{other:?}"),
    });
    let ids: Vec<_> = ids.collect();
    for slice in ids.chunks(500) {
        let chosen = Chosen::Fail(failure(FailureClass::Content));
        store.decide(slice.to_vec(), chosen, None, "test".into(), now).await.unwrap();
    }
    CauseKey::of(&store.message(ids[0]).await.unwrap().row).expect("it failed")
}

async fn shelf(desk: &Desk, line: ConnectionId, state: MessageState) -> Vec<MessageRow> {
    let request = PageRequest {
        streams: vec![Stream::Shelf(line, state)],
        cursor: None,
        from: 0,
        until: i64::MAX,
        reasons: Vec::new(),
        limit: 100_000,
    };
    desk.engine.store().page(request).await.unwrap().rows
}

#[tokio::test]
async fn a_cause_of_six_thousand_is_decided_about_to_the_last_message() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let key = failed(&desk, line, Channel::Sms, 6_000).await;
    assert_eq!(desk.engine.dismiss(whole(key), "test").await.unwrap(), 6_000);
    assert_eq!(desk.engine.dismiss(whole(key), "test").await.unwrap(), 0, "none is left");
    assert_eq!(shelf(&desk, line, MessageState::Dismissed).await.len(), 6_000);
    // As the person who takes it back names it, which is as it was.
    assert_eq!(desk.engine.undismiss(whole(key), "test").await.unwrap(), 6_000);

    let kept: BTreeSet<_> =
        shelf(&desk, line, MessageState::NeedsAttention).await[..3].iter().map(|m| m.id).collect();
    let which = Which::Cause { key, except: kept.clone() };
    let rehearsal = desk.engine.retry(which.clone(), true, "test").await.unwrap();
    assert_eq!((rehearsal.sending, rehearsal.skipped_count), (5_997, 0));
    assert_eq!(desk.engine.retry(which, false, "test").await.unwrap().sending, 5_997);
    let left = shelf(&desk, line, MessageState::NeedsAttention).await;
    assert_eq!(left.iter().map(|row| row.id).collect::<BTreeSet<_>>(), kept);
    assert_eq!(shelf(&desk, line, MessageState::Queued).await.len(), 5_997);
    assert!(desk.engine.store().counters_agree().await.unwrap());
}

#[tokio::test]
async fn one_failure_in_two_groups_is_two_causes_and_neither_touches_the_other() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    *script.settle.lock().unwrap() = Settle::Ask;
    let same = failure(FailureClass::Content);
    script.answers([Outcome::refused(same.clone()), Outcome::Unknown { failure: same }]);
    let (failed, open) = (desk.text(101).await, desk.text(102).await);
    desk.settle().await;
    assert_eq!(desk.state(failed).await, MessageState::NeedsAttention);
    assert_eq!(desk.state(open).await, MessageState::Unknown);
    let key_of = async |id| CauseKey::of(&desk.message(id).await.row).expect("it has a cause");
    let (of_failed, of_open) = (key_of(failed).await, key_of(open).await);
    assert_eq!((of_failed.failure, of_failed.connection), (of_open.failure, of_open.connection));
    assert_ne!(of_failed.to_string(), of_open.to_string());

    let rehearsal = desk.engine.retry(whole(of_open), false, "test").await.unwrap();
    assert_eq!((rehearsal.sending, rehearsal.skipped_count), (0, 1), "it must be resolved first");
    for refused in [
        desk.engine.dismiss(whole(of_open), "test").await.unwrap_err(),
        desk.engine.undismiss(whole(of_open), "test").await.unwrap_err(),
    ] {
        assert_eq!((refused.kind, refused.code), (RefusalKind::Invalid, "wrong_cause"));
    }
    assert_eq!(desk.engine.dismiss(whole(of_failed), "test").await.unwrap(), 1);
    assert_eq!(desk.state(open).await, MessageState::Unknown);
    let rests = key_of(failed).await;
    assert_ne!(rests.to_string(), of_failed.to_string());
    assert_eq!(desk.engine.undismiss(whole(rests), "test").await.unwrap(), 1);
    assert_eq!(desk.engine.retry(whole(of_failed), false, "test").await.unwrap().sending, 1);
    assert_eq!(desk.state(open).await, MessageState::Unknown);
    assert!(desk.message(open).await.row.round == 0, "nobody sent it again");
}

#[tokio::test]
async fn all_of_a_retry_stay_useful_for_equally_long_whatever_they_are_committed_with() {
    let desk = Desk::new().await;
    let (texts, mails) = (desk.line("text").await, desk.line("mail").await);
    // More than one slice, and both channels in one decision.
    failed(&desk, texts, Channel::Sms, 150).await;
    failed(&desk, mails, Channel::Email, 300).await;
    let mut ids = Vec::new();
    for line in [texts, mails] {
        ids.extend(shelf(&desk, line, MessageState::NeedsAttention).await.iter().map(|m| m.id));
    }
    let done = desk.engine.retry(Which::Ids(ids), false, "test").await.unwrap();
    assert_eq!(done.sending, 450);
    let hours = |rows: Vec<MessageRow>| -> BTreeSet<i64> {
        rows.iter().map(|row| (row.useful_until - desk.clock_ms()) / 3_600_000).collect()
    };
    assert_eq!(hours(shelf(&desk, texts, MessageState::Queued).await), BTreeSet::from([24]));
    assert_eq!(hours(shelf(&desk, mails, MessageState::Queued).await), BTreeSet::from([72]));
}
