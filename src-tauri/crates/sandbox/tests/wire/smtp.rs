//! The mail server, spoken to by hand.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use signalbox_sandbox::{Fault, FaultKind, Provider, SandboxConfig, SmtpConfig, SmtpTls};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::{Bench, soon, unlimited};

const MAIL: &str = "From: Desk <desk@mail.example>\r\nTo: jo@mail.example\r\nSubject: Your invoice\r\n\
Message-ID: <1@mail.example>\r\n\r\nIt is ready.\r\n.\r\n";

/// One conversation with a mail server.
pub(crate) struct Talk<S> {
    stream: BufReader<S>,
}

impl Talk<TcpStream> {
    pub(crate) async fn open(address: &str) -> Self {
        let mut talk = Self { stream: BufReader::new(TcpStream::connect(address).await.unwrap()) };
        assert!(talk.hear().await.unwrap().starts_with("220 "), "the server speaks first");
        talk
    }

    async fn greeted(bench: &Bench) -> Self {
        let mut talk = Self::open(bench.sandbox.urls().smtp.as_deref().unwrap()).await;
        talk.say("EHLO test").await;
        talk
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    /// One reply, all its lines; `None` when the connection has ended.
    async fn hear(&mut self) -> Option<String> {
        let mut reply = String::new();
        loop {
            let mut line = String::new();
            match soon("a reply", self.stream.read_line(&mut line)).await {
                Ok(got) if got > 0 => {}
                _ => return None,
            }
            reply.push_str(&line);
            if line.as_bytes().get(3) != Some(&b'-') {
                return Some(reply.trim_end().to_owned());
            }
        }
    }

    async fn put(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    pub(crate) async fn try_say(&mut self, command: &str) -> Option<String> {
        self.put(&format!("{command}\r\n")).await;
        self.hear().await
    }

    async fn say(&mut self, command: &str) -> String {
        self.try_say(command).await.unwrap_or_else(|| panic!("no reply to {command}"))
    }

    /// Hands in a mail to `to` and gives the last reply; `None` when the connection ended instead.
    pub(crate) async fn mail(&mut self, to: &str) -> Option<String> {
        self.say("MAIL FROM:<desk@mail.example>").await;
        let rcpt = self.try_say(&format!("RCPT TO:<{to}>")).await?;
        if !rcpt.starts_with("250") {
            return Some(rcpt);
        }
        let ready = self.try_say("DATA").await?;
        assert!(ready.starts_with("354"), "{ready}");
        self.put(MAIL).await;
        self.hear().await
    }
}

async fn with_smtp(smtp: SmtpConfig) -> Bench {
    Bench::start(SandboxConfig { smtp: Some(smtp), ..unlimited() }).await
}

fn login() -> Option<(String, String)> {
    Some(("desk".to_owned(), "secret".to_owned()))
}

#[tokio::test]
async fn a_mail_is_taken_counted_and_delivered_nowhere() {
    let bench = Bench::plain().await;
    let mut talk = Talk::greeted(&bench).await;
    let reply = talk.mail("jo@mail.example").await.unwrap();
    assert!(reply.starts_with("250 2.0.0 Ok: queued as "), "{reply}");
    let accepted = bench.sandbox.accepted(Some(Provider::Smtp));
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].to, ["jo@mail.example"]);
    assert_eq!(accepted[0].token.as_deref(), Some("<1@mail.example>"));
    assert_eq!(accepted[0].subject.as_deref(), Some("Your invoice"));
    assert_eq!(accepted[0].body, "It is ready.\r\n");
    assert_eq!(talk.say("QUIT").await, "221 2.0.0 Bye");
}

#[tokio::test]
async fn the_greeting_offers_what_is_there() {
    let bench =
        with_smtp(SmtpConfig { login: login(), max_bytes: 1_000, ..SmtpConfig::default() }).await;
    let mut talk = Talk::greeted(&bench).await;
    let offers = talk.say("EHLO again").await;
    for offer in ["SIZE 1000", "8BITMIME", "ENHANCEDSTATUSCODES", "AUTH PLAIN LOGIN"] {
        assert!(offers.lines().any(|line| &line[4..] == offer), "{offer} is missing in {offers}");
    }
    assert!(!offers.contains("STARTTLS"), "it was not asked for");
}

#[tokio::test]
async fn commands_out_of_order_or_malformed_are_refused() {
    let bench = Bench::plain().await;
    let mut talk = Talk::greeted(&bench).await;
    for (command, reply) in [
        ("DATA", "503 5.5.1"),
        ("RCPT TO:<a@b.example>", "503 5.5.1"),
        ("MAIL desk@mail.example", "501 5.5.4"),
        ("MAIL FROM:<a@b.example> NOTIFY=NEVER", "555 5.5.4"),
        ("BDAT 5", "502 5.5.2"),
        ("AUTH PLAIN x", "502 5.5.1"),
        ("STARTTLS", "502 5.5.2"),
        ("MAIL FROM:<>", "250 2.1.0"),
        ("MAIL FROM:<a@b.example>", "503 5.5.1"),
        ("RCPT TO:<nobody>", "501 5.1.3"),
        ("RSET", "250 2.0.0"),
        ("DATA", "503 5.5.1"),
        ("NOOP", "250 2.0.0"),
    ] {
        let got = talk.say(command).await;
        assert!(got.starts_with(reply), "{command}: {got}");
    }
}

