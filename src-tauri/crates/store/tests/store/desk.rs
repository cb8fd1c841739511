//! A store in a folder of its own, with a clock that moves when told, and short words for what
//! the tests do with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::{
    Channel, Clock, ConnectionId, Environment, Failure, FailureClass, ManualClock, MessageId,
    MessageState, Pace, Priority, Signal,
};
use signalbox_store::{
    ClaimRequest, ClaimedMessage, Durability, Enqueued, Finish, Finished, Home, MessageRow,
    NewChange, NewConnection, NewMessage, OpenOptions, Space, Store, Then,
};

/// 2026-03-02T09:00:00Z, a Monday.
pub(crate) const NINE: i64 = 1_772_442_000_000;
pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// One open store.
pub(crate) struct Desk {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) clock: ManualClock,
    pub(crate) line: ConnectionId,
    options: OpenOptions,
    store: Option<Store>,
}

/// Options without a floor: the machine that runs the tests may be almost full.
pub(crate) fn roomy() -> OpenOptions {
    OpenOptions { durability: Durability::Full, floor: 0, space: None, max_pages: None }
}

/// Opens the store of a folder. An empty ballast file stands in for the 8 MB that no test but one
/// is about.
pub(crate) fn open_at(
    path: &Path,
    clock: &ManualClock,
    options: OpenOptions,
) -> signalbox_store::Result<Store> {
    let home = Home::take(path)?;
    if !path.join("ballast").exists() {
        std::fs::write(path.join("ballast"), b"").expect("the folder takes a file");
    }
    Store::open(home, Arc::new(clock.clone()), options)
}

pub(crate) fn clock_at(ms: i64) -> ManualClock {
    ManualClock::at(chrono::DateTime::from_timestamp_millis(ms).expect("an instant"))
}

pub(crate) fn failure(class: FailureClass, code: &str) -> Failure {
    Failure::new(class, code, format!("It failed with {code}"), "Mend it")
}

pub(crate) fn told(at: i64, say: &str) -> NewChange {
    NewChange {
        at,
        connection: None,
        signal: Signal::Clear,
        say: say.into(),
        detail: None,
        actor: "test".into(),
    }
}

pub(crate) fn a_line(name: &str) -> NewConnection {
    NewConnection {
        provider: "twilio".into(),
        name: name.into(),
        environment: Environment::Production,
        channel: Some(Channel::Sms),
        address: Some("+15550199".into()),
        fields: BTreeMap::new(),
        urls: BTreeMap::new(),
    }
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(roomy()).await
    }

    pub(crate) async fn with(options: OpenOptions) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = clock_at(NINE);
        let store = open_at(dir.path(), &clock, options.clone()).expect("the store opens");
        let line = add_line(&store, "first", NINE).await;
        Self { dir, clock, line, options, store: Some(store) }
    }

    /// A store that believes the disk to have `free` bytes, with a floor of 1,000.
    pub(crate) async fn with_free(free: Arc<std::sync::atomic::AtomicU64>) -> Self {
        let mut desk = Self::new().await;
        let measure = move |_: &Path| Ok(free.load(std::sync::atomic::Ordering::SeqCst));
        desk.options.space = Some(Space::measured(desk.dir.path(), 1_000, Arc::new(measure)));
        desk.reopen();
        desk
    }

    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().expect("the store is open")
    }

    /// Ends the store and opens it again, as a crash at a quiet moment does.
    pub(crate) fn reopen(&mut self) {
        self.store = None;
        let store = open_at(self.dir.path(), &self.clock, self.options.clone());
        self.store = Some(store.expect("the store opens again"));
    }

    pub(crate) fn shut(&mut self) {
        self.store = None;
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    pub(crate) fn pass(&self, ms: i64) {
        self.clock.advance(Duration::from_millis(u64::try_from(ms).expect("forward")));
    }

    pub(crate) async fn add_line(&self, name: &str) -> ConnectionId {
        add_line(self.store(), name, self.now()).await
    }

    /// A message to `to`, useful for a day.
    pub(crate) fn letter(&self, to: &str) -> NewMessage {
        letter(self.line, to, self.now())
    }

    pub(crate) async fn accept(&self, new: NewMessage) -> MessageId {
        match self.store().enqueue(vec![new]).await.expect("it is committed")[..] {
            [Enqueued::Accepted(id)] => id,
            ref other => panic!("not accepted: {other:?}"),
        }
    }

    /// Accepts a plain message to `to`.
    pub(crate) async fn queue(&self, to: &str) -> MessageId {
        self.accept(self.letter(to)).await
    }

    /// What an eager dispatcher asks for.
    pub(crate) fn ask(&self) -> ClaimRequest {
        ClaimRequest {
            connection: self.line,
            limit: 100,
            pace: Pace { unit_ms: 0, batch_spacing_ms: 0 },
            quiet_until: None,
            one_open_per_recipient: false,
            breaker: None,
            boot: self.store().boot(),
            now: self.now(),
        }
    }

    pub(crate) async fn claim(&self) -> Vec<ClaimedMessage> {
        self.store().claim(self.ask()).await.expect("the claim is committed").messages
    }

    /// Claims with look-up: at most one open message per recipient.
    pub(crate) async fn claim_watched(&self) -> Vec<ClaimedMessage> {
        let request = ClaimRequest { one_open_per_recipient: true, ..self.ask() };
        self.store().claim(request).await.expect("the claim is committed").messages
    }

    /// Accepts and claims one message, so that its first attempt is in flight.
    pub(crate) async fn in_flight(&self, to: &str) -> MessageId {
        let id = self.queue(to).await;
        let claimed = self.claim().await;
        assert!(claimed.iter().any(|message| message.row.id == id), "it is claimed at once");
        id
    }

    pub(crate) fn end_of(&self, message: MessageId, n: u32, then: Then) -> Finish {
        Finish {
            message,
            n,
            failure: None,
            provider_id: None,
            then,
            gate: None,
            line: None,
            http: None,
            poll_at: None,
            now: self.now(),
        }
    }

    pub(crate) async fn finish(&self, finish: Finish) -> Finished {
        self.store().finish(finish).await.expect("the finish is committed")
    }

    /// Ends attempt `n` well, with a provider's id.
    pub(crate) async fn accepted(&self, id: MessageId, n: u32, provider_id: &str) -> Finished {
        let finish =
            Finish { provider_id: Some(provider_id.into()), ..self.end_of(id, n, Then::Accepted) };
        self.finish(finish).await
    }

    /// Ends attempt `n` with a failure.
    pub(crate) async fn failed(&self, id: MessageId, n: u32, code: &str, then: Then) -> Finished {
        let failure = Some(failure(FailureClass::Transient, code));
        self.finish(Finish { failure, ..self.end_of(id, n, then) }).await
    }

    pub(crate) async fn row(&self, id: MessageId) -> MessageRow {
        self.store().message(id).await.expect("the message is there").row
    }

    pub(crate) async fn state(&self, id: MessageId) -> MessageState {
        self.row(id).await.state
    }

    /// The words of a message's timeline.
    pub(crate) async fn story(&self, id: MessageId) -> Vec<String> {
        let whole = self.store().message(id).await.expect("the message is there");
        whole.timeline.into_iter().map(|row| row.what).collect()
    }

    /// The file itself, to see what no function shows.
    pub(crate) fn file(&self) -> rusqlite::Connection {
        look_into(self.store().path())
    }

    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.file().query_row(sql, [], |row| row.get(0)).expect("a number")
    }

    pub(crate) fn assert_counts(&self) {
        assert_counts(&self.file());
    }
}

