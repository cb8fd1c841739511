//! The count of what was accepted. It is the sandbox's one promise to a kill campaign: an acceptance is in the file
//! before the answer leaves, and no acceptance is ever forgotten from the totals. It knows nothing about how a message
//! came in or what becomes of it.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Provider;
use crate::config::WhenFull;

/// One accepted message, as it stands in the ledger file and in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// When it was accepted.
    pub at: DateTime<Utc>,
    /// By whom.
    pub provider: Provider,
    /// The provider's id: message SID, email id or queue id.
    pub id: String,
    /// All recipients.
    pub to: Vec<String>,
    /// Sender, when one was given.
    pub from: Option<String>,
    /// Subject, for email.
    pub subject: Option<String>,
    /// Text of the message. Of an SMTP mail: everything after the header, undecoded.
    pub body: String,
    /// What the caller can recognise its own message by: the `m` parameter of the StatusCallback's query (its whole
    /// query when there is none), the Idempotency-Key, or the Message-ID.
    pub token: Option<String>,
}

/// Why an acceptance could not be recorded; the message must then be refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotRecorded {
    #[error("the sandbox remembers as many messages as it was told to")]
    Full,
    #[error("the ledger file cannot be written: {0}")]
    File(#[from] io::Error),
}

/// Counts over the remembered part of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Accepted since the start or the last `DELETE`, remembered or not.
    pub accepted: u64,
    /// Remembered messages per recipient.
    pub by_to: BTreeMap<String, u64>,
    /// Remembered messages per body.
    pub by_body: BTreeMap<String, u64>,
    /// Remembered messages per token.
    pub by_token: BTreeMap<String, u64>,
    /// What was accepted more than once from the caller's point of view: same provider, recipients, subject and body.
    pub doubled: Vec<Doubled>,
}

/// One message that was accepted several times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubled {
    /// By whom.
    pub provider: Provider,
    /// All recipients.
    pub to: Vec<String>,
    /// Text of the message.
    pub body: String,
    /// How often, at least 2.
    pub times: u64,
}

/// What makes two acceptances one message sent twice: provider, recipients, subject, body.
type Sameness<'a> = (Provider, &'a [String], Option<&'a str>, &'a str);

#[derive(Debug, Default)]
struct Book {
    shelves: BTreeMap<Provider, Shelf>,
    file: Option<File>,
}

#[derive(Debug, Default)]
struct Shelf {
    accepted: u64,
    entries: VecDeque<Accepted>,
}

/// The log in memory and, optionally, the file behind it.
#[derive(Debug)]
pub(crate) struct Ledger {
    book: Mutex<Book>,
    keep: usize,
    when_full: WhenFull,
}

impl Ledger {
    /// Opens `path` for appending and counts what is already in it. A last line that a crash cut short was never
    /// answered for, so it does not count.
    pub(crate) fn open(path: Option<&Path>, keep: usize, when_full: WhenFull) -> io::Result<Self> {
        let mut book = Book::default();
        if let Some(path) = path {
            let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
            let mut whole = true;
            let mut line = Vec::new();
            let mut reader = BufReader::new(&file);
            while reader.read_until(b'\n', &mut line)? > 0 {
                whole = line.ends_with(b"\n");
                if let Ok(entry) = serde_json::from_slice::<Accepted>(&line) {
                    book.push(entry, keep);
                }
                line.clear();
            }
            if !whole {
                file.write_all(b"\n")?;
            }
            book.file = Some(file);
        }
        Ok(Self { book: Mutex::new(book), keep, when_full })
    }

    /// Records one acceptance: file first, then memory. Blocks for the time of one short append; the caller answers
    /// only after this has returned.
    pub(crate) fn record(&self, entry: Accepted) -> Result<(), NotRecorded> {
        let mut line = serde_json::to_vec(&entry).map_err(io::Error::other)?;
        line.push(b'\n');
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let full =
            book.shelves.get(&entry.provider).is_some_and(|shelf| shelf.entries.len() >= self.keep);
        if full && self.when_full == WhenFull::Refuse {
            return Err(NotRecorded::Full);
        }
        if let Some(file) = &mut book.file {
            file.write_all(&line)?;
        }
        book.push(entry, self.keep);
        Ok(())
    }

    /// Everything remembered, oldest first.
    pub(crate) fn list(&self, provider: Option<Provider>) -> Vec<Accepted> {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries: Vec<Accepted> =
            book.shelves(provider).flat_map(|shelf| shelf.entries.iter()).cloned().collect();
        drop(book);
        entries.sort_by_key(|entry| entry.at);
        entries
    }

