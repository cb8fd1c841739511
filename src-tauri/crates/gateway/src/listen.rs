//! The port: binding it on loopback, taking connections within bounds, ending them in order. hyper is driven directly
//! because `axum::serve` bounds neither the time nor the size of a request's head.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::desk::Shared;

/// Ports tried after the one asked for, before any free one will do.
const NEXT: u16 = 100;

/// Binds `wanted` on 127.0.0.1, or the next free port after it; 0 for any. Never another interface.
pub(crate) async fn bind(wanted: u16) -> io::Result<TcpListener> {
    let taken = |error: &io::Error| {
        matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
    };
    let last = if wanted == 0 { 0 } else { wanted.saturating_add(NEXT) };
    for port in wanted..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Err(error) if taken(&error) => {}
            other => return other,
        }
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

/// Two signals to everything on the port.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ending {
    /// Take nothing new; finish what is under way.
    pub(crate) closing: CancellationToken,
    /// End now.
    pub(crate) cut: CancellationToken,
}

/// Takes connections until the end.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    desk: Shared,
    ending: Ending,
    tasks: TaskTracker,
) {
    let room = Arc::new(Semaphore::new(desk.limits.connections));
    loop {
        let next = async {
            let place = room.clone().acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(stream, peer)| (place, stream, peer))
        };
        let (place, stream, peer) = tokio::select! {
            () = ending.closing.cancelled() => return,
            next = next => match next {
                Ok(next) => next,
                Err(error) => {
                    // Out of file handles, mostly: give connections time to end instead of spinning.
                    tracing::warn!(%error, "the gateway could not take a connection");
                    desk.clock.sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let talk = converse(stream, peer, router.clone(), desk.clone(), ending.clone());
        tasks.spawn(async move {
            talk.await;
            drop(place);
        });
    }
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    desk: Shared,
    ending: Ending,
) {
    // Small answers must leave at once; a failure here costs speed only.
    drop(stream.set_nodelay(true));
    let router = TowerToHyperService::new(router);
    let answer = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(desk.limits.head_time)
        .max_headers(desk.limits.headers)
        .max_buf_size(desk.limits.head)
        .serve_connection(TokioIo::new(stream), answer)
        .with_upgrades();
    tokio::pin!(connection);
    let mut told = false;
    loop {
        tokio::select! {
            () = ending.cut.cancelled() => return,
            () = ending.closing.cancelled(), if !told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
            done = &mut connection => {
                if let Err(error) = done {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
        }
    }
}
