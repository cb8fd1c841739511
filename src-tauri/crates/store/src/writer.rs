//! The one writer: a thread that owns the only writing connection and commits in groups.
//!
//! Whatever waits in the queue when a commit ends (256 jobs at most) shares the next one, so the
//! price of a sync is shared too; a single caller waits for nobody. A job is acknowledged after
//! its COMMIT returned, never before.
//!
//! A job's failure undoes its own rows and nobody else's. For that each job runs in a savepoint,
//! which copies every page it touches; the jobs of a message's way are so many that this was a
//! fifth of their price. They may be run twice, so a group of only those is run bare, and in the
//! rare case that one fails the whole is undone and run again with savepoints.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use signalbox_domain::Clock;
use signalbox_domain::ids::IdSource;
use tokio::sync::{mpsc, oneshot};

use crate::counters::Deltas;
use crate::error::{Result, StoreError};
use crate::failures::FailureBook;
use crate::pragmas::{self, Durability};

const QUEUE: usize = 4096;
const GROUP: usize = 256;

/// What a job sees: the open transaction and what the writer keeps beside it.
pub(crate) struct Tx<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) deltas: &'a mut Deltas,
    pub(crate) failures: &'a mut FailureBook,
    ids: &'a mut IdSource,
    clock: &'a dyn Clock,
}

impl Tx<'_> {
    /// Now (Unix ms), as the job runs.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    /// The next id of any table.
    pub(crate) fn next_id(&mut self) -> Result<i64> {
        let entropy = getrandom::u32().map_err(|error| StoreError::Io(error.to_string()))?;
        Ok(self.ids.next_raw(self.clock.now().timestamp_millis(), entropy))
    }
}

/// Work for the open group, and whoever waits for it.
trait Job: Send {
    /// Whether it may be run again after its rows were undone.
    fn is_repeatable(&self) -> bool;
    /// Runs it and keeps what came of it; says how it failed.
    fn run(&mut self, tx: &mut Tx<'_>) -> Option<StoreError>;
    /// Answers, once the commit is decided: with its error, or with what came of the work.
    fn acknowledge(self: Box<Self>, commit_error: Option<StoreError>);
}

struct Task<T, W> {
    work: W,
    is_repeatable: bool,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, W> Job for Task<T, W>
where
    T: Send,
    W: FnMut(&mut Tx<'_>) -> Result<T> + Send,
{
    fn is_repeatable(&self) -> bool {
        self.is_repeatable
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Option<StoreError> {
        self.result = None;
        let result = self.result.insert((self.work)(tx));
        result.as_ref().err().cloned()
    }

    fn acknowledge(self: Box<Self>, commit_error: Option<StoreError>) {
        // Nobody listens when the caller has gone; the commit stands all the same. A job that
        // panicked has no result: the caller learns it by the dropped reply.
        if let Some(result) = commit_error.map(Err).or(self.result) {
            let _ = self.reply.send(result);
        }
    }
}

enum Order {
    Run(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// The sending end. Dropping it commits what is queued and waits for the thread: the home's lock
/// is given back after it, so that no commit of this process can come after the next owner's first.
#[derive(Debug)]
pub(crate) struct Writer {
    // Dropped before `thread`, which then ends.
    queue: mpsc::Sender<Order>,
    _thread: Joined,
}

#[derive(Debug)]
struct Joined(Option<JoinHandle<()>>);

impl Drop for Joined {
    fn drop(&mut self) {
        // A job that owned the last handle runs on the thread itself, which cannot wait for its end.
        if let Some(thread) = self.0.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the writer's thread panicked");
        }
    }
}

/// What the thread needs to start, and to start again after a disk error.
pub(crate) struct WriterStart {
    pub(crate) path: PathBuf,
    pub(crate) durability: Durability,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) last_id: i64,
}

impl Writer {
    pub(crate) fn start(connection: Connection, start: WriterStart) -> Result<Self> {
        let (queue, orders) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run(connection, start, orders))?;
        Ok(Self { queue, _thread: Joined(Some(thread)) })
    }

    /// Runs a job in the next group. Waits for a place in the queue.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (order, answer) = order(once(job), false);
        self.queue.send(order).await.map_err(|_| StoreError::Closed)?;
        self.answered(answer).await
    }

    /// As [`Self::run`], for a job that may be run twice: it changes nothing outside the store.
    pub(crate) async fn run_repeatable<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (order, answer) = order(job, true);
        self.queue.send(order).await.map_err(|_| StoreError::Closed)?;
        self.answered(answer).await
    }

