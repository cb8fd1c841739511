//! The rules of a message, on one plain struct.

use std::collections::BTreeSet;

use signalbox_domain::{HoldReason, MessageId, MessageState, Priority, ReceiptStatus};
use signalbox_store::MessageRow;

use super::End;
use crate::desk::HOUR;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) to: usize,
    pub(crate) priority: Priority,
    pub(crate) state: MessageState,
    pub(crate) reason: Option<HoldReason>,
    pub(crate) due_at: Option<i64>,
    pub(crate) send_at: Option<i64>,
    pub(crate) look_at: Option<i64>,
    pub(crate) looks: u32,
    pub(crate) useful_until: i64,
    pub(crate) round: u32,
    pub(crate) tries: u32,
    pub(crate) counted: u32,
    pub(crate) rank: i64,
    pub(crate) provider_id: Option<String>,
    pub(crate) failure: Option<String>,
    pub(crate) watch: bool,
    pub(crate) spent: BTreeSet<String>,
    /// The provider took the latest attempt and has not said that it failed.
    pub(crate) taken: bool,
}

/// What the store shows of a message, in the same words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    place: (MessageState, Option<HoldReason>),
    times: (Option<i64>, Option<i64>, i64),
    numbers: (u32, u32, u32, u32, i64),
    provider_id: Option<String>,
    failure: Option<String>,
}

impl Shown {
    pub(crate) fn of_row(row: &MessageRow) -> Self {
        Self {
            place: (row.state, row.reason),
            times: (row.due_at, row.look_at, row.useful_until),
            numbers: (row.looks, row.round, row.tries, row.counted, row.rank),
            provider_id: row.provider_id.clone(),
            failure: row.failure.as_ref().map(|failure| failure.code.clone()),
        }
    }

    pub(crate) fn of_model(m: &Message) -> Self {
        Self {
            place: (m.state, m.reason),
            times: (m.due_at, m.look_at, m.useful_until),
            numbers: (m.looks, m.round, m.tries, m.counted, m.rank),
            provider_id: m.provider_id.clone(),
            failure: m.failure.clone(),
        }
    }
}

impl Message {
    /// The provider's id of an attempt.
    pub(crate) fn provider_id_of(&self, attempt: u32) -> String {
        format!("SM-{}-{attempt}", self.id)
    }

    /// Whether an answer is open that must be looked up.
    fn open(&self) -> bool {
        matches!(self.state, MessageState::Sending | MessageState::Unknown) && self.reason.is_none()
    }

    fn rest(&mut self, state: MessageState, reason: Option<HoldReason>) {
        self.state = state;
        self.reason = reason;
        self.due_at = None;
        self.look_at = None;
        self.watch &= self.open();
    }

    fn queue(&mut self, due_at: i64) {
        self.rest(MessageState::Queued, None);
        self.due_at = Some(due_at);
    }

    fn bind(&mut self, provider_id: Option<String>) {
        if let Some(old) = self.provider_id.take().filter(|old| provider_id.as_ref() != Some(old)) {
            self.spent.insert(old);
        }
        self.provider_id = provider_id;
    }

    /// What must not leave, and where it goes instead.
    pub(crate) fn set_aside(&mut self, suppressed: bool, now: i64) -> bool {
        let state = match (self.useful_until <= now, suppressed) {
            (true, _) => MessageState::Expired,
            (_, true) => MessageState::Suppressed,
            _ => return false,
        };
        self.rest(state, None);
        true
    }

    pub(crate) fn claim(&mut self, watched: bool) -> u32 {
        assert!(!self.taken, "{} is with the provider and would be sent twice", self.id);
        self.rest(MessageState::Sending, None);
        self.watch = watched;
        self.tries += 1;
        self.tries
    }

    /// The end of attempt `n`; whether it was the message's own.
    pub(crate) fn finish(&mut self, n: u32, end: End, now: i64) -> bool {
        let provider_id = self.provider_id_of(n);
        if self.state != MessageState::Sending || self.tries != n {
            return matches!(end, End::Accepted) && self.tries == n && self.overtaken(provider_id);
        }
        self.counted += 1;
        self.failure = Some("x".into());
        self.bind(matches!(end, End::Accepted).then_some(provider_id));
        match end {
            End::Accepted => {
                self.rest(MessageState::Accepted, None);
                self.failure = None;
                self.rank = 1;
                self.looks = 0;
                self.taken = true;
            }
            End::Retry { wait, counted } => {
                self.counted -= u32::from(!counted);
                self.queue(now + wait);
            }
            End::Hold { until } => {
                self.rest(MessageState::Held, Some(HoldReason::Admin));
                self.due_at = until.map(|wait| now + wait);
            }
            End::Attention => self.rest(MessageState::NeedsAttention, None),
            End::Suppress => self.rest(MessageState::Suppressed, None),
            End::Unknown { look } => {
                let reason = (!look).then_some(HoldReason::Asked);
                let watch = self.watch && look;
                self.rest(MessageState::Unknown, reason);
                self.watch = watch;
                self.look_at = look.then_some(now);
                self.looks = 0;
            }
        }
        true
    }

