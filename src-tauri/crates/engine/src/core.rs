//! What every part of the running engine shares.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use signalbox_domain::{Clock, ConnectionId, Failure, MessageId, Signal};
use signalbox_store::{NewChange, Store};
use signalbox_vault::Vault;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::event::{Events, Tag};
use crate::line::Line;
use crate::network::{Network, landmarks, never_arrived};
use crate::practice::Practice;
use crate::settings::Settings;
use crate::wire::Wire;

/// How long a success on one line proves the network for the others. Much shorter than the five
/// retries of a message, which an outage right after a success must not burn.
const LATELY: Duration = Duration::from_secs(5);
/// Longest to look for a way out.
const REACH: Duration = Duration::from_secs(4);

/// The shared state. Held in an `Arc` by every loop.
pub(crate) struct Core {
    pub(crate) store: Store,
    pub(crate) vault: RwLock<Option<Arc<Vault>>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) network: Arc<dyn Network>,
    pub(crate) wire: Arc<dyn Wire>,
    pub(crate) practice: Option<Arc<dyn Practice>>,
    pub(crate) events: Events,
    pub(crate) started_at: DateTime<Utc>,
    /// Where this machine's own programs reach the gateway, while it runs.
    pub(crate) local_url: RwLock<Option<String>>,
    /// `serve --public-url`, which wins over the setting.
    pub(crate) public_url: Option<String>,
    pub(crate) settings: RwLock<Settings>,
    pub(crate) lines: RwLock<BTreeMap<ConnectionId, Arc<Line>>>,
    /// Held while a line is made or the vault changes: two doors at once would each find the place free.
    pub(crate) connecting: tokio::sync::Mutex<()>,
    /// Since when there is no network (Unix ms); 0 while there is.
    pub(crate) offline_since: Arc<AtomicI64>,
    /// When a line outside this machine last did as it should (monotonic ms); 0 for never.
    pub(crate) outside_at: AtomicU64,
    /// How far the wall clock was set back since the start, all together (ms).
    pub(crate) set_back: AtomicI64,
    /// Since when look-ups of a message get no answer although this machine is online (monotonic).
    pub(crate) unanswered: Mutex<HashMap<MessageId, Duration>>,
    /// Wakes the dispatcher.
    pub(crate) dispatch: Notify,
    /// Wakes the reconciler.
    pub(crate) look: Notify,
    /// Wakes the receipts' worker.
    pub(crate) receive: Notify,
    /// Wakes the search indexer.
    pub(crate) index: Notify,
    /// Wakes the checks.
    pub(crate) check: Notify,
    /// Ends the loops.
    pub(crate) stop: CancellationToken,
    /// The loops, and the attempts in flight.
    pub(crate) loops: TaskTracker,
    pub(crate) attempts: TaskTracker,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Core({:?})", self.store)
    }
}

