//! Opening the home of the window, and closing it. The same rooms as `signalbox-cli serve`, opened by the same code, so
//! that webhooks and the terminal work while the window runs; only what a refusal means is different here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use signalbox_api::{Api, ApiError, RefusalKind};
use signalbox_cli::host::vault::{self, VaultWish};
use signalbox_cli::host::{self, Host, OpenHome, Ways};
use signalbox_cli::stop::Stop;
use signalbox_gateway::{DEFAULT_PORT, GatewayOptions, SessionToken};
use signalbox_store::Home;

use crate::options::Options;

/// Another process holds the home.
pub(crate) const TAKEN: &str = "home_taken";

/// How the home is to be opened.
#[derive(Debug, Clone)]
pub struct Plan {
    home: PathBuf,
    wish: VaultWish,
    port: u16,
    public_url: Option<String>,
}

impl Plan {
    /// Opens a home as the command line says. A passphrase is read now, and once: it may come from standard input.
    ///
    /// # Errors
    /// What is wrong with the command line.
    pub fn new(options: &Options) -> Result<Self, Stop> {
        Ok(Self {
            home: options.home()?,
            wish: options.everywhere().vault_wish()?,
            port: options.port.unwrap_or(DEFAULT_PORT),
            public_url: host::public_url(options.public_url.as_deref())?,
        })
    }

    /// The home's folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }
}

/// An open home.
#[derive(Debug)]
pub(crate) struct House {
    host: Host,
}

impl House {
    /// Opens everything.
    ///
    /// # Errors
    /// Why there can be no engine. A locked vault or a gateway without a port are no reasons: then lines stay closed, or
    /// nothing reaches them from outside, and `status` says so.
    pub(crate) async fn open(plan: &Plan) -> Result<Self, ApiError> {
        let home = OpenHome::open(take(plan.home.clone()).await?).await.map_err(refused)?;
        let vault = match open_vault(plan, &home).await {
            Ok(opened) => {
                if let Some(notice) = opened.notice {
                    tracing::warn!("{notice}");
                }
                Some(opened.vault)
            }
            // The window opens all the same: it is where this is mended.
            Err(stop) => {
                tracing::error!(code = stop.code, "the vault stays locked: {}", stop.say());
                None
            }
        };
        let locked = vault.is_none();
        let ways = Ways { vault, loops: true, public_url: plan.public_url.clone() };
        let mut host = home.start(ways).await.map_err(refused)?;
        if let Err(stop) = open_gateway(plan, &mut host).await {
            tracing::error!("no webhooks, and the terminal cannot reach this home: {}", stop.say());
        }
        if !locked && let Err(stop) = host.wake_practice(false).await {
            tracing::error!("the practice lines sleep on: {}", stop.say());
        }
        tracing::info!(home = %plan.home.display(), "the home is open");
        Ok(Self { host })
    }

    pub(crate) fn api(&self) -> &Api {
        self.host.api()
    }

    /// Closes everything: nothing new comes in, attempts in flight may finish until `deadline`, the store is folded up.
    pub(crate) async fn close(self, deadline: Duration) {
        self.host.stop(deadline).await;
        tracing::info!("the home is closed");
    }
}

/// Takes the home's lock.
async fn take(path: PathBuf) -> Result<Home, ApiError> {
    let taking = tokio::task::spawn_blocking(move || {
        Home::take(&path).map_err(|error| host::not_taken(&path, error))
    });
    let home = taking.await.map_err(|error| ApiError::internal(&error.to_string()))?;
    home.map_err(refused)
}

async fn open_vault(plan: &Plan, home: &OpenHome) -> Result<vault::Opened, Stop> {
    let only_practice = !home.has_real_lines().await?;
    vault::open(&home.path, &home.store, plan.wish.clone(), only_practice).await
}

async fn open_gateway(plan: &Plan, host: &mut Host) -> Result<(), Stop> {
    let token = SessionToken::new().map_err(|error| {
        Stop::new(1, "internal", format!("There is no randomness: {error}"), "Restart the computer")
    })?;
    host.open_gateway(GatewayOptions { port: plan.port, ..GatewayOptions::new(token) }).await
}

/// The refusal for someone who asks while the program ends.
pub(crate) fn closing() -> ApiError {
    ApiError::new(RefusalKind::Unavailable, "closing", "Signalbox is closing", "Start it again")
}

/// A refusal in the words of the window: someone who sees a window typed no options.
fn refused(stop: Stop) -> ApiError {
    let Stop { code, message, remedy, .. } = stop;
    let remedy = match code.as_str() {
        TAKEN => "Close the other Signalbox; it may be one without a window, started in a terminal. This window \
                  then takes over by itself"
            .into(),
        _ => remedy,
    };
    ApiError::new(RefusalKind::Unavailable, code, message, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::VaultChoice;

    #[tokio::test]
    async fn a_taken_home_is_refused_with_who_holds_it_and_opens_when_they_leave() {
        let dir = tempfile::tempdir().expect("a folder");
        let plan = Plan::new(&Options {
            home: Some(dir.path().join("home")),
            vault: Some(VaultChoice::Session),
            port: Some(0),
            ..Options::default()
        })
        .expect("a plan");
        let first = House::open(&plan).await.expect("the first takes it");
        let refusal = House::open(&plan).await.expect_err("the second does not");
        assert_eq!(refusal.code, TAKEN, "the desk waits for this one");
        assert!(refusal.message.contains(&std::process::id().to_string()), "{}", refusal.message);
        first.close(Duration::from_secs(1)).await;
        let second = House::open(&plan).await.expect("free again");
        second.close(Duration::from_secs(1)).await;
        assert!(
            !plan.home().join("gateway.json").exists(),
            "the terminal must not look for a closed home"
        );
    }
}
