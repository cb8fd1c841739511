//! Starting and stopping: binds the ports, wires the rooms together, and offers the same controls as the control port to
//! whoever runs a sandbox in its own process.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use serde::Serialize;
use tokio::net::TcpListener;

use crate::clock::{Clock, TokioClock};
use crate::config::{SandboxConfig, SmtpTls};
use crate::courier::CallbackRecord;
use crate::fault::{Fault, StandingFault};
use crate::front::{bind, listen, serve};
use crate::ground::Ground;
use crate::ids::Ids;
use crate::ledger::{Accepted, Counts, Ledger};
use crate::resend::Resend;
use crate::smtp::{Identity, Smtp};
use crate::twilio::{Inbound, NotReceived, Twilio};
use crate::{Provider, desk};

/// Why a sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port is taken, most likely.
    #[error("cannot listen on 127.0.0.1 port {port} for {room}: {source}")]
    Port {
        /// `twilio`, `resend`, `smtp` or `control`.
        room: &'static str,
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The ledger file cannot be read or appended to.
    #[error("cannot open the ledger file: {0}")]
    Ledger(io::Error),
    /// No certificate for SMTP could be made.
    #[error("cannot make a certificate for the mail server: {0}")]
    Certificate(io::Error),
    /// The system has no randomness to give.
    #[error("the operating system gives no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
}

/// Where the simulated providers are. What was not started is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Urls {
    /// `http://127.0.0.1:PORT`, to stand in for `https://api.twilio.com`.
    pub twilio: Option<String>,
    /// `http://127.0.0.1:PORT`, to stand in for `https://api.resend.com`.
    pub resend: Option<String>,
    /// `127.0.0.1:PORT`
    pub smtp: Option<String>,
    /// `http://127.0.0.1:PORT`; the controls are under `/_sandbox`.
    pub control: Option<String>,
}

/// Running simulated providers. Stops when dropped, and orderly by [`stop`](Sandbox::stop).
pub struct Sandbox {
    ground: Arc<Ground>,
    twilio: Option<Arc<Twilio>>,
    identity: Option<Identity>,
    urls: Urls,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("urls", &self.urls).finish_non_exhaustive()
    }
}

/// One bound port, before anything listens to it.
struct Door {
    listener: TcpListener,
    address: SocketAddr,
}

impl Door {
    async fn open(room: &'static str, port: Option<u16>) -> Result<Option<Self>, StartError> {
        let Some(port) = port else { return Ok(None) };
        let (listener, address) =
            bind(port).await.map_err(|source| StartError::Port { room, port, source })?;
        Ok(Some(Self { listener, address }))
    }
}

impl Sandbox {
    /// Starts on the system's clock. Needs a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// When a port is taken or the ledger cannot be opened; nothing is left running then.
    pub async fn start(config: SandboxConfig) -> Result<Self, StartError> {
        Self::start_at(config, Arc::new(TokioClock)).await
    }

    /// Starts on a given clock.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_at(
        config: SandboxConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let twilio_door =
            Door::open("twilio", config.twilio.as_ref().map(|twilio| twilio.port)).await?;
        let resend_door =
            Door::open("resend", config.resend.as_ref().map(|resend| resend.port)).await?;
        let smtp_door = Door::open("smtp", config.smtp.as_ref().map(|smtp| smtp.port)).await?;
        let control_door = Door::open("control", config.control_port).await?;
        let http =
            |door: &Option<Door>| door.as_ref().map(|door| format!("http://{}", door.address));
        let urls = Urls {
            twilio: http(&twilio_door),
            resend: http(&resend_door),
            smtp: smtp_door.as_ref().map(|door| door.address.to_string()),
            control: http(&control_door),
        };

        let tls = config.smtp.as_ref().map_or(SmtpTls::None, |smtp| smtp.tls);
        let identity = match tls {
            SmtpTls::None => None,
            SmtpTls::Starttls | SmtpTls::Tls => {
                Some(Identity::new().map_err(StartError::Certificate)?)
            }
        };
        let ledger = Ledger::open(config.ledger.as_deref(), config.keep, config.when_full)
            .map_err(StartError::Ledger)?;
        let ground = Arc::new(Ground::new(clock, Ids::new()?, ledger, Arc::new(config)));
        ground.courier.start(&ground.stop, &ground.tasks);
        let (agenda, clock, stop) =
            (ground.agenda.clone(), ground.clock.clone(), ground.stop.clone());
        ground.tasks.spawn(async move { agenda.run(&*clock, &stop).await });

