//! Being offline ourselves blames no line and burns no attempt.

use signalbox_domain::{CheckOutcome, Failure, FailureClass, HoldReason, MessageState, Outcome};
use signalbox_providers::ProbeOutcome;

use crate::desk::{Desk, refused};

fn unreachable() -> Failure {
    Failure::new(FailureClass::Transient, "dns", "It could not be looked up", "Wait")
}

#[tokio::test]
async fn while_offline_work_waits_uncounted_and_leaves_by_itself_afterwards() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers([refused(FailureClass::Transient)]);
    desk.network.set(false);
    let id = desk.text(1).await;
    desk.settle().await;
    let block = desk.engine.line(line).unwrap().block(desk.engine.clock().now()).unwrap();
    assert_eq!(block.reason, HoldReason::Offline);
    desk.pass(600).await;
    assert_eq!(script.handed(), 1, "nothing is tried while there is no network");
    assert_eq!(desk.message(id).await.row.counted, 0);
    assert!(desk.engine.line(line).unwrap().gate().breaker.is_pristine());

    desk.network.set(true);
    desk.engine.look_at_network().await;
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Accepted);
    let told = desk.engine.store().changes(None, None, 50).await.unwrap();
    let notices = told.iter().filter(|row| row.change.say.contains("offline")).count();
    assert_eq!(notices, 1, "one notice for one outage");
}

#[tokio::test]
async fn a_router_that_leads_nowhere_is_no_network_and_no_line_is_blamed_for_it() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers((0..20).map(|_| Outcome::refused(unreachable())));
    script.probes((0..60).map(|_| ProbeOutcome::Failed(unreachable())));
    desk.pass(60).await;
    desk.network.lead_nowhere(true);
    let mut ids = Vec::new();
    for last in 1..=6 {
        ids.push(desk.text(last).await);
    }
    desk.settle().await;
    for _ in 0..5 {
        desk.pass(60).await;
        desk.engine.look_at_network().await;
        let check = desk.engine.check_line(line).await.unwrap();
        assert_eq!(check.outcome, CheckOutcome::Offline);
    }
    assert!(desk.engine.is_offline(), "a route alone ends no outage");
    assert!(desk.engine.line(line).unwrap().gate().breaker.is_pristine());
    for id in &ids {
        assert_eq!(desk.message(*id).await.row.counted, 0, "no attempt is burnt");
    }

    desk.network.lead_nowhere(false);
    script.forget_probes();
    script.forget_answers();
    desk.engine.look_at_network().await;
    desk.pass(15).await;
    for id in ids {
        assert_eq!(desk.state(id).await, MessageState::Accepted);
    }
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_while_another_can_is_to_blame() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    desk.line("mail").await;
    desk.wire.script("text").answers([Outcome::refused(unreachable())]);
    let id = desk.text(1).await;
    desk.settle().await;
    assert!(!desk.engine.is_offline());
    assert_eq!(desk.message(id).await.row.counted, 1);
    assert!(!desk.engine.line(line).unwrap().gate().breaker.is_pristine());
}

#[tokio::test]
async fn whoever_answers_a_check_ends_an_outage_that_was_only_suspected() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    desk.wire.script("text").answers([Outcome::refused(unreachable())]);
    desk.pass(60).await;
    desk.network.lead_nowhere(true);
    let id = desk.text(1).await;
    desk.settle().await;
    assert!(desk.engine.is_offline());
    desk.engine.check_line(line).await.unwrap();
    assert!(!desk.engine.is_offline(), "behind a proxy nothing but the line itself can tell");
    desk.pass(15).await;
    assert_eq!(desk.state(id).await, MessageState::Accepted);
}
