//! Receipts: kept once, worked off once, never dropped.

use std::collections::BTreeMap;

use signalbox_domain::{Channel, Environment, MessageState, ReceiptStatus};
use signalbox_store::{Consequence, NewConnection, NewReceipt, ReceiptState, StoreError, Took};

use crate::desk::{Desk, Dice, MINUTE, a_line, cases, told};
use crate::receipts::{incoming, says};

#[tokio::test]
async fn a_receipt_is_taken_once_whatever_its_repetitions_say() {
    let mut desk = Desk::new().await;
    let Took::New(id) = desk.store().take_receipt(incoming(&desk, "E1")).await.unwrap() else {
        panic!("the first is new")
    };
    desk.reopen();
    assert_eq!(desk.store().take_receipt(incoming(&desk, "E1")).await.unwrap(), Took::Repeated);
    let (due, next) = desk.store().pending_receipts(desk.now(), 10).await.unwrap();
    assert_eq!((due.len(), next), (1, None));
    let (row, raw) = &due[0];
    assert_eq!((row.id, row.state, row.tries), (id, ReceiptState::Pending, 0));
    assert_eq!(*raw, incoming(&desk, "E1").body, "byte for byte what was signed");
    let second = desk.add_line("second").await;
    let other = signalbox_store::NewReceipt { connection: second, ..incoming(&desk, "E1") };
    let took = desk.store().take_receipt(other).await.unwrap();
    assert!(matches!(took, Took::New(_)), "each line numbers its own");
}

#[tokio::test]
async fn taking_and_refusing_are_seen_on_the_line() {
    let desk = Desk::new().await;
    desk.pass(MINUTE);
    desk.store().take_receipt(incoming(&desk, "E1")).await.unwrap();
    let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
    for on in [day(16), day(17), day(17)] {
        desk.store().count_refused_receipt(desk.line, on).await.unwrap();
    }
    let row = desk.store().connection(desk.line).await.unwrap();
    assert_eq!((row.last_receipt, row.refused_on), (Some(desk.now()), Some(day(17))));
    assert_eq!([16, 17, 18].map(|on| row.refused_receipts_on(day(on))), [0, 2, 0]);
}

/// queue.md test 13: each of 10,000 three times, shuffled, some before our own finish.
#[tokio::test]
async fn ten_thousand_webhooks_three_times_each_in_any_order_count_once() {
    let desk = Desk::new().await;
    let messages = cases("SIGNALBOX_WEBHOOKS", 10_000) as usize / 4;
    let letters = (0..messages).map(|n| desk.letter(&format!("p{n}@example.com"))).collect();
    desk.store().enqueue(letters).await.unwrap();
    let mut claimed = Vec::new();
    while claimed.len() < messages {
        claimed.extend(desk.claim().await);
    }
    let mut dice = Dice::of(13);
    let mut expected = BTreeMap::new();
    let mut events = Vec::new();
    use ReceiptStatus::{Accepted, Delivered, Failed, Read, Sent};
    for (n, message) in claimed.iter().enumerate() {
        let id = message.row.id;
        let (ends, state) = match n % 3 {
            0 => ([Accepted, Sent, Delivered, Read], MessageState::Read),
            1 => ([Accepted, Sent, Sent, Delivered], MessageState::Delivered),
            _ => ([Accepted, Sent, Sent, Failed], MessageState::NeedsAttention),
        };
        expected.insert(id, state);
        for (k, status) in ends.into_iter().enumerate() {
            for _ in 0..3 {
                events.push((id, format!("SM{n}"), format!("E{n}-{k}"), status));
            }
        }
    }
    dice.shuffle(&mut events);
    // The finishes come in between: a third of the messages hear from the provider first.
    let mut finishes: Vec<_> = claimed.iter().enumerate().collect();
    dice.shuffle(&mut finishes);
    let per_finish = events.len() / finishes.len();
    let mut taken = 0;
    for (step, (message, provider_id, event_id, status)) in events.into_iter().enumerate() {
        if step % per_finish == 0
            && let Some((n, claimed)) = finishes.pop()
        {
            desk.accepted(claimed.row.id, 1, &format!("SM{n}")).await;
        }
        let took = desk.store().take_receipt(incoming(&desk, &event_id)).await.unwrap();
        let Took::New(receipt) = took else { continue };
        taken += 1;
        let why = (status == Failed)
            .then(|| crate::desk::failure(signalbox_domain::FailureClass::Recipient, "30005"));
        let report = says(&desk, &provider_id, status, why, None);
        let status = Consequence::Status { report, hint: Some(message) };
        let done = desk.store().work_off(receipt, desk.line, vec![status], None, desk.now()).await;
        assert_eq!(done.unwrap().len(), 1, "each finds its message");
    }
    assert_eq!(taken, messages * 4, "each event once");
    for (n, claimed) in finishes {
        desk.accepted(claimed.row.id, 1, &format!("SM{n}")).await;
    }
    for (id, state) in expected {
        assert_eq!(desk.state(id).await, state);
    }
    assert_eq!(desk.number("SELECT COUNT(*) FROM receipt WHERE state <> 1"), 0);
    assert_eq!(desk.number("SELECT COUNT(*) FROM attempt WHERE outcome IS NOT 1"), 0);
    desk.assert_counts();
}

