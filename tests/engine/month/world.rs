//! What happens in a month, by chance, and what is true about it whatever the program believes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::{
    Clock, ConnectionId, FailureClass, HoldReason, ManualClock, MessageId, MessageState, Outcome,
    Pace, Scope,
};
use signalbox_engine::{LineAct, Resolution, SendRequest, Which};
use signalbox_providers::{Candidate, Found, Letter, Lost, ProbeOutcome, Settle};
use signalbox_store::{Durability, OpenOptions, PageRequest, Stream};

use crate::desk::{Brain, Desk, failure, refused, sms, unknown};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Xorshift.
#[derive(Debug)]
struct Dice(Mutex<u64>);

impl Dice {
    fn below(&self, end: u64) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state % end
    }

    fn one_in(&self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// What is true.
#[derive(Debug)]
struct Truth {
    /// Milliseconds that have really passed, sleep included.
    now: AtomicI64,
    /// Each token that a provider took, and when.
    taken: Mutex<BTreeMap<String, Vec<i64>>>,
    /// Letters that should not have left, in words.
    wrong: Mutex<Vec<String>>,
    /// While it is set, nothing goes wrong.
    well: AtomicBool,
    offline: AtomicBool,
    dice: Dice,
    clock: ManualClock,
}

impl Truth {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }
}

/// A provider that takes, refuses, loses answers, and remembers what it took.
#[derive(Debug)]
struct Provider {
    truth: Arc<Truth>,
    settle: Settle,
    paused: Arc<AtomicBool>,
}

impl Provider {
    fn take(&self, letter: &Letter) -> Outcome {
        let id = format!("id-{}", letter.token);
        let mut taken = self.truth.taken.lock().unwrap();
        let times = taken.entry(letter.token.clone()).or_default();
        let now = self.truth.now();
        let known = matches!(self.settle, Settle::SendAgainWithin(_))
            && times.last().is_some_and(|at| now - at < 24 * HOUR);
        if !known {
            times.push(now);
        }
        Outcome::Accepted { provider_id: Some(id) }
    }

    fn is_allowed(&self, letter: &Letter) -> Option<String> {
        let wall = Clock::now(&self.truth.clock);
        let zone: signalbox_domain::zone::Zone =
            signalbox_domain::zone::Zone::parse("Europe/Berlin").unwrap();
        let hours =
            signalbox_domain::hours::AllowedHours::new("08:00", "20:00", &[1, 2, 3, 4, 5, 6])
                .unwrap();
        let well = self.truth.well.load(Ordering::SeqCst);
        if !well && !hours.is_allowed(wall, zone) {
            return Some(format!("{} left at {wall}, outside of the hours", letter.message));
        }
        if self.truth.offline.load(Ordering::SeqCst) {
            return Some(format!("{} left while there was no network", letter.message));
        }
        if self.paused.load(Ordering::SeqCst) {
            return Some(format!("{} left by a paused line", letter.message));
        }
        let first_round = letter.token.ends_with("-0");
        let until: i64 = letter.body.rsplit(' ').next().and_then(|ms| ms.parse().ok()).unwrap();
        if first_round && wall.timestamp_millis() >= until {
            return Some(format!("{} left after its use", letter.message));
        }
        None
    }
}

impl Brain for Provider {
    fn send(&self, letter: &Letter) -> Outcome {
        if let Some(wrong) = self.is_allowed(letter) {
            self.truth.wrong.lock().unwrap().push(wrong);
        }
        let roll = match self.truth.well.load(Ordering::SeqCst) {
            true => 0,
            false => self.truth.dice.below(200),
        };
        match roll {
            0..130 => self.take(letter),
            130..150 => {
                self.take(letter);
                unknown()
            }
            150..165 => unknown(),
            165..182 => refused(FailureClass::Transient),
            182..188 => refused(FailureClass::Deferred),
            188..193 => Outcome::Refused {
                failure: failure(FailureClass::RateLimited),
                retry_after: Some(Duration::from_secs(30)),
                scope: Scope::Line,
            },
            193..195 => refused(FailureClass::Recipient),
            195..197 => refused(FailureClass::Content),
            _ => refused(FailureClass::Auth),
        }
    }

