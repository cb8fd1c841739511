//! Who may call what: the page in the one window, two commands, and nothing else.

use serde_json::{Value, json};
use tauri::{WebviewUrl, WebviewWindowBuilder};

use crate::shell::{PAGE, Shell, invoke};

#[track_caller]
fn check_refused(answer: Result<Value, Value>, what: &str) {
    let refusal = answer.expect_err(what);
    let say = refusal.as_str().unwrap_or_default();
    assert!(
        say.contains("not allowed") || say.contains("not found"),
        "{what} is refused by the list: {refusal}"
    );
}

#[test]
fn the_page_may_call_nothing_but_the_two_commands() {
    let shell = Shell::start();
    for name in [
        "fly",
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:event|listen",
        "plugin:event|emit",
        "plugin:app|version",
        "plugin:path|resolve_directory",
        "plugin:tray|new",
        "plugin:menu|new",
        "plugin:resources|close",
        "plugin:notification|notify",
        "plugin:shell|execute",
        "plugin:fs|read_file",
        "plugin:http|fetch",
        "plugin:opener|open_url",
    ] {
        check_refused(shell.invoke(name, json!({})), name);
    }
    shell.close();
}

#[test]
fn a_page_from_elsewhere_may_call_nothing_at_all() {
    let shell = Shell::start();
    for address in ["https://example.com", "http://127.0.0.1:3000", "http://localhost:1420"] {
        let answer = invoke(&shell.window(), address, "api", json!({ "cmd": "status" }));
        check_refused(answer, address);
    }
    shell.close();
}

#[test]
fn another_window_may_call_nothing_at_all() {
    let shell = Shell::start();
    let other = WebviewWindowBuilder::new(&shell.app, "other", WebviewUrl::default())
        .build()
        .expect("a window");
    check_refused(invoke(&other, PAGE, "api", json!({ "cmd": "status" })), "the other window");
    shell.close();
}

#[test]
fn the_policy_lets_in_nothing_from_elsewhere() {
    let shell = Shell::start();
    let security = &shell.app.config().app.security;
    let policy = security.csp.as_ref().expect("there is a policy").to_string();
    for part in [
        "default-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "frame-src 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{part} is missing: {policy}");
    }
    for hole in ["unsafe-inline", "unsafe-eval", "*", "https:", "data: 'self'"] {
        assert!(!policy.contains(hole), "{hole} opens it: {policy}");
    }
    assert!(security.freeze_prototype, "a script cannot bend the objects that the IPC is made of");
    assert!(!shell.app.config().app.with_global_tauri);
    shell.close();
}
