//! A process that works with a store and says on its standard output what was acknowledged, so that
//! whoever ends it knows what must still be there.
//!
//! The process is this test program itself, asked for the one test below.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use signalbox_domain::{Clock, ConnectionId, ManualClock, MessageId, MessageState, Pace};
use signalbox_store::{
    ClaimRequest, Durability, Enqueued, Finish, OpenOptions, Store, StoreError, Then,
};

use crate::desk::{
    Desk, NINE, add_line, assert_counts, clock_at, letter, look_into, open_at, roomy,
};

const HOME: &str = "SIGNALBOX_WORKER_HOME";
const ROUNDS: &str = "SIGNALBOX_WORKER_ROUNDS";
const CALLERS: &str = "SIGNALBOX_WORKER_CALLERS";
const DURABILITY: &str = "SIGNALBOX_WORKER_DURABILITY";

/// What a worker was told is done.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    queued: BTreeSet<i64>,
    claimed: BTreeSet<(i64, u32)>,
    finished: BTreeSet<(i64, u32)>,
    /// What was refused, and why.
    pub(crate) refused: Vec<String>,
    /// Whether something went well after something was refused.
    pub(crate) went_on: bool,
}

impl Said {
    pub(crate) fn len(&self) -> usize {
        self.queued.len() + self.claimed.len() + self.finished.len()
    }

    fn hear(&mut self, line: &str) {
        // The harness writes its own words before the first of ours.
        let Some(at) = line.find("worker: ") else { return };
        let words: Vec<&str> = line[at..].split_whitespace().skip(1).collect();
        let id = |n: usize| words.get(n).and_then(|word| word.parse().ok()).unwrap_or(0);
        let n = words.get(2).and_then(|word| word.parse().ok()).unwrap_or(0);
        match words.first() {
            Some(&"queued") => drop(self.queued.insert(id(1))),
            Some(&"claimed") => drop(self.claimed.insert((id(1), n))),
            Some(&"finished") => drop(self.finished.insert((id(1), n))),
            Some(&"goes") => {}
            Some(&"refused") => self.refused.push(words[1..].join(" ")),
            _ => return,
        }
        self.went_on |= !self.refused.is_empty() && words.first() != Some(&"refused");
    }

    /// How many of the acknowledged things a store does not have.
    pub(crate) fn missing_in(&self, path: &Path) -> usize {
        let db = look_into(path);
        let there = |sql: &str, id: i64, n: u32| -> bool {
            db.prepare_cached(sql).expect("a statement").exists([id, i64::from(n)]).expect("a look")
        };
        let queued = self
            .queued
            .iter()
            .filter(|id| !there("SELECT 1 FROM message WHERE id = ?1 AND ?2 = 0", **id, 0));
        let claimed = self.claimed.iter().filter(|(id, n)| {
            !there("SELECT 1 FROM attempt WHERE message = ?1 AND n = ?2", *id, *n)
        });
        let finished = self.finished.iter().filter(|(id, n)| {
            !there(
                "SELECT 1 FROM attempt a JOIN message m ON m.id = a.message
                 WHERE a.message = ?1 AND a.n = ?2 AND a.ended_at IS NOT NULL AND a.outcome <> 3
                     AND NOT (m.state = 1 AND m.tries = a.n)",
                *id,
                *n,
            )
        });
        queued.count() + claimed.count() + finished.count()
    }
}

/// A store that something was done to is whole: it opens, its counts are true, and nothing stays
/// in flight. Returns how much of what was said is gone.
pub(crate) async fn look_at(home: &Path, said: &Said) -> usize {
    let store = open_at(home, &clock_at(NINE), roomy()).expect("the store opens");
    store.recover(NINE).await.expect("what was in flight is written down");
    drop(store);
    let path = home.join("signalbox.db");
    let db = look_into(&path);
    let check: String =
        db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(check, "ok");
    assert_counts(&db);
    said.missing_in(&path)
}

