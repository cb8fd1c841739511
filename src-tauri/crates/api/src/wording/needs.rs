//! The cards of what needs a person: which, why, consequence, action.
//!
//! A card for every line that has stopped, in the board's order; then for outcomes that only a
//! person can decide, and for what failed. The same thing keeps the same id, so that a card does
//! not jump while it is read.

use chrono::{DateTime, SecondsFormat, Utc};
use signalbox_domain::zone::Zone;
use signalbox_domain::{ConnectionState, Signal};

use super::line::{LineFacts, has_receipts};
use super::numbers::{bytes, counted, grouped, sentences, span, time, verb};
use super::verdict::Desk;
use crate::shapes::cause::{Cause, CauseState};
use crate::shapes::overview::{Action, Fact, NeedKind, NeedsYou};

/// Causes that get a card of their own; the rest share one.
const CARDS: usize = 3;

/// Everything the cards rest on.
#[derive(Debug)]
pub struct Needs<'a> {
    /// What the verdict rests on.
    pub desk: &'a Desk,
    /// The lines, in the board's order.
    pub lines: &'a [LineFacts],
    /// The causes, the largest first.
    pub causes: &'a [Cause],
    /// Free bytes, when they are under the floor.
    pub free_bytes: Option<u64>,
    /// The business's zone.
    pub zone: Zone,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Needs<'_> {
    /// The cards, most urgent first.
    #[must_use]
    pub fn cards(&self) -> Vec<NeedsYou> {
        let mut cards = Vec::new();
        cards.extend(self.disk());
        cards.extend(self.vault());
        // While we are offline ourselves, no line is blamed for it; what a person has to mend
        // stays, because being online again will not mend it.
        cards.extend(self.lines.iter().filter_map(|line| self.line(line)));
        cards.extend(self.unknown());
        cards.extend(self.restored());
        cards.extend(self.causes());
        cards
    }

    fn disk(&self) -> Option<NeedsYou> {
        let free = self.free_bytes.filter(|_| self.desk.disk_low)?;
        Some(NeedsYou {
            id: "disk".into(),
            kind: NeedKind::Disk,
            connection: None,
            title: "The disk is almost full".into(),
            since: None,
            say: "Nothing new is accepted until there is room. What was accepted is safe.".into(),
            facts: vec![fact(bytes(free), "free")],
            action: open("Show the disk", "/settings#installation"),
        })
    }

    fn vault(&self) -> Option<NeedsYou> {
        if !self.desk.vault_locked || self.lines.is_empty() {
            return None;
        }
        Some(NeedsYou {
            id: "vault".into(),
            kind: NeedKind::Vault,
            connection: None,
            title: "The vault is locked".into(),
            since: None,
            say: "No line can sign in without its credential. Messages wait; nothing is lost."
                .into(),
            facts: self.waiting_fact(self.desk.waiting),
            action: open("Open the vault", "/settings#vault"),
        })
    }

    fn line(&self, line: &LineFacts) -> Option<NeedsYou> {
        if line.signal != Signal::Danger {
            return None;
        }
        let shape = line.shape(self.now);
        let reason = shape.reason.as_ref();
        let why = reason
            .map_or("It does not work, and the provider does not say why", |reason| &reason.say);
        let page = format!("/lines/{}", shape.id);
        let (rest, action) = match shape.state {
            ConnectionState::Reconnect if has_receipts(&shape.provider) => (
                "Receipts are still taken; only sending has stopped".to_owned(),
                open("Reconnect", &format!("{page}?act=reconnect")),
            ),
            ConnectionState::Reconnect => (
                "Sending has stopped".to_owned(),
                open("Reconnect", &format!("{page}?act=reconnect")),
            ),
            ConnectionState::Admin => (
                reason.map_or_else(String::new, |reason| reason.remedy.clone()),
                open("Show the line", &page),
            ),
            _ => {
                let again = line.open_until.filter(|until| *until > self.now);
                let say = again.map_or_else(
                    || "It is being tried again".to_owned(),
                    |until| {
                        format!(
                            "It is tried again by itself at {}",
                            time(until, self.zone, self.now)
                        )
                    },
                );
                (say, Action { label: "Check now".into(), command: Some("check".into()), to: page })
            }
        };
        let mut facts = self.waiting_fact(shape.waiting);
        if shape.waiting > 0 {
            let age = line.waiting_span.0.map(|at| self.now.timestamp_millis() - at);
            facts.extend(age.map(|age| fact(span(age), "oldest")));
            let first = line.waiting_span.1.and_then(DateTime::from_timestamp_millis);
            facts.extend(first.map(|at| fact(instant(at), "first stops being useful")));
        }
        Some(NeedsYou {
            id: format!("line:{}", shape.id),
            kind: NeedKind::Line,
            connection: Some(shape.id),
            title: line.title(),
            since: Some(shape.since),
            say: sentences([why, &rest]),
            facts,
            action,
        })
    }

    fn unknown(&self) -> Option<NeedsYou> {
        let asked = self.desk.asked;
        if asked == 0 {
            return None;
        }
        Some(NeedsYou {
            id: "unknown".into(),
            kind: NeedKind::UnknownOutcomes,
            connection: None,
            title: format!("{} unknown", counted(asked, "outcome")),
            since: None,
            say: format!(
                "The answer was lost, and the provider cannot be asked whether it took {}. Nothing is sent again by itself.",
                verb(asked, "it", "them")
            ),
            facts: vec![fact(
                grouped(asked),
                verb(asked, "needs your decision", "need your decision"),
            )],
            action: open(&format!("Decide {}…", grouped(asked)), "/messages?state=unknown"),
        })
    }

    fn restored(&self) -> Option<NeedsYou> {
        let held = self.desk.restored;
        if held == 0 {
            return None;
        }
        Some(NeedsYou {
            id: "restored".into(),
            kind: NeedKind::Messages,
            connection: None,
            title: format!("{} held since a backup was restored", counted(held, "message")),
            since: None,
            say: "The backup does not know what was sent after it was made. Release what is still due, cancel the rest.".into(),
            facts: vec![fact(grouped(held), "held")],
            action: open(&format!("Review {}…", grouped(held)), "/messages?state=held"),
        })
    }

    fn causes(&self) -> Vec<NeedsYou> {
        let failed: Vec<&Cause> =
            self.causes.iter().filter(|cause| cause.state == CauseState::NeedsAttention).collect();
        let (own, rest) = failed.split_at(failed.len().min(CARDS));
        let mut cards: Vec<NeedsYou> = own.iter().map(|cause| self.cause(cause)).collect();
        let more: i64 = rest.iter().map(|cause| cause.count).sum();
        if more > 0 {
            let causes = counted(rest.len() as i64, "other cause");
            cards.push(NeedsYou {
                id: "messages:more".into(),
                kind: NeedKind::Messages,
                connection: None,
                title: format!("{} failed, of {causes}", counted(more, "message")),
                since: None,
                say: "Each cause has its own remedy.".into(),
                facts: vec![fact(grouped(more), "failed")],
                action: open(&format!("Review {}…", grouped(more)), "/triage"),
            });
        }
        cards
    }

    fn cause(&self, cause: &Cause) -> NeedsYou {
        let line = self.lines.iter().find(|line| line.row.id == cause.connection);
        let say = match line {
            Some(line) => format!("{}: {}", line.title(), cause.say),
            None => cause.say.clone(),
        };
        let n = grouped(cause.count);
        NeedsYou {
            id: format!("cause:{}", cause.key),
            kind: NeedKind::Messages,
            connection: Some(cause.connection),
            title: format!("{} failed", counted(cause.count, "message")),
            since: Some(cause.first_at),
            say: sentences([say.as_str(), cause.status.as_str()]),
            facts: vec![fact(n.clone(), "failed")],
            action: open(&format!("Review {n}…"), &format!("/triage?cause={}", cause.key)),
        }
    }

    fn waiting_fact(&self, waiting: i64) -> Vec<Fact> {
        vec![fact(grouped(waiting), "waiting")]
    }
}

fn fact(value: String, label: &str) -> Fact {
    Fact { value, label: label.into() }
}

fn open(label: &str, to: &str) -> Action {
    Action { label: label.into(), command: None, to: to.into() }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests;
