//! How it stands: the first screen, the status bar, the checks, what changed.

use schemars::JsonSchema;
use serde::Deserialize;
use signalbox_domain::{ChangeId, Environment, MessageState};
use ts_rs::TS;

use super::triage;
use crate::ApiError;
use crate::board::Board;
use crate::shapes::change::Change;
use crate::shapes::health::{Health, LineHealth};
use crate::shapes::instant::At;
use crate::shapes::list::{self, List, Nothing};
use crate::shapes::live::Tag::{
    Causes, Changes, Connections, Health as Checks, Messages, Settings,
};
use crate::shapes::overview::{Overview, OverviewVerdict, Verdict};
use crate::shapes::status::{Status, StoreStatus};
use crate::table::{Command, Context, read};
use crate::wording::line;
use crate::wording::needs::Needs;

/// Changes on the first screen.
const CHANGES: usize = 20;

pub(crate) fn commands() -> Vec<Command> {
    vec![
        read(
            "status",
            "How this home stands",
            &[Messages, Causes, Connections, Checks, Settings],
            status,
        ),
        read(
            "overview",
            "How everything stands, what needs a person, and the day hour by hour",
            &[Messages, Causes, Connections, Checks, Changes, Settings],
            overview,
        ),
        read("health", "The checks of every line", &[Checks, Connections], health),
        read("changes", "What changed, newest first", &[Changes], changes),
    ]
}

async fn status(on: Context, _: Nothing) -> Result<Status, ApiError> {
    let (api, board) = (&on.api, Board::read(&on.api).await?);
    let engine = api.engine();
    let (signal, say) = board.desk().verdict();
    let home = engine.store().path().parent().map(|home| home.display().to_string());
    Ok(Status {
        version: api.info().version().to_owned(),
        home: home.unwrap_or_default(),
        started_at: engine.started_at().into(),
        port: api.info().port(),
        public_url: api.public_url(),
        verdict: Verdict { signal, say, checked_at: board.checked_at() },
        lines: board.lines.len(),
        waiting: board.counted(|state, _| state.is_waiting()),
        failed: board.counted(|state, _| state.is_failed()),
        unknown: board.counted(|state, _| state == MessageState::Unknown),
        store: StoreStatus {
            messages: board.counted(|_, _| true),
            bytes: engine.store().bytes().await?,
        },
        practice: board.lines.iter().any(|line| line.row.made.environment == Environment::Practice),
        zone: board.zone.name().to_owned(),
        offline: board.offline,
        vault: board.vault,
        disk: board.disk,
    })
}

async fn overview(on: Context, _: Nothing) -> Result<Overview, ApiError> {
    let board = Board::read(&on.api).await?;
    let causes = triage::shaped(&on.api).await?;
    let changes = on.api.engine().store().changes(None, None, CHANGES).await?;
    let desk = board.desk();
    let (signal, say) = desk.verdict();
    let needs = Needs {
        desk: &desk,
        lines: &board.lines,
        causes: &causes,
        free_bytes: board.disk.free_bytes,
        zone: board.zone,
        now: board.now,
    };
    Ok(Overview {
        verdict: OverviewVerdict {
            signal,
            say,
            detail: desk.detail(),
            checked_at: board.checked_at(),
        },
        needs_you: needs.cards(),
        lines: board.lines.iter().map(|line| line.shape(board.now)).collect(),
        changes: changes.into_iter().map(Change::from).collect(),
        zone: board.zone.name().to_owned(),
        now: board.now.into(),
        hours: board.hours,
    })
}

async fn health(on: Context, _: Nothing) -> Result<Health, ApiError> {
    let engine = on.api.engine();
    let mut items = Vec::new();
    for line in engine.lines() {
        let checks = engine.store().checks(line.id()).await?;
        items.push(LineHealth {
            connection: line.id(),
            signal: line.signal(),
            last_good: At::maybe(line.row().last_good),
            median_ms: line::median(&checks),
            next_check: line.next_check().map(At::from),
            checks: line::checks(&checks),
        });
    }
    let since = engine.offline_since();
    let offline_since = since.map(At::from);
    Ok(Health { offline: since.is_some(), offline_since, items, next: None })
}

/// Which changes.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct ChangesArgs {
    /// `next` of the page before.
    after: Option<ChangeId>,
    /// 1 to 200, else 50.
    limit: Option<u32>,
}

async fn changes(on: Context, args: ChangesArgs) -> Result<List<Change>, ApiError> {
    let limit = list::limit(args.limit)?;
    let rows = on.api.engine().store().changes(None, args.after, limit + 1).await?;
    Ok(List::page(rows.into_iter().map(Change::from).collect(), limit, |row| row.id.to_string()))
}
