//! From verbs to commands of the table: which command, with which arguments, and what it needs of the home.

mod given;

use std::path::Path;

use serde_json::{Value, json};

use crate::args::{
    ConnectArgs, ImportArgs, MessagesArgs, ReceiptsVerb, Resolution, SendArgs, SettingsVerb,
    TokenVerb, Verb, Waiting, WhichArgs,
};
use crate::reach::{Need, Reach};
use crate::stop::Stop;
use given::{absolute, object, put, put_list, read_text, secrets, settings_patch};

/// What a verb asks of the table.
#[derive(Debug)]
pub(crate) struct Ask {
    /// The command.
    pub(crate) command: String,
    /// Its arguments. Lines stand in them as they were given, by id or name.
    pub(crate) args: Value,
    /// What it needs when nobody owns the home.
    pub(crate) need: Need,
}

fn ask(command: &str, args: Value) -> Ask {
    Ask { command: command.to_owned(), args, need: Need::Store }
}

fn with_vault(command: &str, args: Value) -> Ask {
    Ask { need: Need::Vault, ..ask(command, args) }
}

/// The command for a verb; `None` for those that are more than one command.
///
/// # Errors
/// When what was given cannot be read.
pub(crate) fn ask_for(verb: &Verb) -> Result<Option<Ask>, Stop> {
    Ok(Some(match verb {
        Verb::Serve(_) | Verb::Restore(_) | Verb::Live => return Ok(None),
        Verb::Status => ask("status", json!({})),
        Verb::Connect(args) => connect(args)?,
        Verb::Connections => ask("connections", json!({})),
        Verb::Reconnect(args) => {
            let mut update = json!({ "id": args.line, "fields": object(&args.set), "secrets": secrets(&args.secret)? });
            put(&mut update, "name", &args.name);
            with_vault("connection_update", update)
        }
        Verb::Pause(args) => ask("pause", json!({ "id": args.line })),
        Verb::Resume(args) => ask("resume", json!({ "id": args.line })),
        Verb::Disable(args) => ask("disable", json!({ "id": args.line })),
        Verb::Enable(args) => ask("enable", json!({ "id": args.line })),
        Verb::Check(args) => with_vault("check", json!({ "id": args.line })),
        Verb::Remove(args) => {
            let waiting = match args.waiting {
                Waiting::Cancel => "cancel",
                Waiting::KeepAsFailed => "keep_as_failed",
            };
            ask("remove", json!({ "id": args.line, "waiting": waiting }))
        }
        Verb::Test(args) => {
            let mut test = json!({ "id": args.line, "to": args.to });
            put(&mut test, "body", &args.body);
            ask("test", test)
        }
        Verb::Send(args) => send(args)?,
        Verb::Import(args) => import(args)?,
        Verb::Batches => ask("batches", json!({})),
        Verb::Messages(args) => ask("messages", messages(args)),
        Verb::Message(args) => ask("message", json!({ "id": args.id })),
        Verb::Causes => ask("causes", json!({})),
        Verb::Retry(args) => {
            let mut which = which(&args.which);
            which["dry_run"] = args.dry_run.into();
            ask("retry", which)
        }
        Verb::Holds => ask("holds", json!({})),
        Verb::Release(args) => {
            let mut release = json!({ "dry_run": args.dry_run });
            put(&mut release, "connection", &args.connection);
            put(&mut release, "reason", &args.reason);
            put_list(&mut release, "ids", &args.ids);
            ask("release", release)
        }
        Verb::Resolve(args) => {
            let how = match args.r#as {
                Resolution::Sent => "sent",
                Resolution::Again => "again",
                Resolution::Drop => "drop",
            };
            ask("resolve", json!({ "id": args.id, "as": how }))
        }
        Verb::Dismiss(args) => ask("dismiss", which(args)),
        Verb::Undismiss(args) => ask("undismiss", which(args)),
        Verb::Cancel(args) => ask("cancel", json!({ "ids": args.ids })),
        Verb::Receipts(args) => match &args.act {
            Some(ReceiptsVerb::Replay { ids }) => {
                let mut replay = json!({});
                put_list(&mut replay, "ids", ids);
                ask("receipts_replay", replay)
            }
            None => {
                let mut list = page(&args.page.after, args.page.limit);
                put(&mut list, "state", &args.state);
                ask("receipts", list)
            }
        },
        Verb::Health => ask("health", json!({})),
        Verb::Changes(args) => ask("changes", page(&args.after, args.limit)),
        Verb::Settings { act } => match act {
            None | Some(SettingsVerb::Get { .. }) => ask("settings", json!({})),
            Some(SettingsVerb::Set { settings }) => ask("settings_set", settings_patch(settings)?),
        },
        Verb::Token { act } => match act {
            TokenVerb::Create { name, called } => {
                let mut token = json!({});
                put(&mut token, "name", &name.clone().or_else(|| called.clone()));
                ask("token_create", token)
            }
            TokenVerb::List => ask("tokens", json!({})),
            TokenVerb::Revoke { id } => ask("token_revoke", json!({ "id": id })),
        },
        Verb::Practice => Ask { need: Need::Owner, ..ask("practice_start", json!({})) },
        Verb::Backup(args) => {
            let mut backup = json!({});
            // The owner may stand in another folder than we do.
            put(&mut backup, "path", &args.path.as_deref().map(absolute).transpose()?);
            ask("backup", backup)
        }
        Verb::Doctor => ask("doctor", json!({})),
        Verb::Call(call) => {
            let args = match call.args.as_deref() {
                None => json!({}),
                Some(text) => {
                    let text =
                        if text == "-" { read_text(Path::new("-"))? } else { text.to_owned() };
                    serde_json::from_str(&text).map_err(|error| {
                        Stop::usage(format!("The arguments are not JSON: {error}"))
                    })?
                }
            };
            let sealed = ["connect", "connect_check", "connection_update", "check"];
            let need =
                if sealed.contains(&call.command.as_str()) { Need::Vault } else { Need::Store };
            Ask { need, ..ask(&call.command, args) }
        }
    }))
}

