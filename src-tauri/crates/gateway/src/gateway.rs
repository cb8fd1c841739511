//! One running gateway: what it is told, where it is, how it stops.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use signalbox_domain::Clock;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;

use crate::behind::Behind;
use crate::board::{self, Board};
use crate::desk::{Desk, Shared};
use crate::limits::Limits;
use crate::listen::{self, Ending};
use crate::metrics::{self, Counters};
use crate::problem::Problem;
use crate::session::SessionToken;
use crate::{calls, guard, live, messages, openapi, webhooks};

/// The port when nothing else is said.
pub const DEFAULT_PORT: u16 = 3000;

/// What a gateway is told.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// The port on 127.0.0.1; the next free one when it is taken, any free one for 0.
    pub port: u16,
    /// Which page it shows.
    pub board: Board,
    /// Who has this may do everything.
    pub token: SessionToken,
    /// Bounds on what callers may ask.
    pub limits: Limits,
}

impl GatewayOptions {
    /// The usual ones: the default port, no board, the usual bounds.
    #[must_use]
    pub fn new(token: SessionToken) -> Self {
        Self { port: DEFAULT_PORT, board: Board::Off, token, limits: Limits::default() }
    }
}

/// A running gateway. Stops in order by [`stop`](Self::stop), at once when dropped.
#[derive(Debug)]
pub struct Gateway {
    port: u16,
    token: SessionToken,
    clock: Arc<dyn Clock>,
    ending: Ending,
    tasks: TaskTracker,
}

impl Gateway {
    /// Binds the port and serves what stands behind it.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn open(behind: Arc<dyn Behind>, options: GatewayOptions) -> io::Result<Self> {
        let listener = listen::bind(options.port).await?;
        let port = listener.local_addr()?.port();
        if port != options.port && options.port != 0 {
            tracing::warn!(
                wanted = options.port,
                port,
                "the port is taken; the gateway is on the next free one"
            );
        }
        let (ending, tasks, clock) = (Ending::default(), TaskTracker::new(), behind.clock());
        let token = options.token.clone();
        let desk = Arc::new(Desk {
            clock: clock.clone(),
            behind,
            token: options.token,
            port,
            board: options.board,
            counters: Counters::default(),
            deliveries: Arc::new(Semaphore::new(options.limits.deliveries)),
            requests: Arc::new(Semaphore::new(options.limits.requests)),
            feeds: Arc::new(Semaphore::new(options.limits.feeds)),
            limits: options.limits,
            closing: ending.closing.clone(),
        });
        tasks.spawn(listen::serve(
            listener,
            router(desk.clone()),
            desk,
            ending.clone(),
            tasks.clone(),
        ));
        tracing::info!(port, "the gateway is open");
        Ok(Self { port, token, clock, ending, tasks })
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The board's address with the token in it: for the person who started it, and for nobody's log.
    #[must_use]
    pub fn board_url(&self) -> String {
        format!("{}/?token={}", self.url(), self.token.expose())
    }

    /// Takes nothing new, lets what is under way finish until `deadline`, then ends the rest.
    pub async fn stop(self, deadline: Duration) {
        self.ending.closing.cancel();
        self.tasks.close();
        tokio::select! {
            () = self.tasks.wait() => {}
            () = self.clock.sleep(deadline) => {
                self.ending.cut.cancel();
                self.tasks.wait().await;
            }
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.ending.closing.cancel();
        self.ending.cut.cancel();
    }
}

fn router(desk: Shared) -> Router {
    Router::new()
        .route("/api/webhooks/{*rest}", any(webhooks::take))
        .route("/api/messages", get(messages::list).post(messages::send))
        .route("/api/messages/{id}", get(messages::show))
        .route("/api/messages/{id}/retry", post(messages::retry))
        .route("/api/openapi.json", get(openapi::show))
        .route("/api/live", get(live::open))
        .route("/api/call", get(calls::list))
        .route("/api/call/{command}", post(calls::call))
        .route("/healthz", get(healthy))
        .route("/metrics", get(metrics::show))
        .fallback(board::show)
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(CatchPanicLayer::custom(|_| Problem::our_fault().into_response()))
        .layer(axum::middleware::from_fn_with_state(desk.clone(), guard::pass))
        .with_state(desk)
}

/// `GET /healthz`: that the gateway answers. Whether lines work is `status`'s to say.
async fn healthy() -> impl IntoResponse {
    axum::Json(serde_json::json!({ "ok": true, "version": env!("CARGO_PKG_VERSION") }))
}
