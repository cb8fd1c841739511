//! The engine: everything that runs, behind one handle that every door uses.

mod lines;
mod messages;

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use signalbox_domain::{Clock, ConnectionId, HoldReason, ReceiptId};
use signalbox_store::{Store, StoreError};
use signalbox_vault::{Vault, VaultState};
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use messages::Resolution;

use crate::core::Core;
use crate::event::{EngineEvent, Events, Tag};
use crate::health;
use crate::network::Network;
use crate::outbox::decisions::{self, ReleaseRequest};
use crate::outbox::{dispatch, reconcile};
use crate::practice::Practice;
use crate::receipts::{self, DeliveryRefused, RawDelivery, Taken};
use crate::refusal::Refusal;
use crate::settings::{self, Settings};
use crate::upkeep;
use crate::vault::{self, VaultWay};
use crate::wire::Wire;

/// What an engine is made of.
#[derive(Debug)]
pub struct EngineOptions {
    /// The store of the home.
    pub store: Store,
    /// The open vault; without one, lines cannot be opened and their work waits.
    pub vault: Option<Arc<Vault>>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Whether there is a network.
    pub network: Arc<dyn Network>,
    /// The providers.
    pub wire: Arc<dyn Wire>,
    /// The practice lines, where the host can run them.
    pub practice: Option<Arc<dyn Practice>>,
    /// The public address, when it was given at the start, as [`public_url`](crate::public_url)
    /// gives it; it wins over the setting.
    pub public_url: Option<String>,
}

/// The running engine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {
    core: Arc<Core>,
}

impl Engine {
    /// Starts everything: decides what the last process left open, opens the lines, runs.
    ///
    /// # Errors
    /// Any failure of the store; then nothing runs.
    pub async fn start(options: EngineOptions) -> Result<Self, StoreError> {
        let engine = Self::prepare(options).await?;
        engine.run();
        Ok(engine)
    }

    /// Everything of [`Engine::start`] but the loops; tests turn them by hand.
    ///
    /// # Errors
    /// Any failure of the store.
    pub async fn prepare(options: EngineOptions) -> Result<Self, StoreError> {
        let EngineOptions { store, vault, clock, network, wire, practice, public_url } = options;
        let settings = Settings::from_stored(&store.settings().await?);
        let core = Arc::new(Core {
            events: Events::new(clock.clone()),
            started_at: clock.now(),
            store,
            vault: RwLock::new(vault),
            clock,
            network,
            wire,
            practice,
            local_url: RwLock::default(),
            public_url,
            settings: RwLock::new(settings),
            lines: RwLock::default(),
            connecting: tokio::sync::Mutex::default(),
            offline_since: Arc::new(AtomicI64::new(0)),
            outside_at: std::sync::atomic::AtomicU64::new(0),
            set_back: AtomicI64::new(0),
            unanswered: std::sync::Mutex::default(),
            dispatch: Notify::new(),
            look: Notify::new(),
            receive: Notify::new(),
            index: Notify::new(),
            check: Notify::new(),
            stop: CancellationToken::new(),
            loops: TaskTracker::new(),
            attempts: TaskTracker::new(),
        });
        let orphans = core.store.recover(core.now_ms()).await?;
        if !orphans.is_empty() {
            tracing::warn!(
                count = orphans.len(),
                "attempts were interrupted; their outcome is asked for"
            );
        }
        core.store.look_anew(core.now_ms()).await?;
        if core.store.was_restored().await? {
            let held = core.store.hold_restored(core.now_ms()).await?;
            core.store.restored_is_held().await?;
            tracing::warn!(held = held.held, "a backup was restored; unfinished messages are held");
        }
        core.look_at_network().await;
        crate::lines::open_all(&core).await?;
        Ok(Self { core })
    }

    fn run(&self) {
        let core = &self.core;
        core.loops.spawn(dispatch::run(core.clone()));
        core.loops.spawn(reconcile::run(core.clone()));
        core.loops.spawn(receipts::run(core.clone()));
        core.loops.spawn(health::run(core.clone()));
        core.loops.spawn(upkeep::watch_clock(core.clone()));
        core.loops.spawn(upkeep::index(core.clone()));
    }

    /// Stops: nothing new is claimed, attempts in flight may finish until `deadline`, the store is
    /// closed. What did not finish is asked for at the next start.
    pub async fn shutdown(&self, deadline: Duration) {
        self.core.stop.cancel();
        // The loops first: the dispatcher may be in the middle of a claim.
        self.core.loops.close();
        self.core.attempts.close();
        let all = async {
            self.core.loops.wait().await;
            self.core.attempts.wait().await;
        };
        tokio::select! {
            () = all => {}
            () = self.core.clock.sleep(deadline) => tracing::warn!(
                attempts = self.core.attempts.len(),
                loops = self.core.loops.len(),
                "not everything ended in time; open outcomes are asked for at the next start"
            ),
        }
        self.core.store.close().await;
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.core.store
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.core.clock
    }

