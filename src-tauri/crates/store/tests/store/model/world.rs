//! The store and the model side by side: each step is done to both.

use std::collections::BTreeSet;

use signalbox_domain::{Channel, FailureClass, HoldReason, MessageState, Priority, ReceiptStatus};
use signalbox_store::{
    Chosen, ClaimRequest, Consequence, Durability, Finish, NewMessage, OpenOptions, Settlement,
    StatusReport, Then, Took,
};

use super::rules::{Message, Shown};
use super::{End, Found, Step};
use crate::desk::{Desk, failure, roomy};
use crate::receipts::incoming;

/// Enough to meet each other, few enough for one claim to look at all of them.
const MOST: usize = 20;

pub(crate) struct World {
    desk: Desk,
    messages: Vec<Message>,
    opted_out: BTreeSet<usize>,
    events: u32,
}

fn address(to: usize) -> String {
    format!("p{to}@example.com")
}

impl World {
    pub(crate) async fn new() -> Self {
        // What lasts is proved by the power cuts; here only the rules are, in a tenth of the time.
        let options = OpenOptions { durability: Durability::NormalForProof, ..roomy() };
        Self {
            desk: Desk::with(options).await,
            messages: Vec::new(),
            opted_out: BTreeSet::new(),
            events: 0,
        }
    }

    pub(crate) async fn take(&mut self, step: &Step) {
        let now = self.desk.now();
        match *step {
            Step::Enqueue { to, priority, later, useful } => {
                self.enqueue(to, priority, later, useful, now).await;
            }
            Step::Claim { limit, watched } => self.claim(limit, watched, now).await,
            Step::Finish { which, end } => {
                let sending = |m: &&Message| m.state == MessageState::Sending;
                let open: Vec<_> = self.messages.iter().filter(sending).map(|m| m.id).collect();
                if let Some(id) = pick(&open, which) {
                    let at = self.position(id);
                    self.finish(at, self.messages[at].tries, end, now).await;
                }
            }
            Step::StaleFinish { which, back, accepted } => {
                let tried: Vec<_> =
                    self.messages.iter().filter(|m| m.tries > 0).map(|m| m.id).collect();
                if let Some(id) = pick(&tried, which) {
                    let at = self.position(id);
                    let n = self.messages[at].tries.saturating_sub(back).max(1);
                    let end = if accepted { End::Accepted } else { End::Attention };
                    // An attempt whose own finish is still to come is nobody's stale one.
                    if self.messages[at].state != MessageState::Sending
                        || n < self.messages[at].tries
                    {
                        self.finish(at, n, end, now).await;
                    }
                }
            }
            Step::Crash => self.crash(now).await,
            Step::Pass(ms) => self.desk.pass(ms),
            Step::SetBack(ms) => self.desk.clock.jump_wall(chrono::TimeDelta::milliseconds(-ms)),
            Step::Consent { to, allowed } => self.consent(to, allowed, now).await,
            Step::Receipt { which, attempt, status, retry } => {
                self.receipt(which, attempt, status, retry.then_some(now + 1_000), now).await;
            }
            Step::Settle { which, found } => self.settle(which, found, now).await,
            Step::Decide { which, chosen } => self.decide(which, chosen, now).await,
            Step::Expire => self.expire(now).await,
            Step::PullIn => {
                self.desk.store().pull_in(now).await.expect("committed");
                self.messages.iter_mut().for_each(|m| m.pull_in(now));
            }
            Step::Restore => {
                self.desk.store().hold_restored(now).await.expect("committed");
                self.messages.iter_mut().for_each(Message::hold_restored);
            }
        }
    }

    fn position(&self, id: signalbox_domain::MessageId) -> usize {
        self.messages.iter().position(|m| m.id == id).expect("it was just picked")
    }

    async fn enqueue(
        &mut self,
        to: usize,
        priority: Priority,
        later: Option<i64>,
        useful: i64,
        now: i64,
    ) {
        if self.messages.len() == MOST {
            return;
        }
        let send_at = later.map(|ms| now + ms);
        let useful_until = now + useful;
        let new = NewMessage { priority, send_at, useful_until, ..self.desk.letter(&address(to)) };
        let done = self.desk.store().enqueue(vec![new]).await.expect("committed");
        let signalbox_store::Enqueued::Accepted(id) = done[0] else {
            assert!(self.opted_out.contains(&to), "{done:?}");
            return;
        };
        assert!(!self.opted_out.contains(&to), "they opted out");
        self.messages.push(Message {
            id,
            to,
            priority,
            state: if later.is_some() { MessageState::Held } else { MessageState::Queued },
            reason: later.map(|_| HoldReason::Scheduled),
            due_at: Some(send_at.unwrap_or(now)),
            send_at,
            look_at: None,
            looks: 0,
            useful_until,
            round: 0,
            tries: 0,
            counted: 0,
            rank: 0,
            provider_id: None,
            failure: None,
            watch: false,
            spent: BTreeSet::new(),
            taken: false,
        });
    }

