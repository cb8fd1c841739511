//! Opening the store, reading from it, closing it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_domain::Clock;
use tokio::sync::Semaphore;

use crate::error::{Result, StoreError};
use crate::home::Home;
use crate::migrate;
use crate::pragmas::{self, Durability};
use crate::search::SearchIndex;
use crate::space::Space;
use crate::writer::{Writer, WriterStart, quick_check};

const READERS: usize = 4;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// How hard commits press on the disk.
    pub durability: Durability,
    /// The floor of free space in bytes.
    pub floor: u64,
    /// Another measure of free space, for tests.
    pub space: Option<Space>,
    /// Greatest size of the file in pages, for tests of a full disk.
    pub max_pages: Option<u32>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { durability: Durability::Full, floor: Space::FLOOR, space: None, max_pages: None }
    }
}

/// The store of one home. Cheap to clone; the last clone's drop ends the writer.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

// Dropped in this order: the writer's handle is the last on the file, so that SQLite takes the log
// away, and the lock of the home is given back when nothing of this process touches it any more.
struct Inner {
    readers: Readers,
    search: SearchIndex,
    writer: Writer,
    space: Space,
    clock: Arc<dyn Clock>,
    path: PathBuf,
    home_id: String,
    boot: i64,
    _home: Home,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.inner.path.display())
    }
}

impl Store {
    /// Opens, checks and migrates the store of a home. Blocks; call it before the runtime is busy.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Corrupt`], [`StoreError::Unfit`], or any I/O error.
    pub fn open(home: Home, clock: Arc<dyn Clock>, options: OpenOptions) -> Result<Self> {
        let path = home.store_path();
        let existed = path.exists();
        if existed {
            refuse_newer(&path)?;
        }
        crate::home::private_database(&path)?;
        let mut connection = pragmas::open_writer(&path, options.durability)?;
        if existed {
            quick_check(&connection)?;
        }
        let found = migrate::recorded(&connection)?;
        if existed && found < migrate::KNOWN && found > 0 {
            crate::backup::copy(
                &connection,
                &home.path().join(format!("before-schema-{}.db", migrate::KNOWN)),
            )?;
        }
        migrate::migrate(&mut connection)?;
        if let Some(pages) = options.max_pages {
            connection.pragma_update(None, "max_page_count", pages)?;
        }
        let home_id = home_id(&connection)?;
        let boot = next_boot(&connection)?;
        let last_id = last_id(&connection)?;
        let space = options.space.unwrap_or_else(|| Space::of(home.path(), options.floor));
        space.lay_ballast();
        let readers = Readers::open(&path)?;
        let search = SearchIndex::open(&home.path().join("search.db"), &path)?;
        let start = WriterStart {
            path: path.clone(),
            durability: options.durability,
            clock: clock.clone(),
            last_id,
        };
        let writer = Writer::start(connection, start)?;
        let inner =
            Inner { readers, search, writer, space, clock, path, home_id, boot, _home: home };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Commits what is queued and folds the log into the file. Later writes say `Closed`.
    pub async fn close(&self) {
        self.inner.writer.close().await;
    }

    /// The clock everything here runs by.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Eight characters that tell this home from every other; part of every letter's token.
    #[must_use]
    pub fn home_id(&self) -> &str {
        &self.inner.home_id
    }

    /// Number of this start.
    #[must_use]
    pub fn boot(&self) -> i64 {
        self.inner.boot
    }

    /// The watch over free space.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.inner.space
    }

    /// Gives the ballast up; true when there was one.
    #[must_use]
    pub fn drop_ballast(&self) -> bool {
        self.inner.space.drop_ballast()
    }

    /// The store's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    pub(crate) fn search_index(&self) -> &SearchIndex {
        &self.inner.search
    }

    pub(crate) fn require_space(&self) -> Result<()> {
        self.inner.space.require()
    }

    /// Runs a reading closure on one of the readers, off the runtime's workers.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.readers.run(job).await
    }
}

#[derive(Clone)]
struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    fn open(path: &Path) -> Result<Self> {
        let idle = (0..READERS).map(|_| pragmas::open_reader(path)).collect::<Result<Vec<_>>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(idle)), permits: Arc::new(Semaphore::new(READERS)) })
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let idle = self.idle.clone();
        let run = tokio::task::spawn_blocking(move || {
            let connection = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = connection.ok_or(StoreError::Closed)?;
            // A panic in `job` must not lose the reader, or four of them would end all reading.
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                // One snapshot for the whole job: rows and counts in it are of the same moment.
                connection.prepare_cached("BEGIN")?.execute([])?;
                job(&connection)
            }));
            if !connection.is_autocommit()
                && let Err(error) = connection.execute_batch("ROLLBACK")
            {
                tracing::warn!(%error, "a read could not be ended");
            }
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            drop(permit);
            result.unwrap_or_else(|_| Err(StoreError::Io("a read panicked".into())))
        });
        run.await.unwrap_or(Err(StoreError::Closed))
    }
}

/// Looks at a store's schema number without changing a byte of it, nor leaving one beside it.
fn refuse_newer(path: &Path) -> Result<()> {
    let log = PathBuf::from(format!("{}-wal", path.display()));
    let found = match std::fs::metadata(&log) {
        // The last commit may be in the log only. Its side files are there already.
        Ok(log) if log.len() > 0 => {
            let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
            migrate::recorded(&Connection::open_with_flags(path, flags)?)?
        }
        _ => schema_in(path)?,
    };
    if found > migrate::KNOWN {
        return Err(StoreError::Newer { found, known: migrate::KNOWN });
    }
    Ok(())
}

/// The schema number in a file's own header. Opening even a reading handle would make a log.
fn schema_in(path: &Path) -> Result<i64> {
    use std::io::Read;
    let mut header = Vec::with_capacity(100);
    std::fs::File::open(path)?.take(100).read_to_end(&mut header)?;
    if header.is_empty() {
        // The program ended before its first commit.
        return Ok(0);
    }
    let number = header.get(60..64).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    match number {
        Some(bytes) if header.starts_with(b"SQLite format 3\0") => {
            Ok(i64::from(i32::from_be_bytes(bytes)))
        }
        _ => Err(StoreError::Corrupt("this file is no database".into())),
    }
}

fn home_id(connection: &Connection) -> Result<String> {
    let known: Option<String> = connection
        .query_row("SELECT value FROM meta WHERE key = 'home'", [], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let random = getrandom::u64().map_err(|error| StoreError::Io(error.to_string()))?;
    let id = format!("{:08x}", random & 0xffff_ffff);
    connection.execute("INSERT INTO meta (key, value) VALUES ('home', ?1)", params![id])?;
    Ok(id)
}

fn next_boot(connection: &Connection) -> Result<i64> {
    Ok(connection.query_row(
        "INSERT INTO meta (key, value) VALUES ('boot', '1')
         ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
         RETURNING CAST(value AS INTEGER)",
        [],
        |row| row.get(0),
    )?)
}

/// The greatest id in use, so that new ids stay greater even when the clock was set back.
fn last_id(connection: &Connection) -> Result<i64> {
    let mut last = 0;
    for table in
        ["message", "connection", "batch", "receipt", "change", "token", "consent", "inbound"]
    {
        let id: Option<i64> =
            connection.query_row(&format!("SELECT MAX(id) FROM {table}"), [], |row| row.get(0))?;
        last = last.max(id.unwrap_or(0));
    }
    Ok(last)
}