    fn find(&self, lost: &Lost) -> Found {
        let well = self.truth.well.load(Ordering::SeqCst);
        if !well && self.truth.dice.one_in(8) {
            return Found::CannotTell(failure(FailureClass::Transient));
        }
        // A list may lag by a minute.
        let taken = self.truth.taken.lock().unwrap();
        let now = self.truth.now();
        let shows = |times: &Vec<i64>| times.iter().any(|at| now - at >= MINUTE);
        match taken.get(&lost.letter.token).is_some_and(shows) {
            false => Found::No,
            true => Found::Candidates(vec![Candidate {
                provider_id: format!("id-{}", lost.letter.token),
                status: None,
                failure: None,
                same_text: true,
            }]),
        }
    }

    fn probe(&self) -> ProbeOutcome {
        if self.truth.well.load(Ordering::SeqCst) || !self.truth.dice.one_in(4) {
            return ProbeOutcome::Passed { account: None, quota: None };
        }
        ProbeOutcome::Failed(failure(FailureClass::Transient))
    }
}

/// A desk with three lines, one for each way to settle a doubt.
pub(crate) struct World {
    pub(crate) desk: Desk,
    truth: Arc<Truth>,
    lines: Vec<(ConnectionId, Arc<AtomicBool>)>,
    sent: u32,
    /// When the clock was last set wrong, in true time.
    set_back: i64,
    ahead: bool,
}

