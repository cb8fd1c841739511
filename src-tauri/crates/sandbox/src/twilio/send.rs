//! `POST Messages.json`: checks in Twilio's order, then the fate of the recipient, then acceptance.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::messages::Message;
use super::segments::segments;
use super::wire::{Form, MessageResource, Refusal, bad, error, instead, too_many, unavailable};
use super::{Twilio, life};
use crate::Provider;
use crate::config::TwilioConfig;
use crate::front::Wire;
use crate::ledger::Accepted;
use crate::magic::Effect;

/// Longest body in characters.
const MOST_CHARACTERS: usize = 1_600;

pub(super) async fn create(
    State(twilio): State<Arc<Twilio>>,
    Extension(line): Extension<Wire>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let config = twilio.admit(&account, &headers)?;
    let form = Form::parse(&body);
    twilio.ground.half_latency().await;

    let to: Vec<String> = form.get("To").map(str::to_owned).into_iter().collect();
    let effect = twilio.ground.fate(Provider::Twilio, &to);
    let stroke = effect.stroke();
    if let Some(stroke) = stroke.filter(|stroke| !stroke.kind.accepts()) {
        return Err(instead(stroke, &line).await);
    }
    let message = twilio.accept(&config, &form, effect)?;
    // From here on the message counts; the caller may be gone before it is told.
    twilio.ground.half_latency().await;
    match stroke {
        Some(stroke) => Err(instead(stroke, &line).await),
        None => Ok(MessageResource::answer(StatusCode::CREATED, &message)),
    }
}

impl Twilio {
    /// Checks, records and schedules one message. Nothing in here waits: a request whose caller goes away is either
    /// accepted or not, never half.
    fn accept(
        self: &Arc<Self>,
        config: &TwilioConfig,
        form: &Form,
        effect: Effect,
    ) -> Result<Message, Refusal> {
        let now = self.ground.clock.now();
        let letter = Letter::read(form, now)?;
        letter.check_sender(config)?;
        if let Effect::Refuse { status, code, say, .. } = effect {
            return Err(error(status, code.parse().unwrap_or(20001), say));
        }
        let pair = (letter.to.clone(), letter.from.clone().unwrap_or_default());
        if self.stopped.lock().unwrap_or_else(std::sync::PoisonError::into_inner).contains(&pair) {
            return Err(bad(21610, "Attempt to send to unsubscribed recipient"));
        }
        let segments = segments(&letter.body);
        let sender = letter.from.as_deref().or(letter.service.as_deref()).unwrap_or_default();
        if !self.take_line(sender, segments, config.segments_per_second) {
            return Err(too_many());
        }
        let message = Message {
            sid: self.ground.ids.sid(if letter.media == 0 { "SM" } else { "MM" }),
            account: config.account_sid.clone(),
            status: match (&letter.service, letter.send_at) {
                (_, Some(_)) => "scheduled",
                (Some(_), None) => "accepted",
                (None, None) => "queued",
            },
            error: None,
            direction: "outbound-api",
            segments,
            created: now,
            updated: now,
            sent: None,
            effect,
            to: letter.to,
            from: letter.from,
            service: letter.service,
            body: letter.body,
            media: letter.media,
            callback: letter.callback,
        };
        let recorded = self.ground.ledger.record(Accepted {
            at: now,
            provider: Provider::Twilio,
            id: message.sid.clone(),
            to: vec![message.to.clone()],
            from: message.from.clone().or_else(|| message.service.clone()),
            subject: None,
            body: message.body.clone(),
            token: message.callback.as_deref().and_then(callback_token),
        });
        if let Err(error) = recorded {
            tracing::error!(%error, "the sandbox refuses a message that it could not count");
            return Err(unavailable());
        }
        self.messages().add(message.clone());
        life::begin(self, &message, letter.send_at.unwrap_or(now));
        Ok(message)
    }
}

/// A send that has the right form.
struct Letter {
    to: String,
    from: Option<String>,
    service: Option<String>,
    body: String,
    media: usize,
    callback: Option<String>,
    send_at: Option<DateTime<Utc>>,
}