/// How a worker is started.
pub(crate) struct Start<'a> {
    pub(crate) home: &'a Path,
    pub(crate) rounds: u32,
    pub(crate) callers: u32,
    pub(crate) durability: &'a str,
    pub(crate) with: Vec<(&'a str, String)>,
}

impl<'a> Start<'a> {
    pub(crate) fn at(home: &'a Path) -> Self {
        Self { home, rounds: u32::MAX, callers: 4, durability: "full", with: Vec::new() }
    }

    pub(crate) fn spawn(self) -> Child {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command
            .args(["--exact", "worker::a_worker_says_only_what_is_true", "--nocapture"])
            .env(HOME, self.home)
            .env(ROUNDS, self.rounds.to_string())
            .env(CALLERS, self.callers.to_string())
            .env(DURABILITY, self.durability)
            .envs(self.with)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command.spawn().expect("the worker starts")
    }

    /// Lets the worker work until it ends by itself.
    pub(crate) fn run(self) -> (Said, ExitStatus) {
        let mut child = self.spawn();
        let said = listen(&mut child, usize::MAX);
        (said, child.wait().expect("it ends"))
    }
}

/// Hears what a worker says, until it ends or has said so much.
pub(crate) fn listen(child: &mut Child, enough: usize) -> Said {
    let mut said = Said::default();
    let lines = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut ended = false;
    for line in lines.lines() {
        let Ok(line) = line else { break };
        // After a kill everything already in the pipe was acknowledged too.
        said.hear(&line);
        if !ended && said.len() >= enough {
            child.kill().expect("it can be killed");
            ended = true;
        }
    }
    said
}

/// Compiles the disk that fails. Each test brings its own, for tests may be processes of their own.
#[cfg(target_os = "linux")]
pub(crate) fn failing_disk(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/shims/disk.c");
    let library = folder.join("disk.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-o"])
        .arg(&library)
        .arg(source)
        .args(["-ldl", "-lpthread"])
        .status()
        .expect("a C compiler, which `cargo xtask test` sees to");
    assert!(built.success(), "the failing disk does not compile");
    library
}

fn say(line: &str) {
    println!("worker: {line}");
}

/// The worker, when it is asked to be one; else a short turn of it, held against the store.
#[test]
fn a_worker_says_only_what_is_true() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    if let Some(home) = std::env::var_os(HOME) {
        let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
        let rounds = number(ROUNDS).unwrap_or(u32::MAX);
        let normal = std::env::var(DURABILITY).is_ok_and(|word| word == "normal");
        let durability = if normal { Durability::NormalForProof } else { Durability::Full };
        let callers = number(CALLERS).unwrap_or(4);
        runtime.block_on(work(Path::new(&home), rounds, callers, durability));
        return;
    }
    let desk = runtime.block_on(Desk::new());
    let home = desk.into_folder();
    let (said, status) = Start { rounds: 40, ..Start::at(home.path()) }.run();
    assert!(status.success());
    assert!(said.len() > 100, "it does something: {said:?}");
    assert_eq!(runtime.block_on(look_at(home.path(), &said)), 0);
    let mut lie = said;
    lie.queued.insert(7);
    lie.finished.insert((7, 1));
    let missing = runtime.block_on(look_at(home.path(), &lie));
    assert_eq!(missing, 2, "what is missing is noticed");
}

