//! The sandbox as a program of its own: the counting provider of campaigns and the peer of end-to-end tests.
//!
//! Prints one JSON line with its addresses when it is ready, and stops on SIGTERM, on Ctrl-C, or when its standard
//! input closes (`--with-parent`). Everything else it has to say goes to standard error.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use signalbox_sandbox::config::{ACCOUNT_SID, API_KEY, AUTH_TOKEN, WEBHOOK_SECRET};
use signalbox_sandbox::{
    ResendConfig, Rewrite, Sandbox, SandboxConfig, SmtpConfig, SmtpTls, TwilioConfig, Webhook,
    WhenFull,
};
use tokio::sync::oneshot;

/// Simulated Twilio, Resend and SMTP on loopback ports. Delivers nothing anywhere.
#[derive(Debug, Parser)]
#[command(name = "signalbox-sandbox", version)]
struct Flags {
    /// Port of the simulated Twilio; 0: any free one.
    #[arg(long, default_value_t = 0)]
    twilio_port: u16,
    /// Port of the simulated Resend; 0: any free one.
    #[arg(long, default_value_t = 0)]
    resend_port: u16,
    /// Port of the simulated mail server; 0: any free one.
    #[arg(long, default_value_t = 0)]
    smtp_port: u16,
    /// Port of the control endpoints; 0: any free one.
    #[arg(long, default_value_t = 0)]
    control_port: u16,
    /// Append one JSON line per accepted message to this file, before the answer. Lines already there count.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Refuse further messages after this many, per provider, instead of losing count.
    #[arg(long, default_value_t = 1_000_000)]
    keep: usize,
    /// Delay of every send, half before acceptance and half between acceptance and answer.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// How long a message stays missing from Twilio's lists (0–60000).
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=60_000))]
    lag_ms: u64,
    /// Post webhooks for URLs that begin with FROM to TO instead. May be given several times.
    #[arg(long, value_name = "FROM=TO", value_parser = rewrite)]
    callback_rewrite: Vec<Rewrite>,
    /// Write the ready line to this file too, once everything listens.
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Stop when standard input closes.
    #[arg(long)]
    with_parent: bool,
    /// Account SID of the simulated Twilio.
    #[arg(long, default_value = ACCOUNT_SID)]
    twilio_account_sid: String,
    /// Auth token of the simulated Twilio; also signs its callbacks.
    #[arg(long, default_value = AUTH_TOKEN)]
    twilio_auth_token: String,
    /// Where simulated inbound messages are posted.
    #[arg(long, value_name = "URL")]
    twilio_inbound_url: Option<String>,
    /// Segments per second and sender before 429; 0: no limit.
    #[arg(long, default_value_t = 0)]
    twilio_segments_per_second: u32,
    /// Full-access key of the simulated Resend.
    #[arg(long, default_value = API_KEY)]
    resend_api_key: String,
    /// Where the simulated Resend posts its events.
    #[arg(long, value_name = "URL")]
    resend_webhook_url: Option<String>,
    /// Secret of those events.
    #[arg(long, default_value = WEBHOOK_SECRET)]
    resend_webhook_secret: String,
    /// Requests per second before 429; 0: no limit and no ratelimit headers.
    #[arg(long, default_value_t = 10)]
    resend_requests_per_second: u32,
    /// Login name of the mail server; without it no login is asked for.
    #[arg(long, requires = "smtp_password")]
    smtp_user: Option<String>,
    /// Password that goes with it.
    #[arg(long, requires = "smtp_user")]
    smtp_password: Option<String>,
    /// How the mail server is secured. Its certificate is in the ready line.
    #[arg(long, value_enum, default_value_t = Security::None)]
    smtp_tls: Security,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Security {
    None,
    Starttls,
    Tls,
}

/// `https://hooks.example=http://127.0.0.1:3000`
fn rewrite(text: &str) -> Result<Rewrite, String> {
    match text.split_once("=http") {
        Some((from, rest)) if !from.is_empty() => {
            Ok(Rewrite { from: from.to_owned(), to: format!("http{rest}") })
        }
        _ => {
            Err("expected FROM=TO, such as https://hooks.example=http://127.0.0.1:3000".to_owned())
        }
    }
}

