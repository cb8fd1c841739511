//! The engine: everything that runs, behind one handle that every door uses.

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use signalbox_domain::{BatchId, Clock, ConnectionId, HoldReason, MessageId, ReceiptId};
use signalbox_providers::ProbeOutcome;
use signalbox_store::{CheckRow, Chosen, Store, StoreError};
use signalbox_vault::{Vault, VaultState};
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::core::Core;
use crate::event::{EngineEvent, Events, Tag};
use crate::health;
use crate::line::Line;
use crate::lines::{self, LineAct, LinePatch, NewLine, WaitingWork};
use crate::network::Network;
use crate::outbox::decisions::{self, ReleaseRequest, Released, Skipped};
use crate::outbox::enqueue::{self, Preview, SendRequest, Sent};
use crate::outbox::import::{self, Import, ImportCheck};
use crate::outbox::retry::{self, Rehearsal};
use crate::outbox::which::Which;
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
    /// The public address, when it was given at the start; it wins over the setting.
    pub public_url: Option<String>,
}

/// The running engine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {
    core: Arc<Core>,
}

/// What a person says of a message whose outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It was sent.
    Sent,
    /// Send it again.
    Again,
    /// Do not send it.
    Drop,
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
        if core.store.was_restored().await? {
            let held = core.store.hold_restored(core.now_ms()).await?;
            core.store.restored_is_held().await?;
            tracing::warn!(held = held.held, "a backup was restored; unfinished messages are held");
        }
        core.look_at_network().await;
        lines::open_all(&core).await?;
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

    /// Every line, in the order they were made.
    #[must_use]
    pub fn lines(&self) -> Vec<Arc<Line>> {
        self.core.lines()
    }

    /// One line.
    #[must_use]
    pub fn line(&self, id: ConnectionId) -> Option<Arc<Line>> {
        self.core.line(id)
    }

    /// Connects a line and checks it at once.
    ///
    /// # Errors
    /// What is not valid about it, or that the vault is locked.
    pub async fn connect(&self, new: NewLine, actor: &str) -> Result<ConnectionId, Refusal> {
        lines::connect(&self.core, new, actor).await
    }

    /// Tries a line without keeping anything; also returns the milliseconds it took.
    ///
    /// # Errors
    /// What is not valid about it.
    pub async fn connect_check(&self, new: NewLine) -> Result<(ProbeOutcome, i64), Refusal> {
        lines::connect_check(&self.core, new).await
    }

    /// Changes a line.
    ///
    /// # Errors
    /// What is not valid about the change.
    pub async fn update_line(
        &self,
        id: ConnectionId,
        patch: LinePatch,
        actor: &str,
    ) -> Result<(), Refusal> {
        lines::update(&self.core, id, patch, actor).await
    }

    /// Pauses, resumes, switches a line.
    ///
    /// # Errors
    /// There is no such line.
    pub async fn act_on_line(
        &self,
        id: ConnectionId,
        act: LineAct,
        actor: &str,
    ) -> Result<(), Refusal> {
        lines::act(&self.core, id, act, actor).await
    }

    /// Removes a line with its credential. Returns how many waiting messages that concerned.
    ///
    /// # Errors
    /// There is no such line.
    pub async fn remove_line(
        &self,
        id: ConnectionId,
        work: WaitingWork,
        actor: &str,
    ) -> Result<usize, Refusal> {
        lines::remove(&self.core, id, work, actor).await
    }

    /// Checks a line now.
    ///
    /// # Errors
    /// There is no such line, or it cannot be opened.
    pub async fn check_line(&self, id: ConnectionId) -> Result<CheckRow, Refusal> {
        let line = self.core.line(id).ok_or_else(|| Refusal::not_found("line"))?;
        health::check(&self.core, &line).await.ok_or_else(|| {
            Refusal::new(
                crate::refusal::RefusalKind::Unavailable,
                "line_closed",
                format!("{} cannot be opened", line.name()),
                "Unlock the vault, or enter its credential again",
            )
        })
    }

    /// Makes or wakes the practice lines.
    ///
    /// # Errors
    /// That the host has none, or why they do not start.
    pub async fn start_practice(&self, actor: &str) -> Result<Vec<ConnectionId>, Refusal> {
        lines::start_practice(&self.core, actor).await
    }

    /// Accepts a message. When this returns, it is on disk.
    ///
    /// # Errors
    /// What is not valid about it, or why nothing can be accepted now.
    pub async fn send(&self, request: SendRequest, actor: &str) -> Result<Sent, Refusal> {
        enqueue::send(&self.core, request, actor).await
    }

    /// What a message would be; nothing is stored.
    ///
    /// # Errors
    /// As [`Engine::send`].
    pub async fn preview(&self, request: &SendRequest) -> Result<Preview, Refusal> {
        enqueue::preview(&self.core, request).await
    }

    /// What a file of messages holds; nothing is stored.
    ///
    /// # Errors
    /// What is wrong with the file as a whole; bad rows are listed, not refused.
    pub async fn check_import(&self, import: &Import) -> Result<ImportCheck, Refusal> {
        import::check_import(&self.core, import).await
    }

    /// Accepts the good rows of a file as one batch, in one commit.
    ///
    /// # Errors
    /// As [`Engine::check_import`], or that no row is good.
    pub async fn start_import(&self, import: Import, actor: &str) -> Result<BatchId, Refusal> {
        import::start_import(&self.core, import, actor).await
    }

    /// Takes a batch's waiting messages back. Returns how many.
    ///
    /// # Errors
    /// There is no such batch.
    pub async fn cancel_batch(&self, id: BatchId, actor: &str) -> Result<usize, Refusal> {
        import::cancel_batch(&self.core, id, actor).await
    }

    /// Sends failed messages again, or says what that would do.
    ///
    /// # Errors
    /// There is no such message.
    pub async fn retry(
        &self,
        which: Which,
        dry_run: bool,
        actor: &str,
    ) -> Result<Rehearsal, Refusal> {
        retry::retry(&self.core, which, dry_run, actor).await
    }

    /// Lets failures rest. Returns how many.
    ///
    /// # Errors
    /// There is no such message, or the cause is not one of failures.
    pub async fn dismiss(&self, which: Which, actor: &str) -> Result<usize, Refusal> {
        decisions::dismiss(&self.core, which, actor).await
    }

    /// Undoes [`Engine::dismiss`]. A cause may be named as it was before.
    ///
    /// # Errors
    /// There is no such message, or the cause is not one of failures.
    pub async fn undismiss(&self, which: Which, actor: &str) -> Result<usize, Refusal> {
        decisions::undismiss(&self.core, which, actor).await
    }

    /// Takes waiting messages back; also returns those that could not be.
    ///
    /// # Errors
    /// Any failure of the store.
    pub async fn cancel(
        &self,
        ids: Vec<MessageId>,
        actor: &str,
    ) -> Result<(usize, Vec<Skipped>), Refusal> {
        decisions::decide(&self.core, Which::Ids(ids), Chosen::Cancel, actor).await
    }

    /// Lets held messages go.
    ///
    /// # Errors
    /// Any failure of the store.
    pub async fn release(&self, request: ReleaseRequest, actor: &str) -> Result<Released, Refusal> {
        decisions::release(&self.core, request, actor).await
    }

    /// Settles a message whose outcome is unknown, by a person's word.
    ///
    /// # Errors
    /// There is no such message, or its outcome is known.
    pub async fn resolve(
        &self,
        id: MessageId,
        resolution: Resolution,
        actor: &str,
    ) -> Result<(), Refusal> {
        let chosen = match resolution {
            Resolution::Sent => Chosen::WasSent,
            Resolution::Again => Chosen::Again,
            Resolution::Drop => Chosen::Drop,
        };
        let (changed, refused) =
            decisions::decide(&self.core, Which::Ids(vec![id]), chosen, actor).await?;
        if changed > 0 {
            return Ok(());
        }
        let why = refused.first().map_or("it is being looked up", |skipped| skipped.why.as_str());
        Err(Refusal::new(
            crate::refusal::RefusalKind::Conflict,
            "not_open",
            format!("There is nothing to decide: {why}"),
            "Look at the message again; the provider may have answered meanwhile",
        ))
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