impl Core {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The business's day.
    pub(crate) fn today(&self) -> chrono::NaiveDate {
        self.settings().zone.local_date(self.now())
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    pub(crate) fn vault(&self) -> Option<Arc<Vault>> {
        self.vault.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn public_url(&self) -> Option<String> {
        self.public_url.clone().or_else(|| self.settings().public_url)
    }

    pub(crate) fn local_url(&self) -> Option<String> {
        self.local_url.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn lines(&self) -> Vec<Arc<Line>> {
        self.lines.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(crate) fn line(&self, id: ConnectionId) -> Option<Arc<Line>> {
        self.lines.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Since when this machine has no network.
    pub(crate) fn offline_since(&self) -> Option<DateTime<Utc>> {
        match self.offline_since.load(Ordering::SeqCst) {
            0 => None,
            ms => DateTime::from_timestamp_millis(ms),
        }
    }

    /// Asks the network again and tells it when that changed. True while offline.
    pub(crate) async fn look_at_network(&self) -> bool {
        // What was found cut off by more than a missing route is back only when something answers.
        let was_offline = self.offline_since().is_some();
        let online = self.network.has_route() && (!was_offline || self.reaches_out(None).await);
        self.note_network(online).await
    }

    /// Whether this machine is offline, now that something failed on a line.
    pub(crate) async fn is_offline_after(&self, line: &Line, failure: &Failure) -> bool {
        if line.is_local() {
            return false;
        }
        let online = self.network.has_route()
            && (!never_arrived(failure)
                || self.was_outside_lately()
                || self.reaches_out(Some(line.id())).await);
        // A failure that arrived proves no network, and ends no outage.
        if online && self.offline_since().is_some() {
            return true;
        }
        self.note_network(online).await
    }

    /// A line outside this machine did as it should: there is a way out.
    pub(crate) async fn saw_outside(&self, line: &Line) {
        if line.is_local() {
            return;
        }
        let now = u64::try_from(self.clock.monotonic().as_millis()).unwrap_or(u64::MAX);
        self.outside_at.store(now.max(1), Ordering::SeqCst);
        if self.offline_since().is_some() && self.network.has_route() {
            self.note_network(true).await;
        }
    }

    fn was_outside_lately(&self) -> bool {
        let at = self.outside_at.load(Ordering::SeqCst);
        at != 0 && self.clock.monotonic().saturating_sub(Duration::from_millis(at)) < LATELY
    }

    async fn reaches_out(&self, but: Option<ConnectionId>) -> bool {
        let landmarks = landmarks(&self.lines(), but);
        tokio::select! {
            reached = self.network.reaches_out(landmarks) => reached,
            () = self.clock.sleep(REACH) => false,
        }
    }

    /// Keeps what was found out about the network. True while offline.
    async fn note_network(&self, online: bool) -> bool {
        let was = self.offline_since.load(Ordering::SeqCst);
        let (since, say) = match (online, was) {
            (true, 0) => return false,
            (false, since) if since != 0 => return true,
            (true, _) => (0, "This computer is online again. Waiting messages leave by themselves"),
            (false, _) => (
                self.now_ms().max(1),
                "This computer is offline. Messages wait and leave by themselves",
            ),
        };
        self.offline_since.store(since, Ordering::SeqCst);
        let signal = if online { Signal::Clear } else { Signal::Caution };
        self.tell_change(None, signal, say, None, "core").await;
        self.events.changed(&[Tag::Connections, Tag::Health, Tag::Messages]);
        if online {
            self.wire.woke();
            for line in self.lines() {
                line.set_due(0);
            }
            self.dispatch.notify_one();
            self.look.notify_one();
            self.check.notify_one();
        }
        !online
    }

    /// Writes a row of "what changed". A failure to write it is logged: the change itself stands.
    pub(crate) async fn tell_change(
        &self,
        connection: Option<ConnectionId>,
        signal: Signal,
        say: &str,
        detail: Option<String>,
        actor: &str,
    ) {
        let change = NewChange {
            at: self.now_ms(),
            connection,
            signal,
            say: say.to_owned(),
            detail,
            actor: actor.to_owned(),
        };
        if let Err(error) = self.store.write_change(change).await {
            tracing::warn!(%error, "a change could not be written down");
        }
        self.events.changed(&[Tag::Changes]);
    }

    /// Reads a line's row again after the store changed it.
    pub(crate) async fn refresh_line(&self, id: ConnectionId) {
        let Some(line) = self.line(id) else { return };
        match self.store.connection(id).await {
            Ok(row) => line.update_row(row),
            Err(error) => {
                tracing::warn!(%error, connection = %id, "a line could not be read again")
            }
        }
        line.set_due(0);
        self.dispatch.notify_one();
        self.events.changed(&[Tag::Connections, Tag::Messages, Tag::Changes, Tag::Health]);
    }

    /// Waits for `ms` (Unix), a notification or the end; false at the end.
    pub(crate) async fn wait(&self, notify: &Notify, until_ms: Option<i64>) -> bool {
        let pause = until_ms.map(|at| {
            let ms = u64::try_from(at - self.now_ms()).unwrap_or(0);
            // A suspended machine must not oversleep: no single wait is longer than 15 s.
            self.clock.sleep(Duration::from_millis(ms.min(15_000)))
        });
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = notify.notified() => true,
            () = async { match pause { Some(sleep) => sleep.await, None => std::future::pending().await } } => true,
        }
    }
}

/// A number in `0.0..1.0` for spreading retries and checks.
pub(crate) fn jitter() -> f64 {
    // Without randomness from the system everything simply comes at the nominal time.
    getrandom::u32().map_or(0.5, |n| f64::from(n) / f64::from(u32::MAX))
}