pub(crate) fn look_into(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
        .expect("the file can be read")
}

pub(crate) async fn add_line(store: &Store, name: &str, at: i64) -> ConnectionId {
    store
        .add_connection(a_line(name), |_| Ok(b"sealed".to_vec()), told(at, "a line was made"))
        .await
        .expect("the line is committed")
}

pub(crate) fn letter(line: ConnectionId, to: &str, now: i64) -> NewMessage {
    NewMessage {
        connection: line,
        route: Vec::new(),
        channel: Channel::Sms,
        recipient: to.into(),
        name: None,
        subject: None,
        body: "See you at nine".into(),
        priority: Priority::Direct,
        units: 1,
        batch: None,
        send_at: None,
        useful_until: now + 24 * HOUR,
        created_at: now,
        actor: "test".into(),
        idempotency: None,
    }
}

/// Every counter against a real count: by line, by hour, by batch, by cause.
pub(crate) fn assert_counts(db: &rusqlite::Connection) {
    let pairs = [
        (
            "counter",
            "SELECT connection, state * 100 + COALESCE(reason, 0), 0, COUNT(*) FROM message GROUP BY 1, 2",
            "SELECT connection, shelf, 0, n FROM counter WHERE n <> 0",
        ),
        (
            "tally",
            "SELECT hour, connection, state * 100 + COALESCE(reason, 0), COUNT(*) FROM message GROUP BY 1, 2, 3",
            "SELECT hour, connection, shelf, n FROM tally WHERE n <> 0",
        ),
        (
            "batch_counter",
            "SELECT batch, state * 100 + COALESCE(reason, 0), 0, COUNT(*) FROM message
             WHERE batch IS NOT NULL GROUP BY 1, 2",
            "SELECT batch, shelf, 0, n FROM batch_counter WHERE n <> 0",
        ),
        (
            "cause",
            "SELECT connection, failure, state, COUNT(*) FROM message
             WHERE state IN (7, 8, 12) AND failure IS NOT NULL GROUP BY 1, 2, 3",
            "SELECT connection, failure, state, n FROM cause WHERE n <> 0",
        ),
    ];
    // One snapshot, or a writer at work would make true counts differ.
    db.execute_batch("BEGIN").expect("a snapshot");
    for (what, real, kept) in pairs {
        assert_eq!(rows(db, real), rows(db, kept), "{what} differs from a real count");
    }
    db.execute_batch("ROLLBACK").expect("the snapshot ends");
}

fn rows(db: &rusqlite::Connection, sql: &str) -> BTreeSet<[i64; 4]> {
    let mut statement = db.prepare(sql).expect("a statement");
    let rows = statement
        .query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))
        .expect("rows");
    rows.map(|row| row.expect("a row of numbers")).collect()
}

/// A number from the environment, for campaigns that are longer than what each change must pass.
pub(crate) fn cases(variable: &str, otherwise: u32) -> u32 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Small numbers that look random and are the same each time a seed is.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % n.max(1)
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}

impl Desk {
    /// The same folder, opened with other options.
    pub(crate) fn again(mut desk: Self, options: OpenOptions) -> Self {
        desk.options = options;
        desk.reopen();
        desk
    }
}

impl Desk {
    /// Closes the store and keeps its folder.
    pub(crate) fn into_folder(mut self) -> tempfile::TempDir {
        self.store = None;
        self.dir
    }
}
