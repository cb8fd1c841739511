//! Lines come and go here: connecting, changing, pausing, removing.
//!
//! A credential is sealed and committed together with its connection; what could not be opened is
//! shown as such and keeps its waiting work.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use signalbox_domain::{
    Channel, ConnectionId, ConnectionState, Environment, Failure, FailureClass, MessageId,
    MessageState, Signal,
};
use signalbox_providers::{ProbeOutcome, Secrets, Settings};
use signalbox_store::{
    Chosen, ConnectionRow, GateRow, LineChange, NewChange, NewConnection, Stream,
};
use signalbox_vault::SecretMap;

use crate::core::Core;
use crate::event::Tag;
use crate::health;
use crate::line::{Line, Opened};
use crate::outbox::decisions::{Which, all, decide};
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

/// What a person does with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineAct {
    /// Nothing is sent; receipts are still taken.
    Pause,
    /// Back to work.
    Resume,
    /// Neither.
    Disable,
    /// Back to work.
    Enable,
}

/// What becomes of a removed line's waiting work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingWork {
    /// It is cancelled.
    Cancel,
    /// It stays visible as failed, so that it can be sent by another line.
    KeepAsFailed,
}

/// Opens every line of the store.
pub(crate) async fn open_all(core: &Arc<Core>) -> Result<(), signalbox_store::StoreError> {
    for row in core.store.connections().await? {
        let gate = core.store.gate(row.id).await?;
        add(core, row, gate).await;
    }
    Ok(())
}

async fn add(core: &Arc<Core>, row: ConnectionRow, mut gate: GateRow) {
    // A trial that was in flight when the last process ended is nobody's any more.
    gate.breaker.abandon_trial(core.now());
    let opened = open(core, &row).await;
    let checks = core.store.checks(row.id).await.unwrap_or_default();
    let line = Arc::new(Line::new(row, opened, gate, core.offline_since.clone()));
    health::remember(&line, &checks);
    core.lines.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(line.id(), line);
    core.dispatch.notify_one();
    core.check.notify_one();
}

/// Opens an adapter with the stored credential; `None` says why in the log, and the line shows it.
async fn open(core: &Core, row: &ConnectionRow) -> Option<Opened> {
    let secrets = match unseal(core, row.id).await {
        Ok(secrets) => secrets,
        Err(why) => {
            tracing::warn!(connection = %row.id, %why, "a credential cannot be opened");
            return None;
        }
    };
    let settings = Settings { fields: row.made.fields.clone(), urls: row.made.urls.clone() };
    match core.wire.open(&row.made.provider, row.made.environment, &settings, &secrets) {
        Ok(adapter) => Some(Opened { adapter, secrets: Arc::new(secrets) }),
        Err(why) => {
            tracing::error!(connection = %row.id, %why, "a line cannot be opened");
            None
        }
    }
}

/// A connection's secrets, for whoever has to sign or verify with them.
pub(crate) async fn unseal(core: &Core, id: ConnectionId) -> Result<Secrets, String> {
    let vault = core.vault.as_ref().ok_or("the vault is locked")?;
    let sealed = core.store.credential(id).await.map_err(|error| error.to_string())?;
    let map = vault.open_sealed(&id.to_string(), &sealed).map_err(|error| error.say())?;
    let mut secrets = Secrets::new();
    for (name, value) in map.iter() {
        secrets.insert(name, value.clone());
    }
    Ok(secrets)
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
    let outcome = adapter.probe().await;
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
    if core.lines().iter().any(|line| line.name() == name) {
        return Err(Refusal::invalid(
            "name",
            "name_taken",
            format!("There is already a line called {name}"),
            "Choose another name, or change the line that is there",
        ));
    }
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
    let vault = core.vault.clone().ok_or_else(locked)?;
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
    core.events.changed(&[Tag::Connections, Tag::Health, Tag::Changes]);
    if let Some(line) = core.line(id) {
        health::check(core, &line).await;
    }
    Ok(id)
}

