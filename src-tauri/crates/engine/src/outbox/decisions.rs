//! What people decide about messages, for one or for thousands. Sending them again is `retry`.

use std::collections::BTreeSet;

use signalbox_domain::{ConnectionId, HoldReason, MessageId, MessageState};
use signalbox_store::{Chosen, Stream};

use crate::core::Core;
use crate::event::Tag;
use crate::outbox::enqueue::wake;
use crate::outbox::which::rows_of;
pub(crate) use crate::outbox::which::{Which, all};
use crate::refusal::Refusal;

/// Messages decided on in one commit.
pub(crate) const SLICE: usize = 200;
/// Messages a decision passes over that are listed one by one.
pub(crate) const LISTED: usize = 200;

/// A message that a decision passes over.
#[derive(Debug, Clone)]
pub struct Skipped {
    /// Which message.
    pub id: MessageId,
    /// To whom.
    pub to: String,
    /// Why.
    pub why: String,
}

/// Lets failures rest.
pub(crate) async fn dismiss(core: &Core, which: Which, actor: &str) -> Result<usize, Refusal> {
    if let Which::Cause { key, .. } = &which
        && key.state != MessageState::NeedsAttention
    {
        return Err(wrong_group("Only what failed can be dismissed"));
    }
    Ok(decide(core, which, Chosen::Dismiss, actor).await?.0)
}

/// Undoes [`dismiss`]. A cause is named as it was when it was dismissed, or as it rests now.
pub(crate) async fn undismiss(core: &Core, which: Which, actor: &str) -> Result<usize, Refusal> {
    if let Which::Cause { key, .. } = &which
        && key.state == MessageState::Unknown
    {
        return Err(wrong_group("What is of unknown outcome was never dismissed"));
    }
    Ok(decide(core, which, Chosen::Undismiss, actor).await?.0)
}

fn wrong_group(message: &str) -> Refusal {
    Refusal::invalid(
        "cause",
        "wrong_cause",
        message,
        "Take the cause from the list it stands in; unknown outcomes are resolved one by one",
    )
}

/// Applies a decision in slices, to the end. Returns how many changed, and the first of those that
/// did not.
pub(crate) async fn decide(
    core: &Core,
    which: Which,
    chosen: Chosen,
    actor: &str,
) -> Result<(usize, Vec<Skipped>), Refusal> {
    let dismissed = (chosen == Chosen::Undismiss).then_some(MessageState::Dismissed);
    let rows = rows_of(core, &which, dismissed).await?;
    let now = core.now_ms();
    let (mut changed, mut refused) = (0, Vec::new());
    for slice in rows.chunks(SLICE) {
        let ids = slice.iter().map(|row| row.id).collect();
        let count = core.store.decide(ids, chosen.clone(), None, actor.to_owned(), now).await?;
        changed += count.changed;
        for (id, state) in count.refused.into_iter().take(LISTED.saturating_sub(refused.len())) {
            let to = slice.iter().find(|row| row.id == id).map(|row| row.recipient.clone());
            refused.push(Skipped { id, to: to.unwrap_or_default(), why: format!("it is {state}") });
        }
    }
    for line in rows.iter().map(|row| row.connection).collect::<BTreeSet<_>>() {
        if let Some(line) = core.line(line) {
            wake(core, &line);
        }
    }
    told(core);
    Ok((changed, refused))
}

pub(crate) fn told(core: &Core) {
    core.events.changed(&[Tag::Messages, Tag::Causes, Tag::Connections, Tag::Batches]);
    core.index.notify_one();
    core.look.notify_one();
}

/// What is to be released. With neither a reason nor ids, messages that wait for a time of their own
/// (scheduled, quiet hours) stay.
#[derive(Debug, Clone, Default)]
pub struct ReleaseRequest {
    /// Only of this line.
    pub connection: Option<ConnectionId>,
    /// Only those held for this.
    pub reason: Option<HoldReason>,
    /// Only these.
    pub ids: Vec<MessageId>,
    /// Change nothing.
    pub dry_run: bool,
}

/// What was released.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Released {
    /// They leave now, or would.
    pub released: usize,
    /// They are not useful any more.
    pub expired: usize,
    /// Their outcome is unknown; each needs its own answer.
    pub asked: usize,
}

pub(crate) async fn release(
    core: &Core,
    request: ReleaseRequest,
    actor: &str,
) -> Result<Released, Refusal> {
    let rows = match request.ids.is_empty() {
        false => core.store.rows(request.ids.clone()).await?,
        true => {
            let lines = match request.connection {
                Some(id) => vec![id],
                None => core.lines().iter().map(|line| line.id()).collect(),
            };
            let streams =
                lines.into_iter().map(|id| Stream::Shelf(id, MessageState::Held)).collect();
            all(core, streams, request.reason.into_iter().collect()).await?
        }
    };
    let now = core.now_ms();
    let mut released = Released::default();
    let mut leaving = Vec::new();
    // Their time is what a person chose: they are let go early only when they are meant.
    let all_alike = request.ids.is_empty() && request.reason.is_none();
    let has_its_time =
        |reason| matches!(reason, Some(HoldReason::Scheduled | HoldReason::QuietHours));
    for row in rows.into_iter().filter(|row| !(all_alike && has_its_time(row.reason))) {
        match row.state {
            MessageState::Unknown => released.asked += 1,
            MessageState::Held if row.useful_until <= now => released.expired += 1,
            MessageState::Held => leaving.push(row.id),
            _ => {}
        }
    }
    released.released = leaving.len();
    if !request.dry_run {
        released.released = decide(core, Which::Ids(leaving), Chosen::Release, actor).await?.0;
    }
    Ok(released)
}
