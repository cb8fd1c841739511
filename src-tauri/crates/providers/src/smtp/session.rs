//! One SMTP connection, driven command by command, so that a failure always knows its stage.
//!
//! lettre's own transport hides the stage; its connection does not. lettre is built without its
//! `tracing` feature on purpose: it would write passwords to the log.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Noop, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use crate::http::chain_has;
use crate::smtp::mail::Mail;

/// How long each part may take (RFC 5321 §4.5.3.2, shortened where a person would not wait).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Looking up, connecting, TLS, greeting and EHLO.
    pub connect: Duration,
    /// Each command.
    pub command: Duration,
    /// From the first byte of the mail to the reply behind its final dot. Ten minutes: giving up
    /// earlier makes an unknown out of a slow success.
    pub dot: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_secs(60),
            dot: Duration::from_secs(600),
        }
    }
}

/// How the connection is protected.
#[derive(Clone)]
pub(crate) enum Protection {
    /// Not at all; only to this computer.
    None,
    /// After STARTTLS, which the server must offer.
    StartTls(TlsParameters),
    /// From the first byte.
    Tls(TlsParameters),
}

/// Where and as whom to connect.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) protection: Protection,
    pub(crate) credentials: Option<Credentials>,
    /// What we call ourselves: a domain, never this computer's name.
    pub(crate) hello: ClientId,
    pub(crate) timeouts: Timeouts,
}

/// How far a session had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Up to and with the reply to EHLO.
    Connect,
    /// Becoming private.
    StartTls,
    /// Signing in.
    Auth,
    /// Checking that a kept connection still lives.
    Idle,
    /// Naming the sender.
    Mail,
    /// Naming the recipient.
    Rcpt,
    /// Asking to send, and sending all but the final dot.
    Data,
    /// From the final dot on.
    Dot,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The server said no: its code, and its text for the enhanced code in it.
    Reply { code: u16, text: String },
    /// Time ran out.
    Timeout,
    /// The name could not be looked up.
    Dns,
    /// Nobody took the call.
    Refused,
    /// The certificate is not trusted, or TLS failed otherwise.
    Tls,
    /// The connection ended.
    Closed,
    /// What came was not SMTP.
    Garbled,
    /// The server offers no STARTTLS.
    NoStartTls,
    /// The server offers no way to sign in with a password.
    NoPassword,
    /// The address has characters this server cannot take.
    NoUtf8,
}

/// A session that failed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) stage: Stage,
    pub(crate) trouble: Trouble,
}

impl Broken {
    fn at(stage: Stage, trouble: Trouble) -> Self {
        Self { stage, trouble }
    }

    /// Whether the mail may have been taken: the final dot was on its way and no reply decided.
    /// A 421 may have crossed the dot, so it decides nothing either.
    pub(crate) fn in_doubt(&self) -> bool {
        let replied = matches!(&self.trouble, Trouble::Reply { code, .. } if *code != 421);
        self.stage == Stage::Dot && !replied
    }
}

/// A signed-in connection.
pub(crate) struct Session {
    connection: AsyncSmtpConnection,
    timeouts: Timeouts,
    /// Mails handed over on it.
    pub(crate) sent: u32,
}

impl Session {
    /// Connects, becomes private, signs in.
    pub(crate) async fn open(server: &Server) -> Result<Self, Broken> {
        let timeouts = server.timeouts;
        let tls = match &server.protection {
            Protection::Tls(parameters) => Some(parameters.clone()),
            Protection::None | Protection::StartTls(_) => None,
        };
        let connecting = AsyncSmtpConnection::connect_tokio1(
            (server.host.as_str(), server.port),
            // One unreachable address of several must not use up all the time.
            Some(timeouts.connect / 2),
            &server.hello,
            tls,
            None,
        );
        let connection = within(Stage::Connect, timeouts.connect, connecting).await?;
        let mut session = Self { connection, timeouts, sent: 0 };
        if let Protection::StartTls(parameters) = &server.protection {
            if !session.connection.can_starttls() {
                return Err(Broken::at(Stage::StartTls, Trouble::NoStartTls));
            }
            let starting = session.connection.starttls(parameters.clone(), &server.hello);
            within(Stage::StartTls, timeouts.command, starting).await?;
        }
        if let Some(credentials) = &server.credentials {
            session.sign_in(credentials).await?;
        }
        Ok(session)
    }

