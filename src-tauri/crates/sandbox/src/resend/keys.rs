//! Idempotency keys: kept for 24 hours; the same key and body get the same answer, another body gets 409, and so does a
//! key whose first request is still on its way.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

type Fingerprint = [u8; 32];

#[derive(Debug)]
struct Entry {
    at: DateTime<Utc>,
    fingerprint: Fingerprint,
    /// `None` while the first request is on its way.
    answer: Option<Value>,
}

#[derive(Debug, Default)]
struct Shelf {
    entries: HashMap<String, Entry>,
    order: VecDeque<(DateTime<Utc>, String)>,
}

/// All keys of the team.
#[derive(Debug)]
pub(super) struct Keys {
    shelf: Mutex<Shelf>,
    keep: usize,
}

/// What a key is worth to a request.
#[derive(Debug)]
pub(super) enum Turn {
    /// The first with this key: go on, and report back.
    First(Claim),
    /// Answered before: the same answer again.
    Again(Value),
    /// Used before with another body.
    OtherBody,
    /// The first request with this key has no answer yet.
    Concurrent,
}

/// The right to answer for a key. Dropped without an answer, the key is free again.
#[derive(Debug)]
pub(super) struct Claim {
    keys: Arc<Keys>,
    key: String,
    answered: bool,
}

impl Keys {
    pub(super) fn new(keep: usize) -> Self {
        Self { shelf: Mutex::default(), keep: keep.max(1) }
    }

    pub(super) fn claim(
        self: &Arc<Self>,
        key: &str,
        path: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Turn {
        let mut hash = Sha256::new();
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(body);
        let fingerprint: Fingerprint = hash.finalize().into();
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.expire(now, self.keep);
        match shelf.entries.get(key) {
            Some(entry) if entry.fingerprint != fingerprint => return Turn::OtherBody,
            Some(Entry { answer: Some(answer), .. }) => return Turn::Again(answer.clone()),
            Some(_) => return Turn::Concurrent,
            None => {}
        }
        shelf.entries.insert(key.to_owned(), Entry { at: now, fingerprint, answer: None });
        shelf.order.push_back((now, key.to_owned()));
        Turn::First(Claim { keys: self.clone(), key: key.to_owned(), answered: false })
    }
}

impl Shelf {
    fn expire(&mut self, now: DateTime<Utc>, keep: usize) {
        while let Some((at, key)) = self.order.front() {
            if now - *at < KEPT && self.order.len() <= keep {
                return;
            }
            // The key may have been freed and claimed anew since; that entry has its own place in the order.
            if self.entries.get(key).is_some_and(|entry| entry.at == *at) {
                self.entries.remove(key);
            }
            self.order.pop_front();
        }
    }
}

impl Claim {
    /// Keeps the answer for whoever comes with this key again.
    pub(super) fn answer(mut self, answer: &Value) {
        let mut shelf = self.keys.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = shelf.entries.get_mut(&self.key) {
            entry.answer = Some(answer.clone());
        }
        drop(shelf);
        self.answered = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.answered {
            self.keys
                .shelf
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entries
                .remove(&self.key);
        }
    }
}