    async fn answered<T>(&self, answer: oneshot::Receiver<Result<T>>) -> Result<T> {
        match answer.await {
            Ok(result) => result,
            Err(_) if self.queue.is_closed() => Err(StoreError::Closed),
            // The job panicked. Nothing of it was kept, and the store goes on.
            Err(_) => Err(StoreError::Io("the job stumbled and was undone".into())),
        }
    }

    /// Runs a job, or says [`StoreError::Busy`] at once when the queue is full: for the doors,
    /// where backpressure is an answer.
    pub(crate) async fn offer<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.try_send(order(once(job), false)).await
    }

    /// As [`Self::offer`], for a job that may be run twice: it changes nothing outside the store.
    pub(crate) async fn offer_repeatable<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.try_send(order(job, true)).await
    }

    async fn try_send<T>(
        &self,
        (order, answer): (Order, oneshot::Receiver<Result<T>>),
    ) -> Result<T> {
        self.queue.try_send(order).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })?;
        self.answered(answer).await
    }

    /// Commits what is queued, empties the log into the file and ends the thread.
    pub(crate) async fn close(&self) {
        let (done, ended) = oneshot::channel();
        if self.queue.send(Order::Close(done)).await.is_ok() {
            // An error means that the thread has already ended, which is what was asked for.
            let _ = ended.await;
        }
    }
}

fn order<T: Send + 'static>(
    work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    is_repeatable: bool,
) -> (Order, oneshot::Receiver<Result<T>>) {
    let (reply, answer) = oneshot::channel();
    (Order::Run(Box::new(Task { work, is_repeatable, result: None, reply })), answer)
}

