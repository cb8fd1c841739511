//! A disk that fails once, or is full: said truly, nothing acknowledged lost, and work goes on.
#![cfg(target_os = "linux")]

use std::path::Path;

use crate::desk::{Desk, cases};
use crate::worker::{Said, Start, failing_disk, look_at};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// A short turn of a worker on a disk whose `at`th operation of a kind fails. `None` when there
/// were not so many.
async fn fail_once(disk: &Path, template: &Path, on: &str, errno: i32, at: u32) -> Option<Said> {
    let folder = tempfile::tempdir().expect("a folder");
    let (home, survives) = (folder.path().join("home"), folder.path().join("survives"));
    for path in [&home, &survives] {
        std::fs::create_dir(path).expect("a folder");
        std::fs::copy(template.join("signalbox.db"), path.join("signalbox.db")).expect("a copy");
    }
    let with = vec![
        ("LD_PRELOAD", disk.display().to_string()),
        ("DISK_ROOT", home.display().to_string()),
        ("DISK_SHADOW", survives.display().to_string()),
        ("DISK_FAIL_AT", at.to_string()),
        ("DISK_FAIL_ON", on.to_owned()),
        ("DISK_ERRNO", errno.to_string()),
    ];
    let (said, status) = Start { rounds: 12, callers: 2, with, ..Start::at(&home) }.run();
    let what = format!("errno {errno} at {on} {at}: {said:?}");
    assert!(status.success(), "no panic: {what}");
    if !survives.join("fired").exists() {
        return None;
    }
    for refused in &said.refused {
        assert!(!refused.contains("Closed"), "a failing disk is no closed store: {what}");
    }
    let opened = !said.refused.iter().any(|why| why.starts_with("open"));
    assert!(said.refused.is_empty() || !opened || said.went_on, "the store works again: {what}");
    assert_eq!(look_at(&home, &said).await, 0, "{what}");
    // And even if the power goes off right then: a failed sync made nothing last.
    assert_eq!(look_at(&survives, &said).await, 0, "after a cut: {what}");
    Some(said)
}

/// queue.md test 4.
#[tokio::test]
async fn whichever_write_or_sync_fails_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = failing_disk(folder.path());
    let template = Desk::new().await.into_folder();
    // Each frame of the log is two writes; in a hurry every seventh is tried.
    let every = cases("SIGNALBOX_FAULTS_EVERY", 7);
    for (on, errno, step) in
        [("sync", EIO, 1), ("sync", ENOSPC, 1), ("write", EIO, every), ("write", ENOSPC, every)]
    {
        let (mut tried, mut told) = (0, 0);
        let mut at = 1;
        while let Some(said) = fail_once(&disk, template.path(), on, errno, at).await {
            tried += 1;
            told += u32::from(!said.refused.is_empty());
            if on == "write" && errno == ENOSPC {
                let other = said.refused.iter().find(|why| !why.contains("DiskFull"));
                assert_eq!(other, None, "a full disk is called so");
            }
            at += step;
        }
        println!("{on} errno {errno}: {tried} failures, {told} told");
        assert!(tried >= 10 && told * 2 > tried, "{on} {errno}: {tried} failures, {told} told");
    }
}

/// The disk is full: what is new is refused, and the outcome of what is in flight finds the room
/// that the ballast kept.
#[tokio::test]
async fn outcomes_find_room_once_the_ballast_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = failing_disk(folder.path());
    for quota in [0, 20_000, 200_000, 1_000_000] {
        let home = Desk::new().await.into_folder();
        std::fs::write(home.path().join("ballast"), vec![0; 1 << 20]).expect("a ballast");
        let with = vec![
            ("LD_PRELOAD", disk.display().to_string()),
            ("DISK_ROOT", home.path().display().to_string()),
            ("DISK_QUOTA", quota.to_string()),
        ];
        let (said, status) = Start { rounds: 1_000, with, ..Start::at(home.path()) }.run();
        assert!(status.success(), "{quota}: {said:?}");
        assert!(!said.refused.is_empty(), "{quota}: the disk was never full");
        let other = said.refused.iter().find(|why| !why.contains("DiskFull"));
        assert_eq!(other, None, "{quota}: a full disk is called so");
        assert_eq!(said.unfinished(), 0, "{quota}: an outcome found no room");
        assert_eq!(look_at(home.path(), &said).await, 0);
    }
}
