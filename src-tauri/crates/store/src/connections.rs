//! Connections: the lines, their state, their sealed credentials.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, params};
use signalbox_domain::{Channel, ConnectionId, ConnectionState, Environment, Failure, Signal};
use std::collections::BTreeMap;

use crate::changes::{NewChange, write_change};
use crate::error::{Result, StoreError};
use crate::failures;
use crate::outbox::{ask_about_doubtful, strand_waiting, word};
use crate::store::Store;
use crate::writer::Tx;

/// A connection to be kept.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// Key of the provider.
    pub provider: String,
    /// What people call the line.
    pub name: String,
    /// Which world.
    pub environment: Environment,
    /// How messages travel, for messaging providers.
    pub channel: Option<Channel>,
    /// Sender number or address.
    pub address: Option<String>,
    /// What is no secret.
    pub fields: BTreeMap<String, String>,
    /// Host variables overridden.
    pub urls: BTreeMap<String, String>,
}

/// A connection as kept. Instants are Unix milliseconds.
#[derive(Debug, Clone)]
pub struct ConnectionRow {
    /// Which line.
    pub id: ConnectionId,
    /// What it was made from.
    pub made: NewConnection,
    /// Where it stands.
    pub state: ConnectionState,
    /// Why, when it is not well.
    pub failure: Option<Failure>,
    /// In this state since.
    pub since: i64,
    /// Last time something worked.
    pub last_good: Option<i64>,
    /// Last authentic receipt.
    pub last_receipt: Option<i64>,
    /// Receipts turned away for their signature on the last day that there were any.
    pub refused_receipts: i64,
    /// That day, by the business's calendar.
    pub refused_on: Option<NaiveDate>,
    /// Headroom as last seen, as JSON.
    pub quota: Option<String>,
    /// When it was removed; messages still refer to it.
    pub removed_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
}

impl ConnectionRow {
    /// Receipts turned away for their signature on a day of the business's calendar, as far as that
    /// is the last one with any.
    #[must_use]
    pub fn refused_receipts_on(&self, day: NaiveDate) -> i64 {
        if self.refused_on == Some(day) { self.refused_receipts } else { 0 }
    }
}

/// A change of a line's state, with the row of "what changed" that tells it.
#[derive(Debug, Clone)]
pub struct LineChange {
    /// Which line.
    pub connection: ConnectionId,
    /// Where it stands now.
    pub state: ConnectionState,
    /// Why.
    pub failure: Option<Failure>,
    /// What the board shows.
    pub signal: Signal,
    /// What a person reads.
    pub say: String,
    /// More about it.
    pub detail: Option<String>,
    /// Who or what did it.
    pub actor: String,
    /// Only if it is in one of these states; empty for any.
    pub only_from: Vec<ConnectionState>,
    /// Now (Unix ms).
    pub at: i64,
}

const COLUMNS: &str = "id, provider, name, environment, channel, address, state, failure, since, \
    last_good, last_receipt, refused_receipts, fields, urls, quota, removed_at, created_at, refused_on";

fn from_sql(db: &rusqlite::Connection, row: &Row<'_>) -> Result<ConnectionRow> {
    let json = |text: String| {
        serde_json::from_str(&text).map_err(|error| StoreError::Corrupt(error.to_string()))
    };
    let failure: Option<i64> = row.get(7)?;
    Ok(ConnectionRow {
        id: ConnectionId::from_raw(row.get(0)?),
        made: NewConnection {
            provider: row.get(1)?,
            name: row.get(2)?,
            environment: word(row, 3, Environment::from_code)?,
            channel: row.get::<_, Option<i64>>(4)?.and_then(Channel::from_code),
            address: row.get(5)?,
            fields: json(row.get(12)?)?,
            urls: json(row.get(13)?)?,
        },
        state: word(row, 6, ConnectionState::from_code)?,
        failure: match failure {
            Some(id) => failures::read(db, id)?,
            None => None,
        },
        since: row.get(8)?,
        last_good: row.get(9)?,
        last_receipt: row.get(10)?,
        refused_receipts: row.get(11)?,
        refused_on: row.get::<_, Option<String>>(17)?.and_then(|day| day.parse().ok()),
        quota: row.get(14)?,
        removed_at: row.get(15)?,
        created_at: row.get(16)?,
    })
}

