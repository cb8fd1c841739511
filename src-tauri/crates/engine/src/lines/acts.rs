//! What a person does with a line: pause, resume, switch off, remove.

use std::sync::Arc;

use signalbox_domain::{ConnectionId, ConnectionState, MessageState, Signal};
use signalbox_store::{Chosen, LineChange, NewChange, Stream, line_removed};

use crate::core::Core;
use crate::event::Tag;
use crate::health;
use crate::outbox::decisions::{Which, all, decide};
use crate::refusal::Refusal;

/// What a person does with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineAct {
    /// Nothing is sent; receipts are still taken.
    Pause,
    /// Back to work.
    Resume,
    /// Neither.
    Disable,
    /// Back to work.
    Enable,
}

/// What becomes of a removed line's waiting work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingWork {
    /// It is cancelled.
    Cancel,
    /// It stays visible as failed, so that it can be sent by another line.
    KeepAsFailed,
}

pub(crate) async fn act(
    core: &Arc<Core>,
    id: ConnectionId,
    act: LineAct,
    actor: &str,
) -> Result<(), Refusal> {
    use ConnectionState::{Active, Disabled, Paused};
    let line = core.line(id).ok_or_else(|| Refusal::not_found("line"))?;
    let name = line.name();
    let (state, only_from, say) = match act {
        LineAct::Pause => (Paused, Vec::new(), format!("{name} was paused. Its messages wait")),
        LineAct::Resume | LineAct::Enable => {
            (Active, vec![Paused, Disabled], format!("{name} is on again. Waiting messages leave"))
        }
        LineAct::Disable => (Disabled, Vec::new(), format!("{name} was switched off")),
    };
    let change = LineChange {
        connection: id,
        state,
        failure: None,
        signal: if state == Active { Signal::Unknown } else { Signal::Off },
        say,
        detail: None,
        actor: actor.to_owned(),
        only_from,
        at: core.now_ms(),
    };
    core.store.change_line(change).await?;
    core.refresh_line(id).await;
    if state == Active {
        // What stopped it before may still be true: the check says so at once.
        health::check(core, &line).await;
    }
    Ok(())
}

pub(crate) async fn remove(
    core: &Arc<Core>,
    id: ConnectionId,
    work: WaitingWork,
    actor: &str,
) -> Result<usize, Refusal> {
    let line = core.line(id).ok_or_else(|| Refusal::not_found("line"))?;
    let change = LineChange {
        connection: id,
        state: ConnectionState::Disabled,
        failure: None,
        signal: Signal::Off,
        say: format!("{} is being removed", line.name()),
        detail: None,
        actor: actor.to_owned(),
        only_from: Vec::new(),
        at: core.now_ms(),
    };
    core.store.change_line(change).await?;
    core.refresh_line(id).await;
    let streams = [MessageState::Queued, MessageState::Held].map(|state| Stream::Shelf(id, state));
    let waiting = all(core, streams.to_vec(), Vec::new()).await?;
    let ids: Vec<_> = waiting.iter().map(|row| row.id).collect();
    let chosen = match work {
        WaitingWork::Cancel => Chosen::Cancel,
        WaitingWork::KeepAsFailed => Chosen::Fail(line_removed()),
    };
    let (changed, _) = decide(core, Which::Ids(ids), chosen, actor).await?;
    let change = NewChange {
        at: core.now_ms(),
        connection: Some(id),
        signal: Signal::Off,
        say: format!("{} was removed", line.name()),
        detail: None,
        actor: actor.to_owned(),
    };
    core.store.remove_connection(id, change).await?;
    core.lines.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&id);
    core.events.changed(&[Tag::Connections, Tag::Messages, Tag::Causes, Tag::Changes, Tag::Health]);
    Ok(changed)
}
