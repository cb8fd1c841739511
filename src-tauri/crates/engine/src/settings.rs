//! Settings of the business, typed: what every door reads and writes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::hours::AllowedHours;
use signalbox_domain::phone::CountryCode;
use signalbox_domain::zone::Zone;

use crate::refusal::Refusal;

/// Everything that can be set. Absent settings have their defaults.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What the business is called.
    pub business_name: String,
    /// Where a number without a country code belongs.
    pub country: CountryCode,
    /// The business's zone; every local time is in it.
    pub zone: Zone,
    /// When messages may leave; `None` for any time.
    pub allowed_hours: Option<AllowedHours>,
    /// The address under which providers reach the gateway.
    pub public_url: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: Theme,
    /// Whether single letters are shortcuts.
    pub single_key_shortcuts: bool,
    /// Whether closing the window leaves Signalbox in the tray; `None` until it was asked.
    pub close_to_tray: Option<bool>,
    /// Whether the desktop is told when something needs a person.
    pub notifications: bool,
}

/// How the window looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop does.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            business_name: String::new(),
            country: CountryCode::US,
            zone: Zone::UTC,
            allowed_hours: None,
            public_url: None,
            theme: Theme::System,
            single_key_shortcuts: true,
            close_to_tray: None,
            notifications: true,
        }
    }
}

impl Settings {
    /// Reads what is stored, setting by setting: one that this version cannot read falls back to
    /// its default and costs none of the others.
    #[must_use]
    pub fn from_stored(stored: &signalbox_store::Settings) -> Self {
        let mut settings = Self::default();
        for (key, text) in stored {
            let Ok(value) = serde_json::from_str::<Value>(text) else { continue };
            let mut patch = Map::new();
            patch.insert(key.clone(), value);
            if let Ok((patched, _)) = settings.patched(patch) {
                settings = patched;
            } else {
                tracing::warn!(%key, "a stored setting cannot be read and is ignored");
            }
        }
        settings
    }

    /// These settings with a patch applied, and the patch as it is to be stored.
    ///
    /// # Errors
    /// The first setting that is unknown or not valid, with what is expected.
    pub fn patched(
        &self,
        patch: Map<String, Value>,
    ) -> Result<(Self, signalbox_store::Settings), Refusal> {
        let mut whole = match serde_json::to_value(self) {
            Ok(Value::Object(whole)) => whole,
            _ => Map::new(),
        };
        let mut stored = signalbox_store::Settings::new();
        let mut result = self.clone();
        for (key, value) in patch {
            if !whole.contains_key(&key) {
                let known: Vec<_> = whole.keys().map(String::as_str).collect();
                return Err(Refusal::invalid(
                    &key,
                    "unknown_setting",
                    format!("There is no setting `{key}`"),
                    format!("Settings are {}", known.join(", ")),
                ));
            }
            let value = match (key.as_str(), value) {
                ("public_url", Value::String(url)) => public_url(&url)?.into(),
                ("business_name", Value::String(name)) => Value::String(business_name(&name)?),
                (_, value) => value,
            };
            whole.insert(key.clone(), value.clone());
            result = serde_json::from_value(Value::Object(whole.clone())).map_err(|error| {
                Refusal::invalid(
                    &key,
                    "invalid_setting",
                    format!("`{key}` cannot be {value}: {error}"),
                    expected(&key),
                )
            })?;
            stored.insert(key, value.to_string());
        }
        Ok((result, stored))
    }
}

/// The address under which providers reach the gateway, as every door takes it: without a slash at
/// its end, and none when it is empty. Signatures are made over it to the byte.
///
/// # Errors
/// That no provider could reach it.
pub fn public_url(url: &str) -> Result<Option<String>, Refusal> {
    let url = url.trim().trim_end_matches('/');
    if url.is_empty() {
        return Ok(None);
    }
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|start| {
        url.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    let https = url
        .strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':']));
    let plain = !url.contains(['?', '#', ' ', '@', '\n', '\r']);
    if (https || loopback) && plain {
        return Ok(Some(url.to_owned()));
    }
    Err(Refusal::invalid(
        "public_url",
        "invalid_setting",
        format!("`{url}` is not an address that a provider could reach"),
        expected("public_url"),
    ))
}

fn business_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if name.chars().count() > 120 || name.chars().any(char::is_control) {
        return Err(Refusal::invalid(
            "business_name",
            "invalid_setting",
            "This name is too long or holds unprintable characters",
            expected("business_name"),
        ));
    }
    Ok(name.to_owned())
}

/// What people call a setting.
pub(crate) fn word(key: &str) -> &str {
    match key {
        "business_name" => "name of the business",
        "zone" => "time zone",
        "allowed_hours" => "sending hours",
        "public_url" => "public address",
        "single_key_shortcuts" => "single-letter keys",
        "close_to_tray" => "what closing the window does",
        "notifications" => "notices",
        other => other,
    }
}

fn expected(key: &str) -> &'static str {
    match key {
        "business_name" => "At most 120 characters on one line",
        "country" => "Two letters, such as US, CA or DE",
        "zone" => "A zone name such as America/Los_Angeles",
        "allowed_hours" => {
            "Nothing, or {\"from\": \"08:00\", \"to\": \"20:00\", \"days\": [1, 2, 3, 4, 5]} with 1 for Monday"
        }
        "public_url" => "An https address without a query, such as https://hooks.example.com",
        "theme" => "system, light or dark",
        _ => "true or false",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patch(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let (settings, stored) = Settings::default()
            .patched(patch(json!({ "country": "CA", "zone": "America/Vancouver" })))
            .expect("both are valid");
        assert_eq!(settings.country.to_string(), "CA");
        assert_eq!(stored.len(), 2);
        assert!(settings.notifications);
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_expected() {
        for (patched, field) in [
            (json!({ "zone": "Mars/Olympus" }), "zone"),
            (json!({ "colour": "red" }), "colour"),
            (json!({ "public_url": "ftp://example.com" }), "public_url"),
            (json!({ "public_url": "http://example.com" }), "public_url"),
            (json!({ "allowed_hours": { "from": "9", "to": "x", "days": [] } }), "allowed_hours"),
        ] {
            let refusal = Settings::default().patched(patch(patched)).expect_err("not valid");
            assert_eq!(refusal.field.as_deref(), Some(field));
            assert!(!refusal.remedy.is_empty());
        }
    }

    #[test]
    fn a_stored_setting_that_cannot_be_read_costs_none_of_the_others() {
        let stored = [("zone", "\"Mars/Olympus\""), ("country", "\"DE\""), ("old", "1")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        let settings = Settings::from_stored(&stored);
        assert_eq!(settings.country.to_string(), "DE");
        assert_eq!(settings.zone.name(), "UTC");
    }

    #[test]
    fn a_public_address_loses_its_last_slash_and_empty_means_none() {
        let set = |url: &str| {
            Settings::default()
                .patched(patch(json!({ "public_url": url })))
                .expect("valid")
                .0
                .public_url
        };
        assert_eq!(set("https://hooks.example.com/").as_deref(), Some("https://hooks.example.com"));
        assert_eq!(set("http://127.0.0.1:3000").as_deref(), Some("http://127.0.0.1:3000"));
        assert_eq!(set(""), None);
    }
}
