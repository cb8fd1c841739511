//! The reckoning: the store of the home against the ledger of the providers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use signalbox_domain::{HoldReason, MessageId, MessageState};
use signalbox_engine::SystemClock;
use signalbox_sandbox::Provider;
use signalbox_store::{Cursor, Home, MessageWhole, OpenOptions, PageRequest, Store, Stream};

use super::providers::ledger;

/// What came out.
#[derive(Default)]
pub(crate) struct Count {
    accepted: usize,
    taken: BTreeMap<&'static str, usize>,
    lost: usize,
    doubled: usize,
    undecided: usize,
    attention: usize,
    looked_up: usize,
    again: usize,
    pub(crate) most_in_flight: usize,
    /// Everything that breaks a promise, in words.
    pub(crate) faults: Vec<String>,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} accepted, {:?} taken by providers; {} lost, {} doubled, {} undecided and listed, \
             {} failed and listed; {} settled by look-up, {} sent again after one; at most {} in flight",
            self.accepted,
            self.taken,
            self.lost,
            self.doubled,
            self.undecided,
            self.attention,
            self.looked_up,
            self.again,
            self.most_in_flight
        )
    }
}

/// One line of the ledger, as far as it is needed here.
#[derive(serde::Deserialize)]
struct Taken {
    provider: Provider,
    body: String,
    token: Option<String>,
}

/// How often each message was taken: text messages by their unique text, mails by their key.
fn taken(folder: &Path, count: &mut Count) -> BTreeMap<String, usize> {
    let text = std::fs::read_to_string(ledger(folder)).expect("the providers kept a ledger");
    let mut times = BTreeMap::new();
    for line in text.lines() {
        let taken: Taken = serde_json::from_str(line).expect("a line of the ledger");
        let (name, key) = match taken.provider {
            Provider::Twilio => ("twilio", taken.body),
            Provider::Resend => ("resend", taken.token.expect("a key with every mail")),
            Provider::Smtp => {
                let id = taken.token.expect("a Message-ID with every mail");
                let id = id.trim_matches(['<', '>']);
                ("smtp", id.split('@').next().unwrap_or_default().to_owned())
            }
        };
        *count.taken.entry(name).or_default() += 1;
        *times.entry(key).or_default() += 1;
    }
    times
}

/// Opens the home as its next owner would and compares.
pub(crate) fn of(folder: &Path, accepted: &BTreeSet<String>) -> Count {
    let mut count = Count { accepted: accepted.len(), ..Count::default() };
    let taken = taken(folder, &mut count);
    let home = Home::take(&folder.join("home")).expect("the last owner has ended");
    let options = OpenOptions { floor: 0, ..OpenOptions::default() };
    // Opening checks the file: a damaged one is refused.
    let store =
        Store::open(home, Arc::new(SystemClock::new()), options).expect("the store is whole");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        if !store.counters_agree().await.expect("the store can be read") {
            count.faults.push("the counters do not agree with the messages".into());
        }
        let asked = listed_as_asked(&store).await;
        let messages = all(&store).await;
        let known: BTreeSet<String> =
            messages.iter().map(|message| message.row.id.to_string()).collect();
        for id in accepted.difference(&known) {
            count.lost += 1;
            count.faults.push(format!("lost: {id} was accepted and is not in the store"));
        }
        for message in &messages {
            judge(&mut count, message, &taken, &asked, store.home_id());
        }
        count.most_in_flight = most_in_flight(&messages);
        store.close().await;
    });
    count
}

fn judge(
    count: &mut Count,
    message: &MessageWhole,
    taken: &BTreeMap<String, usize>,
    asked: &BTreeSet<MessageId>,
    home: &str,
) {
    let row = &message.row;
    let token = format!("{home}-{}-{}", row.id, row.round);
    let times = taken.get(&message.body).or_else(|| taken.get(&token)).copied().unwrap_or(0);
    if times > 1 {
        count.doubled += 1;
        count.faults.push(format!("doubled: {} was taken {times} times\n{message:#?}", row.id));
    }
    let did = |what: &str| message.timeline.iter().any(|step| step.what.starts_with(what));
    count.looked_up += usize::from(message.timeline.iter().any(|step| step.actor == "look-up"));
    count.again += usize::from(did("released"));
    let fine = match row.state {
        MessageState::Accepted
        | MessageState::Sent
        | MessageState::Delivered
        | MessageState::Read => times == 1,
        // May have been sent, or not: a person is asked, and sees it.
        MessageState::Unknown => {
            count.undecided += 1;
            row.reason == Some(HoldReason::Asked) && asked.contains(&row.id)
        }
        MessageState::NeedsAttention => {
            count.attention += 1;
            times == 0 && row.failure.is_some()
        }
        _ => false,
    };
    if !fine {
        count.lost += usize::from(times == 0);
        count.faults.push(format!(
            "wrong: {} is {} but was taken {times} times\n{message:#?}",
            row.id, row.state
        ));
    }
}

/// The list a person sees of what may have been sent.
async fn listed_as_asked(store: &Store) -> BTreeSet<MessageId> {
    let lines = store.connections().await.expect("the store can be read");
    let streams = lines.iter().map(|line| Stream::Shelf(line.id, MessageState::Unknown)).collect();
    page_through(store, streams, vec![HoldReason::Asked]).await.into_iter().collect()
}

async fn all(store: &Store) -> Vec<MessageWhole> {
    let mut messages = Vec::new();
    for id in page_through(store, vec![Stream::All], Vec::new()).await {
        messages.push(store.message(id).await.expect("a listed message can be read"));
    }
    messages
}

async fn page_through(
    store: &Store,
    streams: Vec<Stream>,
    reasons: Vec<HoldReason>,
) -> Vec<MessageId> {
    let mut ids = Vec::new();
    let mut cursor = None;
    loop {
        let request = PageRequest {
            streams: streams.clone(),
            cursor,
            from: 0,
            until: i64::MAX,
            reasons: reasons.clone(),
            limit: 1_000,
        };
        let page = store.page(request).await.expect("the store can be read");
        ids.extend(page.rows.iter().map(|row| row.id));
        match page.rows.last() {
            Some(last) if page.older => cursor = Some(Cursor::After(last.id)),
            _ => return ids,
        }
    }
}

/// The most attempts that were open at one instant, by the journal.
fn most_in_flight(messages: &[MessageWhole]) -> usize {
    let mut steps: Vec<(i64, i64)> = Vec::new();
    for attempt in messages.iter().flat_map(|message| &message.attempts) {
        steps.push((attempt.intent_at, 1));
        steps.push((attempt.ended_at.unwrap_or(i64::MAX), -1));
    }
    // An end at the same millisecond counts before a beginning.
    steps.sort_unstable();
    let (mut open, mut most) = (0_i64, 0);
    for (_, by) in steps {
        open += by;
        most = most.max(open);
    }
    usize::try_from(most).unwrap_or(0)
}
