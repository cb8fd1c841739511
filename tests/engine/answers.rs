//! Providers on a bad day, over the real wire: what they answer, or do not, is told in the failure
//! of the message in words that say what happens next, and nothing of it sends twice.

use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::{Channel, ConnectionId, FailureClass, ManualClock, MessageState};
use signalbox_engine::{Engine, SendRequest};
use signalbox_sandbox::config::{ACCOUNT_SID, API_KEY, AUTH_TOKEN, WEBHOOK_SECRET};
use signalbox_sandbox::{ResendConfig, Sandbox, SandboxConfig, SmtpConfig, TwilioConfig};
use signalbox_store::AttemptRow;

use crate::desk::sms;
use crate::real::wire::QuickWire;
use crate::real::{Typed, connected, options};

/// Providers that do as the address says, and a line to each.
struct Street {
    engine: Engine,
    sandbox: Sandbox,
    clock: ManualClock,
    twilio: ConnectionId,
    resend: ConnectionId,
    smtp: ConnectionId,
    _folder: tempfile::TempDir,
}

impl Street {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = SandboxConfig {
            twilio: Some(TwilioConfig::default()),
            resend: Some(ResendConfig::default()),
            smtp: Some(SmtpConfig::default()),
            ..SandboxConfig::default()
        };
        let sandbox = Sandbox::start(config).await.unwrap();
        let urls = sandbox.urls().clone();
        let clock = ManualClock::at("2026-03-17T12:00:00Z".parse().unwrap());
        let wire = QuickWire::waiting(Duration::from_millis(600));
        let engine = Engine::prepare(options(folder.path(), Arc::new(clock.clone()), wire).await)
            .await
            .unwrap();
        let twilio = Typed {
            provider: "twilio",
            name: "Texts",
            fields: &[("account_sid", ACCOUNT_SID), ("from", "72975")],
            secrets: &[("auth_token", AUTH_TOKEN)],
            api: urls.twilio.as_deref(),
        };
        let resend = Typed {
            provider: "resend",
            name: "Mails",
            fields: &[("from", "desk@barber.example")],
            secrets: &[("api_key", API_KEY), ("webhook_secret", WEBHOOK_SECRET)],
            api: urls.resend.as_deref(),
        };
        let address = urls.smtp.unwrap();
        let (host, port) = address.rsplit_once(':').unwrap();
        let smtp = Typed {
            provider: "smtp",
            name: "Post",
            fields: &[
                ("host", host),
                ("port", port),
                ("tls", "none"),
                ("from", "desk@barber.example"),
            ],
            secrets: &[],
            api: None,
        };
        let twilio = connected(&engine, &twilio).await;
        let resend = connected(&engine, &resend).await;
        let smtp = connected(&engine, &smtp).await;
        Self { engine, sandbox, clock, twilio, resend, smtp, _folder: folder }
    }

    /// Sends one message and returns it with its first attempt.
    async fn attempt(&self, line: ConnectionId, to: &str) -> (MessageState, AttemptRow) {
        let channel = if to.contains('@') { Channel::Email } else { Channel::Sms };
        let subject = (channel == Channel::Email).then(|| "Hello".to_owned());
        let request =
            SendRequest { channel, to: to.into(), subject, connection: Some(line), ..sms(1) };
        // A line that was asked to wait, or has its pace to keep, is ready again by then.
        self.clock.advance(Duration::from_secs(600));
        let id = self.engine.send(request, "test").await.unwrap().id;
        self.engine.turn().await;
        let whole = self.engine.store().message(id).await.unwrap();
        (whole.row.state, whole.attempts.into_iter().next().expect("it was tried"))
    }
}

/// To whom, with which code and status, and a word of what the person is told.
type Case<'a> = (ConnectionId, &'a str, &'a str, Option<u16>, &'a str);

async fn assert_told(street: &Street, cases: &[Case<'_>]) {
    for (line, to, code, http, say) in cases {
        let (state, attempt) = street.attempt(*line, to).await;
        let failure = attempt.failure.expect("it did not work");
        assert_eq!(
            (failure.code.as_str(), failure.class),
            (*code, FailureClass::Unknown),
            "{to}: {failure:?}"
        );
        assert_eq!(attempt.http, *http, "{to} was answered with {:?}", attempt.http);
        assert!(failure.say.contains(say), "{to} says {say:?}: {failure:?}");
        assert!(!failure.remedy.is_empty(), "{to} says what can be done");
        assert_eq!(state, MessageState::Unknown, "{to}");
    }
    assert!(street.sandbox.counts(None).doubled.is_empty(), "nothing was sent twice");
}

#[tokio::test]
async fn a_provider_that_hangs_leaves_the_outcome_unknown_and_says_so() {
    let street = Street::open().await;
    let cases = [
        (street.twilio, "+12025550166", "timeout", None, "did not answer in time"),
        (street.resend, "hang@practice.example", "timeout", None, "did not answer in time"),
        (street.smtp, "hang@practice.example", "in_doubt", None, "last word is missing"),
    ];
    assert_told(&street, &cases).await;
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_the_outcome_unknown_and_says_so() {
    let street = Street::open().await;
    let cases = [
        (street.twilio, "+12025550165", "reset", None, "broke before the answer"),
        (street.twilio, "+12025550164", "reset", None, "broke before the answer"),
        (street.resend, "reset-before@practice.example", "reset", None, "broke before the answer"),
        (street.resend, "reset-after@practice.example", "reset", None, "broke before the answer"),
        // The text and its final dot leave together: whether the dot arrived cannot be known here.
        (street.smtp, "reset-before@practice.example", "in_doubt", None, "last word is missing"),
        (street.smtp, "reset-after@practice.example", "in_doubt", None, "last word is missing"),
    ];
    assert_told(&street, &cases).await;
}

#[tokio::test]
async fn a_page_of_html_is_no_answer_and_says_so() {
    let street = Street::open().await;
    let cases = [
        (street.twilio, "+12025550163", "http_502", Some(502), "fault of its own"),
        (street.resend, "gateway@practice.example", "http_502", Some(502), "fault of its own"),
        (street.smtp, "gateway@practice.example", "in_doubt", None, "last word is missing"),
    ];
    assert_told(&street, &cases).await;
}

#[tokio::test]
async fn the_journal_keeps_the_status_of_every_answer_whatever_its_code_is_called() {
    let street = Street::open().await;
    let statuses = [
        (street.twilio, "+12025550100", Some(201)),
        (street.twilio, "+12025550150", Some(400)),
        (street.twilio, "+12025550161", Some(429)),
        (street.resend, "delivered@practice.example", Some(200)),
        (street.resend, "invalid@practice.example", Some(422)),
        (street.resend, "limited@practice.example", Some(429)),
        (street.smtp, "delivered@practice.example", None),
        (street.smtp, "bounced@practice.example", None),
    ];
    for (line, to, http) in statuses {
        let (state, attempt) = street.attempt(line, to).await;
        assert_eq!(attempt.http, http, "{to} is {state}: {:?}", attempt.failure);
    }
}