        let twilio = twilio_door.is_some().then(|| Twilio::new(ground.clone()));
        if let (Some(door), Some(twilio)) = (twilio_door, &twilio) {
            serve_http(&ground, door, twilio.router());
        }
        if let Some(door) = resend_door {
            serve_http(&ground, door, Resend::new(ground.clone()).router());
        }
        if let Some(door) = smtp_door {
            let smtp = Smtp::new(ground.clone(), tls, identity.as_ref());
            let talk = move |socket, wire| smtp.clone().converse(socket, wire);
            ground.tasks.spawn(listen(
                door.listener,
                ground.stop.clone(),
                ground.tasks.clone(),
                talk,
            ));
        }
        if let Some(door) = control_door {
            serve_http(&ground, door, desk::router(ground.clone(), twilio.clone(), urls.clone()));
        }
        Ok(Self { ground, twilio, identity, urls })
    }

    /// Where to send.
    #[must_use]
    pub fn urls(&self) -> &Urls {
        &self.urls
    }

    /// The mail server's certificate in PEM, for a client's `ca_file`; `None` without TLS.
    #[must_use]
    pub fn certificate_pem(&self) -> Option<&str> {
        self.identity.as_ref().map(Identity::pem)
    }

    /// The settings as they stand now.
    #[must_use]
    pub fn config(&self) -> SandboxConfig {
        (*self.ground.config()).clone()
    }

    /// Changes the settings. Ports, ledger, SMTP TLS and the size of the memory stay as they were at the start.
    pub fn configure(&self, change: impl FnOnce(&mut SandboxConfig)) {
        let mut config = self.config();
        change(&mut config);
        self.ground.set_config(config);
    }

    /// Orders a fault. False when there are already too many.
    #[must_use]
    pub fn inject(&self, fault: Fault) -> bool {
        self.ground.faults.add(fault)
    }

    /// The faults still in force.
    #[must_use]
    pub fn faults(&self) -> Vec<StandingFault> {
        self.ground.faults.list()
    }

    /// Takes all faults back, and lets recipients that fail only the first few times start anew.
    pub fn clear_faults(&self) {
        self.ground.faults.clear();
        self.ground.forget_stumbles();
    }

    /// What has been accepted, oldest first, as far back as is remembered.
    #[must_use]
    pub fn accepted(&self, provider: Option<Provider>) -> Vec<Accepted> {
        self.ground.ledger.list(provider)
    }

    /// Counts over the same.
    #[must_use]
    pub fn counts(&self, provider: Option<Provider>) -> Counts {
        self.ground.ledger.counts(provider)
    }

    /// What came of the latest webhooks, oldest first.
    #[must_use]
    pub fn callbacks(&self) -> Vec<CallbackRecord> {
        self.ground.courier.records()
    }

    /// Simulates a message from a customer and returns its SID.
    ///
    /// # Errors
    /// When this sandbox has no Twilio.
    pub fn receive(&self, inbound: Inbound) -> Result<String, NotReceived> {
        self.twilio.as_ref().map(|twilio| twilio.receive(inbound)).ok_or(NotReceived::NoTwilio)
    }

    /// Closes every connection and waits until nothing of this sandbox runs any more.
    pub async fn stop(self) {
        self.ground.stop.cancel();
        self.ground.tasks.close();
        self.ground.tasks.wait().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.ground.stop.cancel();
        // What is still ahead holds parts of the sandbox; nothing will run it any more.
        self.ground.agenda.clear();
    }
}

fn serve_http(ground: &Arc<Ground>, door: Door, router: axum::Router) {
    let clock = ground.clock.clone();
    let talk = move |socket, wire| serve(router.clone(), clock.clone(), socket, wire);
    ground.tasks.spawn(listen(door.listener, ground.stop.clone(), ground.tasks.clone(), talk));
}
