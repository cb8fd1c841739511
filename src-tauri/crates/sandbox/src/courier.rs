//! Carries webhooks to their receiver: rewrites the public URL to a loopback one, posts, retries as the provider would,
//! and remembers what came of it. It never leaves this machine and never speaks TLS: a URL that does not end up at
//! `http://` on a loopback address is recorded and not called.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::{DateTime, Utc};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::{Host, Url};

use crate::Provider;
use crate::agenda::Agenda;
use crate::clock::{Clock, later, pause};
use crate::config::Rewrite;
use crate::sign::{svix_signature, without_fragment};

/// Deliveries to one message stay in order because they share a lane; lanes run side by side.
const LANES: usize = 8;
/// Webhooks waiting per lane. What does not fit is tried again a second later.
const LANE_LENGTH: usize = 4096;
/// Read time-out of one delivery, as Twilio's.
const PATIENCE: Duration = Duration::from_secs(15);
/// Remembered deliveries.
const MOST_RECORDS: usize = 10_000;
/// Svix tries again after these times.
const SVIX_RETRIES: [u64; 7] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

/// How a delivery proves where it comes from.
#[derive(Clone, Debug)]
pub(crate) enum Seal {
    /// Signed once over the public URL; a retry carries the same token.
    Twilio { signature: String, idempotency_token: String },
    /// Signed anew at each attempt, because the time of the attempt is part of it.
    Svix { secret: String, id: String },
}

/// One webhook on its way.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) provider: Provider,
    /// What it says, for the record: a status or an event type.
    pub(crate) event: String,
    /// The message it is about, for the record and to choose a lane.
    pub(crate) about: String,
    /// Public URL, as configured.
    pub(crate) url: String,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    pub(crate) seal: Seal,
    pub(crate) attempt: usize,
    pub(crate) rewrites: Vec<Rewrite>,
}

/// What came of one attempt to post a webhook.
#[derive(Clone, Debug, Serialize)]
pub struct CallbackRecord {
    /// When the attempt ended.
    pub at: DateTime<Utc>,
    /// Whose webhook.
    pub provider: Provider,
    /// Status or event type.
    pub event: String,
    /// Message SID or email id.
    pub about: String,
    /// Public URL.
    pub url: String,
    /// Where it really went; `None` when the URL leads off this machine.
    pub posted_to: Option<String>,
    /// 1 for the first attempt.
    pub attempt: usize,
    /// The receiver's answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum Undelivered {
    #[error("not posted: {0} is not plain http to a loopback address; add a callback rewrite")]
    OffThisMachine(String),
    #[error("could not connect: {0}")]
    Connect(std::io::Error),
    #[error("no answer: {0}")]
    Lost(String),
    #[error("no answer within 15 s")]
    TooLate,
}

type Unsendable = Box<dyn std::error::Error + Send + Sync>;

/// The post.
pub(crate) struct Courier {
    clock: Arc<dyn Clock>,
    agenda: Arc<Agenda>,
    lanes: Vec<mpsc::Sender<Delivery>>,
    waiting: Mutex<Vec<mpsc::Receiver<Delivery>>>,
    records: Mutex<VecDeque<CallbackRecord>>,
}

impl Courier {
    pub(crate) fn new(clock: Arc<dyn Clock>, agenda: Arc<Agenda>) -> Self {
        let (lanes, waiting) = (0..LANES).map(|_| mpsc::channel(LANE_LENGTH)).unzip();
        Self { clock, agenda, lanes, waiting: Mutex::new(waiting), records: Mutex::default() }
    }

    /// Starts the lanes; they end with `stop`.
    pub(crate) fn start(self: &Arc<Self>, stop: &CancellationToken, tasks: &TaskTracker) {
        let lanes =
            std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        for mut lane in lanes {
            let (courier, stop) = (self.clone(), stop.clone());
            tasks.spawn(async move {
                let work = async {
                    while let Some(delivery) = lane.recv().await {
                        courier.carry(delivery).await;
                    }
                };
                tokio::select! { () = stop.cancelled() => {}, () = work => {} }
            });
        }
    }

