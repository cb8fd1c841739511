//! The system's wish that the program ends: a session that closes, `Ctrl C` in a terminal. The same as "Quit".

use tauri::{AppHandle, Runtime};

/// Listens from now on.
#[cfg(unix)]
pub(crate) fn obey<R: Runtime>(app: &AppHandle<R>) {
    use tokio::signal::unix::{SignalKind, signal};

    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let listening = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
            signal(SignalKind::hangup()),
        );
        let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)) = listening else {
            tracing::warn!(
                "the system's wish to end the program cannot be heard; it will end at once"
            );
            return;
        };
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
            _ = hangup.recv() => "SIGHUP",
        };
        tracing::info!(name, "asked to end");
        app.exit(0);
    });
}

/// Windows tells its programs by closing their windows.
#[cfg(not(unix))]
pub(crate) fn obey<R: Runtime>(_app: &AppHandle<R>) {}