#[tokio::test]
async fn mail_needs_the_right_login_when_one_is_set() {
    let bench = with_smtp(SmtpConfig { login: login(), ..SmtpConfig::default() }).await;
    let mut talk = Talk::greeted(&bench).await;
    let refused = talk.say("MAIL FROM:<desk@mail.example>").await;
    assert!(refused.starts_with("530 5.7.0"), "{refused}");
    let wrong = STANDARD.encode("\0desk\0wrong");
    assert!(talk.say(&format!("AUTH PLAIN {wrong}")).await.starts_with("535 5.7.8"));
    assert!(talk.say("AUTH CRAM-MD5").await.starts_with("504 5.5.4"));
    assert_eq!(talk.say("AUTH LOGIN").await, format!("334 {}", STANDARD.encode("Username:")));
    assert_eq!(
        talk.say(&STANDARD.encode("desk")).await,
        format!("334 {}", STANDARD.encode("Password:"))
    );
    assert!(talk.say(&STANDARD.encode("secret")).await.starts_with("235 2.7.0"));
    assert!(talk.mail("jo@mail.example").await.unwrap().starts_with("250"));
}

#[tokio::test]
async fn a_login_can_fail_for_a_while_without_the_password_being_wrong() {
    let bench = with_smtp(SmtpConfig { login: login(), ..SmtpConfig::default() }).await;
    let fault = Fault::next(Provider::Smtp, FaultKind::Status503, 1);
    assert!(bench.sandbox.inject(Fault { on: Some(signalbox_sandbox::Occasion::Read), ..fault }));
    let mut talk = Talk::greeted(&bench).await;
    let right = format!("AUTH PLAIN {}", STANDARD.encode("\0desk\0secret"));
    assert!(talk.say(&right).await.starts_with("454 4.7.0"));
    assert!(talk.say(&right).await.starts_with("235 2.7.0"));
}

