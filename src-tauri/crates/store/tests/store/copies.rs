//! Backups and restoring them: whole, private, and never a reason to send twice.

use signalbox_domain::{HoldReason, MessageState};
use signalbox_store::{Chosen, Home, NewMessage, Store, StoreError, Then};

use crate::desk::{Desk, HOUR, NINE, clock_at, open_at, roomy};
use crate::homes::contents;

#[tokio::test]
async fn a_backup_is_a_whole_store_of_its_own() {
    let mut desk = Desk::new().await;
    let id = desk.queue("+15550101").await;
    let path = desk.dir.path().join("copy.db");
    let done = desk.store().backup(path.clone()).await.unwrap();
    assert_eq!((done.path.clone(), done.bytes), (path.clone(), path.metadata().unwrap().len()));
    let again = desk.store().backup(path.clone()).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "a backup overwrites nothing");
    desk.queue("+15550102").await;
    desk.shut();
    let home = Home::take(desk.dir.path()).unwrap();
    Store::restore(&home, &path, NINE).unwrap();
    drop(home);
    desk.reopen();
    assert_eq!(desk.number("SELECT COUNT(*) FROM message"), 1);
    assert_eq!(desk.state(id).await, MessageState::Queued);
    assert!(desk.store().was_restored().await.unwrap());
    desk.assert_counts();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_busy_store_ends_and_is_of_one_moment() {
    let desk = Desk::new().await;
    let long = "word ".repeat(400);
    for _ in 0..10 {
        let many = (0..500).map(|n| NewMessage {
            body: long.clone(),
            ..desk.letter(&format!("p{n}@example.com"))
        });
        desk.store().enqueue(many.collect()).await.unwrap();
    }
    let path = desk.dir.path().join("copy.db");
    let store = desk.store().clone();
    let copying = {
        let path = path.clone();
        tokio::spawn(async move { store.backup(path).await })
    };
    // The writer never rests while the copy is made. A copy that began anew with each commit would
    // have to wait for the end of them all, and so would be of the last moment.
    let mut during = 0;
    while !copying.is_finished() && during < 20_000 {
        desk.queue("+15550101").await;
        during += 1;
    }
    copying.await.unwrap().unwrap();
    assert!(during < 20_000, "the copy ended only when the writer did");
    let copy = crate::desk::look_into(&path);
    crate::desk::assert_counts(&copy);
    let n: i64 = copy.query_row("SELECT COUNT(*) FROM message", [], |row| row.get(0)).unwrap();
    assert!(n >= 5_000);
}

#[tokio::test]
async fn after_restoring_everything_unfinished_waits_for_a_person() {
    let mut desk = Desk::new().await;
    let second = desk.add_line("second").await;
    let lost = desk.in_flight("+15550101").await;
    desk.failed(lost, 1, "timeout", Then::Unknown { look_at: Some(desk.now()) }).await;
    let held = desk.in_flight("+15550102").await;
    desk.failed(held, 1, "401", Then::Hold { reason: HoldReason::Reconnect, due_at: None }).await;
    let done = desk.in_flight("+15550103").await;
    desk.accepted(done, 1, "SM3").await;
    let sending = desk.in_flight("+15550104").await;
    let queued = desk.accept(NewMessage { connection: second, ..desk.letter("+15550105") }).await;
    let later = NewMessage { send_at: Some(desk.now() + HOUR), ..desk.letter("+15550106") };
    let later = desk.accept(later).await;
    let many = (0..1_100).map(|n| desk.letter(&format!("p{n}@example.com"))).collect();
    desk.store().enqueue(many).await.unwrap();
    let copy = desk.dir.path().join("copy.db");
    desk.store().backup(copy.clone()).await.unwrap();
    desk.shut();
    Store::restore(&Home::take(desk.dir.path()).unwrap(), &copy, NINE).unwrap();
    desk.reopen();
    assert!(desk.store().was_restored().await.unwrap());
    let held_now = desk.store().hold_restored(desk.now()).await.unwrap().held;
    assert_eq!(held_now, 5 + 1_100);
    desk.store().restored_is_held().await.unwrap();
    desk.reopen();
    assert!(!desk.store().was_restored().await.unwrap());
    for id in [lost, held, sending, queued, later] {
        let row = desk.row(id).await;
        assert_eq!((row.state, row.reason), (MessageState::Held, Some(HoldReason::Restored)));
        assert_eq!((row.due_at, row.look_at), (None, None));
    }
    assert_eq!(desk.state(done).await, MessageState::Accepted);
    desk.pass(2 * HOUR);
    assert!(desk.claim().await.is_empty(), "the backup does not know what was sent since");
    assert!(desk.store().recover(desk.now()).await.unwrap().is_empty());
    assert_eq!(desk.store().hold_restored(desk.now()).await.unwrap().held, 0);
    let release = vec![queued];
    desk.store().decide(release, Chosen::Release, None, "Ada".into(), desk.now()).await.unwrap();
    assert_eq!(desk.state(queued).await, MessageState::Queued, "a person lets it go");
    desk.assert_counts();
}

