//! Keeps what is outside of the window up to date: the tray's line of text, and notices. Looks at most every few seconds,
//! and only after something changed.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use signalbox_api::{Api, Caller};
use signalbox_engine::{EngineEvent, Tag};
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_notification::Notification;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::notify::{Need, Notice, Notices};
use crate::{desk_of, tray, window};

/// Between two looks: a day's sending must not turn into a day's looking.
const PAUSE: Duration = Duration::from_secs(3);

/// As much of `overview` as is shown outside of the window.
#[derive(Deserialize)]
struct Outside {
    verdict: Verdict,
    needs_you: Vec<Need>,
}

#[derive(Deserialize)]
struct Verdict {
    say: String,
}

/// Follows the home of this program until it is closed.
pub(crate) fn start<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let desk = desk_of(&app);
        let Some(opening) = desk.opened().await else { return };
        tokio::select! {
            () = follow(&app, &opening.api) => {}
            () = desk.closing() => {}
        }
    });
}

async fn follow<R: Runtime>(app: &AppHandle<R>, api: &Api) {
    let clock = api.engine().clock().clone();
    let mut events = api.engine().subscribe();
    let mut notices = Notices::default();
    loop {
        look(app, api, &mut notices, clock.monotonic()).await;
        clock.sleep(PAUSE).await;
        // What may not be told yet must be told later, even if nothing else happens.
        let due = notices.wait(clock.monotonic());
        let later = async {
            match due {
                Some(wait) => clock.sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            goes_on = changed(&mut events) => if !goes_on { return },
            () = later => {}
        }
    }
}

/// Waits for a change of what is shown outside; false when there will be no more.
async fn changed(events: &mut Receiver<EngineEvent>) -> bool {
    loop {
        match events.recv().await {
            Ok(event) if !matters(&event) => {}
            Ok(_) | Err(RecvError::Lagged(_)) => break,
            Err(RecvError::Closed) => return false,
        }
    }
    // One look answers everything that has happened until now.
    while matches!(events.try_recv(), Ok(_) | Err(TryRecvError::Lagged(_))) {}
    true
}

fn matters(event: &EngineEvent) -> bool {
    let outside = [Tag::Connections, Tag::Changes, Tag::Causes, Tag::Messages, Tag::Settings];
    matches!(event, EngineEvent::Changed(tags) if tags.iter().any(|tag| outside.contains(tag)))
}

async fn look<R: Runtime>(app: &AppHandle<R>, api: &Api, notices: &mut Notices, now: Duration) {
    let overview = match api.call("overview", json!({}), Caller::window()).await {
        Ok(overview) => overview,
        Err(error) => {
            return tracing::warn!(
                code = error.code,
                "the tray and the notices are not up to date"
            );
        }
    };
    let Outside { verdict, needs_you } = match serde_json::from_value(overview) {
        Ok(outside) => outside,
        Err(error) => {
            return tracing::error!(%error, "the overview has another shape than the shell expects");
        }
    };
    tray::say(app, &verdict.say);
    // Someone who switched notices off has been told nothing; switching them on later must not tell it all at once.
    let seen = window::is_before_their_eyes(app) || !api.engine().settings().notifications;
    if let Some(notice) = notices.of(&needs_you, seen, now) {
        tell(app, notice);
    }
}

fn tell<R: Runtime>(app: &AppHandle<R>, Notice { title, body }: Notice) {
    // Not there under the mock runtime of the tests.
    let Some(desktop) = app.try_state::<Notification<R>>() else { return };
    tracing::info!(title, "the desktop is told");
    if let Err(error) = desktop.builder().title(title).body(body).show() {
        tracing::warn!(%error, "the desktop could not be told");
    }
}