/// Puts ids in the place of lines' names. `call` passes its arguments on as they are.
///
/// # Errors
/// When no line is called so.
pub(crate) async fn with_line_ids(
    reach: &Reach,
    verb: &Verb,
    args: &mut Value,
) -> Result<(), Stop> {
    match verb {
        Verb::Pause(_)
        | Verb::Resume(_)
        | Verb::Disable(_)
        | Verb::Enable(_)
        | Verb::Check(_)
        | Verb::Remove(_)
        | Verb::Reconnect(_)
        | Verb::Test(_) => one_id(reach, args, "id").await,
        Verb::Send(_) => {
            one_id(reach, args, "connection").await?;
            many_ids(reach, args, "route").await
        }
        Verb::Import(_) | Verb::Release(_) => one_id(reach, args, "connection").await,
        Verb::Messages(_) => many_ids(reach, args, "connection").await,
        _ => Ok(()),
    }
}

async fn one_id(reach: &Reach, args: &mut Value, name: &str) -> Result<(), Stop> {
    if let Some(given) = args[name].as_str().map(str::to_owned) {
        args[name] = reach.line(&given).await?.into();
    }
    Ok(())
}

async fn many_ids(reach: &Reach, args: &mut Value, name: &str) -> Result<(), Stop> {
    let given: Option<Vec<String>> = serde_json::from_value(args[name].clone()).ok();
    if let Some(given) = given {
        args[name] = reach.lines(&given).await?.into();
    }
    Ok(())
}

fn connect(args: &ConnectArgs) -> Result<Ask, Stop> {
    let mut urls = object(&args.url);
    if let Some(url) = &args.base_url {
        urls.insert("api".to_owned(), url.clone().into());
    }
    let line = json!({
        "provider": args.provider,
        "name": args.name,
        "environment": args.env,
        "fields": object(&args.set),
        "secrets": secrets(&args.secret)?,
        "urls": urls,
    });
    Ok(with_vault(if args.dry_run { "connect_check" } else { "connect" }, line))
}

fn send(args: &SendArgs) -> Result<Ask, Stop> {
    let usual = if args.to.contains('@') { "email" } else { "sms" };
    let body = if args.body == "-" { read_text(Path::new("-"))? } else { args.body.clone() };
    let mut message =
        json!({ "channel": args.channel.as_deref().unwrap_or(usual), "to": args.to, "body": body });
    for (name, value) in [
        ("subject", &args.subject),
        ("connection", &args.connection),
        ("send_at", &args.send_at),
        ("useful_until", &args.useful_until),
        ("idempotency_key", &args.idempotency_key),
        ("name", &args.name),
    ] {
        put(&mut message, name, value);
    }
    put_list(&mut message, "route", &args.route);
    if !args.field.is_empty() {
        message["fields"] = object(&args.field).into();
    }
    let need = if args.wait { Need::Loops } else { Need::Store };
    Ok(Ask { need, ..ask(if args.dry_run { "preview" } else { "send" }, message) })
}

