//! Upkeep: a copy of the store, and a look at the installation.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use signalbox_domain::Signal;
use signalbox_engine::VaultWay;
use signalbox_store::ReceiptState;
use ts_rs::TS;

use crate::board::Board;
use crate::shapes::list::{Items, Nothing};
use crate::shapes::live::Tag::{Changes, Connections, Health, Settings};
use crate::shapes::status::{Backup, DoctorItem, VaultStatus};
use crate::table::{Command, Context, read, write};
use crate::wording::doctor::{self, ill, well};
use crate::wording::line::has_receipts;
use crate::wording::numbers::bytes;
use crate::{Api, ApiError};

/// Dead receipts that are counted.
const COUNTED: usize = 200;

pub(crate) fn commands() -> Vec<Command> {
    vec![
        write("backup", "Copy the store to a file while it is in use", &[], backup),
        write(
            "vault_open",
            "Open the vault: with the keyring, a passphrase, or in memory",
            &[Settings, Connections, Health, Changes],
            vault_open,
        ),
        read("doctor", "Look at everything that has to be well", &[], examine),
    ]
}

/// Where the key to the credentials is to live.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub(crate) enum VaultWish {
    /// In this computer's keyring.
    Keyring,
    /// In the home, under a passphrase.
    Passphrase,
    /// In memory until the program closes.
    Session,
}

/// How the vault is to be opened.
#[derive(Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct VaultArgs {
    /// Where the key lives.
    mode: VaultWish,
    /// With `passphrase`: the home's, or the one that shall be.
    passphrase: Option<String>,
}

async fn vault_open(on: Context, args: VaultArgs) -> Result<VaultStatus, ApiError> {
    let way = match args.mode {
        VaultWish::Keyring => VaultWay::Keyring,
        VaultWish::Session => VaultWay::Session,
        VaultWish::Passphrase => VaultWay::Passphrase(args.passphrase.unwrap_or_default().into()),
    };
    on.api.engine().open_vault(way, &on.caller.actor).await?;
    Ok(crate::board::vault(&on.api))
}

/// Where the copy goes.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct BackupArgs {
    /// A full path to a file that does not exist; a new name under `backups` in the home by itself.
    path: Option<String>,
}

async fn backup(on: Context, args: BackupArgs) -> Result<Backup, ApiError> {
    let path = match args.path {
        Some(path) => PathBuf::from(path),
        None => usual_path(&on.api)?,
    };
    // The gateway's working folder is nobody's: a relative path would end up anywhere.
    if !path.is_absolute() || path.parent().is_none_or(|folder| !folder.is_dir()) {
        return Err(ApiError::invalid(
            "path",
            "The copy needs a full path into a folder that exists",
            "Give one such as /media/backup/signalbox.db, or leave it out",
        ));
    }
    let engine = on.api.engine();
    let started = engine.clock().monotonic();
    let done = engine.store().backup(path).await?;
    let took = (engine.clock().monotonic() - started).as_millis();
    Ok(Backup {
        path: done.path.display().to_string(),
        bytes: done.bytes,
        took_ms: u64::try_from(took).unwrap_or(u64::MAX),
    })
}

/// A name that tells when, in the home.
fn usual_path(api: &Api) -> Result<PathBuf, ApiError> {
    let store = api.engine().store();
    let home =
        store.path().parent().ok_or_else(|| ApiError::internal("the store has no folder"))?;
    let folder = home.join("backups");
    std::fs::create_dir_all(&folder).map_err(|error| {
        tracing::warn!(%error, "no folder for backups");
        ApiError::invalid(
            "path",
            "The home has no room for a backup",
            "Give a path on another disk",
        )
    })?;
    let now = api.engine().clock().now();
    Ok(folder.join(format!("signalbox-{}.db", now.format("%Y%m%dT%H%M%S%3fZ"))))
}

async fn examine(on: Context, _: Nothing) -> Result<Items<DoctorItem>, ApiError> {
    let (api, board) = (&on.api, Board::read(&on.api).await?);
    let store = api.engine().store();
    let size = store.bytes().await?;
    let messages = board.counted(|_, _| true);
    let dead = store.receipts(Some(ReceiptState::Dead), None, COUNTED).await?.len();
    let webhooks = board
        .lines
        .iter()
        .any(|line| has_receipts(&line.row.made.provider) && line.webhook_url.is_none());
    let mut items = vec![
        well(
            "Store",
            format!(
                "{} kept, {}",
                crate::wording::numbers::counted(messages, "message"),
                bytes(size)
            ),
        ),
        doctor::disk(&board.disk),
        doctor::vault(&board.vault),
        match board.offline {
            false => well("Network", "This computer is online"),
            true => ill(
                "Network",
                "This computer is offline; messages wait and leave by themselves",
                "Connect this computer to the internet",
            ),
        },
    ];
    items.extend(doctor::gateway(api.info().port(), api.public_url().as_deref(), webhooks));
    items.push(doctor::receipts(dead, COUNTED));
    for line in &board.lines {
        let shape = line.shape(board.now);
        items.push(match (&shape.reason, shape.signal) {
            (_, Signal::Clear) => well(&line.title(), "Works"),
            (_, Signal::Off) => well(&line.title(), "Switched off by a person"),
            (Some(reason), _) => ill(&line.title(), reason.say.clone(), reason.remedy.clone()),
            (None, _) => ill(&line.title(), "Not known to work", "Check it now"),
        });
    }
    Ok(Items::all(items))
}
