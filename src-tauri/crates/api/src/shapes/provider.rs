//! What can be connected, and what each provider asks for.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use signalbox_domain::{Channel, Environment};
use ts_rs::TS;

/// A provider that can be connected.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct ProviderInfo {
    /// Its key in commands.
    pub key: String,
    /// Its name on screen.
    pub name: String,
    /// How messages travel.
    pub channel: Channel,
    /// Whether several lines may be connected in one environment.
    pub multiple: bool,
    /// Which worlds it has.
    pub environments: Vec<Environment>,
    /// What it asks for.
    pub fields: Vec<ProviderField>,
    /// Whether it reports by webhook.
    pub webhook: bool,
    /// Where its own documentation is.
    pub docs_url: String,
}

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// A line of text that is not shown.
    Password,
    /// One of `choices`.
    Choice,
    /// A whole number.
    Number,
    /// A mail address, perhaps with a name.
    Email,
    /// A phone number.
    Phone,
}

/// One thing a provider asks for.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct ProviderField {
    /// Its key in commands.
    pub key: String,
    /// Its name on screen.
    pub label: String,
    /// Where to find it.
    pub hint: String,
    /// What it looks like.
    pub example: String,
    /// What it has to match.
    pub pattern: Option<String>,
    /// Whether it has to be filled in.
    pub required: bool,
    /// Whether it is sealed in the vault.
    pub secret: bool,
    /// How it is filled in.
    pub kind: FieldKind,
    /// What can be chosen.
    pub choices: Option<Vec<String>>,
}

/// A line to be connected.
#[derive(Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ConnectArgs {
    /// Key of the provider.
    pub provider: String,
    /// What people shall call the line.
    pub name: String,
    /// Which world.
    pub environment: Environment,
    /// What is no secret, by the key of its field.
    #[ts(type = "Record<string, string>")]
    pub fields: BTreeMap<String, String>,
    /// Secrets, by the key of their field.
    #[ts(type = "Record<string, string>")]
    pub secrets: BTreeMap<String, String>,
    /// Host variables overridden, such as `api`.
    #[ts(optional, type = "Record<string, string>")]
    pub urls: Option<BTreeMap<String, String>>,
    /// Prove the credential before anything is saved.
    pub test: Option<bool>,
}

/// What is to change about a line. What is left out stays.
#[derive(Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct UpdateArgs {
    /// Which line.
    pub id: signalbox_domain::ConnectionId,
    /// Another name.
    pub name: Option<String>,
    /// Other settings, by the key of their field.
    #[ts(optional, type = "Record<string, string>")]
    pub fields: Option<BTreeMap<String, String>>,
    /// Other secrets, by the key of their field.
    #[ts(optional, type = "Record<string, string>")]
    pub secrets: Option<BTreeMap<String, String>>,
}
