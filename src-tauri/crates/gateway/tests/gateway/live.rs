//! The live feed over real WebSockets.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use signalbox_api::shapes::live::{LiveEvent, Tag};
use signalbox_domain::{MessageId, MessageState};
use signalbox_gateway::{Board, Limits};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::peer::{Ask, House, SESSION, house, house_with};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn listen(
    house: &House,
    query: &str,
    headers: &[(&'static str, String)],
) -> Result<Socket, u16> {
    let url = format!("ws://127.0.0.1:{}/api/live{query}", house.gateway.port());
    let mut request = url.into_client_request().expect("a request");
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

async fn next(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
            Some(Ok(_)) => {}
            other => panic!("the feed ended with {other:?}"),
        }
    }
}

#[tokio::test]
async fn events_arrive_in_the_shapes_of_the_design() {
    let house = house().await;
    let mut by_query = listen(&house, &format!("?token={SESSION}"), &[]).await.expect("open");
    let cookie = ("cookie", format!("token={SESSION}"));
    let mut by_cookie = listen(&house, "", &[cookie]).await.expect("open");
    house
        .rooms
        .events
        .send(LiveEvent::Changed { tags: vec![Tag::Messages] })
        .expect("somebody listens");
    let at = "2026-03-17T18:32:10.000Z".to_owned();
    let id: MessageId = "01hq3v8m2k7c4".parse().expect("an id");
    let since: DateTime<Utc> = at.parse().expect("an instant");
    let event = LiveEvent::Message { id, state: MessageState::Sent, at: since.into() };
    house.rooms.events.send(event).expect("somebody listens");
    for socket in [&mut by_query, &mut by_cookie] {
        assert_eq!(next(socket).await, json!({ "type": "changed", "tags": ["messages"] }));
        assert_eq!(
            next(socket).await,
            json!({ "type": "message", "id": "01hq3v8m2k7c4", "state": "sent", "at": at })
        );
    }
}

#[tokio::test]
async fn a_listener_needs_the_token_and_the_right_page() {
    let house = house().await;
    let good = format!("?token={SESSION}");
    assert_eq!(listen(&house, "", &[]).await.err(), Some(401));
    assert_eq!(listen(&house, "?token=wrong", &[]).await.err(), Some(401));
    let evil = [("origin", "http://evil.example".to_owned())];
    assert_eq!(listen(&house, &good, &evil).await.err(), Some(403));
    let rebound = [("host", "evil.example".to_owned())];
    assert_eq!(listen(&house, &good, &rebound).await.err(), Some(403));
    let plain = Ask::new(&format!("GET /api/live{good}")).at(&house).await;
    assert_eq!((plain.status, plain.code().as_str()), (426, "upgrade_required"));
}

#[tokio::test]
async fn who_missed_events_is_told_of_the_gap() {
    let house = house().await;
    let mut socket = listen(&house, &format!("?token={SESSION}"), &[]).await.expect("open");
    // All at once, so that the feed cannot read between them; it keeps four.
    for _ in 0..20 {
        house
            .rooms
            .events
            .send(LiveEvent::Changed { tags: vec![Tag::Health] })
            .expect("somebody listens");
    }
    assert_eq!(next(&mut socket).await, json!({ "type": "gap" }));
    assert_eq!(next(&mut socket).await["type"], "changed", "and then goes on");
}

#[tokio::test]
async fn a_listener_that_says_too_much_is_let_go() {
    let house = house().await;
    let mut socket = listen(&house, &format!("?token={SESSION}"), &[]).await.expect("open");
    let _ = socket.send(Message::Text("x".repeat(10_000).into())).await;
    while let Some(Ok(message)) = socket.next().await {
        assert!(!message.is_text(), "nothing is answered");
    }
}

#[tokio::test]
async fn a_listener_that_answers_no_ping_is_let_go() {
    let house = house().await;
    let mut socket = listen(&house, &format!("?token={SESSION}"), &[]).await.expect("open");
    let clock = house.rooms.clock.clone();
    // Not reading is not answering: tungstenite answers pings while it reads.
    let feeds = async {
        loop {
            let text = Ask::new("GET /metrics").at(&house).await.text();
            if text.contains("signalbox_live_feeds 0") {
                return;
            }
            clock.advance(Duration::from_secs(30));
        }
    };
    feeds.await;
    while let Some(Ok(message)) = socket.next().await {
        assert!(!message.is_text());
    }
}

#[tokio::test]
async fn feeds_are_counted() {
    let house = house_with(Limits { feeds: 1, ..Limits::default() }, Board::Off).await;
    let query = format!("?token={SESSION}");
    let first = listen(&house, &query, &[]).await.expect("open");
    assert_eq!(listen(&house, &query, &[]).await.err(), Some(429));
    drop(first);
    while listen(&house, &query, &[]).await.is_err() {
        tokio::task::yield_now().await;
    }
}
