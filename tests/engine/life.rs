//! Starting, ending, restoring, and a disk that is full.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use signalbox_domain::{HoldReason, MessageState};
use signalbox_engine::{LineAct, RefusalKind, ReleaseRequest, SendRequest, WaitingWork, Which};
use signalbox_store::{OpenOptions, Space, Store};
use tokio::sync::Semaphore;

use crate::desk::{Desk, sms};

#[tokio::test]
async fn an_orderly_end_lets_the_attempt_in_flight_finish_and_claims_nothing_new() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    let permits = Arc::new(Semaphore::new(0));
    *script.answers_wait.lock().unwrap() = Some(permits.clone());
    let first = desk.text(1).await;
    let turn = desk.turn_beside();
    desk.until("it is on its way", async || script.handed() == 1).await;
    let ending = tokio::spawn({
        let engine = desk.engine.clone();
        async move { engine.shutdown(Duration::from_secs(10)).await }
    });
    let second = desk.text(2).await;
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert!(!ending.is_finished(), "it waits for the answer");
    permits.add_permits(1);
    ending.await.unwrap();
    turn.await.unwrap();
    let desk = desk.killed_and_started_again().await;
    let row = desk.message(first).await.row;
    assert_eq!((row.state, row.counted), (MessageState::Accepted, 1));
    assert_eq!(desk.state(second).await, MessageState::Queued, "it leaves after the next start");
    desk.settle().await;
    assert_eq!(desk.state(second).await, MessageState::Accepted);
    assert_eq!(script.handed(), 2);
}

#[tokio::test]
async fn an_end_does_not_wait_for_ever_and_what_was_left_open_is_asked_for_at_the_next_start() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    *script.answers_wait.lock().unwrap() = Some(Arc::new(Semaphore::new(0)));
    let id = desk.text(1).await;
    let _turn = desk.turn_beside();
    desk.until("it is on its way", async || script.handed() == 1).await;
    let ending = tokio::spawn({
        let engine = desk.engine.clone();
        async move { engine.shutdown(Duration::from_secs(10)).await }
    });
    desk.until("the deadline", async || {
        desk.clock.advance(Duration::from_secs(1));
        ending.is_finished()
    })
    .await;
    let desk = desk.killed_and_started_again().await;
    let message = desk.message(id).await;
    assert_eq!(message.row.state, MessageState::Unknown, "known in the first moment");
    assert!(message.timeline.iter().any(|step| step.what == "interrupted"));
}

#[tokio::test]
async fn after_a_restore_everything_unfinished_is_held_and_nothing_leaves_by_itself() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let done = desk.text(1).await;
    desk.settle().await;
    desk.engine.act_on_line(line, LineAct::Pause, "test").await.unwrap();
    let waiting = desk.text(2).await;
    let backup = desk.folder.path().join("backup.db");
    desk.engine.store().backup(backup.clone()).await.unwrap();
    desk.engine.act_on_line(line, LineAct::Resume, "test").await.unwrap();
    desk.settle().await;
    assert_eq!(desk.state(waiting).await, MessageState::Accepted, "sent after the backup was made");

    let at = desk.clock_ms();
    let desk = desk.started_again_after(|home| Store::restore(home, &backup, at).unwrap()).await;
    desk.engine.act_on_line(line, LineAct::Resume, "test").await.unwrap();
    desk.pass(3_600).await;
    let row = desk.message(waiting).await.row;
    assert_eq!((row.state, row.reason), (MessageState::Held, Some(HoldReason::Restored)));
    assert_eq!(desk.state(done).await, MessageState::Accepted);
    assert_eq!(
        desk.wire.script("text").handed(),
        2,
        "the backup does not know what was sent since"
    );
    let desk = desk.killed_and_started_again().await;
    assert_eq!(desk.message(waiting).await.row.reason, Some(HoldReason::Restored));
    let all = ReleaseRequest { reason: Some(HoldReason::Restored), ..ReleaseRequest::default() };
    let rehearsed = ReleaseRequest { dry_run: true, ..all.clone() };
    assert_eq!(desk.engine.release(rehearsed, "test").await.unwrap().released, 1);
    assert_eq!(desk.engine.release(all, "test").await.unwrap().released, 1);
    desk.settle().await;
    assert_eq!(desk.state(waiting).await, MessageState::Accepted, "a person let it go");
}

