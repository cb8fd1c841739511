//! The rules of each provider's fields, in plain words.

use std::collections::BTreeMap;
use std::net::IpAddr;

use signalbox_domain::Environment;
use url::{Host, Url};

use super::{FieldError, ProviderInfo};
use crate::http::is_loopback;
use crate::resend::signature::key_of;
use crate::settings::{Secrets, Settings};
use crate::smtp::mail::mailbox;

/// Lines whose addresses a person gives need not look like the provider's own.
fn is_simulated(environment: Environment) -> bool {
    matches!(environment, Environment::Practice | Environment::Custom)
}

pub(super) fn words(environments: &[Environment]) -> String {
    environments.iter().map(|e| e.word()).collect::<Vec<_>>().join(", ")
}

pub(super) fn unknown_field(info: &ProviderInfo, key: &str) -> FieldError {
    let known: Vec<&str> = info.fields.iter().map(|field| field.key).collect();
    FieldError::new(
        key,
        format!("{} has no field `{key}`", info.name),
        format!("The fields are {}", known.join(", ")),
    )
}

/// Address overrides: only `api`, and in the clear only to this computer.
pub(super) fn urls(
    info: &ProviderInfo,
    environment: Environment,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, FieldError> {
    let mut kept = BTreeMap::new();
    for (name, text) in given {
        let field = format!("url.{name}");
        let wrong = |say: &str, mend: &str| FieldError::new(field.clone(), say, mend);
        if name != "api" || info.api.is_none() {
            let mend = if info.api.is_some() { "Only `api` can be given" } else { "Leave it out" };
            return Err(wrong("This provider has no such address", mend));
        }
        let example = "Write it like https://api.example.com or http://127.0.0.1:8080/prefix";
        let url = Url::parse(text.trim()).map_err(|_| wrong("This is not an address", example))?;
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !bare {
            return Err(wrong("This is not an address of an API", example));
        }
        let local = is_loopback(&url);
        match environment {
            Environment::Practice if !local => {
                return Err(wrong(
                    "A practice line only speaks to this computer",
                    "Give an address that begins with http://127.0.0.1",
                ));
            }
            Environment::Custom | Environment::Practice => {
                if url.scheme() == "http" && !local {
                    return Err(wrong(
                        "Credentials would travel there unencrypted",
                        "Use https, or an address on this computer",
                    ));
                }
            }
            Environment::Production | Environment::Sandbox => {
                let host = url.host_str().unwrap_or_default();
                let own = |own: &&str| host == *own || host.ends_with(&format!(".{own}"));
                if url.scheme() != "https" || !info.hosts.iter().any(own) {
                    return Err(wrong(
                        "This is not one of the provider's own addresses",
                        "Leave it out, or choose the custom environment",
                    ));
                }
            }
        }
        kept.insert(name.clone(), url.as_str().trim_end_matches('/').to_owned());
    }
    if environment == Environment::Practice && info.api.is_some() && kept.is_empty() {
        return Err(FieldError::new(
            "url.api",
            "A practice line needs the address of the simulated provider",
            "Start the practice lines, which know their own addresses",
        ));
    }
    Ok(kept)
}

pub(super) fn twilio(
    settings: &mut Settings,
    secrets: &Secrets,
    environment: Environment,
) -> Result<(), FieldError> {
    let account = settings.get("account_sid").unwrap_or_default();
    if !is_twilio_id(account, "AC", is_simulated(environment)) {
        return Err(FieldError::new(
            "account_sid",
            if account.starts_with("SK") {
                "This is the id of an API key, not of an account"
            } else {
                "This is not an account SID"
            },
            "It begins with AC, followed by 32 digits and letters from a to f",
        ));
    }
    let token = secrets.get("auth_token").unwrap_or_default();
    let hex32 = token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !fits(token) || !(hex32 || is_simulated(environment)) {
        return Err(FieldError::new(
            "auth_token",
            "This is not an auth token",
            "Copy it from the Twilio console: 32 digits and letters from a to f, no spaces",
        ));
    }
    match (settings.get("from"), settings.get("messaging_service_sid")) {
        (None, None) => Err(FieldError::new(
            "from",
            "There is nobody to send as",
            "Give a From number, or the SID of a messaging service",
        )),
        (Some(_), Some(_)) => Err(FieldError::new(
            "messaging_service_sid",
            "From and messaging service exclude each other",
            "Leave one of them empty",
        )),
        (None, Some(service)) => {
            if is_twilio_id(service, "MG", is_simulated(environment)) {
                return Ok(());
            }
            Err(FieldError::new(
                "messaging_service_sid",
                "This is not the SID of a messaging service",
                "It begins with MG, followed by 32 digits and letters from a to f",
            ))
        }
        (Some(from), None) => {
            let sender = twilio_sender(from).ok_or_else(|| {
                FieldError::new(
                    "from",
                    "Nothing can be sent from this",
                    "Give a number with + and country code, a short code, or a name of up to 11 letters and digits",
                )
            })?;
            settings.fields.insert("from".into(), sender);
            Ok(())
        }
    }
}

/// A number with country code, a short code, or a sender name, tidied.
fn twilio_sender(text: &str) -> Option<String> {
    if let Some(digits) = text.strip_prefix('+') {
        let digits: String =
            digits.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        let plausible = (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        return plausible.then(|| format!("+{digits}"));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return (3..=8).contains(&text.len()).then(|| text.to_owned());
    }
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b'&' | b'_' | b'+');
    let name = text.len() <= 11 && text.bytes().all(allowed);
    (name && text.bytes().any(|byte| byte.is_ascii_alphabetic())).then(|| text.to_owned())
}

/// Ids stand in paths, so even a simulated one is letters and digits.
fn is_twilio_id(text: &str, prefix: &str, simulated: bool) -> bool {
    let Some(rest) = text.strip_prefix(prefix) else {
        return false;
    };
    if simulated {
        return (1..=62).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    }
    rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn resend(
    settings: &mut Settings,
    secrets: &Secrets,
    environment: Environment,
) -> Result<(), FieldError> {
    let key = secrets.get("api_key").unwrap_or_default();
    if !fits(key) || !(key.starts_with("re_") || is_simulated(environment)) {
        return Err(FieldError::new(
            "api_key",
            if key.starts_with("whsec_") {
                "This is the signing secret, not the API key"
            } else {
                "This is not an API key of Resend"
            },
            "Copy it from resend.com/api-keys; it begins with re_",
        ));
    }
    if let Some(secret) = secrets.get("webhook_secret")
        && key_of(secret).is_none()
    {
        return Err(FieldError::new(
            "webhook_secret",
            "This is not a signing secret",
            "Copy it from resend.com/webhooks; it begins with whsec_",
        ));
    }
    tidy_from(settings)
}

pub(super) fn smtp(
    settings: &mut Settings,
    secrets: &Secrets,
    environment: Environment,
) -> Result<(), FieldError> {
    let text = settings.get("host").unwrap_or_default();
    // A colon would be a port or an IPv6 address; the first is a common slip.
    let host = match text.parse::<IpAddr>() {
        Ok(ip) => Some((ip.to_string(), ip.is_loopback())),
        Err(_) => match Host::parse(text) {
            Ok(Host::Domain(name)) => {
                let local = name == "localhost";
                Some((name, local))
            }
            _ => None,
        },
    };
    let Some((host, local)) = host else {
        return Err(FieldError::new(
            "host",
            "This is not the name of a server",
            "Give the name alone, like smtp.example.com; the port has a field of its own",
        ));
    };
    if environment == Environment::Practice && !local {
        return Err(FieldError::new(
            "host",
            "A practice line only speaks to this computer",
            "Use 127.0.0.1, or another environment",
        ));
    }
    let tls = settings.get("tls").unwrap_or("tls").to_owned();
    if tls == "none" && !local {
        return Err(FieldError::new(
            "tls",
            "Password and mail would travel there unencrypted",
            "Choose tls or starttls; none is only for a server on this computer",
        ));
    }
    let default_port = match tls.as_str() {
        "starttls" => "587",
        "none" => "25",
        _ => "465",
    };
    let port = settings.get("port").unwrap_or(default_port).to_owned();
    if port.parse::<u16>().ok().filter(|port| *port > 0).is_none() {
        return Err(FieldError::new(
            "port",
            "This is not a port",
            "Give a whole number from 1 to 65535; 465 is usual",
        ));
    }
    match (settings.get("username"), secrets.get("password")) {
        (Some(_), None) => {
            return Err(FieldError::new(
                "password",
                "A user name is given, and no password",
                "Give both, or leave both empty if the server wants no sign-in",
            ));
        }
        (None, Some(_)) => {
            return Err(FieldError::new(
                "username",
                "A password is given, and no user name",
                "Give both, or leave both empty if the server wants no sign-in",
            ));
        }
        _ => {}
    }
    settings.fields.insert("host".into(), host);
    settings.fields.insert("port".into(), port);
    settings.fields.insert("tls".into(), tls);
    tidy_from(settings)
}

/// A From address every mail provider accepts, as one line.
fn tidy_from(settings: &mut Settings) -> Result<(), FieldError> {
    let text = settings.get("from").unwrap_or_default();
    let parsed = mailbox(text).ok_or_else(|| {
        FieldError::new(
            "from",
            "This is not a mail address",
            "Write desk@example.com, or Corner Barber <desk@example.com>",
        )
    })?;
    settings.fields.insert("from".into(), parsed.to_string());
    Ok(())
}

/// What can stand in a header.
fn fits(secret: &str) -> bool {
    !secret.is_empty() && secret.len() <= 512 && secret.bytes().all(|byte| byte.is_ascii_graphic())
}
