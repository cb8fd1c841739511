//! Settings of the business and of the window.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the window looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop does.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// When messages may leave, in the business's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Hours {
    /// First minute, `HH:MM`.
    pub from: String,
    /// First minute after, `HH:MM`.
    pub to: String,
    /// 1 is Monday, 7 is Sunday.
    pub days: Vec<u8>,
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Settings {
    /// What the business is called.
    pub business_name: String,
    /// Two letters: where numbers without a country code belong.
    pub country: String,
    /// IANA name, for example America/Los_Angeles.
    pub zone: String,
    /// When messages may leave; null for any time.
    pub allowed_hours: Option<Hours>,
    /// The address under which providers reach the gateway.
    pub public_url: Option<String>,
    /// How the window looks.
    pub theme: Theme,
    /// Whether single letters are shortcuts.
    pub single_key_shortcuts: bool,
    /// Whether closing the window leaves Signalbox in the tray; null until it was asked.
    pub close_to_tray: Option<bool>,
    /// Whether the desktop is told when something needs a person.
    pub notifications: bool,
}

/// Some of the settings. Checked one by one by the engine, which names the one that is wrong.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct SettingsPatch(pub serde_json::Map<String, serde_json::Value>);

impl JsonSchema for SettingsPatch {
    fn schema_name() -> Cow<'static, str> {
        "SettingsPatch".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = Settings::json_schema(generator);
        schema.remove("required");
        schema.insert("additionalProperties".into(), false.into());
        schema.insert(
            "description".into(),
            "Some of the settings; the others stay as they are.".into(),
        );
        schema
    }
}

impl TS for SettingsPatch {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(_: &ts_rs::Config) -> String {
        "Partial<Settings>".into()
    }

    fn inline(config: &ts_rs::Config) -> String {
        Self::name(config)
    }

    fn visit_dependencies(visitor: &mut impl ts_rs::TypeVisitor) {
        visitor.visit::<Settings>();
    }
}
