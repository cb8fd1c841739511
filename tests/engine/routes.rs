//! Failover: what may move to another line, what must not, and that the trouble stays visible.

use std::time::Duration;

use signalbox_domain::{ConnectionId, FailureClass, MessageId, MessageState, Signal};
use signalbox_engine::SendRequest;
use signalbox_providers::{ProbeOutcome, Settle};

use crate::desk::{Desk, failure, refused, sms, unknown};

/// Two lines, the first of which fails five times and then its probe.
async fn failing(desk: &Desk) -> (ConnectionId, ConnectionId) {
    let (first, second) = (desk.line("text").await, desk.line("text2").await);
    let script = desk.wire.script("text");
    script.answers((0..5).map(|_| refused(FailureClass::Transient)));
    script.probes((0..9).map(|_| ProbeOutcome::Failed(failure(FailureClass::Transient))));
    (first, second)
}

async fn routed(desk: &Desk, last: u32, route: &[ConnectionId]) -> MessageId {
    let request = SendRequest { route: route.to_vec(), ..sms(last) };
    desk.engine.send(request, "test").await.unwrap().id
}

#[tokio::test]
async fn a_message_that_a_dying_line_refused_moves_on_and_the_incident_stays() {
    let desk = Desk::new().await;
    let (first, second) = failing(&desk).await;
    let mut ids = Vec::new();
    for last in 0..5 {
        ids.push(routed(&desk, last, &[first, second]).await);
    }
    desk.settle().await;
    for id in ids {
        let moved = desk.message(id).await;
        assert_eq!((moved.row.state, moved.row.connection), (MessageState::Accepted, second));
        assert!(moved.timeline.iter().any(|step| step.what == "rerouted"), "it says that it moved");
    }
    assert_eq!(desk.engine.line(first).unwrap().signal(), Signal::Danger, "the incident stays");
    let told = desk.engine.store().changes(None, None, 50).await.unwrap();
    assert!(told.iter().any(|row| row.change.say.contains("cannot be reached")));

    let new = routed(&desk, 9, &[first, second]).await;
    desk.settle().await;
    assert_eq!(desk.message(new).await.row.connection, second, "new ones pass it over at once");
    let bound = SendRequest { connection: Some(first), ..sms(8) };
    let bound = desk.engine.send(bound, "test").await.unwrap().id;
    desk.settle().await;
    assert_eq!(
        desk.message(bound).await.row.connection,
        first,
        "one bound to a line waits with it"
    );
}

#[tokio::test]
async fn a_dead_credential_a_bad_number_and_an_open_outcome_never_move() {
    let desk = Desk::new().await;
    let (first, second) = (desk.line("text").await, desk.line("text2").await);
    let script = desk.wire.script("text");
    script.answers([
        refused(FailureClass::Recipient),
        refused(FailureClass::Content),
        unknown(),
        refused(FailureClass::Auth),
    ]);
    let mut ids = Vec::new();
    for last in 0..4 {
        ids.push(routed(&desk, last, &[first, second]).await);
        desk.engine.turn().await;
    }
    desk.pass(1).await;
    for id in ids {
        assert_eq!(desk.message(id).await.row.connection, first);
    }
    assert_eq!(desk.wire.script("text2").handed(), 0);
}

/// A line whose provider knows a letter by its key, for a day.
fn keyed(desk: &Desk) {
    *desk.wire.script("text").settle.lock().unwrap() =
        Settle::SendAgainWithin(Duration::from_secs(23 * 3_600));
}

#[tokio::test]
async fn what_may_have_been_taken_under_its_key_does_not_move_either() {
    let desk = Desk::new().await;
    let (first, second) = (desk.line("text").await, desk.line("text2").await);
    keyed(&desk);
    let script = desk.wire.script("text");
    script.probes((0..9).map(|_| ProbeOutcome::Failed(failure(FailureClass::Transient))));
    script.answers([unknown()]);
    script.answers((0..30).map(|_| refused(FailureClass::Transient)));
    let doubtful = routed(&desk, 1, &[first, second]).await;
    desk.settle().await;
    assert_eq!(desk.state(doubtful).await, MessageState::Unknown);
    for last in 2..8 {
        routed(&desk, last, &[first, second]).await;
    }
    for _ in 0..40 {
        desk.pass(5).await;
    }
    let row = desk.message(doubtful).await.row;
    assert_eq!(row.connection, first, "the first try may have reached somebody");
    assert!(matches!(row.state, MessageState::Queued | MessageState::Unknown), "{}", row.state);
    assert!(desk.wire.script("text2").handed() >= 6, "the others moved");
}

#[tokio::test]
async fn a_line_that_is_gone_or_stopped_is_passed_over_in_a_route() {
    let desk = Desk::new().await;
    let (first, second) = failing(&desk).await;
    let (third, fourth) = (desk.line("text3").await, desk.line("text4").await);
    let mut ids = Vec::new();
    for last in 0..5 {
        ids.push(routed(&desk, last, &[first, second, third, fourth]).await);
    }
    desk.engine.remove_line(second, signalbox_engine::WaitingWork::Cancel, "test").await.unwrap();
    desk.engine.act_on_line(third, signalbox_engine::LineAct::Pause, "test").await.unwrap();
    desk.settle().await;
    for id in ids {
        let moved = desk.message(id).await.row;
        assert_eq!((moved.state, moved.connection), (MessageState::Accepted, fourth));
    }
}