    pub(crate) fn counts(&self, provider: Option<Provider>) -> Counts {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counts = Counts::default();
        let mut same: BTreeMap<Sameness<'_>, u64> = BTreeMap::new();
        for shelf in book.shelves(provider) {
            counts.accepted += shelf.accepted;
            for entry in &shelf.entries {
                for to in &entry.to {
                    *counts.by_to.entry(to.clone()).or_default() += 1;
                }
                *counts.by_body.entry(entry.body.clone()).or_default() += 1;
                if let Some(token) = &entry.token {
                    *counts.by_token.entry(token.clone()).or_default() += 1;
                }
                *same
                    .entry((entry.provider, &entry.to, entry.subject.as_deref(), &entry.body))
                    .or_default() += 1;
            }
        }
        counts.doubled = same
            .into_iter()
            .filter(|(_, times)| *times > 1)
            .map(|((provider, to, _, body), times)| Doubled {
                provider,
                to: to.to_vec(),
                body: body.to_owned(),
                times,
            })
            .collect();
        counts
    }

    /// Forgets everything, the file's lines included: the next count starts at nothing.
    pub(crate) fn clear(&self) -> io::Result<()> {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.shelves.clear();
        match &book.file {
            Some(file) => file.set_len(0),
            None => Ok(()),
        }
    }
}

impl Book {
    fn shelves(&self, provider: Option<Provider>) -> impl Iterator<Item = &Shelf> {
        self.shelves
            .iter()
            .filter(move |(name, _)| provider.is_none_or(|want| want == **name))
            .map(|(_, shelf)| shelf)
    }

    fn push(&mut self, entry: Accepted, keep: usize) {
        let shelf = self.shelves.entry(entry.provider).or_default();
        shelf.accepted += 1;
        shelf.entries.push_back(entry);
        if shelf.entries.len() > keep {
            shelf.entries.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(to: &str, body: &str) -> Accepted {
        Accepted {
            at: DateTime::UNIX_EPOCH,
            provider: Provider::Twilio,
            id: "SM1".to_owned(),
            to: vec![to.to_owned()],
            from: None,
            subject: None,
            body: body.to_owned(),
            token: None,
        }
    }

    #[test]
    fn a_ledger_file_goes_on_counting_where_it_stopped() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("ledger.jsonl");
        let first = Ledger::open(Some(&path), 10, WhenFull::Refuse)?;
        assert!(first.record(entry("a", "x")).is_ok());
        drop(first);
        // A crash in the middle of a line: it was never answered for.
        OpenOptions::new().append(true).open(&path)?.write_all(br#"{"at":"2026-1"#)?;
        let second = Ledger::open(Some(&path), 10, WhenFull::Refuse)?;
        assert_eq!(second.counts(None).accepted, 1, "the whole line counts, the torn one does not");
        assert!(second.record(entry("b", "y")).is_ok());
        drop(second);
        let third = Ledger::open(Some(&path), 10, WhenFull::Refuse)?;
        assert_eq!(third.counts(None).accepted, 2, "a line after a torn one must not melt into it");
        Ok(())
    }

    #[test]
    fn a_full_counting_ledger_refuses_and_a_full_practice_ledger_forgets() -> io::Result<()> {
        let counting = Ledger::open(None, 1, WhenFull::Refuse)?;
        assert!(counting.record(entry("a", "x")).is_ok());
        assert!(matches!(counting.record(entry("b", "y")), Err(NotRecorded::Full)));
        let practice = Ledger::open(None, 1, WhenFull::ForgetOldest)?;
        assert!(practice.record(entry("a", "x")).is_ok());
        assert!(practice.record(entry("b", "y")).is_ok());
        assert_eq!(practice.counts(None).accepted, 2, "the total stays exact");
        assert_eq!(practice.list(None).len(), 1);
        Ok(())
    }

    #[test]
    fn the_same_text_to_the_same_number_twice_is_listed_as_doubled() -> io::Result<()> {
        let ledger = Ledger::open(None, 10, WhenFull::Refuse)?;
        for (to, body) in [("a", "x"), ("a", "x"), ("a", "y"), ("b", "x")] {
            assert!(ledger.record(entry(to, body)).is_ok());
        }
        let doubled = ledger.counts(None).doubled;
        assert_eq!(doubled.len(), 1);
        assert_eq!((doubled[0].to.as_slice(), doubled[0].times), (["a".to_owned()].as_slice(), 2));
        Ok(())
    }
}
