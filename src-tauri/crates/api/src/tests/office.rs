//! The office: files, settings, tokens, people, backups.

use serde_json::{Value, json};

use super::desk::{Desk, ids, text};
use crate::token_hash;

const FILE: &str = "number,first\n+15550100101,Ruth\n12,Sam\n+15550100103,Ola\n";

fn file() -> Value {
    json!({ "csv": FILE, "map": { "number": "to", "first": "name" }, "channel": "sms", "body": "Hi {name}" })
}

#[tokio::test]
async fn a_file_is_looked_at_first_and_then_becomes_a_batch() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let check = desk.call("import_check", file()).await;
    assert_eq!(
        (&check["rows"], &check["ready"], &check["bad_count"]),
        (&json!(3), &json!(2), &json!(1))
    );
    assert_eq!(
        (&check["bad"][0]["row"], &check["bad"][0]["column"]),
        (&json!(2), &json!("number"))
    );
    assert_eq!(check["preview"][0]["body"], "Hi Ruth");
    assert_eq!(desk.call("messages", json!({})).await["total"], 0);

    let mut args = file();
    args["name"] = json!("Tuesday");
    let batch = desk.call("import_start", args).await;
    assert_eq!(
        (&batch["name"], &batch["waiting"], &batch["state"]),
        (&json!("Tuesday"), &json!(2), &json!("running"))
    );
    assert_eq!(batch["bad"].as_array().map(Vec::len), Some(1));
    let id = text(&batch, "/id");
    let first = ids(&desk.call("messages", json!({ "batch": id, "limit": 1 })).await);
    desk.call("cancel", json!({ "ids": first })).await;
    let filter = json!({ "batch": id, "state": ["cancelled"] });
    let page = desk.call("messages", filter).await;
    assert_eq!((ids(&page), &page["total"], &page["next"]), (first, &Value::Null, &Value::Null));
    let cancelled = desk.call("batch_cancel", json!({ "id": id })).await;
    assert_eq!((&cancelled["state"], &cancelled["cancelled"]), (&json!("cancelled"), &json!(2)));
    assert_eq!(ids(&desk.call("batches", json!({})).await), [id]);
    for name in ["batch", "batch_cancel"] {
        assert_eq!(desk.refused(name, json!({ "id": "0000000000001" })).await.http_status(), 404);
    }
}

#[tokio::test]
async fn a_filter_inside_a_batch_finds_what_lies_many_pages_down() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let rows: String = (0..1_200).map(|n| format!("+1555010{n:04}\n")).collect();
    let args = json!({ "csv": format!("to\n{rows}"), "map": { "to": "to" }, "channel": "sms", "body": "Hi" });
    let batch = desk.call("import_start", args).await;
    assert_eq!(batch["waiting"], 1_200, "{}", batch["bad"]);
    let batch = text(&batch, "/id");
    let mut all = Vec::new();
    let mut next = Value::Null;
    loop {
        let page =
            desk.call("messages", json!({ "batch": batch, "limit": 200, "after": next })).await;
        all.extend(ids(&page));
        next = page["next"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(all.len(), 1_200, "each once");
    // The newest, one in the middle and the two oldest: three looks of 500 rows each.
    let chosen = [&all[0], &all[700], &all[1_198], &all[1_199]].map(String::clone);
    desk.call("cancel", json!({ "ids": chosen })).await;
    let find = async |place: Value| {
        let mut args = json!({ "batch": batch, "state": ["cancelled"], "limit": 2 });
        args.as_object_mut()
            .expect("an object")
            .extend(place.as_object().cloned().unwrap_or_default());
        desk.call("messages", args).await
    };
    let first = find(json!({})).await;
    assert_eq!((ids(&first), &first["prev"]), (chosen[..2].to_vec(), &Value::Null));
    let second = find(json!({ "after": first["next"] })).await;
    assert_eq!((ids(&second), &second["next"]), (chosen[2..].to_vec(), &Value::Null));
    let back = find(json!({ "before": second["prev"] })).await;
    assert_eq!(ids(&back), chosen[..2]);
    assert_eq!(back["searched_until"], Value::Null);
}

#[tokio::test]
async fn a_file_may_say_which_country_its_numbers_belong_to() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let mut args = file();
    for nonsense in ["XX", "Germany", "UK"] {
        args["country"] = json!(nonsense);
        let refused = desk.refused("import_check", args.clone()).await;
        assert_eq!(refused.field.as_deref(), Some("country"));
    }
    args["csv"] = json!("number,first\n030 9010 1820,Ann");
    args["country"] = json!("de");
    let check = desk.call("import_check", args.clone()).await;
    assert_eq!(check["preview"][0]["to"], "+493090101820");
    args["country"] = json!("us");
    let check = desk.call("import_check", args.clone()).await;
    assert_eq!((&check["ready"], &check["bad"][0]["kind"]), (&json!(0), &json!("fix")));

    args["country"] = json!("de");
    args["idempotency_key"] = json!("k");
    let batch = desk.call("import_start", args.clone()).await;
    assert_eq!(desk.call("import_start", args.clone()).await["id"], batch["id"]);
    args["csv"] = json!("number,first\n030 9010 1821,Ben");
    let refused = desk.refused("import_start", args).await;
    assert_eq!((refused.http_status(), refused.code.as_str()), (409, "idempotency_key_reused"));
}

