//! What a person filters messages by, as streams of the store.
//!
//! A filter by line, channel and state is exactly a set of shelves, so it costs nothing beyond the
//! page. A filter inside a batch or a cause keeps what fits of each page, within a budget.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use signalbox_domain::ids::{first_id_at, unix_ms_of};
use signalbox_domain::zone::Zone;
use signalbox_domain::{BatchId, Channel, ConnectionId, MessageId, MessageState};
use signalbox_engine::{CauseKey, Refusal};
use signalbox_store::{Cursor, MessageRow, PageRequest, SearchRequest, Stream};
use ts_rs::TS;

use crate::board::Counts;
use crate::shapes::instant::At;
use crate::shapes::list;
use crate::shapes::message::MessageList;
use crate::shown::LinesNow;
use crate::{Api, ApiError};

/// Pages looked through for one answer when only some rows of each fit.
const PAGES: usize = 20;
/// Rows looked at in one of them.
const LOOKED_AT: usize = 500;

/// Which messages are asked for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct MessagesArgs {
    /// Words that begin words of recipient, name, subject, text or failure.
    pub q: Option<String>,
    /// In one of these states, as they are shown.
    pub state: Option<Vec<MessageState>>,
    /// By one of these channels.
    pub channel: Option<Vec<Channel>>,
    /// By one of these lines.
    pub connection: Option<Vec<ConnectionId>>,
    /// Of this batch.
    pub batch: Option<BatchId>,
    /// Of this cause.
    pub cause: Option<String>,
    /// Accepted at or after this time.
    pub since: Option<String>,
    /// Accepted before this time.
    pub until: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// `prev` of the page after.
    pub before: Option<String>,
    /// 1 to 200, else 50.
    pub limit: Option<u32>,
}

/// A filter, ready to be read.
#[derive(Debug)]
struct Plan {
    streams: Vec<Stream>,
    /// What a row of these streams has to fit; nothing when all do.
    keep: Option<Keep>,
    /// How many there are in all, when that is known.
    total: Option<i64>,
}

/// What the streams cannot say.
#[derive(Debug, Default)]
struct Keep {
    states: Option<Vec<MessageState>>,
    lines: Option<BTreeSet<ConnectionId>>,
    batch: Option<BatchId>,
}

impl Keep {
    fn fits(&self, row: &MessageRow, lines: &LinesNow) -> bool {
        let state = lines.standing(row).0;
        self.states.as_ref().is_none_or(|states| states.contains(&state))
            && self.lines.as_ref().is_none_or(|lines| lines.contains(&row.connection))
            && self.batch.is_none_or(|batch| row.batch == Some(batch))
    }
}

/// One page of messages.
///
/// # Errors
/// What is wrong with the filter; any failure to read.
pub(crate) async fn page(api: &Api, args: MessagesArgs) -> Result<MessageList, ApiError> {
    let limit = list::limit(args.limit)?;
    let cursor = cursor(&args)?;
    let mut lines = LinesNow::of(api);
    let (from, until) = (
        moment("since", args.since.as_deref(), lines.zone)?,
        moment("until", args.until.as_deref(), lines.zone)?,
    );
    let words = args.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let plan = plan(api, &args, &mut lines).await?;
    let whole = words.is_none() && from.is_none() && until.is_none() && plan.keep.is_none();
    let request = PageRequest {
        streams: plan.streams,
        cursor,
        from: from.unwrap_or(0),
        until: until.unwrap_or(i64::MAX),
        reasons: Vec::new(),
        limit,
    };
    let found = gather(api, request, words, plan.keep.as_ref(), &lines, limit).await?;
    lines.complete(api, found.rows.iter().map(|row| row.connection)).await?;
    let (first, last) = (found.rows.first().map(|row| row.id), found.rows.last().map(|row| row.id));
    let down = found.stopped_at.filter(|_| !found.upwards);
    let next = down.or(last).filter(|_| found.older);
    let up = found.stopped_at.filter(|_| found.upwards);
    let prev = up.or(first).filter(|_| found.newer && words.is_none());
    Ok(MessageList {
        items: found.rows.into_iter().map(|row| lines.message(row)).collect(),
        next: next.map(|id| format!("a{id}")),
        prev: prev.map(|id| format!("b{id}")),
        total: plan.total.filter(|_| whole),
        searched_until: down.map(|id| At::ms(unix_ms_of(id.raw()))),
    })
}

