//! Which messages a decision is about: named one by one, or all of one cause.

use std::collections::BTreeSet;

use signalbox_domain::{ConnectionId, HoldReason, MessageId, MessageState};
use signalbox_store::{Cursor, MessageRow, PageRequest, Stream};

use crate::core::Core;
use crate::refusal::{Refusal, RefusalKind};

/// Messages one decision may reach; beyond it the person is asked to decide again.
const MOST: usize = 1_000_000;

/// Which messages a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// These.
    Ids(Vec<MessageId>),
    /// All of one cause.
    Cause {
        /// Which cause.
        key: CauseKey,
        /// But not these.
        except: BTreeSet<MessageId>,
    },
}

/// A cause: one line, one failure, and whether its messages failed, were dismissed or are of
/// unknown outcome. The same failure in two of these is two causes: what is decided about one
/// never touches the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CauseKey {
    /// Which line.
    pub connection: ConnectionId,
    /// The failure's number.
    pub failure: i64,
    /// Needs attention, dismissed or unknown.
    pub state: MessageState,
}

/// The states that have causes, with the last part of their keys.
const GROUPS: [(MessageState, &str); 3] = [
    (MessageState::NeedsAttention, "failed"),
    (MessageState::Unknown, "unknown"),
    (MessageState::Dismissed, "dismissed"),
];

impl CauseKey {
    /// The cause of a message; `None` where it has none.
    #[must_use]
    pub fn of(row: &MessageRow) -> Option<Self> {
        let failure = row.cause()?;
        Some(Self { connection: row.connection, failure, state: row.state })
    }

    /// The messages of this cause, in this or another of the three states.
    pub(crate) fn stream(&self, state: MessageState) -> Stream {
        Stream::Cause(self.connection, self.failure, state)
    }
}

impl std::fmt::Display for CauseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let group = GROUPS.iter().find(|(state, _)| *state == self.state);
        let word = group.map_or(self.state.word(), |(_, word)| word);
        write!(f, "{}-{}-{word}", self.connection, self.failure)
    }
}

impl std::str::FromStr for CauseKey {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let mut parts = text.splitn(3, '-');
        let mut part = || parts.next();
        let parsed = (|| {
            let (connection, failure, group) = (part()?, part()?, part()?);
            let (state, _) = GROUPS.iter().find(|(_, word)| *word == group)?;
            Some(Self {
                connection: connection.parse().ok()?,
                failure: failure.parse().ok()?,
                state: *state,
            })
        })();
        parsed.ok_or_else(|| {
            Refusal::invalid(
                "cause",
                "invalid_cause",
                format!("`{text}` is no cause"),
                "Take it from the list of causes, or from a message",
            )
        })
    }
}

/// The rows a decision is about. A cause is read in `state`, which is its own unless the decision
/// is about where its messages went.
pub(crate) async fn rows_of(
    core: &Core,
    which: &Which,
    state: Option<MessageState>,
) -> Result<Vec<MessageRow>, Refusal> {
    match which {
        Which::Ids(ids) => {
            let rows = core.store.rows(ids.clone()).await?;
            if rows.len() < ids.len() && ids.len() == 1 {
                return Err(Refusal::not_found("message"));
            }
            Ok(rows)
        }
        Which::Cause { key, except } => {
            let stream = key.stream(state.unwrap_or(key.state));
            let mut rows = all(core, vec![stream], Vec::new()).await?;
            rows.retain(|row| !except.contains(&row.id));
            Ok(rows)
        }
    }
}

/// Everything in some streams, page by page, oldest first: that is the order in which they leave.
pub(crate) async fn all(
    core: &Core,
    streams: Vec<Stream>,
    reasons: Vec<HoldReason>,
) -> Result<Vec<MessageRow>, Refusal> {
    let mut rows: Vec<MessageRow> = Vec::new();
    let mut request =
        PageRequest { streams, cursor: None, from: 0, until: i64::MAX, reasons, limit: 1_000 };
    loop {
        let page = core.store.page(request.clone()).await?;
        request.cursor = page.rows.last().map(|row| Cursor::After(row.id));
        let more = page.older;
        rows.extend(page.rows);
        if !more {
            rows.reverse();
            return Ok(rows);
        }
        if rows.len() > MOST {
            return Err(Refusal::new(
                RefusalKind::Invalid,
                "too_many",
                "This reaches more than a million messages at once",
                "Choose fewer, by line or by cause",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_which_of_the_three_groups_it_means_and_reads_back() {
        let mut seen = BTreeSet::new();
        for (state, _) in GROUPS {
            let key = CauseKey { connection: ConnectionId::from_raw(7 << 21), failure: 12, state };
            assert!(seen.insert(key.to_string()), "{key} names two causes");
            assert_eq!(key.to_string().parse::<CauseKey>().unwrap(), key);
        }
        for text in ["", "x", "0000000e00000-12", "0000000e00000-12-sent", "0000000e00000--failed"]
        {
            assert_eq!(text.parse::<CauseKey>().unwrap_err().code, "invalid_cause", "{text:?}");
        }
    }
}
