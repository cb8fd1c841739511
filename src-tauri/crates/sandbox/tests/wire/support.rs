//! A sandbox on a clock that stands still, clients for it, and a receiver for its webhooks.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeZone, Utc};
use serde_json::Value;
use signalbox_sandbox::config::{ACCOUNT_SID, API_KEY, AUTH_TOKEN};
use signalbox_sandbox::{ManualClock, ResendConfig, Sandbox, SandboxConfig, TwilioConfig};
use tokio::sync::mpsc;

/// Nothing here takes long; a test that waits this long waits for something that will not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The sender of all test messages.
pub(crate) const FROM: &str = "+15005550006";
/// A recipient with whom nothing is special.
pub(crate) const TO: &str = "+15551230001";

/// Saturday, 21 November 2026, 09:55:01 GMT.
pub(crate) fn start_of_time() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 9, 55, 1).unwrap()
}

/// Waits for `what`, and fails instead of hanging.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what} did not happen"))
}

/// Lets other tasks run until `done`.
pub(crate) async fn until(what: &str, mut done: impl FnMut() -> bool) {
    soon(what, async {
        while !done() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// A sandbox under test.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<ManualClock>,
    http: reqwest::Client,
}

/// An HTTP answer, whatever its body is.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// `(status, code)` of a Twilio error.
    pub(crate) fn twilio_error(&self) -> (u16, u64) {
        let body = self.json();
        assert_eq!(body["status"], self.status, "the body repeats the status");
        let code = body["code"].as_u64().unwrap();
        assert_eq!(body["more_info"], format!("https://www.twilio.com/docs/errors/{code}"));
        assert!(body["message"].is_string());
        (self.status, code)
    }

    /// `(status, name)` of a Resend error.
    pub(crate) fn resend_error(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(body["statusCode"], self.status, "the body repeats the status");
        assert!(body["message"].is_string());
        (self.status, body["name"].as_str().unwrap().to_owned())
    }
}

/// Settings under which nothing limits a test that is not about limits.
pub(crate) fn unlimited() -> SandboxConfig {
    SandboxConfig {
        resend: Some(ResendConfig { requests_per_second: 0, ..ResendConfig::default() }),
        ..SandboxConfig::default()
    }
}

pub(crate) fn http() -> reqwest::Client {
    // The client asks for a default TLS provider even where it never speaks TLS; a second call finds one and fails.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build().unwrap()
}

impl Bench {
    pub(crate) async fn start(config: SandboxConfig) -> Self {
        let clock = Arc::new(ManualClock::new(start_of_time()));
        let sandbox = Sandbox::start_at(config, clock.clone()).await.unwrap();
        Self { sandbox, clock, http: http() }
    }

    pub(crate) async fn plain() -> Self {
        Self::start(unlimited()).await
    }

    pub(crate) async fn with_twilio(twilio: TwilioConfig) -> Self {
        Self::start(SandboxConfig { twilio: Some(twilio), ..unlimited() }).await
    }

    pub(crate) async fn with_resend(resend: ResendConfig) -> Self {
        Self::start(SandboxConfig { resend: Some(resend), ..unlimited() }).await
    }

    pub(crate) fn advance(&self, millis: u64) {
        self.clock.advance(Duration::from_millis(millis));
    }

    /// A request to the account's part of the Twilio API, signed in.
    pub(crate) fn twilio(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.twilio_as(ACCOUNT_SID, AUTH_TOKEN, method, path)
    }

    pub(crate) fn twilio_as(
        &self,
        user: &str,
        password: &str,
        method: &str,
        path: &str,
    ) -> reqwest::RequestBuilder {
        let base = self.sandbox.urls().twilio.clone().unwrap();
        let url = format!("{base}/2010-04-01/Accounts/{ACCOUNT_SID}{path}");
        let basic = STANDARD.encode(format!("{user}:{password}"));
        self.http
            .request(method.parse().unwrap(), url)
            .header("authorization", format!("Basic {basic}"))
    }

    /// Sends an SMS with the given form.
    pub(crate) async fn sms_form(&self, form: &[(&str, &str)]) -> Answer {
        answer(self.twilio("POST", "/Messages.json").form(form)).await
    }

    pub(crate) async fn sms(&self, to: &str, body: &str) -> Answer {
        self.sms_form(&[("To", to), ("From", FROM), ("Body", body)]).await
    }

    /// Sends an SMS that must be accepted, with a callback, and gives its SID.
    pub(crate) async fn sms_told(&self, to: &str, callback: &str) -> String {
        let form = [("To", to), ("From", FROM), ("Body", "hello"), ("StatusCallback", callback)];
        let answer = self.sms_form(&form).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["sid"].as_str().unwrap().to_owned()
    }

    /// A request to the Resend API, signed in and with a User-Agent.
    pub(crate) fn resend(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.resend_bare(method, path)
            .header("authorization", format!("Bearer {API_KEY}"))
            .header("user-agent", "test/1")
    }

    pub(crate) fn resend_bare(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let base = self.sandbox.urls().resend.clone().unwrap();
        self.http.request(method.parse().unwrap(), format!("{base}{path}"))
    }

    pub(crate) async fn email(&self, email: &Value) -> Answer {
        answer(self.resend("POST", "/emails").json(email)).await
    }

    pub(crate) async fn email_keyed(&self, key: &str, email: &Value) -> Answer {
        answer(self.resend("POST", "/emails").header("idempotency-key", key).json(email)).await
    }

    pub(crate) fn control(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let base = self.sandbox.urls().control.clone().unwrap();
        self.http.request(method.parse().unwrap(), format!("{base}/_sandbox{path}"))
    }
}

/// An email to `to` that is in order.
pub(crate) fn email_to(to: &str) -> Value {
    serde_json::json!({"from": "Desk <desk@mail.example>", "to": to, "subject": "Your invoice", "text": "It is ready."})
}

/// Sends a request that must be answered.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = soon("an answer", request.send()).await.unwrap();
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    Answer { status, headers, text: response.text().await.unwrap() }
}

/// One webhook as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Post {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}")).to_str().unwrap()
    }

    pub(crate) fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.form().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Where webhooks arrive.
pub(crate) struct Receiver {
    pub(crate) url: String,
    posts: mpsc::UnboundedReceiver<Post>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

type Desk = (mpsc::UnboundedSender<Post>, Arc<Mutex<VecDeque<u16>>>);

impl Receiver {
    pub(crate) async fn start() -> Self {
        let (sender, posts) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let router = Router::new().fallback(take).with_state((sender, answers.clone()));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, posts, answers }
    }

    /// The next answers to give; then 204.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    pub(crate) async fn next(&mut self) -> Post {
        soon("a webhook", self.posts.recv()).await.unwrap()
    }

    /// How many have arrived and not been looked at.
    pub(crate) fn waiting(&self) -> usize {
        self.posts.len()
    }
}

async fn take(
    State((posts, answers)): State<Desk>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let post =
        Post { target: uri.to_string(), headers, body: String::from_utf8(body.to_vec()).unwrap() };
    // A test that has ended no longer wants it.
    drop(posts.send(post));
    let status = answers.lock().unwrap().pop_front().unwrap_or(204);
    StatusCode::from_u16(status).unwrap()
}