/// Where a page starts: `next` goes on to older ones, `prev` to newer ones.
fn cursor(args: &MessagesArgs) -> Result<Option<Cursor>, ApiError> {
    let refused = |field: &str, remedy: &str| {
        ApiError::invalid(field, format!("“{field}” is no place in this list"), remedy)
    };
    let read = |field: &str, mark: char, text: &str| {
        let id = text.strip_prefix(mark).and_then(|id| id.parse::<MessageId>().ok());
        id.ok_or_else(|| refused(field, "Take it from `next` or `prev` of another page, as it is"))
    };
    match (args.after.as_deref(), args.before.as_deref()) {
        (Some(_), Some(_)) => Err(refused("before", "Give `after` or `before`, not both")),
        (Some(after), None) => read("after", 'a', after).map(|id| Some(Cursor::After(id))),
        (None, Some(_)) if args.q.as_deref().is_some_and(|words| !words.trim().is_empty()) => {
            Err(refused("before", "A search is read from the newest on; give `after`"))
        }
        (None, Some(before)) => read("before", 'b', before).map(|id| Some(Cursor::Before(id))),
        (None, None) => Ok(None),
    }
}

fn moment(field: &str, text: Option<&str>, zone: Zone) -> Result<Option<i64>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let moment = zone.parse_moment(text).map_err(|error| {
        ApiError::invalid(
            field,
            error.to_string(),
            "Write it like 2026-12-01 09:00, or with a zone like 2026-12-01T09:00:00Z",
        )
    })?;
    Ok(Some(first_id_at(moment.instant.timestamp_millis())))
}

/// Turns a filter into streams.
async fn plan(api: &Api, args: &MessagesArgs, lines: &mut LinesNow) -> Result<Plan, ApiError> {
    let store = api.engine().store();
    let counts = store.counts().await?;
    lines.complete(api, counts.iter().map(|(id, ..)| *id)).await?;
    if let Some(ids) = &args.connection {
        lines.complete(api, ids.iter().copied()).await?;
    }
    let chosen = chosen_lines(args, lines);
    let states = args.state.clone().filter(|states| !states.is_empty());
    if let Some(cause) = &args.cause {
        let key: CauseKey = cause.parse().map_err(|refusal: Refusal| ApiError::from(refusal))?;
        return cause_plan(api, args, key, chosen, states).await;
    }
    if let Some(batch) = args.batch {
        let row = store.batch(batch).await?;
        let keep = Keep { states, lines: chosen, batch: None };
        let keep = (keep.states.is_some() || keep.lines.is_some()).then_some(keep);
        let total = row.counts.iter().map(|(.., n)| n).sum();
        return Ok(Plan { streams: vec![Stream::Batch(batch)], keep, total: Some(total) });
    }
    if chosen.is_none() && states.is_none() {
        let total = counts.iter().map(|(.., n)| n).sum();
        return Ok(Plan { streams: vec![Stream::All], keep: None, total: Some(total) });
    }
    Ok(shelves(&counts, chosen.as_ref(), states.as_deref(), lines))
}

/// The lines that a filter by line and channel leaves; `None` for all.
fn chosen_lines(args: &MessagesArgs, lines: &LinesNow) -> Option<BTreeSet<ConnectionId>> {
    let ids = args.connection.as_ref().filter(|ids| !ids.is_empty());
    let channels = args.channel.as_ref().filter(|channels| !channels.is_empty());
    if ids.is_none() && channels.is_none() {
        return None;
    }
    let of_channel = |line: &Option<Channel>| {
        channels.is_none_or(|channels| line.is_some_and(|channel| channels.contains(&channel)))
    };
    Some(
        lines
            .by_id
            .iter()
            .filter(|(id, line)| {
                ids.is_none_or(|ids| ids.contains(id)) && of_channel(&line.channel)
            })
            .map(|(id, _)| *id)
            .collect(),
    )
}

