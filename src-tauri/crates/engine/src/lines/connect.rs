//! Connecting a line, and changing one that is there.
//!
//! A credential is proved before it replaces another, and sealed in the commit that makes or
//! changes its connection: there are never two, and never none.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use signalbox_domain::{Channel, ConnectionId, Environment, FailureClass, Signal};
use signalbox_providers::{Adapter, ProbeOutcome, Secrets, Settings, Settle};
use signalbox_store::{GateRow, NewChange, NewConnection};
use signalbox_vault::SecretMap;

use super::{add, unseal};
use crate::core::Core;
use crate::event::Tag;
use crate::health;
use crate::line::Opened;
use crate::refusal::{Refusal, RefusalKind};

/// Longest name of a line.
const LONGEST_NAME: usize = 80;

/// A line to be connected, as a door asks for it.
#[derive(Debug, Clone)]
pub struct NewLine {
    /// Key of the provider.
    pub provider: String,
    /// What people call it.
    pub name: String,
    /// Which world.
    pub environment: Environment,
    /// What is no secret.
    pub fields: BTreeMap<String, String>,
    /// Secrets by field.
    pub secrets: BTreeMap<String, SecretString>,
    /// Host variables overridden.
    pub urls: BTreeMap<String, String>,
}

/// What is to be changed about a line.
#[derive(Debug, Clone, Default)]
pub struct LinePatch {
    /// Its name.
    pub name: Option<String>,
    /// Fields to replace.
    pub fields: BTreeMap<String, String>,
    /// Secrets to replace.
    pub secrets: BTreeMap<String, SecretString>,
}

fn checked(core: &Core, new: &NewLine) -> Result<(Settings, Secrets), Refusal> {
    let mut secrets = Secrets::new();
    for (name, value) in &new.secrets {
        secrets.insert(name.clone(), value.clone());
    }
    let settings = Settings { fields: new.fields.clone(), urls: new.urls.clone() };
    let settings = core.wire.validate(&new.provider, new.environment, settings, &secrets).map_err(
        |problem| Refusal::invalid(problem.field, "invalid_field", problem.say, problem.mend),
    )?;
    Ok((settings, secrets))
}

fn name_of(name: &str) -> Result<String, Refusal> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Refusal::invalid(
            "name",
            "invalid_name",
            "A line needs a name of at most 80 characters",
            "Call it what people at the desk call it, such as Reminders",
        ));
    }
    Ok(name)
}

fn cannot_open(why: String) -> Refusal {
    Refusal::new(RefusalKind::Invalid, "cannot_open", why, "Check what was entered and try again")
}

/// Tries a line without keeping anything.
pub(crate) async fn connect_check(
    core: &Core,
    new: NewLine,
) -> Result<(ProbeOutcome, i64), Refusal> {
    let (settings, secrets) = checked(core, &new)?;
    let adapter =
        core.wire.open(&new.provider, new.environment, &settings, &secrets).map_err(cannot_open)?;
    let started = core.clock.monotonic();
    let outcome = health::ask(core, adapter.as_ref()).await;
    let took = (core.clock.monotonic() - started).as_millis();
    Ok((outcome, i64::try_from(took).unwrap_or(i64::MAX)))
}

pub(crate) async fn connect(
    core: &Arc<Core>,
    new: NewLine,
    actor: &str,
) -> Result<ConnectionId, Refusal> {
    let name = name_of(&new.name)?;
    let (settings, secrets) = checked(core, &new)?;
    let adapter =
        core.wire.open(&new.provider, new.environment, &settings, &secrets).map_err(cannot_open)?;
    free(core, &name, None)?;
    only_one(core, &new, &settings)?;
    core.vault().ok_or_else(locked)?;
    let started = core.clock.monotonic();
    let outcome = health::ask(core, adapter.as_ref()).await;
    let took = core.clock.monotonic().saturating_sub(started);
    if let ProbeOutcome::Failed(failure) = &outcome
        && failure.class == FailureClass::Auth
    {
        // Whoever was not reached may be reached later; a refused credential stays refused.
        let say = format!("{}. Nothing was connected", failure.say.trim_end_matches('.'));
        let remedy = failure.remedy.clone();
        return Err(Refusal::new(RefusalKind::Invalid, "probe_failed", say, remedy));
    }
    let alone = core.connecting.lock().await;
    // Asked again: another door may have connected one while this credential was proved.
    free(core, &name, None)?;
    only_one(core, &new, &settings)?;
    let channel: Option<Channel> = Some(adapter.channel());
    let made = NewConnection {
        provider: new.provider.clone(),
        name: name.clone(),
        environment: new.environment,
        channel,
        address: adapter.address(),
        fields: settings.fields,
        urls: settings.urls,
    };
    let vault = core.vault().ok_or_else(locked)?;
    let map: SecretMap = new.secrets.into_iter().collect();
    let seal =
        move |id: ConnectionId| vault.seal(&id.to_string(), &map).map_err(|error| error.say());
    let change = NewChange {
        at: core.now_ms(),
        connection: None,
        signal: Signal::Unknown,
        say: format!("{name} was connected"),
        detail: None,
        actor: actor.to_owned(),
    };
    let id = core.store.add_connection(made, seal, change).await?;
    let row = core.store.connection(id).await?;
    add(core, row, GateRow::open(id)).await;
    drop(alone);
    core.events.changed(&[Tag::Connections, Tag::Health, Tag::Changes]);
    if let Some(line) = core.line(id) {
        let took = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        health::found(core, &line, outcome, took).await;
    }
    Ok(id)
}

