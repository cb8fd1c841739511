//! A desk for one test: a home, a scripted wire, a manual clock.

mod script;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeZone, Utc};
use signalbox_domain::{
    Channel, Clock as _, ConnectionId, Environment, Failure, FailureClass, ManualClock, MessageId,
    MessageState, Outcome,
};
use signalbox_engine::{Engine, EngineOptions, NewLine, SendRequest, SwitchedNetwork};
use signalbox_store::{Home, MessageWhole, OpenOptions, Store};
use signalbox_vault::{MemoryKeyStore, OpenMode, Vault};

pub(crate) use script::{Brain, ScriptedWire};

/// Everything one test needs.
pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) clock: ManualClock,
    pub(crate) wire: Arc<ScriptedWire>,
    pub(crate) network: Arc<SwitchedNetwork>,
    vault: Arc<Vault>,
    pub(crate) folder: tempfile::TempDir,
    disk: OpenOptions,
}

impl Desk {
    /// A desk on a Tuesday noon, with no lines.
    pub(crate) async fn new() -> Self {
        Self::on(OpenOptions { floor: 0, ..OpenOptions::default() }).await
    }

    /// The same on another disk.
    pub(crate) async fn on(disk: OpenOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(Utc.with_ymd_and_hms(2026, 3, 17, 12, 0, 0).unwrap());
        let keys = OpenMode::key_store(Arc::new(MemoryKeyStore::new()));
        let home = folder.path().join("home");
        std::fs::create_dir_all(&home).unwrap();
        let vault = Arc::new(Vault::open(&home, "test", keys).await.unwrap());
        let (wire, network) = (Arc::<ScriptedWire>::default(), Arc::new(SwitchedNetwork::up()));
        let engine = open(&home, &clock, &wire, &network, &vault, &disk).await;
        Self { engine, clock, wire, network, vault, folder, disk }
    }

    /// A line of a scripted provider.
    pub(crate) async fn line(&self, provider: &str) -> ConnectionId {
        let new = NewLine {
            provider: provider.into(),
            name: format!("{provider} line"),
            environment: Environment::Production,
            fields: BTreeMap::new(),
            secrets: BTreeMap::new(),
            urls: BTreeMap::new(),
        };
        self.engine.connect(new, "test").await.unwrap()
    }

    /// One of several lines of one account, each with a number of its own.
    pub(crate) async fn sender(&self, number: &str) -> ConnectionId {
        let new = NewLine {
            provider: "text".into(),
            name: number.into(),
            environment: Environment::Production,
            fields: BTreeMap::from([("from".into(), number.into())]),
            secrets: BTreeMap::new(),
            urls: BTreeMap::new(),
        };
        self.engine.connect(new, "test").await.unwrap()
    }

    /// Closes the engine without a word, as a kill does, and opens the home again.
    pub(crate) async fn killed_and_started_again(self) -> Self {
        self.started_again_after(|_| ()).await
    }

    /// The same, with something done to the home in between.
    pub(crate) async fn started_again_after(self, meanwhile: impl FnOnce(&Home)) -> Self {
        let Self { engine, clock, wire, network, vault, folder, disk } = self;
        engine.store().close().await;
        // An attempt that is still on its way ends, and can write nothing down any more.
        wire.hang_up();
        drop(engine);
        let path = folder.path().join("home");
        meanwhile(&free(&path).await);
        let engine = open(&path, &clock, &wire, &network, &vault, &disk).await;
        Self { engine, clock, wire, network, vault, folder, disk }
    }

    /// Sends a text to a number that is good for tests.
    pub(crate) async fn text(&self, last: u32) -> MessageId {
        self.engine.send(sms(last), "test").await.unwrap().id
    }

    /// Now, in Unix milliseconds.
    pub(crate) fn clock_ms(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    /// A time of day, so many seconds from now.
    pub(crate) fn at(&self, seconds: i64) -> String {
        (self.clock.now() + chrono::TimeDelta::seconds(seconds)).to_rfc3339()
    }

    /// Runs a turn beside the test, for attempts that do not end by themselves.
    pub(crate) fn turn_beside(&self) -> tokio::task::JoinHandle<()> {
        let engine = self.engine.clone();
        tokio::spawn(async move { engine.turn().await })
    }

    /// Waits until something that other tasks and threads bring about is so.
    pub(crate) async fn until(&self, what: &str, mut so: impl AsyncFnMut() -> bool) {
        for _ in 0..200_000 {
            if so().await {
                return;
            }
            tokio::task::yield_now().await;
            std::thread::yield_now();
        }
        panic!("it does not come about: {what}");
    }

    /// What the settings screen sends.
    pub(crate) async fn set(&self, patch: serde_json::Value) {
        let patch = patch.as_object().unwrap().clone();
        self.engine.set_settings(patch, "test").await.unwrap();
    }

    /// Moves the clock and lets everything that is due happen.
    pub(crate) async fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.settle().await;
    }

    /// Lets everything that is due now happen.
    pub(crate) async fn settle(&self) {
        for _ in 0..3 {
            self.engine.turn().await;
        }
    }

    pub(crate) async fn message(&self, id: MessageId) -> MessageWhole {
        self.engine.store().message(id).await.unwrap()
    }

    pub(crate) async fn state(&self, id: MessageId) -> MessageState {
        self.message(id).await.row.state
    }
}

async fn open(
    home: &Path,
    clock: &ManualClock,
    wire: &Arc<ScriptedWire>,
    network: &Arc<SwitchedNetwork>,
    vault: &Arc<Vault>,
    disk: &OpenOptions,
) -> Engine {
    let store = Store::open(free(home).await, Arc::new(clock.clone()), disk.clone()).unwrap();
    Engine::prepare(EngineOptions {
        store,
        vault: Some(vault.clone()),
        clock: Arc::new(clock.clone()),
        network: network.clone(),
        wire: wire.clone(),
        practice: None,
        public_url: None,
    })
    .await
    .unwrap()
}

/// The lock of a store that was just dropped is free once the last task that knew it is gone.
async fn free(home: &Path) -> Home {
    for _ in 0..200_000 {
        if let Ok(home) = Home::take(home) {
            return home;
        }
        tokio::task::yield_now().await;
        std::thread::yield_now();
    }
    Home::take(home).unwrap()
}

pub(crate) fn sms(last: u32) -> SendRequest {
    SendRequest {
        channel: Channel::Sms,
        to: format!("+1555010{last:04}"),
        body: "Your visit is tomorrow at 10:00".into(),
        subject: None,
        fields: None,
        connection: None,
        route: Vec::new(),
        send_at: None,
        useful_until: None,
        idempotency_key: None,
        name: None,
    }
}

pub(crate) fn refused(class: FailureClass) -> Outcome {
    Outcome::refused(failure(class))
}

pub(crate) fn unknown() -> Outcome {
    Outcome::Unknown { failure: failure(FailureClass::Unknown) }
}

pub(crate) fn failure(class: FailureClass) -> Failure {
    Failure::new(class, class.word(), "It did not work", "Do something about it")
}
