//! What the live feed carries: that something changed, never what it is now.

use schemars::JsonSchema;
use serde::Serialize;
use signalbox_domain::{MessageId, MessageState};
use signalbox_engine::EngineEvent;
use ts_rs::TS;

use super::instant::At;

/// What a screen may show that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// Messages and their counts.
    Messages,
    /// Causes of failure.
    Causes,
    /// Lines and their states.
    Connections,
    /// Checks.
    Health,
    /// Batches.
    Batches,
    /// Receipts.
    Receipts,
    /// Settings.
    Settings,
    /// API tokens.
    Tokens,
    /// "What changed".
    Changes,
    /// Suppressed addresses.
    Suppressions,
}

impl From<signalbox_engine::Tag> for Tag {
    fn from(tag: signalbox_engine::Tag) -> Self {
        use signalbox_engine::Tag as Of;
        match tag {
            Of::Messages => Self::Messages,
            Of::Causes => Self::Causes,
            Of::Connections => Self::Connections,
            Of::Health => Self::Health,
            Of::Batches => Self::Batches,
            Of::Receipts => Self::Receipts,
            Of::Settings => Self::Settings,
            Of::Tokens => Self::Tokens,
            Of::Changes => Self::Changes,
            Of::Suppressions => Self::Suppressions,
        }
    }
}

/// What the live feed carries. Rows never travel in events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum LiveEvent {
    /// Read again what shows these.
    Changed {
        /// What changed.
        tags: Vec<Tag>,
    },
    /// A message came to stand elsewhere.
    Message {
        /// Which message.
        id: MessageId,
        /// Where it stands.
        state: MessageState,
        /// Since when.
        at: At,
    },
    /// Events were missed: read everything again.
    Gap,
}

impl From<EngineEvent> for LiveEvent {
    fn from(event: EngineEvent) -> Self {
        match event {
            EngineEvent::Changed(tags) => {
                Self::Changed { tags: tags.into_iter().map(Tag::from).collect() }
            }
            EngineEvent::Message { id, state, at } => Self::Message { id, state, at: at.into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_of_the_engine_has_the_same_word_here() {
        for tag in signalbox_engine::Tag::ALL {
            let word = serde_json::to_value(Tag::from(*tag)).expect("a word");
            assert_eq!(word, tag.word());
        }
    }

    #[test]
    fn events_say_their_type() {
        let event = LiveEvent::Changed { tags: vec![Tag::Messages] };
        let json = serde_json::to_value(&event).expect("JSON");
        assert_eq!(json, serde_json::json!({ "type": "changed", "tags": ["messages"] }));
        let gap = serde_json::to_value(LiveEvent::Gap).expect("JSON");
        assert_eq!(gap, serde_json::json!({ "type": "gap" }));
    }
}
