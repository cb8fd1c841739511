//! The table itself: what is in it, and what it says of itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::desk::Desk;
use crate::api::describe;
use crate::{Kind, commands};

/// Every command that the doors may count on.
const READS: &[&str] = &[
    "status",
    "overview",
    "connections",
    "connection",
    "providers",
    "preview",
    "messages",
    "message",
    "causes",
    "holds",
    "import_check",
    "batches",
    "batch",
    "receipts",
    "health",
    "changes",
    "settings",
    "tokens",
    "suppressions",
    "doctor",
];
const WRITES: &[&str] = &[
    "connect",
    "connect_check",
    "connection_update",
    "pause",
    "resume",
    "disable",
    "enable",
    "remove",
    "check",
    "test",
    "practice_start",
    "send",
    "retry",
    "dismiss",
    "undismiss",
    "cancel",
    "release",
    "resolve",
    "import_start",
    "batch_cancel",
    "receipts_replay",
    "settings_set",
    "token_create",
    "token_revoke",
    "suppress",
    "unsuppress",
    "backup",
    "vault_open",
];

#[test]
fn every_command_is_declared_once_and_no_other() {
    let table = commands();
    let names: BTreeSet<&str> = table.iter().map(|command| command.name).collect();
    assert_eq!(names.len(), table.len(), "a name declared twice would hide a command");
    assert_eq!(names, READS.iter().chain(WRITES).copied().collect());
    for command in &table {
        let kind = if READS.contains(&command.name) { Kind::Read } else { Kind::Write };
        assert_eq!(command.kind, kind, "{}", command.name);
        assert!(!command.about.is_empty() && !command.about.ends_with('.'), "{}", command.name);
    }
}

#[test]
fn every_command_has_a_schema_that_refuses_what_it_does_not_know() {
    for command in commands() {
        let shown = describe(&command);
        let args = &shown["args"];
        assert_eq!(args["type"], "object", "{}", command.name);
        assert_eq!(args["additionalProperties"], false, "{} takes anything", command.name);
        assert!(shown["result"].is_object(), "{}", command.name);
        let text = shown.to_string();
        for reference in text.split("\"$ref\":\"#/$defs/").skip(1) {
            let name = reference.split('"').next().unwrap_or_default();
            let known =
                ["args", "result"].iter().any(|part| shown[part]["$defs"].get(name).is_some());
            assert!(known, "{} refers to {name}, which is not there", command.name);
        }
    }
}

#[test]
fn what_must_be_given_is_told_by_the_schema() {
    let required = |name: &str| {
        let table = commands();
        let command = table.iter().find(|command| command.name == name).expect("it is there");
        describe(command)["args"]["required"].clone()
    };
    assert_eq!(required("send"), json!(["channel", "to", "body"]));
    assert_eq!(required("messages"), Value::Null);
    assert_eq!(required("settings_set"), Value::Null);
}

#[tokio::test]
async fn the_list_of_commands_stands_at_a_door_as_an_array() {
    let desk = Desk::open().await;
    let list = desk.api.list();
    assert_eq!(list.as_array().map(Vec::len), Some(READS.len() + WRITES.len()));
}

#[tokio::test]
async fn an_unknown_command_is_not_found() {
    let desk = Desk::open().await;
    let error = desk.refused("launch", json!({})).await;
    assert_eq!((error.http_status(), error.code.as_str()), (404, "unknown_command"));
}

#[tokio::test]
async fn an_argument_that_a_command_does_not_know_is_refused_by_name() {
    let desk = Desk::open().await;
    for name in READS.iter().chain(WRITES) {
        let error = desk.refused(name, json!({ "colour": "red" })).await;
        assert!(matches!(error.http_status(), 422), "{name}: {error:?}");
        assert!(error.field.is_some(), "{name} does not say which: {error:?}");
    }
}
