//! Practice lines: everything can be tried with no account and no keyring.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::bench::Home;

#[test]
fn messages_leave_by_practice_lines_and_receipts_come_back() {
    let home = Home::new();
    let serving = home.serve(&["--practice"]);
    assert_eq!(
        (serving.ready["practice"].as_bool(), serving.ready["vault"]["mode"].as_str()),
        (Some(true), Some("session"))
    );
    let lines = home.run(&["connections"]).ok();
    let lines = lines["items"].as_array().expect("a list").clone();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_eq!(
            (line["environment"].as_str(), line["signal"].as_str()),
            (Some("practice"), Some("clear")),
            "{line}"
        );
    }
    let text = home
        .run(&[
            "send",
            "--to",
            "+12015550105",
            "--body",
            "Hi {name}",
            "--field",
            "name=Jo",
            "--wait",
        ])
        .ok();
    let mail = home
        .run(&[
            "send",
            "--to",
            "delivered@practice.example",
            "--subject",
            "Hi",
            "--body",
            "Hello",
            "--connection",
            "Practice email",
            "--wait",
        ])
        .ok();
    let by_server = home
        .run(&[
            "send",
            "--to",
            "jo@practice.example",
            "--subject",
            "Hi",
            "--body",
            "Hello",
            "--connection",
            "practice mail server",
            "--wait",
        ])
        .ok();
    assert_eq!(by_server["state"], "accepted", "{by_server}");
    for message in [&text, &mail] {
        let delivered = home.until(message["id"].as_str().expect("an id"), "delivered");
        let steps: Vec<_> = delivered["timeline"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|entry| entry["what"].clone())
            .collect();
        assert!(steps.contains(&"receipt:delivered".into()), "{steps:?}");
    }
    let receipts = home.run(&["receipts", "--state", "processed"]).ok();
    assert!(receipts["items"].as_array().is_some_and(|items| items.len() >= 2), "{receipts}");
    assert_eq!(serving.stop(), 0);

    let again = home.serve(&[]);
    assert_eq!(again.ready["practice"], true, "practice lines wake with their home");
    for line in home.run(&["connections"]).ok()["items"].as_array().expect("a list") {
        assert_eq!(line["signal"], "clear", "a new session has new keys for them: {line}");
    }
    home.run(&["send", "--to", "+12015550105", "--body", "Again", "--wait"]).ok();
}

#[test]
fn a_message_leaves_by_a_practice_line_without_an_owner_too() {
    let home = Home::new();
    home.serve(&["--practice"]).stop();
    let send = ["send", "--to", "+12015550105", "--body", "Hi", "--wait"];
    for vault in [&[][..], &["--vault", "session"]] {
        let message = home.run(&[vault, &send[..]].concat()).ok();
        assert_eq!(message["state"], "accepted", "{vault:?}: {message}");
    }
}

#[test]
fn a_failure_is_found_by_its_cause_and_retried() {
    let home = Home::new();
    let _serving = home.serve(&["--practice"]);
    let said = home.run(&["send", "--to", "+12015550150", "--body", "Hi", "--wait"]);
    assert_eq!(said.exit, 3, "refused, with a reason");
    let message = said.json();
    assert_eq!(message["state"], "needs_attention", "{message}");
    assert!(message["failure"]["remedy"].as_str().is_some_and(|text| !text.is_empty()));
    let causes = home.run(&["causes"]).ok();
    let cause = causes["items"][0]["key"].as_str().expect("a cause").to_owned();
    let dry = home.run(&["retry", "--cause", &cause, "--dry-run"]).ok();
    assert_eq!(dry["dry_run"], true, "{dry}");
    assert_eq!(home.run(&["dismiss", "--cause", &cause]).ok()["changed"], 1);
    assert_eq!(home.run(&["causes"]).ok()["items"].as_array().map(Vec::len), Some(0));
}

#[test]
fn bad_rows_are_listed_and_the_good_ones_go() {
    let home = Home::new();
    let _serving = home.serve(&["--practice"]);
    let file = home.file("guests.csv", "Who,Phone\nJo,+12015550101\nNo,12\nUma,+12015550102\n");
    let map = ["--map", "Who=name,Phone=to", "--body", "Hi {name}"];
    let check = home.run(&[&["import", &file, "--dry-run"], &map[..]].concat()).ok();
    assert_eq!(
        (check["rows"].as_u64(), check["ready"].as_u64(), check["bad_count"].as_u64()),
        (Some(3), Some(2), Some(1))
    );
    let batch = home.run(&[&["import", &file], &map[..]].concat()).ok();
    assert_eq!(
        (batch["total"].as_u64(), batch["bad"][0]["column"].as_str()),
        (Some(3), Some("Phone")),
        "{batch}"
    );
    let list = home.run(&["messages", "--batch", batch["id"].as_str().expect("an id")]).ok();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2));
}

#[test]
fn live_prints_one_event_per_line() {
    let home = Home::new();
    let serving = home.serve(&["--practice"]);
    let mut live = Command::new(env!("CARGO_BIN_EXE_signalbox-cli"))
        .args(["--json", "live", "--home", home.path().to_str().expect("a text")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut told = String::new();
    BufReader::new(live.stderr.take().expect("its words"))
        .read_line(&mut told)
        .expect("that it listens");
    let sent = serving.home().run(&["send", "--to", "+12015550105", "--body", "Hi"]).ok();
    let lines = BufReader::new(live.stdout.take().expect("its output")).lines();
    let mut seen = false;
    for line in lines {
        let event: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let kind = event["type"].as_str().expect("a type").to_owned();
        assert!(["changed", "message", "gap"].contains(&kind.as_str()), "{event}");
        if kind == "message" && event["id"] == sent["id"] && event["state"] == "accepted" {
            seen = true;
            break;
        }
    }
    assert!(seen, "the message's way is told");
    serving.stop();
    assert_eq!(
        live.wait().expect("its end").code(),
        Some(4),
        "it says that nobody is there any more"
    );
}
