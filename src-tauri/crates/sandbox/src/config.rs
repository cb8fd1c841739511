//! What a sandbox is told before and while it runs. Ports, ledger and SMTP TLS are read once, at the start; everything
//! else may be changed while it runs (`PATCH /_sandbox/settings`). Durations are whole milliseconds.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The account SID a sandbox accepts unless told otherwise.
pub const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";
/// The auth token that goes with [`ACCOUNT_SID`].
pub const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// The Resend key a sandbox accepts unless told otherwise.
pub const API_KEY: &str = "re_sandbox_0123456789abcdef";
/// The secret that Resend webhooks are signed with unless told otherwise.
pub const WEBHOOK_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// Everything about one sandbox. A provider that is `None` is not started.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxConfig {
    /// The simulated Twilio.
    pub twilio: Option<TwilioConfig>,
    /// The simulated Resend.
    pub resend: Option<ResendConfig>,
    /// The simulated mail server.
    pub smtp: Option<SmtpConfig>,
    /// Port of the control endpoints, 0 for any free one; `None`: no control endpoints, the library only.
    pub control_port: Option<u16>,
    /// Append-only file: one JSON line per accepted message, written before the answer. Lines already in it count.
    pub ledger: Option<PathBuf>,
    /// How many messages are remembered, per provider.
    pub keep: usize,
    /// What happens when that many have been accepted.
    pub when_full: WhenFull,
    /// Delay of every send: half of it before the message is accepted, half between acceptance and the answer.
    pub latency_ms: u64,
    /// Webhooks whose URL starts with `from` are posted to the same URL with `to` in its place. Signatures stay
    /// computed over the public URL. The first match counts.
    pub callback_rewrites: Vec<Rewrite>,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            twilio: Some(TwilioConfig::default()),
            resend: Some(ResendConfig::default()),
            smtp: Some(SmtpConfig::default()),
            control_port: Some(0),
            ledger: None,
            keep: 10_000,
            when_full: WhenFull::ForgetOldest,
            latency_ms: 0,
            callback_rewrites: Vec::new(),
        }
    }
}

/// What a full memory does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenFull {
    /// The oldest entry goes (practice lines run for weeks). Totals stay exact.
    ForgetOldest,
    /// The message is refused with 503 (a counting run must never lose its count).
    Refuse,
}

/// One prefix to replace in webhook URLs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// Public prefix, such as `https://hooks.example`.
    pub from: String,
    /// Loopback prefix, such as `http://127.0.0.1:3000`.
    pub to: String,
}

/// The simulated Twilio account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TwilioConfig {
    /// 0: any free port.
    pub port: u16,
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// Password of Basic auth, and the key of webhook signatures.
    pub auth_token: String,
    /// API key pair `SK…` and secret, accepted beside the token.
    pub api_key: Option<(String, String)>,
    /// True: behaves as with test credentials, where every `From` but the magic ones is 21606 and no callback is made.
    pub test_credentials: bool,
    /// Where inbound messages are posted; `None`: they are only recorded.
    pub inbound_url: Option<String>,
    /// How long a message stays missing from lists after it was accepted, 0–60 000. Single reads do not lag.
    pub list_lag_ms: u64,
    /// Segments per second and `From` number before 429; 0: no limit.
    pub segments_per_second: u32,
    /// From acceptance to `sending`.
    pub sending_ms: u64,
    /// From acceptance to `sent`.
    pub sent_ms: u64,
    /// From acceptance to `delivered`, `undelivered` or `failed`.
    pub outcome_ms: u64,
}

impl Default for TwilioConfig {
    fn default() -> Self {
        Self {
            port: 0,
            account_sid: ACCOUNT_SID.to_owned(),
            auth_token: AUTH_TOKEN.to_owned(),
            api_key: None,
            test_credentials: false,
            inbound_url: None,
            list_lag_ms: 0,
            segments_per_second: 0,
            sending_ms: 150,
            sent_ms: 400,
            outcome_ms: 1_200,
        }
    }
}

/// The simulated Resend team.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResendConfig {
    /// 0: any free port.
    pub port: u16,
    /// Full-access key.
    pub api_key: String,
    /// A key that may only send; `None`: there is none.
    pub sending_key: Option<String>,
    /// Where events are posted; `None`: nowhere.
    pub webhook: Option<Webhook>,
    /// Requests per second for the whole team; 0: no limit and no `ratelimit-*` headers.
    pub requests_per_second: u32,
    /// Domains that may be sent from; empty: any.
    pub verified_domains: Vec<String>,
    /// Whether recipients at example.com and test.com are refused with 422, as the real one does.
    pub refuse_reserved: bool,
    /// From acceptance to `email.sent`.
    pub sent_ms: u64,
    /// From acceptance to `email.delivered` or whatever else becomes of it.
    pub outcome_ms: u64,
}

impl Default for ResendConfig {
    fn default() -> Self {
        Self {
            port: 0,
            api_key: API_KEY.to_owned(),
            sending_key: None,
            webhook: None,
            requests_per_second: 10,
            verified_domains: Vec::new(),
            refuse_reserved: true,
            sent_ms: 300,
            outcome_ms: 1_200,
        }
    }
}

/// One webhook endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Public URL.
    pub url: String,
    /// `whsec_…`
    pub secret: String,
}

/// The simulated mail server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpConfig {
    /// 0: any free port.
    pub port: u16,
    /// How the connection is secured, with a certificate made at the start.
    pub tls: SmtpTls,
    /// Login name and password; `None`: no AUTH is offered and anybody on this machine may hand in mail.
    pub login: Option<(String, String)>,
    /// Largest message in bytes, announced as SIZE.
    pub max_bytes: usize,
}

impl Default for SmtpConfig {
    fn default() -> Self {
        Self { port: 0, tls: SmtpTls::None, login: None, max_bytes: 25 * 1024 * 1024 }
    }
}

/// How SMTP is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// Not at all. AUTH is offered in the clear; this is a loopback port.
    None,
    /// STARTTLS is offered, and AUTH only after it.
    Starttls,
    /// TLS from the first byte.
    Tls,
}
