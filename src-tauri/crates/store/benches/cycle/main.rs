//! How fast the store is, as ratios within one run: `cargo bench -p signalbox-store`.
//!
//! The durable cycle (accept, claim with intent, outcome; `synchronous=FULL`) against a bare
//! group-commit writer; how long a caller waits for "accepted"; the cycle with a million finished
//! messages and with 200,000 waiting; how long a caller waits during a bulk import; lists, filters
//! and searches over a million messages.
//! Words after `--` choose parts: cycle, enqueue, history, backlog, import, lists.

#![allow(clippy::print_stdout, reason = "figures are what it is for")]

mod bare;
mod fill;
mod lists;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use signalbox_domain::{
    Channel, Clock, ConnectionId, Environment, ManualClock, Pace, Priority, Signal,
};
use signalbox_store::{
    ClaimRequest, Enqueued, Finish, Home, NewBatch, NewChange, NewConnection, NewMessage,
    OpenOptions, Store, Then,
};

/// 2026-03-02T09:00:00Z.
const NINE: i64 = 1_772_442_000_000;
const TURN: Duration = Duration::from_secs(2);
const TURNS: usize = 3;
const CALLERS: [usize; 3] = [1, 16, 64];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--bench") {
        // Compiled and started by `cargo test`, which wants no figures.
        return;
    }
    let parts: Vec<&str> =
        words.iter().map(String::as_str).filter(|w| !w.starts_with('-')).collect();
    let wanted = |part| parts.is_empty() || parts.contains(&part);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        // One turn and one number, for a run beside other queues (tests/peers/bench).
        if matches!(parts[..], ["ours" | "bare"]) {
            let dir = tempfile::tempdir().expect("a folder");
            let rate = match parts[0] {
                "bare" => bare::rate_with(dir.path(), 64).await,
                _ => open(dir.path()).await.rate(64).await,
            };
            println!("{rate:.0}");
            return;
        }
        let mut empty_rate = None;
        if wanted("cycle") {
            empty_rate = Some(cycles().await);
        }
        if wanted("enqueue") {
            enqueues().await;
        }
        if wanted("history") {
            against_empty("1,000,000 finished", empty_rate, fill::finished(1_000_000)).await;
        }
        if wanted("backlog") {
            against_empty("200,000 waiting", empty_rate, fill::waiting(200_000)).await;
        }
        if wanted("import") {
            import().await;
        }
        if wanted("lists") {
            lists::run().await;
        }
    });
}

/// An open store and the line that everything leaves by.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) line: ConnectionId,
    pub(crate) clock: ManualClock,
}

pub(crate) async fn open(path: &Path) -> Bench {
    let wall = chrono::DateTime::from_timestamp_millis(NINE).expect("an instant");
    let clock = ManualClock::at(wall);
    let home = Home::take(path).expect("the home is free");
    let store =
        Store::open(home, Arc::new(clock.clone()), OpenOptions::default()).expect("it opens");
    let line = match store.connections().await.expect("lines").first() {
        Some(row) => row.id,
        None => add_line(&store).await,
    };
    Bench { store, line, clock }
}

pub(crate) async fn add_line(store: &Store) -> ConnectionId {
    let made = NewConnection {
        provider: "twilio".into(),
        name: "first".into(),
        environment: Environment::Practice,
        channel: Some(Channel::Sms),
        address: None,
        fields: Default::default(),
        urls: Default::default(),
    };
    let change = NewChange {
        at: NINE,
        connection: None,
        signal: Signal::Clear,
        say: "made".into(),
        detail: None,
        actor: "bench".into(),
    };
    store.add_connection(made, |_| Ok(vec![0; 64]), change).await.expect("a line")
}

impl Bench {
    fn letter(&self, n: u64) -> NewMessage {
        NewMessage {
            connection: self.line,
            route: Vec::new(),
            channel: Channel::Sms,
            recipient: format!("+1555010{n:06}"),
            name: None,
            subject: None,
            body: "x".repeat(200),
            priority: Priority::Direct,
            units: 1,
            batch: None,
            send_at: None,
            useful_until: NINE + 86_400_000_000,
            created_at: self.clock.now().timestamp_millis(),
            actor: "bench".into(),
            idempotency: None,
        }
    }

    /// One message in, one message out.
    async fn cycle(&self, n: u64) {
        let enqueued = self.store.enqueue(vec![self.letter(n)]).await.expect("accepted");
        assert!(matches!(enqueued[0], Enqueued::Accepted(_)));
        let now = self.clock.now().timestamp_millis();
        let request = ClaimRequest {
            connection: self.line,
            limit: 1,
            pace: Pace { unit_ms: 0, batch_spacing_ms: 0 },
            quiet_until: None,
            one_open_per_recipient: true,
            breaker: None,
            boot: self.store.boot(),
            now,
        };
        for message in self.store.claim(request).await.expect("claimed").messages {
            let finish = Finish {
                message: message.row.id,
                n: message.n,
                failure: None,
                provider_id: Some(format!("SM{}", message.row.id)),
                then: Then::Accepted,
                gate: None,
                line: None,
                http: None,
                poll_at: None,
                now,
            };
            assert!(self.store.finish(finish).await.expect("finished").applied);
        }
    }