    /// The vault, when it is open.
    #[must_use]
    pub fn vault(&self) -> Option<Arc<Vault>> {
        self.core.vault()
    }

    /// Opens the vault while the engine runs, and every line with it.
    ///
    /// # Errors
    /// That it is open already, or why it does not open; then nothing changed.
    pub async fn open_vault(&self, way: VaultWay, actor: &str) -> Result<VaultState, Refusal> {
        vault::open(&self.core, way, actor).await
    }

    /// When this engine started.
    #[must_use]
    pub fn started_at(&self) -> DateTime<Utc> {
        self.core.started_at
    }

    /// Since when this machine has no network; `None` while it has.
    #[must_use]
    pub fn offline_since(&self) -> Option<DateTime<Utc>> {
        self.core.offline_since()
    }

    /// Whether this machine has no network.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.core.offline_since().is_some()
    }

    /// Asks the network now instead of at the next clock check. True while offline.
    pub async fn look_at_network(&self) -> bool {
        self.core.look_at_network().await
    }

    /// Events from now on: the first at once, then at most one group every 50 ms.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<EngineEvent> {
        self.core.events.subscribe()
    }

    /// Tells that something outside of the engine changed what shows these tags.
    pub fn changed(&self, tags: &[Tag]) {
        self.core.events.changed(tags);
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.core.settings()
    }

    /// Changes settings.
    ///
    /// # Errors
    /// The first setting that is not valid; then none is changed.
    pub async fn set_settings(
        &self,
        patch: Map<String, Value>,
        actor: &str,
    ) -> Result<Settings, Refusal> {
        let names: Vec<String> = patch.keys().cloned().collect();
        let (settings, stored) = self.core.settings().patched(patch)?;
        self.core.store.set_settings(stored).await?;
        *self.core.settings.write().unwrap_or_else(PoisonError::into_inner) = settings.clone();
        let words: Vec<&str> = names.iter().map(|name| settings::word(name)).collect();
        let say = format!("Settings were changed: {}", words.join(", "));
        self.core.tell_change(None, signalbox_domain::Signal::Clear, &say, None, actor).await;
        if names.iter().any(|name| name == "allowed_hours" || name == "zone") {
            // They were held by the hours as they were; the claim judges them by the new ones.
            let held = ReleaseRequest {
                reason: Some(HoldReason::QuietHours),
                ..ReleaseRequest::default()
            };
            decisions::release(&self.core, held, actor).await?;
        }
        self.core.events.changed(&[Tag::Settings, Tag::Connections, Tag::Messages]);
        for line in self.core.lines() {
            line.set_due(0);
        }
        self.core.dispatch.notify_one();
        Ok(settings)
    }

    /// The address under which providers reach the gateway.
    #[must_use]
    pub fn public_url(&self) -> Option<String> {
        self.core.public_url()
    }

    /// Tells where this machine's own programs reach the gateway, once it listens.
    pub fn set_local_url(&self, url: Option<String>) {
        *self.core.local_url.write().unwrap_or_else(PoisonError::into_inner) = url;
    }

    /// Verifies and commits a provider's delivery.
    ///
    /// # Errors
    /// Why it must not be answered with 200.
    pub async fn take_delivery(
        &self,
        provider: &str,
        connection: Option<ConnectionId>,
        delivery: RawDelivery,
    ) -> Result<Taken, DeliveryRefused> {
        receipts::take(&self.core, provider, connection, delivery).await
    }

    /// Works dead receipts off again. Returns how many, and how many of them are dead again.
    ///
    /// # Errors
    /// Any failure of the store.
    pub async fn replay_receipts(
        &self,
        ids: Option<Vec<ReceiptId>>,
    ) -> Result<(usize, usize), Refusal> {
        Ok(receipts::replay(&self.core, ids).await?)
    }

    /// Tells that the wall clock jumped, or that the machine slept: stale work ends, kept
    /// connections are dropped, lines are looked at anew. The clock check finds out by itself
    /// within 15 seconds; a host that is told of a resume need not wait for it.
    pub async fn clock_jumped(&self, by: chrono::TimeDelta) {
        upkeep::jumped(&self.core, by).await;
    }

    /// The checks that are due now, by hand. For tests, with [`Engine::prepare`].
    pub async fn turn_of_checks(&self) {
        health::turn(&self.core).await;
        while !self.core.loops.is_empty() {
            tokio::task::yield_now().await;
        }
    }

    /// One turn of each loop, by hand: claims, look-ups and receipts that are due now. Waits for
    /// the attempts it started. For tests, with [`Engine::prepare`].
    pub async fn turn(&self) {
        receipts::turn(&self.core).await;
        dispatch::turn(&self.core).await;
        // With what follows from them: a breaker's probe, and what passes the line over.
        while !self.core.attempts.is_empty() {
            tokio::task::yield_now().await;
        }
        reconcile::turn(&self.core).await;
        upkeep::expire(&self.core).await;
    }
}