fn json(map: &BTreeMap<String, String>) -> Result<String> {
    serde_json::to_string(map).map_err(|error| StoreError::Io(error.to_string()))
}

/// Moves a line to a state and tells it. False when it already stood there for the same reason,
/// or the change is only meant for other states.
pub(crate) fn change_line(tx: &mut Tx<'_>, change: &LineChange) -> Result<bool> {
    let (state, failure): (i64, Option<i64>) = tx
        .db
        .prepare_cached(
            "SELECT state, failure FROM connection WHERE id = ?1 AND removed_at IS NULL",
        )?
        .query_row([change.connection.raw()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(StoreError::NotFound)?;
    let new_failure = match &change.failure {
        Some(failure) => Some(tx.failures.number(tx.db, failure)?),
        None => None,
    };
    let allowed = change.only_from.is_empty()
        || ConnectionState::from_code(state).is_some_and(|state| change.only_from.contains(&state));
    if !allowed || (state == change.state.code() && failure == new_failure) {
        return Ok(false);
    }
    tx.db
        .prepare_cached(
            "UPDATE connection SET state = ?2, failure = ?3,
                 since = CASE WHEN state = ?2 THEN since ELSE ?4 END WHERE id = ?1",
        )?
        .execute(params![change.connection.raw(), change.state.code(), new_failure, change.at])?;
    write_change(
        tx,
        &NewChange {
            at: change.at,
            connection: Some(change.connection),
            signal: change.signal,
            say: change.say.clone(),
            detail: change.detail.clone(),
            actor: change.actor.clone(),
        },
    )?;
    Ok(true)
}

impl Store {
    /// Keeps a new connection together with its sealed credential. `seal` is called with the new
    /// id, because the seal is bound to it.
    ///
    /// # Errors
    /// Any failure of the commit; [`StoreError::Conflict`] with the words of `seal` when that fails.
    pub async fn add_connection(
        &self,
        new: NewConnection,
        seal: impl FnOnce(ConnectionId) -> std::result::Result<Vec<u8>, String> + Send + 'static,
        change: NewChange,
    ) -> Result<ConnectionId> {
        self.writer()
            .run(move |tx| {
                let id = ConnectionId::from_raw(tx.next_id()?);
                let sealed = seal(id).map_err(StoreError::Conflict)?;
                tx.db.execute(
                    "INSERT INTO connection (id, provider, name, environment, channel, address, state,
                         since, fields, urls, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?8)",
                    params![
                        id.raw(),
                        new.provider,
                        new.name,
                        new.environment.code(),
                        new.channel.map(Channel::code),
                        new.address,
                        ConnectionState::Pending.code(),
                        change.at,
                        json(&new.fields)?,
                        json(&new.urls)?,
                    ],
                )?;
                keep_credential(tx, id, &sealed, change.at)?;
                write_change(tx, &NewChange { connection: Some(id), ..change })?;
                Ok(id)
            })
            .await
    }

    /// Replaces what a connection is made of, and its credential when a new one is given. With
    /// `ask_about_open`, whatever an earlier try may have sent goes to a person in the same commit:
    /// it can no longer be looked up.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; any failure of the commit.
    pub async fn update_connection(
        &self,
        id: ConnectionId,
        new: NewConnection,
        sealed: Option<Vec<u8>>,
        ask_about_open: bool,
        change: NewChange,
    ) -> Result<()> {
        self.writer()
            .run(move |tx| {
                let changed = tx.db.execute(
                    "UPDATE connection SET name = ?2, address = ?3, fields = ?4, urls = ?5
                     WHERE id = ?1 AND removed_at IS NULL",
                    params![id.raw(), new.name, new.address, json(&new.fields)?, json(&new.urls)?],
                )?;
                if changed == 0 {
                    return Err(StoreError::NotFound);
                }
                if let Some(sealed) = &sealed {
                    keep_credential(tx, id, sealed, change.at)?;
                }
                if ask_about_open {
                    ask_about_doubtful(tx, id, change.at)?;
                }
                write_change(tx, &NewChange { connection: Some(id), ..change }).map(drop)
            })
            .await
    }

    /// By which connections messages with a provider's id left.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn connections_of(&self, provider_id: String) -> Result<Vec<ConnectionId>> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT connection FROM message INDEXED BY message_provider
                 WHERE provider_id = ?1 LIMIT 16",
            )?;
            let rows = statement.query_map([provider_id], |row| row.get(0))?;
            Ok(rows.map(|id| id.map(ConnectionId::from_raw)).collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Every connection that was not removed, in the order they were made: a board does not move.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn connections(&self) -> Result<Vec<ConnectionRow>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM connection WHERE removed_at IS NULL ORDER BY id"
            ))?;
            let mut rows = statement.query([])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                list.push(from_sql(db, row)?);
            }
            Ok(list)
        })
        .await
    }

    /// One connection, removed or not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; any failure to read.
    pub async fn connection(&self, id: ConnectionId) -> Result<ConnectionRow> {
        self.read(move |db| {
            let mut statement =
                db.prepare_cached(&format!("SELECT {COLUMNS} FROM connection WHERE id = ?1"))?;
            let mut rows = statement.query([id.raw()])?;
            match rows.next()? {
                Some(row) => from_sql(db, row),
                None => Err(StoreError::NotFound),
            }
        })
        .await
    }

    /// A connection's sealed credential.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; any failure to read.
    pub async fn credential(&self, id: ConnectionId) -> Result<Vec<u8>> {
        self.read(move |db| {
            let sealed = db
                .prepare_cached("SELECT sealed FROM credential WHERE connection = ?1")?
                .query_row([id.raw()], |row| row.get(0))?;
            Ok(sealed)
        })
        .await
    }

    /// Replaces the sealed credentials of some connections, all or none: their key moved.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of them has none; any failure of the commit.
    pub async fn reseal(
        &self,
        sealed: Vec<(ConnectionId, Vec<u8>)>,
        change: NewChange,
    ) -> Result<()> {
        self.writer()
            .run(move |tx| {
                for (id, bytes) in &sealed {
                    let changed = tx.db.execute(
                        "UPDATE credential SET sealed = ?2, updated_at = ?3 WHERE connection = ?1",
                        params![id.raw(), bytes, change.at],
                    )?;
                    if changed == 0 {
                        return Err(StoreError::NotFound);
                    }
                }
                write_change(tx, &change).map(drop)
            })
            .await
    }

    /// Moves a line to a state; see [`LineChange`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; any failure of the commit.
    pub async fn change_line(&self, change: LineChange) -> Result<bool> {
        self.writer().run(move |tx| change_line(tx, &change)).await
    }

    /// Remembers headroom as seen in an answer, or that something worked.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn note_good(&self, id: ConnectionId, quota: Option<String>, at: i64) -> Result<()> {
        self.writer()
            .run(move |tx| {
                tx.db
                    .prepare_cached(
                        "UPDATE connection SET last_good = ?2, quota = COALESCE(?3, quota) WHERE id = ?1",
                    )?
                    .execute(params![id.raw(), at, quota])?;
                Ok(())
            })
            .await
    }

    /// Removes a connection and its credential. Its messages keep referring to its row; what still
    /// waits for it goes to a person in the same commit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; any failure of the commit.
    pub async fn remove_connection(&self, id: ConnectionId, change: NewChange) -> Result<()> {
        self.writer()
            .run(move |tx| {
                let changed = tx.db.execute(
                    "UPDATE connection SET removed_at = ?2, state = ?3 WHERE id = ?1 AND removed_at IS NULL",
                    params![id.raw(), change.at, ConnectionState::Disabled.code()],
                )?;
                if changed == 0 {
                    return Err(StoreError::NotFound);
                }
                tx.db.execute("DELETE FROM credential WHERE connection = ?1", [id.raw()])?;
                strand_waiting(tx, id, change.at)?;
                write_change(tx, &NewChange { connection: Some(id), ..change }).map(drop)
            })
            .await
    }
}

fn keep_credential(tx: &Tx<'_>, id: ConnectionId, sealed: &[u8], at: i64) -> Result<()> {
    tx.db.execute(
        "INSERT INTO credential (connection, sealed, updated_at) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at",
        params![id.raw(), sealed, at],
    )?;
    Ok(())
}
