//! Batches: whole or not at all, counted as they go.

use std::collections::BTreeMap;

use signalbox_domain::{Channel, HoldReason, MessageState, Priority};
use signalbox_store::{
    BatchKey, Chosen, Cursor, Enqueued, IdempotencyKey, NewBatch, NewMessage, PageRequest,
    StoreError, Stream, Then,
};

use crate::desk::Desk;

fn batch(desk: &Desk, key: Option<&str>) -> NewBatch {
    NewBatch {
        name: "Spring".into(),
        total: 12,
        bad: "[]".into(),
        key: key.map(|key| BatchKey { key: key.into(), content: [1; 16] }),
        at: desk.now(),
    }
}

fn rows(desk: &Desk, n: usize) -> Vec<NewMessage> {
    let one =
        |n| NewMessage { priority: Priority::Bulk, ..desk.letter(&format!("p{n}@example.com")) };
    (0..n).map(one).collect()
}

#[tokio::test]
async fn a_batch_and_its_messages_are_one_commit() {
    let mut desk = Desk::new().await;
    let made = desk.store().add_batch(batch(&desk, None), rows(&desk, 10)).await.unwrap();
    let (id, new, enqueued) = made;
    assert!(new && enqueued.iter().all(|one| matches!(one, Enqueued::Accepted(_))));
    desk.reopen();
    let row = desk.store().batch(id).await.unwrap();
    assert_eq!((row.name.as_str(), row.total), ("Spring", 12));
    assert_eq!(row.counts, [(MessageState::Queued, None, 10)]);
    assert_eq!(desk.store().batches(5).await.unwrap().len(), 1);
    desk.assert_counts();
}

#[tokio::test]
async fn asking_twice_with_a_key_makes_one_batch() {
    let desk = Desk::new().await;
    let (id, ..) = desk.store().add_batch(batch(&desk, Some("k")), rows(&desk, 3)).await.unwrap();
    let (again, new, enqueued) =
        desk.store().add_batch(batch(&desk, Some("k")), rows(&desk, 3)).await.unwrap();
    assert_eq!((again, new, enqueued.len()), (id, false, 0));
    assert_eq!(desk.number("SELECT COUNT(*) FROM message"), 3);
}

#[tokio::test]
async fn a_key_that_was_used_for_another_batch_is_refused() {
    let desk = Desk::new().await;
    let (id, ..) = desk.store().add_batch(batch(&desk, Some("k")), rows(&desk, 3)).await.unwrap();
    let key = |content| BatchKey { key: "k".into(), content: [content; 16] };
    assert_eq!(desk.store().batch_of_key(key(1)).await.unwrap(), Some(id));
    let looked = desk.store().batch_of_key(key(2)).await;
    let made = NewBatch { key: Some(key(2)), ..batch(&desk, None) };
    let made = desk.store().add_batch(made, rows(&desk, 5)).await;
    assert!(matches!(looked, Err(StoreError::KeyReused)), "{looked:?}");
    assert!(matches!(made, Err(StoreError::KeyReused)), "{made:?}");
    assert_eq!(desk.number("SELECT COUNT(*) FROM message"), 3, "nothing of it was accepted");
    let other = BatchKey { key: "l".into(), content: [1; 16] };
    assert_eq!(desk.store().batch_of_key(other).await.unwrap(), None);
}

#[tokio::test]
async fn a_batch_that_fails_leaves_nothing() {
    let desk = Desk::new().await;
    let key = |content| Some(IdempotencyKey { key: "k".into(), content: [content; 32] });
    let mut messages = rows(&desk, 5);
    messages.push(NewMessage { idempotency: key(1), ..desk.letter("+15550101") });
    messages.push(NewMessage { idempotency: key(2), ..desk.letter("+15550101") });
    let refused = desk.store().add_batch(batch(&desk, None), messages).await;
    assert!(matches!(refused, Err(StoreError::KeyReused)), "{refused:?}");
    assert_eq!(desk.number("SELECT COUNT(*) FROM message"), 0);
    assert_eq!(desk.number("SELECT COUNT(*) FROM batch"), 0);
    desk.assert_counts();
}

#[tokio::test]
async fn who_opted_out_is_left_out_of_a_batch() {
    let desk = Desk::new().await;
    let no = desk.store().set_consent(
        Channel::Sms,
        "p1@example.com".into(),
        false,
        "STOP".into(),
        desk.now(),
    );
    no.await.unwrap();
    let (id, _, enqueued) =
        desk.store().add_batch(batch(&desk, None), rows(&desk, 3)).await.unwrap();
    assert_eq!(enqueued[1], Enqueued::OptedOut);
    assert_eq!(desk.store().batch(id).await.unwrap().counts, [(MessageState::Queued, None, 2)]);
}