#[tokio::test]
async fn a_receipt_before_its_message_is_known_waits_and_then_counts() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    let Took::New(receipt) = desk.store().take_receipt(incoming(&desk, "E1")).await.unwrap() else {
        panic!("it is new")
    };
    let status = |desk: &Desk| {
        let report = says(desk, "SM1", ReceiptStatus::Delivered, None, None);
        vec![Consequence::Status { report, hint: None }]
    };
    let later = Some(desk.now() + MINUTE);
    let work = desk.store().work_off(receipt, desk.line, status(&desk), later, desk.now());
    assert!(work.await.unwrap().is_empty());
    let (due, next) = desk.store().pending_receipts(desk.now(), 10).await.unwrap();
    assert_eq!((due.len(), next), (0, later));
    desk.accepted(id, 1, "SM1").await;
    desk.pass(MINUTE);
    let (due, _) = desk.store().pending_receipts(desk.now(), 10).await.unwrap();
    assert_eq!(due[0].0.tries, 1);
    desk.store().work_off(receipt, desk.line, status(&desk), None, desk.now()).await.unwrap();
    assert_eq!(desk.state(id).await, MessageState::Delivered);
    let done = desk.store().receipts(Some(ReceiptState::Processed), None, 10).await.unwrap();
    assert_eq!((done[0].id, done[0].message), (receipt, Some(id)));
}

#[tokio::test]
async fn another_programs_receipts_do_not_stand_in_the_way_of_ours() {
    let desk = Desk::new().await;
    for n in 0..1_200 {
        let took = desk.store().take_receipt(incoming(&desk, &format!("theirs-{n}"))).await;
        let Took::New(receipt) = took.unwrap() else { panic!("it is new") };
        let report = says(&desk, "theirs", ReceiptStatus::Sent, None, None);
        let status = vec![Consequence::Status { report, hint: None }];
        let later = Some(desk.now() + MINUTE);
        desk.store().work_off(receipt, desk.line, status, later, desk.now()).await.unwrap();
    }
    let Took::New(ours) = desk.store().take_receipt(incoming(&desk, "ours")).await.unwrap() else {
        panic!("it is new")
    };
    let (due, next) = desk.store().pending_receipts(desk.now(), 10).await.unwrap();
    assert_eq!(due.iter().map(|(row, _)| row.id).collect::<Vec<_>>(), [ours]);
    assert_eq!(next, Some(desk.now() + MINUTE));
}

#[tokio::test]
async fn a_second_try_of_a_receipt_does_not_undo_what_a_person_said_since() {
    let desk = Desk::new().await;
    let consent = |allowed| Consequence::Consent {
        channel: Channel::Sms,
        address: "+15550101".into(),
        allowed,
        source: "START".into(),
    };
    let unknown = |desk: &Desk| {
        let report = says(desk, "SM404", ReceiptStatus::Sent, None, None);
        Consequence::Status { report, hint: None }
    };
    let inbound = || Consequence::Inbound {
        sender: "+15550101".into(),
        recipient: "+15550199".into(),
        body: "START".into(),
    };
    let Took::New(start) = desk.store().take_receipt(incoming(&desk, "E1")).await.unwrap() else {
        panic!("it is new")
    };
    let all = vec![inbound(), consent(true), unknown(&desk)];
    let later = Some(desk.now());
    desk.store().work_off(start, desk.line, all.clone(), later, desk.now()).await.unwrap();
    let Took::New(stop) = desk.store().take_receipt(incoming(&desk, "E2")).await.unwrap() else {
        panic!("it is new")
    };
    let work = desk.store().work_off(stop, desk.line, vec![consent(false)], None, desk.now());
    work.await.unwrap();
    desk.store().work_off(start, desk.line, all, None, desk.now()).await.unwrap();
    assert_eq!(desk.number("SELECT COUNT(*) FROM suppression"), 1, "the STOP came last");
    assert_eq!(desk.number("SELECT COUNT(*) FROM inbound"), 1, "they wrote once");
    assert_eq!(desk.number("SELECT COUNT(*) FROM consent"), 2);
}

