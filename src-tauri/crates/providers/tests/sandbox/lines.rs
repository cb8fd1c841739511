//! Lines to the simulated providers, made from what a person would type, and letters for them.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::{Channel, Environment, MessageId};
use signalbox_providers::http::Timeouts;
use signalbox_providers::{
    Adapter, Http, Letter, Lost, Secrets, Settings, SmtpTimeouts, open_with, validate,
};
use signalbox_sandbox::{
    Clock, ResendConfig, Sandbox, SandboxConfig, SmtpConfig, SmtpTls, TokioClock, TwilioConfig,
};

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const KEY: &str = "re_sandbox_0123456789abcdef";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

pub(crate) async fn sandbox(change: impl FnOnce(&mut SandboxConfig)) -> Sandbox {
    let mut config = SandboxConfig {
        twilio: Some(TwilioConfig {
            sending_ms: 5,
            sent_ms: 10,
            outcome_ms: 15,
            ..Default::default()
        }),
        resend: Some(ResendConfig { sent_ms: 5, outcome_ms: 10, ..Default::default() }),
        ..Default::default()
    };
    change(&mut config);
    Sandbox::start(config).await.expect("the sandbox starts")
}

/// A line as it is made from what a person typed.
pub(crate) fn line(
    provider: &str,
    fields: Pairs<'_>,
    secrets: Pairs<'_>,
    api: Option<&str>,
) -> Arc<dyn Adapter> {
    let map = |pairs: Pairs<'_>| -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    let secrets: Secrets = secrets.iter().copied().collect();
    let urls: Vec<(&str, &str)> = api.iter().map(|url| ("api", *url)).collect();
    let settings: Settings =
        validate(provider, Environment::Custom, &map(fields), &secrets, &map(&urls))
            .expect("the fields fit");
    // Long enough for a busy machine, short enough to wait for the hanging ones.
    let short = Duration::from_millis(1500);
    let http = Http::with_timeouts(Timeouts { connect: short, whole: short }).expect("starts");
    let timeouts = SmtpTimeouts { connect: short, command: short, dot: short };
    open_with(provider, Environment::Custom, &settings, &secrets, &http, timeouts).expect("opens")
}

pub(crate) fn twilio(sandbox: &Sandbox, token: &str) -> Arc<dyn Adapter> {
    line(
        "twilio",
        &[("account_sid", "AC00000000000000000000000000000001"), ("from", "+15550100100")],
        &[("auth_token", token)],
        sandbox.urls().twilio.as_deref(),
    )
}

pub(crate) fn resend(sandbox: &Sandbox, key: &str) -> Arc<dyn Adapter> {
    let from = ("from", "Corner Barber <desk@barber.example>");
    line("resend", &[from], &[("api_key", key)], sandbox.urls().resend.as_deref())
}

pub(crate) fn text(n: i64, to: &str) -> Letter {
    Letter {
        message: MessageId::from_raw(n),
        token: format!("home-{n}"),
        channel: Channel::Sms,
        to: to.into(),
        name: None,
        subject: None,
        body: format!("See you at ten, number {n} \u{2013} \u{201c}Jo\u{201d}"),
        created_at: now(),
        status_callback: None,
    }
}

pub(crate) fn mail(n: i64, to: &str) -> Letter {
    Letter {
        channel: Channel::Email,
        subject: Some(format!("Appointment {n}")),
        name: Some("Jo".into()),
        ..text(n, to)
    }
}

/// The simulated providers stamp what they take with the time of day, so an intent must have one.
pub(crate) fn now() -> DateTime<Utc> {
    TokioClock.now()
}

pub(crate) fn lost(letter: Letter) -> Lost {
    Lost { letter, intent_at: now() - TimeDelta::seconds(2), asked_at: now() }
}

/// A mail line to a sandbox of this kind.
pub(crate) async fn mail_line(
    tls: SmtpTls,
    password: &str,
) -> (Sandbox, Arc<dyn Adapter>, tempfile::NamedTempFile) {
    let sandbox = sandbox(|config| {
        let login = Some(("desk".to_owned(), "hunter2".to_owned()));
        config.smtp = Some(SmtpConfig { tls, login, ..Default::default() });
    })
    .await;
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(sandbox.certificate_pem().unwrap_or_default().as_bytes()).expect("written");
    let ca_file = file.path().to_str().expect("UTF-8").to_owned();
    let address = sandbox.urls().smtp.clone().expect("the mail server runs");
    let (host, port) = address.rsplit_once(':').expect("host and port");
    let word = match tls {
        SmtpTls::None => "none",
        SmtpTls::Starttls => "starttls",
        SmtpTls::Tls => "tls",
    };
    let mut fields = vec![
        ("host", host),
        ("port", port),
        ("tls", word),
        ("username", "desk"),
        ("from", "Corner Barber <desk@barber.example>"),
    ];
    if tls != SmtpTls::None {
        fields.push(("ca_file", &ca_file));
    }
    let line = line("smtp", &fields, &[("password", password)], None);
    (sandbox, line, file)
}
