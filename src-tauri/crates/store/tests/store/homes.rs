//! The home and its file: one owner, how it is opened, and what is refused untouched.

use std::collections::BTreeMap;
use std::path::Path;

use signalbox_store::{Home, Store, StoreError};

use crate::desk::{Desk, NINE, clock_at, open_at, roomy};

/// Every file of a folder but the lock, with its bytes.
pub(crate) fn contents(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != "lock" && entry.file_type().unwrap().is_file() {
            all.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    all
}

#[tokio::test]
async fn a_home_that_is_in_use_is_refused_with_its_owner() {
    let mut desk = Desk::new().await;
    let second = Home::take(desk.dir.path());
    let Err(StoreError::HomeTaken { pid }) = second else { panic!("{second:?}") };
    assert_eq!(pid, std::process::id());
    let clone = desk.store().clone();
    desk.shut();
    assert!(Home::take(desk.dir.path()).is_err(), "a clone is still at work");
    drop(clone);
    Home::take(desk.dir.path()).expect("the last one gave it back");
}

#[tokio::test]
async fn the_home_is_given_back_only_after_the_last_commit() {
    for _ in 0..20 {
        let mut desk = Desk::new().await;
        // Asked for and never waited for, as when an engine is torn down in a hurry.
        for n in 0..50 {
            let enqueue = desk.store().enqueue(vec![desk.letter(&format!("p{n}@example.com"))]);
            let mut enqueue = Box::pin(enqueue);
            let waker = std::task::Waker::noop();
            let polled = enqueue.as_mut().poll(&mut std::task::Context::from_waker(waker));
            assert!(polled.is_pending() || polled.is_ready());
        }
        desk.shut();
        let path = desk.dir.path().join("signalbox.db");
        let count = |path: &Path| {
            let db = crate::desk::look_into(path);
            db.query_row("SELECT COUNT(*) FROM message", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert!(!path.with_extension("db-wal").exists(), "the log is folded in");
        assert_eq!(count(&path), 50, "whatever was queued is committed before the lock is free");
    }
}

#[tokio::test]
async fn a_home_keeps_its_name_and_counts_its_starts() {
    let mut desk = Desk::new().await;
    let (id, boot) = (desk.store().home_id().to_owned(), desk.store().boot());
    assert_eq!((id.len(), boot), (8, 1));
    desk.reopen();
    assert_eq!((desk.store().home_id(), desk.store().boot()), (id.as_str(), 2));
    assert_ne!(Desk::new().await.store().home_id(), id, "and no two homes share it");
    assert!(desk.store().bytes().await.unwrap() > 4_096);
}

#[tokio::test]
async fn the_file_is_set_up_as_the_promises_need_it() {
    let desk = Desk::new().await;
    let read = |name: &str| -> String {
        let sql = format!("PRAGMA {name}");
        let value = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
        match desk.file().query_row(&sql, [], value).unwrap() {
            rusqlite::types::Value::Integer(n) => n.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(read("journal_mode"), "wal");
    assert_eq!(read("auto_vacuum"), "2", "incremental");
    assert_eq!(read("user_version"), "2");
    assert_eq!(read("encoding"), "UTF-8");
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_without_touching_a_byte() {
    let mut desk = Desk::new().await;
    desk.queue("+15550101").await;
    desk.shut();
    let path = desk.dir.path().join("signalbox.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let before = contents(desk.dir.path());
    let refused = open_at(desk.dir.path(), &desk.clock, roomy());
    assert!(matches!(refused, Err(StoreError::Newer { found: 99, known: 2 })), "{refused:?}");
    let after = contents(desk.dir.path());
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert!(before == after, "a byte of the newer store was changed");
}

#[tokio::test]
async fn a_newer_store_that_was_killed_keeps_its_log() {
    let mut desk = Desk::new().await;
    let path = desk.dir.path().join("signalbox.db");
    desk.shut();
    // A log with a commit in it and nobody who has the file open, as a kill leaves it.
    let stash = tempfile::tempdir().unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    for name in ["signalbox.db", "signalbox.db-wal"] {
        std::fs::copy(desk.dir.path().join(name), stash.path().join(name)).unwrap();
    }
    drop(db);
    std::fs::remove_file(&path).unwrap();
    for name in ["signalbox.db", "signalbox.db-wal"] {
        std::fs::copy(stash.path().join(name), desk.dir.path().join(name)).unwrap();
    }
    let before = contents(stash.path());
    assert!(!before["signalbox.db-wal"].is_empty());
    let refused = open_at(desk.dir.path(), &desk.clock, roomy());
    assert!(matches!(refused, Err(StoreError::Newer { found: 99, .. })), "{refused:?}");
    let after = contents(desk.dir.path());
    for (name, bytes) in before {
        assert!(after[&name] == bytes, "{name} of the newer store was changed");
    }
}

#[test]
fn what_is_no_store_is_refused_and_left_as_it_is() {
    let clock = clock_at(NINE);
    for text in ["this is a letter, not a database, and it is long enough", "x"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("signalbox.db");
        std::fs::write(&path, text).unwrap();
        let refused = open_at(dir.path(), &clock, roomy());
        assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[tokio::test]
async fn folders_may_be_called_what_people_call_them() {
    for name in ["Ännas Büro", "50% off", "what?", "#1 home", "a&b=c;d", "per%41cent", "it's"] {
        let dir = tempfile::tempdir().unwrap();
        let clock = clock_at(NINE);
        let store = open_at(&dir.path().join(name), &clock, roomy());
        let store: Store = store.unwrap_or_else(|error| panic!("{name}: {error}"));
        let line = crate::desk::add_line(&store, "first", NINE).await;
        store.enqueue(vec![crate::desk::letter(line, "+15550101", NINE)]).await.unwrap();
        while store.index_step().await.unwrap_or_else(|error| panic!("{name}: {error}")) {}
        let found = crate::searches::search(&store, "nine").await;
        assert_eq!(found.len(), 1, "the search in {name}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_home_and_its_copies_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let outside = tempfile::tempdir().unwrap();
    let path = outside.path().join("home");
    let store = open_at(&path, &clock_at(NINE), roomy()).unwrap();
    let copy = outside.path().join("copy.db");
    store.backup(copy.clone()).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o077;
    assert_eq!((mode(&path), mode(&copy)), (0, 0));
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_was_there_before_is_closed_to_everybody_else_too() {
    use std::os::unix::fs::PermissionsExt;
    let open_to_all = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("home");
    std::fs::create_dir(&path).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o077;
    for round in ["a new home", "one from before"] {
        open_to_all(&path, 0o755);
        let store = open_at(&path, &clock_at(NINE), roomy()).unwrap();
        assert_eq!(mode(&path), 0, "{round}");
        for entry in std::fs::read_dir(&path).unwrap() {
            let file = entry.unwrap().path();
            if file.file_name().unwrap() != "ballast" {
                assert_eq!(mode(&file), 0, "{round}: {}", file.display());
            }
        }
        store.close().await;
        drop(store);
        for file in ["signalbox.db", "search.db", "lock"] {
            open_to_all(&path.join(file), 0o644);
        }
    }
    let full = dir.path().join("full");
    std::fs::create_dir(&full).unwrap();
    open_to_all(&full, 0o755);
    std::fs::write(full.join("letter.txt"), "mine").unwrap();
    drop(signalbox_store::Home::take(&full).unwrap());
    assert_ne!(mode(&full), 0, "a folder that somebody keeps other things in is left as it is");
}
