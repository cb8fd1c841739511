//! How a command gets to a home: through the process that owns it, or, when nobody does, by opening it here for as
//! long as the command takes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use directories::ProjectDirs;
use serde_json::{Value, json};
use signalbox_api::Caller;
use signalbox_domain::{Clock, MessageState};
use signalbox_engine::SystemClock;
use signalbox_gateway::Owner;
use signalbox_store::{Home, StoreError};

use crate::args::{Everywhere, VaultChoice};
use crate::host::vault::{self, VaultWish};
use crate::host::{self, Host, OpenHome, Ways};
use crate::link::Link;
use crate::screen;
use crate::secret::SecretSource;
use crate::stop::Stop;

/// How long the holder of a home may take to answer: a new one writes `gateway.json` some moments after it has taken
/// the lock, and one that hangs never answers.
const PATIENCE: Duration = Duration::from_secs(8);
const PAUSE: Duration = Duration::from_millis(100);
/// How long what was begun here may take to finish.
const DEADLINE: Duration = Duration::from_secs(10);

/// What a command needs of a home that nobody owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The store.
    Store,
    /// The credentials too.
    Vault,
    /// Everything running, so that messages leave.
    Loops,
    /// Somebody who owns it.
    Owner,
}

/// A way to the commands of a home.
#[derive(Debug)]
pub(crate) enum Reach {
    /// Through its owner.
    Owner(Link),
    /// Opened here.
    Here(Box<Host>),
}

// Public for the window's command line, which means the same by these words.
impl Everywhere {
    /// The home's folder: `--home`, `SIGNALBOX_HOME`, else the platform's data folder.
    ///
    /// # Errors
    /// When the system names no such folder.
    pub fn home(&self) -> Result<PathBuf, Stop> {
        let chosen = self.home.clone().filter(|path| !path.as_os_str().is_empty());
        let usual =
            || ProjectDirs::from("", "", "signalbox").map(|dirs| dirs.data_dir().to_owned());
        let home = chosen.or_else(usual);
        let home = home.ok_or_else(|| {
            Stop::usage("This system names no data folder; give --home DIR".to_owned())
        })?;
        std::path::absolute(&home)
            .map_err(|error| Stop::usage(format!("{} cannot be a home: {error}", home.display())))
    }

    /// How the vault is to be opened.
    ///
    /// # Errors
    /// When options contradict each other or the passphrase cannot be read.
    pub fn vault_wish(&self) -> Result<VaultWish, Stop> {
        match (self.vault, self.passphrase.as_deref()) {
            (None, None) => Ok(VaultWish::Usual),
            (Some(VaultChoice::Keyring), None) => Ok(VaultWish::Keyring),
            (Some(VaultChoice::Session), None) => Ok(VaultWish::Session),
            (None | Some(VaultChoice::Passphrase), Some(from)) => {
                let source: SecretSource =
                    from.parse().map_err(|why| Stop::usage(format!("--passphrase: {why}")))?;
                Ok(VaultWish::Passphrase(source.read()?))
            }
            (Some(VaultChoice::Passphrase), None) => Err(Stop::usage(
                "--vault passphrase needs --passphrase @env:NAME or @file:PATH".to_owned(),
            )),
            (Some(_), Some(_)) => {
                Err(Stop::usage("--passphrase goes with --vault passphrase only".to_owned()))
            }
        }
    }
}

impl Reach {
    /// Finds the way to the home.
    ///
    /// # Errors
    /// That somebody holds the home and does not answer, or why it cannot be opened here.
    pub(crate) async fn find(everywhere: &Everywhere, need: Need) -> Result<Self, Stop> {
        Self::find_by(&SystemClock::new(), everywhere, need).await
    }

    async fn find_by(clock: &dyn Clock, everywhere: &Everywhere, need: Need) -> Result<Self, Stop> {
        let home = everywhere.home()?;
        if need == Need::Owner && !home.exists() {
            return Err(nobody(&home));
        }
        let until = clock.monotonic() + PATIENCE;
        loop {
            let holder = match Home::take(&home) {
                Ok(_) if need == Need::Owner => return Err(nobody(&home)),
                Ok(taken) => return Self::here(everywhere, taken, need).await,
                Err(StoreError::HomeTaken { pid }) => pid,
                Err(error) => return Err(host::not_taken(&home, error)),
            };
            // A file left by a crash names another process than the one that holds the lock.
            let owner = Owner::read(&home).filter(|owner| owner.pid == holder || holder == 0);
            let port = owner.as_ref().map(|owner| owner.port);
            if let Some(link) = owner.map(Link::to)
                && link.answers(clock).await
            {
                return Ok(Self::Owner(link));
            }
            if clock.monotonic() >= until {
                return Err(silent(&home, holder, port));
            }
            clock.sleep(PAUSE).await;
        }
    }

    async fn here(everywhere: &Everywhere, home: Home, need: Need) -> Result<Self, Stop> {
        let open = OpenHome::open(home).await?;
        let needs_vault = matches!(need, Need::Vault | Need::Loops);
        let vault = if needs_vault {
            let wish = everywhere.vault_wish()?;
            if need == Need::Vault && matches!(wish, VaultWish::Session) {
                return Err(Stop::refused(
                    "session_alone",
                    "A session-only vault would forget this credential as soon as this command ends",
                    "Start `signalbox-cli serve --vault session` first; this command then goes through it",
                ));
            }
            // A command that needs the vault alone is about to put a real credential in.
            let only_practice = need == Need::Loops && !open.has_real_lines().await?;
            let opened = vault::open(&open.path, &open.store, wish, only_practice).await?;
            if let Some(notice) = &opened.notice {
                screen::note(notice);
            }
            Some(opened.vault)
        } else {
            None
        };
        let ways = Ways { vault, loops: need == Need::Loops, public_url: None };
        let host = open.start(ways).await?;
        if need == Need::Loops
            && let Err(stop) = host.wake_practice(false).await
        {
            host.stop(DEADLINE).await;
            return Err(stop);
        }
        Ok(Self::Here(Box::new(host)))
    }

