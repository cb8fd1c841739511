//! Bad days, for tests of those above the store: a disk that is full, and a writer that does not
//! get on. What they meet is the real thing, an error of SQLite and a full queue; the product never
//! calls any of this.

use std::sync::mpsc;

use crate::error::{Result, StoreError};
use crate::store::Store;

/// Keeps the writer from its work until it is dropped.
#[derive(Debug)]
pub struct WriterHeld {
    _until: mpsc::Sender<()>,
}

impl Store {
    /// Lets the file grow to so many pages and no further, from now on; at least to its present
    /// size. `u32::MAX` gives the room back.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn limit_pages(&self, pages: u32) -> Result<()> {
        self.writer().run(move |tx| Ok(tx.db.pragma_update(None, "max_page_count", pages)?)).await
    }

    /// Stops the writer in the middle of a commit, as a disk that hangs does.
    ///
    /// # Errors
    /// [`StoreError::Closed`] when there is no writer any more.
    pub async fn hold_writer(&self) -> Result<WriterHeld> {
        let (until, dropped) = mpsc::channel::<()>();
        let (begun, held) = tokio::sync::oneshot::channel();
        let store = self.clone();
        tokio::spawn(async move {
            let hold = store.writer().run(move |_| {
                // The other end is gone when its caller was dropped meanwhile.
                let _ = begun.send(());
                // An error is what is waited for: the end that could send was dropped.
                let _ = dropped.recv();
                Ok(())
            });
            if let Err(error) = hold.await {
                tracing::warn!(%error, "the held commit failed");
            }
        });
        held.await.map_err(|_| StoreError::Closed)?;
        Ok(WriterHeld { _until: until })
    }
}
