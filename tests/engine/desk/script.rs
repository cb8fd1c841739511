//! Scripted providers: they answer as the test says, and remember what they were handed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use signalbox_domain::{Channel, Environment, Outcome, Pace, ReceiptStatus};
use signalbox_engine::{FieldProblem, Wire};
use signalbox_providers::{
    Adapter, Delivery, Found, Letter, Limits, Lost, ProbeOutcome, Reading, Rejected, Secrets,
    Settings, Settle,
};
use tokio::sync::Semaphore;

use super::unknown;

/// A provider that does as the test says, and remembers what it was handed.
#[derive(Debug)]
pub(crate) struct Script {
    outcomes: Mutex<VecDeque<Outcome>>,
    finds: Mutex<VecDeque<Found>>,
    probes: Mutex<VecDeque<ProbeOutcome>>,
    pub(crate) letters: Mutex<Vec<Letter>>,
    pub(crate) settle: Mutex<Settle>,
    pub(crate) pace: Mutex<Pace>,
    /// While it is set, answers wait for a permit of it.
    pub(crate) answers_wait: Mutex<Option<Arc<Semaphore>>>,
    /// The next letter makes the adapter panic.
    pub(crate) panics: AtomicBool,
    /// The ids it was asked about, where it can be asked what became of a message.
    pub(crate) polled: Mutex<Option<Vec<String>>>,
    /// A password that is refused too often locks the account.
    pub(crate) locks_out: AtomicBool,
    /// How often the machine is said to have woken.
    pub(crate) woke: AtomicUsize,
    /// Answers in the place of what is scripted, when there is one.
    pub(crate) brain: Mutex<Option<Arc<dyn Brain>>>,
}

/// A provider that makes up its own mind.
pub(crate) trait Brain: Send + Sync + std::fmt::Debug {
    fn send(&self, letter: &Letter) -> Outcome;
    fn find(&self, lost: &Lost) -> Found;
    fn probe(&self) -> ProbeOutcome;
}

impl Default for Script {
    fn default() -> Self {
        Self {
            outcomes: Mutex::default(),
            finds: Mutex::default(),
            probes: Mutex::default(),
            letters: Mutex::default(),
            settle: Mutex::new(Settle::LookUp),
            pace: Mutex::new(Pace { unit_ms: 0, batch_spacing_ms: 0 }),
            answers_wait: Mutex::default(),
            panics: AtomicBool::new(false),
            polled: Mutex::default(),
            locks_out: AtomicBool::new(false),
            woke: AtomicUsize::new(0),
            brain: Mutex::default(),
        }
    }
}

impl Script {
    pub(crate) fn answers(&self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.outcomes.lock().unwrap().extend(outcomes);
    }

    pub(crate) fn finds(&self, found: impl IntoIterator<Item = Found>) {
        self.finds.lock().unwrap().extend(found);
    }

    pub(crate) fn probes(&self, outcomes: impl IntoIterator<Item = ProbeOutcome>) {
        self.probes.lock().unwrap().extend(outcomes);
    }

    /// It answers as usual from now on.
    pub(crate) fn forget_answers(&self) {
        self.outcomes.lock().unwrap().clear();
    }

    /// The line answers again.
    pub(crate) fn forget_probes(&self) {
        self.probes.lock().unwrap().clear();
    }

    fn brain(&self) -> Option<Arc<dyn Brain>> {
        self.brain.lock().unwrap().clone()
    }

    /// How many letters it was handed.
    pub(crate) fn handed(&self) -> usize {
        self.letters.lock().unwrap().len()
    }
}

#[derive(Debug)]
struct ScriptedLine(Arc<Script>, Channel, String);

#[async_trait]
impl Adapter for ScriptedLine {
    fn channel(&self) -> Channel {
        self.1
    }

    fn address(&self) -> Option<String> {
        Some(self.2.clone())
    }

    fn limits(&self) -> Limits {
        Limits { pace: *self.0.pace.lock().unwrap(), concurrency: 64 }
    }

    fn settle(&self) -> Settle {
        *self.0.settle.lock().unwrap()
    }

    /// One for each `#`, so that a test says what a text costs.
    fn units(&self, body: &str) -> i64 {
        i64::try_from(body.matches('#').count()).unwrap_or(1).max(1)
    }

