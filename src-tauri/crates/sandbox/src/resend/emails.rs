//! The emails of the team, as many as the sandbox was told to keep.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::letter::Letter;
use super::wire::postgres_time;
use crate::magic::Effect;

/// One email.
#[derive(Clone, Debug)]
pub(super) struct Email {
    pub(super) id: String,
    pub(super) message_id: String,
    pub(super) letter: Letter,
    pub(super) created: DateTime<Utc>,
    pub(super) last_event: &'static str,
    pub(super) effect: Effect,
    /// Grows when a scheduled email is moved or cancelled: steps of an earlier life no longer count.
    pub(super) life: u32,
}

impl Email {
    /// As `GET /emails/{id}` shows it.
    pub(super) fn whole(&self) -> Value {
        let mut whole = self.line();
        whole["html"] = json!(self.letter.html);
        whole["text"] = json!(self.letter.text);
        whole["tags"] = json!(self.letter.tags);
        whole
    }

    /// As `GET /emails` shows it: without its content.
    pub(super) fn line(&self) -> Value {
        json!({
            "object": "email",
            "id": self.id,
            "message_id": self.message_id,
            "to": self.letter.to,
            "from": self.letter.from,
            "created_at": postgres_time(self.created),
            "subject": self.letter.subject,
            "bcc": self.letter.bcc,
            "cc": self.letter.cc,
            "reply_to": self.letter.reply_to,
            "last_event": self.last_event,
            "scheduled_at": self.letter.scheduled_at.map(postgres_time),
        })
    }
}

/// All emails by order of creation, and where each one stands.
#[derive(Debug)]
pub(super) struct Emails {
    by_order: BTreeMap<u64, Email>,
    orders: HashMap<String, u64>,
    next: u64,
    keep: usize,
}

impl Emails {
    pub(super) fn new(keep: usize) -> Self {
        Self { by_order: BTreeMap::new(), orders: HashMap::new(), next: 0, keep: keep.max(1) }
    }

    pub(super) fn add(&mut self, email: Email) {
        self.orders.insert(email.id.clone(), self.next);
        self.by_order.insert(self.next, email);
        self.next += 1;
        if self.by_order.len() > self.keep
            && let Some((_, oldest)) = self.by_order.pop_first()
        {
            self.orders.remove(&oldest.id);
        }
    }

    pub(super) fn get(&self, id: &str) -> Option<&Email> {
        self.by_order.get(self.orders.get(id)?)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Email> {
        self.by_order.get_mut(self.orders.get(id)?)
    }

    /// One page, newest first: what comes after `after`, or the emails just before `before`. `None` when the email
    /// named is not known. The flag says whether there are more in that direction.
    pub(super) fn page(
        &self,
        limit: usize,
        after: Option<&str>,
        before: Option<&str>,
    ) -> Option<(Vec<&Email>, bool)> {
        let order =
            |id: Option<&str>| id.map_or(Some(None), |id| self.orders.get(id).copied().map(Some));
        let (after, before) = (order(after)?, order(before)?);
        let mut page: Vec<&Email> = match before {
            Some(before) => {
                self.by_order.range(before + 1..).map(|(_, email)| email).take(limit + 1).collect()
            }
            None => self
                .by_order
                .range(..after.unwrap_or(self.next))
                .rev()
                .map(|(_, email)| email)
                .take(limit + 1)
                .collect(),
        };
        let more = page.len() > limit;
        page.truncate(limit);
        if before.is_some() {
            page.reverse();
        }
        Some((page, more))
    }
}
