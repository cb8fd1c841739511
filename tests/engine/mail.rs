//! A list of five hundred goes out by a real mail server that has a bad day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use signalbox_domain::{Channel, Clock, HoldReason, MessageId, MessageState};
use signalbox_engine::{Engine, Import, Resolution, SystemClock};
use signalbox_store::{MessageRow, PageRequest, Stream};

use crate::real::clock::FastClock;
use crate::real::peer::Peer;
use crate::real::wire::QuickWire;
use crate::real::{Typed, connected, options};
use crate::rows;

/// Five minutes in a second and a half: mails that are put off come back within seconds.
const SPEED: u32 = 200;

/// A mail server that counts.
struct MailServer {
    peer: Peer,
    ledger: std::path::PathBuf,
}

impl MailServer {
    fn start(folder: &std::path::Path) -> Self {
        let ledger = folder.join("mails.jsonl");
        let peer = Peer::start("smtp.mjs", &["--ledger", ledger.to_str().expect("UTF-8")]);
        Self { peer, ledger }
    }

    fn goes_wrong(&mut self, fault: &str, next: u32) {
        self.peer.ask(&json!({ "fault": fault, "next": next }));
    }

    /// How often it took each mail, by the message it names itself after.
    fn taken(&self, home: &str) -> BTreeMap<String, usize> {
        let text = std::fs::read_to_string(&self.ledger).unwrap_or_default();
        let mut times = BTreeMap::new();
        for line in text.lines() {
            let mail: Value = serde_json::from_str(line).expect("a line of the ledger");
            let id = mail["message_id"].as_str().expect("a Message-ID");
            let token = id.trim_matches(['<', '>']).split('@').next().unwrap_or_default();
            let rest = token.strip_prefix(home).expect("a token of this home");
            let message = rest.trim_start_matches('-').split('-').next().unwrap_or_default();
            *times.entry(message.to_owned()).or_default() += 1;
        }
        times
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_good_row_arrives_once_or_is_held_for_a_person_and_every_bad_one_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = MailServer::start(folder.path());
    let clock = FastClock::since(SystemClock::new().now(), SPEED);
    let wire = QuickWire::waiting(Duration::from_secs(4));
    let options = options(folder.path(), Arc::new(clock), wire).await;
    let engine = Engine::start(options).await.unwrap();
    let port = server.peer.ready["port"].to_string();
    let fields = [
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("tls", "none"),
        ("from", "desk@barber.example"),
    ];
    let typed = Typed { provider: "smtp", name: "Post", fields: &fields, secrets: &[], api: None };
    let line = connected(&engine, &typed).await;

    for (fault, next) in [
        ("defer_450", 25),
        ("defer_421", 6),
        ("defer_450", 25),
        ("defer_421", 6),
        ("drop_before", 5),
        ("drop_after", 5),
        ("hang_after", 2),
    ] {
        server.goes_wrong(fault, next);
    }
    let list = rows::mails();
    for address in list.opted_out {
        let now = clock.now().timestamp_millis();
        let store = engine.store();
        store
            .set_consent(Channel::Email, (*address).into(), false, "test".into(), now)
            .await
            .unwrap();
    }
    let import = Import {
        csv: list.csv,
        map: rows::map(&[("Address", "to"), ("Name", "name"), ("Until", "useful_until")]),
        channel: Channel::Email,
        body: Some("Hello {name}, we are closed on Monday.".into()),
        subject: Some("Closed on Monday".into()),
        country: None,
        connection: Some(line),
        name: Some("Everybody".into()),
        send_at: None,
        useful_until: None,
        idempotency_key: Some("monday".into()),
    };
    let batch = engine.start_import(import.clone(), "test").await.unwrap();
    assert_eq!(
        engine.start_import(import, "test").await.unwrap(),
        batch,
        "asked twice under one key, it is sent once"
    );

    let kept = engine.store().batch(batch).await.unwrap();
    let bad: Vec<signalbox_engine::BadRow> = serde_json::from_str(&kept.bad).unwrap();
    list.bad.assert_listed(&bad);
    assert_eq!(kept.total, 500);

    let rows = at_rest(&engine, &clock, batch).await;
    assert_eq!(rows.len(), 480, "each good row is a message");
    let home = engine.store().home_id().to_owned();
    let taken = server.taken(&home);
    let (mut asked, mut arrived) = (Vec::new(), 0);
    for row in &rows {
        let times = taken.get(&row.id.to_string()).copied().unwrap_or(0);
        match (row.state, row.reason) {
            (MessageState::Accepted, _) => {
                assert_eq!(times, 1, "{} arrives exactly once", row.id);
                arrived += 1;
            }
            (MessageState::Unknown, Some(HoldReason::Asked)) => asked.push((row.id, times)),
            other => panic!("{} is {other:?}: {:?}", row.id, row.failure),
        }
    }
    assert_eq!((arrived, asked.len()), (468, 12), "a person is asked about each dropped answer");
    assert_eq!(asked.iter().filter(|(_, times)| *times == 1).count(), 7);
    assert!(taken.values().all(|times| *times == 1), "nothing arrives twice: {taken:?}");

    // A person looks into the server's log, and says what it says.
    for (id, times) in &asked {
        let word = if *times == 1 { Resolution::Sent } else { Resolution::Again };
        engine.resolve(*id, word, "test").await.unwrap();
    }
    let rows = at_rest(&engine, &clock, batch).await;
    let taken = server.taken(&home);
    let all: BTreeSet<MessageId> = rows.iter().map(|row| row.id).collect();
    assert!(rows.iter().all(|row| row.state == MessageState::Accepted));
    assert!(all.iter().all(|id| taken.get(&id.to_string()) == Some(&1)), "each of them once");
    assert!(engine.store().counters_agree().await.unwrap());
    engine.shutdown(Duration::from_secs(60)).await;
}

/// The batch once nothing of it will move by itself any more.
async fn at_rest(
    engine: &Engine,
    clock: &FastClock,
    batch: signalbox_domain::BatchId,
) -> Vec<MessageRow> {
    for _ in 0..10_000 {
        let request = PageRequest {
            streams: vec![Stream::Batch(batch)],
            cursor: None,
            from: 0,
            until: i64::MAX,
            reasons: Vec::new(),
            limit: 1_000,
        };
        let rows = engine.store().page(request).await.unwrap().rows;
        let open = |row: &MessageRow| match row.state {
            MessageState::Queued | MessageState::Sending | MessageState::Held => true,
            MessageState::Unknown => row.reason.is_none(),
            _ => false,
        };
        if !rows.iter().any(open) {
            return rows;
        }
        clock.sleep(Duration::from_secs(5)).await;
    }
    panic!("the batch does not come to rest");
}
