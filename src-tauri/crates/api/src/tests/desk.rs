//! A whole desk in a temporary folder: real store, real engine, a clock that is moved by hand and
//! providers that say what they are told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use signalbox_domain::{
    Channel, Clock, Environment, Failure, FailureClass, ManualClock, Outcome, Pace, Scope,
};
use signalbox_engine::{Engine, EngineOptions, FieldProblem, SwitchedNetwork, Wire};
use signalbox_providers::{
    Adapter, Delivery, Found, Letter, Limits, Lost, ProbeOutcome, Reading, Rejected, Secrets,
    Settings, Settle,
};
use signalbox_store::{Home, OpenOptions, Space, Store};
use signalbox_vault::{MemoryKeyStore, OpenMode, Vault};

use crate::{Api, ApiError, Caller, HostInfo};

/// A secret that must never come out of any command.
pub(super) const SECRET: &str = "hunter2-hunter2-hunter2";

/// What the providers of the test say.
#[derive(Debug, Clone)]
pub(super) struct Script {
    answer: Arc<Mutex<Outcome>>,
    probe: Arc<Mutex<ProbeOutcome>>,
    settle: Settle,
}

impl Script {
    fn new() -> Self {
        let accepted = Outcome::Accepted { provider_id: None };
        let passed = ProbeOutcome::Passed { account: Some("Corner Barber".into()), quota: None };
        Self {
            answer: Arc::new(Mutex::new(accepted)),
            probe: Arc::new(Mutex::new(passed)),
            settle: Settle::Ask,
        }
    }

    /// From now on, sending comes to this.
    pub(super) fn answers(&self, outcome: Outcome) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    /// From now on, probing comes to this.
    pub(super) fn probes(&self, outcome: ProbeOutcome) {
        *self.probe.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    pub(super) fn refuses(&self, class: FailureClass, code: &str) {
        self.answers(Outcome::Refused {
            failure: failure(class, code),
            retry_after: None,
            scope: Scope::Line,
        });
    }
}

pub(super) fn failure(class: FailureClass, code: &str) -> Failure {
    Failure::new(class, code, "The provider said no", "Do what the provider says")
}

#[async_trait]
impl Wire for Script {
    fn validate(
        &self,
        _: &str,
        _: Environment,
        settings: Settings,
        _: &Secrets,
    ) -> Result<Settings, FieldProblem> {
        Ok(settings)
    }

    fn open(
        &self,
        provider: &str,
        _: Environment,
        settings: &Settings,
        _: &Secrets,
    ) -> Result<Arc<dyn Adapter>, String> {
        let channel = if provider == "twilio" { Channel::Sms } else { Channel::Email };
        let address = settings.get("from").map(str::to_owned);
        Ok(Arc::new(Account { script: self.clone(), channel, address }))
    }

    fn allows_several(&self, _: &str) -> bool {
        true
    }

    fn takes_deliveries(&self, _: &str) -> bool {
        false
    }

    fn account_of(&self, _: &str, _: &Delivery<'_>) -> Option<String> {
        None
    }

    fn our_ends(&self, _: &str, _: &Delivery<'_>) -> Vec<String> {
        Vec::new()
    }

    fn verify(&self, _: &str, _: &Delivery<'_>, _: &Secrets) -> Result<(), Rejected> {
        Err(Rejected::Missing)
    }

    fn read(&self, _: &str, _: &Delivery<'_>) -> Result<Reading, Rejected> {
        Err(Rejected::Malformed)
    }
}

#[derive(Debug)]
struct Account {
    script: Script,
    channel: Channel,
    address: Option<String>,
}

#[async_trait]
impl Adapter for Account {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn address(&self) -> Option<String> {
        self.address.clone()
    }

    fn limits(&self) -> Limits {
        Limits { pace: Pace { unit_ms: 0, batch_spacing_ms: 0 }, concurrency: 8 }
    }

    fn settle(&self) -> Settle {
        self.script.settle
    }

    fn units(&self, _: &str) -> i64 {
        1
    }

