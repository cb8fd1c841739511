//! The mail line: keeps a few connections for the next mail, and turns sessions into outcomes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use signalbox_domain::{Channel, Failure, FailureClass, Outcome, Pace, Scope};

use crate::adapter::{Adapter, Found, Letter, Limits, Lost, ProbeOutcome, Settle};
use crate::known;
use crate::smtp::errors;
use crate::smtp::mail::{self, Unfit};
use crate::smtp::session::{Broken, Server, Session, Trouble};

/// Connections at once. Most servers count them per account and turn away a fourth.
const CONNECTIONS: usize = 2;

/// Mails over one connection; many servers close it after so many.
const MAILS_EACH: u32 = 100;

/// How long a connection is kept for the next mail.
const KEEP: Duration = Duration::from_secs(10);

/// One mail account with one From address.
pub(crate) struct Smtp {
    server: Server,
    from: Mailbox,
    kept: Arc<Mutex<Vec<Kept>>>,
    turns: AtomicU64,
}

/// A connection that waits for the next mail, under a number of its own.
struct Kept {
    turn: u64,
    session: Session,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.server.host)
            .field("port", &self.server.port)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    pub(crate) fn new(server: Server, from: Mailbox) -> Self {
        Self { server, from, kept: Arc::default(), turns: AtomicU64::new(0) }
    }

    /// A kept connection that still answers, else a new one.
    async fn session(&self) -> Result<Session, Broken> {
        loop {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(Kept { mut session, .. }) = kept else {
                return Session::open(&self.server).await;
            };
            if session.revive().await.is_ok() {
                return Ok(session);
            }
        }
    }

    /// Keeps a connection for a while; whoever does not need it in that time closes it.
    fn keep(&self, session: Session) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if session.sent >= MAILS_EACH || kept.len() >= CONNECTIONS {
            drop(kept);
            tokio::spawn(session.close());
            return;
        }
        let turn = self.turns.fetch_add(1, Ordering::Relaxed);
        kept.push(Kept { turn, session });
        drop(kept);
        let all = Arc::downgrade(&self.kept);
        tokio::spawn(async move {
            tokio::time::sleep(KEEP).await;
            let Some(all) = all.upgrade() else { return };
            let expired = {
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.iter().position(|kept| kept.turn == turn).map(|at| all.swap_remove(at))
            };
            if let Some(kept) = expired {
                kept.session.close().await;
            }
        });
    }

    async fn deliver(&self, mail: &mail::Mail) -> Result<(), Broken> {
        let mut session = self.session().await?;
        let result = session.hand_over(mail).await;
        match &result {
            Ok(reply) => {
                tracing::debug!(host = self.server.host, reply, "mail accepted");
                self.keep(session);
            }
            // A refused recipient does not spoil the connection for the next one.
            Err(Broken { trouble: Trouble::Reply { code, .. }, .. }) if *code != 421 => {
                self.keep(session);
            }
            Err(_) => {}
        }
        result.map(|_| ())
    }
}

#[async_trait]
impl Adapter for Smtp {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn address(&self) -> Option<String> {
        Some(self.from.email.to_string())
    }

    fn limits(&self) -> Limits {
        let pace = if self.server.host.ends_with("office365.com") {
            // Exchange Online: 30 messages a minute.
            Pace { unit_ms: 2000, batch_spacing_ms: 2000 }
        } else {
            Pace::UNLIMITED
        };
        Limits { pace, concurrency: CONNECTIONS }
    }

    fn settle(&self) -> Settle {
        Settle::Ask
    }

    fn locks_out(&self) -> bool {
        self.server.credentials.is_some()
    }

    fn units(&self, _body: &str) -> i64 {
        1
    }

    async fn send(&self, letter: &Letter) -> Outcome {
        if letter.channel != Channel::Email {
            let failure = Failure::new(
                FailureClass::Permanent,
                "channel",
                "This line only carries mail",
                "Send it through a line of the right channel",
            );
            return Outcome::Refused { failure, retry_after: None, scope: Scope::Message };
        }
        let mail = match mail::build(letter, &self.from) {
            Ok(mail) => mail,
            Err(Unfit::Recipient) => return Outcome::refused(errors::of_word("address")),
            Err(Unfit::Content) => return Outcome::refused(errors::of_word("mail")),
        };
        match self.deliver(&mail).await {
            // The server's own queue id is not unique; the Message-ID is, and its log has both.
            Ok(()) => Outcome::Accepted {
                provider_id: Some(format!("{}@{}", letter.token, self.from.email.domain())),
            },
            Err(broken) => errors::outcome(&broken),
        }
    }

    async fn find(&self, _lost: &Lost) -> Found {
        Found::CannotTell(known::of_a_read(errors::of_word("in_doubt")))
    }

    async fn status(&self, _provider_id: &str) -> Option<Found> {
        None
    }

    async fn probe(&self) -> ProbeOutcome {
        let result = async {
            let mut session = Session::open(&self.server).await?;
            session.noop().await?;
            session.close().await;
            Ok::<(), Broken>(())
        };
        match result.await {
            Ok(()) => ProbeOutcome::Passed { account: None, quota: None },
            Err(broken) => ProbeOutcome::Failed(known::of_a_read(errors::failure(&broken).0)),
        }
    }
}
