//! A home while this process owns it: store, vault, engine, command table and, when asked for, the gateway and the
//! practice lines. The window and the terminal both open homes here, so that they cannot open them differently.

pub mod practice;
pub mod vault;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use signalbox_api::{Api, HostInfo};
use signalbox_domain::{Clock, Environment};
use signalbox_engine::{
    Engine, EngineEvent, EngineOptions, LinePatch, ProvidersWire, SystemClock, SystemNetwork, Tag,
};
use signalbox_gateway::{Gateway, GatewayOptions, Owner};
use signalbox_providers::Http;
use signalbox_store::{Home, OpenOptions, Store, StoreError};
use signalbox_vault::Vault;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

use crate::stop::{Stop, code};
use practice::PracticeProviders;

/// How long the gateway may finish what it is answering, of the whole deadline.
const FOR_ANSWERS: Duration = Duration::from_secs(2);

/// An opened home, before anything runs in it.
#[derive(Debug)]
pub struct OpenHome {
    /// The folder.
    pub path: PathBuf,
    /// Its store.
    pub store: Store,
    clock: Arc<dyn Clock>,
}

impl OpenHome {
    /// Opens the store of a home whose lock this process holds.
    ///
    /// # Errors
    /// That the store cannot be used.
    pub async fn open(home: Home) -> Result<Self, Stop> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let (path, for_store) = (home.path().to_owned(), clock.clone());
        let opening = tokio::task::spawn_blocking(move || {
            Store::open(home, for_store, OpenOptions::default())
        });
        let store =
            opening.await.map_err(|_| Stop::internal("The store could not be opened"))??;
        Ok(Self { path, store, clock })
    }

    /// Whether lines with real credentials live here.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn has_real_lines(&self) -> Result<bool, Stop> {
        let lines = self.store.connections().await?;
        Ok(lines.iter().any(|line| line.made.environment != Environment::Practice))
    }

    /// Makes the home work.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn start(self, ways: Ways) -> Result<Host, Stop> {
        let http = Http::new()
            .map_err(|error| Stop::internal(format!("No network client can be made: {error}")))?;
        let practice = match ways.loops {
            true => Some(Arc::new(PracticeProviders::of(&self.path))),
            false => None,
        };
        let options = EngineOptions {
            store: self.store,
            vault: ways.vault,
            clock: self.clock,
            network: Arc::new(SystemNetwork),
            wire: Arc::new(ProvidersWire::new(http)),
            practice: practice.clone().map(|practice| practice as _),
            public_url: ways.public_url,
        };
        let engine = match ways.loops {
            true => Engine::start(options).await?,
            false => Engine::prepare(options).await?,
        };
        let api = Api::new(engine, HostInfo::new(env!("CARGO_PKG_VERSION")));
        Ok(Host { path: self.path, api, practice, door: None, watch: None })
    }
}

/// Why a folder's lock cannot be taken.
pub fn not_taken(home: &Path, error: StoreError) -> Stop {
    match error {
        StoreError::Io(why) => Stop::refused(
            "home_unusable",
            format!("{} cannot be a home: {why}", home.display()),
            "Choose a folder you may write to",
        ),
        other => other.into(),
    }
}

/// `--public-url`, as the engine takes it.
///
/// # Errors
/// That no provider could reach it.
pub fn public_url(given: Option<&str>) -> Result<Option<String>, Stop> {
    let url = signalbox_engine::public_url(given.unwrap_or_default());
    url.map_err(|refusal| Stop {
        field: refusal.field,
        ..Stop::new(code::USAGE, refusal.code, refusal.message, refusal.remedy)
    })
}

/// How a home shall work.
#[derive(Debug, Default)]
pub struct Ways {
    /// The open vault; without one no line can send.
    pub vault: Option<Arc<Vault>>,
    /// Whether the loops run. Without them commands work and nothing is sent.
    pub loops: bool,
    /// Where providers reach the gateway; wins over the setting.
    pub public_url: Option<String>,
}