    async fn claim(&mut self, limit: usize, watched: bool, now: i64) {
        let request = ClaimRequest { limit, one_open_per_recipient: watched, ..self.desk.ask() };
        let claimed = self.desk.store().claim(request).await.expect("committed");
        let claimed: Vec<_> = claimed.messages.iter().map(|m| (m.row.id, m.n)).collect();
        let mut due: Vec<_> = self
            .messages
            .iter()
            .filter_map(|m| m.due_at.filter(|at| *at <= now).map(|at| (m.priority, at, m.id)))
            .collect();
        due.sort();
        let mut expected = Vec::new();
        for (_, _, id) in due {
            if expected.len() == limit {
                break;
            }
            let at = self.position(id);
            let to = self.messages[at].to;
            let busy = watched && self.messages.iter().any(|m| m.to == to && m.watch);
            let message = &mut self.messages[at];
            if message.set_aside(self.opted_out.contains(&to), now) {
                continue;
            }
            if busy {
                // It keeps its place behind the one that is undecided.
                continue;
            }
            expected.push((id, message.claim(watched)));
        }
        assert_eq!(claimed, expected);
    }

    async fn finish(&mut self, at: usize, n: u32, end: End, now: i64) {
        let message = &mut self.messages[at];
        let then = match end {
            End::Accepted => Then::Accepted,
            End::Retry { wait, counted } => Then::Retry { due_at: now + wait, counted },
            End::Hold { until } => {
                Then::Hold { reason: HoldReason::Admin, due_at: until.map(|ms| now + ms) }
            }
            End::Attention => Then::Attention,
            End::Suppress => Then::Suppress,
            End::Unknown { look } => Then::Unknown { look_at: look.then_some(now) },
        };
        let accepted = then == Then::Accepted;
        let finish = Finish {
            provider_id: accepted.then(|| message.provider_id_of(n)),
            failure: (!accepted).then(|| failure(FailureClass::Transient, "x")),
            ..self.desk.end_of(message.id, n, then)
        };
        let done = self.desk.store().finish(finish).await.expect("committed");
        let applied = message.finish(n, end, now);
        assert_eq!((done.applied, done.state), (applied, message.state));
        if applied && matches!(end, End::Suppress) {
            self.opted_out.insert(message.to);
        }
    }

    async fn crash(&mut self, now: i64) {
        self.desk.reopen();
        let mut orphans = self.desk.store().recover(now).await.expect("committed");
        orphans.sort();
        let mut expected = Vec::new();
        for m in self.messages.iter_mut().filter(|m| m.state == MessageState::Sending) {
            m.finish(m.tries, End::Unknown { look: true }, now);
            m.failure = Some("interrupted".into());
            expected.push(m.id);
        }
        assert_eq!(orphans, expected);
    }

    async fn consent(&mut self, to: usize, allowed: bool, now: i64) {
        let store = self.desk.store();
        let said = store.set_consent(Channel::Sms, address(to), allowed, "t".into(), now);
        said.await.expect("committed");
        if allowed {
            self.opted_out.remove(&to);
        } else {
            self.opted_out.insert(to);
        }
    }

    async fn receipt(
        &mut self,
        which: usize,
        attempt: u32,
        status: ReceiptStatus,
        retry_at: Option<i64>,
        now: i64,
    ) {
        let tried: Vec<_> = self.messages.iter().filter(|m| m.tries > 0).map(|m| m.id).collect();
        let Some(id) = pick(&tried, which) else { return };
        let at = self.position(id);
        let message = &mut self.messages[at];
        let provider_id = message.provider_id_of(message.tries.saturating_sub(attempt).max(1));
        self.events += 1;
        let event = format!("E{}", self.events);
        let took = self.desk.store().take_receipt(incoming(&self.desk, &event)).await;
        let Took::New(receipt) = took.expect("committed") else { panic!("each is new") };
        let report = StatusReport {
            provider_id: provider_id.clone(),
            status,
            failure: (status == ReceiptStatus::Failed)
                .then(|| failure(FailureClass::Recipient, "30005")),
            source: "webhook".into(),
            poll_at: None,
            again_at: retry_at.map_or_else(Vec::new, |at| vec![at; 64]),
            last_remedy: None,
            at: now,
        };
        let means = vec![Consequence::Status { report, hint: Some(id) }];
        let line = self.desk.line;
        let done = self.desk.store().work_off(receipt, line, means, None, now).await;
        let meant = message.is_meant_by(&provider_id);
        assert_eq!(done.expect("committed").len(), usize::from(meant));
        if meant {
            message.report(&provider_id, status, retry_at, None);
        }
    }

