//! Instants as every door writes them.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

/// An instant: RFC 3339 with `Z` and milliseconds, which is also the order of time as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(DateTime<Utc>);

impl At {
    /// From Unix milliseconds, as the store keeps them. What no calendar holds becomes its end.
    #[must_use]
    pub fn ms(unix_ms: i64) -> Self {
        let end = if unix_ms < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        Self(DateTime::from_timestamp_millis(unix_ms).unwrap_or(end))
    }

    /// From a stored instant that may be missing.
    #[must_use]
    pub fn maybe(unix_ms: Option<i64>) -> Option<Self> {
        unix_ms.map(Self::ms)
    }
}

impl From<DateTime<Utc>> for At {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant)
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl schemars::JsonSchema for At {
    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl ts_rs::TS for At {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(_: &ts_rs::Config) -> String {
        "string".into()
    }

    fn inline(config: &ts_rs::Config) -> String {
        Self::name(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc_with_milliseconds() {
        let text = serde_json::to_string(&At::ms(1_773_759_600_007)).expect("it is text");
        assert_eq!(text, r#""2026-03-17T15:00:00.007Z""#);
    }
}
