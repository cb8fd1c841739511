//! How every connection to the file is set up, and the proof that it took.
//!
//! Two queues we measured set a pragma that silently did nothing; so each one is read back.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

use crate::error::{Result, StoreError};

/// SQLite's WAL-reset corruption bug is fixed from 3.51.3 on.
const OLDEST_SQLITE: i32 = 3_051_003;

/// How hard a commit presses on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A commit survives power loss. The only setting the product uses.
    Full,
    /// A commit survives a crash of the process only. Exists to prove that the power-cut campaign
    /// can fail (docs/adr/002-store.md).
    NormalForProof,
}

pub(crate) fn open_writer(path: &Path, durability: Durability) -> Result<Connection> {
    let built = rusqlite::version_number();
    if built < OLDEST_SQLITE {
        return Err(StoreError::Unfit(format!("SQLite {} is too old", rusqlite::version())));
    }
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    // Must precede the first table; a file from before keeps its own.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    keep_plans(&connection)?;
    set(&connection, "journal_mode", "wal", "wal")?;
    match durability {
        Durability::Full => set(&connection, "synchronous", "FULL", "2")?,
        Durability::NormalForProof => set(&connection, "synchronous", "NORMAL", "1")?,
    }
    set(&connection, "busy_timeout", "5000", "5000")?;
    set(&connection, "foreign_keys", "ON", "1")?;
    set(&connection, "mmap_size", "0", "0")?;
    set(&connection, "cache_size", "-32768", "-32768")?;
    set(&connection, "temp_store", "MEMORY", "2")?;
    // Folded in by the commit that crosses 16 MB: rarer than SQLite's 4 MB, so that the two syncs
    // of it are shared by more commits.
    set(&connection, "wal_autocheckpoint", "4000", "4000")?;
    set(&connection, "journal_size_limit", "67108864", "67108864")?;
    if cfg!(target_os = "macos") {
        // Apple's fsync does not reach the platter without it.
        set(&connection, "fullfsync", "1", "1")?;
        set(&connection, "checkpoint_fullfsync", "1", "1")?;
    }
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

pub(crate) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    keep_plans(&connection)?;
    set(&connection, "busy_timeout", "5000", "5000")?;
    set(&connection, "query_only", "ON", "1")?;
    set(&connection, "cache_size", "-16384", "-16384")?;
    set(&connection, "temp_store", "MEMORY", "2")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// One plan for a statement, whatever its parameters. Without this a statement that compares an
/// indexed column is parsed and planned anew for each value, which made a claim five times slower.
pub(crate) fn keep_plans(connection: &Connection) -> Result<()> {
    let set = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if set { Ok(()) } else { Err(StoreError::Unfit("plans are not kept".into())) }
}

fn set(connection: &Connection, name: &str, value: &str, expected: &str) -> Result<()> {
    connection.pragma_update(None, name, value)?;
    let found = connection.pragma_query_value(None, name, |row| {
        row.get_ref(0).map(|value| match value {
            rusqlite::types::ValueRef::Integer(n) => n.to_string(),
            rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            other => format!("{other:?}"),
        })
    })?;
    if found.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    Err(StoreError::Unfit(format!("{name} is {found}, not {expected}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(connection: &Connection, name: &str) -> String {
        let value = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
        match connection.pragma_query_value(None, name, value).unwrap() {
            rusqlite::types::Value::Integer(n) => n.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_writer_is_set_up_as_the_promises_need_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let db = open_writer(&path, Durability::Full).unwrap();
        for (name, value) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("busy_timeout", "5000"),
            ("foreign_keys", "1"),
            ("mmap_size", "0"),
            ("auto_vacuum", "2"),
            ("wal_autocheckpoint", "4000"),
            ("journal_size_limit", "67108864"),
        ] {
            assert_eq!(read(&db, name), value, "{name}");
        }
        let again = open_writer(&path, Durability::NormalForProof).unwrap();
        assert_eq!(read(&again, "synchronous"), "1", "only the proof asks for less");
    }

    #[test]
    fn a_reader_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let db = open_writer(&path, Durability::Full).unwrap();
        db.execute_batch("CREATE TABLE a (b)").unwrap();
        let reader = open_reader(&path).unwrap();
        assert_eq!(read(&reader, "query_only"), "1");
        assert!(reader.execute("INSERT INTO a VALUES (1)", []).is_err());
    }

    #[test]
    fn a_pragma_that_does_not_take_is_an_error() {
        let db = Connection::open_in_memory().unwrap();
        let refused = set(&db, "journal_mode", "wal", "wal");
        assert!(matches!(refused, Err(StoreError::Unfit(_))), "{refused:?}");
        let refused = set(&db, "no_such_pragma", "1", "1");
        assert!(refused.is_err(), "an unknown pragma is silently ignored by SQLite, not by us");
    }

    #[test]
    fn the_sqlite_we_are_built_with_is_one_that_can_be_trusted() {
        assert!(rusqlite::version_number() >= OLDEST_SQLITE, "{}", rusqlite::version());
    }
}
