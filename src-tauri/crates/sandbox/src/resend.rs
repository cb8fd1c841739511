//! The simulated Resend: emails (single, batch, scheduled, cancelled), domains, idempotency keys, team rate limit and
//! signed webhooks.
//!
//! Left out because nothing here needs it: audiences, broadcasts, templates, attachments' content, webhook management.

mod emails;
mod events;
mod keys;
mod letter;
mod read;
mod send;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::Provider;
use crate::config::ResendConfig;
use crate::front::Wire;
use crate::ground::Ground;
use emails::Emails;
use keys::Keys;
use wire::Refusal;

/// Largest request body: 40 MB of attachments and some room.
const MOST_BYTES: usize = 42 * 1024 * 1024;

/// One simulated team.
pub(crate) struct Resend {
    ground: Arc<Ground>,
    emails: Mutex<Emails>,
    keys: Arc<Keys>,
    /// The second that is being counted, and the requests in it.
    second: Mutex<(i64, u32)>,
}

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Full,
    SendOnly,
}

impl Resend {
    pub(crate) fn new(ground: Arc<Ground>) -> Arc<Self> {
        let keep = ground.config().keep;
        Arc::new(Self {
            ground,
            emails: Mutex::new(Emails::new(keep)),
            keys: Arc::new(Keys::new(keep)),
            second: Mutex::default(),
        })
    }

    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/emails", post(send::one).get(read::list))
            .route("/emails/batch", post(send::batch))
            .route("/emails/{id}", get(read::fetch).patch(read::reschedule))
            .route("/emails/{id}/cancel", post(read::cancel))
            .route("/domains", get(read::domains))
            .fallback(async || {
                wire::error(404, "not_found", "The requested endpoint does not exist")
            })
            .method_not_allowed_fallback(async || {
                wire::error(
                    405,
                    "method_not_allowed",
                    "This endpoint does not support the specified HTTP method",
                )
            })
            .layer(DefaultBodyLimit::max(MOST_BYTES))
            .layer(middleware::from_fn_with_state(self.clone(), gate))
            .with_state(self.clone())
    }

    /// The team's settings as they stand now. A Resend that was started has some.
    fn config(&self) -> ResendConfig {
        self.ground.config().resend.clone().unwrap_or_default()
    }

    fn emails(&self) -> MutexGuard<'_, Emails> {
        self.emails.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn access(&self, headers: &HeaderMap) -> Result<Access, Refusal> {
        let config = self.config();
        let Some(given) = headers.get(header::AUTHORIZATION) else {
            return Err(wire::error(
                401,
                "missing_api_key",
                "Missing API key in the authorization header.",
            ));
        };
        let key =
            given.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
        match key {
            Some(key) if key == config.api_key => Ok(Access::Full),
            Some(key) if config.sending_key.as_deref() == Some(key) => Ok(Access::SendOnly),
            _ => Err(wire::invalid_key()),
        }
    }

    /// Admits a request that is not a send: full access only, and a fault may strike it.
    async fn admit_read(&self, headers: &HeaderMap, line: &Wire) -> Result<(), Refusal> {
        if self.access(headers)? == Access::SendOnly {
            let say = "This API key is restricted to only send emails";
            return Err(wire::error(401, "restricted_api_key", say));
        }
        match self.ground.strike_read(Provider::Resend) {
            Some(stroke) => Err(wire::instead(stroke, line).await),
            None => Ok(()),
        }
    }

    /// Counts one request; `Err` holds the number of seconds until the next is welcome.
    fn count_request(&self, limit: u32) -> Result<u32, u32> {
        let now = self.ground.clock.now().timestamp();
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        if second.0 != now {
            *second = (now, 0);
        }
        if second.1 >= limit {
            return Err(1);
        }
        second.1 += 1;
        Ok(limit - second.1)
    }
}

/// What stands before every endpoint: the edge that wants a User-Agent, and the team's rate limit.
async fn gate(State(resend): State<Arc<Resend>>, request: Request, next: Next) -> Response {
    if request.headers().get(header::USER_AGENT).is_none_or(HeaderValue::is_empty) {
        return Refusal::Edge.into_response();
    }
    let limit = resend.config().requests_per_second;
    if limit == 0 {
        return next.run(request).await;
    }
    let counted = resend.count_request(limit);
    let mut response = match counted {
        Ok(_) => next.run(request).await,
        Err(wait) => wire::too_many(limit).retry_after(Some(wait.into())).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert("ratelimit-limit", limit.into());
    headers.insert("ratelimit-remaining", counted.unwrap_or(0).into());
    headers.insert("ratelimit-reset", 1_u32.into());
    if let Ok(policy) = HeaderValue::from_str(&format!("{limit};w=1")) {
        headers.insert("ratelimit-policy", policy);
    }
    response
}
