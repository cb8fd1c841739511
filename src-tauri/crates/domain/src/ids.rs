//! Identifiers: one scheme for every noun, ordered by creation, opaque outside.
//!
//! An id is a positive 63-bit integer: 42 bits of milliseconds since 2024-01-01T00:00:00Z, then
//! 21 bits that start random and count up within a millisecond. It is the SQLite rowid, so lists
//! ordered by time need no second index, and a date filter is a range of ids
//! (docs/adr/003-ids-are-rowids.md). Outside the store it is 13 characters of lower-case
//! Crockford base 32, because JavaScript would round the integer.

use std::fmt;
use std::str::FromStr;

/// Milliseconds between the Unix epoch and 2024-01-01T00:00:00Z, where ids begin.
const EPOCH_MS: i64 = 1_704_067_200_000;
const SEQUENCE_BITS: u32 = 21;
const TEXT_LEN: usize = 13;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A text that is not an id of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected 13 characters of 0-9 and a-z without i, l, o, u")]
pub struct ParseIdError;

/// Hands out raw ids in strictly increasing order, whatever the clock does.
///
/// One per store, kept by the writer: ids are therefore in commit order.
#[derive(Debug, Clone)]
pub struct IdSource {
    last: i64,
}

impl IdSource {
    /// A source whose next id is greater than `last`, the greatest id already stored (0 if none).
    #[must_use]
    pub fn after(last: i64) -> Self {
        Self { last: last.max(0) }
    }

    /// The next id for the wall time `now_ms` (Unix milliseconds). `entropy` seeds the low bits,
    /// so that two homes do not hand out the same id in the same millisecond.
    pub fn next_raw(&mut self, now_ms: i64, entropy: u32) -> i64 {
        // Only half of the sequence is seeded, which leaves a million ids per millisecond.
        let seed = i64::from(entropy) & ((1 << (SEQUENCE_BITS - 1)) - 1);
        let candidate = first_id_at(now_ms) | seed;
        self.last = if candidate > self.last { candidate } else { self.last + 1 };
        self.last
    }
}

/// The smallest raw id that can belong to the instant `unix_ms`; a date filter starts here.
#[must_use]
pub fn first_id_at(unix_ms: i64) -> i64 {
    let ms = (unix_ms - EPOCH_MS).clamp(0, (1 << 42) - 1);
    ms << SEQUENCE_BITS
}

/// The creation instant inside a raw id, in Unix milliseconds. Exact unless the clock stood behind
/// the newest id when it was handed out.
#[must_use]
pub fn unix_ms_of(raw: i64) -> i64 {
    (raw >> SEQUENCE_BITS) + EPOCH_MS
}

fn encode(raw: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0u8; TEXT_LEN];
    let mut rest = raw.unsigned_abs();
    for slot in text.iter_mut().rev() {
        *slot = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    // The alphabet is ASCII.
    f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn decode(text: &str) -> Result<i64, ParseIdError> {
    if text.len() != TEXT_LEN {
        return Err(ParseIdError);
    }
    let mut raw: u64 = 0;
    for byte in text.bytes() {
        let digit = ALPHABET
            .iter()
            .position(|letter| *letter == byte.to_ascii_lowercase())
            .ok_or(ParseIdError)? as u64;
        raw = raw.checked_mul(32).and_then(|r| r.checked_add(digit)).ok_or(ParseIdError)?;
    }
    i64::try_from(raw).map_err(|_| ParseIdError)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Wraps a stored integer.
            #[must_use]
            pub const fn from_raw(raw: i64) -> Self {
                Self(raw)
            }

            /// The integer as stored.
            #[must_use]
            pub const fn raw(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                encode(self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                decode(text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                "Id".into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-hjkmnp-tv-z]{13}$" })
            }
        }

        #[cfg(feature = "schema")]
        impl ts_rs::TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &ts_rs::Config) -> String {
                "string".into()
            }

            fn inline(config: &ts_rs::Config) -> String {
                Self::name(config)
            }
        }
    };
}

id!(/// One thing to one recipient.
    MessageId);
id!(/// One account at a provider, in one environment: a line.
    ConnectionId);
id!(/// One try to hand a message to one connection.
    AttemptId);
id!(/// Many messages sent together.
    BatchId);
id!(/// One authenticated event from a provider.
    ReceiptId);
id!(/// One row of "what changed".
    ChangeId);
id!(/// An API token made in Settings.
    TokenId);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_rise_even_when_the_clock_steps_back() {
        let mut source = IdSource::after(0);
        let first = source.next_raw(EPOCH_MS + 10_000, 7);
        let second = source.next_raw(EPOCH_MS + 1, 9);
        assert_eq!(second, first + 1, "a clock behind the newest id must only count up");
    }

    #[test]
    fn an_id_remembers_when_it_was_made() {
        let mut source = IdSource::after(0);
        let raw = source.next_raw(EPOCH_MS + 123_456, u32::MAX);
        assert_eq!(unix_ms_of(raw), EPOCH_MS + 123_456);
        assert!(raw >= first_id_at(EPOCH_MS + 123_456) && raw < first_id_at(EPOCH_MS + 123_457));
    }

    #[test]
    fn texts_that_are_not_ids_are_refused() {
        for text in ["", "0", "01hq3v8m2k7c", "01hq3v8m2k7cl", "zzzzzzzzzzzzz", "01hq3v8m2k7ç"] {
            assert_eq!(text.parse::<MessageId>(), Err(ParseIdError), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn text_and_integer_say_the_same(raw in 0i64..=i64::MAX) {
            let id = MessageId::from_raw(raw);
            prop_assert_eq!(id.to_string().parse::<MessageId>(), Ok(id));
        }

        #[test]
        fn text_order_is_creation_order(a in 0i64..=i64::MAX, b in 0i64..=i64::MAX) {
            let (x, y) = (MessageId::from_raw(a), MessageId::from_raw(b));
            prop_assert_eq!(x.to_string().cmp(&y.to_string()), a.cmp(&b));
        }
    }
}
