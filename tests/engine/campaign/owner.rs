//! The owner of the home: sends as fast as its lines go, and says what was accepted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use signalbox_domain::{Channel, Clock, ConnectionId, HoldReason, MessageState};
use signalbox_engine::{Engine, SendRequest};

use super::providers::urls;
use super::roles::{given, say, until_told_to_end};
use crate::real::clock::FastClock;
use crate::real::wire::QuickWire;
use crate::real::{Typed, connected, options};

/// Undecided messages of a line beyond which it gets no more: the campaign is about kills, not
/// about a backlog.
const BACKLOG: i64 = 30;
/// Callers at once.
const CALLERS: usize = 12;
/// How long an answer is waited for, by the fast clock.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an owner is started for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duty {
    /// To send until it is killed.
    Send,
    /// To finish what was accepted, and end.
    Finish,
}

pub(crate) fn run(duty: Duty) {
    let (folder, clock) = given();
    if duty == Duty::Send {
        // A parent that is gone must not leave an owner behind.
        std::thread::spawn(|| {
            until_told_to_end();
            std::process::exit(0);
        });
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let wire = QuickWire::waiting(clock.really(PATIENCE));
        let options = options(&folder, Arc::new(clock), wire).await;
        let engine = Engine::start(options).await.expect("the engine starts");
        let lines = lines(&engine, &folder).await;
        say("ready");
        match duty {
            Duty::Send => send(engine, clock, lines).await,
            Duty::Finish => finish(engine, clock).await,
        }
    });
}

/// Senders of every pace, and every way to settle a doubt: 28 attempts in flight at once.
async fn lines(engine: &Engine, folder: &std::path::Path) -> Vec<(ConnectionId, Channel)> {
    let (twilio, resend, smtp) = urls(folder);
    let (host, port) = smtp.rsplit_once(':').expect("host and port");
    let account = ("account_sid", signalbox_sandbox::config::ACCOUNT_SID);
    let token = [("auth_token", signalbox_sandbox::config::AUTH_TOKEN)];
    let mut lines = Vec::new();
    for (name, from) in [("Short", "72975"), ("Shop", "SIGNALBOX"), ("Long", "+15550100100")] {
        let fields = [account, ("from", from)];
        let api = Some(twilio.as_str());
        let typed = Typed { provider: "twilio", name, fields: &fields, secrets: &token, api };
        lines.push((connected(engine, &typed).await, Channel::Sms));
    }
    let typed = Typed {
        provider: "resend",
        name: "Newsletter",
        fields: &[("from", "Corner Barber <desk@barber.example>")],
        secrets: &[("api_key", signalbox_sandbox::config::API_KEY)],
        api: Some(&resend),
    };
    lines.push((connected(engine, &typed).await, Channel::Email));
    for (name, from) in [("Post", "desk@barber.example"), ("Second post", "shop@barber.example")] {
        let fields = [("host", host), ("port", port), ("tls", "none"), ("from", from)];
        let typed = Typed { provider: "smtp", name, fields: &fields, secrets: &[], api: None };
        lines.push((connected(engine, &typed).await, Channel::Email));
    }
    lines
}

async fn send(engine: Engine, clock: FastClock, lines: Vec<(ConnectionId, Channel)>) {
    let (lines, turn) = (Arc::new(lines), Arc::new(AtomicUsize::new(0)));
    let callers = (0..CALLERS).map(|_| {
        let (engine, lines, turn) = (engine.clone(), lines.clone(), turn.clone());
        tokio::spawn(async move {
            loop {
                let open = undecided(&engine).await;
                let n = turn.fetch_add(1, Ordering::Relaxed);
                // The line with the least to do, and after each other where they are alike.
                let (waiting, (connection, channel)) = (0..lines.len())
                    .map(|k| lines[(n + k) % lines.len()])
                    .map(|line| (open.get(&line.0).copied().unwrap_or(0), line))
                    .min_by_key(|(waiting, _)| *waiting)
                    .expect("there are lines");
                if waiting < BACKLOG {
                    let sent = engine.send(request(n, connection, channel), "campaign").await;
                    say(&format!("accepted {}", sent.expect("nothing is wrong with it").id));
                }
                clock.sleep(Duration::from_millis(200)).await;
            }
        })
    });
    futures_util::future::join_all(callers).await;
}

fn request(n: usize, connection: ConnectionId, channel: Channel) -> SendRequest {
    // Unique over all lives, so that the ledger can be counted by it.
    let body = format!("Visit {n} of {:016x}", getrandom::u64().expect("randomness"));
    let to = match channel {
        Channel::Email => format!("guest-{}@practice.example", n % 500),
        // The ordinary practice numbers of a few area codes; some meet each other.
        _ => format!("+1{}55501{:02}", [202, 212, 303, 404, 415][n / 50 % 5], n % 50),
    };
    SendRequest {
        channel,
        to,
        body,
        subject: (channel == Channel::Email).then(|| "Your visit".to_owned()),
        fields: None,
        connection: Some(connection),
        route: Vec::new(),
        send_at: None,
        useful_until: None,
        idempotency_key: None,
        name: None,
    }
}

/// Messages that the engine still has something to do about, by line.
async fn undecided(engine: &Engine) -> BTreeMap<ConnectionId, i64> {
    let counts = engine.store().counts().await.expect("counts can be read");
    let mut open = BTreeMap::new();
    for (line, state, reason, n) in counts {
        let is_open = match state {
            MessageState::Queued | MessageState::Sending | MessageState::Held => true,
            MessageState::Unknown => reason != Some(HoldReason::Asked),
            _ => false,
        };
        if is_open {
            *open.entry(line).or_default() += n;
        }
    }
    open
}

async fn finish(engine: Engine, clock: FastClock) {
    while !undecided(&engine).await.is_empty() {
        clock.sleep(Duration::from_secs(5)).await;
    }
    engine.shutdown(Duration::from_secs(600)).await;
    say("at rest");
}
