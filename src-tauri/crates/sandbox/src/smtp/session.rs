//! One SMTP conversation: commands in, replies out, and the fate of the transaction in between.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use super::data::{self, Mail};
use super::reply::{Reply, at_final_dot, at_login, at_recipient, is_mailbox, path};
use super::{HOST, Smtp};
use crate::Provider;
use crate::config::SmtpTls;
use crate::fault::FaultKind;
use crate::front::Wire;
use crate::ledger::Accepted;
use crate::magic::Effect;

/// Longest command line (RFC 4954 allows this much for AUTH).
const MOST_COMMAND: u64 = 12_288;
/// Most recipients of one mail.
const MOST_RECIPIENTS: usize = 100;

/// Why a stretch of conversation is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Closed,
    StartTls,
}

/// What has been said of the mail that is being handed in.
#[derive(Debug, Default)]
struct Envelope {
    from: Option<String>,
    to: Vec<String>,
    /// What will happen at the final dot; the first recipient that stands for something decides.
    fate: Option<Effect>,
}

/// One conversation over one stream.
pub(super) struct Session<'a, S> {
    smtp: &'a Smtp,
    stream: BufReader<S>,
    secure: bool,
    line: &'a Wire,
    greeted: bool,
    logged_in: bool,
    envelope: Envelope,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Session<'a, S> {
    pub(super) fn new(smtp: &'a Smtp, stream: BufReader<S>, secure: bool, line: &'a Wire) -> Self {
        Self {
            smtp,
            stream,
            secure,
            line,
            greeted: false,
            logged_in: false,
            envelope: Envelope::default(),
        }
    }

    pub(super) fn into_stream(self) -> BufReader<S> {
        self.stream
    }

    pub(super) async fn run(&mut self, greet: bool) -> io::Result<Ended> {
        if greet {
            self.say(&format!("220 {HOST} ESMTP practice mail server")).await?;
        }
        loop {
            let Some(command) = self.hear().await? else { return Ok(Ended::Closed) };
            let (verb, argument) = command.split_once(' ').unwrap_or((&command, ""));
            let argument = argument.trim();
            let reply = match verb.to_ascii_uppercase().as_str() {
                "STARTTLS" if self.offers_starttls() => {
                    self.say("220 2.0.0 Ready to start TLS").await?;
                    return Ok(Ended::StartTls);
                }
                "EHLO" => self.ehlo(),
                "HELO" => {
                    self.greeted = true;
                    Reply::new(format!("250 {HOST}"))
                }
                "AUTH" => self.auth(argument).await?,
                "MAIL" => self.mail(argument),
                "RCPT" => self.rcpt(argument),
                "DATA" => self.data().await?,
                "RSET" => {
                    self.envelope = Envelope::default();
                    Reply::new("250 2.0.0 Ok")
                }
                "NOOP" => Reply::new("250 2.0.0 Ok"),
                "VRFY" => Reply::new("252 2.0.0 Cannot verify, but will take mail"),
                "QUIT" => Reply::closing("221 2.0.0 Bye"),
                _ => Reply::new("502 5.5.2 Command not recognized"),
            };
            self.say(&reply.text).await?;
            if reply.closes {
                self.stream.shutdown().await?;
                return Ok(Ended::Closed);
            }
        }
    }

    async fn say(&mut self, reply: &str) -> io::Result<()> {
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    /// One command line; `None` when the client has gone or has been silent for too long.
    async fn hear(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(MOST_COMMAND);
        let got = tokio::select! {
            got = limited.read_until(b'\n', &mut line) => got?,
            () = self.smtp.silence() => 0,
        };
        if got == 0 || !line.ends_with(b"\n") {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    fn offers_starttls(&self) -> bool {
        !self.secure && self.smtp.tls == SmtpTls::Starttls
    }

    fn offers_login(&self) -> bool {
        self.smtp.config().login.is_some() && !self.offers_starttls()
    }

    fn ehlo(&mut self) -> Reply {
        self.greeted = true;
        self.envelope = Envelope::default();
        let size = format!("SIZE {}", self.smtp.config().max_bytes);
        let mut offers =
            vec![HOST, size.as_str(), "PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];
        if self.offers_starttls() {
            offers.push("STARTTLS");
        }
        if self.offers_login() {
            offers.push("AUTH PLAIN LOGIN");
        }
        let last = offers.len() - 1;
        let lines: Vec<String> = offers
            .iter()
            .enumerate()
            .map(|(n, offer)| format!("250{}{offer}", if n == last { ' ' } else { '-' }))
            .collect();
        Reply::new(lines.join("\r\n"))
    }

    async fn auth(&mut self, argument: &str) -> io::Result<Reply> {
        let Some((user, password)) = self.smtp.config().login.filter(|_| self.offers_login())
        else {
            return Ok(if self.offers_starttls() {
                Reply::new("530 5.7.0 Must issue a STARTTLS command first")
            } else {
                Reply::new("502 5.5.1 Authentication is not offered")
            });
        };
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        let given = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let answer = if initial.is_empty() { self.ask("").await? } else { decode(initial) };
                answer.and_then(|answer| {
                    let mut parts = answer.splitn(3, '\0').skip(1).map(str::to_owned);
                    Some((parts.next()?, parts.next()?))
                })
            }
            "LOGIN" => {
                let user =
                    if initial.is_empty() { self.ask("Username:").await? } else { decode(initial) };
                let password = self.ask("Password:").await?;
                user.zip(password)
            }
            _ => return Ok(Reply::new("504 5.5.4 Unrecognized authentication type")),
        };
        if let Some(stroke) = self.smtp.ground.strike_read(Provider::Smtp) {
            match stroke.kind {
                FaultKind::AcceptThenReset | FaultKind::ResetBefore => {
                    match self.line.reset().await {}
                }
                FaultKind::AcceptThenHang | FaultKind::Hang => match self.line.hang().await {},
                kind => {
                    if let Some(reply) = at_login(kind) {
                        return Ok(reply);
                    }
                }
            }
        }
        Ok(match given {
            None => Reply::new("501 5.5.2 Cannot decode the response"),
            Some(given) if given == (user, password) => {
                self.logged_in = true;
                Reply::new("235 2.7.0 Authentication successful")
            }
            Some(_) => Reply::new("535 5.7.8 Authentication credentials invalid"),
        })
    }

    /// One step of a login: a challenge, and its decoded answer.
    async fn ask(&mut self, challenge: &str) -> io::Result<Option<String>> {
        self.say(&format!("334 {}", STANDARD.encode(challenge))).await?;
        Ok(self.hear().await?.as_deref().and_then(decode))
    }

    fn mail(&mut self, argument: &str) -> Reply {
        if !self.greeted {
            return Reply::new("503 5.5.1 Say hello first");
        }
        if self.offers_starttls() {
            return Reply::new("530 5.7.0 Must issue a STARTTLS command first");
        }
        if self.smtp.config().login.is_some() && !self.logged_in {
            return Reply::new("530 5.7.0 Authentication required");
        }
        if self.envelope.from.is_some() {
            return Reply::new("503 5.5.1 Nested MAIL command");
        }
        let Some((from, params)) = path(argument, "FROM:") else {
            return Reply::new("501 5.5.4 Syntax: MAIL FROM:<address>");
        };
        if !from.is_empty() && !is_mailbox(from) {
            return Reply::new("553 5.1.7 Sender address is not an address");
        }
        for param in params.split_whitespace() {
            let (name, value) = param.split_once('=').unwrap_or((param, ""));
            match name.to_ascii_uppercase().as_str() {
                "SIZE"
                    if value
                        .parse::<usize>()
                        .is_ok_and(|size| size > self.smtp.config().max_bytes) =>
                {
                    return Reply::new("552 5.3.4 Message size exceeds fixed maximum message size");
                }
                "SIZE" | "BODY" | "SMTPUTF8" | "AUTH" => {}
                _ => return Reply::new("555 5.5.4 Unsupported option"),
            }
        }
        self.envelope.from = Some(from.to_owned());
        Reply::new("250 2.1.0 Ok")
    }

    fn rcpt(&mut self, argument: &str) -> Reply {
        if self.envelope.from.is_none() {
            return Reply::new("503 5.5.1 Need MAIL command first");
        }
        let Some((to, _)) = path(argument, "TO:") else {
            return Reply::new("501 5.5.4 Syntax: RCPT TO:<address>");
        };
        if !is_mailbox(to) {
            return Reply::new("501 5.1.3 Bad recipient address syntax");
        }
        if self.envelope.to.len() >= MOST_RECIPIENTS {
            return Reply::new("452 4.5.3 Too many recipients");
        }
        let effect = self.smtp.ground.fate(Provider::Smtp, &[to.to_owned()]);
        match effect {
            // 552 and 554 are about the mail, so they wait until it has been seen.
            Effect::Refuse { status: 552 | 554, .. } => {}
            Effect::Refuse { status, code, say, .. } => return Reply::refusal(status, code, say),
            Effect::Fault { kind, .. } => {
                if let Some(reply) = at_recipient(kind) {
                    return reply;
                }
            }
            Effect::Deliver | Effect::Report { .. } | Effect::Receipts(_) => {}
        }
        if effect != Effect::Deliver {
            self.envelope.fate.get_or_insert(effect);
        }
        self.envelope.to.push(to.to_owned());
        Reply::new("250 2.1.5 Ok")
    }

    async fn data(&mut self) -> io::Result<Reply> {
        if self.envelope.to.is_empty() {
            return Ok(Reply::new("503 5.5.1 Need RCPT command first"));
        }
        self.say("354 End data with <CR><LF>.<CR><LF>").await?;
        let envelope = std::mem::take(&mut self.envelope);
        let stroke = match envelope.fate {
            Some(Effect::Fault { kind, .. }) => Some(kind),
            _ => None,
        };
        if stroke == Some(FaultKind::ResetBefore) {
            // After the first bytes of the mail and before its final dot: the client knows nothing was taken.
            self.stream.fill_buf().await?;
            match self.line.reset().await {}
        }
        let most = self.smtp.config().max_bytes;
        let mail = tokio::select! {
            mail = data::read(&mut self.stream, most) => mail?,
            () = self.smtp.silence() => return Ok(Reply::closing("421 4.4.2 Timeout waiting for the mail")),
        };
        self.smtp.ground.half_latency().await;
        match (stroke, envelope.fate) {
            (Some(FaultKind::Hang), _) => match self.line.hang().await {},
            (Some(kind), _) if !kind.accepts() => {
                if let Some(reply) = at_final_dot(kind) {
                    return Ok(reply);
                }
            }
            (_, Some(Effect::Refuse { status, code, say, .. })) => {
                return Ok(Reply::refusal(status, code, say));
            }
            _ => {}
        }
        let Mail::Whole(mail) = mail else {
            return Ok(Reply::new("552 5.3.4 Message size exceeds fixed maximum message size"));
        };
        let reply = self.accept(envelope, &mail);
        // From here on the mail counts; the client may be gone before it is told.
        self.smtp.ground.half_latency().await;
        match stroke {
            Some(FaultKind::AcceptThenReset) => match self.line.reset().await {},
            Some(FaultKind::AcceptThenHang) => match self.line.hang().await {},
            Some(kind) => Ok(at_final_dot(kind).unwrap_or(reply)),
            None => Ok(reply),
        }
    }

    /// Counts one mail. Nothing in here waits.
    fn accept(&self, envelope: Envelope, mail: &[u8]) -> Reply {
        let ground = &self.smtp.ground;
        let id = ground.ids.queue();
        let summary = data::summary(mail);
        let recorded = ground.ledger.record(Accepted {
            at: ground.clock.now(),
            provider: Provider::Smtp,
            id: id.clone(),
            to: envelope.to,
            from: envelope.from,
            subject: summary.subject,
            body: summary.body,
            token: summary.message_id,
        });
        match recorded {
            Ok(()) => Reply::new(format!("250 2.0.0 Ok: queued as {id}")),
            Err(error) => {
                tracing::error!(%error, "the sandbox refuses a mail that it could not count");
                Reply::new("452 4.3.1 Insufficient system storage")
            }
        }
    }
}

/// Base64 of UTF-8.
fn decode(text: impl AsRef<str>) -> Option<String> {
    String::from_utf8(STANDARD.decode(text.as_ref().trim()).ok()?).ok()
}
