//! Addresses that are not written to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use signalbox_domain::Channel;
use signalbox_store::SuppressionRow;
use ts_rs::TS;

use super::instant::At;

/// One address that is not written to.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Suppression {
    /// By which channel.
    pub channel: Channel,
    /// Which address.
    pub address: String,
    /// Since when.
    pub since: At,
    /// What said so.
    pub source: String,
}

impl From<SuppressionRow> for Suppression {
    fn from(row: SuppressionRow) -> Self {
        Self {
            channel: row.channel,
            address: row.address,
            since: At::ms(row.since),
            source: row.source,
        }
    }
}

/// An address that is not to be written to any more.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct SuppressArgs {
    /// By which channel.
    pub channel: Channel,
    /// A phone number as people write it, or a mail address.
    pub address: String,
    /// Who said so, and how.
    pub why: String,
}

/// An address that may be written to again.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct UnsuppressArgs {
    /// By which channel.
    pub channel: Channel,
    /// A phone number as people write it, or a mail address.
    pub address: String,
}

/// Whether an address had been suppressed.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Unsuppressed {
    /// False when it was not on the list.
    pub removed: bool,
}