fn trusting(pem: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn with_starttls_nothing_but_the_handshake_is_possible_in_the_clear() {
    let bench =
        with_smtp(SmtpConfig { tls: SmtpTls::Starttls, login: login(), ..SmtpConfig::default() })
            .await;
    let mut talk = Talk::greeted(&bench).await;
    let offers = talk.say("EHLO test").await;
    assert!(
        offers.contains("STARTTLS") && !offers.contains("AUTH"),
        "no login before TLS: {offers}"
    );
    assert!(talk.say("MAIL FROM:<desk@mail.example>").await.starts_with("530 5.7.0"));
    assert!(talk.say("STARTTLS").await.starts_with("220 2.0.0"));
    let connector = trusting(bench.sandbox.certificate_pem().unwrap());
    let name = ServerName::try_from("localhost").unwrap();
    let stream = connector
        .connect(name, talk.stream.into_inner())
        .await
        .expect("the certificate names localhost");
    let mut talk = Talk { stream: BufReader::new(stream) };
    assert!(talk.say("EHLO test").await.contains("AUTH PLAIN LOGIN"));
    assert!(
        talk.say(&format!("AUTH PLAIN {}", STANDARD.encode("\0desk\0secret")))
            .await
            .starts_with("235")
    );
    assert!(talk.mail("jo@mail.example").await.unwrap().starts_with("250"));
    assert!(talk.mail("reset-after@practice.example").await.is_none(), "faults work under TLS too");
    assert_eq!(bench.sandbox.counts(None).accepted, 2);
}

#[tokio::test]
async fn commands_sent_ahead_of_the_tls_handshake_are_not_taken() {
    let bench = with_smtp(SmtpConfig { tls: SmtpTls::Starttls, ..SmtpConfig::default() }).await;
    let mut talk = Talk::greeted(&bench).await;
    talk.put("STARTTLS\r\nEHLO injected\r\n").await;
    assert!(talk.hear().await.unwrap().starts_with("220"));
    assert_eq!(talk.hear().await, None, "the connection ends");
}

#[tokio::test]
async fn implicit_tls_speaks_from_the_first_byte() {
    let bench = with_smtp(SmtpConfig { tls: SmtpTls::Tls, ..SmtpConfig::default() }).await;
    let tcp = TcpStream::connect(bench.sandbox.urls().smtp.as_deref().unwrap()).await.unwrap();
    let connector = trusting(bench.sandbox.certificate_pem().unwrap());
    let stream = connector.connect(ServerName::try_from("127.0.0.1").unwrap(), tcp).await.unwrap();
    let mut talk = Talk { stream: BufReader::new(stream) };
    assert!(talk.hear().await.unwrap().starts_with("220"));
    talk.say("EHLO test").await;
    assert!(talk.mail("jo@mail.example").await.unwrap().starts_with("250"));
}

#[tokio::test]
async fn magic_mailboxes_reply_with_their_codes_and_count_nothing() {
    let bench = Bench::plain().await;
    for (to, reply) in [
        ("bounced@practice.example", "550 5.1.1"),
        ("full@practice.example", "452 4.2.2"),
        ("limited@practice.example", "450 4.7.1"),
        ("unavailable@practice.example", "421 4.3.2"),
        ("too-large@practice.example", "552 5.3.4"),
        ("spam+x@practice.example", "554 5.7.1"),
        ("crash@practice.example", "451 4.3.0"),
        ("gateway@practice.example", "<html>"),
    ] {
        let got = Talk::greeted(&bench).await.mail(to).await.unwrap();
        assert!(got.starts_with(reply), "{to}: {got}");
    }
    assert_eq!(bench.sandbox.counts(None).accepted, 0);
}

#[tokio::test]
async fn greylisting_ends_after_its_count() {
    let bench = Bench::plain().await;
    for (to, refusals) in [("greylist@practice.example", 2), ("greylist+4@practice.example", 4)] {
        for _ in 0..refusals {
            let got = Talk::greeted(&bench).await.mail(to).await.unwrap();
            assert!(got.starts_with("451 4.7.1"), "{to}: {got}");
        }
        let got = Talk::greeted(&bench).await.mail(to).await.unwrap();
        assert!(got.starts_with("250"), "{to}: {got}");
    }
}

#[tokio::test]
async fn a_connection_can_drop_before_or_after_the_mail_counts() {
    let bench = Bench::plain().await;
    for (to, counted) in [("reset-before@practice.example", 0), ("reset-after@practice.example", 1)]
    {
        assert_eq!(Talk::greeted(&bench).await.mail(to).await, None, "{to} gets no reply");
        assert_eq!(bench.sandbox.counts(None).accepted, counted, "{to}");
    }
    let got = Talk::greeted(&bench).await.mail("crash-after@practice.example").await.unwrap();
    assert!(got.starts_with("421"), "{got}");
    assert_eq!(
        bench.sandbox.counts(None).accepted,
        2,
        "421 after the final dot says nothing about the mail"
    );
}

#[tokio::test]
async fn a_mail_that_is_cut_off_before_its_final_dot_does_not_count() {
    let bench = Bench::plain().await;
    let mut talk = Talk::greeted(&bench).await;
    talk.say("MAIL FROM:<desk@mail.example>").await;
    talk.say("RCPT TO:<jo@mail.example>").await;
    talk.say("DATA").await;
    talk.put("Subject: half\r\n\r\nhal").await;
    drop(talk);
    assert!(Talk::greeted(&bench).await.mail("jo@mail.example").await.is_some());
    assert_eq!(bench.sandbox.counts(None).accepted, 1, "only the whole one");
}

#[tokio::test]
async fn a_hang_ends_only_with_the_sandbox() {
    let bench = Bench::plain().await;
    let mut talk = Talk::greeted(&bench).await;
    {
        let mail = talk.mail("hang-after@practice.example");
        tokio::pin!(mail);
        soon("acceptance", async {
            while bench.sandbox.counts(None).accepted == 0 {
                tokio::select! {
                    biased;
                    reply = &mut mail => panic!("there must be no reply: {reply:?}"),
                    () = tokio::task::yield_now() => {}
                }
            }
        })
        .await;
    }
    soon("the stop", bench.sandbox.stop()).await;
    assert_eq!(talk.hear().await, None);
}

#[tokio::test]
async fn a_mail_over_the_size_is_refused_early_or_late() {
    let bench = with_smtp(SmtpConfig { max_bytes: 64, ..SmtpConfig::default() }).await;
    let mut talk = Talk::greeted(&bench).await;
    assert!(talk.say("MAIL FROM:<desk@mail.example> SIZE=65").await.starts_with("552 5.3.4"));
    assert!(talk.mail("jo@mail.example").await.unwrap().starts_with("552 5.3.4"));
    assert_eq!(talk.say("NOOP").await, "250 2.0.0 Ok", "the session goes on");
    assert_eq!(bench.sandbox.counts(None).accepted, 0);
}

#[tokio::test]
async fn a_silent_session_is_closed() {
    let bench = Bench::plain().await;
    let mut talk = Talk::greeted(&bench).await;
    assert!(talk.say("NOOP").await.starts_with("250"));
    // The server may not have begun to wait again yet, so time moves until it has.
    let closed = async {
        loop {
            bench.clock.advance(Duration::from_secs(300));
            if let Ok(reply) = tokio::time::timeout(Duration::from_millis(1), talk.hear()).await {
                return reply;
            }
        }
    };
    assert_eq!(soon("the end", closed).await, None);
}
