//! Accepting a message: what is committed, what is refused, and what asking twice does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use signalbox_domain::{Channel, ConnectionId, HoldReason, MessageState};
use signalbox_store::{Enqueued, IdempotencyKey, NewMessage, StoreError};

use crate::desk::{Desk, HOUR};

fn keyed(new: NewMessage, key: &str, content: u8) -> NewMessage {
    NewMessage {
        idempotency: Some(IdempotencyKey { key: key.into(), content: [content; 32] }),
        ..new
    }
}

#[tokio::test]
async fn an_accepted_message_is_whole_after_a_restart() {
    let mut desk = Desk::new().await;
    let second = desk.add_line("second").await;
    let new = NewMessage {
        name: Some("Ada".into()),
        subject: Some("Tomorrow".into()),
        units: 3,
        route: vec![second],
        ..desk.letter("+15550101")
    };
    let id = desk.accept(new).await;
    desk.reopen();
    let whole = desk.store().message(id).await.unwrap();
    assert_eq!(whole.body, "See you at nine");
    assert_eq!(whole.subject.as_deref(), Some("Tomorrow"));
    assert_eq!(whole.row.name.as_deref(), Some("Ada"));
    assert_eq!(whole.row.route, [second]);
    assert_eq!((whole.row.units, whole.row.tries, whole.row.rank), (3, 0, 0));
    assert_eq!((whole.row.state, whole.row.reason), (MessageState::Queued, None));
    assert_eq!(whole.row.due_at, Some(desk.now()));
    assert!(whole.attempts.is_empty() && whole.timeline.is_empty());
    desk.assert_counts();
}

#[tokio::test]
async fn the_same_key_and_content_is_the_same_message() {
    let mut desk = Desk::new().await;
    let first = desk.accept(keyed(desk.letter("+15550101"), "order-7", 1)).await;
    desk.reopen();
    let again = desk.store().enqueue(vec![keyed(desk.letter("+15550101"), "order-7", 1)]).await;
    assert_eq!(again.unwrap(), [Enqueued::Already(first)]);
    assert_eq!(desk.number("SELECT COUNT(*) FROM message"), 1);
    desk.assert_counts();
}

