//! `serve`: owns a home without a window, until it is told to stop.

use std::time::Duration;

use serde_json::json;
use signalbox_gateway::{Board, GatewayOptions, Owner, SessionToken};
use signalbox_store::{Home, StoreError};

use crate::args::{Everywhere, ServeArgs};
use crate::host::{self, OpenHome, Ways, vault};
use crate::screen;
use crate::stop::Stop;

/// How long attempts in flight may take to finish.
const DEADLINE: Duration = Duration::from_secs(10);

pub(crate) async fn serve(everywhere: &Everywhere, args: &ServeArgs) -> Result<(), Stop> {
    let path = everywhere.home()?;
    let wish = everywhere.vault_wish()?;
    let public_url = host::public_url(args.public_url.as_deref())?;
    let home = Home::take(&path).map_err(|error| match error {
        StoreError::HomeTaken { pid } => {
            let port = Owner::read(&path).filter(|owner| owner.pid == pid).map(|owner| owner.port);
            let place = port.map_or_else(String::new, |port| {
                format!(" Its gateway is http://127.0.0.1:{port}.")
            });
            let message = format!(
                "Another Signalbox (process {pid}) already runs in {}.{place}",
                path.display()
            );
            Stop::refused("home_taken", message, "Use that one, or choose another --home")
        }
        other => host::not_taken(&path, other),
    })?;
    let open = OpenHome::open(home).await?;
    let lines = open.store.connections().await?.len();
    let only_practice = !open.has_real_lines().await? && (args.practice || lines > 0);
    let opened = vault::open(&open.path, &open.store, wish, only_practice).await?;
    if let Some(notice) = &opened.notice {
        screen::note(notice);
    }
    let state = opened.vault.state();
    let ways = Ways { vault: Some(opened.vault), loops: true, public_url };
    let mut host = open.start(ways).await?;
    let token = SessionToken::new()
        .map_err(|error| Stop::internal(format!("This computer gives no randomness: {error}")))?;
    let board = args.board.clone().map_or(Board::Embedded, Board::Folder);
    let options = GatewayOptions { port: args.port, board, ..GatewayOptions::new(token) };
    // From here on something runs, and is stopped in order whatever happens.
    let opened = match host.open_gateway(options).await {
        Ok(()) => host.wake_practice(args.practice).await,
        Err(stop) => Err(stop),
    };
    let practice = match opened {
        Ok(practice) => practice,
        Err(stop) => {
            host.stop(DEADLINE).await;
            return Err(stop);
        }
    };
    if let Some(gateway) = host.gateway() {
        if gateway.port() != args.port && args.port != 0 {
            screen::note(&format!(
                "Port {} is taken; the gateway is on {}.",
                args.port,
                gateway.port()
            ));
        }
        screen::note(&format!("Board: {}", gateway.board_url()));
        screen::note("Stop with Ctrl-C.");
        if everywhere.json {
            screen::json(&json!({
                "url": gateway.board_url(),
                "gateway": gateway.url(),
                "port": gateway.port(),
                "pid": std::process::id(),
                "home": path,
                "public_url": host.api().public_url(),
                "practice": practice,
                "vault": { "mode": state.mode, "say": state.say },
            }));
        }
    }
    let told = until_told_to_stop().await;
    screen::note(
        "Stopping. What is being sent may finish, for at most 10 seconds. Ctrl-C again stops at once.",
    );
    tokio::select! {
        () = host.stop(DEADLINE) => {}
        // Whoever insists is heard: everything accepted is on disk, and what was in flight is asked about at the start.
        _ = until_told_to_stop() => {}
    }
    told.map_err(|error| {
        Stop::internal(format!("This computer's signals cannot be heard: {error}"))
    })
}

#[cfg(unix)]
async fn until_told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
        done = tokio::signal::ctrl_c() => done,
    }
}

#[cfg(not(unix))]
async fn until_told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