#[tokio::test]
async fn a_start_takes_back_a_stop_and_nothing_that_was_said_at_the_desk() {
    let desk = Desk::new().await;
    let says = async |event: &str, allowed| {
        let consent = Consequence::Consent {
            channel: Channel::Sms,
            address: "+15550101".into(),
            allowed,
            source: event.into(),
        };
        let Took::New(id) = desk.store().take_receipt(incoming(&desk, event)).await.unwrap() else {
            panic!("it is new")
        };
        let work = desk.store().work_off(id, desk.line, vec![consent], None, desk.now());
        work.await.unwrap();
        desk.number("SELECT COUNT(*) FROM suppression")
    };
    let at_the_desk = async |allowed| {
        let (address, why) = ("+15550101".to_owned(), "told us on the phone".to_owned());
        let said = desk.store().set_consent(Channel::Sms, address, allowed, why, desk.now());
        said.await.unwrap();
    };
    assert_eq!(says("STOP 1", false).await, 1);
    assert_eq!(says("START 1", true).await, 0);
    at_the_desk(false).await;
    assert_eq!(says("START 2", true).await, 1, "a text does not undo what was said on the phone");
    at_the_desk(true).await;
    assert_eq!(says("STOP 2", false).await, 1);
    at_the_desk(false).await;
    assert_eq!(says("START 3", true).await, 1, "nor where they had said both");
}

#[tokio::test]
async fn what_a_practice_line_hears_counts_for_no_real_customer() {
    let desk = Desk::new().await;
    let made = NewConnection { environment: Environment::Practice, ..a_line("practice") };
    let line = desk
        .store()
        .add_connection(made, |_| Ok(b"sealed".to_vec()), told(desk.now(), "made"))
        .await;
    let line = line.unwrap();
    let set = |to: &str, allowed| {
        desk.store().set_consent(Channel::Sms, to.into(), allowed, "asked".into(), desk.now())
    };
    set("+15550101", false).await.unwrap();
    let heard = |address: &str, allowed| Consequence::Consent {
        channel: Channel::Sms,
        address: address.into(),
        allowed,
        source: "said".into(),
    };
    let receipt = NewReceipt { connection: line, ..incoming(&desk, "E1") };
    let Took::New(id) = desk.store().take_receipt(receipt).await.unwrap() else {
        panic!("it is new")
    };
    let all = vec![heard("+15550101", true), heard("+15550102", false)];
    desk.store().work_off(id, line, all, None, desk.now()).await.unwrap();
    let left = desk.store().suppressions(None, None, 9).await.unwrap();
    let left: Vec<_> = left.iter().map(|row| row.address.as_str()).collect();
    assert_eq!(left, ["+15550101"], "neither lifted nor added");
    assert_eq!(desk.number("SELECT COUNT(*) FROM consent"), 1, "nor written down");
}

#[tokio::test]
async fn what_cannot_be_processed_is_kept_and_can_be_replayed() {
    let desk = Desk::new().await;
    let mut ids = Vec::new();
    for event in ["E1", "E2", "E3"] {
        let took = desk.store().take_receipt(incoming(&desk, event)).await.unwrap();
        let Took::New(id) = took else { panic!("it is new") };
        desk.store().bury_receipt(id, "no such status".into()).await.unwrap();
        ids.push(id);
    }
    let dead = desk.store().receipts(Some(ReceiptState::Dead), None, 10).await.unwrap();
    assert_eq!(dead.iter().map(|row| row.id).rev().collect::<Vec<_>>(), ids);
    assert_eq!(dead[0].error.as_deref(), Some("no such status"));
    let some = desk.store().replay_receipts(Some(vec![ids[1]]), desk.now()).await.unwrap();
    assert_eq!(some, [ids[1]]);
    let twice = desk.store().replay_receipts(Some(vec![ids[1]]), desk.now()).await.unwrap();
    assert!(twice.is_empty(), "it is pending already");
    let rest = desk.store().replay_receipts(None, desk.now()).await.unwrap();
    assert_eq!(rest, [ids[0], ids[2]]);
    let (due, _) = desk.store().pending_receipts(desk.now(), 10).await.unwrap();
    assert_eq!(due.len(), 3);
}

#[tokio::test]
async fn receipts_are_listed_newest_first_page_by_page() {
    let desk = Desk::new().await;
    let mut ids = Vec::new();
    for n in 0..7 {
        let took = desk.store().take_receipt(incoming(&desk, &format!("E{n}"))).await.unwrap();
        let Took::New(id) = took else { panic!("it is new") };
        ids.insert(0, id);
    }
    for state in [None, Some(ReceiptState::Pending)] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = desk.store().receipts(state, after, 3).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            seen.extend(page.into_iter().map(|row| row.id));
        }
        assert_eq!(seen, ids);
    }
    let unknown = signalbox_domain::ReceiptId::from_raw(7);
    let refused = desk.store().bury_receipt(unknown, "x".into()).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}
