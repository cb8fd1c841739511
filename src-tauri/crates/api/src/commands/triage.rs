//! Triage: causes, and what a person decides about failed and waiting messages.

use std::collections::{BTreeSet, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;
use signalbox_domain::{HoldReason, MessageId, MessageState};
use signalbox_engine::{CauseKey, Rehearsal, Resolution, Which};
use signalbox_store::CauseRow;
use ts_rs::TS;

use super::messages;
use crate::shapes::cause::{
    CancelRefused, Cancelled, Cause, CauseState, Changed, Departure, RetryResult, Skipped,
};
use crate::shapes::instant::At;
use crate::shapes::list::{Items, Nothing};
use crate::shapes::live::Tag::{Batches, Causes, Connections, Health, Messages};
use crate::shapes::message::Message;
use crate::table::{Command, Context, read, write};
use crate::wording::cause::Standing;
use crate::{Api, ApiError};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        read(
            "causes",
            "What is failing, the largest cause first",
            &[Causes, Messages, Connections, Health],
            causes,
        ),
        write(
            "retry",
            "Send failed messages again, or rehearse that",
            &[Messages, Causes, Batches, Connections],
            retry,
        ),
        write("dismiss", "Let failures rest", &[Messages, Causes, Batches], dismiss),
        write("undismiss", "Take that back", &[Messages, Causes, Batches], undismiss),
        write(
            "cancel",
            "Take waiting messages back before they leave",
            &[Messages, Batches, Connections],
            cancel,
        ),
        write(
            "resolve",
            "Decide about a message whose outcome is unknown",
            &[Messages, Causes, Batches, Connections],
            resolve,
        ),
    ]
}

async fn causes(on: Context, _: Nothing) -> Result<Items<Cause>, ApiError> {
    Ok(Items::all(shaped(&on.api).await?))
}

/// Every cause, the largest first.
pub(crate) async fn shaped(api: &Api) -> Result<Vec<Cause>, ApiError> {
    let engine = api.engine();
    let asked: HashSet<_> = engine
        .store()
        .counts()
        .await?
        .into_iter()
        .filter(|(_, state, reason, n)| {
            *n > 0 && *state == MessageState::Unknown && *reason == Some(HoldReason::Asked)
        })
        .map(|(id, ..)| id)
        .collect();
    let shape = |row: CauseRow| {
        let standing = Standing {
            class: row.failure.class,
            state: row.state,
            line: engine.line(row.connection).map(|line| line.signal()),
            asked: asked.contains(&row.connection),
        };
        Cause {
            key: CauseKey { connection: row.connection, failure: row.failure_id, state: row.state }
                .to_string(),
            connection: row.connection,
            class: row.failure.class,
            code: row.failure.code,
            say: row.failure.say,
            remedy: row.failure.remedy,
            count: row.count,
            first_at: At::ms(row.first_at),
            last_at: At::ms(row.last_at),
            retryable: standing.retryable(),
            status: standing.status().to_owned(),
            state: match row.state {
                MessageState::Unknown => CauseState::Unknown,
                _ => CauseState::NeedsAttention,
            },
        }
    };
    Ok(engine.store().causes().await?.into_iter().map(shape).collect())
}

/// Which messages are sent again.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct RetryArgs {
    /// These.
    ids: Option<Vec<MessageId>>,
    /// All of this cause.
    cause: Option<String>,
    /// Of that cause, not these.
    except: Option<Vec<MessageId>>,
    /// Only say what would happen.
    dry_run: Option<bool>,
}

/// Which messages.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct WhichArgs {
    /// These.
    ids: Option<Vec<MessageId>>,
    /// All of this cause.
    cause: Option<String>,
    /// Of that cause, not these.
    except: Option<Vec<MessageId>>,
}