    /// Cycles a second with so many callers.
    async fn rate(&self, callers: usize) -> f64 {
        rate(callers, {
            let bench = self.clone();
            move |n| {
                let bench = bench.clone();
                async move { bench.cycle(n).await }
            }
        })
        .await
    }
}

/// Rounds a second of `callers` that each wait for their own.
pub(crate) async fn rate<F, W>(callers: usize, round: F) -> f64
where
    F: Fn(u64) -> W + Clone + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let started = Instant::now();
    let done = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (round, done) = (round.clone(), done.clone());
            tokio::spawn(async move {
                while started.elapsed() < TURN {
                    let n = done.fetch_add(1, Ordering::Relaxed);
                    round(n).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a caller ends");
    }
    done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}

/// The cycle against the bare writer; in turns, so that a noisy disk is noisy for both.
async fn cycles() -> f64 {
    println!("\ndurable cycles a second          store     bare    ratio   (goal 60 %)");
    let mut last = 0.0;
    for callers in CALLERS {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            let dir = tempfile::tempdir().expect("a folder");
            let bench = open(dir.path()).await;
            ours.push(bench.rate(callers).await);
            bench.store.close().await;
            let dir = tempfile::tempdir().expect("a folder");
            theirs.push(bare::rate_with(dir.path(), callers).await);
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!(
            "  {callers:>3} callers             {ours:>12.0} {theirs:>8.0}   {:>5.0} %",
            ours / theirs * 100.0
        );
        last = ours;
    }
    last
}

/// How long a caller waits until its message is accepted.
async fn enqueues() {
    println!("\none message accepted              p50      p99     most");
    for callers in CALLERS {
        let dir = tempfile::tempdir().expect("a folder");
        let bench = open(dir.path()).await;
        let waits = Arc::new(Mutex::new(Vec::new()));
        let round = {
            let (bench, waits) = (bench.clone(), waits.clone());
            move |n| {
                let (bench, waits) = (bench.clone(), waits.clone());
                async move {
                    let one = Instant::now();
                    bench.accept(n).await;
                    let wait = one.elapsed().as_secs_f64() * 1_000.0;
                    waits.lock().expect("a list").push(wait);
                }
            }
        };
        rate(callers, round).await;
        bench.store.close().await;
        let mut waits = waits.lock().expect("a list");
        let (half, most, all) =
            (share(&mut waits, 50), share(&mut waits, 99), share(&mut waits, 100));
        println!("  {callers:>3} callers             {half:>12.2} {most:>8.2} {all:>8.2} ms");
    }
}

/// The cycle in a store that holds much, against an empty one.
async fn against_empty(what: &str, empty: Option<f64>, fill: fill::Fill) {
    let full = tempfile::tempdir().expect("a folder");
    let started = Instant::now();
    fill::make(full.path(), fill).await;
    println!("\nwith {what} (built in {:.0} s)", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let bench = open(full.path()).await;
    println!("  opened in                 {:>7.0} ms", started.elapsed().as_secs_f64() * 1_000.0);
    let (mut much, mut little) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        much.push(bench.rate(64).await);
        let dir = tempfile::tempdir().expect("a folder");
        let small = open(dir.path()).await;
        little.push(small.rate(64).await);
        small.store.close().await;
    }
    let (much, little) = (median(much), median(little));
    println!(
        "  64 callers           {much:>12.0} against {little:.0} empty: {:.0} %",
        much / little * 100.0
    );
    if let Some(empty) = empty {
        println!("  (empty before: {empty:.0})");
    }
}

pub(crate) fn share(list: &mut [f64], of_hundred: usize) -> f64 {
    list.sort_by(f64::total_cmp);
    list[(list.len() * of_hundred / 100).min(list.len() - 1)]
}

/// How long one caller waits while 10,000 messages come in at once.
async fn import() {
    let dir = tempfile::tempdir().expect("a folder");
    let bench = open(dir.path()).await;
    let (mut waits, mut whole, mut total) = (Vec::new(), Vec::new(), 0);
    for round in 0..5 {
        let letters =
            (0..10_000).map(|n| NewMessage { priority: Priority::Bulk, ..bench.letter(n) });
        let letters = letters.collect();
        let made =
            NewBatch { name: "b".into(), total: 10_000, bad: "[]".into(), key: None, at: NINE };
        let store = bench.store.clone();
        let started = Instant::now();
        let importing = tokio::spawn(async move {
            store.add_batch(made, letters).await.expect("it is committed");
        });
        while !importing.is_finished() {
            let one = Instant::now();
            bench.accept(round * 1_000_000 + total).await;
            waits.push(one.elapsed().as_secs_f64() * 1_000.0);
            total += 1;
        }
        importing.await.expect("the import ends");
        whole.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    println!("\n10,000 messages imported at once, one other caller accepting meanwhile");
    println!(
        "  the import {:.0} ms; a caller waits p50 {:.2}, p99 {:.2}, at most {:.2} ms ({} waits; goal p99 10 ms)",
        median(whole),
        share(&mut waits, 50),
        share(&mut waits, 99),
        share(&mut waits, 100),
        waits.len()
    );
}

impl Bench {
    async fn accept(&self, n: u64) {
        self.store.enqueue(vec![self.letter(n)]).await.expect("accepted");
    }
}