fn locked() -> Refusal {
    Refusal::new(
        RefusalKind::Unavailable,
        "vault_locked",
        "Credentials cannot be kept: the vault is not open",
        "Unlock the keyring of this computer, or start with a passphrase",
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
        if core.lines().iter().any(|other| other.id() != id && other.name() == made.name) {
            return Err(Refusal::invalid(
                "name",
                "name_taken",
                format!("There is already a line called {}", made.name),
                "Choose another name",
            ));
        }
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
    made.fields = settings.fields;
    made.urls = settings.urls;
    made.address = adapter.address();
    let sealed = match patch.secrets.is_empty() {
        true => None,
        false => {
            let vault = core.vault.as_ref().ok_or_else(locked)?;
            let map: SecretMap = all_secrets.into_iter().collect();
            let sealed = vault.seal(&id.to_string(), &map);
            Some(sealed.map_err(|error| {
                Refusal::new(RefusalKind::Unavailable, error.code(), error.say(), error.remedy())
            })?)
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
    core.store.update_connection(id, made, sealed, change).await?;
    let row = core.store.connection(id).await?;
    line.replace(row, Some(Opened { adapter, secrets: Arc::new(secrets) }));
    core.refresh_line(id).await;
    health::check(core, &line).await;
    Ok(())
}

pub(crate) async fn act(
    core: &Arc<Core>,
    id: ConnectionId,
    act: LineAct,
    actor: &str,
) -> Result<(), Refusal> {
    use ConnectionState::{Active, Disabled, Paused};
    let line = core.line(id).ok_or_else(|| Refusal::not_found("line"))?;
    let name = line.name();
    let (state, only_from, say) = match act {
        LineAct::Pause => (Paused, Vec::new(), format!("{name} was paused. Its messages wait")),
        LineAct::Resume | LineAct::Enable => {
            (Active, vec![Paused, Disabled], format!("{name} is on again. Waiting messages leave"))
        }
        LineAct::Disable => (Disabled, Vec::new(), format!("{name} was switched off")),
    };
    let change = LineChange {
        connection: id,
        state,
        failure: None,
        signal: if state == Active { Signal::Unknown } else { Signal::Off },
        say,
        detail: None,
        actor: actor.to_owned(),
        only_from,
        at: core.now_ms(),
    };
    core.store.change_line(change).await?;
    core.refresh_line(id).await;
    if state == Active {
        // What stopped it before may still be true: the check says so at once.
        health::check(core, &line).await;
    }
    Ok(())
}

pub(crate) async fn remove(
    core: &Arc<Core>,
    id: ConnectionId,
    work: WaitingWork,
    actor: &str,
) -> Result<usize, Refusal> {
    let line = core.line(id).ok_or_else(|| Refusal::not_found("line"))?;
    let change = LineChange {
        connection: id,
        state: ConnectionState::Disabled,
        failure: None,
        signal: Signal::Off,
        say: format!("{} is being removed", line.name()),
        detail: None,
        actor: actor.to_owned(),
        only_from: Vec::new(),
        at: core.now_ms(),
    };
    core.store.change_line(change).await?;
    core.refresh_line(id).await;
    let streams = [MessageState::Queued, MessageState::Held].map(|state| Stream::Shelf(id, state));
    let waiting = all(core, streams.to_vec(), Vec::new()).await?;
    let ids: Vec<_> = waiting.iter().map(|row| row.id).collect();
    let chosen = match work {
        WaitingWork::Cancel => Chosen::Cancel,
        WaitingWork::KeepAsFailed => Chosen::Fail(line_removed()),
    };
    let (changed, _) = decide(core, Which::Ids(ids), chosen, actor).await?;
    let change = NewChange {
        at: core.now_ms(),
        connection: Some(id),
        signal: Signal::Off,
        say: format!("{} was removed", line.name()),
        detail: None,
        actor: actor.to_owned(),
    };
    core.store.remove_connection(id, change).await?;
    core.lines.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&id);
    core.events.changed(&[Tag::Connections, Tag::Messages, Tag::Causes, Tag::Changes, Tag::Health]);
    Ok(changed)
}

/// A message that came back to a line which was removed while it was being sent.
pub(crate) async fn left_behind(core: &Core, message: MessageId) {
    let failed =
        decide(core, Which::Ids(vec![message]), Chosen::Fail(line_removed()), "core").await;
    if let Err(refusal) = failed {
        tracing::error!(%refusal, %message, "a message waits on a line that was removed");
    }
}

fn line_removed() -> Failure {
    Failure::new(
        FailureClass::Admin,
        "line_removed",
        "Its line was removed before it could leave",
        "Send it again by another line",
    )
}

pub(crate) async fn start_practice(
    core: &Arc<Core>,
    actor: &str,
) -> Result<Vec<ConnectionId>, Refusal> {
    let practice = core.practice.clone().ok_or_else(|| {
        Refusal::new(
            RefusalKind::Unavailable,
            "no_practice",
            "Practice lines are not available here",
            "Start Signalbox with its window, or with `serve --practice`",
        )
    })?;
    let lines = practice.lines().await.map_err(|why| {
        Refusal::new(
            RefusalKind::Unavailable,
            "practice",
            why,
            "Try again; another program may hold the ports",
        )
    })?;
    let mut ids = Vec::new();
    for new in lines {
        let known = core.lines().into_iter().find(|line| {
            let row = line.row();
            row.made.environment == Environment::Practice && row.made.provider == new.provider
        });
        match known {
            // The simulated providers listen elsewhere after each start.
            Some(line) => {
                let id = line.id();
                let mut row = line.row();
                row.made.urls.clone_from(&new.urls);
                row.made.fields.extend(new.fields.clone());
                let change = NewChange {
                    at: core.now_ms(),
                    connection: Some(id),
                    signal: line.signal(),
                    say: format!("{} was started again", row.made.name),
                    detail: None,
                    actor: actor.to_owned(),
                };
                core.store.update_connection(id, row.made.clone(), None, change).await?;
                let opened = open(core, &row).await;
                line.replace(core.store.connection(id).await?, opened);
                core.refresh_line(id).await;
                health::check(core, &line).await;
                ids.push(id);
            }
            None => ids.push(connect(core, new, actor).await?),
        }
    }
    Ok(ids)
}
