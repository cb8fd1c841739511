//! Batches: from a file of recipients to many messages, and where they stand.

use signalbox_domain::phone::CountryCode;
use signalbox_domain::{BatchId, MessageState};
use signalbox_engine::Import;
use signalbox_store::{BatchRow, StoreError};

use super::ById;
use crate::shapes::batch::{BadRow, BadRowKind, Batch, BatchState};
use crate::shapes::import::{ImportArgs, ImportCheck, ImportStartArgs, PreviewRow};
use crate::shapes::instant::At;
use crate::shapes::list::{Items, Nothing};
use crate::shapes::live::Tag::{Batches, Connections, Messages, Suppressions};
use crate::table::{Command, Context, read, write};
use crate::{Api, ApiError};

/// Batches that are listed.
const LISTED: usize = 200;
/// Bad rows that are shown with a batch.
const BAD: usize = 500;

pub(crate) fn commands() -> Vec<Command> {
    vec![
        read(
            "import_check",
            "What a file of recipients holds; nothing is stored",
            &[Suppressions, Connections],
            check,
        ),
        write(
            "import_start",
            "Accept the good rows of a file as one batch",
            &[Batches, Messages, Connections],
            start,
        ),
        read("batches", "The latest batches, newest first", &[Batches, Messages], all),
        read("batch", "One batch", &[Batches, Messages], one),
        write(
            "batch_cancel",
            "Take back what of a batch has not left",
            &[Batches, Messages, Connections],
            cancel,
        ),
    ]
}

/// Where the numbers of a file belong, when that is said.
fn country(typed: Option<&str>) -> Result<Option<CountryCode>, ApiError> {
    let typed = typed.filter(|text| !text.trim().is_empty());
    typed.map(CountryCode::parse).transpose().map_err(|error| {
        ApiError::invalid("country", error.to_string(), "Two letters, such as US, CA or DE")
    })
}

async fn check(on: Context, args: ImportArgs) -> Result<ImportCheck, ApiError> {
    let import = Import {
        country: country(args.country.as_deref())?,
        csv: args.csv,
        map: args.map,
        channel: args.channel,
        body: args.body,
        subject: args.subject,
        connection: args.connection,
        name: None,
        send_at: None,
        useful_until: None,
        idempotency_key: None,
    };
    let found = on.api.engine().check_import(&import).await?;
    let bad = |bad: signalbox_engine::BadRow| BadRow {
        row: bad.row as u64,
        kind: match bad.kind {
            signalbox_engine::BadRowKind::Fix => BadRowKind::Fix,
            signalbox_engine::BadRowKind::Duplicate => BadRowKind::Duplicate,
            signalbox_engine::BadRowKind::OptedOut => BadRowKind::OptedOut,
        },
        column: bad.column,
        value: bad.value,
        why: bad.why,
        mend: bad.mend,
    };
    let shown = |row: signalbox_engine::ShownRow| PreviewRow {
        row: row.row as u64,
        to: row.to,
        name: row.name,
        subject: row.subject,
        body: row.body,
        segments: row.segments,
    };
    Ok(ImportCheck {
        columns: found.columns,
        rows: found.rows,
        ready: found.ready,
        bad: found.bad.into_iter().map(bad).collect(),
        bad_count: found.bad_count,
        duplicates: found.duplicates,
        opted_out: found.opted_out,
        preview: found.preview.into_iter().map(shown).collect(),
        segments: found.segments,
    })
}

async fn start(on: Context, args: ImportStartArgs) -> Result<Batch, ApiError> {
    let import = Import {
        country: country(args.country.as_deref())?,
        csv: args.csv,
        map: args.map,
        channel: args.channel,
        body: args.body,
        subject: args.subject,
        connection: args.connection,
        name: args.name,
        send_at: args.send_at,
        useful_until: args.useful_until,
        idempotency_key: args.idempotency_key,
    };
    let id = on.api.engine().start_import(import, &on.caller.actor).await?;
    shaped(&on.api, id).await
}

async fn all(on: Context, _: Nothing) -> Result<Items<Batch>, ApiError> {
    let rows = on.api.engine().store().batches(LISTED).await?;
    Ok(Items::all(rows.into_iter().map(shape).collect()))
}

async fn one(on: Context, args: ById<BatchId>) -> Result<Batch, ApiError> {
    shaped(&on.api, args.id).await
}

async fn cancel(on: Context, args: ById<BatchId>) -> Result<Batch, ApiError> {
    on.api.engine().store().batch(args.id).await.map_err(no_batch)?;
    on.api.engine().cancel_batch(args.id, &on.caller.actor).await?;
    shaped(&on.api, args.id).await
}

async fn shaped(api: &Api, id: BatchId) -> Result<Batch, ApiError> {
    Ok(shape(api.engine().store().batch(id).await.map_err(no_batch)?))
}

/// A store's "not found" said of a batch.
pub(crate) fn no_batch(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound => signalbox_engine::Refusal::not_found("batch").into(),
        other => other.into(),
    }
}

fn shape(row: BatchRow) -> Batch {
    use MessageState::{
        Accepted, Cancelled, Delivered, Dismissed, Expired, NeedsAttention, Read, Sent, Suppressed,
        Unknown,
    };
    let count = |which: &[MessageState]| -> i64 {
        row.counts.iter().filter(|(state, ..)| which.contains(state)).map(|(.., n)| n).sum()
    };
    let waiting = row.counts.iter().filter(|(state, ..)| state.is_waiting()).map(|(.., n)| n).sum();
    let mut bad: Vec<BadRow> = serde_json::from_str(&row.bad).unwrap_or_default();
    bad.truncate(BAD);
    Batch {
        id: row.id,
        created_at: At::ms(row.created_at),
        total: row.total,
        waiting,
        sent: count(&[Accepted, Sent]),
        delivered: count(&[Delivered, Read]),
        failed: count(&[NeedsAttention, Dismissed, Expired, Suppressed]),
        unknown: count(&[Unknown]),
        cancelled: count(&[Cancelled]),
        bad,
        state: match (row.cancelled_at, waiting) {
            (Some(_), _) => BatchState::Cancelled,
            (None, 0) => BatchState::Done,
            (None, _) => BatchState::Running,
        },
        name: row.name,
    }
}