/// Opens the store and works in `callers` tasks until each has made its rounds.
async fn work(home: &Path, rounds: u32, callers: u32, durability: Durability) {
    let clock = clock_at(NINE);
    let made = Arc::new(AtomicU32::new(0));
    while made.load(Ordering::SeqCst) < rounds {
        let options = OpenOptions { durability, ..roomy() };
        let store = match open_at(home, &clock, options) {
            Ok(store) => store,
            Err(error) => return say(&format!("refused open {error:?}")),
        };
        let Some(line) = line_of(&store).await else { return };
        if let Err(error) = store.recover(NINE).await {
            say(&format!("refused recover {error:?}"));
        }
        let tasks: Vec<_> = (0..callers)
            .map(|caller| {
                let (store, clock, made) = (store.clone(), clock.clone(), made.clone());
                tokio::spawn(async move {
                    // Closed and opened again now and then, so that cuts meet that too.
                    for turn in 0..60 {
                        if made.fetch_add(1, Ordering::SeqCst) >= rounds {
                            return;
                        }
                        one_round(&store, &clock, line, caller + turn).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("a caller does not stumble");
        }
        for _ in 0..3 {
            match store.set_settings(Default::default()).await {
                Ok(()) => say("goes on"),
                Err(error) => say(&format!("refused settings {error:?}")),
            }
        }
        store.close().await;
    }
}

async fn line_of(store: &Store) -> Option<ConnectionId> {
    match store.connections().await {
        Ok(lines) if !lines.is_empty() => Some(lines[0].id),
        Ok(_) => Some(add_line(store, "first", NINE).await),
        Err(error) => {
            say(&format!("refused lines {error:?}"));
            None
        }
    }
}

async fn one_round(store: &Store, clock: &ManualClock, line: ConnectionId, turn: u32) {
    clock.advance(Duration::from_millis(1));
    let now = clock.now().timestamp_millis();
    let mut new = letter(line, &format!("p{turn}@example.com"), now);
    new.body = "word ".repeat(turn as usize % 50 * 20);
    match store.enqueue(vec![new]).await {
        Ok(done) => {
            for one in done {
                if let Enqueued::Accepted(id) = one {
                    say(&format!("queued {}", id.raw()));
                }
            }
        }
        Err(error) => say(&format!("refused enqueue {error:?}")),
    }
    let request = ClaimRequest {
        connection: line,
        limit: 2,
        pace: Pace { unit_ms: 0, batch_spacing_ms: 0 },
        quiet_until: None,
        one_open_per_recipient: turn.is_multiple_of(2),
        breaker: None,
        boot: store.boot(),
        now,
    };
    let claimed = match store.claim(request).await {
        Ok(claimed) => claimed.messages,
        Err(error) => return say(&format!("refused claim {error:?}")),
    };
    for message in &claimed {
        say(&format!("claimed {} {}", message.row.id.raw(), message.n));
    }
    for message in claimed {
        let then = match turn % 5 {
            0 => Then::Retry { due_at: now + 5, counted: true },
            1 => Then::Attention,
            _ => Then::Accepted,
        };
        finish(store, message.row.id, message.n, then, now).await;
    }
}

/// Writes an outcome, and again until it is written, as the engine does.
async fn finish(store: &Store, id: MessageId, n: u32, then: Then, now: i64) {
    let accepted = then == Then::Accepted;
    let finish = Finish {
        message: id,
        n,
        failure: (!accepted)
            .then(|| crate::desk::failure(signalbox_domain::FailureClass::Transient, "x")),
        provider_id: accepted.then(|| format!("SM-{id}-{n}")),
        then,
        gate: None,
        line: None,
        http: None,
        poll_at: None,
        now,
    };
    for _ in 0..8 {
        match store.finish(finish.clone()).await {
            Ok(done) => {
                assert!(done.applied || done.state != MessageState::Sending);
                return say(&format!("finished {} {n}", id.raw()));
            }
            Err(error) => {
                say(&format!("refused finish {error:?}"));
                if matches!(error, StoreError::DiskFull) {
                    let _ = store.drop_ballast();
                }
            }
        }
    }
}

impl Said {
    /// Claims whose outcome could not be written.
    #[cfg(target_os = "linux")]
    pub(crate) fn unfinished(&self) -> usize {
        self.claimed.difference(&self.finished).count()
    }

    /// Adds what another worker said.
    pub(crate) fn join(&mut self, other: Self) {
        self.queued.extend(other.queued);
        self.claimed.extend(other.claimed);
        self.finished.extend(other.finished);
    }
}
