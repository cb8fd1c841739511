//! The two commands: answers, refusals, events.

use serde_json::json;

use crate::shell::Shell;

#[test]
fn a_page_that_asks_while_the_home_is_opened_waits_for_the_answer() {
    let shell = Shell::start();
    let status = shell.call("status", json!({})).expect("an answer");
    assert_eq!(
        status["home"],
        shell.home.display().to_string(),
        "asked before anything could be open"
    );
    assert_eq!(status["vault"]["mode"], "session");
    assert!(
        status["port"].as_u64().is_some_and(|port| port > 0),
        "webhooks work while the window runs: {status}"
    );
    shell.close();
}

#[test]
fn arguments_may_be_left_out() {
    let shell = Shell::start();
    let lines = shell.invoke("api", json!({ "cmd": "connections" })).expect("an answer");
    assert_eq!(lines["items"], json!([]));
    shell.close();
}

#[test]
fn refusals_have_the_shape_of_every_door() {
    let shell = Shell::start();
    for (command, args, code) in [
        ("fly", json!({}), "unknown_command"),
        ("message", json!({ "id": 5 }), "invalid"),
        ("message", json!({ "id": "0000000000001" }), "not_found"),
        ("status", json!([1]), "invalid"),
    ] {
        let refusal = shell.call(command, args).expect_err("a refusal");
        let error = &refusal["error"];
        assert_eq!(error["code"], code, "{command}: {refusal}");
        assert!(
            error["message"].is_string() && error["remedy"].is_string(),
            "{command}: {refusal}"
        );
    }
    shell.close();
}

#[test]
fn an_invocation_without_a_command_is_refused_and_nothing_runs() {
    let shell = Shell::start();
    let refusal = shell.invoke("api", json!({ "payload": {} })).expect_err("a refusal");
    assert!(
        refusal.as_str().is_some_and(|say| say.contains("cmd")),
        "{refusal} names what is missing"
    );
    shell.close();
}

#[test]
fn what_the_window_does_is_written_down_as_the_windows_doing() {
    let shell = Shell::start();
    shell.call("settings_set", json!({ "business_name": "Alder Street Dental" })).expect("set");
    let changes = shell.call("changes", json!({})).expect("the changes");
    let actors: Vec<_> =
        changes["items"].as_array().into_iter().flatten().map(|change| &change["actor"]).collect();
    assert!(actors.contains(&&json!("window")), "{changes}");
    shell.close();
}

#[test]
fn a_change_is_told_to_the_page_that_listens() {
    let shell = Shell::start();
    shell.call("status", json!({})).expect("open");
    shell.subscribe();
    shell.call("settings_set", json!({ "business_name": "Alder Street Dental" })).expect("set");
    let event = shell.hear(|event| event["type"] == "changed");
    let tags = event["tags"].as_array().expect("tags");
    assert!(!tags.is_empty() && tags.iter().all(serde_json::Value::is_string), "{event}");
    shell.close();
}
