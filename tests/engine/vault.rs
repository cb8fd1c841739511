//! The vault is opened while the engine runs, and the lines with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{TimeZone, Utc};
use signalbox_domain::{ConnectionId, Environment, HoldReason, ManualClock, MessageState};
use signalbox_engine::{Engine, EngineOptions, NewLine, RefusalKind, SwitchedNetwork, VaultWay};
use signalbox_store::{Home, OpenOptions, Store};
use signalbox_vault::{MemoryKeyStore, OpenMode, Vault, VaultMode};

use crate::desk::{ScriptedWire, sms};

/// An engine over a home, whose vault is open in memory or not at all.
async fn engine(home: &Path, in_memory: bool) -> Engine {
    let clock = Arc::new(ManualClock::at(Utc.with_ymd_and_hms(2026, 3, 17, 12, 0, 0).unwrap()));
    let taken = Home::take(home).unwrap();
    let store = Store::open(taken, clock.clone(), OpenOptions::default()).unwrap();
    let vault = match in_memory {
        false => None,
        true => {
            let mode = OpenMode::key_store(Arc::new(MemoryKeyStore::new()));
            Some(Arc::new(Vault::open(home, store.home_id(), mode).await.unwrap()))
        }
    };
    Engine::prepare(EngineOptions {
        store,
        vault,
        clock,
        network: Arc::new(SwitchedNetwork::up()),
        wire: Arc::<ScriptedWire>::default(),
        practice: None,
        public_url: None,
    })
    .await
    .unwrap()
}

async fn line(engine: &Engine) -> ConnectionId {
    let new = NewLine {
        provider: "text".into(),
        name: "Reminders".into(),
        environment: Environment::Production,
        fields: BTreeMap::new(),
        secrets: BTreeMap::from([("auth_token".into(), "for tests only".to_owned().into())]),
        urls: BTreeMap::new(),
    };
    engine.connect(new, "test").await.unwrap()
}

fn passphrase(words: &str) -> VaultWay {
    VaultWay::Passphrase(words.to_owned().into())
}

#[tokio::test]
async fn a_home_that_lived_in_memory_is_kept_under_a_passphrase_and_opens_with_it_later() {
    let folder = tempfile::tempdir().unwrap();
    let first = engine(folder.path(), true).await;
    let id = line(&first).await;
    let state = first.open_vault(passphrase("seven green lamps"), "test").await.unwrap();
    assert_eq!(state.mode, VaultMode::Passphrase);
    assert!(first.line(id).unwrap().secrets_set().is_some(), "the line works on");
    first.shutdown(std::time::Duration::ZERO).await;
    drop(first);

    let second = engine(folder.path(), false).await;
    assert!(second.vault().is_none());
    let message = second.send(sms(1), "test").await.unwrap();
    let line = second.line(id).unwrap();
    let block = line.block(second.clock().now()).expect("locked, it lets nothing leave");
    assert_eq!(block.reason, HoldReason::Reconnect);
    let refusal = second.open_vault(passphrase("seven red lamps"), "test").await.unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), ("passphrase_wrong", Some("passphrase")));
    assert!(second.vault().is_none(), "a wrong passphrase changes nothing");
    second.open_vault(passphrase("seven green lamps"), "test").await.unwrap();
    assert_eq!(line.secrets_set().unwrap(), ["auth_token"]);
    assert!(line.block(second.clock().now()).is_none(), "what waited may leave");
    let row = second.store().message(message.id).await.unwrap().row;
    assert_eq!(row.state, MessageState::Queued);
}

#[tokio::test]
async fn a_locked_home_without_lines_takes_the_way_a_person_chooses() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path(), false).await;
    let new = || line(&engine);
    assert!(engine.open_vault(passphrase("  "), "test").await.is_err(), "blank protects nothing");
    let state = engine.open_vault(VaultWay::Session, "test").await.unwrap();
    assert_eq!(state.mode, VaultMode::Session);
    new().await;
}

#[tokio::test]
async fn an_open_vault_is_not_opened_twice() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path(), true).await;
    let refusal = engine.open_vault(VaultWay::Session, "test").await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "vault_open"));
    engine.open_vault(passphrase("seven green lamps"), "test").await.unwrap();
    let refusal = engine.open_vault(passphrase("another"), "test").await.unwrap_err();
    assert_eq!(refusal.code, "vault_open", "moving a key that is kept is another matter");
}
