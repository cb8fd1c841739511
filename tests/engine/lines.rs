//! Connecting lines, and giving one a new credential.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use signalbox_domain::{
    ConnectionState, Environment, FailureClass, HoldReason, MessageState, Outcome, Scope,
};
use signalbox_engine::{LinePatch, NewLine, RefusalKind};
use signalbox_providers::ProbeOutcome;

use crate::desk::{Desk, failure, refused, unknown};

fn asked_for(provider: &str, name: &str, environment: Environment) -> NewLine {
    NewLine {
        provider: provider.into(),
        name: name.into(),
        environment,
        fields: BTreeMap::new(),
        secrets: BTreeMap::new(),
        urls: BTreeMap::new(),
    }
}

fn new_secret(value: &str) -> LinePatch {
    let secrets = BTreeMap::from([("api_key".to_owned(), value.to_owned().into())]);
    LinePatch { secrets, ..LinePatch::default() }
}

#[tokio::test]
async fn a_provider_with_one_account_has_one_line_in_each_environment() {
    let desk = Desk::new().await;
    let connect = |name: &'static str, environment| {
        desk.engine.connect(asked_for("resend", name, environment), "test")
    };
    connect("Receipts", Environment::Production).await.unwrap();
    let refusal = connect("Second", Environment::Production).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "already_connected"));
    assert!(refusal.message.contains("Receipts"), "it names the line: {}", refusal.message);
    connect("Try-out", Environment::Sandbox).await.expect("another world is another account");
}

#[tokio::test]
async fn two_doors_at_once_make_one_line_of_a_provider_with_one_account() {
    let desk = Desk::new().await;
    let connect =
        |name| desk.engine.connect(asked_for("resend", name, Environment::Production), "test");
    let (first, second) = tokio::join!(connect("One"), connect("Two"));
    assert_eq!((first.is_ok(), second.is_ok()), (true, false));
    assert_eq!(desk.engine.lines().len(), 1);
}

#[tokio::test]
async fn a_line_whose_first_credential_is_refused_is_not_connected() {
    let desk = Desk::new().await;
    let script = desk.wire.script("text");
    let connect =
        || desk.engine.connect(asked_for("text", "Texts", Environment::Production), "test");
    script.probes([ProbeOutcome::Failed(failure(FailureClass::Auth))]);
    let refusal = connect().await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Invalid, "probe_failed"));
    assert!(!refusal.remedy.is_empty());
    assert!(desk.engine.lines().is_empty());
    assert!(desk.engine.store().connections().await.unwrap().is_empty(), "nothing was kept");
    script.probes([ProbeOutcome::Failed(failure(FailureClass::Transient))]);
    let id = connect().await.expect("it could not be reached, which says nothing about it");
    let line = desk.engine.line(id).unwrap();
    assert_eq!(line.state(), ConnectionState::Pending);
    let checks = desk.engine.store().checks(id).await.unwrap();
    assert_eq!(checks.len(), 1, "asked once");
}

#[tokio::test]
async fn two_lines_are_not_told_apart_by_their_capitals() {
    let desk = Desk::new().await;
    let connect = |name: &'static str| {
        desk.engine.connect(asked_for("text", name, Environment::Production), "test")
    };
    connect("Büro").await.unwrap();
    let refusal = connect("BÜRO").await.unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), ("name_taken", Some("name")));
    let other = connect("Desk").await.unwrap();
    let rename = async |name: &str| {
        let patch = LinePatch { name: Some(name.into()), ..LinePatch::default() };
        desk.engine.update_line(other, patch, "test").await
    };
    assert_eq!(rename("büro").await.unwrap_err().code, "name_taken");
    rename("DESK").await.expect("its own name is not taken");
}

#[tokio::test]
async fn a_new_credential_that_is_turned_away_leaves_the_old_one_at_work() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let before = desk.engine.store().credential(line).await.unwrap();
    for class in [FailureClass::Auth, FailureClass::Transient] {
        desk.wire.script("text").probes([ProbeOutcome::Failed(failure(class))]);
        let refusal = desk.engine.update_line(line, new_secret("wrong"), "test").await.unwrap_err();
        assert_eq!(refusal.code, "probe_failed");
        assert!(refusal.message.contains("keeps the credential it has"), "{}", refusal.message);
    }
    assert_eq!(desk.engine.store().credential(line).await.unwrap(), before);
    let id = desk.text(1).await;
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Accepted, "the old one still sends");
}

