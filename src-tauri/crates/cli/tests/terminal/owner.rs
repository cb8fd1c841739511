//! Two processes and one home.

use crate::bench::Home;

#[test]
fn the_owner_says_where_it_is_and_leaves_no_trace() {
    let home = Home::new();
    let serving = home.serve(&["--vault", "session", "--public-url", "https://hooks.example"]);
    let ready = &serving.ready;
    let url = ready["url"].as_str().expect("an address").to_owned();
    assert!(url.starts_with(&format!("http://127.0.0.1:{}/?token=", serving.port())), "{ready}");
    assert_eq!(ready["public_url"], "https://hooks.example");
    let file = home.path().join("gateway.json");
    let text = std::fs::read_to_string(&file).expect("gateway.json");
    let owner: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (owner["port"].as_u64(), owner["pid"].as_u64()),
        (ready["port"].as_u64(), ready["pid"].as_u64())
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "the token is the owner's alone");
    }
    let status = home.run(&["status"]).ok();
    assert_eq!(status["port"], ready["port"], "the terminal goes through the owner");
    assert_eq!(
        (status["vault"]["mode"].as_str(), status["practice"].as_bool()),
        (Some("session"), Some(false))
    );
    assert_eq!(serving.stop(), 0);
    assert!(!file.exists(), "nobody is sent to a closed door");
    assert!(home.run(&["status"]).ok()["port"].is_null());
}

#[test]
fn a_home_has_one_owner() {
    let home = Home::new();
    let serving = home.serve(&["--vault", "session"]);
    let second = home.run(&["--vault", "session", "serve", "--port", "0"]);
    assert_eq!(second.refused(), (3, "home_taken".into()));
    assert!(second.err.contains(&format!("http://127.0.0.1:{}", serving.port())), "{second:?}");
    assert_eq!(home.run(&["restore", "/x.db"]).refused(), (3, "home_taken".into()));
}

#[test]
fn a_file_left_by_a_crash_misleads_nobody() {
    let home = Home::new();
    home.serve(&["--vault", "session"]).kill();
    assert!(home.path().join("gateway.json").exists(), "a crash takes nothing away");
    assert!(home.run(&["status"]).ok()["port"].is_null(), "the lock says that nobody is there");
    let next = home.serve(&["--vault", "session"]);
    assert_eq!(home.run(&["status"]).ok()["port"], next.ready["port"]);
}

#[test]
fn refusals_of_the_owner_keep_their_words_and_get_their_exit_code() {
    let home = Home::new();
    let _serving = home.serve(&["--vault", "session"]);
    assert_eq!(home.run(&["message", "01hq3v8m2k7c4"]).refused(), (3, "not_found".into()));
    assert_eq!(home.run(&["pause", "nothing"]).refused(), (3, "not_found".into()));
    assert_eq!(home.run(&["call", "no_such_command"]).refused(), (2, "unknown_command".into()));
    let bad = home.run(&[
        "call",
        "send",
        r#"{"channel": "sms", "to": "+15550100142", "body": "x", "colour": 1}"#,
    ]);
    assert_eq!((bad.exit, bad.json()["error"]["field"].as_str()), (3, Some("colour")));
    let token = home.run(&["token", "create", "till"]).ok();
    assert!(token["token"].as_str().is_some_and(|token| token.len() > 40));
    assert_eq!(home.run(&["token", "list"]).ok()["items"][0]["name"], "till");
}

#[test]
fn the_board_is_behind_its_token() {
    let home = Home::new();
    let serving = home.serve(&["--vault", "session"]);
    let url = serving.ready["url"].as_str().expect("an address");
    let path = &url[url.find("/?").expect("a query")..];
    let (status, head, _) = serving.http(&format!("GET {path}"), &[], "");
    assert_eq!(status, 303);
    assert!(head.contains("HttpOnly; SameSite=Strict"), "{head}");
    assert_eq!(serving.http("GET /", &[], "").0, 200, "the page itself holds no data");
    assert_eq!(serving.http("POST /api/call/status", &[], "").0, 401);
}
