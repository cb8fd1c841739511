//! Who does not want to be written to, and how we know.

use rusqlite::{Connection, params};
use signalbox_domain::email::EmailAddress;
use signalbox_domain::{Channel, ConnectionId, Environment};

use crate::error::Result;
use crate::outbox::word;
use crate::store::Store;
use crate::writer::Tx;

/// One address that is not written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuppressionRow {
    /// By which channel.
    pub channel: Channel,
    /// Which address.
    pub address: String,
    /// Since when (Unix ms).
    pub since: i64,
    /// What said so.
    pub source: String,
}

/// What an address is compared by: every spelling of one mailbox has the same. Numbers come in one
/// spelling only; what is no mail address at all is at least compared without its case.
pub(crate) fn key(channel: Channel, address: &str) -> String {
    match channel {
        Channel::Sms | Channel::Whatsapp => address.to_owned(),
        Channel::Email => EmailAddress::parse(address)
            .map_or_else(|_| address.trim().to_lowercase(), |address| address.key()),
    }
}

/// Whether an address is not written to, however it is spelt.
pub(crate) fn is_suppressed(db: &Connection, channel: Channel, address: &str) -> Result<bool> {
    Ok(db
        .prepare_cached("SELECT 1 FROM suppression WHERE channel = ?1 AND key = ?2")?
        .exists(params![channel.code(), key(channel, address)])?)
}

/// Who said that an address may not, or may again, be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The addressee, through the provider.
    Addressee,
    /// A person at this desk, who may know more than a text tells.
    Desk,
}

pub(crate) fn suppress(
    tx: &mut Tx<'_>,
    channel: Channel,
    address: &str,
    by: By,
    source: &str,
    at: i64,
) -> Result<()> {
    let theirs = by == By::Addressee;
    tx.db
        .prepare_cached(
            "INSERT INTO suppression (channel, key, address, theirs, since, source)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET theirs = MIN(theirs, excluded.theirs)",
        )?
        .execute(params![channel.code(), key(channel, address), address, theirs, at, source])?;
    record(tx, channel, address, false, source, at)
}

/// The addressee takes back only what they said themselves.
pub(crate) fn allow(
    tx: &mut Tx<'_>,
    channel: Channel,
    address: &str,
    by: By,
    source: &str,
    at: i64,
) -> Result<bool> {
    let changed = tx
        .db
        .prepare_cached(
            "DELETE FROM suppression WHERE channel = ?1 AND key = ?2 AND (theirs = 1 OR ?3)",
        )?
        .execute(params![channel.code(), key(channel, address), by == By::Desk])?;
    record(tx, channel, address, true, source, at)?;
    Ok(changed > 0)
}

/// What a line's provider says somebody wants. The customers of a practice line are made up, and its
/// receipts need no signature: what they say counts for nobody.
pub(crate) fn hear(
    tx: &mut Tx<'_>,
    line: ConnectionId,
    channel: Channel,
    address: &str,
    allowed: bool,
    source: &str,
    at: i64,
) -> Result<()> {
    let environment: i64 = tx
        .db
        .prepare_cached("SELECT environment FROM connection WHERE id = ?1")?
        .query_row([line.raw()], |row| row.get(0))?;
    if environment == Environment::Practice.code() {
        return Ok(());
    }
    match allowed {
        true => allow(tx, channel, address, By::Addressee, source, at).map(drop),
        false => suppress(tx, channel, address, By::Addressee, source, at),
    }
}

fn record(
    tx: &mut Tx<'_>,
    channel: Channel,
    address: &str,
    allowed: bool,
    source: &str,
    at: i64,
) -> Result<()> {
    let id = tx.next_id()?;
    tx.db
        .prepare_cached(
            "INSERT INTO consent (id, channel, address, allowed, source, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![id, channel.code(), address, allowed, source, at])?;
    Ok(())
}

impl Store {
    /// Records that an address must not, or may again, be written to.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn set_consent(
        &self,
        channel: Channel,
        address: String,
        allowed: bool,
        source: String,
        at: i64,
    ) -> Result<()> {
        self.writer()
            .run(move |tx| match allowed {
                true => allow(tx, channel, &address, By::Desk, &source, at).map(drop),
                false => suppress(tx, channel, &address, By::Desk, &source, at),
            })
            .await
    }

    /// Suppressed addresses in order of channel and address, after one of them and beginning so,
    /// in whatever case.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn suppressions(
        &self,
        starting: Option<String>,
        after: Option<(Channel, String)>,
        limit: usize,
    ) -> Result<Vec<SuppressionRow>> {
        self.read(move |db| {
            let (channel, after) =
                after.map_or((0, String::new()), |(c, address)| (c.code(), key(c, &address)));
            let prefix = starting.unwrap_or_default().to_lowercase();
            let mut statement = db.prepare_cached(
                "SELECT channel, address, since, source FROM suppression
                 WHERE (channel, key) > (?1, ?2)
                     AND (substr(key, 1, length(?3)) = ?3
                         OR substr(address, 1, length(?3)) = ?3)
                 ORDER BY channel, key LIMIT ?4",
            )?;
            let rows =
                statement.query_map(params![channel, after, prefix, limit as i64], |row| {
                    Ok(SuppressionRow {
                        channel: word(row, 0, Channel::from_code)?,
                        address: row.get(1)?,
                        since: row.get(2)?,
                        source: row.get(3)?,
                    })
                })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Which of these addresses are suppressed on a channel, each as it was asked for.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn suppressed_among(
        &self,
        channel: Channel,
        addresses: Vec<String>,
    ) -> Result<Vec<String>> {
        self.read(move |db| {
            let mut found = Vec::new();
            for address in addresses {
                if is_suppressed(db, channel, &address)? {
                    found.push(address);
                }
            }
            Ok(found)
        })
        .await
    }
}