/// A home that works.
#[derive(Debug)]
pub struct Host {
    path: PathBuf,
    api: Api,
    practice: Option<Arc<PracticeProviders>>,
    door: Option<(Gateway, Owner)>,
    watch: Option<JoinHandle<()>>,
}

impl Host {
    /// The command table.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The gateway, while it is open.
    #[must_use]
    pub fn gateway(&self) -> Option<&Gateway> {
        self.door.as_ref().map(|(gateway, _)| gateway)
    }

    /// Opens the gateway, and writes down where it is.
    ///
    /// # Errors
    /// When no port can be bound or `gateway.json` cannot be written.
    pub async fn open_gateway(&mut self, options: GatewayOptions) -> Result<(), Stop> {
        let token = options.token.expose().to_owned();
        let gateway = Gateway::start(self.api.clone(), options).await.map_err(|error| {
            Stop::internal(format!("The gateway cannot listen on 127.0.0.1: {error}"))
        })?;
        let owner = Owner { port: gateway.port(), pid: std::process::id(), token };
        owner
            .write(&self.path)
            .map_err(|error| Stop::internal(format!("gateway.json cannot be written: {error}")))?;
        if let Some(practice) = &self.practice {
            practice.point_at(gateway.url(), self.api.engine().public_url());
            self.watch = Some(tokio::spawn(keep_pointing(
                self.api.engine().clone(),
                practice.clone(),
                gateway.url(),
            )));
        }
        self.door = Some((gateway, owner));
        Ok(())
    }

    /// Wakes the practice lines of this home; makes them when `make` says so. True when there are some.
    ///
    /// # Errors
    /// Why they do not start.
    pub async fn wake_practice(&self, make: bool) -> Result<bool, Stop> {
        let engine = self.api.engine();
        let is_practice =
            |line: &signalbox_engine::Line| line.row().made.environment == Environment::Practice;
        let known: Vec<_> = engine.lines().into_iter().filter(|line| is_practice(line)).collect();
        let Some(practice) = self.practice.as_ref().filter(|_| make || !known.is_empty()) else {
            return Ok(false);
        };
        let refused =
            |refusal: signalbox_engine::Refusal| Stop::from(signalbox_api::ApiError::from(refusal));
        engine.start_practice("core").await.map_err(refused)?;
        // A vault that only lasted for the last session cannot open what it sealed. These secrets are our own.
        for line in known {
            let row = line.row();
            let secrets = practice.secrets(&row.made.provider).map_err(Stop::internal)?;
            let is_open = line.limits().concurrency > 0;
            if !is_open && !secrets.is_empty() {
                let patch = LinePatch { secrets, ..LinePatch::default() };
                engine.update_line(line.id(), patch, "core").await.map_err(refused)?;
            }
        }
        Ok(true)
    }

    /// Stops within `deadline`: the gateway answers what it has begun, attempts in flight finish, the store closes.
    pub async fn stop(self, deadline: Duration) {
        if let Some(watch) = &self.watch {
            watch.abort();
        }
        if let Some((gateway, owner)) = self.door {
            // First of all, so that no terminal comes to a door that is closing.
            owner.remove(&self.path);
            gateway.stop(FOR_ANSWERS.min(deadline)).await;
        }
        self.api.engine().shutdown(deadline.saturating_sub(FOR_ANSWERS)).await;
        if let Some(practice) = self.practice {
            practice.stop().await;
        }
    }
}

/// Simulated providers must not call a public address, so theirs is led back here whenever it changes.
async fn keep_pointing(engine: Engine, practice: Arc<PracticeProviders>, local: String) {
    let mut events = engine.subscribe();
    loop {
        match events.recv().await {
            Ok(EngineEvent::Changed(tags)) if tags.contains(&Tag::Settings) => {
                practice.point_at(local.clone(), engine.public_url());
            }
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => practice.point_at(local.clone(), engine.public_url()),
            Err(RecvError::Closed) => return,
        }
    }
}
