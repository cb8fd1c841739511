//! Search over recipient, name, subject, body and failure text.
//!
//! The index is a file of its own, filled in batches after the fact: a full-text insert inside the
//! sending commit costs up to 60 ms. It holds nothing that the store does not, so a damaged or
//! missing index is simply built again.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_domain::MessageId;

use crate::error::{Result, StoreError};
use crate::outbox::{MessageRow, Page, PageRequest};
use crate::store::Store;

/// Messages indexed in one step.
const STEP: usize = 2_000;
/// Matches looked at in one search before it gives what it has and a place to go on from.
const LOOKED_AT: usize = 20_000;

/// Words typed of which a search takes notice.
const MOST_WORDS: usize = 8;
/// Different words that one typed beginning may stand for before they are no longer named singly.
const MOST_TERMS: usize = 16;
/// Beginnings of these lengths have an index of their own, kept in order of id.
const PREFIXES: [usize; 7] = [1, 2, 3, 4, 5, 6, 8];

const SCHEMA: &str = "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
        recipient, name, subject, body, failure, content = '', contentless_delete = 1,
        detail = none, prefix = '1 2 3 4 5 6 8', tokenize = 'unicode61 remove_diacritics 2');
    CREATE TABLE IF NOT EXISTS progress (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL) STRICT;";
/// What is typed is cut into words by the tokenizer itself, so that both always agree.
const TYPED: &str = "PRAGMA temp_store = MEMORY;
    CREATE VIRTUAL TABLE temp.typed USING fts5 (
        words, detail = none, tokenize = 'unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE temp.typed_terms USING fts5vocab (temp, typed, row);
    CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, words, instance);";

/// A search that is asked for.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// What a person typed.
    pub words: String,
    /// The filter and the place to start; only `after` is meant here.
    pub page: PageRequest,
}

/// The index file: one handle that writes and one that reads.
#[derive(Clone)]
pub(crate) struct SearchIndex {
    path: PathBuf,
    store: PathBuf,
    db: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

impl SearchIndex {
    pub(crate) fn open(path: &Path, store: &Path) -> Result<Self> {
        let db = match open_file(path, store) {
            Ok(db) => db,
            Err(error) => {
                tracing::warn!(%error, "the search index is built again");
                remove_files(path);
                open_file(path, store)?
            }
        };
        let reader = open_file(path, store)?;
        Ok(Self {
            path: path.to_owned(),
            store: store.to_owned(),
            db: Arc::new(Mutex::new(db)),
            reader: Arc::new(Mutex::new(reader)),
        })
    }

    /// Runs a job on one of the handles, off the runtime's workers. A job that finds the index
    /// damaged has it built again, and its own failure is told.
    async fn run<T: Send + 'static>(
        &self,
        handle: &Arc<Mutex<Connection>>,
        job: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (index, handle) = (self.clone(), handle.clone());
        let run = move || {
            let result = job(&mut lock(&handle));
            if let Err(StoreError::Corrupt(error)) = &result {
                tracing::warn!(%error, "the search index is damaged and built again");
                index.build_again()?;
            }
            result
        };
        tokio::task::spawn_blocking(run).await.unwrap_or(Err(StoreError::Closed))
    }

    /// Starts an empty index in the place of a damaged one.
    fn build_again(&self) -> Result<()> {
        let (mut db, mut reader) = (lock(&self.db), lock(&self.reader));
        // Both handles must let go of the file before another one takes its name.
        *db = Connection::open_in_memory()?;
        *reader = Connection::open_in_memory()?;
        remove_files(&self.path);
        *db = open_file(&self.path, &self.store)?;
        *reader = open_file(&self.path, &self.store)?;
        Ok(())
    }
}

fn lock(handle: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    handle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the index of a home: it holds nothing that the store does not.
pub(crate) fn remove_files(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        // What is not there need not be removed.
        let _ = std::fs::remove_file(PathBuf::from(file));
    }
}

fn open_file(path: &Path, store: &Path) -> Result<Connection> {
    crate::home::private_database(path)?;
    let db = Connection::open(path)?;
    crate::pragmas::keep_plans(&db)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    // Changed messages are unmarked in the store once they are indexed, so a step must last.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "busy_timeout", "5000")?;
    db.execute_batch(SCHEMA)?;
    // Touch it, so that damage shows here and not in the middle of a search.
    db.query_row("SELECT rowid FROM words LIMIT 1", [], |_| Ok(())).optional()?;
    db.execute_batch(TYPED)?;
    db.execute("ATTACH DATABASE ?1 AS store", [read_only(store)])?;
    Ok(db)
}

