//! The simulated mail server: EHLO, STARTTLS, AUTH PLAIN and LOGIN, MAIL, RCPT, DATA. It takes mail for anybody and
//! delivers it nowhere, so it cannot be an open relay; it only counts.

mod data;
mod reply;
mod session;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio_rustls::TlsAcceptor;

use crate::clock::pause;
use crate::config::{SmtpConfig, SmtpTls};
use crate::front::{Socket, Wire};
use crate::ground::Ground;
use session::{Ended, Session};
pub(crate) use tls::Identity;

/// How the server names itself.
const HOST: &str = "mail.practice.example";
/// A session without a word for this long is closed (RFC 5321, 4.5.3.2.7).
const SILENCE: Duration = Duration::from_secs(300);

/// One simulated mail server.
pub(crate) struct Smtp {
    ground: Arc<Ground>,
    /// How connections are secured, as it was at the start.
    tls: SmtpTls,
    acceptor: Option<TlsAcceptor>,
}

impl Smtp {
    pub(crate) fn new(ground: Arc<Ground>, tls: SmtpTls, identity: Option<&Identity>) -> Arc<Self> {
        Arc::new(Self { ground, tls, acceptor: identity.map(Identity::acceptor) })
    }

    fn config(&self) -> SmtpConfig {
        self.ground.config().smtp.clone().unwrap_or_default()
    }

    /// Speaks with one client until it goes.
    pub(crate) async fn converse(self: Arc<Self>, socket: Socket, line: Wire) {
        let done = match (&self.acceptor, self.tls) {
            (Some(acceptor), SmtpTls::Tls) => match acceptor.accept(socket).await {
                Ok(stream) => self.talk(stream, true, true, &line).await.map(|_| ()),
                Err(error) => Err(error),
            },
            (Some(acceptor), SmtpTls::Starttls) => {
                match self.talk(socket, false, true, &line).await {
                    Ok(Some(socket)) => match acceptor.accept(socket).await {
                        Ok(stream) => self.talk(stream, true, false, &line).await.map(|_| ()),
                        Err(error) => Err(error),
                    },
                    Ok(None) => Ok(()),
                    Err(error) => Err(error),
                }
            }
            _ => self.talk(socket, false, true, &line).await.map(|_| ()),
        };
        if let Err(error) = done {
            tracing::debug!(%error, "an SMTP session with the sandbox ended early");
        }
    }

    /// One stretch of conversation. Gives the stream back when the client asked for STARTTLS.
    async fn talk<S>(
        &self,
        stream: S,
        secure: bool,
        greet: bool,
        line: &Wire,
    ) -> std::io::Result<Option<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut session = Session::new(self, BufReader::new(stream), secure, line);
        match session.run(greet).await? {
            Ended::Closed => Ok(None),
            Ended::StartTls => {
                let stream = session.into_stream();
                // Commands sent ahead of the handshake would be taken as if they had been encrypted.
                Ok(stream.buffer().is_empty().then(|| stream.into_inner()))
            }
        }
    }

    async fn silence(&self) {
        pause(&*self.ground.clock, SILENCE).await;
    }
}
