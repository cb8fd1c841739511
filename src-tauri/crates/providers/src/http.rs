//! The one HTTP client: bounded, without redirects, and exact about whether bytes left.
//!
//! Owns time limits, the size of answers, the refusal of plain http outside this computer, and the
//! split of failures into certainly not sent and maybe sent. Never retries anything: a request is
//! written at most once, and what follows is the outbox's business.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Once, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use url::{Host, Url};

#[cfg(test)]
mod tests;

/// Bytes of an answer that are kept; no call of ours has a longer one.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// How long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Looking up, connecting and shaking hands.
    pub connect: Duration,
    /// Everything, to the last byte of the answer.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), whole: Duration::from_secs(30) }
    }
}

/// A request that got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No byte of the request left this computer.
    #[error("not sent: {0:?}")]
    NotSent(NotSent),
    /// Bytes left; whether they were read and acted on is not known.
    #[error("maybe sent: {0:?}")]
    MaybeSent(MaybeSent),
}

/// Why a request certainly did not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// The name could not be looked up.
    Dns,
    /// Nobody listens there, or no way leads there.
    Connect,
    /// No connection within the time.
    Timeout,
    /// No trusted connection.
    Tls,
    /// The proxy would not connect.
    Proxy,
    /// The request itself is unfit: a bad address, or plain http to another computer.
    Request,
}

/// What was seen instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaybeSent {
    /// The time ran out.
    Timeout,
    /// The connection ended, or what came was not HTTP.
    Broken,
}

/// An answer, as far as it arrived. The status decides, never the body: it may be a page of a CDN.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`BODY_LIMIT`] bytes of it.
    pub body: Vec<u8>,
    /// Whether that is all of the body: `false` when it was too long or broke off.
    pub whole: bool,
}

impl Answer {
    /// The body as JSON, if it is all there and is.
    #[must_use]
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        // Lossy, so that one bad byte in a message text does not hide the code beside it.
        self.whole.then(|| serde_json::from_str(&String::from_utf8_lossy(&self.body)).ok())?
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What the provider's clock said, in whole seconds (`Date`).
    #[must_use]
    pub fn date(&self) -> Option<DateTime<Utc>> {
        Some(DateTime::parse_from_rfc2822(self.header("date")?).ok()?.with_timezone(&Utc))
    }

    /// How long the provider asks to wait, at most a day: seconds, or a date, which is read
    /// against the answer's own `Date` so that a wrong clock here does no harm.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        const MOST: f64 = 86_400.0;
        let text = self.header("retry-after")?.trim();
        let seconds = match text.parse::<f64>() {
            Ok(seconds) => seconds,
            Err(_) => {
                let until = DateTime::parse_from_rfc2822(text).ok()?;
                (until.with_timezone(&Utc) - self.date()?).as_seconds_f64()
            }
        };
        (seconds.is_finite() && seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(MOST)))
    }
}

tokio::task_local! {
    static STATUS: Arc<AtomicU16>;
}

/// Does something at a provider, and tells with which HTTP status its last answer came; `None` when
/// none came, or the provider speaks another protocol. The status of an attempt belongs in the
/// journal whatever the adapter made of it, so it is taken where all requests pass and not from
/// each adapter.
pub async fn heard<T>(work: impl Future<Output = T>) -> (T, Option<u16>) {
    let status = Arc::new(AtomicU16::new(0));
    let done = STATUS.scope(status.clone(), work).await;
    let status = status.load(Ordering::Relaxed);
    (done, (status > 0).then_some(status))
}

/// The client. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Http {
    inner: Arc<Inner>,
}

struct Inner {
    timeouts: Timeouts,
    clients: RwLock<Clients>,
    run: u64,
    counter: AtomicU64,
}

#[derive(Clone)]
struct Clients {
    /// Through the system's proxy, where one is set.
    outside: Client,
    /// Loopback: a proxy would be somebody else's loopback.
    inside: Client,
}