#[tokio::test]
async fn under_the_floor_nothing_new_is_accepted_and_what_is_in_flight_is_still_recorded() {
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let folder = tempfile::tempdir().unwrap();
    let measured = {
        let free = free.clone();
        Space::measured(folder.path(), 1_000, Arc::new(move |_| Ok(free.load(Ordering::SeqCst))))
    };
    let disk = OpenOptions { space: Some(measured), ..OpenOptions::default() };
    let desk = Desk::on(disk).await;
    assert!(folder.path().join("ballast").exists(), "laid down while there is room");
    desk.line("text").await;
    let script = desk.wire.script("text");
    let permits = Arc::new(Semaphore::new(0));
    *script.answers_wait.lock().unwrap() = Some(permits.clone());
    let id = desk.text(1).await;
    let turn = desk.turn_beside();
    desk.until("it is on its way", async || script.handed() == 1).await;
    free.store(10, Ordering::SeqCst);
    let mut refusal = None;
    for last in 2..200 {
        refusal = desk.engine.send(sms(last), "test").await.err();
        if refusal.is_some() {
            break;
        }
    }
    let refusal = refusal.expect("the floor is noticed");
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::DiskLow, "disk_low"));
    permits.add_permits(1_000);
    turn.await.unwrap();
    assert_eq!(desk.state(id).await, MessageState::Accepted);
    free.store(u64::MAX, Ordering::SeqCst);
    desk.engine.send(sms(300), "test").await.unwrap();
}

#[tokio::test]
async fn a_provider_that_makes_us_stumble_leaves_the_outcome_open_and_the_others_unharmed() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    script.panics.store(true, Ordering::SeqCst);
    let first = desk.text(1).await;
    desk.engine.turn().await;
    let second = desk.text(2).await;
    desk.engine.turn().await;
    let row = desk.message(first).await.row;
    assert_eq!(row.state, MessageState::Unknown, "the stumble may have come after the send");
    assert_eq!(row.failure.unwrap().code, "panic");
    assert_eq!(desk.state(second).await, MessageState::Accepted);
}

#[tokio::test]
async fn a_removed_lines_waiting_work_is_cancelled_or_kept_as_failed_as_the_person_said() {
    for (work, state) in [
        (WaitingWork::Cancel, MessageState::Cancelled),
        (WaitingWork::KeepAsFailed, MessageState::NeedsAttention),
    ] {
        let desk = Desk::new().await;
        let line = desk.line("text").await;
        desk.engine.act_on_line(line, LineAct::Pause, "test").await.unwrap();
        let ids = [desk.text(1).await, desk.text(2).await];
        let scheduled = SendRequest { send_at: Some(desk.at(600)), ..sms(3) };
        let scheduled = desk.engine.send(scheduled, "test").await.unwrap().id;
        assert_eq!(desk.engine.remove_line(line, work, "test").await.unwrap(), 3);
        for id in ids.into_iter().chain([scheduled]) {
            assert_eq!(desk.state(id).await, state);
        }
        desk.pass(3_600).await;
        assert_eq!(desk.wire.script("text").handed(), 0);
        assert!(desk.engine.lines().is_empty());
        let rehearsal = desk.engine.retry(Which::Ids(ids.to_vec()), true, "test").await.unwrap();
        assert_eq!((rehearsal.sending, rehearsal.skipped_count), (0, 2));
        assert!(rehearsal.skipped[0].why.contains("removed"));
    }
}

#[tokio::test]
async fn settings_are_changed_together_or_not_at_all_and_outlive_a_restart() {
    let desk = Desk::new().await;
    let patch = |value: serde_json::Value| value.as_object().unwrap().clone();
    let refusal = desk
        .engine
        .set_settings(patch(json!({ "business_name": "Corner Barber", "zone": "Mars" })), "test")
        .await
        .unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("zone"));
    assert_eq!(desk.engine.settings().business_name, "", "the good half was not kept either");
    desk.set(json!({ "business_name": "Corner Barber", "country": "CA" })).await;
    let desk = desk.killed_and_started_again().await;
    let settings = desk.engine.settings();
    assert_eq!(settings.business_name, "Corner Barber");
    assert_eq!(settings.country.to_string(), "CA");
    let told = desk.engine.store().changes(None, None, 9).await.unwrap();
    assert!(
        told.iter().any(|row| row.change.say.contains("name of the business")),
        "the change is told in the words of the screen, not in the setting's key"
    );
}
