//! The practice lines: simulated providers within this process, and how to connect to them. They deliver nothing
//! anywhere and call nothing but our own gateway.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signalbox_domain::Environment;
use signalbox_engine::{NewLine, Practice};
use signalbox_sandbox::{
    ResendConfig, Rewrite, Sandbox, SandboxConfig, SmtpConfig, TwilioConfig, Webhook,
};
use signalbox_vault::SecretString;

/// Random bytes of this home that its practice secrets are made of. Published ones would let anybody who reaches a
/// public webhook address forge a customer's STOP.
const SEED_FILE: &str = "practice.seed";
const SEED_BYTES: usize = 32;
const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";
const NUMBER: &str = "+15550100100";
const USERNAME: &str = "desk@practice.example";

/// The simulated providers of one home; started when they are first asked for.
pub struct PracticeProviders {
    home: PathBuf,
    running: tokio::sync::Mutex<Option<Sandbox>>,
    callbacks: Mutex<Callbacks>,
}

#[derive(Debug, Clone, Default)]
struct Callbacks {
    local: Option<String>,
    public: Option<String>,
}

impl std::fmt::Debug for PracticeProviders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PracticeProviders").field("home", &self.home).finish_non_exhaustive()
    }
}

impl PracticeProviders {
    /// Those of this home; nothing runs yet.
    #[must_use]
    pub fn of(home: &Path) -> Self {
        Self {
            home: home.to_owned(),
            running: tokio::sync::Mutex::default(),
            callbacks: Mutex::default(),
        }
    }

    /// Says where they report to: always the gateway on this machine, whatever public address it has.
    pub fn point_at(&self, local: String, public: Option<String>) {
        let callbacks = Callbacks { local: Some(local), public };
        *self.callbacks.lock().unwrap_or_else(PoisonError::into_inner) = callbacks.clone();
        // Held by whoever starts them just now; that one reads the addresses afterwards.
        if let Ok(running) = self.running.try_lock()
            && let (Some(sandbox), Ok(secrets)) =
                (running.as_ref(), PracticeSecrets::of(&self.home))
        {
            sandbox.configure(|config| point(config, &callbacks, &secrets));
        }
    }

    /// The secrets of a practice line.
    ///
    /// # Errors
    /// When the seed cannot be read or made.
    pub fn secrets(&self, provider: &str) -> Result<BTreeMap<String, SecretString>, String> {
        let secrets = PracticeSecrets::of(&self.home).map_err(|error| seed_trouble(&error))?;
        let map = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), SecretString::from(*value)))
                .collect()
        };
        Ok(match provider {
            "twilio" => map(&[("auth_token", &secrets.auth_token)]),
            "resend" => {
                map(&[("api_key", &secrets.api_key), ("webhook_secret", &secrets.webhook_secret)])
            }
            "smtp" => map(&[("password", &secrets.password)]),
            _ => BTreeMap::new(),
        })
    }

    /// Ends them.
    pub async fn stop(&self) {
        if let Some(sandbox) = self.running.lock().await.take() {
            sandbox.stop().await;
        }
    }

    fn line(
        &self,
        provider: &str,
        name: &str,
        fields: &[(&str, String)],
        api: Option<String>,
    ) -> Result<NewLine, String> {
        Ok(NewLine {
            provider: provider.to_owned(),
            name: name.to_owned(),
            environment: Environment::Practice,
            fields: fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
            secrets: self.secrets(provider)?,
            urls: api.map(|url| ("api".to_owned(), url)).into_iter().collect(),
        })
    }
}

#[async_trait]
impl Practice for PracticeProviders {
    async fn lines(&self) -> Result<Vec<NewLine>, String> {
        let secrets = PracticeSecrets::of(&self.home).map_err(|error| seed_trouble(&error))?;
        let mut running = self.running.lock().await;
        let sandbox = match running.take() {
            Some(sandbox) => sandbox,
            None => Sandbox::start(config(&secrets))
                .await
                .map_err(|error| format!("The practice providers did not start: {error}"))?,
        };
        let callbacks = self.callbacks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        sandbox.configure(|config| point(config, &callbacks, &secrets));
        let urls = sandbox.urls().clone();
        *running = Some(sandbox);
        let smtp = urls.smtp.unwrap_or_default();
        let (host, port) =
            smtp.rsplit_once(':').ok_or("The practice mail server has no address")?;
        let smtp = [
            ("host", host.to_owned()),
            ("port", port.to_owned()),
            ("tls", "none".to_owned()),
            ("username", USERNAME.to_owned()),
            ("from", "Practice desk <desk@practice.example>".to_owned()),
        ];
        let twilio = [("account_sid", ACCOUNT_SID.to_owned()), ("from", NUMBER.to_owned())];
        let resend = [("from", "Practice <hello@practice.example>".to_owned())];
        Ok(vec![
            self.line("twilio", "Practice text messages", &twilio, urls.twilio)?,
            self.line("resend", "Practice email", &resend, urls.resend)?,
            self.line("smtp", "Practice mail server", &smtp, None)?,
        ])
    }
}

