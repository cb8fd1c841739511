//! The one entrance of every door: a name, arguments, who asks; an answer or an [`ApiError`].

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Value, json};
use signalbox_engine::Engine;

use crate::ApiError;
use crate::commands;
use crate::table::{Command, Context};

/// Who asks; it ends up in timelines and in "what changed".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// `window`, `cli`, or `api:<token name>`.
    pub actor: String,
}

impl Caller {
    /// The desktop window or the headless board.
    #[must_use]
    pub fn window() -> Self {
        Self { actor: "window".into() }
    }

    /// The terminal.
    #[must_use]
    pub fn cli() -> Self {
        Self { actor: "cli".into() }
    }

    /// A program with a token made in Settings.
    #[must_use]
    pub fn token(name: &str) -> Self {
        Self { actor: format!("api:{name}") }
    }
}

/// What only the host knows. Cheap to clone; all clones see what is set later.
#[derive(Debug, Clone)]
pub struct HostInfo {
    version: &'static str,
    inside: Arc<RwLock<Inside>>,
}

#[derive(Debug, Default)]
struct Inside {
    port: Option<u16>,
    public_url: Option<String>,
}

impl HostInfo {
    /// A host of this version, whose gateway does not listen yet.
    #[must_use]
    pub fn new(version: &'static str) -> Self {
        Self { version, inside: Arc::default() }
    }

    /// The program's version.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// The gateway's port; `None` while it does not listen.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.inside.read().unwrap_or_else(PoisonError::into_inner).port
    }

    /// Sets the gateway's port, or that it has stopped.
    pub fn set_port(&self, port: Option<u16>) {
        self.inside.write().unwrap_or_else(PoisonError::into_inner).port = port;
    }

    /// The public address the host was started with; the engine's own wins.
    #[must_use]
    pub fn public_url(&self) -> Option<String> {
        self.inside.read().unwrap_or_else(PoisonError::into_inner).public_url.clone()
    }

    /// Sets the public address shown when the engine knows none. Signatures are checked against
    /// the engine's own, so a host that has one gives it to the engine first of all.
    pub fn set_public_url(&self, url: Option<String>) {
        self.inside.write().unwrap_or_else(PoisonError::into_inner).public_url = url;
    }
}

/// The command table over an engine. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    engine: Engine,
    info: HostInfo,
    table: Arc<BTreeMap<&'static str, Command>>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Api({} commands)", self.table.len())
    }
}

impl Api {
    /// The table over a started engine.
    #[must_use]
    pub fn new(engine: Engine, info: HostInfo) -> Self {
        let table = commands::all().into_iter().map(|command| (command.name, command)).collect();
        Self { engine, info, table: Arc::new(table) }
    }

    /// The engine, for what is no command: the live feed, webhooks, shutting down.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What the host told of itself.
    #[must_use]
    pub fn info(&self) -> &HostInfo {
        &self.info
    }

    /// Where providers reach the gateway, when they can.
    #[must_use]
    pub fn public_url(&self) -> Option<String> {
        self.engine.public_url().or_else(|| self.info.public_url())
    }

    /// Runs a command.
    ///
    /// # Errors
    /// `unknown_command`; what is wrong with the arguments; what the command itself refuses.
    pub async fn call(&self, name: &str, args: Value, caller: Caller) -> Result<Value, ApiError> {
        let command = self.table.get(name).ok_or_else(|| ApiError::unknown_command(name))?;
        command.call(Context { api: self.clone(), caller }, args).await
    }

    /// Accepts a message, as the command `send` does, and tells whether it is new: the same
    /// idempotency key and content give the same message again.
    ///
    /// # Errors
    /// As `send`.
    pub async fn send(&self, args: Value, caller: Caller) -> Result<(Value, bool), ApiError> {
        let args = crate::arguments::read("send", args)?;
        let context = Context { api: self.clone(), caller };
        let (message, new) = commands::messages::accept(&context, args).await?;
        let message = serde_json::to_value(message);
        Ok((message.map_err(|error| ApiError::internal(&error.to_string()))?, new))
    }

    /// Every command with its JSON schemas, for `GET /api/call`: `[{name, kind, about, tags, args,
    /// result}]`.
    #[must_use]
    pub fn list(&self) -> Value {
        self.table.values().map(describe).collect()
    }
}

/// A command with its JSON schemas, each complete in itself.
pub(crate) fn describe(command: &Command) -> Value {
    json!({
        "name": command.name,
        "kind": command.kind,
        "about": command.about,
        "tags": command.tags,
        "args": command.args_schema(),
        "result": command.result_schema(),
    })
}
