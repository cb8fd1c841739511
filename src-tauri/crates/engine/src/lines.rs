//! Lines come and go here. This page opens what the store holds; the folder beside it connects,
//! changes, pauses and removes.
//!
//! What cannot be opened is shown as such and keeps its waiting work.

mod acts;
mod connect;
mod practice;

use std::sync::Arc;

use signalbox_domain::ConnectionId;
use signalbox_providers::{Secrets, Settings};
use signalbox_store::{ConnectionRow, GateRow};

use crate::core::Core;
use crate::health;
use crate::line::{Line, Opened};

pub use acts::{LineAct, WaitingWork};
pub(crate) use acts::{act, remove};
pub use connect::{LinePatch, NewLine};
pub(crate) use connect::{connect, connect_check, update};
pub(crate) use practice::start_practice;

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

/// Opens again what stayed closed, after the vault was opened.
pub(crate) async fn reopen(core: &Arc<Core>) -> Result<(), signalbox_store::StoreError> {
    for line in core.lines().into_iter().filter(|line| line.adapter().is_none()) {
        let row = core.store.connection(line.id()).await?;
        let opened = open(core, &row).await;
        line.replace(row, opened);
        core.refresh_line(line.id()).await;
        health::hurry(core, &line);
    }
    Ok(())
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
    let vault = core.vault().ok_or("the vault is locked")?;
    let sealed = core.store.credential(id).await.map_err(|error| error.to_string())?;
    let map = vault.open_sealed(&id.to_string(), &sealed).map_err(|error| error.say())?;
    let mut secrets = Secrets::new();
    for (name, value) in map.iter() {
        secrets.insert(name, value.clone());
    }
    Ok(secrets)
}
