//! Receipts: what providers told us, and what of it could not be processed.

use schemars::JsonSchema;
use serde::Deserialize;
use signalbox_domain::ReceiptId;
use ts_rs::TS;

use crate::ApiError;
use crate::shapes::list::{self, List};
use crate::shapes::live::Tag::{Messages, Receipts};
use crate::shapes::receipt::{Receipt, ReceiptState, Replayed};
use crate::table::{Command, Context, read, write};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        read("receipts", "What providers told us, newest first", &[Receipts], receipts),
        write("receipts_replay", "Process dead receipts again", &[Receipts, Messages], replay),
    ]
}

/// Which receipts.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct ReceiptsArgs {
    /// Only those that stand here.
    state: Option<ReceiptState>,
    /// `next` of the page before.
    after: Option<ReceiptId>,
    /// 1 to 200, else 50.
    limit: Option<u32>,
}

async fn receipts(on: Context, args: ReceiptsArgs) -> Result<List<Receipt>, ApiError> {
    let limit = list::limit(args.limit)?;
    let state = args.state.map(Into::into);
    let rows = on.api.engine().store().receipts(state, args.after, limit + 1).await?;
    Ok(List::page(rows.into_iter().map(Receipt::from).collect(), limit, |row| row.id.to_string()))
}

/// Which dead receipts; all of them when none is named.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct ReplayArgs {
    /// These.
    ids: Option<Vec<ReceiptId>>,
}

async fn replay(on: Context, args: ReplayArgs) -> Result<Replayed, ApiError> {
    let (replayed, still_dead) = on.api.engine().replay_receipts(args.ids).await?;
    Ok(Replayed { replayed, still_dead })
}
