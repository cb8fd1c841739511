//! Lines: the board, one line, and what a person does with it.

use schemars::JsonSchema;
use serde::Deserialize;
use signalbox_domain::{Channel, ConnectionId};
use signalbox_engine::{LineAct, SendRequest, WaitingWork};
use signalbox_store::ConnectionRow;
use ts_rs::TS;

use super::{ById, messages};
use crate::board::Board;
use crate::shapes::change::Change;
use crate::shapes::connection::{
    Connection, ConnectionCall, ConnectionDetail, Removed, WebhookState,
};
use crate::shapes::instant::At;
use crate::shapes::list::{List, Nothing};
use crate::shapes::live::Tag::{Causes, Changes, Connections, Health, Messages, Receipts};
use crate::shapes::message::Message;
use crate::table::{Command, Context, read, write};
use crate::wording::line;
use crate::{Api, ApiError, shown};

/// Attempts on a line's page.
const CALLS: usize = 50;
/// Changes on a line's page.
const HISTORY: usize = 50;

pub(crate) fn commands() -> Vec<Command> {
    vec![
        read(
            "connections",
            "Every line, in the board's order",
            &[Connections, Health, Messages],
            all,
        ),
        read(
            "connection",
            "One line with its settings, attempts and history",
            &[Connections, Health, Messages, Receipts],
            one,
        ),
        write(
            "pause",
            "Stop sending by a line; receipts are still taken",
            &[Connections, Messages, Changes],
            pause,
        ),
        write("resume", "Send by a paused line again", &[Connections, Messages, Changes], resume),
        write(
            "disable",
            "Switch a line off: no sending, no receipts",
            &[Connections, Messages, Changes],
            disable,
        ),
        write("enable", "Switch a line on again", &[Connections, Messages, Changes], enable),
        write(
            "remove",
            "Take a line and its credential off the board",
            &[Connections, Messages, Causes, Changes],
            remove,
        ),
        write(
            "check",
            "Ask the provider now whether the line works",
            &[Connections, Health, Changes],
            check,
        ),
        write("test", "Send a real message by a line", &[Messages], test),
    ]
}

async fn all(on: Context, _: Nothing) -> Result<List<Connection>, ApiError> {
    let board = Board::read(&on.api).await?;
    Ok(List::whole(board.lines.iter().map(|line| line.shape(board.now)).collect()))
}

/// One line as the board shows it.
pub(crate) async fn shaped(api: &Api, id: ConnectionId) -> Result<Connection, ApiError> {
    let (board, line) = Board::line(api, id).await?;
    Ok(line.shape(board.now))
}

async fn one(on: Context, args: ById<ConnectionId>) -> Result<ConnectionDetail, ApiError> {
    let (board, facts) = Board::line(&on.api, args.id).await?;
    let engine = on.api.engine();
    let calls = engine.store().recent_attempts(args.id, CALLS).await?;
    let history = engine.store().changes(Some(args.id), None, HISTORY).await?;
    let line = engine.line(args.id);
    let set = line.as_ref().and_then(|line| line.secrets_set());
    let limits = line.map(|line| line.limits());
    // A line that cannot be opened lets nothing through at once: its pace is not known.
    let (pace, known) = limits.map_or((signalbox_domain::Pace::UNLIMITED, false), |limits| {
        (limits.pace, limits.concurrency > 0)
    });
    let connection = facts.shape(board.now);
    let today = engine.settings().zone.local_date(board.now);
    let call = |(attempt, to): &(signalbox_store::AttemptRow, String)| ConnectionCall {
        attempt: shown::attempt(attempt),
        message: attempt.message,
        to: to.clone(),
    };
    Ok(ConnectionDetail {
        fields: fields(&facts.row, set.as_deref()),
        held: facts.held(),
        calls: calls.iter().map(call).collect(),
        webhook: WebhookState {
            url: facts.webhook_url.clone(),
            last_verified: At::maybe(facts.row.last_receipt),
            refused_today: facts.row.refused_receipts_on(today),
        },
        limits: line::limits(pace, connection.waiting, known),
        history: history.into_iter().map(Change::from).collect(),
        connection,
    })
}