    async fn sign_in(&mut self, credentials: &Credentials) -> Result<(), Broken> {
        const WAYS: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login];
        if self.connection.server_info().get_auth_mechanism(WAYS).is_none() {
            return Err(Broken::at(Stage::Auth, Trouble::NoPassword));
        }
        let signing_in = self.connection.auth(WAYS, credentials);
        let reply = within(Stage::Auth, self.timeouts.command, signing_in).await?;
        expect(Stage::Auth, &reply, 2)
    }

    /// Whether a kept connection is still good for a mail.
    pub(crate) async fn revive(&mut self) -> Result<(), Broken> {
        let resetting = self.connection.command(Rset);
        expect(Stage::Idle, &within(Stage::Idle, self.timeouts.command, resetting).await?, 2)
    }

    /// A command that changes nothing, to end a probe with.
    pub(crate) async fn noop(&mut self) -> Result<(), Broken> {
        let asking = self.connection.command(Noop);
        expect(Stage::Idle, &within(Stage::Idle, self.timeouts.command, asking).await?, 2)
    }

    /// Hands one mail over; the text of the server's last reply names it in the server's log.
    pub(crate) async fn hand_over(&mut self, mail: &Mail) -> Result<String, Broken> {
        let limit = self.timeouts.command;
        let mut options = Vec::new();
        let mut addresses = mail.envelope.to().iter().chain(mail.envelope.from());
        if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Broken::at(Stage::Rcpt, Trouble::NoUtf8));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        let from = MailFrom::new(mail.envelope.from().cloned(), options);
        let reply = within(Stage::Mail, limit, self.connection.command(from)).await?;
        expect(Stage::Mail, &reply, 2)?;
        for to in mail.envelope.to() {
            let to = Rcpt::new(to.clone(), Vec::new());
            let reply = within(Stage::Rcpt, limit, self.connection.command(to)).await?;
            expect(Stage::Rcpt, &reply, 2)?;
        }
        let reply = within(Stage::Data, limit, self.connection.command(Data)).await?;
        expect(Stage::Data, &reply, 3)?;
        self.body(&mail.bytes).await
    }

    /// The bytes of the mail and the dot. Asking for a piece behind the last one is how lettre
    /// shows that everything is written and only the dot remains.
    async fn body(&mut self, bytes: &[u8]) -> Result<String, Broken> {
        let dot = AtomicBool::new(false);
        let pieces = bytes.chunks(16 * 1024).map(Some).chain(std::iter::once_with(|| {
            dot.store(true, Ordering::SeqCst);
            None
        }));
        let writing = self.connection.message_iter(pieces.map(Option::unwrap_or_default));
        let result = timeout(self.timeouts.dot, writing).await;
        let stage = if dot.load(Ordering::SeqCst) { Stage::Dot } else { Stage::Data };
        let reply = match result {
            Ok(Ok(reply)) => reply,
            Ok(Err(error)) => return Err(Broken::at(stage, trouble(&error))),
            Err(_) => return Err(Broken::at(stage, Trouble::Timeout)),
        };
        if u16::from(reply.code()) / 100 != 2 {
            // Something that is neither yes nor no.
            return Err(Broken::at(Stage::Dot, Trouble::Garbled));
        }
        self.sent += 1;
        Ok(reply.message().collect::<Vec<_>>().join(" "))
    }

    /// Takes leave, without minding the answer.
    pub(crate) async fn close(mut self) {
        let _ = timeout(self.timeouts.command, self.connection.quit()).await;
    }
}

async fn within<T>(
    stage: Stage,
    limit: Duration,
    doing: impl Future<Output = Result<T, Error>>,
) -> Result<T, Broken> {
    match timeout(limit, doing).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Broken::at(stage, trouble(&error))),
        Err(_) => Err(Broken::at(stage, Trouble::Timeout)),
    }
}

fn expect(stage: Stage, reply: &Response, first_digit: u16) -> Result<(), Broken> {
    let right = u16::from(reply.code()) / 100 == first_digit;
    if right { Ok(()) } else { Err(Broken::at(stage, Trouble::Garbled)) }
}

fn trouble(error: &Error) -> Trouble {
    let cause = std::error::Error::source(error);
    if let Some(code) = error.status() {
        let text = cause.map(ToString::to_string).unwrap_or_default();
        return Trouble::Reply { code: u16::from(code), text };
    }
    if chain_has::<rustls::Error>(error) || error.is_tls() {
        return Trouble::Tls;
    }
    if error.is_timeout() {
        return Trouble::Timeout;
    }
    if let Some(io) = cause.and_then(|cause| cause.downcast_ref::<io::Error>()) {
        return match io.kind() {
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::AddrNotAvailable => Trouble::Refused,
            io::ErrorKind::InvalidData => Trouble::Garbled,
            // The resolver's errors have no kind of their own.
            _ if io.to_string().contains("lookup address") => Trouble::Dns,
            _ => Trouble::Closed,
        };
    }
    let said = cause.map(ToString::to_string).unwrap_or_default();
    if said == "incomplete response" { Trouble::Closed } else { Trouble::Garbled }
}