async fn cause_plan(
    api: &Api,
    args: &MessagesArgs,
    key: CauseKey,
    chosen: Option<BTreeSet<ConnectionId>>,
    states: Option<Vec<MessageState>>,
) -> Result<Plan, ApiError> {
    let fits = chosen.is_none_or(|lines| lines.contains(&key.connection))
        && states.is_none_or(|states| states.contains(&key.state));
    if !fits {
        return Ok(Plan { streams: Vec::new(), keep: None, total: Some(0) });
    }
    let CauseKey { connection, failure, state } = key;
    let total = api.engine().store().cause_size(connection, failure, state).await?;
    let keep = args.batch.map(|batch| Keep { batch: Some(batch), ..Keep::default() });
    let streams = vec![Stream::Cause(connection, failure, state)];
    Ok(Plan { streams, keep, total: Some(total) })
}

/// The shelves that hold what is asked for; empty ones are left out.
fn shelves(
    counts: &Counts,
    chosen: Option<&BTreeSet<ConnectionId>>,
    states: Option<&[MessageState]>,
    lines: &LinesNow,
) -> Plan {
    let mut found: BTreeSet<(ConnectionId, MessageState)> = BTreeSet::new();
    let mut total = 0;
    for (id, state, _, n) in counts {
        let blocked = lines.block(*id).is_some();
        let shown = match state {
            MessageState::Queued if blocked => MessageState::Held,
            state => *state,
        };
        let fits = chosen.is_none_or(|chosen| chosen.contains(id))
            && states.is_none_or(|states| states.contains(&shown));
        if fits && *n > 0 {
            found.insert((*id, *state));
            total += n;
        }
    }
    let streams = found.into_iter().map(|(id, state)| Stream::Shelf(id, state)).collect();
    Plan { streams, keep: None, total: Some(total) }
}

/// What reading came to, newest first.
struct Found {
    rows: Vec<MessageRow>,
    older: bool,
    newer: bool,
    /// Where reading stopped before the page was full.
    stopped_at: Option<MessageId>,
    /// Whether it was read towards newer ones.
    upwards: bool,
}

async fn gather(
    api: &Api,
    mut request: PageRequest,
    words: Option<&str>,
    keep: Option<&Keep>,
    lines: &LinesNow,
    limit: usize,
) -> Result<Found, ApiError> {
    let newer = matches!(request.cursor, Some(Cursor::After(_)));
    let upwards = matches!(request.cursor, Some(Cursor::Before(_)));
    let mut found = Found { rows: Vec::new(), older: upwards, newer, stopped_at: None, upwards };
    if request.streams.is_empty() {
        return Ok(Found { older: false, newer: false, ..found });
    }
    if keep.is_some() {
        request.limit = LOOKED_AT;
    }
    for turn in 1.. {
        let (page, stopped) = match words {
            Some(words) => {
                let search = SearchRequest { words: words.to_owned(), page: request.clone() };
                api.engine().store().search(search).await?
            }
            None => (api.engine().store().page(request.clone()).await?, None),
        };
        let more = if upwards { page.newer } else { page.older };
        let edge = if upwards { page.rows.first() } else { page.rows.last() }.map(|row| row.id);
        let mut rows = page.rows;
        rows.retain(|row| keep.is_none_or(|keep| keep.fits(row, lines)));
        match upwards {
            true => found.rows.splice(0..0, rows).for_each(drop),
            false => found.rows.extend(rows),
        }
        let cut = found.rows.len() > limit;
        match upwards {
            true => drop(found.rows.drain(..found.rows.len().saturating_sub(limit))),
            false => found.rows.truncate(limit),
        }
        if upwards {
            found.newer = more || cut
        } else {
            found.older = more || cut
        }
        if cut || !more || found.rows.len() == limit || keep.is_none() {
            found.stopped_at = stopped.filter(|_| !cut);
            return Ok(found);
        }
        if turn == PAGES || stopped.is_some() {
            found.stopped_at = stopped.or(edge);
            return Ok(found);
        }
        let Some(edge) = edge else { return Ok(found) };
        request.cursor = Some(if upwards { Cursor::Before(edge) } else { Cursor::After(edge) });
    }
    Ok(found)
}