/// No other line is called so. People do not tell two lines apart by their capitals, nor does the
/// terminal when it is given a name.
fn free(core: &Core, name: &str, own: Option<ConnectionId>) -> Result<(), Refusal> {
    let lower = name.to_lowercase();
    let mut others = core.lines().into_iter().filter(|line| Some(line.id()) != own);
    match others.find(|line| line.name().to_lowercase() == lower) {
        None => Ok(()),
        Some(taken) => Err(Refusal::invalid(
            "name",
            "name_taken",
            format!("There is already a line called {}", taken.name()),
            "Choose another name, or change the line that is there",
        )),
    }
}

/// Of most providers a home has one account in each environment: a second would be taken for the
/// first, and its credential for a replacement.
/// Where it may have several, each is another sender: one that stood twice on the board would leave
/// at twice its pace.
fn only_one(core: &Core, new: &NewLine, settings: &Settings) -> Result<(), Refusal> {
    let several = core.wire.allows_several(&new.provider);
    let there = core.lines().into_iter().find(|line| {
        let made = line.row().made;
        made.provider == new.provider
            && made.environment == new.environment
            && (!several
                || (!made.fields.is_empty()
                    && made.fields == settings.fields
                    && made.urls == settings.urls))
    });
    there.map_or(Ok(()), |line| {
        Err(Refusal::new(
            RefusalKind::Conflict,
            "already_connected",
            format!("{} is already this account's line, and there can be one only", line.name()),
            "Give that line the new credential, or remove it first",
        ))
    })
}

/// The old credential stays until the new one has passed.
async fn proved(core: &Core, adapter: &dyn Adapter) -> Result<(), Refusal> {
    let ProbeOutcome::Failed(failure) = health::ask(core, adapter).await else { return Ok(()) };
    let say =
        format!("{}. The line keeps the credential it has", failure.say.trim_end_matches('.'));
    Err(Refusal::new(RefusalKind::Invalid, "probe_failed", say, failure.remedy))
}

fn locked() -> Refusal {
    Refusal::new(
        RefusalKind::Unavailable,
        "vault_locked",
        "Credentials cannot be kept: the vault is not open",
        "Open the vault in Settings: with the keyring, a passphrase, or for this session",
    )
}

pub(crate) async fn update(
    core: &Arc<Core>,
    id: ConnectionId,
    patch: LinePatch,
    actor: &str,
) -> Result<(), Refusal> {
    let line = core.line(id).ok_or_else(|| Refusal::not_found("line"))?;
    let row = line.row();
    let mut made = row.made.clone();
    if let Some(name) = &patch.name {
        made.name = name_of(name)?;
        free(core, &made.name, Some(id))?;
    }
    made.fields.extend(patch.fields.clone());
    let old = unseal(core, id).await.unwrap_or_default();
    let mut all_secrets: BTreeMap<String, SecretString> = old
        .keys()
        .filter_map(|key| Some((key.to_owned(), SecretString::from(old.get(key)?.to_owned()))))
        .collect();
    for (key, value) in patch.secrets.clone() {
        // Providers keep signing with the old secret while a rotation is under way.
        if let Some(previous) = all_secrets.insert(key.clone(), value) {
            all_secrets.insert(format!("{key}_previous"), previous);
        }
    }
    let new = NewLine {
        provider: made.provider.clone(),
        name: made.name.clone(),
        environment: made.environment,
        fields: made.fields.clone(),
        secrets: all_secrets.clone(),
        urls: made.urls.clone(),
    };
    let (settings, secrets) = checked(core, &new)?;
    let adapter = core
        .wire
        .open(&made.provider, made.environment, &settings, &secrets)
        .map_err(cannot_open)?;
    if !patch.secrets.is_empty() {
        proved(core, adapter.as_ref()).await?;
    }
    // Asked by another sender or account, a provider would not find what the present one may have
    // sent, and would take the same key for a new one.
    let moved = row.made.fields != settings.fields || row.made.urls != settings.urls;
    let doubts = moved
        || (!patch.secrets.is_empty() && matches!(adapter.settle(), Settle::SendAgainWithin(_)));
    made.fields = settings.fields;
    made.urls = settings.urls;
    made.address = adapter.address();
    let sealed = match patch.secrets.is_empty() {
        true => None,
        false => {
            let vault = core.vault().ok_or_else(locked)?;
            let map: SecretMap = all_secrets.into_iter().collect();
            let sealed = vault.seal(&id.to_string(), &map);
            Some(sealed?)
        }
    };
    let change = NewChange {
        at: core.now_ms(),
        connection: Some(id),
        signal: line.signal(),
        say: format!("{} was changed", made.name),
        detail: None,
        actor: actor.to_owned(),
    };
    core.store.update_connection(id, made, sealed, doubts, change).await?;
    let row = core.store.connection(id).await?;
    line.replace(row, Some(Opened { adapter, secrets: Arc::new(secrets) }));
    core.refresh_line(id).await;
    health::check(core, &line).await;
    Ok(())
}
