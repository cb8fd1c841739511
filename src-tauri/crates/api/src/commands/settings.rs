//! Settings of the business and of the window.

use crate::ApiError;
use crate::shapes::list::Nothing;
use crate::shapes::live::Tag::{Connections, Messages, Settings as SettingsTag};
use crate::shapes::settings::{Hours, Settings, SettingsPatch, Theme};
use crate::table::{Command, Context, read, write};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        read("settings", "The settings", &[SettingsTag], settings),
        write(
            "settings_set",
            "Change some of the settings",
            &[SettingsTag, Connections, Messages],
            set,
        ),
    ]
}

async fn settings(on: Context, _: Nothing) -> Result<Settings, ApiError> {
    shape(&on.api.engine().settings())
}

async fn set(on: Context, patch: SettingsPatch) -> Result<Settings, ApiError> {
    shape(&on.api.engine().set_settings(patch.0, &on.caller.actor).await?)
}

fn shape(settings: &signalbox_engine::Settings) -> Result<Settings, ApiError> {
    Ok(Settings {
        business_name: settings.business_name.clone(),
        country: settings.country.to_string(),
        zone: settings.zone.name().to_owned(),
        allowed_hours: settings.allowed_hours.as_ref().map(hours).transpose()?,
        public_url: settings.public_url.clone(),
        theme: match settings.theme {
            signalbox_engine::Theme::System => Theme::System,
            signalbox_engine::Theme::Light => Theme::Light,
            signalbox_engine::Theme::Dark => Theme::Dark,
        },
        single_key_shortcuts: settings.single_key_shortcuts,
        close_to_tray: settings.close_to_tray,
        notifications: settings.notifications,
    })
}

/// The hours in the one form they have outside of the domain.
fn hours(hours: &signalbox_domain::hours::AllowedHours) -> Result<Hours, ApiError> {
    serde_json::to_value(hours)
        .and_then(serde_json::from_value)
        .map_err(|error| ApiError::internal(&error.to_string()))
}