    /// Takes a webhook; never waits.
    pub(crate) fn post(self: &Arc<Self>, delivery: Delivery) {
        let lane = delivery
            .about
            .bytes()
            .fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
            % LANES;
        if let Err(refused) = self.lanes[lane].try_send(delivery) {
            self.post_later(refused.into_inner(), Duration::from_secs(1));
        }
    }

    fn post_later(self: &Arc<Self>, delivery: Delivery, wait: Duration) {
        // Weak, so that a retry hours ahead does not keep a stopped sandbox alive.
        let courier = Arc::downgrade(self);
        self.agenda.at(later(self.clock.now(), wait), move || {
            if let Some(courier) = courier.upgrade() {
                courier.post(delivery);
            }
        });
    }

    /// What came of the latest deliveries, oldest first.
    pub(crate) fn records(&self) -> Vec<CallbackRecord> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    async fn carry(self: &Arc<Self>, delivery: Delivery) {
        let target = loopback_target(&delivery.url, &delivery.rewrites);
        let outcome = match &target {
            None => Err(Undelivered::OffThisMachine(delivery.url.clone())),
            Some(target) => {
                tokio::select! {
                    done = self.attempt(&delivery, target) => done,
                    () = pause(&*self.clock, PATIENCE) => Err(Undelivered::TooLate),
                }
            }
        };
        let record = CallbackRecord {
            at: self.clock.now(),
            provider: delivery.provider,
            event: delivery.event.clone(),
            about: delivery.about.clone(),
            url: delivery.url.clone(),
            posted_to: target.map(|target| target.url),
            attempt: delivery.attempt + 1,
            status: outcome.as_ref().ok().map(StatusCode::as_u16),
            error: outcome.as_ref().err().map(ToString::to_string),
        };
        {
            let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
            if records.len() >= MOST_RECORDS {
                records.pop_front();
            }
            records.push_back(record);
        }
        if let Some(wait) = retry_after(&delivery, &outcome) {
            self.post_later(Delivery { attempt: delivery.attempt + 1, ..delivery }, wait);
        }
    }

    async fn attempt(
        &self,
        delivery: &Delivery,
        target: &Target,
    ) -> Result<StatusCode, Undelivered> {
        let lost = |error: &dyn std::fmt::Display| Undelivered::Lost(error.to_string());
        let tcp = TcpStream::connect((target.host.as_str(), target.port))
            .await
            .map_err(Undelivered::Connect)?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(tcp))
            .await
            .map_err(|error| lost(&error))?;
        let request = self.request(delivery, target).map_err(|error| lost(&error))?;
        let answer = async { sender.send_request(request).await.map(|answer| answer.status()) };
        // The connection is driven beside the request and dropped with it: webhooks are not kept alive. When it ends
        // first, the answer is either already there or known to be lost.
        tokio::pin!(answer, connection);
        let status = tokio::select! {
            biased;
            status = &mut answer => status,
            _ = &mut connection => answer.await,
        };
        status.map_err(|error| lost(&error))
    }

    fn request(&self, delivery: &Delivery, target: &Target) -> Result<Request<Body>, Unsendable> {
        let request = Request::post(target.path.as_str())
            .header(header::HOST, target.public_host.as_str())
            .header(header::CONTENT_TYPE, delivery.content_type)
            .header(header::CONTENT_LENGTH, delivery.body.len())
            .header(header::ACCEPT, "*/*");
        let request = match &delivery.seal {
            Seal::Twilio { signature, idempotency_token } => request
                .header(header::USER_AGENT, "TwilioProxy/1.1")
                .header("X-Twilio-Signature", signature)
                .header("I-Twilio-Idempotency-Token", idempotency_token),
            Seal::Svix { secret, id } => {
                let timestamp = self.clock.now().timestamp();
                request
                    .header(header::USER_AGENT, "Svix-Webhooks/1.0")
                    .header("svix-id", id)
                    .header("svix-timestamp", timestamp)
                    .header(
                        "svix-signature",
                        svix_signature(secret, id, timestamp, &delivery.body)?,
                    )
            }
        };
        Ok(request.body(Body::from(delivery.body.clone()))?)
    }
}