    async fn send(&self, letter: &Letter) -> Outcome {
        if let Some(brain) = self.0.brain() {
            return brain.send(letter);
        }
        let n = {
            let mut letters = self.0.letters.lock().unwrap();
            letters.push(letter.clone());
            letters.len()
        };
        let scripted = self.0.outcomes.lock().unwrap().pop_front();
        let wait = self.0.answers_wait.lock().unwrap().clone();
        if let Some(permits) = wait {
            match permits.acquire().await {
                Ok(permit) => permit.forget(),
                Err(_) => return unknown(),
            }
        }
        assert!(!self.0.panics.swap(false, Ordering::SeqCst), "the adapter stumbles");
        scripted.unwrap_or(Outcome::Accepted { provider_id: Some(format!("SM{n}")) })
    }

    async fn find(&self, lost: &Lost) -> Found {
        if let Some(brain) = self.0.brain() {
            return brain.find(lost);
        }
        self.0.finds.lock().unwrap().pop_front().unwrap_or(Found::No)
    }

    fn locks_out(&self) -> bool {
        self.0.locks_out.load(Ordering::SeqCst)
    }

    fn can_be_polled(&self) -> bool {
        self.0.polled.lock().unwrap().is_some()
    }

    async fn status(&self, id: &str) -> Option<Found> {
        self.0.polled.lock().unwrap().as_mut()?.push(id.to_owned());
        let (provider_id, status) = (id.to_owned(), Some(ReceiptStatus::Sent));
        Some(Found::Yes { provider_id, status, failure: None })
    }

    async fn probe(&self) -> ProbeOutcome {
        if let Some(brain) = self.0.brain() {
            return brain.probe();
        }
        let scripted = self.0.probes.lock().unwrap().pop_front();
        scripted.unwrap_or(ProbeOutcome::Passed { account: None, quota: None })
    }
}

/// One script per provider key.
#[derive(Debug, Default)]
pub(crate) struct ScriptedWire {
    scripts: Mutex<BTreeMap<String, Arc<Script>>>,
    /// While it is set, no delivery can be read.
    pub(crate) illiterate: AtomicBool,
}

impl ScriptedWire {
    pub(crate) fn script(&self, provider: &str) -> Arc<Script> {
        self.scripts.lock().unwrap().entry(provider.to_owned()).or_default().clone()
    }
}

impl ScriptedWire {
    /// Ends every answer that is waited for.
    pub(super) fn hang_up(&self) {
        for script in self.scripts.lock().unwrap().values() {
            if let Some(permits) = script.answers_wait.lock().unwrap().take() {
                permits.close();
            }
        }
    }
}

impl Wire for ScriptedWire {
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
        let channel = if provider.starts_with("mail") { Channel::Email } else { Channel::Sms };
        let from = settings.fields.get("from").map_or("+15005550006", String::as_str);
        Ok(Arc::new(ScriptedLine(self.script(provider), channel, from.to_owned())))
    }

    fn woke(&self) {
        for script in self.scripts.lock().unwrap().values() {
            script.woke.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn allows_several(&self, provider: &str) -> bool {
        provider != "resend"
    }

    fn takes_deliveries(&self, _: &str) -> bool {
        true
    }

    fn account_of(&self, _: &str, _: &Delivery<'_>) -> Option<String> {
        None
    }

    fn our_ends(&self, _: &str, delivery: &Delivery<'_>) -> Vec<String> {
        signalbox_providers::webhook::our_ends("twilio", delivery)
    }

    /// Signed is what says so.
    fn verify(&self, _: &str, delivery: &Delivery<'_>, _: &Secrets) -> Result<(), Rejected> {
        match delivery.header("signed") {
            Some("yes") => Ok(()),
            Some(_) => Err(Rejected::Mismatch),
            None => Err(Rejected::Missing),
        }
    }

    /// Deliveries are Twilio's, whatever the provider is called here.
    fn read(&self, _: &str, delivery: &Delivery<'_>) -> Result<Reading, Rejected> {
        if self.illiterate.load(Ordering::SeqCst) {
            return Err(Rejected::Malformed);
        }
        signalbox_providers::webhook::read("twilio", delivery)
    }
}
