//! One shell over a home of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use signalbox_desktop::desk::Desk;
use signalbox_desktop::house::Plan;
use signalbox_desktop::options::{Options, VaultChoice};
use signalbox_desktop::{Shown, builder, context};
use tauri::ipc::{CallbackFn, InvokeBody, InvokeResponseBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager, WebviewWindow};
use tempfile::TempDir;

/// The address of the page inside the program.
pub(crate) const PAGE: &str =
    if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" };

/// A shell whose home is being opened.
pub(crate) struct Shell {
    pub(crate) desk: Arc<Desk>,
    pub(crate) app: App<MockRuntime>,
    pub(crate) home: PathBuf,
    told: Receiver<Value>,
    _folder: TempDir,
}

impl Shell {
    /// Starts it in a new home.
    pub(crate) fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder"))
    }

    /// Starts it in the home within this folder.
    pub(crate) fn start_in(folder: TempDir) -> Self {
        let home = folder.path().join("home");
        let options = Options {
            home: Some(home.clone()),
            vault: Some(VaultChoice::Session),
            port: Some(0),
            ..Options::default()
        };
        let desk = Arc::new(Desk::new(Plan::new(&options).expect("a plan")));
        let (tell, told) = channel();
        let mock = mock_builder().channel_interceptor(move |_, _, _, body| {
            let InvokeResponseBody::Json(text) = body else { return true };
            // Nobody listens any more once the test is over.
            let _ = tell.send(serde_json::from_str(text).expect("events are JSON"));
            true
        });
        let mut app =
            builder(mock, desk.clone(), Shown::default()).build(context()).expect("a shell");
        #[expect(
            deprecated,
            reason = "the mock runtime's loop sleeps; one turn is all that the set-up needs"
        )]
        app.run_iteration(|_, _| {});
        Self { desk, app, home, told, _folder: folder }
    }

    /// The window.
    pub(crate) fn window(&self) -> WebviewWindow<MockRuntime> {
        self.app.get_webview_window("main").expect("the configuration's window")
    }

    /// Invokes something as the page.
    pub(crate) fn invoke(&self, name: &str, args: Value) -> Result<Value, Value> {
        invoke(&self.window(), PAGE, name, args)
    }

    /// Runs a command of the table as the page.
    pub(crate) fn call(&self, command: &str, args: Value) -> Result<Value, Value> {
        self.invoke("api", json!({ "cmd": command, "payload": args }))
    }

    /// Listens as the page.
    pub(crate) fn subscribe(&self) {
        self.invoke("subscribe", json!({ "channel": "__CHANNEL__:7" }))
            .expect("the page may listen");
    }

    /// The first event that is told and is as wanted.
    pub(crate) fn hear(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.told.recv_timeout(Duration::from_secs(20)).expect("the event is told");
            if wanted(&event) {
                return event;
            }
        }
    }

    /// Closes the home, as quitting does.
    pub(crate) fn close(&self) {
        assert!(self.desk.begin_to_close(), "nobody closed it before");
        tauri::async_runtime::block_on(self.desk.close(Duration::from_secs(5)));
    }
}

/// Invokes something as a page at `address` in `window`.
pub(crate) fn invoke(
    window: &WebviewWindow<MockRuntime>,
    address: &str,
    name: &str,
    args: Value,
) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: name.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: address.parse().expect("an address"),
        body: InvokeBody::Json(args),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|body| body.deserialize().expect("answers are JSON"))
}