    async fn settle(&mut self, which: usize, found: Found, now: i64) {
        let lost: Vec<_> = self
            .messages
            .iter()
            .filter(|m| m.state == MessageState::Unknown)
            .map(|m| m.id)
            .collect();
        let Some(id) = pick(&lost, which) else { return };
        let at = self.position(id);
        let message = &mut self.messages[at];
        let n = message.tries;
        let candidate = match found {
            Found::Sent { attempt } => message.provider_id_of(n.saturating_sub(attempt).max(1)),
            _ => String::new(),
        };
        let settlement = match found {
            Found::Sent { .. } => Settlement::Found {
                candidates: vec![(candidate.clone(), Some(ReceiptStatus::Sent), None)],
                doubtful: Vec::new(),
                or_look_at: None,
            },
            Found::Nothing => Settlement::SendAgain { due_at: now, detail: "not there" },
            Found::Later { missed } => Settlement::LookAgain { at: now + 1_000, missed },
            Found::Ask => Settlement::Ask,
        };
        let state = self.desk.store().settle(id, n, settlement, now).await.expect("committed");
        if message.reason.is_none() {
            match found {
                Found::Sent { .. } if message.spent.contains(&candidate) => message.send_again(now),
                Found::Sent { .. } => {
                    message.report(&candidate, ReceiptStatus::Sent, None, Some(now + 60_000));
                }
                Found::Nothing => message.send_again(now),
                Found::Later { missed } => {
                    message.looks += u32::from(missed);
                    message.look_at = Some(now + 1_000);
                }
                Found::Ask => message.ask(),
            }
        }
        assert_eq!(state, message.state);
    }

    async fn decide(&mut self, which: usize, chosen: usize, now: i64) {
        let ids: Vec<_> = self.messages.iter().map(|m| m.id).collect();
        let Some(id) = pick(&ids, which) else { return };
        let choice = [
            Chosen::Again,
            Chosen::Dismiss,
            Chosen::Undismiss,
            Chosen::Cancel,
            Chosen::WasSent,
            Chosen::Drop,
            Chosen::Release,
            Chosen::Fail(failure(FailureClass::Admin, "line_removed")),
        ][chosen]
            .clone();
        let done = self.desk.store().decide(vec![id], choice, None, "t".into(), now).await;
        let at = self.position(id);
        let changed = self.messages[at].decide(chosen, now);
        assert_eq!(done.expect("committed").changed, usize::from(changed));
    }

    async fn expire(&mut self, now: i64) {
        let expired = self.desk.store().expire(self.desk.line, now).await.expect("committed");
        let mut expected = 0;
        for m in &mut self.messages {
            let waiting = matches!(m.state, MessageState::Queued | MessageState::Held);
            expected += usize::from(waiting && m.set_aside(false, now));
        }
        assert_eq!(expired.len(), expected);
    }

    pub(crate) async fn compare(&self, step: &Step) {
        let ids = self.messages.iter().map(|m| m.id).collect();
        let rows = self.desk.store().rows(ids).await.expect("rows");
        for (row, message) in rows.iter().zip(&self.messages) {
            assert_eq!(Shown::of_row(row), Shown::of_model(message), "after {step:?}");
        }
    }

    /// The end of a case: counts, causes and the file itself are as they should be.
    pub(crate) async fn close(mut self) {
        self.desk.assert_counts();
        assert!(self.desk.store().counters_agree().await.expect("a count"));
        self.desk.reopen();
        let check: String = self
            .desk
            .file()
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .expect("a check");
        assert_eq!(check, "ok");
        let left = self.desk.number(
            "SELECT COUNT(*) FROM message WHERE state = 0 AND (due_at IS NULL OR look_at IS NOT NULL)",
        );
        assert_eq!(left, 0, "what is queued has a time, or nothing would ever move it");
    }
}

fn pick<T: Copy>(list: &[T], which: usize) -> Option<T> {
    if list.is_empty() { None } else { list.get(which % list.len()).copied() }
}
