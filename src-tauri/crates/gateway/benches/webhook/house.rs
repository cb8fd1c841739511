//! The gateway on a real store with one line, and a route that does nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use secrecy::SecretString;
use signalbox_api::{Api, HostInfo};
use signalbox_domain::{Clock, Environment};
use signalbox_engine::{
    Engine, EngineOptions, NewLine, ProvidersWire, SwitchedNetwork, SystemClock,
};
use signalbox_gateway::{Gateway, GatewayOptions, SessionToken};
use signalbox_providers::Http;
use signalbox_store::{Home, OpenOptions, Store};
use signalbox_vault::{MemoryKeyStore, OpenMode, Vault};

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

pub(crate) struct House {
    gateway: Gateway,
    store: Store,
    _folder: tempfile::TempDir,
}

impl House {
    /// Takes deliveries. Nothing works them off meanwhile: that is done behind the answer.
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let home = Home::take(folder.path()).expect("a home");
        let store = Store::open(home, clock.clone(), OpenOptions::default()).expect("a store");
        let mode = OpenMode::key_store(Arc::new(MemoryKeyStore::new()));
        let vault = Vault::open(folder.path(), store.home_id(), mode).await.expect("a vault");
        let engine = Engine::prepare(EngineOptions {
            store: store.clone(),
            vault: Some(Arc::new(vault)),
            clock,
            network: Arc::new(SwitchedNetwork::up()),
            wire: Arc::new(ProvidersWire::new(Http::new().expect("a client"))),
            practice: None,
            public_url: None,
        })
        .await
        .expect("an engine");
        let line = NewLine {
            provider: "twilio".into(),
            name: "Desk".into(),
            environment: Environment::Custom,
            fields: BTreeMap::from([
                ("account_sid".into(), ACCOUNT.into()),
                ("from".into(), "+15550100100".into()),
            ]),
            secrets: BTreeMap::from([("auth_token".into(), SecretString::from(TOKEN))]),
            urls: BTreeMap::from([("api".into(), "http://127.0.0.1:9".into())]),
        };
        engine.connect(line, "bench").await.expect("a line");
        let api = Api::new(engine, HostInfo::new("0"));
        let token = SessionToken::from_text("a session of the bench");
        let options = GatewayOptions { port: 0, ..GatewayOptions::new(token) };
        let gateway = Gateway::start(api, options).await.expect("a port");
        Self { gateway, store, _folder: folder }
    }

    pub(crate) fn port(&self) -> u16 {
        self.gateway.port()
    }

    pub(crate) fn url(&self) -> String {
        self.gateway.url()
    }

    /// How many receipts are committed.
    pub(crate) async fn receipts(&self) -> usize {
        let (due, _) = self.store.pending_receipts(i64::MAX, 10_000_000).await.expect("receipts");
        due.len()
    }

    pub(crate) async fn close(self) {
        self.gateway.stop(std::time::Duration::from_secs(5)).await;
        self.store.close().await;
    }
}

/// What axum alone can do.
pub(crate) async fn empty_route() -> u16 {
    let route = Router::new().route(super::post::PATH, post(|| async { StatusCode::NO_CONTENT }));
    let listener =
        tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move { axum::serve(listener, route).await });
    port
}