#[tokio::test]
async fn what_cannot_be_restored_leaves_the_home_untouched() {
    let mut desk = Desk::new().await;
    desk.queue("+15550101").await;
    let outside = tempfile::tempdir().unwrap();
    let good = outside.path().join("good.db");
    desk.store().backup(good.clone()).await.unwrap();
    desk.shut();

    let newer = outside.path().join("newer.db");
    std::fs::copy(&good, &newer).unwrap();
    let db = rusqlite::Connection::open(&newer).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let foreign = outside.path().join("foreign.db");
    let db = rusqlite::Connection::open(&foreign).unwrap();
    db.execute_batch("CREATE TABLE song (title TEXT); PRAGMA user_version = 1").unwrap();
    drop(db);
    let empty = outside.path().join("empty.db");
    std::fs::write(&empty, b"").unwrap();
    let text = outside.path().join("text.db");
    std::fs::write(&text, "a letter").unwrap();
    let torn = outside.path().join("torn.db");
    let mut bytes = std::fs::read(&good).unwrap();
    bytes.truncate(bytes.len() / 2 / 4_096 * 4_096);
    std::fs::write(&torn, &bytes).unwrap();
    let missing = outside.path().join("missing.db");

    let home = Home::take(desk.dir.path()).unwrap();
    let before = contents(desk.dir.path());
    let refused = Store::restore(&home, &newer, NINE);
    assert!(matches!(refused, Err(StoreError::Newer { found: 99, known: 2 })), "{refused:?}");
    for path in [&foreign, &empty, &text, &torn] {
        let refused = Store::restore(&home, path, NINE);
        let said = refused.expect_err("refused");
        assert!(matches!(&said, StoreError::NotABackup { .. }), "{}: {said:?}", path.display());
    }
    assert!(Store::restore(&home, &missing, NINE).is_err());
    assert!(contents(desk.dir.path()) == before, "the home was touched");
}

#[tokio::test]
async fn restoring_keeps_what_was_there_with_everything_in_its_log() {
    let mut desk = Desk::new().await;
    let copy = desk.dir.path().join("copy.db");
    desk.store().backup(copy.clone()).await.unwrap();
    let id = desk.queue("+15550101").await;
    while desk.store().index_step().await.unwrap() {}
    desk.shut();
    // As after a kill: the commits are in the log only.
    let db = rusqlite::Connection::open(desk.dir.path().join("signalbox.db")).unwrap();
    let reader = crate::desk::look_into(&desk.dir.path().join("signalbox.db"));
    reader.execute_batch("BEGIN; SELECT 1 FROM meta").unwrap();
    db.execute("UPDATE message SET name = 'in the log'", []).unwrap();
    drop((db, reader));
    Store::restore(&Home::take(desk.dir.path()).unwrap(), &copy, NINE).unwrap();
    let kept = crate::desk::look_into(&desk.dir.path().join("before-restore-20260302T090000Z.db"));
    let name: String = kept
        .query_row("SELECT name FROM message WHERE id = ?1", [id.raw()], |row| row.get(0))
        .unwrap();
    assert_eq!(name, "in the log");
    desk.reopen();
    let old = crate::searches::search(desk.store(), "nine").await;
    assert!(old.is_empty(), "the index of the other store is gone");
    desk.queue("+15550102").await;
    while desk.store().index_step().await.unwrap() {}
    assert_eq!(crate::searches::search(desk.store(), "nine").await.len(), 1);
}

#[tokio::test]
async fn each_restore_keeps_the_store_that_was_there() {
    let mut desk = Desk::new().await;
    let copy = desk.dir.path().join("copy.db");
    desk.store().backup(copy.clone()).await.unwrap();
    desk.queue("+15550101").await;
    desk.shut();
    for at in [NINE, NINE, NINE + HOUR] {
        Store::restore(&Home::take(desk.dir.path()).unwrap(), &copy, at).unwrap();
    }
    let messages = |name: &str| -> i64 {
        let kept = crate::desk::look_into(&desk.dir.path().join(name));
        kept.query_row("SELECT COUNT(*) FROM message", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(messages("before-restore-20260302T090000Z.db"), 1, "the one nobody has a copy of");
    assert_eq!(messages("before-restore-20260302T090000Z-2.db"), 0);
    assert_eq!(messages("before-restore-20260302T100000Z.db"), 0);
}

#[tokio::test]
async fn a_backup_can_be_restored_into_an_empty_home() {
    let desk = Desk::new().await;
    desk.queue("+15550101").await;
    let copy = desk.dir.path().join("copy.db");
    desk.store().backup(copy.clone()).await.unwrap();
    let other = tempfile::tempdir().unwrap();
    Store::restore(&Home::take(other.path()).unwrap(), &copy, NINE).unwrap();
    let store = open_at(other.path(), &clock_at(NINE), roomy()).unwrap();
    assert_eq!(store.hold_restored(NINE).await.unwrap().held, 1);
}