/// The TLS stack could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be started")]
pub struct HttpError(#[source] reqwest::Error);

impl Http {
    /// A client with the usual time limits.
    ///
    /// # Errors
    /// When the system's certificate store or TLS cannot be set up.
    pub fn new() -> Result<Self, HttpError> {
        Self::with_timeouts(Timeouts::default())
    }

    /// A client with other time limits.
    ///
    /// # Errors
    /// As [`Http::new`].
    pub fn with_timeouts(timeouts: Timeouts) -> Result<Self, HttpError> {
        let inner = Inner {
            timeouts,
            clients: RwLock::new(Clients::build(timeouts)?),
            run: RandomState::new().build_hasher().finish(),
            counter: AtomicU64::new(0),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Drops all kept connections: after a sleep they are dead without knowing it, and the next
    /// request on one of them would come out unknown.
    pub fn forget_connections(&self) {
        if let Ok(fresh) = Clients::build(self.inner.timeouts) {
            *self.inner.clients.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
    }

    /// Begins a request; it goes out with [`Http::run`].
    pub(crate) fn request(&self, method: Method, url: &Url) -> RequestBuilder {
        let clients = self.inner.clients.read().unwrap_or_else(PoisonError::into_inner);
        let client = if is_loopback(url) { &clients.inside } else { &clients.outside };
        client.request(method, url.clone())
    }

    /// Writes a request once and reads what comes back. [`heard`] learns the status.
    ///
    /// # Errors
    /// When no status line came back; says whether bytes may have left.
    pub(crate) async fn run(&self, request: RequestBuilder) -> Result<Answer, TransportError> {
        let id = self.next_id();
        let (client, request) = request.header("x-request-id", &id).build_split();
        let request = request.map_err(|_| TransportError::NotSent(NotSent::Request))?;
        let url = request.url();
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(url)) {
            return Err(TransportError::NotSent(NotSent::Request));
        }
        // The query may hold a recipient, so it stays out of the log.
        let (method, host) = (request.method().clone(), url.host_str().unwrap_or("").to_owned());
        let path = url.path().to_owned();
        let result = self.exchange(&client, request).await;
        if let Ok(answer) = &result {
            // Nobody listens to a probe or a look-up.
            let _ = STATUS.try_with(|status| status.store(answer.status, Ordering::Relaxed));
        }
        match &result {
            Ok(answer) => tracing::debug!(
                %method, host, path, id, status = answer.status, whole = answer.whole,
                theirs = answer.header("twilio-request-id").or(answer.header("x-request-id")),
                "answered"
            ),
            Err(error) => tracing::debug!(%method, host, path, id, %error, "no answer"),
        }
        result
    }

    async fn exchange(
        &self,
        client: &Client,
        request: reqwest::Request,
    ) -> Result<Answer, TransportError> {
        let mut response = client.execute(request).await.map_err(|error| classify(&error))?;
        let mut answer = Answer {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body: Vec::new(),
            whole: false,
        };
        // From here on the status is known, so nothing that happens to the body is an error.
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    let room = BODY_LIMIT - answer.body.len();
                    answer.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                    if chunk.len() > room {
                        return Ok(answer);
                    }
                }
                Ok(None) => {
                    answer.whole = true;
                    return Ok(answer);
                }
                Err(_) => return Ok(answer),
            }
        }
    }

    /// Unique to this process, so that a line in the log is found again at the provider.
    fn next_id(&self) -> String {
        let n = self.inner.counter.fetch_add(1, Ordering::Relaxed);
        format!("sb-{:016x}-{n}", self.inner.run)
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("timeouts", &self.inner.timeouts).finish_non_exhaustive()
    }
}

impl Clients {
    fn build(timeouts: Timeouts) -> Result<Self, HttpError> {
        install_crypto();
        let base = || {
            Client::builder()
                .user_agent(concat!("Signalbox/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(timeouts.connect)
                .timeout(timeouts.whole)
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                // reqwest would repeat what a server refused at the protocol level. hyper itself
                // only repeats a request of which no byte was written; the tests hold both.
                .retry(reqwest::retry::never())
                // One request, one connection: with HTTP/2 the end of a connection leaves several
                // requests in doubt at once.
                .http1_only()
                // Shorter than any server keeps a connection, so that a stale one is rarely met.
                .pool_idle_timeout(Duration::from_secs(20))
        };
        let outside = base().build().map_err(HttpError)?;
        let inside = base().no_proxy().build().map_err(HttpError)?;
        Ok(Self { outside, inside })
    }
}

/// Makes ring the process's TLS crypto, once; whoever was first stays.
pub(crate) fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _already_there = rustls::crypto::ring::default_provider().install_default();
    });
}

/// Whether an address stays on this computer.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn classify(error: &reqwest::Error) -> TransportError {
    if error.is_builder() {
        return TransportError::NotSent(NotSent::Request);
    }
    // `is_connect` comes first: a time-out while connecting is both, and nothing was sent.
    if error.is_connect() {
        let why = if error.is_dns() {
            NotSent::Dns
        } else if error.is_timeout() {
            NotSent::Timeout
        } else if chain_has::<rustls::Error>(error) {
            NotSent::Tls
        } else if chain_says(error, "tunnel") || chain_says(error, "proxy") {
            NotSent::Proxy
        } else {
            NotSent::Connect
        };
        return TransportError::NotSent(why);
    }
    TransportError::MaybeSent(if error.is_timeout() {
        MaybeSent::Timeout
    } else {
        MaybeSent::Broken
    })
}

/// Whether an error was caused by a `T`. An `io::Error` hides what it wraps from `source`.
pub(crate) fn chain_has<T: std::error::Error + 'static>(
    error: &(dyn std::error::Error + 'static),
) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<T>() {
            return true;
        }
        if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(|io| io.get_ref())
            && chain_has::<T>(inner)
        {
            return true;
        }
        next = error.source();
    }
    false
}

fn chain_says(error: &(dyn std::error::Error + 'static), word: &str) -> bool {
    let mut next = error.source();
    while let Some(error) = next {
        if error.to_string().to_ascii_lowercase().contains(word) {
            return true;
        }
        next = error.source();
    }
    false
}