    fn overtaken(&mut self, provider_id: String) -> bool {
        if self.provider_id.as_ref() == Some(&provider_id) || self.spent.contains(&provider_id) {
            return false;
        }
        let moved = matches!(
            self.state,
            MessageState::Queued
                | MessageState::Held
                | MessageState::NeedsAttention
                | MessageState::Unknown
        );
        if moved {
            self.rest(MessageState::Accepted, None);
            self.bind(Some(provider_id));
            self.failure = None;
            self.rank = 1;
            self.looks = 0;
            self.taken = true;
        } else if self.provider_id.is_none() {
            self.provider_id = Some(provider_id);
        }
        moved
    }

    /// Whether news under this id are about this message as it now stands.
    pub(crate) fn is_meant_by(&self, provider_id: &str) -> bool {
        match &self.provider_id {
            Some(own) => own == provider_id,
            None => !self.spent.contains(provider_id),
        }
    }

    pub(crate) fn report(
        &mut self,
        provider_id: &str,
        status: ReceiptStatus,
        retry_at: Option<i64>,
        poll_at: Option<i64>,
    ) {
        let closed = [MessageState::Cancelled, MessageState::Dismissed, MessageState::Suppressed];
        if status.rank() <= self.rank || closed.contains(&self.state) {
            return;
        }
        if self.provider_id.is_none() {
            self.provider_id = Some(provider_id.into());
        }
        self.rank = status.rank();
        let latest = provider_id == self.provider_id_of(self.tries);
        let state = match status {
            ReceiptStatus::Accepted => MessageState::Accepted,
            ReceiptStatus::Sent => MessageState::Sent,
            ReceiptStatus::Delivered => MessageState::Delivered,
            ReceiptStatus::Read => MessageState::Read,
            ReceiptStatus::Failed => MessageState::NeedsAttention,
        };
        let look_at = match self.state {
            _ if status.rank() > ReceiptStatus::Sent.rank() => None,
            MessageState::Accepted | MessageState::Sent => self.look_at,
            _ => poll_at,
        };
        self.rest(state, None);
        self.look_at = look_at;
        self.failure = (status == ReceiptStatus::Failed).then(|| "30005".into());
        if latest {
            self.taken = status != ReceiptStatus::Failed;
        }
        if let Some(at) = retry_at.filter(|_| status == ReceiptStatus::Failed) {
            self.queue(at);
            self.round += 1;
            self.rank = 0;
            self.bind(None);
            self.spent.insert(provider_id.into());
        }
    }

    /// Whether the decision fitted.
    pub(crate) fn decide(&mut self, chosen: usize, now: i64) -> bool {
        use MessageState::{
            Accepted, Cancelled, Dismissed, Expired, Held, NeedsAttention, Queued, Unknown,
        };
        let asked = self.reason == Some(HoldReason::Asked);
        match (chosen, self.state) {
            (0, NeedsAttention | Dismissed | Expired | Cancelled) => self.again(now),
            (0, Unknown) if asked => self.again(now),
            (1, NeedsAttention | Expired) => self.rest(Dismissed, None),
            (2, Dismissed) if self.failure.is_some() => self.rest(NeedsAttention, None),
            (3, Queued | Held) | (5, Unknown | Held) => self.rest(Cancelled, None),
            (4, Unknown) => {
                self.rest(Accepted, None);
                self.rank = 1;
                self.failure = None;
            }
            (6, Held) => {
                let scheduled = self.reason == Some(HoldReason::Scheduled);
                self.queue(now);
                self.looks = 0;
                if let Some(at) = self.send_at.filter(|at| !scheduled && *at > now) {
                    self.rest(Held, Some(HoldReason::Scheduled));
                    self.due_at = Some(at);
                }
            }
            (7, Queued | Held) => {
                self.rest(NeedsAttention, None);
                self.failure = Some("line_removed".into());
            }
            _ => return false,
        }
        true
    }

    fn again(&mut self, now: i64) {
        self.round += 1;
        self.counted = 0;
        self.rank = 0;
        self.looks = 0;
        self.taken = false;
        self.bind(None);
        self.queue(now);
    }

    pub(crate) fn send_again(&mut self, due_at: i64) {
        self.queue(due_at);
        self.looks = 0;
    }

    pub(crate) fn ask(&mut self) {
        self.rest(MessageState::Unknown, Some(HoldReason::Asked));
    }

    pub(crate) fn pull_in(&mut self, now: i64) {
        let untried = self.tries == 0;
        if self.state == MessageState::Queued
            && self.due_at.is_some_and(|at| at > now && (untried || at > now + 8 * HOUR))
        {
            self.due_at = Some(now);
        }
    }

    pub(crate) fn hold_restored(&mut self) {
        use MessageState::{Held, Queued, Sending, Unknown};
        if matches!(self.state, Queued | Sending | Held | Unknown) {
            self.rest(Held, Some(HoldReason::Restored));
        }
    }
}