    /// Runs a command.
    ///
    /// # Errors
    /// Its refusal, or that the owner does not answer.
    pub(crate) async fn call(&self, command: &str, args: Value) -> Result<Value, Stop> {
        match self {
            Self::Owner(link) => link.call(command, &args).await,
            Self::Here(host) => {
                let mut result = host.api().call(command, args, Caller::cli()).await?;
                if matches!(command, "send" | "test") && host.api().engine().vault().is_none() {
                    say_queued(host, &mut result).await?;
                }
                Ok(result)
            }
        }
    }

    /// The id of a line given by id or by name.
    ///
    /// # Errors
    /// When no line is called so.
    pub(crate) async fn line(&self, given: &str) -> Result<String, Stop> {
        if given.parse::<signalbox_domain::ConnectionId>().is_ok() {
            return Ok(given.to_owned());
        }
        let lines = self.call("connections", json!({})).await?;
        let lines = lines["items"].as_array().cloned().unwrap_or_default();
        let lower = given.trim().to_lowercase();
        let named =
            |line: &&Value| line["name"].as_str().is_some_and(|name| name.to_lowercase() == lower);
        let found = lines.iter().find(named).and_then(|line| line["id"].as_str());
        found.map(str::to_owned).ok_or_else(|| {
            let names: Vec<_> = lines.iter().filter_map(|line| line["name"].as_str()).collect();
            let remedy = match names.is_empty() {
                true => "There are none yet. `signalbox-cli help connect` shows how to connect one"
                    .to_owned(),
                false => format!("There are: {}", names.join(", ")),
            };
            Stop {
                field: Some("line".into()),
                ..Stop::refused("not_found", format!("No line is called “{given}”"), remedy)
            }
        })
    }

    /// The ids of several lines.
    ///
    /// # Errors
    /// As [`line`](Self::line), for the first that is not found.
    pub(crate) async fn lines(&self, given: &[String]) -> Result<Vec<String>, Stop> {
        let mut ids = Vec::with_capacity(given.len());
        for one in given {
            ids.push(self.line(one).await?);
        }
        Ok(ids)
    }

    /// Lets the home go.
    pub(crate) async fn close(self) {
        if let Self::Here(host) = self {
            host.stop(DEADLINE).await;
        }
    }
}

/// Credentials that nobody has tried to open are no locked vault: the message is queued, and says so.
async fn say_queued(host: &Host, message: &mut Value) -> Result<(), Stop> {
    let id = message["id"].as_str().and_then(|id| id.parse().ok());
    let rows = host.api().engine().store().rows(id.into_iter().collect()).await?;
    if rows.first().is_some_and(|row| row.state == MessageState::Queued) {
        message["state"] = MessageState::Queued.to_string().into();
        message["hold"] = Value::Null;
        message["next"] =
            "Leaves as soon as Signalbox runs: `signalbox-cli serve`, or the window.".into();
    }
    Ok(())
}

fn silent(home: &Path, pid: u32, port: Option<u16>) -> Stop {
    let place =
        port.map_or_else(String::new, |port| format!(" on its gateway, http://127.0.0.1:{port}"));
    Stop::not_reachable(
        format!("Process {pid} holds {} and does not answer{place}", home.display()),
        "Wait until it has started or finished, or end it and try again. Nothing was lost",
    )
}

fn nobody(home: &Path) -> Stop {
    Stop::not_reachable(
        format!("No Signalbox runs in {}", home.display()),
        "Start one with `signalbox-cli serve`, or open the window",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_domain::ManualClock;

    #[tokio::test]
    async fn an_owner_that_hangs_is_given_up_within_seconds_and_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let held = Home::take(folder.path()).expect("nobody has it");
        // Connections are taken by the system, and nobody reads them.
        let deaf = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = deaf.local_addr().expect("its address").port();
        let owner = Owner { port, pid: std::process::id(), token: "t".into() };
        owner.write(held.path()).expect("written");
        let home = Some(held.path().to_owned());
        let everywhere = Everywhere { home, json: true, vault: None, passphrase: None };
        let clock = ManualClock::at(chrono::DateTime::UNIX_EPOCH);
        let find = Reach::find_by(&clock, &everywhere, Need::Store);
        tokio::pin!(find);
        let found = loop {
            tokio::select! {
                biased;
                found = &mut find => break found,
                () = tokio::task::yield_now() => clock.advance(Duration::from_millis(100)),
            }
        };
        let stop = found.expect_err("it does not answer");
        assert_eq!(stop.exit, crate::stop::code::NOT_REACHABLE);
        let pid = std::process::id().to_string();
        assert!(
            stop.message.contains(&port.to_string()) && stop.message.contains(&pid),
            "{stop:?}"
        );
        assert!(clock.monotonic() < Duration::from_secs(12), "{:?}", clock.monotonic());
    }
}
