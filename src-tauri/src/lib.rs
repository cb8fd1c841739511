//! The desktop shell: a window, a tray and notifications around the command table.
//!
//! The only crate that knows Tauri. Owns when things start and end, and what the desktop is told. Decides nothing about
//! messages or lines, and offers the page two commands and no more: `api`, which is the command table, and `subscribe`.
//! Generic over the runtime but for the first lines of [`run`], so that another one is a small change.

pub mod desk;
mod follow;
pub mod house;
mod ipc;
mod logs;
mod notify;
pub mod options;
mod signals;
mod tray;
mod webkit;
mod window;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use tauri::{AppHandle, Builder, Context, Manager, RunEvent, Runtime, Wry};

use crate::desk::Desk;
use crate::house::Plan;
use crate::options::Options;

/// Attempts in flight may take this long to be decided when the program ends.
const DEADLINE: Duration = Duration::from_secs(10);

/// Parses the command line, shows the window, and returns when the program is to end.
#[must_use]
pub fn run() -> ExitCode {
    let options = Options::parse();
    // Before anything has threads or files: this may replace the process.
    webkit::settle_renderer();
    let plan = match Plan::new(&options) {
        Ok(plan) => plan,
        Err(stop) => {
            logs::refuse_to_start(&stop.say());
            return ExitCode::from(stop.exit);
        }
    };
    if !webkit::has_display() {
        return logs::refuse_to_start(
            "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set).\n\
             `signalbox-cli serve` runs Signalbox without a window, with the board in a browser.",
        );
    }
    let home = plan.home().to_owned();
    let _logs = logs::start(&home);
    let desk = Arc::new(Desk::new(plan));
    let mut builder = builder(Builder::<Wry>::new(), desk, Shown { hidden: options.hidden });
    // Plugins start in order, and a second instance must end before it touches anything.
    if let Some(plugin) = window::single_instance(&home, Options::is_usual_home(&home)) {
        builder = builder.plugin(plugin);
    }
    builder = builder.plugin(tauri_plugin_notification::init());
    if let Some(plugin) = window::state() {
        builder = builder.plugin(plugin);
    }
    match builder.build(context()) {
        Ok(app) => {
            let code = app.run_return(on_run_event);
            u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => logs::refuse_to_start(&format!("The window cannot be opened: {error}")),
    }
}

/// How the window comes up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shown {
    /// Only in the tray, where there is one.
    pub hidden: bool,
}

/// The shell without the plugins that belong to a real desktop.
pub fn builder<R: Runtime>(builder: Builder<R>, desk: Arc<Desk>, shown: Shown) -> Builder<R> {
    builder
        .manage(desk)
        .manage(ipc::Listeners::default())
        .manage(tray::Tray::<R>::default())
        .manage(shown)
        .invoke_handler(tauri::generate_handler![ipc::api, ipc::subscribe])
        .on_window_event(window::on_event)
        .setup(move |app| {
            let handle = app.handle().clone();
            // The window first: it shows its own loading state while the home is opened.
            window::open(&handle, shown)?;
            desk_of(&handle).open();
            follow::start(&handle);
            Ok(())
        })
}

/// The configuration and the page, as they were when the program was built.
#[must_use]
pub fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

/// Joins the real desktop at the start. At the end, lets the home be closed before the process ends: the first request
/// only begins it; when everything is closed, the program asks again and is let go.
pub fn on_run_event<R: Runtime>(app: &AppHandle<R>, event: RunEvent) {
    match event {
        RunEvent::Ready => {
            signals::obey(app);
            tray::raise(app, *app.state::<Shown>());
        }
        RunEvent::ExitRequested { api, code, .. } => {
            let desk = desk_of(app);
            if desk.is_closed() {
                return;
            }
            api.prevent_exit();
            if !desk.begin_to_close() {
                return;
            }
            window::leave(app);
            let app = app.clone();
            tauri::async_runtime::spawn(async move {
                desk.close(DEADLINE).await;
                app.exit(code.unwrap_or(0));
            });
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    }
}

pub(crate) fn desk_of<R: Runtime>(app: &AppHandle<R>) -> Arc<Desk> {
    app.state::<Arc<Desk>>().inner().clone()
}
