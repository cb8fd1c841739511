//! Being offline ourselves blames no line and burns no attempt.

use signalbox_domain::{FailureClass, HoldReason, MessageState};

use crate::desk::{Desk, refused};

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