/// Twilio tries once more when it could not connect; Svix tries again for a day whenever the answer was not 2xx.
fn retry_after(delivery: &Delivery, outcome: &Result<StatusCode, Undelivered>) -> Option<Duration> {
    match (&delivery.seal, outcome) {
        (_, Err(Undelivered::OffThisMachine(_))) => None,
        (Seal::Twilio { .. }, Err(Undelivered::Connect(_))) if delivery.attempt == 0 => {
            Some(Duration::from_secs(1))
        }
        (Seal::Twilio { .. }, _) => None,
        (Seal::Svix { .. }, Ok(status)) if status.is_success() || *status == StatusCode::GONE => {
            None
        }
        (Seal::Svix { .. }, _) => {
            SVIX_RETRIES.get(delivery.attempt).copied().map(Duration::from_secs)
        }
    }
}

/// Where a webhook really goes.
#[derive(Debug)]
struct Target {
    url: String,
    host: String,
    port: u16,
    /// Path and query exactly as given: the receiver checks the signature over these bytes.
    path: String,
    /// The receiver sees the public host, as behind a tunnel.
    public_host: String,
}

/// The URL after rewriting, if it leads to plain HTTP on this machine.
fn loopback_target(public: &str, rewrites: &[Rewrite]) -> Option<Target> {
    let public = without_fragment(public);
    let rewritten = rewrites.iter().find_map(|rewrite| {
        public.strip_prefix(rewrite.from.as_str()).map(|rest| format!("{}{rest}", rewrite.to))
    });
    let url = rewritten.unwrap_or_else(|| public.to_owned());
    let parsed = Url::parse(&url).ok()?;
    let (host, loopback) = match parsed.host()? {
        Host::Domain(name) => (name.to_owned(), name == "localhost"),
        Host::Ipv4(address) => (address.to_string(), address.is_loopback()),
        Host::Ipv6(address) => (address.to_string(), address.is_loopback()),
    };
    if parsed.scheme() != "http" || !loopback {
        return None;
    }
    let rest = url.split_once("://")?.1;
    let path = rest.find(['/', '?']).map_or("", |start| &rest[start..]);
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let public_host = public.split_once("://")?.1.split(['/', '?']).next()?;
    let public_host = public_host.rsplit('@').next()?.to_owned();
    Some(Target { port: parsed.port_or_known_default()?, url, host, path, public_host })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_over_plain_http_are_ever_called() {
        let rewrite = [Rewrite {
            from: "https://hooks.example".to_owned(),
            to: "http://127.0.0.1:3000".to_owned(),
        }];
        let target = |url: &str| loopback_target(url, &rewrite).map(|target| target.url);
        assert_eq!(
            target("https://hooks.example/a?b=c#rc=1").as_deref(),
            Some("http://127.0.0.1:3000/a?b=c")
        );
        assert_eq!(target("http://localhost:9/a").as_deref(), Some("http://localhost:9/a"));
        assert_eq!(target("https://127.0.0.1/a"), None, "no TLS here");
        assert_eq!(target("http://192.0.2.1/a"), None, "a simulated provider must not reach out");
        assert_eq!(target("https://other.example/a"), None);
    }

    #[test]
    fn path_and_query_go_over_the_wire_byte_for_byte() {
        let rewrite = [Rewrite {
            from: "https://hooks.example".to_owned(),
            to: "http://127.0.0.1:3000/base".to_owned(),
        }];
        let target = loopback_target("https://hooks.example?who=it's+%7e", &rewrite);
        assert_eq!(
            target.map(|target| (target.path, target.public_host)),
            Some(("/base?who=it's+%7e".to_owned(), "hooks.example".to_owned())),
            "a re-encoded apostrophe would break the signature"
        );
    }
}