/// The address of a file as SQLite takes it, whatever characters its folders have.
fn read_only(path: &Path) -> String {
    let mut address = String::from("file:");
    let text = path.to_string_lossy();
    if cfg!(windows) {
        // `file:///C:/folder/file`
        address.push_str("///");
    }
    for c in text.chars() {
        match c {
            '%' => address.push_str("%25"),
            '?' => address.push_str("%3f"),
            '#' => address.push_str("%23"),
            '\\' if cfg!(windows) => address.push('/'),
            other => address.push(other),
        }
    }
    address.push_str("?mode=ro");
    address
}

impl Store {
    /// Indexes what is new or changed. True when there is more to do.
    ///
    /// # Errors
    /// Any failure to read or to write the index; the store itself is not touched but for the list
    /// of changed messages.
    pub async fn index_step(&self) -> Result<bool> {
        let index = self.search_index();
        let (done, dirty) = match index.run(&index.db, step).await {
            Ok(stepped) => stepped,
            // An empty one has taken its place.
            Err(StoreError::Corrupt(_)) => return Ok(true),
            Err(error) => return Err(error),
        };
        if !dirty.is_empty() {
            self.writer()
                .run(move |tx| {
                    let mut statement = tx.db.prepare_cached(
                        "DELETE FROM search_dirty WHERE message = ?1 AND mark = ?2",
                    )?;
                    for (id, mark) in &dirty {
                        statement.execute([id, mark])?;
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(!done)
    }

    /// One page of a search, newest first. When the budget ends before the page is full, the
    /// page's last element is the place to go on from: see the returned id.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] once for a damaged index, which is then built again; any failure to
    /// read.
    pub async fn search(&self, request: SearchRequest) -> Result<(Page, Option<MessageId>)> {
        let index = self.search_index();
        let all =
            request.page.streams == [crate::outbox::Stream::All] && request.page.reasons.is_empty();
        let (page, words) = (request.page.clone(), request.words);
        let find = move |db: &mut Connection| match match_expression(db, &words)? {
            Some(query) => matches(db, &query, &page, all),
            None => Ok((Vec::new(), None, false)),
        };
        let (found, stopped_at, more) = index.run(&index.reader, find).await?;
        let rows: Vec<MessageRow> = self.rows(found).await?;
        let newer = request.page.cursor.is_some();
        Ok((Page { rows, older: more, newer }, stopped_at))
    }
}

type Matches = (Vec<MessageId>, Option<MessageId>, bool);

fn matches(db: &Connection, query: &str, page: &PageRequest, all: bool) -> Result<Matches> {
    let mut high = match page.cursor {
        Some(crate::outbox::Cursor::After(id)) => page.until.min(id.raw()),
        _ => page.until,
    };
    let mut found = Vec::new();
    let mut looked_at = 0;
    let mut statement = db.prepare_cached(
        "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid >= ?2 AND rowid < ?3
         ORDER BY rowid DESC LIMIT ?4",
    )?;
    loop {
        let want = if all { page.limit + 1 } else { 1_000 };
        let hits: Vec<i64> = statement
            .query_map(params![query, page.from, high, want as i64], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let exhausted = hits.len() < want;
        for id in &hits {
            if all || allowed(db, page, *id)? {
                found.push(MessageId::from_raw(*id));
                if found.len() > page.limit {
                    found.pop();
                    return Ok((found, None, true));
                }
            }
            high = *id;
        }
        looked_at += hits.len();
        if exhausted {
            return Ok((found, None, false));
        }
        if looked_at >= LOOKED_AT {
            return Ok((found, Some(MessageId::from_raw(high)), true));
        }
    }
}

/// Line, state, hold reason, failure and batch of a message.
type Placed = (i64, i64, Option<i64>, Option<i64>, Option<i64>);

/// Whether a match passes the filter: whether one of its streams holds it.
fn allowed(db: &Connection, page: &PageRequest, id: i64) -> Result<bool> {
    use crate::outbox::Stream;
    let row: Option<Placed> = db
        .prepare_cached(
            "SELECT connection, state, reason, failure, batch FROM store.message WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .optional()?;
    let Some((connection, state, reason, failure, batch)) = row else { return Ok(false) };
    let in_stream = page.streams.iter().any(|stream| match stream {
        Stream::All => true,
        Stream::Shelf(of, at) => of.raw() == connection && at.code() == state,
        Stream::Batch(of) => Some(of.raw()) == batch,
        Stream::Cause(of, why, at) => {
            of.raw() == connection && Some(*why) == failure && at.code() == state
        }
    });
    let reason_fits =
        page.reasons.is_empty() || page.reasons.iter().any(|wanted| Some(wanted.code()) == reason);
    Ok(in_stream && reason_fits)
}

/// What a person typed as a query: every word must begin a word of the message. `None` for
/// nothing to search for, and where nothing can be found.
fn match_expression(db: &mut Connection, typed: &str) -> Result<Option<String>> {
    let mut all = Vec::new();
    for word in words_of(db, typed)? {
        let whole_prefix = format!("\"{word}\"*");
        if PREFIXES.contains(&word.chars().count()) {
            all.push(whole_prefix);
            continue;
        }
        // Without an index for its length a beginning costs as much as all of its matches, and
        // single words cost what is looked at. So it is said in single words while they are few.
        let terms = terms_from(db, &word)?;
        match terms.len() {
            0 => return Ok(None),
            1..=MOST_TERMS => {
                let terms: Vec<String> = terms.iter().map(|term| format!("\"{term}\"")).collect();
                all.push(format!("({})", terms.join(" OR ")));
            }
            _ => all.push(whole_prefix),
        }
    }
    Ok(if all.is_empty() { None } else { Some(all.join(" AND ")) })
}

/// The words of a text as the index has them: lower case, without accents, each once.
fn words_of(db: &mut Connection, typed: &str) -> Result<Vec<String>> {
    let tx = db.transaction()?;
    tx.prepare_cached("INSERT INTO temp.typed (words) VALUES (?1)")?.execute([typed])?;
    let words = tx
        .prepare_cached("SELECT term FROM temp.typed_terms LIMIT ?1")?
        .query_map([MOST_WORDS as i64], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    // Not kept: the table is only there to be asked.
    tx.rollback()?;
    Ok(words)
}

/// Words of the index that begin so, at most one more than [`MOST_TERMS`]: one seek for each.
fn terms_from(db: &Connection, beginning: &str) -> Result<Vec<String>> {
    let mut seek = db.prepare_cached("SELECT term FROM temp.terms WHERE term >= ?1 LIMIT 1")?;
    let mut terms: Vec<String> = Vec::new();
    let mut from = beginning.to_owned();
    while terms.len() <= MOST_TERMS {
        let term: Option<String> = seek.query_row([&from], |row| row.get(0)).optional()?;
        let Some(term) = term.filter(|term| term.starts_with(beginning)) else { break };
        // The least text after it; no word has this character.
        from = format!("{term}\u{1}");
        terms.push(term);
    }
    Ok(terms)
}

/// A changed message and the mark it had when it was indexed.
type Dirty = (i64, i64);

fn step(db: &mut Connection) -> Result<(bool, Vec<Dirty>)> {
    let tx = db.transaction()?;
    let last: i64 = tx
        .query_row("SELECT last FROM progress WHERE one = 1", [], |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    let new: Vec<i64> = tx
        .prepare_cached("SELECT id FROM store.message WHERE id > ?1 ORDER BY id LIMIT ?2")?
        .query_map(params![last, STEP as i64], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let room = (STEP - new.len()) as i64;
    let dirty: Vec<Dirty> = tx
        .prepare_cached("SELECT message, mark FROM store.search_dirty LIMIT ?1")?
        .query_map([room], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    {
        let mut remove = tx.prepare_cached("DELETE FROM words WHERE rowid = ?1")?;
        let mut add = tx.prepare_cached(
            "INSERT INTO words (rowid, recipient, name, subject, body, failure)
             SELECT m.id, m.recipient, m.name, c.subject, c.body, f.code || ' ' || f.say
             FROM store.message m JOIN store.content c ON c.message = m.id
                 LEFT JOIN store.failure f ON f.id = m.failure
             WHERE m.id = ?1",
        )?;
        for (id, _) in dirty.iter().filter(|(id, _)| *id <= last) {
            remove.execute([id])?;
            add.execute([id])?;
        }
        for id in &new {
            add.execute([id])?;
        }
    }
    if let Some(newest) = new.last() {
        tx.execute(
            "INSERT INTO progress (one, last) VALUES (1, ?1) ON CONFLICT DO UPDATE SET last = excluded.last",
            [newest],
        )?;
    }
    let done = new.len() + dirty.len() < STEP;
    tx.commit()?;
    Ok((done, dirty))
}
