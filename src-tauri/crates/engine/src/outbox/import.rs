//! Many messages from a CSV: each row is checked, the bad ones are listed with what, where and
//! how to mend it, and the good ones go out as one batch.

mod records;
mod row;
mod sorting;
mod table;

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use sha2::{Digest, Sha256};
use signalbox_domain::phone::CountryCode;
use signalbox_domain::{BatchId, Channel, ConnectionId, MessageState, Priority};
use signalbox_store::{BatchKey, Chosen, Enqueued, NewBatch, NewMessage, StoreError, Stream};

use crate::core::Core;
use crate::event::Tag;
use crate::outbox::decisions::decide;
use crate::outbox::enqueue::{fit_key, wake};
use crate::outbox::which::{Which, all};
use crate::refusal::{Refusal, RefusalKind};
pub use row::{BadRow, BadRowKind};
use sorting::sort;
pub use sorting::{ImportCheck, ShownRow};

/// A file to be sent from.
#[derive(Debug, Clone, Serialize)]
pub struct Import {
    /// The file's text, with a header row.
    pub csv: String,
    /// Which column is which field: `to`, `name`, `body`, `subject`, `send_at`, `useful_until`, or
    /// the name of a template field.
    pub map: BTreeMap<String, String>,
    /// How they shall travel.
    pub channel: Channel,
    /// The text for rows without their own.
    pub body: Option<String>,
    /// The subject for rows without their own.
    pub subject: Option<String>,
    /// By this line.
    pub connection: Option<ConnectionId>,
    /// Where numbers without a country code belong; else the business's country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// What people call the batch.
    pub name: Option<String>,
    /// Not before, for rows without their own.
    pub send_at: Option<String>,
    /// Not after, for rows without their own.
    pub useful_until: Option<String>,
    /// The caller's key: the same key and file is the same batch.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

pub(crate) async fn check_import(core: &Core, import: &Import) -> Result<ImportCheck, Refusal> {
    Ok(sort(core, import).await?.check)
}

pub(crate) async fn start_import(
    core: &Core,
    import: Import,
    actor: &str,
) -> Result<BatchId, Refusal> {
    let key = import.idempotency_key.as_deref().map(|key| key_of(key, &import)).transpose()?;
    if let Some(key) = &key
        && let Some(known) = core.store.batch_of_key(key.clone()).await.map_err(reused)?
    {
        // Before anything of the file is judged anew: its rows may have become too late since.
        return Ok(known);
    }
    let sorted = sort(core, &import).await?;
    if sorted.ready.is_empty() {
        return Err(Refusal::invalid(
            "csv",
            "no_good_rows",
            format!("None of the {} rows can be sent", sorted.check.rows),
            sorted.bad.first().map_or_else(
                || "Add rows below the header".to_owned(),
                |bad| format!("Row {}: {}. {}", bad.row, bad.why, bad.mend),
            ),
        ));
    }
    let now = core.now_ms();
    let lines: HashSet<ConnectionId> = sorted.ready.iter().map(|row| row.line.id()).collect();
    let messages: Vec<NewMessage> = sorted
        .ready
        .into_iter()
        .map(|row| row.into_message(import.channel, Priority::Bulk, now, actor))
        .collect();
    let new = NewBatch {
        name: import
            .name
            .clone()
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| "Import".into()),
        total: sorted.check.rows as i64,
        bad: serde_json::to_string(&sorted.bad).unwrap_or_else(|_| "[]".into()),
        key,
        at: now,
    };
    let (id, _new, enqueued) = core.store.add_batch(new, messages).await.map_err(reused)?;
    let late = enqueued.iter().filter(|one| matches!(one, Enqueued::OptedOut)).count();
    if late > 0 {
        tracing::info!(late, "people opted out between the check and the commit");
    }
    for line in lines.into_iter().filter_map(|id| core.line(id)) {
        wake(core, &line);
    }
    core.events.changed(&[Tag::Batches, Tag::Messages, Tag::Connections]);
    Ok(id)
}

pub(crate) async fn cancel_batch(core: &Core, id: BatchId, actor: &str) -> Result<usize, Refusal> {
    core.store.cancel_batch(id, core.now_ms()).await?;
    let rows = all(core, vec![Stream::Batch(id)], Vec::new()).await?;
    let waiting = rows
        .into_iter()
        .filter(|row| matches!(row.state, MessageState::Queued | MessageState::Held))
        .map(|row| row.id)
        .collect();
    Ok(decide(core, Which::Ids(waiting), Chosen::Cancel, actor).await?.0)
}

/// The caller's key, and a digest of everything that was asked for under it.
fn key_of(key: &str, import: &Import) -> Result<BatchKey, Refusal> {
    let bytes = serde_json::to_vec(import).map_err(|error| {
        Refusal::new(
            RefusalKind::Internal,
            "hash",
            error.to_string(),
            "Please send the support bundle",
        )
    })?;
    let digest: [u8; 32] = Sha256::digest(&bytes).into();
    let mut content = [0; 16];
    content.copy_from_slice(&digest[..16]);
    Ok(BatchKey { key: fit_key(key)?, content })
}

/// A used key, said of a file.
fn reused(error: StoreError) -> Refusal {
    let refusal = Refusal::from(error);
    match refusal.code {
        "idempotency_key_reused" => Refusal {
            message: "This idempotency key was already used for another file".into(),
            remedy: "Use a new key for a new file, or repeat the first request unchanged".into(),
            ..refusal
        },
        _ => refusal,
    }
}