/// Settings as they are; of secrets, only that they are set. While the vault is locked that is known
/// of those the provider requires: a line has them, or it would not have been kept.
fn fields(
    row: &ConnectionRow,
    set: Option<&[String]>,
) -> std::collections::BTreeMap<String, String> {
    let mut fields = row.made.fields.clone();
    for (name, url) in &row.made.urls {
        fields.insert(format!("url.{name}"), url.clone());
    }
    let asked = signalbox_providers::catalogue::provider(&row.made.provider);
    let secrets =
        asked.into_iter().flat_map(|info| info.fields).filter(|field| field.secret).filter(
            |field| set.map_or(field.required, |set| set.iter().any(|key| key == field.key)),
        );
    fields.extend(secrets.map(|field| (field.key.to_owned(), "set".to_owned())));
    fields
}

async fn pause(on: Context, args: ById<ConnectionId>) -> Result<Connection, ApiError> {
    act(on, args.id, LineAct::Pause).await
}

async fn resume(on: Context, args: ById<ConnectionId>) -> Result<Connection, ApiError> {
    act(on, args.id, LineAct::Resume).await
}

async fn disable(on: Context, args: ById<ConnectionId>) -> Result<Connection, ApiError> {
    act(on, args.id, LineAct::Disable).await
}

async fn enable(on: Context, args: ById<ConnectionId>) -> Result<Connection, ApiError> {
    act(on, args.id, LineAct::Enable).await
}

async fn act(on: Context, id: ConnectionId, act: LineAct) -> Result<Connection, ApiError> {
    on.api.engine().act_on_line(id, act, &on.caller.actor).await?;
    shaped(&on.api, id).await
}

/// What becomes of a removed line's waiting work.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Waiting {
    /// It is cancelled.
    Cancel,
    /// It stays visible as failed, so that it can be sent by another line.
    KeepAsFailed,
}

/// Which line goes, and what becomes of its waiting work.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoveArgs {
    /// Which line.
    id: ConnectionId,
    /// What becomes of its waiting work.
    waiting: Waiting,
}

async fn remove(on: Context, args: RemoveArgs) -> Result<Removed, ApiError> {
    let work = match args.waiting {
        Waiting::Cancel => WaitingWork::Cancel,
        Waiting::KeepAsFailed => WaitingWork::KeepAsFailed,
    };
    let cancelled = on.api.engine().remove_line(args.id, work, &on.caller.actor).await?;
    Ok(Removed { removed: true, cancelled })
}

async fn check(on: Context, args: ById<ConnectionId>) -> Result<Connection, ApiError> {
    on.api.engine().check_line(args.id).await?;
    shaped(&on.api, args.id).await
}

/// A real message by one line.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct TestArgs {
    /// Which line.
    id: ConnectionId,
    /// To whom.
    to: String,
    /// Another text than the usual one.
    body: Option<String>,
}

async fn test(on: Context, args: TestArgs) -> Result<Message, ApiError> {
    let engine = on.api.engine();
    let line = engine.line(args.id).ok_or_else(crate::board::no_line)?;
    let channel = line.channel().ok_or_else(|| {
        ApiError::invalid(
            "id",
            format!("{} sends no messages", line.name()),
            "Choose a line with a channel",
        )
    })?;
    let business = engine.settings().business_name;
    let from = if business.is_empty() { "Signalbox".to_owned() } else { business };
    let request = SendRequest {
        channel,
        to: args.to,
        body: args
            .body
            .unwrap_or_else(|| format!("A test message from {from}. Nothing needs to be done.")),
        subject: (channel == Channel::Email).then(|| format!("Test message from {from}")),
        fields: None,
        connection: Some(args.id),
        route: Vec::new(),
        send_at: None,
        useful_until: None,
        idempotency_key: None,
        name: None,
    };
    let sent = engine.send(request, &on.caller.actor).await?;
    messages::shaped(&on.api, sent.id).await
}
