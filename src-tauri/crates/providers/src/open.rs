//! From settings and secrets to a line that can send.

use std::sync::Arc;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::SecretString;
use signalbox_domain::{Environment, Scope};
use url::Url;

use crate::adapter::Adapter;
use crate::catalogue::{self, FieldError, ProviderInfo};
use crate::http::{Http, install_crypto};
use crate::resend::adapter::Resend;
use crate::settings::{Secrets, Settings};
use crate::smtp::adapter::Smtp;
use crate::smtp::mail::mailbox;
use crate::smtp::session::{Protection, Server};
use crate::twilio::adapter::{Sender, Twilio};
use crate::{known, resend, smtp, twilio};

pub use crate::smtp::session::Timeouts as SmtpTimeouts;

/// A connection that cannot be opened with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The settings are from another version: there is no such provider.
    #[error("there is no provider `{0}`")]
    UnknownProvider(String),
    /// A field does not fit, or the file it names cannot be used.
    #[error(transparent)]
    Field(#[from] FieldError),
}

/// Opens a connection. Speaks to nobody yet; reads the CA file, where one is given.
///
/// # Errors
/// When settings and secrets do not pass [`catalogue::validate`], or the CA file cannot be used.
pub fn open(
    provider: &str,
    environment: Environment,
    settings: &Settings,
    secrets: &Secrets,
    http: &Http,
) -> Result<Arc<dyn Adapter>, OpenError> {
    open_with(provider, environment, settings, secrets, http, SmtpTimeouts::default())
}

/// As [`open`], with other time limits for mail servers.
///
/// # Errors
/// As [`open`].
pub fn open_with(
    provider: &str,
    environment: Environment,
    settings: &Settings,
    secrets: &Secrets,
    http: &Http,
    timeouts: SmtpTimeouts,
) -> Result<Arc<dyn Adapter>, OpenError> {
    let info = catalogue::provider(provider)
        .ok_or_else(|| OpenError::UnknownProvider(provider.to_owned()))?;
    // Stored settings pass through the same gate as typed ones: nothing skips the rules about
    // where credentials may travel.
    let settings =
        catalogue::validate(provider, environment, &settings.fields, secrets, &settings.urls)?;
    let secret = |key: &str| SecretString::from(secrets.get(key).unwrap_or_default());
    Ok(match info.key {
        "twilio" => Arc::new(Twilio {
            http: http.clone(),
            base: base(info, &settings)?,
            account: settings.get("account_sid").unwrap_or_default().to_owned(),
            token: secret("auth_token"),
            sender: match settings.get("messaging_service_sid") {
                Some(service) => Sender::Service(service.to_owned()),
                None => Sender::From(settings.get("from").unwrap_or_default().to_owned()),
            },
            environment,
        }),
        "resend" => {
            let from = settings.get("from").unwrap_or_default().to_owned();
            let base = base(info, &settings)?;
            Arc::new(Resend::new(http.clone(), base, secret("api_key"), from))
        }
        _ => Arc::new(open_smtp(&settings, secrets, timeouts)?),
    })
}

fn base(info: &ProviderInfo, settings: &Settings) -> Result<Url, FieldError> {
    let text = settings.urls.get("api").map(String::as_str).or(info.api).unwrap_or_default();
    Url::parse(text)
        .map_err(|_| FieldError::new("url.api", "This is not an address", "Leave it out"))
}

fn open_smtp(
    settings: &Settings,
    secrets: &Secrets,
    timeouts: SmtpTimeouts,
) -> Result<Smtp, FieldError> {
    install_crypto();
    let host = settings.get("host").unwrap_or_default().to_owned();
    let from = mailbox(settings.get("from").unwrap_or_default())
        .ok_or_else(|| FieldError::new("from", "This is not a mail address", "Correct it"))?;
    let protection = match settings.get("tls") {
        Some("none") => Protection::None,
        Some("starttls") => Protection::StartTls(trust(&host, settings.get("ca_file"))?),
        _ => Protection::Tls(trust(&host, settings.get("ca_file"))?),
    };
    let credentials = match (settings.get("username"), secrets.get("password")) {
        (Some(user), Some(password)) => {
            Some(Credentials::new(user.to_owned(), password.to_owned()))
        }
        _ => None,
    };
    let server = Server {
        port: settings.get("port").and_then(|port| port.parse().ok()).unwrap_or(465),
        host,
        protection,
        credentials,
        hello: ClientId::Domain(from.email.domain().to_owned()),
        timeouts,
    };
    Ok(Smtp::new(server, from))
}

/// The system's certificates, and those of the file.
fn trust(host: &str, ca_file: Option<&str>) -> Result<TlsParameters, FieldError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    let unfit = |say: &str| {
        FieldError::new("ca_file", say, "Give the path of a PEM file with the server's CA")
    };
    if let Some(path) = ca_file {
        let pem = std::fs::read(path).map_err(|_| unfit("The CA file cannot be read"))?;
        let certificate = Certificate::from_pem(&pem)
            .map_err(|_| unfit("There is no certificate in the CA file"))?;
        if !String::from_utf8_lossy(&pem).contains("BEGIN CERTIFICATE") {
            return Err(unfit("There is no certificate in the CA file"));
        }
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|_| unfit("The certificate in the CA file cannot be used"))
}

/// How far an `admin` failure with this code reaches, for failures that came with a receipt.
/// `Line` when the code is not one of ours.
#[must_use]
pub fn scope_of(provider: &str, code: &str) -> Scope {
    let row = match provider {
        "twilio" => twilio::errors::lookup(code),
        "resend" => resend::errors::lookup(code),
        "smtp" => smtp::errors::lookup(code),
        _ => None,
    };
    row.or_else(|| known::find(known::GENERIC, code)).map_or(Scope::Line, |row| row.scope)
}

#[cfg(test)]
mod tests;
