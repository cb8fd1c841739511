//! Holds: what waits, why, and letting it go.

use schemars::JsonSchema;
use serde::Deserialize;
use signalbox_domain::{ConnectionId, HoldReason, MessageId, MessageState};
use signalbox_engine::ReleaseRequest;
use signalbox_store::{Cursor, PageRequest, Store, Stream};
use ts_rs::TS;

use crate::ApiError;
use crate::board::Board;
use crate::shapes::hold::{HeldGroup, Released};
use crate::shapes::instant::At;
use crate::shapes::list::{Items, Nothing};
use crate::shapes::live::Tag::{Batches, Causes, Connections, Messages};
use crate::table::{Command, Context, read, write};
use crate::wording::hold::group_ends;
use crate::wording::line::LineFacts;

/// Messages of a group that are looked through for the first that stops being useful.
const LOOKED_AT: usize = 500;

pub(crate) fn commands() -> Vec<Command> {
    vec![
        read("holds", "What waits, by line and reason", &[Messages, Connections], holds),
        write(
            "release",
            "Let held messages go",
            &[Messages, Causes, Batches, Connections],
            release,
        ),
    ]
}

async fn holds(on: Context, _: Nothing) -> Result<Items<HeldGroup>, ApiError> {
    let board = Board::read(&on.api).await?;
    let store = on.api.engine().store();
    let mut items = Vec::new();
    for line in &board.lines {
        let until = line.block.and_then(|(_, until)| until);
        for group in line.held() {
            let (oldest, first_expiry) = span(store, line, group.reason, group.count).await?;
            items.push(HeldGroup {
                connection: line.row.id,
                reason: group.reason,
                count: group.count,
                oldest: At::maybe(oldest),
                first_expiry: At::maybe(first_expiry),
                say: group_ends(group.reason, &line.title(), until, board.zone, board.now),
            });
        }
    }
    Ok(Items::all(items))
}

/// When the oldest of a group was accepted, and when the first of it stops being useful, where
/// that can be told without reading all of a large line.
async fn span(
    store: &Store,
    line: &LineFacts,
    reason: HoldReason,
    count: i64,
) -> Result<(Option<i64>, Option<i64>), ApiError> {
    let id = line.row.id;
    let alone = count
        == line.counted(|state, _| matches!(state, MessageState::Queued | MessageState::Held));
    if alone && reason != HoldReason::Asked {
        return Ok(line.waiting_span);
    }
    let blocked = line.block.is_some_and(|(block, _)| block == reason);
    let mut shelves = vec![(MessageState::Held, vec![reason])];
    if blocked {
        shelves.push((MessageState::Queued, Vec::new()));
    }
    if reason == HoldReason::Asked {
        shelves.push((MessageState::Unknown, vec![reason]));
    }
    let few = count <= LOOKED_AT as i64 && reason != HoldReason::Asked;
    let (mut oldest, mut first) = (None::<i64>, None::<i64>);
    for (state, reasons) in shelves {
        let request = PageRequest {
            streams: vec![Stream::Shelf(id, state)],
            // Upwards from the beginning: the oldest first.
            cursor: Some(Cursor::Before(MessageId::from_raw(0))),
            from: 0,
            until: i64::MAX,
            reasons,
            limit: if few { LOOKED_AT } else { 1 },
        };
        for row in store.page(request).await?.rows {
            oldest = Some(oldest.map_or(row.created_at, |at| at.min(row.created_at)));
            first = Some(first.map_or(row.useful_until, |at| at.min(row.useful_until)));
        }
    }
    Ok((oldest, first.filter(|_| few)))
}

/// Which messages are let go.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct ReleaseArgs {
    /// Only of this line.
    connection: Option<ConnectionId>,
    /// Only those held for this.
    reason: Option<HoldReason>,
    /// Only these.
    ids: Option<Vec<MessageId>>,
    /// Only say what would happen.
    dry_run: Option<bool>,
}

async fn release(on: Context, args: ReleaseArgs) -> Result<Released, ApiError> {
    let request = ReleaseRequest {
        connection: args.connection,
        reason: args.reason,
        ids: args.ids.unwrap_or_default(),
        dry_run: args.dry_run.unwrap_or_default(),
    };
    let done = on.api.engine().release(request, &on.caller.actor).await?;
    Ok(Released { released: done.released, expired: done.expired, asked: done.asked })
}
