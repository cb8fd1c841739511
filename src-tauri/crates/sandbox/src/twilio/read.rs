//! Single messages (read, cancel, redact, delete), account, balance and media.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;

use super::Twilio;
use super::wire::{Form, MessageResource, Refusal, bad, error, not_found};
use crate::config::TwilioConfig;
use crate::front::Wire;

type Shared = State<Arc<Twilio>>;
type Line = Extension<Wire>;

/// `SM….json` → `SM…`; without `.json` the real API would answer XML, which nobody here reads.
fn sid_of(file: &str) -> Option<&str> {
    file.strip_suffix(".json")
}

pub(super) async fn fetch(
    State(twilio): Shared,
    Extension(line): Line,
    Path((account, file)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    twilio.admit_read(&account, &headers, &line).await?;
    let messages = twilio.messages();
    let message = sid_of(&file).and_then(|sid| messages.get(sid));
    let message = message.ok_or_else(|| not_found(uri.path()))?;
    Ok(MessageResource::answer(StatusCode::OK, message))
}

/// `Status=canceled` stops a scheduled message; an empty `Body` redacts one.
pub(super) async fn update(
    State(twilio): Shared,
    Extension(line): Line,
    Path((account, file)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    twilio.admit_read(&account, &headers, &line).await?;
    let form = Form::parse(&body);
    let now = twilio.ground.clock.now();
    let mut messages = twilio.messages();
    let message = sid_of(&file).and_then(|sid| messages.get_mut(sid));
    let message = message.ok_or_else(|| not_found(uri.path()))?;
    match (form.get("Status"), form.given("Body")) {
        (Some("canceled"), _) if message.status == "scheduled" => message.status = "canceled",
        (Some("canceled"), _) => {
            return Err(error(409, 30409, "Message cannot be canceled in its current state"));
        }
        (None, Some("")) => message.body.clear(),
        _ => return Err(bad(30400, "Invalid update of a message")),
    }
    message.updated = now;
    Ok(MessageResource::answer(StatusCode::OK, message))
}

pub(super) async fn delete(
    State(twilio): Shared,
    Extension(line): Line,
    Path((account, file)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    twilio.admit_read(&account, &headers, &line).await?;
    match sid_of(&file).and_then(|sid| twilio.messages().remove(sid)) {
        Some(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        None => Err(not_found(uri.path())),
    }
}

/// Media are counted, not kept, so the list is always empty.
pub(super) async fn media(
    State(twilio): Shared,
    Extension(line): Line,
    Path((account, sid)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    twilio.admit_read(&account, &headers, &line).await?;
    if twilio.messages().get(&sid).is_none() {
        return Err(not_found(uri.path()));
    }
    Ok(Json(json!({
        "media_list": [], "page": 0, "page_size": 50, "start": 0, "end": 0, "uri": uri.path(),
        "first_page_uri": uri.path(), "next_page_uri": null, "previous_page_uri": null,
    }))
    .into_response())
}

pub(super) async fn account(
    State(twilio): Shared,
    Extension(line): Line,
    Path(file): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let account = sid_of(&file).ok_or_else(|| not_found(uri.path()))?;
    let config = twilio.admit_read(account, &headers, &line).await?;
    refuse_test_credentials(&config)?;
    let root = format!("/2010-04-01/Accounts/{account}");
    Ok(Json(json!({
        "sid": config.account_sid,
        "owner_account_sid": config.account_sid,
        "friendly_name": "Signalbox practice account",
        "status": "active",
        "type": "Full",
        "auth_token": config.auth_token,
        "date_created": "Thu, 01 Jan 2026 00:00:00 +0000",
        "date_updated": "Thu, 01 Jan 2026 00:00:00 +0000",
        "uri": format!("{root}.json"),
        "subresource_uris": {"messages": format!("{root}/Messages.json"), "balance": format!("{root}/Balance.json")},
    }))
    .into_response())
}

pub(super) async fn balance(
    State(twilio): Shared,
    Extension(line): Line,
    Path(account): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let config = twilio.admit_read(&account, &headers, &line).await?;
    refuse_test_credentials(&config)?;
    let balance = json!({"account_sid": config.account_sid, "balance": "18.42", "currency": "USD"});
    Ok(Json(balance).into_response())
}

/// Test credentials open messages only.
fn refuse_test_credentials(config: &TwilioConfig) -> Result<(), Refusal> {
    if config.test_credentials {
        return Err(error(403, 20008, "Resource not accessible with Test Account Credentials"));
    }
    Ok(())
}
