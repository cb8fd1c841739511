//! Power cuts and kills: what was acknowledged is there afterwards.

use std::path::Path;

use crate::desk::{Desk, Dice, cases};
use crate::worker::{Said, Start, listen, look_at};

/// Copies the store of one folder to another, where a missing file is a missing file.
fn copy_store(from: &Path, to: &Path) {
    for name in ["signalbox.db", "signalbox.db-wal"] {
        let (source, target) = (from.join(name), to.join(name));
        if source.exists() {
            std::fs::copy(source, target).expect("a copy");
        } else if target.exists() {
            std::fs::remove_file(target).expect("it goes away");
        }
    }
}

/// Lets a worker work on a disk that is cut off at a random operation, again and again. Returns how
/// many acknowledged things were lost in all, and how many there were.
#[cfg(target_os = "linux")]
async fn cut(durability: &str, cuts: u32) -> (usize, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = crate::worker::failing_disk(folder.path());
    let desk = Desk::new().await.into_folder();
    let home = desk.path().to_owned();
    let mut dice = Dice::of(2);
    let (mut lost, mut said_in_all) = (0, 0);
    for n in 0..cuts {
        let survives = tempfile::tempdir().expect("a folder");
        copy_store(&home, survives.path());
        // Most cuts come soon; some late enough to meet a checkpoint.
        let die_at = 1 + dice.below(if n % 5 == 4 { 40_000 } else { 4_000 });
        let with = vec![
            ("LD_PRELOAD", disk.display().to_string()),
            ("DISK_ROOT", home.display().to_string()),
            ("DISK_SHADOW", survives.path().display().to_string()),
            ("DISK_DIE_AT", die_at.to_string()),
        ];
        let (said, status) = Start { durability, with, ..Start::at(&home) }.run();
        assert!(!status.success(), "cut {n}: the power went off");
        assert_eq!(said.refused, Vec::<String>::new(), "cut {n}: until then all went well");
        copy_store(survives.path(), &home);
        let _ = std::fs::remove_file(home.join("signalbox.db-shm"));
        for name in ["search.db", "search.db-wal", "search.db-shm"] {
            let _ = std::fs::remove_file(home.join(name));
        }
        lost += look_at(&home, &said).await;
        said_in_all += said.len();
    }
    (lost, said_in_all)
}

/// queue.md test 2.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let (lost, said) = cut("full", cases("SIGNALBOX_CUTS", 50)).await;
    println!("{said} acknowledged, {lost} lost");
    assert!(said > 1_000, "the cuts came before anything was done: {said}");
    assert_eq!(lost, 0, "of {said}");
}

/// The same with commits that are not synced must lose something, or it proves nothing.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_power_cut_is_one_unsynced_commits_do_not_survive() {
    let (lost, said) = cut("normal", cases("SIGNALBOX_CUTS", 50) / 5).await;
    println!("{said} acknowledged, {lost} lost");
    assert!(lost > 0, "nothing of {said} was lost with synchronous=NORMAL");
}

#[cfg(unix)]
#[tokio::test]
async fn a_kill_loses_nothing_that_was_acknowledged() {
    let desk = Desk::new().await.into_folder();
    let mut dice = Dice::of(6);
    let mut all = Said::default();
    let mut said_in_all = 0;
    for n in 0..cases("SIGNALBOX_KILLS", 50) {
        let mut child = Start::at(desk.path()).spawn();
        let said = listen(&mut child, 1 + dice.below(600));
        let status = child.wait().expect("it ends");
        assert!(!status.success(), "kill {n}");
        assert_eq!(look_at(desk.path(), &said).await, 0, "kill {n}");
        said_in_all += said.len();
        all.join(said);
    }
    println!("{said_in_all} acknowledged");
    assert_eq!(look_at(desk.path(), &all).await, 0, "and all of it at the end");
}
