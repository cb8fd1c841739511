//! What becomes of an accepted message: its status steps, and the signed callback that tells each of them.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Twilio;
use super::messages::Message;
use crate::Provider;
use crate::clock::later;
use crate::courier::{Delivery, Seal};
use crate::magic::{Effect, Receipts};
use crate::sign::twilio_signature;

/// One change of status.
#[derive(Clone, Copy, Debug)]
struct Step {
    after_ms: u64,
    status: &'static str,
    error: Option<u32>,
}

/// Puts the steps of `message` on the agenda, counted from `start`.
pub(super) fn begin(twilio: &Arc<Twilio>, message: &Message, start: DateTime<Utc>) {
    for step in steps(twilio, message) {
        let weak = Arc::downgrade(twilio);
        let sid = message.sid.clone();
        twilio.ground.agenda.at(later(start, Duration::from_millis(step.after_ms)), move || {
            if let Some(twilio) = weak.upgrade() {
                twilio.take_step(&sid, step);
            }
        });
    }
}

fn steps(twilio: &Twilio, message: &Message) -> Vec<Step> {
    let config = twilio.config();
    let slow = if message.effect == Effect::Receipts(Receipts::Slow) { 100 } else { 1 };
    let step = |after_ms: u64, status, error| Step {
        after_ms: after_ms.saturating_mul(slow),
        status,
        error,
    };
    let mut steps = Vec::with_capacity(4);
    if message.service.is_some() {
        steps.push(step(config.sending_ms / 2, "queued", None));
    }
    steps.push(step(config.sending_ms, "sending", None));
    match message.effect {
        Effect::Report { status, code } => {
            if status == "undelivered" {
                steps.push(step(config.sent_ms, "sent", None));
            }
            steps.push(step(config.outcome_ms, status, code.parse().ok()));
        }
        Effect::Receipts(Receipts::StopAtSent) => steps.push(step(config.sent_ms, "sent", None)),
        _ => {
            steps.push(step(config.sent_ms, "sent", None));
            steps.push(step(config.outcome_ms, "delivered", None));
        }
    }
    steps
}

impl Twilio {
    fn take_step(self: &Arc<Self>, sid: &str, step: Step) {
        let now = self.ground.clock.now();
        let message = {
            let mut messages = self.messages();
            // Deleted, forgotten or cancelled messages have no further life.
            let Some(message) =
                messages.get_mut(sid).filter(|message| message.status != "canceled")
            else {
                return;
            };
            message.status = step.status;
            message.error = step.error;
            message.updated = now;
            if step.status == "sent" {
                message.sent = Some(now);
            }
            if step.status == "queued" && message.from.is_none() {
                // The sender a Messaging Service has chosen.
                message.from = Some("+15005550006".to_owned());
            }
            message.clone()
        };
        if self.config().test_credentials {
            return;
        }
        let tell = |status, error| self.tell(&message, status, error, now);
        match (message.effect, step.status) {
            (Effect::Receipts(Receipts::Silent), _) => {}
            (Effect::Receipts(Receipts::Doubled), status) => {
                tell(status, step.error);
                tell(status, step.error);
            }
            // Told in one go when all has happened, the last first.
            (Effect::Receipts(Receipts::Shuffled), "delivered") => {
                ["delivered", "sent", "sending"].into_iter().for_each(|status| tell(status, None));
            }
            (Effect::Receipts(Receipts::Shuffled), _) => {}
            (_, status) => tell(status, step.error),
        }
    }

    /// Posts one status callback, if the message asked for any.
    fn tell(
        self: &Arc<Self>,
        message: &Message,
        status: &str,
        error: Option<u32>,
        now: DateTime<Utc>,
    ) {
        let Some(url) = &message.callback else { return };
        let mut params = vec![
            ("AccountSid", message.account.clone()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("From", message.from.clone().unwrap_or_default()),
            ("MessageSid", message.sid.clone()),
            ("MessageStatus", status.to_owned()),
            ("SmsSid", message.sid.clone()),
            ("SmsStatus", status.to_owned()),
            ("To", message.to.clone()),
        ];
        params.extend(error.map(|code| ("ErrorCode", code.to_string())));
        params.extend(message.service.clone().map(|service| ("MessagingServiceSid", service)));
        if matches!(status, "delivered" | "undelivered") {
            params.push(("RawDlrDoneDate", now.format("%y%m%d%H%M").to_string()));
        }
        self.post(url, status, &message.sid, params);
    }

    /// Signs a form and hands it to the courier. A doubled receipt carries one token, because its text is the same.
    pub(super) fn post(
        self: &Arc<Self>,
        url: &str,
        event: &str,
        sid: &str,
        params: Vec<(&str, String)>,
    ) {
        let params: Vec<(String, String)> =
            params.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&params).finish();
        self.ground.courier.post(Delivery {
            provider: Provider::Twilio,
            event: event.to_owned(),
            about: sid.to_owned(),
            url: url.to_owned(),
            content_type: "application/x-www-form-urlencoded; charset=utf-8",
            seal: Seal::Twilio {
                signature: twilio_signature(&self.config().auth_token, url, &params),
                idempotency_token: format!("{sid}-{event}"),
            },
            body,
            attempt: 0,
            rewrites: self.ground.config().callback_rewrites.clone(),
        });
    }
}