fn once<T>(job: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> impl FnMut(&mut Tx<'_>) -> Result<T> {
    let mut job = Some(job);
    move |tx| match job.take() {
        Some(job) => job(tx),
        None => Err(StoreError::Io("a job that runs once was run again".into())),
    }
}

fn run(connection: Connection, start: WriterStart, mut orders: mpsc::Receiver<Order>) {
    let mut desk = Desk {
        connection: Some(connection),
        deltas: Deltas::default(),
        failures: FailureBook::default(),
        ids: IdSource::after(start.last_id),
        start,
    };
    let mut group = Vec::with_capacity(GROUP);
    let mut closing = None;
    while closing.is_none() && orders.blocking_recv_many(&mut group, GROUP) > 0 {
        let mut jobs = Vec::with_capacity(group.len());
        for order in group.drain(..) {
            match order {
                Order::Run(job) => jobs.push(job),
                Order::Close(done) => closing = Some(done),
            }
        }
        desk.commit(jobs);
    }
    desk.finish();
    if let Some(done) = closing {
        // The closer may have given up waiting.
        let _ = done.send(());
    }
}

struct Desk {
    connection: Option<Connection>,
    deltas: Deltas,
    failures: FailureBook,
    ids: IdSource,
    start: WriterStart,
}

impl Desk {
    fn commit(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let error = self.try_commit(&mut jobs).err();
        if let Some(error) = &error {
            tracing::error!(%error, jobs = jobs.len(), "a commit failed");
            self.recover(error);
        }
        for job in jobs {
            job.acknowledge(error.clone());
        }
    }

    /// Runs jobs and commits them. After an error nothing of them counts.
    fn try_commit(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<()> {
        if self.connection.is_none() {
            self.connection = Some(self.start.reopen()?);
        }
        self.begin()?;
        // A job that has the commit to itself needs no savepoint: undoing it undoes everything.
        let alone = jobs.len() == 1;
        if !alone && !jobs.iter().all(|job| job.is_repeatable()) {
            self.each_apart(jobs)?;
        } else if let Some(error) = jobs.iter_mut().find_map(|job| self.step(&mut **job)) {
            self.undo(error)?;
            if alone {
                return Ok(());
            }
            self.begin()?;
            self.each_apart(jobs)?;
        }
        let db = open(&self.connection)?;
        self.deltas.flush(db)?;
        db.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }

    fn begin(&self) -> Result<()> {
        open(&self.connection)?.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(())
    }

    /// Each job in a savepoint of its own.
    fn each_apart(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<()> {
        for job in jobs {
            open(&self.connection)?.prepare_cached("SAVEPOINT job")?.execute([])?;
            let mark = self.deltas.mark();
            let failed = self.step(&mut **job);
            let db = open(&self.connection)?;
            let Some(error) = failed else {
                db.prepare_cached("RELEASE job")?.execute([])?;
                continue;
            };
            if db.is_autocommit() {
                // SQLite has rolled the whole group back by itself: the disk is full or failed.
                return Err(error);
            }
            self.deltas.back_to(mark);
            self.failures.forget();
            db.execute_batch("ROLLBACK TO job; RELEASE job")?;
        }
        Ok(())
    }

    /// Runs one job in the open transaction. Says how it failed, by an error or by a panic.
    fn step(&mut self, job: &mut dyn Job) -> Option<StoreError> {
        let db = match open(&self.connection) {
            Ok(db) => db,
            Err(error) => return Some(error),
        };
        let mut tx = Tx {
            db,
            deltas: &mut self.deltas,
            failures: &mut self.failures,
            ids: &mut self.ids,
            clock: &*self.start.clock,
        };
        catch_unwind(AssertUnwindSafe(|| job.run(&mut tx))).unwrap_or_else(|_| {
            tracing::error!("a store job panicked and is undone");
            Some(StoreError::Io("the job panicked".into()))
        })
    }

    /// Undoes the whole group after `error`; passes it on where SQLite has done so by itself.
    fn undo(&mut self, error: StoreError) -> Result<()> {
        let db = open(&self.connection)?;
        if db.is_autocommit() {
            // The disk is full or failed.
            return Err(error);
        }
        self.deltas.clear();
        self.failures.forget();
        db.prepare_cached("ROLLBACK")?.execute([])?;
        Ok(())
    }

    /// After a failed commit nothing of the group counts. A handle that saw an I/O error is never
    /// used again: after a failed sync the kernel may have dropped the pages it calls clean.
    fn recover(&mut self, error: &StoreError) {
        self.deltas.clear();
        self.failures.forget();
        let Some(db) = self.connection.take() else { return };
        if matches!(error, StoreError::DiskFull)
            && (db.is_autocommit() || db.execute_batch("ROLLBACK").is_ok())
        {
            self.connection = Some(db);
            return;
        }
        drop(db);
        match self.start.reopen() {
            Ok(db) => self.connection = Some(db),
            Err(error) => tracing::error!(%error, "the store cannot be opened again"),
        }
    }

    fn finish(&mut self) {
        let Some(db) = self.connection.take() else { return };
        if let Err(error) = db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "the log could not be emptied; the next start reads it");
        }
    }
}

fn open(connection: &Option<Connection>) -> Result<&Connection> {
    connection.as_ref().ok_or_else(|| StoreError::Io("the store is not open".into()))
}

impl WriterStart {
    /// Another handle after one that saw an error. Never without a check: a store that was found
    /// damaged once must not be written to because the next try did not look.
    fn reopen(&self) -> Result<Connection> {
        let db = pragmas::open_writer(&self.path, self.durability)?;
        quick_check(&db)?;
        Ok(db)
    }
}

/// SQLite's own check of the file's structure; about 0.7 s per million messages.
pub(crate) fn quick_check(db: &Connection) -> Result<()> {
    let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(StoreError::Corrupt(found)) }
}

#[cfg(test)]
mod tests;