#[tokio::test]
async fn a_new_credential_that_passes_replaces_the_dead_one_and_what_waited_leaves() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers([refused(FailureClass::Auth)]);
    let dead = ProbeOutcome::Failed(failure(FailureClass::Auth));
    script.probes([dead.clone(), dead]);
    let id = desk.text(1).await;
    desk.settle().await;
    let state = || desk.engine.line(line).unwrap().state();
    assert_eq!(state(), ConnectionState::Reconnect);
    let before = desk.engine.store().credential(line).await.unwrap();
    // Whatever was scripted for the dead one has been said by now.
    script.forget_probes();
    desk.engine.update_line(line, new_secret("right"), "test").await.unwrap();
    assert_ne!(desk.engine.store().credential(line).await.unwrap(), before);
    assert_eq!(state(), ConnectionState::Active);
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Accepted);
}

#[tokio::test]
async fn after_its_sender_changed_a_line_asks_a_person_about_what_it_may_have_sent() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    desk.wire.script("text").answers([unknown()]);
    let id = desk.text(1).await;
    desk.settle().await;
    assert_eq!(desk.message(id).await.row.reason, None, "it is looked up");
    let fields = BTreeMap::from([("from".to_owned(), "+15550100199".to_owned())]);
    let patch = LinePatch { fields, ..LinePatch::default() };
    desk.engine.update_line(line, patch, "test").await.unwrap();
    let row = desk.message(id).await.row;
    assert_eq!((row.state, row.reason), (MessageState::Unknown, Some(HoldReason::Asked)));
    desk.pass(600).await;
    assert_eq!(desk.wire.script("text").handed(), 1, "by the new sender it would not be found");
}

#[tokio::test]
async fn the_same_sender_is_not_connected_twice() {
    let desk = Desk::new().await;
    let sender = |name: &str, from: &str| NewLine {
        fields: BTreeMap::from([("from".to_owned(), from.to_owned())]),
        ..asked_for("text", name, Environment::Production)
    };
    desk.engine.connect(sender("One", "+15550100101"), "test").await.unwrap();
    let refusal = desk.engine.connect(sender("Two", "+15550100101"), "test").await.unwrap_err();
    assert_eq!(refusal.code, "already_connected", "it would leave at twice its pace");
    desk.engine.connect(sender("Two", "+15550100102"), "test").await.unwrap();
}

fn unfit(wait: Option<u64>) -> Outcome {
    Outcome::Refused {
        failure: failure(FailureClass::Admin),
        retry_after: wait.map(Duration::from_secs),
        scope: Scope::Line,
    }
}

#[tokio::test]
async fn what_a_check_cannot_see_is_tried_again_seldom_and_with_one_message() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers([unfit(None), unfit(None), unfit(Some(7_200))]);
    let id = desk.text(1).await;
    desk.settle().await;
    let state = || desk.engine.line(line).unwrap().state();
    // Minutes from refusal to refusal: a quarter of an hour, twice that, and as long as was asked.
    for (handed, minutes) in [(1, 15), (2, 30), (3, 120)] {
        for _ in 0..minutes / 3 {
            assert_eq!((state(), script.handed()), (ConnectionState::Admin, handed));
            desk.pass(180).await;
            desk.engine.turn_of_checks().await;
        }
        desk.settle().await;
    }
    assert_eq!((state(), script.handed()), (ConnectionState::Active, 4));
    assert_eq!(desk.state(id).await, MessageState::Accepted);
    assert_eq!(desk.message(id).await.row.counted, 1, "only the one that was taken counts");
}

#[tokio::test]
async fn a_person_who_mended_the_account_need_not_wait() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    desk.wire.script("text").answers([unfit(None)]);
    let id = desk.text(1).await;
    desk.settle().await;
    desk.engine.check_line(line).await.unwrap();
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Accepted);
}

#[tokio::test]
async fn a_refused_password_is_not_tried_again_by_itself_where_that_locks_the_account() {
    let desk = Desk::new().await;
    let line = desk.line("mail").await;
    let script = desk.wire.script("mail");
    script.locks_out.store(true, Ordering::SeqCst);
    script.probes([ProbeOutcome::Failed(failure(FailureClass::Auth))]);
    desk.engine.check_line(line).await.unwrap();
    let state = || desk.engine.line(line).unwrap().state();
    for _ in 0..8 {
        desk.pass(1_800).await;
        desk.clock.jump_wall(TimeDelta::hours(1));
        desk.engine.clock_jumped(TimeDelta::hours(1)).await;
        desk.engine.turn_of_checks().await;
        assert_eq!(state(), ConnectionState::Reconnect, "nobody asked again");
    }
    desk.engine.check_line(line).await.unwrap();
    assert_eq!(state(), ConnectionState::Active);
}
