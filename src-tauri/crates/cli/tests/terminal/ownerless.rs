//! A home that nobody owns: opened for as long as a command takes.

use serde_json::json;

use crate::bench::Home;

#[test]
fn reading_needs_nobody() {
    let home = Home::new();
    let status = home.run(&["status"]).ok();
    assert_eq!((status["lines"].as_u64(), status["port"].is_null()), (Some(0), true), "{status}");
    assert_eq!(status["home"].as_str(), home.path().to_str());
    for verb in
        ["connections", "messages", "causes", "holds", "receipts", "health", "changes", "batches"]
    {
        let list = home.run(&[verb]).ok();
        assert_eq!((&list["items"], list.get("next")), (&json!([]), Some(&json!(null))), "{verb}");
    }
    assert!(home.run(&["doctor"]).ok()["items"].as_array().is_some_and(|items| !items.is_empty()));
    assert_eq!(home.say(&["holds"]).out, "Nothing waits.\n");
}

#[test]
fn settings_are_set_and_kept() {
    let home = Home::new();
    let set = home.run(&[
        "settings",
        "set",
        "zone=Europe/Berlin",
        "business_name=Corner Barber",
        "notifications=false",
    ]);
    assert_eq!(set.ok()["zone"], "Europe/Berlin");
    let all = home.run(&["settings"]).ok();
    assert_eq!(
        (all["business_name"].as_str(), all["notifications"].as_bool()),
        (Some("Corner Barber"), Some(false))
    );
    assert_eq!(home.run(&["settings", "get", "zone"]).ok(), json!("Europe/Berlin"));
    assert_eq!(home.run(&["settings", "get", "colour"]).refused(), (3, "unknown_setting".into()));
    let wrong = home.run(&["settings", "set", "zone=Mars/Olympus"]);
    assert_eq!(
        (wrong.exit, wrong.json()["error"]["field"].as_str()),
        (3, Some("zone")),
        "{wrong:?}"
    );
}

#[test]
fn what_needs_an_owner_says_that_there_is_none() {
    let home = Home::new();
    for words in [&["live"][..], &["practice"]] {
        assert_eq!(home.run(words).refused(), (4, "not_reachable".into()), "{words:?}");
    }
    assert!(!home.path().exists(), "asking made no home");
}

#[test]
fn without_a_keyring_it_says_how_to_choose() {
    let home = Home::new();
    let secret = ["connect", "twilio", "--name", "A", "--secret", "auth_token=@env:TEST_SECRET"];
    for words in [&["serve", "--port", "0"][..], &secret] {
        let said = home.run(words);
        assert_eq!(said.refused(), (3, "keyring_unreachable".into()), "{words:?}");
        assert!(
            said.err.contains("--vault session") && said.err.contains("--passphrase @file:PATH"),
            "{said:?}"
        );
    }
    let session = home.run(&[&["--vault", "session"], &secret[..]].concat());
    assert_eq!(session.refused(), (3, "session_alone".into()), "it would be forgotten at once");
}

#[test]
fn a_passphrase_opens_what_it_closed_and_another_does_not() {
    let home = Home::new();
    let (right, wrong) =
        (home.file("right", "a long passphrase\n"), home.file("wrong", "another one"));
    let (right, wrong) = (format!("@file:{right}"), format!("@file:{wrong}"));
    let sid = "account_sid=AC00000000000000000000000000000001";
    let connect = |passphrase: &str, name: &str| {
        home.run(&[
            "--passphrase",
            passphrase,
            "connect",
            "twilio",
            "--name",
            name,
            "--env",
            "custom",
            "--set",
            sid,
            "--set",
            "from=+15550100100",
            "--secret",
            "auth_token=@env:TEST_SECRET",
            "--base-url",
            "http://127.0.0.1:9",
        ])
    };
    let line = connect(&right, "Desk").ok();
    assert_eq!(
        (line["name"].as_str(), line["environment"].as_str()),
        (Some("Desk"), Some("custom"))
    );
    assert_eq!(connect(&wrong, "Other").refused(), (3, "passphrase_wrong".into()));
    assert_eq!(home.run(&["serve", "--port", "0"]).refused(), (3, "passphrase_needed".into()));
    let one = home.run(&["call", "connection", &json!({ "id": line["id"] }).to_string()]).ok();
    assert!(!one.to_string().contains(crate::bench::SECRET), "a secret never comes back: {one}");

    let sent =
        home.run(&["send", "--to", "+12015550105", "--body", "Hi", "--idempotency-key", "k"]).ok();
    assert_eq!((sent["state"].as_str(), sent["hold"].is_null()), (Some("queued"), true), "{sent}");
    let again =
        home.run(&["send", "--to", "+12015550105", "--body", "Hi", "--idempotency-key", "k"]).ok();
    assert_eq!(again["id"], sent["id"], "the same key and content is the same message");
    let other =
        home.run(&["send", "--to", "+12015550105", "--body", "Ho", "--idempotency-key", "k"]);
    assert_eq!(other.refused().0, 3);
    let bad = home.run(&["send", "--to", "not a number", "--body", "Hi"]);
    assert_eq!((bad.exit, bad.json()["error"]["field"].as_str()), (3, Some("to")));
    let paused = home.run(&["pause", "desk"]).ok();
    assert_eq!(paused["state"], "paused", "a line may be named as people call it");
}

#[test]
fn a_backup_comes_back_with_everything_unfinished_held() {
    let home = Home::new();
    let passphrase = format!("@file:{}", home.file("pass", "a long passphrase"));
    home.run(&[
        "--passphrase",
        &passphrase,
        "connect",
        "twilio",
        "--name",
        "Desk",
        "--env",
        "custom",
        "--set",
        "account_sid=AC00000000000000000000000000000001",
        "--set",
        "from=+15550100100",
        "--secret",
        "auth_token=@env:TEST_SECRET",
        "--base-url",
        "http://127.0.0.1:9",
    ])
    .ok();
    home.run(&["send", "--to", "+12015550105", "--body", "Hi"]).ok();
    let path = home.path().join("copy.db");
    let path = path.to_str().expect("a text");
    let backup = home.run(&["backup", path]).ok();
    assert_eq!(backup["path"], path);
    assert_eq!(home.run(&["backup", path]).refused().0, 3, "an existing file is left alone");
    home.run(&["send", "--to", "+12015550106", "--body", "After"]).ok();
    assert_eq!(home.run(&["restore", path]).ok(), json!({ "restored": true, "held": 1 }));
    let messages = home.run(&["messages"]).ok();
    assert_eq!(
        messages["items"].as_array().map(Vec::len),
        Some(1),
        "what came after the backup is gone"
    );
    assert_eq!(messages["items"][0]["hold"]["reason"], "restored");
    assert_eq!(home.run(&["restore", "/nonexistent.db"]).refused(), (3, "not_found".into()));
    let junk = home.file("junk.db", "this is no store");
    let refused = home.run(&["restore", &junk]);
    assert_eq!(refused.refused(), (3, "not_a_backup".into()));
    let said = refused.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!(said, format!("{junk} is no Signalbox backup. Nothing was changed"));
    assert_eq!(
        home.run(&["messages"]).ok()["items"].as_array().map(Vec::len),
        Some(1),
        "and nothing was harmed"
    );
}
