//! Settings: small JSON values by name. What they mean is not the store's business.

use std::collections::BTreeMap;

use rusqlite::params;

use crate::error::Result;
use crate::store::Store;

/// Every setting that was ever set, as JSON text by name.
pub type Settings = BTreeMap<String, String>;

impl Store {
    /// All settings.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn settings(&self) -> Result<Settings> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT key, value FROM setting")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Sets some settings, all in one commit.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn set_settings(&self, values: Settings) -> Result<()> {
        self.writer()
            .run(move |tx| {
                for (key, value) in &values {
                    tx.db
                        .prepare_cached(
                            "INSERT INTO setting (key, value) VALUES (?1, ?2)
                             ON CONFLICT DO UPDATE SET value = excluded.value",
                        )?
                        .execute(params![key, value])?;
                }
                Ok(())
            })
            .await
    }
}