fn which(
    ids: Option<Vec<MessageId>>,
    cause: Option<&str>,
    except: Option<Vec<MessageId>>,
) -> Result<Which, ApiError> {
    let except: BTreeSet<MessageId> = except.into_iter().flatten().collect();
    match (ids.filter(|ids| !ids.is_empty()), cause) {
        (_, None) if !except.is_empty() => Err(ApiError::invalid(
            "except",
            "Exceptions are made from a cause",
            "Give the `cause`, or leave them out of `ids`",
        )),
        (Some(ids), None) => Ok(Which::Ids(ids)),
        (None, Some(cause)) => Ok(Which::Cause { key: cause.parse()?, except }),
        (Some(_), Some(_)) => Err(ApiError::invalid(
            "cause",
            "Messages are named one by one or by their cause, not both",
            "Give `ids` or `cause`",
        )),
        (None, None) => Err(ApiError::invalid(
            "ids",
            "No message was named",
            "Give `ids`, or the `cause` as the list of causes names it",
        )),
    }
}

async fn retry(on: Context, args: RetryArgs) -> Result<RetryResult, ApiError> {
    let which = which(args.ids, args.cause.as_deref(), args.except)?;
    let dry_run = args.dry_run.unwrap_or_default();
    let rehearsal = on.api.engine().retry(which, dry_run, &on.caller.actor).await?;
    Ok(rehearsed(rehearsal))
}

fn rehearsed(rehearsal: Rehearsal) -> RetryResult {
    let order = match rehearsal.by_connection.len() {
        0 => "Nothing leaves.",
        1 => "Oldest first.",
        _ => "Oldest first, each line at its own pace.",
    };
    let waits = rehearsal.by_connection.iter().any(|span| span.starts_at.is_none());
    let order = if waits {
        format!("{order} What a stopped line holds waits for it.")
    } else {
        order.to_owned()
    };
    let skipped = |skipped: signalbox_engine::Skipped| Skipped {
        id: skipped.id,
        to: skipped.to,
        why: skipped.why,
    };
    let departure = |span: signalbox_engine::Span| Departure {
        connection: span.connection,
        count: span.count,
        starts_at: span.starts_at.map(At::from),
        ends_at: span.ends_at.map(At::from),
    };
    RetryResult {
        dry_run: rehearsal.dry_run,
        would_send: rehearsal.dry_run.then_some(rehearsal.sending),
        sent: (!rehearsal.dry_run).then_some(rehearsal.sending),
        skipped: rehearsal.skipped.into_iter().map(skipped).collect(),
        skipped_count: rehearsal.skipped_count,
        by_connection: rehearsal.by_connection.into_iter().map(departure).collect(),
        segments: rehearsal.segments,
        order,
    }
}

async fn dismiss(on: Context, args: WhichArgs) -> Result<Changed, ApiError> {
    let which = which(args.ids, args.cause.as_deref(), args.except)?;
    Ok(Changed { changed: on.api.engine().dismiss(which, &on.caller.actor).await? })
}

async fn undismiss(on: Context, args: WhichArgs) -> Result<Changed, ApiError> {
    let which = which(args.ids, args.cause.as_deref(), args.except)?;
    Ok(Changed { changed: on.api.engine().undismiss(which, &on.caller.actor).await? })
}

/// Which messages are taken back.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelArgs {
    /// These.
    ids: Vec<MessageId>,
}

async fn cancel(on: Context, args: CancelArgs) -> Result<Cancelled, ApiError> {
    let (changed, refused) = on.api.engine().cancel(args.ids, &on.caller.actor).await?;
    let refused =
        refused.into_iter().map(|one| CancelRefused { id: one.id, why: one.why }).collect();
    Ok(Cancelled { changed, refused })
}

/// What a person says of a message whose outcome is unknown.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ResolveAs {
    /// It was sent.
    Sent,
    /// Send it again.
    Again,
    /// Do not send it.
    Drop,
}

/// A decision about one message.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolveArgs {
    /// Which message.
    id: MessageId,
    /// What is to be made of it.
    r#as: ResolveAs,
}

async fn resolve(on: Context, args: ResolveArgs) -> Result<Message, ApiError> {
    let resolution = match args.r#as {
        ResolveAs::Sent => Resolution::Sent,
        ResolveAs::Again => Resolution::Again,
        ResolveAs::Drop => Resolution::Drop,
    };
    on.api.engine().resolve(args.id, resolution, &on.caller.actor).await?;
    messages::shaped(&on.api, args.id).await
}
