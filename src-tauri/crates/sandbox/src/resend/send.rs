//! `POST /emails` and `POST /emails/batch`: idempotency key, fault, checks, acceptance, answer.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::emails::Email;
use super::keys::{Claim, Turn};
use super::letter::{Letter, mailbox, recipients};
use super::wire::{Refusal, error, instead, invalid, unavailable};
use super::{Resend, events};
use crate::Provider;
use crate::front::Wire;
use crate::ledger::Accepted;
use crate::magic::Effect;

/// Most emails of one batch.
const MOST_IN_BATCH: usize = 100;

pub(super) async fn one(
    State(resend): State<Arc<Resend>>,
    Extension(line): Extension<Wire>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    resend.take("/emails", &line, &headers, &body).await
}

pub(super) async fn batch(
    State(resend): State<Arc<Resend>>,
    Extension(line): Extension<Wire>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    resend.take("/emails/batch", &line, &headers, &body).await
}

impl Resend {
    async fn take(
        self: &Arc<Self>,
        path: &str,
        line: &Wire,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response, Refusal> {
        self.access(headers)?;
        let key = key_of(headers)?;
        let turn =
            key.as_ref().map(|key| self.keys.claim(key, path, body, self.ground.clock.now()));
        let claim = match turn {
            None => None,
            Some(Turn::First(claim)) => Some(claim),
            Some(Turn::Again(answer)) => return Ok(Json(answer).into_response()),
            Some(Turn::OtherBody) => {
                let say = "This idempotency key was already used with a different request body.";
                return Err(error(409, "invalid_idempotent_request", say));
            }
            Some(Turn::Concurrent) => {
                let say = "Another request with the same idempotency key is in progress.";
                return Err(error(409, "concurrent_idempotent_requests", say));
            }
        };
        self.ground.half_latency().await;

        let json: Value = serde_json::from_slice(body)
            .map_err(|_| error(400, "validation_error", "The request body is not valid JSON."))?;
        let to: Vec<String> = match &json {
            Value::Array(many) => many.iter().flat_map(recipients).collect(),
            one => recipients(one),
        };
        let effect = self.ground.fate(Provider::Resend, &to);
        let stroke = effect.stroke();
        if let Some(stroke) = stroke.filter(|stroke| !stroke.kind.accepts()) {
            // The claim is held all the while: a second request with this key finds it in progress.
            return Err(instead(stroke, line).await);
        }
        let answer = self.accept(path, headers, &json, effect, key.as_deref(), claim)?;
        // From here on the emails count; the caller may be gone before it is told.
        self.ground.half_latency().await;
        match stroke {
            Some(stroke) => Err(instead(stroke, line).await),
            None => Ok(Json(answer).into_response()),
        }
    }

    /// Checks, records and schedules what was handed in. Nothing in here waits, so it happens wholly or not at all.
    fn accept(
        self: &Arc<Self>,
        path: &str,
        headers: &HeaderMap,
        json: &Value,
        effect: Effect,
        key: Option<&str>,
        claim: Option<Claim>,
    ) -> Result<Value, Refusal> {
        if let Effect::Refuse { status, code, say, .. } = effect {
            return Err(error(status, code, say));
        }
        let now = self.ground.clock.now();
        let answer = if path == "/emails" {
            let letter = Letter::read(json, &self.config(), now)?;
            json!({"id": self.admit(letter, effect, key, now)?})
        } else {
            let permissive =
                headers.get("x-batch-validation").is_some_and(|mode| mode == "permissive");
            self.accept_batch(json, permissive, key, now)?
        };
        if let Some(claim) = claim {
            claim.answer(&answer);
        }
        Ok(answer)
    }

    fn accept_batch(
        self: &Arc<Self>,
        json: &Value,
        permissive: bool,
        key: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        let Some(emails) =
            json.as_array().filter(|emails| (1..=MOST_IN_BATCH).contains(&emails.len()))
        else {
            return Err(invalid("A batch is an array of 1 to 100 emails."));
        };
        let config = self.config();
        let (mut letters, mut errors) = (Vec::new(), Vec::new());
        for (index, email) in emails.iter().enumerate() {
            let unfit = email.get("attachments").is_some() || email.get("scheduled_at").is_some();
            match Letter::read(email, &config, now) {
                Ok(letter) if !unfit => letters.push(letter),
                Ok(_) if permissive => {
                    errors.push(json!({"index": index, "message": "Not supported in a batch."}))
                }
                Ok(_) => {
                    return Err(invalid(
                        "`attachments` and `scheduled_at` are not supported in a batch.",
                    ));
                }
                Err(_) if permissive => {
                    errors.push(json!({"index": index, "message": "Invalid email."}))
                }
                Err(refused) => return Err(refused),
            }
        }
        let mut data = Vec::with_capacity(letters.len());
        for letter in letters {
            let to: Vec<&str> = letter.to.iter().map(|to| mailbox(to)).collect();
            let effect = self.ground.later_effect(Provider::Resend, &to);
            data.push(json!({"id": self.admit(letter, effect, key, now)?}));
        }
        Ok(if permissive { json!({"data": data, "errors": errors}) } else { json!({"data": data}) })
    }

    /// Records one email and begins its life.
    fn admit(
        self: &Arc<Self>,
        letter: Letter,
        effect: Effect,
        key: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<String, Refusal> {
        let id = self.ground.ids.uuid();
        let recorded = self.ground.ledger.record(Accepted {
            at: now,
            provider: Provider::Resend,
            id: id.clone(),
            to: letter.to.clone(),
            from: Some(letter.from.clone()),
            subject: Some(letter.subject.clone()),
            body: letter.text.clone().or_else(|| letter.html.clone()).unwrap_or_default(),
            token: key.map(str::to_owned),
        });
        if let Err(error) = recorded {
            tracing::error!(%error, "the sandbox refuses an email that it could not count");
            return Err(unavailable());
        }
        let email = Email {
            message_id: format!("<{id}@email.practice.example>"),
            id: id.clone(),
            created: now,
            last_event: if letter.scheduled_at.is_some() { "scheduled" } else { "queued" },
            letter,
            effect,
            life: 0,
        };
        self.emails().add(email.clone());
        if email.letter.scheduled_at.is_some() {
            self.tell(&email, "scheduled", now);
        }
        events::begin(self, &email);
        Ok(id)
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=256).contains(&key.chars().count()) => Ok(Some(key.to_owned())),
        _ => {
            let say = "The idempotency key must be between 1 and 256 characters.";
            Err(error(400, "invalid_idempotency_key", say))
        }
    }
}
