//! What every door of one gateway shares: the rooms behind it, its own token and port, its bounds and counters.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use futures_util::StreamExt;
use signalbox_domain::Clock;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::behind::Behind;
use crate::board::Board;
use crate::limits::Limits;
use crate::metrics::Counters;
use crate::problem::Problem;
use crate::session::{self, SessionToken};

/// Bodies over the limit are read and thrown away up to this multiple of it, so that the sender hears the answer
/// instead of a reset.
const DRAIN: usize = 4;

/// One gateway's own.
pub(crate) struct Desk {
    pub(crate) behind: Arc<dyn Behind>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) token: SessionToken,
    pub(crate) port: u16,
    pub(crate) board: Board,
    pub(crate) limits: Limits,
    pub(crate) counters: Counters,
    pub(crate) deliveries: Arc<Semaphore>,
    pub(crate) requests: Arc<Semaphore>,
    pub(crate) feeds: Arc<Semaphore>,
    pub(crate) closing: CancellationToken,
}

/// A [`Desk`] as the doors hold it.
pub(crate) type Shared = Arc<Desk>;

impl Desk {
    /// Whether the request may do everything: the session token by header or cookie.
    pub(crate) fn is_session(&self, headers: &HeaderMap) -> bool {
        // A wrong header is not made good by a right cookie: whoever sends one means it.
        match session::bearer(headers) {
            Some(token) => self.token.is(token),
            None => session::cookies(headers, self.port).any(|token| self.token.is(token)),
        }
    }

    /// Refuses a request without the session token.
    pub(crate) fn require_session(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if self.is_session(headers) {
            return Ok(());
        }
        Err(Problem::unauthorized(
            "Open the address that Signalbox printed when it started, or send its token",
        ))
    }

    /// Reads a whole body within its bounds.
    pub(crate) async fn read_body(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Bytes, Problem> {
        self.read_body_in(self.limits.body_time, headers, body).await
    }

    /// The same in another time.
    pub(crate) async fn read_body_in(
        &self,
        time: Duration,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Bytes, Problem> {
        let limit = self.limits.body;
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > limit as u64)
            && headers.contains_key(header::EXPECT)
        {
            // The sender waits for leave to send and must not be given it.
            return Err(Problem::too_large(limit));
        }
        self.within(time, collect(body, limit)).await.unwrap_or_else(|| Err(Problem::too_slow()))
    }

    /// Waits for `work` at most `time` by the clock; `None` when it took longer.
    pub(crate) async fn within<T>(
        &self,
        time: Duration,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.clock.sleep(time) => None,
        }
    }
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut stream = body.into_data_stream();
    let mut kept = Vec::new();
    let mut seen = 0_usize;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::malformed(
                "The body broke off or is not framed as its headers say",
                "Send the request again",
            )
        })?;
        seen = seen.saturating_add(chunk.len());
        if seen <= limit {
            kept.extend_from_slice(&chunk);
        } else if seen > limit.saturating_mul(DRAIN) {
            break;
        }
    }
    if seen > limit { Err(Problem::too_large(limit)) } else { Ok(kept.into()) }
}

/// Whether a request says that its body is JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|kind| {
        kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
    })
}

/// The media type of a body in lower case, without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Refuses a body that is packed: nothing is unpacked here, so that no small body becomes a large one.
pub(crate) fn unpacked(headers: &HeaderMap) -> Result<(), Problem> {
    let is_plain = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Ok(());
    }
    Err(Problem::packed())
}

/// A body as a JSON object; an empty one is an object without fields.
pub(crate) fn json_object(headers: &HeaderMap, body: &[u8]) -> Result<serde_json::Value, Problem> {
    if body.is_empty() {
        return match media_type(headers) {
            None => Ok(serde_json::json!({})),
            Some(_) if is_json(headers) => Ok(serde_json::json!({})),
            Some(_) => Err(Problem::wrong_type("application/json")),
        };
    }
    unpacked(headers)?;
    if !is_json(headers) {
        return Err(Problem::wrong_type("application/json"));
    }
    let value: serde_json::Value = serde_json::from_slice(body).map_err(|error| {
        Problem::malformed(format!("The body is not JSON: {error}"), "Send one JSON object")
    })?;
    if value.is_object() {
        return Ok(value);
    }
    Err(Problem::malformed("The body is JSON, but not an object", "Send one JSON object, {…}"))
}