#[tokio::test]
async fn a_batchs_counts_follow_its_messages() {
    let desk = Desk::new().await;
    let (id, ..) = desk.store().add_batch(batch(&desk, None), rows(&desk, 6)).await.unwrap();
    let claimed = desk.claim().await;
    let ids: Vec<_> = claimed.iter().map(|m| m.row.id).collect();
    desk.accepted(ids[0], 1, "SM0").await;
    desk.failed(ids[1], 1, "x", Then::Attention).await;
    desk.failed(ids[2], 1, "t", Then::Unknown { look_at: None }).await;
    let hold = Then::Hold { reason: HoldReason::Admin, due_at: None };
    desk.failed(ids[3], 1, "a", hold).await;
    let cancel = vec![ids[3]];
    desk.store().decide(cancel, Chosen::Cancel, None, "Ada".into(), desk.now()).await.unwrap();
    let counts: BTreeMap<_, _> = desk
        .store()
        .batch(id)
        .await
        .unwrap()
        .counts
        .into_iter()
        .map(|(state, reason, n)| ((state, reason), n))
        .collect();
    let expected = BTreeMap::from([
        ((MessageState::Sending, None), 2),
        ((MessageState::Accepted, None), 1),
        ((MessageState::Unknown, Some(HoldReason::Asked)), 1),
        ((MessageState::NeedsAttention, None), 1),
        ((MessageState::Cancelled, None), 1),
    ]);
    assert_eq!(counts, expected);
    desk.assert_counts();
}

#[tokio::test]
async fn a_cancelled_batch_keeps_its_first_time() {
    let desk = Desk::new().await;
    let (id, ..) = desk.store().add_batch(batch(&desk, None), rows(&desk, 1)).await.unwrap();
    let first = desk.now();
    desk.store().cancel_batch(id, first).await.unwrap();
    desk.pass(5);
    desk.store().cancel_batch(id, desk.now()).await.unwrap();
    assert_eq!(desk.store().batch(id).await.unwrap().cancelled_at, Some(first));
    let unknown = signalbox_domain::BatchId::from_raw(7);
    let refused = desk.store().cancel_batch(unknown, first).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    let refused = desk.store().batch(unknown).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}

#[tokio::test]
async fn a_batch_and_a_cause_are_lists_of_their_own() {
    let desk = Desk::new().await;
    desk.queue("+15550101").await;
    let (id, ..) = desk.store().add_batch(batch(&desk, None), rows(&desk, 4)).await.unwrap();
    let mut ids: Vec<_> = desk.claim().await.iter().map(|m| m.row.id).collect();
    for (n, message) in ids[1..3].iter().enumerate() {
        desk.failed(*message, 1, ["a", "b"][n], Then::Attention).await;
    }
    let page = async |stream, cursor| {
        let request = PageRequest {
            streams: vec![stream],
            cursor,
            from: 0,
            until: i64::MAX,
            reasons: Vec::new(),
            limit: 3,
        };
        let page = desk.store().page(request).await.unwrap();
        (page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), page.older)
    };
    ids.remove(0);
    ids.reverse();
    assert_eq!(page(Stream::Batch(id), None).await, (ids[..3].to_vec(), true));
    let rest = page(Stream::Batch(id), Some(Cursor::After(ids[2]))).await;
    assert_eq!(rest, (ids[3..].to_vec(), false));
    for cause in desk.store().causes().await.unwrap() {
        let stream = Stream::Cause(desk.line, cause.failure_id, cause.state);
        let (found, older) = page(stream, None).await;
        assert_eq!((found.len(), older), (1, false));
        assert_eq!(desk.row(found[0]).await.failure, Some(cause.failure));
    }
}

#[tokio::test]
async fn a_cause_begins_anew_when_it_comes_back() {
    let desk = Desk::new().await;
    let first = desk.in_flight("+15550101").await;
    desk.failed(first, 1, "503", Then::Attention).await;
    let began = desk.now();
    desk.pass(1_000);
    let second = desk.in_flight("+15550102").await;
    desk.failed(second, 1, "503", Then::Attention).await;
    let cause = desk.store().causes().await.unwrap().remove(0);
    assert_eq!((cause.count, cause.first_at, cause.last_at), (2, began, desk.now()));
    for id in [first, second] {
        let rest = vec![id];
        desk.store().decide(rest, Chosen::Dismiss, None, "Ada".into(), desk.now()).await.unwrap();
    }
    desk.pass(1_000);
    let third = desk.in_flight("+15550103").await;
    desk.failed(third, 1, "503", Then::Attention).await;
    let cause = desk.store().causes().await.unwrap().remove(0);
    assert_eq!((cause.count, cause.first_at), (1, desk.now()), "not the old beginning");
    desk.assert_counts();
}
