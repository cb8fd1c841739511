//! Counts that are never counted: each change of place adds a delta, flushed with its commit.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use signalbox_domain::{HoldReason, MessageState};

use crate::error::Result;

/// Where a message stands, as the counters see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) connection: i64,
    pub(crate) hour: i64,
    pub(crate) state: MessageState,
    pub(crate) reason: Option<HoldReason>,
    pub(crate) failure: Option<i64>,
    pub(crate) batch: Option<i64>,
}

/// State and hold reason in one number: `state * 100 + reason`.
pub(crate) fn shelf(state: MessageState, reason: Option<HoldReason>) -> i64 {
    state.code() * 100 + reason.map_or(0, HoldReason::code)
}

/// Reads [`shelf`] back; `None` for codes of a newer version.
pub(crate) fn unshelf(shelf: i64) -> Option<(MessageState, Option<HoldReason>)> {
    Some((MessageState::from_code(shelf / 100)?, HoldReason::from_code(shelf % 100)))
}

#[derive(Debug, Clone, Copy)]
struct Delta {
    place: Place,
    by: i64,
    at: i64,
}

/// The deltas of the open group.
#[derive(Debug, Default)]
pub(crate) struct Deltas {
    list: Vec<Delta>,
}

impl Deltas {
    /// A message came to stand at `to`, from `from` or from nowhere, at `at` (Unix ms).
    pub(crate) fn moved(&mut self, from: Option<Place>, to: Place, at: i64) {
        if let Some(place) = from {
            self.list.push(Delta { place, by: -1, at });
        }
        self.list.push(Delta { place: to, by: 1, at });
    }

    pub(crate) fn mark(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn back_to(&mut self, mark: usize) {
        self.list.truncate(mark);
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }

    pub(crate) fn flush(&mut self, db: &Connection) -> Result<()> {
        if self.list.is_empty() {
            return Ok(());
        }
        let mut counters: HashMap<(i64, i64), i64> = HashMap::new();
        let mut tallies: HashMap<(i64, i64, i64), i64> = HashMap::new();
        let mut batches: HashMap<(i64, i64), i64> = HashMap::new();
        let mut causes: HashMap<(i64, i64, i64), (i64, i64)> = HashMap::new();
        for Delta { place, by, at } in self.list.drain(..) {
            let shelf = shelf(place.state, place.reason);
            *counters.entry((place.connection, shelf)).or_default() += by;
            *tallies.entry((place.hour, place.connection, shelf)).or_default() += by;
            if let Some(batch) = place.batch {
                *batches.entry((batch, shelf)).or_default() += by;
            }
            let has_cause = crate::causes::has_cause(place.state);
            if let (true, Some(failure)) = (has_cause, place.failure) {
                let entry = causes
                    .entry((place.connection, failure, place.state.code()))
                    .or_insert((0, at));
                entry.0 += by;
                entry.1 = entry.1.max(at);
            }
        }
        for ((connection, shelf), n) in counters.into_iter().filter(|(_, n)| *n != 0) {
            db.prepare_cached(
                "INSERT INTO counter (connection, shelf, n) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET n = n + excluded.n",
            )?
            .execute(params![connection, shelf, n])?;
        }
        for ((hour, connection, shelf), n) in tallies.into_iter().filter(|(_, n)| *n != 0) {
            db.prepare_cached(
                "INSERT INTO tally (hour, connection, shelf, n) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET n = n + excluded.n",
            )?
            .execute(params![hour, connection, shelf, n])?;
        }
        for ((batch, shelf), n) in batches.into_iter().filter(|(_, n)| *n != 0) {
            db.prepare_cached(
                "INSERT INTO batch_counter (batch, shelf, n) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET n = n + excluded.n",
            )?
            .execute(params![batch, shelf, n])?;
        }
        for ((connection, failure, state), (n, at)) in causes {
            db.prepare_cached(
                "INSERT INTO cause (connection, failure, state, n, first_at, last_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)
                 ON CONFLICT DO UPDATE SET
                     first_at = CASE WHEN n <= 0 THEN excluded.first_at ELSE first_at END,
                     n = n + excluded.n,
                     last_at = CASE WHEN excluded.n > 0 THEN excluded.last_at ELSE last_at END",
            )?
            .execute(params![connection, failure, state, n, at])?;
        }
        Ok(())
    }
}
