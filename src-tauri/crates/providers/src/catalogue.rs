//! Which providers there are, what each wants to know, and whether an answer fits.
//!
//! The same list draws the connect form, checks the command line and feeds the documentation.

use std::collections::BTreeMap;

use serde::Serialize;
use signalbox_domain::{Channel, Environment};

use crate::settings::{Secrets, Settings};

mod fields;
mod rules;
#[cfg(test)]
mod tests;

/// A provider, as a form needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ProviderInfo {
    /// The name in commands and addresses.
    pub key: &'static str,
    /// The name on screen.
    pub name: &'static str,
    /// How its messages travel.
    pub channel: Channel,
    /// Whether a home may have several in one environment.
    pub multiple: bool,
    /// Which worlds it has.
    pub environments: &'static [Environment],
    /// What it wants to know, in the order of the form.
    pub fields: &'static [Field],
    /// Whether it reports what became of a message.
    pub webhook: bool,
    /// Where the provider explains where to find these things.
    pub docs_url: &'static str,
    /// The hosts of the provider itself; an address override outside `custom` stays on them.
    #[serde(skip)]
    pub(crate) hosts: &'static [&'static str],
    /// The address of the API, for providers that have one.
    #[serde(skip)]
    pub(crate) api: Option<&'static str>,
}

impl ProviderInfo {
    /// The host of the API, for providers that have one.
    #[must_use]
    pub fn api_host(&self) -> Option<&'static str> {
        self.api
            .and_then(|api| api.strip_prefix("https://"))
            .and_then(|rest| rest.split('/').next())
    }
}

/// One question of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The name in commands.
    pub key: &'static str,
    /// The name on screen.
    pub label: &'static str,
    /// Where to find it, or what it is for.
    pub hint: &'static str,
    /// How one looks.
    pub example: &'static str,
    /// What a browser can check while typing; [`validate`] checks all of it.
    pub pattern: Option<&'static str>,
    /// Whether there is no connection without it.
    pub required: bool,
    /// Whether it goes into the vault and is never shown again.
    pub secret: bool,
    /// How it is asked for.
    pub kind: FieldKind,
    /// The choices of a choice.
    pub choices: Option<&'static [&'static str]>,
}

/// How a field is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// A secret, typed unseen.
    Password,
    /// One of a few.
    Choice,
    /// A whole number.
    Number,
    /// A mail address, with or without a name.
    Email,
    /// A phone number.
    Phone,
}

/// A field that does not fit, in words for the person who filled it in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{field}: {say}")]
pub struct FieldError {
    /// Which field, or `url.api`.
    pub field: String,
    /// What is the matter.
    pub say: String,
    /// What would be right.
    pub mend: String,
}

impl FieldError {
    pub(crate) fn new(
        field: impl Into<String>,
        say: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), say: say.into(), mend: mend.into() }
    }
}

/// All providers, in the order of the screen.
#[must_use]
pub const fn providers() -> &'static [ProviderInfo] {
    fields::PROVIDERS
}

/// One provider by its key.
#[must_use]
pub fn provider(key: &str) -> Option<&'static ProviderInfo> {
    providers().iter().find(|info| info.key == key)
}

/// Checks what a person filled in and tidies it: spaces around values, punctuation of numbers, the
/// trailing `/` of addresses.
///
/// # Errors
/// The first field that does not fit.
pub fn validate(
    provider_key: &str,
    environment: Environment,
    fields: &BTreeMap<String, String>,
    secrets: &Secrets,
    urls: &BTreeMap<String, String>,
) -> Result<Settings, FieldError> {
    let info = provider(provider_key).ok_or_else(|| {
        let known: Vec<&str> = providers().iter().map(|info| info.key).collect();
        let mend = format!("Choose one of {}", known.join(", "));
        FieldError::new("provider", format!("There is no provider `{provider_key}`"), mend)
    })?;
    if !info.environments.contains(&environment) {
        return Err(FieldError::new(
            "environment",
            format!("{} has no {environment} environment", info.name),
            format!("Choose one of {}", rules::words(info.environments)),
        ));
    }
    let mut settings = Settings::default();
    for (key, value) in fields {
        let value = value.trim();
        match info.fields.iter().find(|field| field.key == key) {
            None => return Err(rules::unknown_field(info, key)),
            Some(field) if field.secret && !value.is_empty() => {
                return Err(FieldError::new(
                    key,
                    format!("{} is a secret", field.label),
                    "Give it as a secret, so that it is sealed and never shown",
                ));
            }
            Some(_) if value.is_empty() => {}
            Some(_) => {
                settings.fields.insert(key.clone(), value.to_owned());
            }
        }
    }
    for key in secrets.keys() {
        let plain = key.strip_suffix("_previous").unwrap_or(key);
        if !info.fields.iter().any(|field| field.key == plain && field.secret) {
            return Err(rules::unknown_field(info, key));
        }
    }
    for field in info.fields {
        let given = settings.get(field.key).is_some() || secrets.get(field.key).is_some();
        if field.required && !given {
            return Err(FieldError::new(
                field.key,
                format!("{} is missing", field.label),
                field.hint,
            ));
        }
        if let (Some(choices), Some(value)) = (field.choices, settings.get(field.key))
            && !choices.contains(&value)
        {
            return Err(FieldError::new(
                field.key,
                format!("{} cannot be `{value}`", field.label),
                format!("Choose one of {}", choices.join(", ")),
            ));
        }
    }
    settings.urls = rules::urls(info, environment, urls)?;
    match info.key {
        "twilio" => rules::twilio(&mut settings, secrets, environment)?,
        "resend" => rules::resend(&mut settings, secrets, environment)?,
        _ => rules::smtp(&mut settings, secrets, environment)?,
    }
    Ok(settings)
}
