//! The way to the process that owns the home: its gateway on this machine, by plain HTTP. A client of its own because
//! the providers' client is built for the outside: proxies, TLS and redirects have no place here.

use std::net::Ipv4Addr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use signalbox_domain::Clock;
use signalbox_engine::SystemClock;
use signalbox_gateway::Owner;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::stop::Stop;

/// Longest answer: a page of 200 messages is far below.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Longer than a provider may take to answer a test of its line.
const PATIENCE: Duration = Duration::from_secs(120);

/// A way to the owner of a home.
#[derive(Debug)]
pub(crate) struct Link {
    owner: Owner,
}

impl Link {
    /// To this owner; nothing is asked yet.
    #[must_use]
    pub(crate) fn to(owner: Owner) -> Self {
        Self { owner }
    }

    /// Runs a command at the owner's.
    ///
    /// # Errors
    /// That nothing answers, or the owner's own refusal.
    pub(crate) async fn call(&self, command: &str, args: &Value) -> Result<Value, Stop> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if command.is_empty() || !command.chars().all(is_name) {
            return Err(Stop::usage(format!("“{command}” is no command's name")));
        }
        let request =
            self.request(Method::POST, &format!("/api/call/{command}"), args.to_string())?;
        let clock = SystemClock::new();
        let (status, body) = tokio::select! {
            done = self.exchange(request) => done?,
            () = clock.sleep(PATIENCE) => return Err(self.silent("it takes too long")),
        };
        let json: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status == 200 { Ok(json) } else { Err(Stop::answered(status, &json)) }
    }

    /// Whether the owner answers at all.
    pub(crate) async fn answers(&self, clock: &dyn Clock) -> bool {
        let Ok(request) = self.request(Method::GET, "/healthz", String::new()) else {
            return false;
        };
        tokio::select! {
            done = self.exchange(request) => done.is_ok_and(|(status, _)| status == 200),
            () = clock.sleep(Duration::from_secs(2)) => false,
        }
    }

    /// Opens the live feed.
    ///
    /// # Errors
    /// That nothing answers, or that the owner will not have us.
    pub(crate) async fn live(&self) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Stop> {
        let url = format!("ws://127.0.0.1:{}/api/live", self.owner.port);
        let mut request =
            url.into_client_request().map_err(|error| Stop::internal(error.to_string()))?;
        let bearer = format!("Bearer {}", self.owner.token).parse();
        request.headers_mut().insert(
            header::AUTHORIZATION,
            bearer.map_err(|_| self.silent("its token is damaged"))?,
        );
        let (socket, _) =
            connect_async(request).await.map_err(|error| self.silent(&error.to_string()))?;
        Ok(socket)
    }

    fn request(&self, method: Method, path: &str, body: String) -> Result<Request<Body>, Stop> {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, format!("127.0.0.1:{}", self.owner.port))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.owner.token))
            .header(header::USER_AGENT, concat!("signalbox-cli/", env!("CARGO_PKG_VERSION")))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .map_err(|_| self.silent("gateway.json is damaged"))
    }

    async fn exchange(&self, request: Request<Body>) -> Result<(u16, Vec<u8>), Stop> {
        let lost = |error: &dyn std::fmt::Display| self.silent(&error.to_string());
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.owner.port))
            .await
            .map_err(|error| lost(&error))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| lost(&error))?;
        let talk = async {
            let answer = sender.send_request(request).await.map_err(|error| lost(&error))?;
            let status = answer.status().as_u16();
            let body = to_bytes(Body::new(answer.into_body()), MOST_BYTES)
                .await
                .map_err(|error| lost(&error))?;
            Ok((status, body.to_vec()))
        };
        tokio::pin!(talk, connection);
        // The connection is driven beside the exchange; when it ends first, what it brought is already there.
        tokio::select! {
            biased;
            done = &mut talk => done,
            _ = &mut connection => talk.await,
        }
    }

    fn silent(&self, why: &str) -> Stop {
        let Owner { port, pid, .. } = &self.owner;
        Stop::not_reachable(
            format!("Process {pid} owns this home, but does not answer on 127.0.0.1:{port}: {why}"),
            "If it hangs, end that process and try again. Nothing was lost",
        )
    }
}
