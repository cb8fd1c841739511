//! The commands, one file per area. Each is declared once, with its function, and reached by the
//! same name from every door.

pub(crate) mod batches;
pub(crate) mod holds;
pub(crate) mod lines;
pub(crate) mod messages;
pub(crate) mod overview;
pub(crate) mod people;
pub(crate) mod receipts;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod tokens;
pub(crate) mod triage;
pub(crate) mod upkeep;

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::table::Command;

/// Every command, in the order it is documented.
pub(crate) fn all() -> Vec<Command> {
    let mut all = Vec::new();
    all.extend(overview::commands());
    all.extend(lines::commands());
    all.extend(setup::commands());
    all.extend(messages::commands());
    all.extend(triage::commands());
    all.extend(holds::commands());
    all.extend(batches::commands());
    all.extend(receipts::commands());
    all.extend(settings::commands());
    all.extend(tokens::commands());
    all.extend(people::commands());
    all.extend(upkeep::commands());
    all
}

/// Which one.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct ById<T> {
    /// Its id.
    pub(crate) id: T,
}