impl Flags {
    fn config(&self) -> SandboxConfig {
        SandboxConfig {
            twilio: Some(TwilioConfig {
                port: self.twilio_port,
                account_sid: self.twilio_account_sid.clone(),
                auth_token: self.twilio_auth_token.clone(),
                inbound_url: self.twilio_inbound_url.clone(),
                list_lag_ms: self.lag_ms,
                segments_per_second: self.twilio_segments_per_second,
                ..TwilioConfig::default()
            }),
            resend: Some(ResendConfig {
                port: self.resend_port,
                api_key: self.resend_api_key.clone(),
                webhook: self
                    .resend_webhook_url
                    .clone()
                    .map(|url| Webhook { url, secret: self.resend_webhook_secret.clone() }),
                requests_per_second: self.resend_requests_per_second,
                ..ResendConfig::default()
            }),
            smtp: Some(SmtpConfig {
                port: self.smtp_port,
                login: self.smtp_user.clone().zip(self.smtp_password.clone()),
                tls: match self.smtp_tls {
                    Security::None => SmtpTls::None,
                    Security::Starttls => SmtpTls::Starttls,
                    Security::Tls => SmtpTls::Tls,
                },
                ..SmtpConfig::default()
            }),
            control_port: Some(self.control_port),
            ledger: self.ledger.clone(),
            keep: self.keep,
            when_full: WhenFull::Refuse,
            latency_ms: self.latency_ms,
            callback_rewrites: self.callback_rewrite.clone(),
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The one line a parent needs to see when the sandbox does not come up.
            drop(writeln!(io::stderr(), "signalbox-sandbox: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: &Flags) -> Result<(), Box<dyn std::error::Error>> {
    // Before the ready line: whoever reads it may tell us to stop at once.
    let terminated = terminated()?;
    let sandbox = Sandbox::start(flags.config()).await?;
    let ready = ready_line(&sandbox)?;
    if let Some(path) = &flags.ready_file {
        write_whole(path, &ready)?;
    }
    {
        let mut out = io::stdout().lock();
        writeln!(out, "{ready}")?;
        out.flush()?;
    }
    until_told_to_stop(flags.with_parent, terminated).await?;
    sandbox.stop().await;
    Ok(())
}

/// `{"ready":true,"pid":…,"urls":{…},"ports":{…},"certificate_pem":…}`
fn ready_line(sandbox: &Sandbox) -> Result<String, serde_json::Error> {
    let urls = sandbox.urls();
    let port = |url: &Option<String>| {
        url.as_deref()
            .and_then(|url| url.rsplit_once(':'))
            .and_then(|(_, port)| port.parse::<u16>().ok())
    };
    serde_json::to_string(&serde_json::json!({
        "ready": true,
        "pid": std::process::id(),
        "urls": urls,
        "ports": {
            "twilio": port(&urls.twilio),
            "resend": port(&urls.resend),
            "smtp": port(&urls.smtp),
            "control": port(&urls.control),
        },
        "certificate_pem": sandbox.certificate_pem(),
    }))
}

/// Nobody who watches for `path` can see half of it.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension("draft");
    std::fs::write(&draft, format!("{text}\n"))?;
    std::fs::rename(&draft, path)
}

/// Done when the program is told to end.
#[cfg(unix)]
fn terminated() -> io::Result<impl Future<Output = ()>> {
    let mut signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        signal.recv().await;
    })
}

#[cfg(not(unix))]
fn terminated() -> io::Result<impl Future<Output = ()>> {
    Ok(std::future::pending())
}

async fn until_told_to_stop(
    with_parent: bool,
    terminated: impl Future<Output = ()>,
) -> io::Result<()> {
    let (gone, parent) = oneshot::channel::<()>();
    // Without a parent to watch, the sender stays here and the wait for it never ends.
    let _unwatched = if with_parent {
        // A thread, because a read of standard input cannot be called off: it must not hold up the end on SIGTERM.
        std::thread::spawn(move || {
            let mut ignored = [0_u8; 256];
            while io::stdin().read(&mut ignored).is_ok_and(|got| got > 0) {}
            drop(gone);
        });
        None
    } else {
        Some(gone)
    };
    let parent_gone = async { drop(parent.await) };
    tokio::select! {
        () = parent_gone => Ok(()),
        () = terminated => Ok(()),
        done = tokio::signal::ctrl_c() => done,
    }
}