impl Letter {
    fn read(form: &Form, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let to = form
            .get("To")
            .ok_or_else(|| bad(21604, "A 'To' phone number is required."))?
            .to_owned();
        let from = form.get("From").map(str::to_owned);
        let service = form.get("MessagingServiceSid").map(str::to_owned);
        if from.is_none() && service.is_none() {
            return Err(bad(21603, "A 'From' phone number is required."));
        }
        let body = form.get("Body").unwrap_or_default().to_owned();
        let media = form.count("MediaUrl");
        if body.is_empty() && media == 0 && form.get("ContentSid").is_none() {
            return Err(bad(21602, "Message body is required."));
        }
        if body.chars().count() > MOST_CHARACTERS {
            return Err(bad(
                21617,
                "The concatenated message body exceeds the 1600 character limit",
            ));
        }
        if media > 10 {
            return Err(bad(21623, "Number of media files exceeds allowed limit"));
        }
        let (channel, number) = channel_of(&to);
        if !is_e164(number) {
            return Err(bad(21211, &format!("Invalid 'To' Phone Number: {to}")));
        }
        if from.as_deref().is_some_and(|from| channel_of(from).0 != channel) {
            return Err(bad(
                21910,
                "Invalid From and To pair. From and To should be of the same channel",
            ));
        }
        if from.as_deref() == Some(to.as_str()) {
            return Err(bad(21266, "'To' and 'From' number cannot be the same"));
        }
        let callback = form.get("StatusCallback").map(str::to_owned);
        if callback.as_deref().is_some_and(|url| !is_callback(url)) {
            return Err(bad(21609, "The 'StatusCallback' URL is not a valid URL"));
        }
        let send_at = send_at(form, service.is_some(), now)?;
        Ok(Self { to, from, service, body, media, callback, send_at })
    }

    fn check_sender(&self, config: &TwilioConfig) -> Result<(), Refusal> {
        if self.service.as_deref().is_some_and(|sid| !is_sid(sid, "MG")) {
            return Err(bad(21705, "The Messaging Service Sid is invalid"));
        }
        let Some(from) = &self.from else { return Ok(()) };
        let (channel, sender) = channel_of(from);
        match sender {
            "+15005550001" => Err(bad(21212, &format!("Invalid 'From' Phone Number: {from}"))),
            "+15005550007" => Err(not_capable(from)),
            "+15005550008" => Err(bad(
                21611,
                "This 'From' number has exceeded the maximum number of queued messages",
            )),
            "+15005550006" => Ok(()),
            _ if config.test_credentials => Err(not_capable(from)),
            number if is_e164(number) => Ok(()),
            // Short codes and names of up to eleven letters are for SMS alone.
            name if channel.is_none()
                && (1..=11).contains(&name.chars().count())
                && !name.starts_with('+') =>
            {
                Ok(())
            }
            _ => Err(bad(21212, &format!("Invalid 'From' Phone Number: {from}"))),
        }
    }
}

fn not_capable(from: &str) -> Refusal {
    bad(
        21606,
        &format!(
            "The 'From' phone number {from} is not a valid, message-capable Twilio phone number"
        ),
    )
}

/// `SendAt` with `ScheduleType=fixed`: only through a Messaging Service, 15 minutes to 35 days ahead.
fn send_at(
    form: &Form,
    by_service: bool,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(text) = form.get("SendAt") else { return Ok(None) };
    let at = DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc));
    let ahead = (TimeDelta::minutes(15), TimeDelta::days(35));
    match at {
        Ok(at)
            if by_service
                && form.get("ScheduleType") == Some("fixed")
                && (ahead.0..=ahead.1).contains(&(at - now)) =>
        {
            Ok(Some(at))
        }
        _ => Err(bad(20422, "Invalid Parameter: SendAt")),
    }
}

fn channel_of(address: &str) -> (Option<&str>, &str) {
    match address.split_once(':') {
        Some((channel, rest)) => (Some(channel), rest),
        None => (None, address),
    }
}

fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

fn is_sid(sid: &str, kind: &str) -> bool {
    sid.strip_prefix(kind)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_callback(url: &str) -> bool {
    url.len() <= 4_000
        && Url::parse(url).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.host_str().is_some_and(|host| !host.contains('_'))
        })
}

/// What the caller can recognise its message by: `m` of the callback's query, else the whole query.
fn callback_token(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let m = url.query_pairs().find(|(key, _)| key == "m").map(|(_, value)| value.into_owned());
    m.or_else(|| url.query().map(str::to_owned))
}
