//! What every simulated provider stands on: the clock, the settings, the ledger, the faults, what is due later and the
//! post that carries webhooks. A provider holds one `Arc<Ground>` and nothing of another provider.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::agenda::Agenda;
use crate::clock::{Clock, pause};
use crate::config::SandboxConfig;
use crate::courier::Courier;
use crate::fault::{FaultBook, Occasion, Stroke};
use crate::ids::Ids;
use crate::ledger::Ledger;
use crate::magic::Effect;
use crate::{Provider, magic};

/// Shared by all rooms of one sandbox.
pub(crate) struct Ground {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Ids,
    pub(crate) ledger: Ledger,
    pub(crate) faults: FaultBook,
    pub(crate) agenda: Arc<Agenda>,
    pub(crate) courier: Arc<Courier>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    config: RwLock<Arc<SandboxConfig>>,
    /// How often a recipient that fails only the first few times has failed.
    stumbles: Mutex<HashMap<(Provider, String), u32>>,
}

/// Recipients whose stumbles are remembered. When there are more, all start anew.
const MOST_STUMBLES: usize = 10_000;

impl Ground {
    pub(crate) fn new(
        clock: Arc<dyn Clock>,
        ids: Ids,
        ledger: Ledger,
        config: Arc<SandboxConfig>,
    ) -> Self {
        let agenda = Arc::new(Agenda::default());
        Self {
            courier: Arc::new(Courier::new(clock.clone(), agenda.clone())),
            clock,
            ids,
            ledger,
            faults: FaultBook::default(),
            agenda,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            config: RwLock::new(config),
            stumbles: Mutex::default(),
        }
    }

    /// The settings as they stand now.
    pub(crate) fn config(&self) -> Arc<SandboxConfig> {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_config(&self, config: SandboxConfig) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// Half of the configured latency. A send waits it twice: before it is accepted, and before it is answered.
    pub(crate) async fn half_latency(&self) {
        pause(&*self.clock, Duration::from_millis(self.config().latency_ms) / 2).await;
    }

    /// What is to become of a send: a standing fault first, else what its first magic recipient stands for.
    pub(crate) fn fate(&self, provider: Provider, to: &[String]) -> Effect {
        if let Some(stroke) = self.faults.strike(provider, Occasion::Send, to) {
            return Effect::Fault {
                kind: stroke.kind,
                times: None,
                retry_after: stroke.retry_after,
            };
        }
        to.iter().find_map(|to| self.magic(provider, to)).unwrap_or(Effect::Deliver)
    }

    /// What later becomes of one email of a batch that as a whole was accepted.
    pub(crate) fn later_effect(&self, provider: Provider, to: &[&str]) -> Effect {
        let later = |effect: &Effect| matches!(effect, Effect::Report { .. } | Effect::Receipts(_));
        let magic = to.iter().find_map(|to| magic::effect(provider, to));
        magic.map(|(effect, _)| effect).filter(later).unwrap_or(Effect::Deliver)
    }

    /// A fault that strikes a request which hands over no message.
    pub(crate) fn strike_read(&self, provider: Provider) -> Option<Stroke> {
        self.faults.strike(provider, Occasion::Read, &[])
    }

    fn magic(&self, provider: Provider, to: &str) -> Option<Effect> {
        let (effect, label) = magic::effect(provider, to)?;
        let Some(times) = effect.times() else { return Some(effect) };
        // `greylist+5@…` stumbles five times, whatever the table says.
        let times = label.and_then(|label| label.parse().ok()).unwrap_or(times);
        let mut stumbles = self.stumbles.lock().unwrap_or_else(PoisonError::into_inner);
        if stumbles.len() >= MOST_STUMBLES {
            stumbles.clear();
        }
        let so_far = stumbles.entry((provider, to.to_owned())).or_default();
        *so_far += 1;
        Some(if *so_far > times { Effect::Deliver } else { effect })
    }

    /// Lets every recipient that fails only the first few times start anew.
    pub(crate) fn forget_stumbles(&self) {
        self.stumbles.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