#[tokio::test]
async fn settings_are_checked_one_by_one() {
    let desk = Desk::open().await;
    let settings = desk.call("settings", json!({})).await;
    assert_eq!((&settings["country"], &settings["theme"]), (&json!("US"), &json!("system")));
    let patch = json!({ "zone": "America/Denver",
        "allowed_hours": { "from": "08:00", "to": "20:00", "days": [5, 1] } });
    let changed = desk.call("settings_set", patch).await;
    assert_eq!(changed["allowed_hours"], json!({ "from": "08:00", "to": "20:00", "days": [1, 5] }));
    assert_eq!(desk.call("status", json!({})).await["zone"], "America/Denver");
    for (patch, field) in [(json!({ "zone": "Mars" }), "zone"), (json!({ "colour": 1 }), "colour")]
    {
        assert_eq!(desk.refused("settings_set", patch).await.field.as_deref(), Some(field));
    }
    let cleared = desk.call("settings_set", json!({ "allowed_hours": null })).await;
    assert_eq!(
        (&cleared["allowed_hours"], &cleared["zone"]),
        (&Value::Null, &json!("America/Denver"))
    );
}

#[tokio::test]
async fn a_token_is_shown_once_and_found_by_its_hash() {
    let desk = Desk::open().await;
    let made = desk.call("token_create", json!({ "name": " Web  shop " })).await;
    let secret = text(&made, "/token");
    assert!(secret.starts_with("sbx_") && secret.len() == 68, "{}", secret.len());
    let known =
        desk.api.engine().store().token_by_hash(token_hash(&secret), 0).await.expect("readable");
    assert_eq!(known.map(|token| token.name).as_deref(), Some("Web shop"));
    let listed = desk.call("tokens", json!({})).await;
    assert!(!listed.to_string().contains(&secret), "the list shows no secret");
    for next in ["Token 1", "Token 2"] {
        assert_eq!(desk.call("token_create", json!({})).await["name"], next);
    }
    for name in ["", "Web shop"] {
        assert_eq!(
            desk.refused("token_create", json!({ "name": name })).await.field.as_deref(),
            Some("name")
        );
    }
    assert_eq!(
        desk.call("token_revoke", json!({ "id": made["id"] })).await,
        json!({ "revoked": true })
    );
    assert_eq!(desk.refused("token_revoke", json!({ "id": made["id"] })).await.http_status(), 404);
}

#[tokio::test]
async fn someone_who_opted_out_is_not_written_to() {
    let desk = Desk::open().await;
    desk.connect("twilio", "Reminders").await;
    let args =
        json!({ "channel": "sms", "address": "(555) 010-0101", "why": "told us on the phone" });
    let row = desk.call("suppress", args).await;
    assert_eq!(
        (&row["address"], &row["source"]),
        (&json!("+15550100101"), &json!("told us on the phone (window)"))
    );
    let letter = json!({ "channel": "sms", "to": "+15550100101", "body": "Hi" });
    let error = desk.refused("send", letter.clone()).await;
    assert_eq!((error.http_status(), error.code.as_str()), (422, "opted_out"));
    let listed = desk.call("suppressions", json!({ "q": "+1555" })).await;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    let lift = json!({ "channel": "sms", "address": "+15550100101" });
    assert_eq!(desk.call("unsuppress", lift.clone()).await, json!({ "removed": true }));
    assert_eq!(desk.call("unsuppress", lift).await, json!({ "removed": false }));
    desk.call("send", letter).await;
    let bad = json!({ "channel": "email", "address": "x", "why": "x" });
    assert_eq!(desk.refused("suppress", bad).await.field.as_deref(), Some("address"));
}

#[tokio::test]
async fn suppressed_addresses_are_read_page_by_page() {
    let desk = Desk::open().await;
    for n in 0..3 {
        let args =
            json!({ "channel": "sms", "address": format!("+1555010010{n}"), "why": "asked" });
        desk.call("suppress", args).await;
    }
    let first = desk.call("suppressions", json!({ "limit": 2 })).await;
    let second = desk.call("suppressions", json!({ "limit": 2, "after": first["next"] })).await;
    assert_eq!(
        (&second["items"][0]["address"], &second["next"]),
        (&json!("+15550100102"), &Value::Null)
    );
    assert_eq!(
        desk.refused("suppressions", json!({ "after": "x" })).await.field.as_deref(),
        Some("after")
    );
}

#[tokio::test]
async fn a_backup_goes_into_the_home_or_where_it_is_told() {
    let desk = Desk::open().await;
    let made = desk.call("backup", json!({})).await;
    assert!(std::path::Path::new(&text(&made, "/path")).is_file(), "{made}");
    assert_eq!(
        made["bytes"].as_u64(),
        std::fs::metadata(text(&made, "/path")).ok().map(|file| file.len())
    );
    for path in ["backup.db", "/nowhere/at/all/backup.db"] {
        assert_eq!(
            desk.refused("backup", json!({ "path": path })).await.field.as_deref(),
            Some("path")
        );
    }
    let again = desk.refused("backup", json!({ "path": made["path"] })).await;
    assert_eq!(again.http_status(), 409, "a backup overwrites nothing");
}

#[tokio::test]
async fn the_lists_of_a_new_home_are_empty() {
    let desk = Desk::open().await;
    for name in [
        "connections",
        "messages",
        "causes",
        "holds",
        "batches",
        "receipts",
        "tokens",
        "suppressions",
        "health",
    ] {
        assert_eq!(desk.call(name, json!({})).await["items"], json!([]), "{name}");
    }
    assert_eq!(
        desk.call("receipts_replay", json!({})).await,
        json!({ "replayed": 0, "still_dead": 0 })
    );
    let doctor = desk.call("doctor", json!({})).await;
    assert!(doctor["items"].as_array().is_some_and(|items| items.len() >= 6), "{doctor}");
}