fn import(args: &ImportArgs) -> Result<Ask, Stop> {
    let csv = read_text(&args.file)?;
    let mut import = json!({ "csv": csv, "map": object(&args.map), "channel": args.channel });
    let mut options = vec![
        ("body", &args.body),
        ("subject", &args.subject),
        ("connection", &args.connection),
        ("country", &args.country),
    ];
    if !args.dry_run {
        options.extend([
            ("name", &args.name),
            ("send_at", &args.send_at),
            ("useful_until", &args.useful_until),
            ("idempotency_key", &args.idempotency_key),
        ]);
    }
    for (name, value) in options {
        put(&mut import, name, value);
    }
    Ok(ask(if args.dry_run { "import_check" } else { "import_start" }, import))
}

fn messages(args: &MessagesArgs) -> Value {
    let mut filter = page(&args.after, args.limit);
    for (name, value) in [
        ("q", &args.q),
        ("batch", &args.batch),
        ("cause", &args.cause),
        ("since", &args.since),
        ("until", &args.until),
        ("before", &args.before),
    ] {
        put(&mut filter, name, value);
    }
    for (name, list) in
        [("state", &args.state), ("channel", &args.channel), ("connection", &args.connection)]
    {
        put_list(&mut filter, name, list);
    }
    filter
}

fn which(args: &WhichArgs) -> Value {
    let mut which = json!({});
    put(&mut which, "cause", &args.cause);
    put_list(&mut which, "ids", &args.ids);
    put_list(&mut which, "except", &args.except);
    which
}

fn page(after: &Option<String>, limit: Option<u16>) -> Value {
    let mut page = json!({});
    put(&mut page, "after", after);
    if let Some(limit) = limit {
        page["limit"] = limit.into();
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use clap::Parser;

    fn asked(line: &[&str]) -> Ask {
        let words = [&["signalbox-cli"], line].concat();
        let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
        ask_for(&cli.verb).expect("readable").expect("one command")
    }

    #[test]
    fn a_message_goes_by_mail_when_its_address_is_one() {
        let ask = asked(&[
            "send",
            "--to",
            "jo@example.com",
            "--body",
            "Hi {name}",
            "--field",
            "name=Jo",
            "--wait",
        ]);
        assert_eq!(
            ask.args,
            json!({ "channel": "email", "to": "jo@example.com", "body": "Hi {name}", "fields": { "name": "Jo" } })
        );
        assert_eq!((ask.command.as_str(), ask.need), ("send", Need::Loops));
        let ask = asked(&["send", "--to", "+15550100142", "--body", "Hi"]);
        assert_eq!((ask.args["channel"].as_str(), ask.need), (Some("sms"), Need::Store));
    }

    #[test]
    fn a_whole_cause_is_named_with_its_exceptions_and_never_beside_ids() {
        let ask = asked(&["retry", "--cause", "k-1-failed", "--except", "a,b", "--dry-run"]);
        assert_eq!(
            ask.args,
            json!({ "cause": "k-1-failed", "except": ["a", "b"], "dry_run": true })
        );
        assert_eq!(asked(&["dismiss", "a"]).args, json!({ "ids": ["a"] }));
        for wrong in [
            &["retry"][..],
            &["retry", "a", "--cause", "k"],
            &["dismiss", "a", "--except", "b"],
            &["undismiss", "--except", "b"],
        ] {
            let words = [&["signalbox-cli"], wrong].concat();
            assert!(Cli::try_parse_from(words).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn settings_are_json_where_they_read_as_json() {
        let ask = asked(&[
            "settings",
            "set",
            "zone=Europe/Berlin",
            "notifications=false",
            "public_url=null",
            "business_name=A=B",
        ]);
        let expect = json!({ "zone": "Europe/Berlin", "notifications": false, "public_url": null, "business_name": "A=B" });
        assert_eq!(ask.args, expect);
        assert_eq!(
            asked(&["settings", "set", "zone", "Europe/Berlin"]).args,
            json!({ "zone": "Europe/Berlin" })
        );
    }

    #[test]
    fn what_reads_credentials_needs_the_vault_and_nothing_else_does() {
        for (line, need) in [
            (&["call", "connect", "{}"][..], Need::Vault),
            (&["call", "send", "{}"], Need::Store),
            (&["check", "x"], Need::Vault),
            (&["pause", "x"], Need::Store),
            (&["practice"], Need::Owner),
        ] {
            assert_eq!(asked(line).need, need, "{line:?}");
        }
    }

    #[test]
    fn a_secret_given_in_the_clear_is_refused_without_repeating_it() {
        let cli = Cli::try_parse_from([
            "signalbox-cli",
            "connect",
            "twilio",
            "--name",
            "A",
            "--secret",
            "auth_token=hunter2",
        ]);
        let stop = ask_for(&cli.expect("words").verb).expect_err("refused");
        assert_eq!(stop.exit, crate::stop::code::USAGE);
        assert!(!stop.say().contains("hunter2"), "{}", stop.say());
    }
}
