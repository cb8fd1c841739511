//! Everything that is not a send: single emails, lists, cancelling and moving scheduled ones, domains.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::emails::Email;
use super::wire::{Refusal, error, invalid, is_uuid, missing};
use super::{Resend, events, letter};
use crate::front::Wire;

type Shared = State<Arc<Resend>>;
type Line = Extension<Wire>;

fn unknown(id: &str) -> Refusal {
    if is_uuid(id) {
        error(404, "not_found", "Email not found")
    } else {
        error(422, "invalid_parameter", "The `id` must be a valid UUID.")
    }
}

pub(super) async fn fetch(
    State(resend): Shared,
    Extension(line): Line,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    resend.admit_read(&headers, &line).await?;
    let emails = resend.emails();
    let email = emails.get(&id).ok_or_else(|| unknown(&id))?;
    Ok(Json(email.whole()).into_response())
}

pub(super) async fn cancel(
    State(resend): Shared,
    Extension(line): Line,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    resend.admit_read(&headers, &line).await?;
    resend.change_scheduled(&id, |email| email.last_event = "canceled")
}

pub(super) async fn reschedule(
    State(resend): Shared,
    Extension(line): Line,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    resend.admit_read(&headers, &line).await?;
    let wanted = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    let at = letter::scheduled_at(&wanted, resend.ground.clock.now())?
        .ok_or_else(|| missing("scheduled_at"))?;
    let changed = resend.change_scheduled(&id, |email| email.letter.scheduled_at = Some(at))?;
    let email = resend.emails().get(&id).cloned();
    if let Some(email) = email {
        events::begin(&resend, &email);
    }
    Ok(changed)
}

impl Resend {
    /// Changes an email that has not left yet, and ends the life it had ahead of it.
    fn change_scheduled(
        &self,
        id: &str,
        change: impl FnOnce(&mut Email),
    ) -> Result<Response, Refusal> {
        let mut emails = self.emails();
        let email = emails.get_mut(id).ok_or_else(|| unknown(id))?;
        if email.last_event != "scheduled" {
            return Err(invalid("Only scheduled emails can be changed."));
        }
        email.life += 1;
        change(email);
        Ok(Json(json!({"object": "email", "id": id})).into_response())
    }
}

/// `GET /emails?limit=1..100&after=<id>|before=<id>`, newest first.
pub(super) async fn list(
    State(resend): Shared,
    Extension(line): Line,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    resend.admit_read(&headers, &line).await?;
    let query: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked =
        |key: &str| query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    let limit = match asked("limit").map(str::parse::<usize>) {
        None => 20,
        Some(Ok(limit @ 1..=100)) => limit,
        Some(_) => return Err(invalid("The `limit` must be between 1 and 100.")),
    };
    let (after, before) = (asked("after"), asked("before"));
    if after.is_some() && before.is_some() {
        return Err(invalid("Only one of `after` and `before` may be given."));
    }
    let emails = resend.emails();
    let (page, more) = emails
        .page(limit, after, before)
        .ok_or_else(|| unknown(after.or(before).unwrap_or_default()))?;
    let data: Vec<Value> = page.into_iter().map(Email::line).collect();
    Ok(Json(json!({"object": "list", "has_more": more, "data": data})).into_response())
}

/// The verified domains of the settings; a team that may send from anywhere shows one.
pub(super) async fn domains(
    State(resend): Shared,
    Extension(line): Line,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    resend.admit_read(&headers, &line).await?;
    let mut names = resend.config().verified_domains;
    if names.is_empty() {
        names.push("mail.practice.example".to_owned());
    }
    let data: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(n, name)| {
            json!({
                "id": format!("d91cd9bd-1176-453e-8fc1-{n:012x}"),
                "name": name,
                "status": "verified",
                "created_at": "2026-01-01 00:00:00.000000+00",
                "region": "us-east-1",
                "open_tracking": false,
                "click_tracking": false,
                "capabilities": {"sending": "enabled", "receiving": "disabled"},
            })
        })
        .collect();
    Ok(Json(json!({"object": "list", "has_more": false, "data": data})).into_response())
}
