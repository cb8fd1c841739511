//! The two commands of the page: the command table, and hearing that something changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use signalbox_api::shapes::live::LiveEvent;
use signalbox_api::{ApiError, Caller};
use tauri::ipc::Channel;
use tauri::{Runtime, State, Webview};
use tokio::sync::broadcast::error::RecvError;
use tokio::task::AbortHandle;

use crate::desk::{Desk, Opening};

/// Runs a command of the table. Waits while the home is being opened: a page that asks too early shows that it loads.
#[tauri::command]
pub(crate) async fn api(
    desk: State<'_, Arc<Desk>>,
    cmd: String,
    payload: Option<Value>,
) -> Result<Value, Value> {
    let desk = desk.inner().clone();
    // On a task of its own: a panic must become an answer, and a page that goes away must not undo half a command.
    let work = tauri::async_runtime::spawn(async move {
        desk.api().await?.call(&cmd, payload.unwrap_or_else(|| json!({})), Caller::window()).await
    });
    let answer = work.await.unwrap_or_else(|error| Err(ApiError::internal(&error.to_string())));
    answer.map_err(|error| error.body())
}

/// Who listens: one task for each web view, so that a page loaded anew does not leave its predecessor's behind.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<HashMap<String, AbortHandle>>);

/// Sends the page every event from now on. A new call takes the place of the one before.
#[tauri::command]
pub(crate) async fn subscribe<R: Runtime>(
    webview: Webview<R>,
    desk: State<'_, Arc<Desk>>,
    listeners: State<'_, Listeners>,
    channel: Channel<LiveEvent>,
) -> Result<(), Value> {
    let task = tokio::spawn(feed(desk.inner().clone(), channel)).abort_handle();
    let mut all = listeners.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(before) = all.insert(webview.label().to_owned(), task) {
        before.abort();
    }
    Ok(())
}

async fn feed(desk: Arc<Desk>, channel: Channel<LiveEvent>) {
    let Some(Opening { api, was_refused }) = desk.opened().await else { return };
    let mut events = api.engine().subscribe();
    // Kept here, it would keep the engine, and the feed would wait for its end for ever.
    drop(api);
    // The page showed a refusal meanwhile, and nobody else tells it to look again.
    if was_refused && channel.send(LiveEvent::Gap).is_err() {
        return;
    }
    loop {
        let event = match events.recv().await {
            Ok(event) => event.into(),
            Err(RecvError::Lagged(_)) => LiveEvent::Gap,
            Err(RecvError::Closed) => return,
        };
        if channel.send(event).is_err() {
            return;
        }
    }
}
