//! Opening the vault while the engine runs: no keyring answered at the start, or a home that lived in
//! memory is to be kept. Moving a key that is kept already is not done here.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use signalbox_domain::{Environment, Signal};
use signalbox_store::NewChange;
use signalbox_vault::{
    MemoryKeyStore, OpenMode, SecretMap, SecretString, Vault, VaultError, VaultMode, VaultState,
};

use crate::core::Core;
use crate::event::Tag;
use crate::line::Line;
use crate::lines;
use crate::refusal::{Refusal, RefusalKind};

/// Where the key of a home is to live.
#[derive(Debug, Clone)]
pub enum VaultWay {
    /// In the keyring of this computer.
    Keyring,
    /// In the home, under this passphrase; the first one given becomes the home's.
    Passphrase(SecretString),
    /// In memory until the program closes; then each line signs in again.
    Session,
}

pub(crate) async fn open(
    core: &Arc<Core>,
    way: VaultWay,
    actor: &str,
) -> Result<VaultState, Refusal> {
    let alone = core.connecting.lock().await;
    let old = core.vault();
    let from_memory = old.as_ref().filter(|vault| vault.state().mode == VaultMode::Session);
    if old.is_some() && (from_memory.is_none() || matches!(way, VaultWay::Session)) {
        return Err(Refusal::new(
            RefusalKind::Conflict,
            "vault_open",
            "The vault is open already",
            "There is nothing to do: lines can be connected",
        ));
    }
    // What only memory can open is sealed anew; what is sealed otherwise needs the key that sealed it.
    let sealed = !core.store.connections().await?.is_empty();
    let mode = match way {
        VaultWay::Keyring => OpenMode::keyring().expect_existing(sealed && old.is_none()),
        VaultWay::Passphrase(passphrase) => {
            OpenMode::passphrase(passphrase).expect_existing(sealed && old.is_none())
        }
        VaultWay::Session => OpenMode::key_store(Arc::new(MemoryKeyStore::new())),
    };
    let home = core.store.path().parent().unwrap_or(Path::new("."));
    let vault = Arc::new(Vault::open(home, core.store.home_id(), mode).await?);
    let state = vault.state();
    let moved = match from_memory {
        Some(from) => moved(core, from, &vault).await?,
        None => Vec::new(),
    };
    let change = NewChange {
        at: core.now_ms(),
        connection: None,
        signal: Signal::Clear,
        say: "The vault was opened".into(),
        detail: Some(state.say.clone()),
        actor: actor.to_owned(),
    };
    core.store.reseal(moved, change).await?;
    *core.vault.write().unwrap_or_else(PoisonError::into_inner) = Some(vault);
    lines::reopen(core).await?;
    drop(alone);
    if old.is_none() {
        wake_practice(core, actor).await;
    }
    core.events.changed(&[Tag::Settings, Tag::Connections, Tag::Health, Tag::Changes]);
    Ok(state)
}

/// Every credential that `from` opens, sealed with `to`.
async fn moved(
    core: &Core,
    from: &Vault,
    to: &Vault,
) -> Result<Vec<(signalbox_domain::ConnectionId, Vec<u8>)>, Refusal> {
    let mut sealed = Vec::new();
    for row in core.store.connections().await? {
        let id = row.id.to_string();
        // Sealed in an earlier session: it was lost with that one, and its line signs in again.
        let Ok(secrets) = from.open_sealed(&id, &core.store.credential(row.id).await?) else {
            continue;
        };
        let secrets: SecretMap = secrets.iter().map(|(key, value)| (key, value.clone())).collect();
        sealed.push((row.id, to.seal(&id, &secrets)?));
    }
    Ok(sealed)
}

/// Practice lines were left asleep while the vault was locked.
async fn wake_practice(core: &Arc<Core>, actor: &str) {
    let is_practice = |line: &Arc<Line>| line.row().made.environment == Environment::Practice;
    if core.practice.is_some()
        && core.lines().iter().any(is_practice)
        && let Err(refusal) = lines::start_practice(core, actor).await
    {
        tracing::warn!(%refusal, "the practice lines sleep on");
    }
}

impl From<VaultError> for Refusal {
    fn from(error: VaultError) -> Self {
        let (code, say, remedy) = (error.code(), error.say(), error.remedy());
        match error {
            VaultError::WrongPassphrase | VaultError::PassphraseEmpty => {
                Self::invalid("passphrase", code, say, remedy)
            }
            _ => Self::new(RefusalKind::Unavailable, code, say, remedy),
        }
    }
}
