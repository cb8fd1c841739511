//! Loopback peers for tests: what a server can do to a connection, one behaviour each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// What to do with one request once it has been read whole.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Write these bytes and keep the connection.
    Say(Vec<u8>),
    /// Write these bytes and end the connection.
    SayAndClose(Vec<u8>),
    /// End the connection in good order.
    Close,
    /// Throw the connection away.
    Reset,
    /// Say nothing for as long as the caller waits.
    Hang,
}

/// A server that plays a list of acts, one a request, the last one for ever after.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) url: Url,
    heard: Arc<std::sync::Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Peer {
    pub(crate) async fn playing(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let peer = Self {
            url: Url::parse(&format!("http://127.0.0.1:{port}")).expect("a valid address"),
            heard: Arc::default(),
            connections: Arc::default(),
        };
        let answering = peer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                answering.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(answering.clone().serve(stream, acts.clone()));
            }
        });
        peer
    }

    /// Answers every request with this status and body.
    pub(crate) async fn saying(status: u16, headers: &str, body: &str) -> Self {
        Self::playing(vec![Act::Say(http(status, headers, body.as_bytes()))]).await
    }

    /// Every request so far, head and body.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no test panics while holding it").clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    async fn serve(self, mut stream: TcpStream, acts: Vec<Act>) {
        while let Some(request) = read_request(&mut stream).await {
            let nth = {
                let mut heard = self.heard.lock().expect("no test panics while holding it");
                heard.push(request);
                heard.len() - 1
            };
            match acts[nth.min(acts.len() - 1)].clone() {
                Act::Say(bytes) => {
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Act::SayAndClose(bytes) => {
                    let _ = stream.write_all(&bytes).await;
                    return;
                }
                Act::Close => return,
                Act::Reset => {
                    let _ = stream.set_zero_linger();
                    return;
                }
                Act::Hang => std::future::pending::<()>().await,
            }
        }
    }
}

/// A complete HTTP answer.
pub(crate) fn http(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 {status} Whatever\r\ncontent-length: {}\r\n{headers}\r\n", body.len())
            .into_bytes();
    answer.extend_from_slice(body);
    answer
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0u8; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .and_then(|value| value.trim().parse::<usize>().ok())
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return Some(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}
