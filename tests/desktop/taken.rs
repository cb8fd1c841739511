//! Beginning and end of a home: held by somebody else, taken over, given back.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::json;

use crate::shell::Shell;

/// Holds a home as another process does, whose id is 4242.
fn hold(home: &Path) -> File {
    std::fs::create_dir_all(home).expect("a home");
    std::fs::write(home.join("lock"), "4242").expect("a lock file");
    let lock = File::options().read(true).write(true).open(home.join("lock")).expect("the lock");
    // Threads that are just ending may keep it for a moment.
    let (tell, told) = channel();
    std::thread::spawn(move || tell.send(lock.lock().map(|()| lock)));
    told.recv_timeout(Duration::from_secs(20)).expect("it is free soon").expect("it can be locked")
}

#[test]
fn a_home_in_use_says_who_holds_it_and_is_taken_over_when_it_is_free() {
    let folder = tempfile::tempdir().expect("a folder");
    let held = hold(&folder.path().join("home"));
    let shell = Shell::start_in(folder);
    let refusal = shell.call("overview", json!({})).expect_err("somebody else has it");
    assert_eq!(refusal["error"]["code"], "home_taken");
    let say = refusal["error"]["message"].as_str().unwrap_or_default();
    assert!(say.contains("4242"), "{say} names the process");
    shell.subscribe();
    drop(held);
    // The page's "Try again". The first may still be told the old answer; it is what makes the second one new.
    while shell.call("overview", json!({})).is_err() {
        std::thread::yield_now();
    }
    shell.hear(|event| event["type"] == "gap");
    shell.close();
}

#[test]
fn a_closed_home_is_free_and_its_window_is_told_so() {
    let shell = Shell::start();
    shell.call("status", json!({})).expect("open");
    assert!(shell.home.join("gateway.json").exists(), "the terminal finds it");
    shell.close();
    assert!(
        !shell.home.join("gateway.json").exists(),
        "the terminal does not look for it any more"
    );
    let refusal = shell.call("status", json!({})).expect_err("it is closed");
    assert_eq!(refusal["error"]["code"], "closing");
    drop(hold(&shell.home));
}

#[test]
fn a_home_that_opens_too_late_is_closed_again() {
    let shell = Shell::start();
    // Nothing waited for the opening: it may be anywhere between its first step and its last.
    shell.close();
    assert!(shell.desk.is_closed());
    let refusal = shell.call("status", json!({})).expect_err("it is closed");
    assert_eq!(refusal["error"]["code"], "closing");
}
