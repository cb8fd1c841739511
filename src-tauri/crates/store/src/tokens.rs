//! API tokens: kept as a hash, shown once.

use rusqlite::{OptionalExtension, params};
use signalbox_domain::TokenId;

use crate::error::{Result, StoreError};
use crate::store::Store;

/// A token without its secret. Instants are Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Which one.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was last used.
    pub last_used: Option<i64>,
}

impl Store {
    /// Keeps a token's hash.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn add_token(&self, name: String, hash: [u8; 32], at: i64) -> Result<TokenId> {
        self.writer()
            .run(move |tx| {
                let id = tx.next_id()?;
                tx.db.execute(
                    "INSERT INTO token (id, name, hash, created_at) VALUES (?1, ?2, ?3, ?4)",
                    params![id, name, hash, at],
                )?;
                Ok(TokenId::from_raw(id))
            })
            .await
    }

    /// All tokens, oldest first.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT id, name, created_at, last_used FROM token ORDER BY id")?;
            let rows = statement.query_map([], |row| {
                Ok(TokenRow {
                    id: TokenId::from_raw(row.get(0)?),
                    name: row.get(1)?,
                    created_at: row.get(2)?,
                    last_used: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The token with this hash, and its name. Notes its use, to the hour: a busy caller must not
    /// turn each request into a write.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn token_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<TokenRow>> {
        let found = self
            .read(move |db| {
                Ok(db
                    .prepare_cached(
                        "SELECT id, name, created_at, last_used FROM token WHERE hash = ?1",
                    )?
                    .query_row([hash], |row| {
                        Ok(TokenRow {
                            id: TokenId::from_raw(row.get(0)?),
                            name: row.get(1)?,
                            created_at: row.get(2)?,
                            last_used: row.get(3)?,
                        })
                    })
                    .optional()?)
            })
            .await?;
        if let Some(token) = &found
            && token.last_used.is_none_or(|at| now - at > 3_600_000)
        {
            let id = token.id.raw();
            let noted = self
                .writer()
                .offer(move |tx| {
                    tx.db.execute(
                        "UPDATE token SET last_used = ?2 WHERE id = ?1",
                        params![id, now],
                    )?;
                    Ok(())
                })
                .await;
            if let Err(error) = noted {
                // A store that is busy or full says so to what the caller came for; the next
                // use is noted again.
                tracing::warn!(%error, "the use of a token could not be noted");
            }
        }
        Ok(found)
    }

    /// Forgets a token.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; any failure of the commit.
    pub async fn remove_token(&self, id: TokenId) -> Result<()> {
        self.writer()
            .run(move |tx| match tx.db.execute("DELETE FROM token WHERE id = ?1", [id.raw()])? {
                0 => Err(StoreError::NotFound),
                _ => Ok(()),
            })
            .await
    }
}
