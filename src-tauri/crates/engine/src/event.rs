//! Events: that something changed, never what it is now.
//!
//! The first change is told at once; what follows within 50 ms is told together. Screens refetch
//! by tag, so a lost event costs a stale screen at worst, and `Gap` mends that.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use signalbox_domain::{Clock, MessageId, MessageState};
use tokio::sync::broadcast;

const QUIET: Duration = Duration::from_millis(50);
/// Events kept for a slow listener before it is told that it missed some.
const KEPT: usize = 1024;
/// Message changes told one by one within a quiet span; beyond it the tag says enough.
const SINGLE: usize = 64;

/// What a screen may show that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// Messages and their counts.
    Messages,
    /// Causes of failure.
    Causes,
    /// Lines and their states.
    Connections,
    /// Checks.
    Health,
    /// Batches.
    Batches,
    /// Receipts.
    Receipts,
    /// Settings.
    Settings,
    /// API tokens.
    Tokens,
    /// "What changed".
    Changes,
    /// Suppressed addresses.
    Suppressions,
}

impl Tag {
    /// Every tag.
    pub const ALL: &'static [Self] = &[
        Self::Messages,
        Self::Causes,
        Self::Connections,
        Self::Health,
        Self::Batches,
        Self::Receipts,
        Self::Settings,
        Self::Tokens,
        Self::Changes,
        Self::Suppressions,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Causes => "causes",
            Self::Connections => "connections",
            Self::Health => "health",
            Self::Batches => "batches",
            Self::Receipts => "receipts",
            Self::Settings => "settings",
            Self::Tokens => "tokens",
            Self::Changes => "changes",
            Self::Suppressions => "suppressions",
        }
    }
}

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineEvent {
    /// Refetch what shows these.
    Changed(Vec<Tag>),
    /// A message came to stand elsewhere.
    Message {
        /// Which message.
        id: MessageId,
        /// Where it stands.
        state: MessageState,
        /// Since when.
        at: DateTime<Utc>,
    },
}

/// Where events are told; cheap to clone.
#[derive(Clone)]
pub(crate) struct Events {
    out: broadcast::Sender<EngineEvent>,
    pending: Arc<Mutex<Pending>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Pending {
    tags: BTreeSet<Tag>,
    messages: Vec<EngineEvent>,
    quiet: bool,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Events({} listening)", self.out.receiver_count())
    }
}

impl Events {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { out: broadcast::channel(KEPT).0, pending: Arc::default(), clock }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<EngineEvent> {
        self.out.subscribe()
    }

    /// Tells that what shows these tags changed.
    pub(crate) fn changed(&self, tags: &[Tag]) {
        let mut pending = self.lock();
        pending.tags.extend(tags);
        self.flush_or_wait(pending);
    }

    /// Tells where a message stands now.
    pub(crate) fn message(&self, id: MessageId, state: MessageState, at: DateTime<Utc>) {
        let mut pending = self.lock();
        pending.tags.extend([Tag::Messages, Tag::Connections, Tag::Batches]);
        if matches!(state, MessageState::NeedsAttention | MessageState::Unknown) {
            pending.tags.insert(Tag::Causes);
        }
        if pending.messages.len() < SINGLE {
            pending.messages.push(EngineEvent::Message { id, state, at });
        }
        self.flush_or_wait(pending);
    }

    fn flush_or_wait(&self, mut pending: std::sync::MutexGuard<'_, Pending>) {
        if pending.quiet {
            return;
        }
        pending.quiet = true;
        let told = take(&mut pending);
        drop(pending);
        self.tell(told);
        let this = self.clone();
        tokio::spawn(async move {
            loop {
                this.clock.sleep(QUIET).await;
                let told = {
                    let mut pending = this.lock();
                    if pending.tags.is_empty() {
                        pending.quiet = false;
                        return;
                    }
                    take(&mut pending)
                };
                this.tell(told);
            }
        });
    }

    fn tell(&self, told: (Vec<Tag>, Vec<EngineEvent>)) {
        let (tags, messages) = told;
        // An error means that nobody listens, which is no loss.
        for message in messages {
            let _ = self.out.send(message);
        }
        let _ = self.out.send(EngineEvent::Changed(tags));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take(pending: &mut Pending) -> (Vec<Tag>, Vec<EngineEvent>) {
    (std::mem::take(&mut pending.tags).into_iter().collect(), std::mem::take(&mut pending.messages))
}
