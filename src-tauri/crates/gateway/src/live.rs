//! The live feed: events out over a WebSocket, nothing in. A listener that cannot keep up is told that it missed some,
//! and one that does not answer is let go.

use std::ops::ControlFlow;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use signalbox_api::shapes::live::LiveEvent;

use crate::behind::Feed;
use crate::desk::Shared;
use crate::problem::Problem;
use crate::session::query_token;

/// Nobody has anything to say here; a ping's payload is at most 125 bytes.
const MOST_IN: usize = 1024;
/// Bytes kept for a listener whose connection is slow, beside what the system keeps.
const MOST_OUT: usize = 64 * 1024;

/// `GET /api/live`
pub(crate) async fn open(
    State(desk): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let by_query = query_token(&uri).is_some_and(|token| desk.token.is(&token));
    if !by_query {
        desk.require_session(&headers)?;
    }
    let upgrade = upgrade.map_err(|_| {
        let message = "This address speaks WebSocket only";
        Problem::new(
            StatusCode::UPGRADE_REQUIRED,
            "upgrade_required",
            message,
            "Open it as ws://…/api/live",
        )
    })?;
    let place = desk.feeds.clone().try_acquire_owned().map_err(|_| Problem::too_many())?;
    // From before the answer, so that nothing falls between it and the first event.
    let feed = desk.behind.subscribe();
    let upgrade = upgrade
        .max_message_size(MOST_IN)
        .max_frame_size(MOST_IN)
        .write_buffer_size(0)
        .max_write_buffer_size(MOST_OUT);
    Ok(upgrade
        .on_upgrade(move |socket| async move {
            talk(&desk, socket, feed).await;
            drop(place);
        })
        .into_response())
}

async fn talk(desk: &Shared, mut socket: WebSocket, mut feed: Box<dyn Feed>) {
    let mut unanswered = 0_u8;
    loop {
        let step = tokio::select! {
            () = desk.closing.cancelled() => {
                let reason = Utf8Bytes::from_static("Signalbox stops");
                let frame = Message::Close(Some(CloseFrame { code: close_code::AWAY, reason }));
                // It ends either way.
                let _ = say(desk, &mut socket, frame).await;
                ControlFlow::Break(())
            }
            heard = socket.recv() => match heard {
                Some(Ok(Message::Close(_)) | Err(_)) | None => ControlFlow::Break(()),
                Some(Ok(_)) => {
                    unanswered = 0;
                    ControlFlow::Continue(())
                }
            },
            event = feed.next() => match event {
                Some(event) => tell(desk, &mut socket, &event).await,
                None => ControlFlow::Break(()),
            },
            () = desk.clock.sleep(desk.limits.ping) => {
                unanswered += 1;
                if unanswered > 2 {
                    ControlFlow::Break(())
                } else {
                    say(desk, &mut socket, Message::Ping(Default::default())).await
                }
            }
        };
        if step.is_break() {
            return;
        }
    }
}

async fn tell(desk: &Shared, socket: &mut WebSocket, event: &LiveEvent) -> ControlFlow<()> {
    match serde_json::to_string(event) {
        Ok(text) => say(desk, socket, Message::Text(text.into())).await,
        Err(error) => {
            tracing::error!(%error, "an event could not be written as JSON");
            ControlFlow::Continue(())
        }
    }
}

/// Sends, waiting at most as long as for a pong: a listener that reads nothing would hold its place for ever.
async fn say(desk: &Shared, socket: &mut WebSocket, message: Message) -> ControlFlow<()> {
    match desk.within(desk.limits.ping, socket.send(message)).await {
        Some(Ok(())) => ControlFlow::Continue(()),
        Some(Err(_)) | None => ControlFlow::Break(()),
    }
}
