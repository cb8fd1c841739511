//! The book of failures: each distinct failure is stored once and referred to by number.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_domain::{Failure, FailureClass};

use crate::error::Result;

/// Most entries kept in memory; texts with a provider's own words could otherwise grow it.
const KEPT: usize = 512;

/// What the writer remembers of the table.
#[derive(Debug, Default)]
pub(crate) struct FailureBook {
    known: HashMap<Failure, i64>,
}

impl FailureBook {
    /// The number of `failure`, written down if it is new.
    pub(crate) fn number(&mut self, db: &Connection, failure: &Failure) -> Result<i64> {
        if let Some(id) = self.known.get(failure) {
            return Ok(*id);
        }
        db.prepare_cached(
            "INSERT INTO failure (class, code, say, remedy) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            failure.class.code(),
            failure.code,
            failure.say,
            failure.remedy
        ])?;
        let id = db
            .prepare_cached(
                "SELECT id FROM failure WHERE class = ?1 AND code = ?2 AND say = ?3 AND remedy = ?4",
            )?
            .query_row(
                params![failure.class.code(), failure.code, failure.say, failure.remedy],
                |row| row.get(0),
            )?;
        if self.known.len() == KEPT {
            self.known.clear();
        }
        self.known.insert(failure.clone(), id);
        Ok(id)
    }

    /// Forgets what it remembers: a rolled-back job may have written numbers that are gone.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }
}

/// Reads one entry of the book.
pub(crate) fn read(db: &Connection, id: i64) -> Result<Option<Failure>> {
    Ok(db
        .prepare_cached("SELECT class, code, say, remedy FROM failure WHERE id = ?1")?
        .query_row([id], |row| {
            Ok(Failure {
                // A class of a newer version is at least something that needs a person.
                class: FailureClass::from_code(row.get(0)?).unwrap_or(FailureClass::Permanent),
                code: row.get(1)?,
                say: row.get(2)?,
                remedy: row.get(3)?,
            })
        })
        .optional()?)
}