    async fn send(&self, letter: &Letter) -> Outcome {
        match self.script.answer.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            Outcome::Accepted { .. } => {
                Outcome::Accepted { provider_id: Some(format!("SM-{}", letter.message)) }
            }
            other => other,
        }
    }

    async fn find(&self, _: &Lost) -> Found {
        Found::No
    }

    async fn status(&self, _: &str) -> Option<Found> {
        None
    }

    async fn probe(&self) -> ProbeOutcome {
        self.script.probe.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A desk to test at.
pub(super) struct Desk {
    pub(super) api: Api,
    pub(super) clock: ManualClock,
    pub(super) script: Script,
    pub(super) network: Arc<SwitchedNetwork>,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// A new home with an open vault.
    pub(super) async fn open() -> Self {
        Self::with(true, u64::MAX).await
    }

    /// A new home; `unlocked` tells whether its vault is open, `free` how much room is on its disk.
    pub(super) async fn with(unlocked: bool, free: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("home");
        let start: DateTime<Utc> = "2026-03-17T15:00:00Z".parse().expect("an instant");
        let clock = ManualClock::at(start);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let home = Home::take(&path).expect("the home is free");
        let space = Space::measured(&path, Space::FLOOR, Arc::new(move |_| Ok(free)));
        let options = OpenOptions { space: Some(space), ..OpenOptions::default() };
        let store = Store::open(home, shared.clone(), options).expect("a new store");
        let vault = match unlocked {
            true => {
                let mode = OpenMode::key_store(Arc::new(MemoryKeyStore::new()));
                Some(Arc::new(
                    Vault::open(&path, store.home_id(), mode).await.expect("a new vault"),
                ))
            }
            false => None,
        };
        let script = Script::new();
        let network = Arc::new(SwitchedNetwork::up());
        let engine = Engine::prepare(EngineOptions {
            store,
            vault,
            clock: shared,
            network: network.clone(),
            wire: Arc::new(script.clone()),
            practice: None,
            public_url: None,
        })
        .await
        .expect("the engine starts");
        let api = Api::new(engine, HostInfo::new("0.0.0-test"));
        Self { api, clock, script, network, _folder: folder }
    }

    /// Calls a command as the window does.
    pub(super) async fn try_call(&self, name: &str, args: Value) -> Result<Value, ApiError> {
        self.api.call(name, args, Caller::window()).await
    }

    /// Calls a command that must work.
    pub(super) async fn call(&self, name: &str, args: Value) -> Value {
        match self.try_call(name, args).await {
            Ok(answer) => answer,
            Err(error) => panic!("{name} was refused: {error:?}"),
        }
    }

    /// Calls a command that must be refused.
    pub(super) async fn refused(&self, name: &str, args: Value) -> ApiError {
        match self.try_call(name, args).await {
            Ok(answer) => panic!("{name} answered {answer}"),
            Err(error) => error,
        }
    }

    /// Connects a line and gives its id.
    pub(super) async fn connect(&self, provider: &str, name: &str) -> String {
        let secrets: BTreeMap<&str, &str> = [("auth_token", SECRET)].into();
        let fields = json!({ "from": "+15550100100", "account_sid": "AC00" });
        let args = json!({ "provider": provider, "name": name, "environment": "production",
            "fields": fields, "secrets": secrets });
        text(&self.call("connect", args).await, "/id")
    }

    /// Accepts an SMS and gives its id.
    pub(super) async fn send(&self, to: &str, body: &str) -> String {
        let args = json!({ "channel": "sms", "to": to, "body": body, "name": "Ruth Example" });
        let id = text(&self.call("send", args).await, "/id");
        self.clock.advance(Duration::from_millis(5));
        id
    }

    /// Lets everything leave that is due.
    pub(super) async fn turn(&self) {
        self.api.engine().turn().await;
    }
}

/// A text inside an answer.
pub(super) fn text(answer: &Value, at: &str) -> String {
    match answer.pointer(at).and_then(Value::as_str) {
        Some(text) => text.to_owned(),
        None => panic!("no text at {at} in {answer}"),
    }
}

/// The ids of a list.
pub(super) fn ids(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().expect("a list");
    items.iter().map(|item| text(item, "/id")).collect()
}
