//! Schema steps: each in one transaction together with its record; a newer file is refused.

use rusqlite::Connection;
use rusqlite_migration::{M, MigrationDefinitionError, Migrations};

use crate::error::{Result, StoreError};

const STEPS: &[M<'static>] = &[
    M::up(include_str!("migrations/001-first.sql")),
    M::up(include_str!("migrations/002-causes-and-keys.sql")),
];

/// Greatest schema this program knows.
pub(crate) const KNOWN: i64 = STEPS.len() as i64;

/// The schema number recorded in the file; 0 for an empty one.
pub(crate) fn recorded(connection: &Connection) -> Result<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    by_steps(connection, STEPS)
}

fn by_steps(connection: &mut Connection, steps: &[M<'_>]) -> Result<()> {
    Migrations::from_slice(steps).to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::MigrationDefinition(
            MigrationDefinitionError::DatabaseTooFarAhead,
        ) => StoreError::Newer { found: recorded(connection).unwrap_or(-1), known: KNOWN },
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => StoreError::Io(other.to_string()),
    })
}

#[cfg(test)]
mod tests;
