//! `live`: the owner's events, one per line.

use futures_util::StreamExt;
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use crate::args::Everywhere;
use crate::reach::{Need, Reach};
use crate::screen;
use crate::show::word;
use crate::stop::Stop;

pub(crate) async fn live(everywhere: &Everywhere) -> Result<(), Stop> {
    let Reach::Owner(link) = Reach::find(everywhere, Need::Owner).await? else {
        return Err(Stop::internal("A home without an owner was opened to listen to it"));
    };
    let mut socket = link.live().await?;
    screen::note("Listening. Stop with Ctrl-C.");
    loop {
        let heard = tokio::select! {
            heard = socket.next() => heard,
            _ = tokio::signal::ctrl_c() => return Ok(()),
        };
        match heard {
            Some(Ok(Message::Text(text))) => {
                let event: Value = serde_json::from_str(&text).unwrap_or_default();
                if everywhere.json { screen::json(&event) } else { screen::text(&say(&event)) }
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => {
                return Err(Stop::not_reachable(
                    "Signalbox stopped",
                    "Start it again with `signalbox-cli serve`",
                ));
            }
            Some(Ok(_)) => {}
        }
    }
}

fn say(event: &Value) -> String {
    match event["type"].as_str() {
        Some("message") => format!(
            "{}  message {} is {}",
            word(&event["at"]),
            word(&event["id"]),
            word(&event["state"])
        ),
        Some("changed") => {
            let tags: Vec<_> = event["tags"].as_array().into_iter().flatten().map(word).collect();
            format!("changed: {}", tags.join(", "))
        }
        _ => "some events were missed".to_owned(),
    }
}
