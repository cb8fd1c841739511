//! The simulated Twilio: Messages, Account and Balance of the 2010-04-01 API, status callbacks and inbound messages.
//!
//! Left out because nothing here needs it: media content, calls, Messaging Service configuration, monitor alerts.

mod inbound;
mod life;
mod list;
mod messages;
mod read;
mod segments;
mod send;
mod wire;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};

pub use inbound::{Inbound, NotReceived};

use crate::Provider;
use crate::config::TwilioConfig;
use crate::front::Wire;
use crate::ground::Ground;
use messages::Messages;
use wire::Refusal;

/// Largest request body. The longest legal form (1,600 characters and ten media URLs) stays far below it.
const MOST_BYTES: usize = 256 * 1024;

/// One simulated account.
pub(crate) struct Twilio {
    ground: Arc<Ground>,
    messages: Mutex<Messages>,
    /// When each sender's line is free again, for the segment rate.
    free_at: Mutex<HashMap<String, DateTime<Utc>>>,
    /// (recipient, sender) pairs between which STOP stands.
    stopped: Mutex<HashSet<(String, String)>>,
}

impl Twilio {
    pub(crate) fn new(ground: Arc<Ground>) -> Arc<Self> {
        let keep = ground.config().keep;
        Arc::new(Self {
            ground,
            messages: Mutex::new(Messages::new(keep)),
            free_at: Mutex::default(),
            stopped: Mutex::default(),
        })
    }

    pub(crate) fn router(self: &Arc<Self>) -> Router {
        let base = "/2010-04-01/Accounts";
        Router::new()
            .route(&format!("{base}/{{account}}/Messages.json"), post(send::create).get(list::list))
            .route(
                &format!("{base}/{{account}}/Messages/{{message}}"),
                get(read::fetch).post(read::update).delete(read::delete),
            )
            .route(&format!("{base}/{{account}}/Messages/{{message}}/Media.json"), get(read::media))
            .route(&format!("{base}/{{account}}/Balance.json"), get(read::balance))
            .route(&format!("{base}/{{account}}"), get(read::account))
            .fallback(async |request: Request| wire::not_found(request.uri().path()))
            .layer(DefaultBodyLimit::max(MOST_BYTES))
            .layer(middleware::from_fn_with_state(self.clone(), stamp))
            .with_state(self.clone())
    }

    /// The account's settings as they stand now. A Twilio that was started has some.
    fn config(&self) -> TwilioConfig {
        self.ground.config().twilio.clone().unwrap_or_default()
    }

    fn messages(&self) -> std::sync::MutexGuard<'_, Messages> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks the credential and that it belongs to the account in the path.
    fn admit(&self, account: &str, headers: &HeaderMap) -> Result<TwilioConfig, Refusal> {
        let config = self.config();
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
            .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok())
            .and_then(|decoded| String::from_utf8(decoded).ok());
        let known = given.as_deref().and_then(|given| given.split_once(':')).is_some_and(
            |(user, password)| {
                (user == config.account_sid && password == config.auth_token)
                    || config
                        .api_key
                        .as_ref()
                        .is_some_and(|(sid, secret)| user == sid && password == secret)
            },
        );
        if !known {
            return Err(wire::unauthorized());
        }
        if account != config.account_sid {
            return Err(wire::not_found(&format!("/2010-04-01/Accounts/{account}")));
        }
        Ok(config)
    }

    /// [`admit`](Self::admit), and a fault that may strike a read.
    async fn admit_read(
        &self,
        account: &str,
        headers: &HeaderMap,
        line: &Wire,
    ) -> Result<TwilioConfig, Refusal> {
        let config = self.admit(account, headers)?;
        match self.ground.strike_read(Provider::Twilio) {
            Some(stroke) => Err(wire::instead(stroke, line).await),
            None => Ok(config),
        }
    }

    /// Takes the sender's line for `segments`. False when it is not free yet.
    fn take_line(&self, from: &str, segments: u32, per_second: u32) -> bool {
        if per_second == 0 {
            return true;
        }
        let now = self.ground.clock.now();
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        // Lines that are free again carry no information.
        free_at.retain(|_, free| *free > now);
        if free_at.contains_key(from) {
            return false;
        }
        free_at.insert(
            from.to_owned(),
            now + TimeDelta::milliseconds(i64::from(segments) * 1000 / i64::from(per_second)),
        );
        true
    }
}

/// The headers Twilio puts on every answer.
async fn stamp(
    axum::extract::State(twilio): axum::extract::State<Arc<Twilio>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&twilio.ground.ids.sid("RQ")) {
        headers.insert("Twilio-Request-Id", id);
    }
    headers.insert("Twilio-Concurrent-Requests", HeaderValue::from_static("1"));
    headers.insert("Twilio-Request-Duration", HeaderValue::from_static("0.012"));
    headers.insert("X-API-Domain", HeaderValue::from_static("api.twilio.com"));
    response
}