impl World {
    pub(crate) async fn new(seed: u64) -> Self {
        // Nothing here loses power, so nothing needs to wait for the disk.
        let quick = OpenOptions {
            durability: Durability::NormalForProof,
            floor: 0,
            ..OpenOptions::default()
        };
        let desk = Desk::on(quick).await;
        let truth = Arc::new(Truth {
            now: AtomicI64::new(0),
            taken: Mutex::default(),
            wrong: Mutex::default(),
            well: AtomicBool::new(false),
            offline: AtomicBool::new(false),
            dice: Dice(Mutex::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)),
            clock: desk.clock.clone(),
        });
        let mut lines = Vec::new();
        for (name, settle) in [
            ("looked", Settle::LookUp),
            ("keyed", Settle::SendAgainWithin(Duration::from_secs(23 * 3_600))),
            ("asked", Settle::Ask),
        ] {
            let id = desk.line(name).await;
            let paused = Arc::new(AtomicBool::new(false));
            let script = desk.wire.script(name);
            *script.settle.lock().unwrap() = settle;
            *script.pace.lock().unwrap() = Pace::per_second(2);
            let brain = Provider { truth: truth.clone(), settle, paused: paused.clone() };
            *script.brain.lock().unwrap() = Some(Arc::new(brain));
            lines.push((id, paused));
        }
        Self { desk, truth, lines, sent: 0, set_back: i64::MIN / 2, ahead: false }
    }

    pub(crate) fn truth(&self) -> i64 {
        self.truth.now()
    }

    pub(crate) fn wrong(&self) -> Vec<String> {
        self.truth.wrong.lock().unwrap().clone()
    }

    /// How often a message was taken, in all its rounds.
    pub(crate) fn taken(&self, id: MessageId) -> usize {
        let home = self.desk.engine.store().home_id();
        let token = format!("{home}-{id}-");
        let taken = self.truth.taken.lock().unwrap();
        taken.iter().filter(|(key, _)| key.starts_with(&token)).map(|(_, at)| at.len()).sum()
    }

    async fn pass(&self, ms: i64) {
        self.truth.now.fetch_add(ms, Ordering::SeqCst);
        self.desk.clock.advance(Duration::from_millis(ms.unsigned_abs()));
        self.desk.settle().await;
    }

    async fn jump(&self, by: TimeDelta) {
        self.desk.clock.jump_wall(by);
        self.desk.engine.clock_jumped(by).await;
        self.desk.settle().await;
    }

    pub(crate) async fn something_happens(mut self) -> Self {
        let die = |end| self.truth.dice.below(end);
        match die(34) {
            0..=9 => self.send().await,
            10..=13 => self.pass(1_000 + die(30) as i64 * 1_000).await,
            14..=16 => self.pass(2 * MINUTE + die(600) as i64 * 1_000).await,
            17..=21 => self.pass(HOUR + die(15 * 3_600) as i64 * 1_000).await,
            // Closed in the evening, opened in the morning.
            22 => {
                self.truth.now.fetch_add(9 * HOUR, Ordering::SeqCst);
                self.jump(TimeDelta::hours(9)).await;
            }
            // Not twice within two days: the hour of grace that a key has would be used up.
            23 if self.truth() - self.set_back > 48 * HOUR => {
                self.set_back = self.truth();
                self.jump(TimeDelta::hours(-1)).await;
            }
            24 if !self.ahead => {
                self.ahead = true;
                self.jump(TimeDelta::days(1)).await;
            }
            25 => self.network(self.truth.offline.load(Ordering::SeqCst)).await,
            26 | 27 => self.pause_or_resume().await,
            28 | 29 => {
                let (line, _) = self.lines[die(3) as usize];
                self.desk.engine.check_line(line).await.unwrap();
                self.desk.settle().await;
            }
            30 => self.a_person_answers().await,
            31 => self.a_person_retries().await,
            32 => self.desk = self.desk.killed_and_started_again().await,
            _ => self.network(true).await,
        }
        self
    }

    async fn send(&mut self) {
        let die = |end| self.truth.dice.below(end);
        for _ in 0..=die(3) {
            self.sent += 1;
            let now: DateTime<Utc> = Clock::now(&self.desk.clock);
            let later = die(4) == 0;
            let send_at = now + TimeDelta::minutes(5 + die(2_000) as i64);
            let starts = if later { send_at } else { now };
            let until = starts + TimeDelta::minutes(1 + die(72 * 60) as i64);
            let turn = die(3) as usize;
            let (first, second) = (self.lines[turn].0, self.lines[(turn + 1) % 3].0);
            let bound = die(2) == 0;
            let request = SendRequest {
                body: format!("Number {} until {}", self.sent, until.timestamp_millis()),
                send_at: later.then(|| send_at.to_rfc3339()),
                useful_until: Some(until.to_rfc3339()),
                connection: bound.then_some(first),
                route: if bound { Vec::new() } else { vec![first, second] },
                ..sms(self.sent % 40)
            };
            self.desk.engine.send(request, "month").await.unwrap();
        }
        self.desk.settle().await;
    }

    async fn network(&self, up: bool) {
        self.truth.offline.store(!up, Ordering::SeqCst);
        self.desk.network.set(up);
        self.desk.engine.look_at_network().await;
        self.desk.settle().await;
    }

    async fn pause_or_resume(&self) {
        let (line, paused) = &self.lines[self.truth.dice.below(3) as usize];
        let now = !paused.load(Ordering::SeqCst);
        paused.store(now, Ordering::SeqCst);
        let act = if now { LineAct::Pause } else { LineAct::Resume };
        self.desk.engine.act_on_line(*line, act, "month").await.unwrap();
        self.desk.settle().await;
    }

    async fn listed(&self, state: MessageState) -> Vec<signalbox_store::MessageRow> {
        let request = PageRequest {
            streams: self.lines.iter().map(|(id, _)| Stream::Shelf(*id, state)).collect(),
            cursor: None,
            from: 0,
            until: i64::MAX,
            reasons: Vec::new(),
            limit: 500,
        };
        self.desk.engine.store().page(request).await.unwrap().rows
    }

    /// A person who asks the customer, and says what is true.
    async fn a_person_answers(&self) {
        for row in self.listed(MessageState::Unknown).await {
            if row.reason == Some(HoldReason::Asked) {
                let word = match (self.taken(row.id), self.truth.dice.one_in(3)) {
                    (0, true) => Resolution::Drop,
                    (0, false) => Resolution::Again,
                    _ => Resolution::Sent,
                };
                self.desk.engine.resolve(row.id, word, "month").await.unwrap();
            }
        }
        self.desk.settle().await;
    }

    async fn a_person_retries(&self) {
        let failed = self.listed(MessageState::NeedsAttention).await;
        let ids = failed.into_iter().map(|row| row.id).take(3).collect();
        self.desk.engine.retry(Which::Ids(ids), false, "month").await.unwrap();
        self.desk.settle().await;
    }

    /// The bad days are over: everything that can still be decided is.
    pub(crate) async fn all_is_well_again(&self) {
        self.truth.well.store(true, Ordering::SeqCst);
        self.desk.set(serde_json::json!({ "allowed_hours": null })).await;
        self.network(true).await;
        for (line, paused) in &self.lines {
            if paused.swap(false, Ordering::SeqCst) {
                self.desk.engine.act_on_line(*line, LineAct::Resume, "month").await.unwrap();
            }
            self.desk.engine.check_line(*line).await.unwrap();
        }
        for _ in 0..40 {
            self.pass(30_000).await;
        }
        for _ in 0..200 {
            self.pass(HOUR).await;
            let counts = self.desk.engine.store().counts().await.unwrap();
            let open = counts.iter().any(|(_, state, reason, n)| {
                *n > 0 && !state.is_final() && *reason != Some(HoldReason::Asked)
            });
            if !open {
                return;
            }
        }
    }
}
