//! The JSON of one email, read and checked as Resend does.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::wire::{Refusal, error, invalid, missing};
use crate::config::ResendConfig;

/// Most recipients of one email.
const MOST_TO: usize = 50;

/// An email as it was handed in.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) cc: Vec<String>,
    pub(super) bcc: Vec<String>,
    pub(super) reply_to: Vec<String>,
    pub(super) subject: String,
    pub(super) html: Option<String>,
    pub(super) text: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) scheduled_at: Option<DateTime<Utc>>,
}

/// The recipients of something that may not be an email at all: a fault strikes before anything is checked.
pub(super) fn recipients(email: &Value) -> Vec<String> {
    addresses(email, "to").unwrap_or_default().iter().map(|to| mailbox(to).to_owned()).collect()
}

impl Letter {
    pub(super) fn read(
        email: &Value,
        config: &ResendConfig,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let text_of = |field: &str| email.get(field).and_then(Value::as_str).map(str::to_owned);
        let from =
            text_of("from").filter(|from| !from.is_empty()).ok_or_else(|| missing("from"))?;
        let to = addresses(email, "to").filter(|to| !to.is_empty()).ok_or_else(|| missing("to"))?;
        let subject = text_of("subject").ok_or_else(|| missing("subject"))?;
        let (html, text) = (text_of("html"), text_of("text"));
        if html.is_none() && text.is_none() && email.get("template").is_none() {
            return Err(missing("html` or `text"));
        }
        let domain = domain(mailbox(&from)).ok_or_else(|| {
            let say = "Invalid `from` field. The email address needs to follow the `email@example.com` or \
                       `Name <email@example.com>` format.";
            error(422, "invalid_from_address", say)
        })?;
        if !config.verified_domains.is_empty()
            && !config.verified_domains.iter().any(|own| own.eq_ignore_ascii_case(domain))
        {
            let say =
                format!("The {domain} domain is not verified. Please, add and verify your domain");
            return Err(error(403, "validation_error", &say));
        }
        if to.len() > MOST_TO {
            return Err(invalid("The `to` field must not have more than 50 recipients."));
        }
        for to in &to {
            let Some(domain) = self::domain(mailbox(to)) else {
                return Err(invalid(
                    "Invalid `to` field. The email address needs to follow the `email@example.com` format.",
                ));
            };
            let reserved = ["example.com", "test.com"]
                .iter()
                .any(|reserved| reserved.eq_ignore_ascii_case(domain));
            if reserved && config.refuse_reserved {
                return Err(invalid(
                    "Invalid `to` field. Please use our testing email address instead of domains like `example.com`.",
                ));
            }
        }
        let attachments =
            email.get("attachments").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if attachments.iter().any(|one| one.get("content").is_none() && one.get("path").is_none()) {
            return Err(error(
                422,
                "invalid_attachment",
                "Attachment must have either a `content` or `path`.",
            ));
        }
        Ok(Self {
            from,
            to,
            cc: addresses(email, "cc").unwrap_or_default(),
            bcc: addresses(email, "bcc").unwrap_or_default(),
            reply_to: addresses(email, "reply_to").unwrap_or_default(),
            subject,
            html,
            text,
            tags: tags(email)?,
            scheduled_at: scheduled_at(email, now)?,
        })
    }
}

/// When an email is to leave: ISO 8601, in the future, at most 30 days ahead.
pub(super) fn scheduled_at(
    email: &Value,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Refusal> {
    let text = match email.get("scheduled_at") {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_str().unwrap_or_default(),
    };
    match DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)) {
        Ok(at) if at > now && at - now <= TimeDelta::days(30) => Ok(Some(at)),
        _ => Err(invalid(
            "Invalid `scheduled_at` field. It must be a date in the future, at most 30 days ahead.",
        )),
    }
}

fn tags(email: &Value) -> Result<BTreeMap<String, String>, Refusal> {
    let refused =
        || invalid("Tags should only contain ASCII letters, numbers, underscores, or dashes.");
    let fits = |text: &str| {
        (1..=256).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    let mut tags = BTreeMap::new();
    for tag in email.get("tags").and_then(Value::as_array).into_iter().flatten() {
        match (tag.get("name").and_then(Value::as_str), tag.get("value").and_then(Value::as_str)) {
            (Some(name), Some(value)) if fits(name) && fits(value) => {
                tags.insert(name.to_owned(), value.to_owned())
            }
            _ => return Err(refused()),
        };
    }
    Ok(tags)
}

/// A string or an array of strings; `None` when it is neither.
fn addresses(email: &Value, field: &str) -> Option<Vec<String>> {
    match email.get(field)? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) => many.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// `Name <a@b>` → `a@b`
pub(super) fn mailbox(address: &str) -> &str {
    address
        .rsplit_once('<')
        .map_or(address, |(_, rest)| rest.trim_end().trim_end_matches('>'))
        .trim()
}

fn domain(mailbox: &str) -> Option<&str> {
    let (local, domain) = mailbox.rsplit_once('@')?;
    let plain = |text: &str| {
        !text.is_empty()
            && !text.contains(char::is_whitespace)
            && !text.contains(['@', '<', '>', ','])
    };
    (plain(local) && plain(domain) && domain.contains('.')).then_some(domain)
}
