//! The messages of one account, newest last, as many as the sandbox was told to keep.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use crate::magic::Effect;

/// One message resource.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) sid: String,
    pub(super) account: String,
    pub(super) to: String,
    pub(super) from: Option<String>,
    pub(super) service: Option<String>,
    pub(super) body: String,
    pub(super) status: &'static str,
    pub(super) error: Option<u32>,
    pub(super) direction: &'static str,
    pub(super) segments: u32,
    pub(super) media: usize,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) sent: Option<DateTime<Utc>>,
    pub(super) callback: Option<String>,
    pub(super) effect: Effect,
}

/// All messages by order of creation, and where each one stands.
#[derive(Debug)]
pub(super) struct Messages {
    by_order: BTreeMap<u64, Message>,
    orders: HashMap<String, u64>,
    next: u64,
    keep: usize,
}

impl Messages {
    pub(super) fn new(keep: usize) -> Self {
        Self { by_order: BTreeMap::new(), orders: HashMap::new(), next: 0, keep: keep.max(1) }
    }

    pub(super) fn add(&mut self, message: Message) {
        self.orders.insert(message.sid.clone(), self.next);
        self.by_order.insert(self.next, message);
        self.next += 1;
        if self.by_order.len() > self.keep
            && let Some((_, oldest)) = self.by_order.pop_first()
        {
            self.orders.remove(&oldest.sid);
        }
    }

    pub(super) fn get(&self, sid: &str) -> Option<&Message> {
        self.by_order.get(self.orders.get(sid)?)
    }

    pub(super) fn get_mut(&mut self, sid: &str) -> Option<&mut Message> {
        self.by_order.get_mut(self.orders.get(sid)?)
    }

    pub(super) fn remove(&mut self, sid: &str) -> Option<Message> {
        self.by_order.remove(&self.orders.remove(sid)?)
    }

    /// Newest first, beginning after the message `token` when one is given. `None` when there is no such message.
    pub(super) fn newest_first(
        &self,
        token: Option<&str>,
    ) -> Option<impl Iterator<Item = &Message>> {
        let end = match token {
            Some(sid) => *self.orders.get(sid)?,
            None => self.next,
        };
        Some(self.by_order.range(..end).rev().map(|(_, message)| message))
    }
}
