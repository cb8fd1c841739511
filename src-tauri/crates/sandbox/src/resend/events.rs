//! What becomes of an accepted email, and the signed webhook that tells of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Resend;
use super::emails::Email;
use super::wire::event_time;
use crate::Provider;
use crate::clock::later;
use crate::courier::{Delivery, Seal};
use crate::magic::{Effect, Receipts};

/// Puts the steps of `email` on the agenda, counted from its creation or from the time it is scheduled for.
pub(super) fn begin(resend: &Arc<Resend>, email: &Email) {
    let config = resend.config();
    let start = email.letter.scheduled_at.unwrap_or(email.created);
    let slow = if email.effect == Effect::Receipts(Receipts::Slow) { 100 } else { 1 };
    let (sent, outcome) =
        (config.sent_ms.saturating_mul(slow), config.outcome_ms.saturating_mul(slow));
    let steps: Vec<(u64, &'static str)> = match email.effect {
        Effect::Report { status: status @ ("suppressed" | "failed"), .. } => {
            vec![(outcome, status)]
        }
        Effect::Report { status: "complained", .. } => {
            vec![(sent, "sent"), (outcome, "delivered"), (outcome.saturating_mul(2), "complained")]
        }
        Effect::Report { status: "delivery_delayed", .. } => {
            vec![
                (sent, "sent"),
                (outcome, "delivery_delayed"),
                (outcome.saturating_mul(2), "delivered"),
            ]
        }
        Effect::Report { status, .. } => vec![(sent, "sent"), (outcome, status)],
        Effect::Receipts(Receipts::StopAtSent) => vec![(sent, "sent")],
        _ => vec![(sent, "sent"), (outcome, "delivered")],
    };
    for (after_ms, event) in steps {
        let weak = Arc::downgrade(resend);
        let (id, life) = (email.id.clone(), email.life);
        resend.ground.agenda.at(later(start, Duration::from_millis(after_ms)), move || {
            if let Some(resend) = weak.upgrade() {
                resend.take_step(&id, life, event);
            }
        });
    }
}

impl Resend {
    fn take_step(self: &Arc<Self>, id: &str, life: u32, event: &'static str) {
        let now = self.ground.clock.now();
        let email = {
            let mut emails = self.emails();
            let Some(email) = emails.get_mut(id).filter(|email| email.life == life) else { return };
            email.last_event = event;
            email.clone()
        };
        match (email.effect, event) {
            (Effect::Receipts(Receipts::Silent), _) => {}
            (Effect::Receipts(Receipts::Doubled), _) => {
                self.tell(&email, event, now);
                self.tell(&email, event, now);
            }
            (Effect::Receipts(Receipts::Shuffled), "delivered") => {
                self.tell(&email, "delivered", now);
                self.tell(&email, "sent", now);
            }
            (Effect::Receipts(Receipts::Shuffled), _) => {}
            _ => self.tell(&email, event, now),
        }
    }

    /// Posts one event to the configured endpoint.
    pub(super) fn tell(self: &Arc<Self>, email: &Email, event: &str, now: DateTime<Utc>) {
        let Some(webhook) = self.config().webhook else { return };
        let mut data = json!({
            "email_id": email.id,
            "created_at": event_time(email.created),
            "from": email.letter.from,
            "to": email.letter.to,
            "subject": email.letter.subject,
            "message_id": email.message_id,
            "tags": email.letter.tags,
        });
        if let Some((name, value)) = extra(email, event) {
            data[name] = value;
        }
        let kind = format!("email.{event}");
        let body = json!({"type": kind, "created_at": event_time(now), "data": data}).to_string();
        // A doubled event is one event delivered twice, so it keeps its id.
        let id = match email.effect {
            Effect::Receipts(Receipts::Doubled) => {
                format!("msg_{}{event}", email.id.replace('-', ""))
            }
            _ => self.ground.ids.event(),
        };
        self.ground.courier.post(Delivery {
            provider: Provider::Resend,
            event: kind,
            about: email.id.clone(),
            url: webhook.url,
            content_type: "application/json",
            body,
            seal: Seal::Svix { secret: webhook.secret, id },
            attempt: 0,
            rewrites: self.ground.config().callback_rewrites.clone(),
        });
    }
}

/// What some events say beyond the common fields.
fn extra(email: &Email, event: &str) -> Option<(&'static str, Value)> {
    let Effect::Report { code, .. } = email.effect else { return None };
    match event {
        "bounced" => {
            let (kind, sub) = code.split_once('/')?;
            let (say, diagnostic) = match sub {
                "MailboxFull" => {
                    ("The recipient's mailbox was full.", "smtp; 452 4.2.2 mailbox full")
                }
                "MessageTooLarge" => {
                    ("The message was too large.", "smtp; 552 5.3.4 message too big")
                }
                "ContentRejected" => {
                    ("The content was rejected.", "smtp; 554 5.6.0 content rejected")
                }
                _ => (
                    "The recipient's email provider sent a hard bounce message.",
                    "smtp; 550 5.1.1 user unknown",
                ),
            };
            Some((
                "bounce",
                json!({"type": kind, "subType": sub, "message": say, "diagnosticCode": [diagnostic]}),
            ))
        }
        "failed" => Some(("failed", json!({"reason": code}))),
        "suppressed" => Some((
            "suppressed",
            json!({
                "reason": "previous_bounce",
                "type": code,
                "message": "Address is on the account suppression list because of an earlier bounce.",
                "diagnosticCode": ["smtp; 550 5.1.1 user unknown"],
            }),
        )),
        _ => None,
    }
}
