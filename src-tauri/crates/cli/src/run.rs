//! One call of the program, from words to exit code.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_domain::{Clock, clock};
use signalbox_engine::SystemClock;
use signalbox_store::{Home, Store, StoreError};

use crate::args::{Cli, SettingsVerb, Verb};
use crate::host::{self, OpenHome, Ways};
use crate::reach::Reach;
use crate::show::Show;
use crate::stop::{Stop, code};
use crate::{live, screen, serve, verbs};

/// Between two looks at a message that is being waited for.
const LOOK: Duration = Duration::from_millis(200);

/// Runs the program. The exit code is returned, everything else is on the screen.
pub async fn run(cli: Cli) -> u8 {
    let json = cli.everywhere.json;
    match act(cli).await {
        Ok(exit) => exit,
        Err(stop) => {
            if json {
                screen::json(&stop.body());
            }
            screen::note(&stop.say());
            stop.exit
        }
    }
}

async fn act(cli: Cli) -> Result<u8, Stop> {
    let Cli { everywhere, verb } = cli;
    match &verb {
        Verb::Serve(args) => return serve::serve(&everywhere, args).await.map(|()| 0),
        Verb::Live => return live::live(&everywhere).await.map(|()| 0),
        Verb::Restore(args) => {
            let result = restore(&everywhere.home()?, &args.path).await?;
            let say = format!(
                "Restored. {} unfinished messages are held until you decide.",
                result["held"]
            );
            print(everywhere.json, &result, || say);
            return Ok(0);
        }
        _ => {}
    }
    let Some(mut ask) = verbs::ask_for(&verb)? else { return Ok(0) };
    let reach = Reach::find(&everywhere, ask.need).await?;
    let done = async {
        verbs::with_line_ids(&reach, &verb, &mut ask.args).await?;
        let mut result = reach.call(&ask.command, ask.args).await?;
        let mut exit = 0;
        if let Verb::Send(args) = &verb
            && args.wait
        {
            (result, exit) = wait(&reach, result, args.patience).await?;
        }
        if let Verb::Settings { act: Some(SettingsVerb::Get { name: Some(name) }) } = &verb {
            let remedy = "`settings get` shows all of them";
            let found = result.get(name).cloned();
            result = found.ok_or_else(|| {
                Stop::refused("unknown_setting", format!("There is no setting {name}"), remedy)
            })?;
        }
        let zone = match everywhere.json {
            true => String::new(),
            false => reach.call("settings", json!({})).await?["zone"]
                .as_str()
                .unwrap_or("UTC")
                .to_owned(),
        };
        print(everywhere.json, &result, || Show::in_zone(&zone).result(&ask.command, &result));
        Ok(exit)
    };
    let done = done.await;
    // Before the answer is given: what was promised is on disk either way, and the lock is free for the next command.
    reach.close().await;
    done
}

fn print(json: bool, result: &Value, text: impl FnOnce() -> String) {
    if json {
        screen::json(result);
    } else {
        screen::text(&text());
    }
}

/// Waits until a message is decided. Returns it as it stands then, with the exit code that says whether it left.
async fn wait(reach: &Reach, message: Value, patience: u32) -> Result<(Value, u8), Stop> {
    let clock = SystemClock::new();
    let id = message["id"].as_str().unwrap_or_default().to_owned();
    let until = clock.monotonic() + Duration::from_secs(patience.into());
    loop {
        let now = reach.call("message", json!({ "id": id })).await?;
        if is_decided(&now) || clock.monotonic() >= until {
            let exit = exit_for(&now);
            return Ok((now, exit));
        }
        clock.sleep(LOOK).await;
    }
}

/// Refused when the message did not leave and will not by itself.
fn exit_for(message: &Value) -> u8 {
    let reason = message["hold"]["reason"].as_str().unwrap_or_default();
    match message["state"].as_str().unwrap_or_default() {
        "needs_attention" | "expired" | "cancelled" | "suppressed" | "unknown" => code::REFUSED,
        "held"
            if matches!(
                reason,
                "reconnect" | "admin" | "paused" | "disk" | "restored" | "asked"
            ) =>
        {
            code::REFUSED
        }
        _ => 0,
    }
}

/// Whether waiting longer would change nothing: the provider has it, it is refused, or something other than the next
/// few moments holds it.
fn is_decided(message: &Value) -> bool {
    let reason = message["hold"]["reason"].as_str();
    match message["state"].as_str().unwrap_or_default() {
        "queued" | "sending" => false,
        "held" => !matches!(reason, Some("rate" | "breaker" | "offline")),
        "unknown" => reason == Some("asked"),
        _ => true,
    }
}

/// Puts a backup in the place of the store, and holds everything unfinished in it.
async fn restore(home: &std::path::Path, backup: &std::path::Path) -> Result<Value, Stop> {
    let taken = Home::take(home).map_err(|error| match error {
        StoreError::HomeTaken { pid } => Stop::refused(
            "home_taken",
            format!("Signalbox runs in this home (process {pid})"),
            "Stop it first; a store must not be replaced under its feet",
        ),
        other => host::not_taken(home, other),
    })?;
    if !backup.is_file() {
        let message = format!("{} is no file", backup.display());
        return Err(Stop::refused(
            "not_found",
            message,
            "Give the path of a file that `backup` made",
        ));
    }
    let (taken, backup) = (taken, backup.to_owned());
    let at = clock::now_ms(&SystemClock::new());
    let swap =
        tokio::task::spawn_blocking(move || Store::restore(&taken, &backup, at).map(|()| taken));
    let taken =
        swap.await.map_err(|_| Stop::internal("The backup could not be put in place"))??;
    // Opening it holds what is unfinished; how much that is shows in the counters.
    let host = OpenHome::open(taken).await?.start(Ways::default()).await?;
    let counts = host.api().engine().store().counts().await?;
    let restored = signalbox_domain::HoldReason::Restored;
    let held: i64 =
        counts.iter().filter(|(_, _, reason, _)| *reason == Some(restored)).map(|row| row.3).sum();
    host.stop(Duration::from_secs(10)).await;
    Ok(json!({ "restored": true, "held": held }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_a_person_is_no_success() {
        let exit = |state: &str, reason: &str| {
            exit_for(&json!({ "state": state, "hold": { "reason": reason } }))
        };
        for reason in ["reconnect", "admin", "paused", "disk", "restored", "asked"] {
            assert_eq!(exit("held", reason), code::REFUSED, "{reason}");
        }
        for reason in ["scheduled", "quiet_hours", "rate", "breaker", "offline", "window"] {
            assert_eq!(exit("held", reason), 0, "{reason} ends by itself");
        }
        assert_eq!(exit_for(&json!({ "state": "accepted", "hold": null })), 0);
    }

    #[test]
    fn waiting_ends_when_more_of_it_would_change_nothing() {
        let message = |state: &str, reason: Option<&str>| json!({ "state": state, "hold": reason.map(|reason| json!({ "reason": reason })) });
        for (state, reason, decided) in [
            ("queued", None, false),
            ("sending", None, false),
            ("accepted", None, true),
            ("needs_attention", None, true),
            ("held", Some("paused"), true),
            ("held", Some("rate"), false),
            ("unknown", None, false),
            ("unknown", Some("asked"), true),
        ] {
            assert_eq!(is_decided(&message(state, reason)), decided, "{state} {reason:?}");
        }
    }
}