#[tokio::test]
async fn the_same_key_twice_in_one_request_is_one_message() {
    let desk = Desk::new().await;
    let one = keyed(desk.letter("+15550101"), "order-7", 1);
    let done = desk.store().enqueue(vec![one.clone(), one]).await.unwrap();
    let [Enqueued::Accepted(first), Enqueued::Already(second)] = done[..] else {
        panic!("{done:?}")
    };
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_key_with_other_content_is_refused_and_takes_its_whole_request_with_it() {
    let desk = Desk::new().await;
    desk.accept(keyed(desk.letter("+15550101"), "order-7", 1)).await;
    let request = vec![desk.letter("+15550102"), keyed(desk.letter("+15550101"), "order-7", 2)];
    let refused = desk.store().enqueue(request).await;
    assert!(matches!(refused, Err(StoreError::KeyReused)), "{refused:?}");
    assert_eq!(desk.number("SELECT COUNT(*) FROM message"), 1, "nothing of the request is kept");
    desk.assert_counts();
}

#[tokio::test]
async fn who_opted_out_of_a_channel_is_not_written_to_by_it() {
    let desk = Desk::new().await;
    let now = desk.now();
    let opt_out = |channel, allowed| {
        desk.store().set_consent(channel, "+15550101".into(), allowed, "test".into(), now)
    };
    opt_out(Channel::Sms, false).await.unwrap();
    let refused = desk.store().enqueue(vec![desk.letter("+15550101")]).await.unwrap();
    assert_eq!(refused, [Enqueued::OptedOut]);
    assert_eq!(desk.number("SELECT COUNT(*) FROM message"), 0, "nothing is written");
    let other = NewMessage { channel: Channel::Whatsapp, ..desk.letter("+15550101") };
    desk.accept(other).await;
    opt_out(Channel::Sms, true).await.unwrap();
    desk.queue("+15550101").await;
}

#[tokio::test]
async fn a_message_for_later_is_held_until_its_time_and_counted_in_its_hour() {
    let desk = Desk::new().await;
    let at = desk.now() + 3 * HOUR;
    let id = desk.accept(NewMessage { send_at: Some(at), ..desk.letter("+15550101") }).await;
    let row = desk.row(id).await;
    assert_eq!((row.state, row.reason), (MessageState::Held, Some(HoldReason::Scheduled)));
    assert_eq!(row.due_at, Some(at));
    assert!(desk.claim().await.is_empty(), "its time has not come");
    let tallies = desk.store().tallies(at / HOUR, at / HOUR).await.unwrap();
    let scheduled = (at / HOUR, desk.line, MessageState::Held, Some(HoldReason::Scheduled), 1);
    assert_eq!(tallies, [scheduled]);
    desk.pass(3 * HOUR);
    let claimed = desk.claim().await;
    assert_eq!(claimed[0].row.id, id);
    assert_eq!(desk.story(id).await, ["released"]);
    desk.assert_counts();
}

#[tokio::test]
async fn a_time_that_has_passed_is_now() {
    let desk = Desk::new().await;
    let late = NewMessage { send_at: Some(desk.now() - 1), ..desk.letter("+15550101") };
    let id = desk.accept(late).await;
    assert_eq!(desk.state(id).await, MessageState::Queued);
    assert_eq!(desk.claim().await.len(), 1);
}

#[tokio::test]
async fn ids_rise_in_order_of_acceptance_whatever_the_clock_does() {
    let mut desk = Desk::new().await;
    let mut last = None;
    for step in [0, -3_600, 0, 7_200, -86_400] {
        desk.clock.jump_wall(chrono::TimeDelta::seconds(step));
        desk.reopen();
        let id = desk.queue("+15550101").await;
        assert!(last < Some(id), "{id} after {last:?}");
        last = Some(id);
    }
}

#[tokio::test]
async fn below_the_floor_nothing_new_is_accepted_and_nothing_old_is_stopped() {
    let free = Arc::new(AtomicU64::new(5_000));
    let desk = Desk::with_free(free.clone()).await;
    let id = desk.in_flight("+15550101").await;
    free.store(999, Ordering::SeqCst);
    // The disk is not asked each time: within 64 requests it must have been.
    let mut refused = false;
    for n in 0..65 {
        let answer = desk.store().enqueue(vec![desk.letter(&format!("p{n}@example.com"))]).await;
        refused |= matches!(answer, Err(StoreError::DiskFull));
    }
    assert!(refused, "a full disk was not noticed within 64 requests");
    assert!(desk.accepted(id, 1, "SM1").await.applied, "a result can always be written");
    free.store(5_000, Ordering::SeqCst);
    desk.queue("+15550102").await;
}

#[tokio::test]
async fn a_line_that_does_not_exist_is_not_found() {
    let desk = Desk::new().await;
    let nowhere = NewMessage { connection: ConnectionId::from_raw(7), ..desk.letter("+15550101") };
    let refused = desk.store().enqueue(vec![nowhere]).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    desk.queue("+15550101").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_is_behind_says_so_and_loses_nothing_it_said_yes_to() {
    let desk = Desk::new().await;
    let mut asked = Vec::new();
    for n in 0..20_000 {
        let store = desk.store().clone();
        let new = desk.letter(&format!("p{n}@example.com"));
        asked.push(tokio::spawn(async move { store.enqueue(vec![new]).await }));
    }
    let mut accepted = 0;
    for answer in asked {
        match answer.await.expect("the task ends") {
            Ok(_) => accepted += 1,
            Err(StoreError::Busy) => {}
            Err(other) => panic!("busy is the only reason to refuse: {other}"),
        }
    }
    assert_eq!(desk.number("SELECT COUNT(*) FROM message"), accepted);
    desk.assert_counts();
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let desk = Desk::new().await;
    let id = desk.queue("+15550101").await;
    desk.store().close().await;
    let refused = desk.store().enqueue(vec![desk.letter("+15550102")]).await;
    assert!(matches!(refused, Err(StoreError::Closed)), "{refused:?}");
    assert_eq!(desk.state(id).await, MessageState::Queued, "what was accepted can still be read");
    let log = std::fs::metadata(desk.store().path().with_extension("db-wal"));
    assert_eq!(log.map_or(0, |file| file.len()), 0, "closing folds the log into the file");
}
