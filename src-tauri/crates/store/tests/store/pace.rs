//! The pace of a sender: never faster than the provider allows, whatever restarts do to it.

use signalbox_domain::Pace;
use signalbox_store::{ClaimRequest, GateRow, NewBatch, NewMessage, Then};

use crate::desk::{Desk, Dice, HOUR, SECOND};

/// queue.md test 9, on a virtual clock.
#[tokio::test]
async fn one_segment_a_second_is_never_exceeded_over_fifty_restarts() {
    let mut desk = Desk::new().await;
    let mut dice = Dice::of(9);
    let mut left = 3_600;
    let mut letters = Vec::new();
    while left > 0 {
        let units = i64::try_from(dice.below(3) + 1).unwrap().min(left);
        left -= units;
        let to = format!("p{}@example.com", letters.len());
        letters.push(NewMessage { units, ..desk.letter(&to) });
    }
    let all = letters.len();
    desk.store().enqueue(letters).await.unwrap();
    let start = desk.now();
    let mut sent: Vec<(i64, i64)> = Vec::new();
    let restart_every = all / 50;
    let mut restarts = 0;
    while sent.len() < all {
        let request = ClaimRequest { pace: Pace::per_second(1), limit: 64, ..desk.ask() };
        let claimed = desk.store().claim(request).await.unwrap();
        for message in &claimed.messages {
            sent.push((desk.now(), message.row.units));
            desk.accepted(message.row.id, message.n, &message.row.id.to_string()).await;
            if sent.len().is_multiple_of(restart_every) && restarts < 50 {
                desk.reopen();
                restarts += 1;
            }
        }
        if sent.len() < all {
            let next = claimed.next.expect("there is more to send");
            // A dispatcher may come late, and may come too early.
            let late = i64::try_from(dice.below(4)).unwrap() * 100 - 100;
            desk.pass((next - desk.now() + late).max(1));
        }
    }
    assert_eq!(restarts, 50);
    // A message of n segments books the sender for n seconds: none may leave inside a booking.
    for pair in sent.windows(2) {
        let ((at, units), (next, _)) = (pair[0], pair[1]);
        assert!(next - at >= units * SECOND, "{units} segments at {at}, the next at {next}");
    }
    assert!(desk.now() - start < 2 * HOUR, "and the line is not slower than it may be");
    desk.assert_counts();
}

#[tokio::test]
async fn messages_of_a_batch_keep_their_distance_and_single_ones_need_not() {
    let desk = Desk::new().await;
    let batch =
        NewBatch { name: "b".into(), total: 3, bad: "[]".into(), key: None, at: desk.now() };
    let letters = (0..3).map(|n| desk.letter(&format!("p{n}@example.com"))).collect();
    desk.store().add_batch(batch, letters).await.unwrap();
    let paced = |now| ClaimRequest { pace: Pace::UNLIMITED, now, ..desk.ask() };
    let mut times = Vec::new();
    loop {
        let claimed = desk.store().claim(paced(desk.now())).await.unwrap();
        times.extend(claimed.messages.iter().map(|_| desk.now()));
        let Some(next) = claimed.next else { break };
        desk.pass(next - desk.now());
    }
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps, [200, 200]);
    desk.pass(SECOND);
    for n in 0..5 {
        desk.queue(&format!("q{n}@example.com")).await;
    }
    assert_eq!(desk.store().claim(paced(desk.now())).await.unwrap().messages.len(), 5);
}

#[tokio::test]
async fn keeping_the_gate_leaves_the_booking_alone() {
    let desk = Desk::new().await;
    desk.queue("+15550101").await;
    desk.queue("+15550102").await;
    let paced = |now| ClaimRequest { pace: Pace::per_second(1), now, ..desk.ask() };
    assert_eq!(desk.store().claim(paced(desk.now())).await.unwrap().messages.len(), 1);
    desk.store().keep_gate(GateRow::open(desk.line)).await.unwrap();
    let next = desk.store().claim(paced(desk.now())).await.unwrap();
    assert_eq!((next.messages.len(), next.next), (0, Some(desk.now() + SECOND)));
}

#[tokio::test]
async fn a_clock_set_back_neither_silences_a_line_nor_lets_it_burst() {
    let desk = Desk::new().await;
    for n in 0..3 {
        desk.queue(&format!("p{n}@example.com")).await;
    }
    let paced = |now| ClaimRequest { pace: Pace::per_second(1), now, ..desk.ask() };
    assert_eq!(desk.store().claim(paced(desk.now())).await.unwrap().messages.len(), 1);
    desk.clock.jump_wall(chrono::TimeDelta::days(-2));
    assert_eq!(desk.store().pull_in(desk.now()).await.unwrap(), 2);
    let none = desk.store().claim(paced(desk.now())).await.unwrap();
    assert!(none.messages.is_empty(), "the sender is still booked for this second");
    let wait = none.next.expect("a time") - desk.now();
    assert_eq!(wait, SECOND, "one unit, and not the two days the clock was wrong by");
    desk.pass(wait);
    assert_eq!(desk.store().claim(paced(desk.now())).await.unwrap().messages.len(), 1);
}

#[tokio::test]
async fn an_expired_message_takes_no_time_of_the_sender() {
    let desk = Desk::new().await;
    let stale = NewMessage { useful_until: desk.now(), ..desk.letter("+15550101") };
    desk.accept(stale).await;
    let id = desk.queue("+15550102").await;
    let paced = ClaimRequest { pace: Pace::per_second(1), ..desk.ask() };
    let claimed = desk.store().claim(paced).await.unwrap();
    assert_eq!(claimed.messages[0].row.id, id);
    desk.failed(id, 1, "x", Then::Attention).await;
}
