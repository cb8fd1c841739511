//! Loopback ports: a bounded accept loop, and HTTP connections that a handler can tear down under its own request.
//!
//! axum's own server is not used because it answers every request; a simulated provider must also be able to reset the
//! connection after it has accepted a message, which is the case the product has to survive.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::DATE;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;

/// Connections open at the same time, per port. More wait in the listen queue.
const MOST_CONNECTIONS: usize = 512;
/// A peer that opens a connection and does not finish its request head in this time is dropped.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// A handle on the connection a request came in by.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    cut: CancellationToken,
    reset: Arc<AtomicBool>,
}

impl Wire {
    pub(crate) fn new() -> Self {
        Self { cut: CancellationToken::new(), reset: Arc::new(AtomicBool::new(false)) }
    }

    /// Tears the connection down with a TCP reset. The calling request ends here and is never answered.
    pub(crate) async fn reset(&self) -> Infallible {
        self.reset.store(true, Ordering::Relaxed);
        self.cut.cancel();
        std::future::pending().await
    }

    /// Never answers. Ends when the peer gives up or the sandbox stops, because either drops the request.
    pub(crate) async fn hang(&self) -> Infallible {
        std::future::pending().await
    }

    pub(crate) async fn was_cut(&self) {
        self.cut.cancelled().await;
    }
}

/// A TCP stream that closes with a reset instead of a farewell when its [`Wire`] says so.
#[derive(Debug)]
pub(crate) struct Socket {
    tcp: TcpStream,
    wire: Wire,
}

impl Socket {
    pub(crate) fn new(tcp: TcpStream, wire: Wire) -> Self {
        Self { tcp, wire }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.wire.reset.load(Ordering::Relaxed) {
            // Failing to set it means the peer sees an orderly close: still no answer, so still a lost answer.
            drop(self.tcp.set_zero_linger());
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, buf)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

/// Binds a loopback port, 0 for any free one.
pub(crate) async fn bind(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Takes connections until `stop` and gives each to `talk`, on a task of its own.
pub(crate) async fn listen<F, T>(
    listener: TcpListener,
    stop: CancellationToken,
    tasks: TaskTracker,
    talk: F,
) where
    F: Fn(Socket, Wire) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let next = async {
            let place = room.clone().acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(tcp, _)| (place, tcp))
        };
        let (place, tcp) = tokio::select! {
            () = stop.cancelled() => return,
            next = next => match next {
                Ok(next) => next,
                Err(error) => {
                    // Out of file handles, mostly: give connections time to end instead of spinning.
                    tracing::warn!(%error, "the sandbox could not take a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        // Small answers must leave at once; a failure here costs speed only.
        drop(tcp.set_nodelay(true));
        let wire = Wire::new();
        let talk = talk(Socket::new(tcp, wire.clone()), wire.clone());
        let stop = stop.clone();
        tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = wire.was_cut() => {}
                () = talk => {}
            }
            drop(place);
        });
    }
}

/// Serves `router` on one connection; every request carries its [`Wire`] as an extension, and every answer the time of
/// `clock`, so that a provider with a clock of its own says so as a real one does.
pub(crate) async fn serve(router: Router, clock: Arc<dyn Clock>, socket: Socket, wire: Wire) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(wire.clone());
        let (answer, clock) = (router.call(request), clock.clone());
        async move {
            let mut answer = answer.await?;
            let date = clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            if let Ok(date) = HeaderValue::from_str(&date) {
                answer.headers_mut().entry(DATE).or_insert(date);
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(socket), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to the sandbox ended early");
    }
}

/// What a gateway in front of a provider says when the provider does not answer it.
pub(crate) const BAD_GATEWAY_PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n";