fn config(secrets: &PracticeSecrets) -> SandboxConfig {
    SandboxConfig {
        twilio: Some(TwilioConfig {
            account_sid: ACCOUNT_SID.to_owned(),
            auth_token: secrets.auth_token.clone(),
            ..TwilioConfig::default()
        }),
        resend: Some(ResendConfig {
            api_key: secrets.api_key.clone(),
            // People practise with example.com; the real provider would refuse it.
            refuse_reserved: false,
            ..ResendConfig::default()
        }),
        smtp: Some(SmtpConfig {
            login: Some((USERNAME.to_owned(), secrets.password.clone())),
            ..SmtpConfig::default()
        }),
        control_port: None,
        ..SandboxConfig::default()
    }
}

fn point(config: &mut SandboxConfig, callbacks: &Callbacks, secrets: &PracticeSecrets) {
    let Some(local) = &callbacks.local else { return };
    config.callback_rewrites = callbacks
        .public
        .iter()
        .map(|public| Rewrite { from: public.trim_end_matches('/').to_owned(), to: local.clone() })
        .collect();
    if let Some(twilio) = &mut config.twilio {
        // Signed over the public address, as the real provider would, and led back here by the rewrite.
        let base = callbacks.public.as_ref().unwrap_or(local).trim_end_matches('/');
        twilio.inbound_url = Some(format!("{base}/api/webhooks/twilio"));
    }
    if let Some(resend) = &mut config.resend {
        let secret = secrets.webhook_secret.clone();
        resend.webhook = Some(Webhook { url: format!("{local}/api/webhooks/resend"), secret });
    }
}

struct PracticeSecrets {
    auth_token: String,
    api_key: String,
    webhook_secret: String,
    password: String,
}

impl PracticeSecrets {
    fn of(home: &Path) -> io::Result<Self> {
        let seed = seed(home)?;
        let hex = |bytes: &[u8]| {
            bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
        };
        Ok(Self {
            auth_token: hex(&seed[..16]),
            api_key: format!("re_practice_{}", hex(&seed[16..24])),
            webhook_secret: format!("whsec_{}", STANDARD.encode(&seed[8..32])),
            password: hex(&seed[4..16]),
        })
    }
}

/// The home's seed; made at the first call.
fn seed(home: &Path) -> io::Result<[u8; SEED_BYTES]> {
    let path = home.join(SEED_FILE);
    let mut seed = [0_u8; SEED_BYTES];
    match File::open(&path).and_then(|mut file| file.read_exact(&mut seed)) {
        Ok(()) => return Ok(seed),
        // Cut short by a crash: nothing but practice lines depends on it, and they get the new one.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) => {}
        Err(error) => return Err(error),
    }
    getrandom::fill(&mut seed).map_err(io::Error::other)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    file.write_all(&seed)?;
    file.sync_all()?;
    Ok(seed)
}

fn seed_trouble(error: &io::Error) -> String {
    format!("The file {SEED_FILE} in the home cannot be used: {}", error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_vault::ExposeSecret;

    #[test]
    fn a_home_keeps_its_practice_secrets_and_no_other_home_has_them() {
        let (one, other) =
            (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let token = |home: &Path| {
            let secrets = PracticeProviders::of(home).secrets("twilio").expect("secrets");
            secrets["auth_token"].expose_secret().to_owned()
        };
        assert_eq!(token(one.path()), token(one.path()), "lines made yesterday must work today");
        assert_ne!(token(one.path()), token(other.path()));
        assert_ne!(token(one.path()), signalbox_sandbox::config::AUTH_TOKEN);
        std::fs::write(one.path().join(SEED_FILE), "short").expect("written");
        assert_eq!(token(one.path()).len(), 32, "a damaged seed is made anew");
    }

    #[tokio::test]
    async fn lines_know_where_their_providers_are_and_practice_reports_to_this_machine_only() {
        let home = tempfile::tempdir().expect("a folder");
        let practice = PracticeProviders::of(home.path());
        let lines = practice.lines().await.expect("started");
        let providers: Vec<_> = lines.iter().map(|line| line.provider.as_str()).collect();
        assert_eq!(providers, ["twilio", "resend", "smtp"]);
        assert!(lines[0].urls["api"].starts_with("http://127.0.0.1:"));
        let again = practice.lines().await.expect("still there");
        assert_eq!(again[0].urls, lines[0].urls, "asked twice, started once");

        practice.point_at("http://127.0.0.1:3000".into(), Some("https://hooks.example/".into()));
        let config = practice.running.lock().await.as_ref().expect("running").config();
        let rewrite =
            Rewrite { from: "https://hooks.example".into(), to: "http://127.0.0.1:3000".into() };
        assert_eq!(config.callback_rewrites, [rewrite]);
        let webhook = config.resend.and_then(|resend| resend.webhook).expect("a webhook");
        assert_eq!(webhook.url, "http://127.0.0.1:3000/api/webhooks/resend");
        practice.stop().await;
    }
}
