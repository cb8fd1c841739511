//! A loopback gateway that only listens: it answers 204 and keeps what was posted.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use signalbox_providers::{Delivery, Event, Secrets, webhook};
use signalbox_sandbox::{Clock, TokioClock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

struct Post {
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    at: DateTime<Utc>,
}

pub(crate) struct Ear {
    pub(crate) url: String,
    posts: Arc<Mutex<Vec<Post>>>,
    more: Arc<Notify>,
}

impl Ear {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let ear = Self { url, posts: Arc::default(), more: Arc::default() };
        let (posts, more) = (ear.posts.clone(), ear.more.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (posts, more) = (posts.clone(), more.clone());
                tokio::spawn(async move {
                    if let Some(post) = hear(&mut stream).await {
                        posts.lock().expect("not poisoned").push(post);
                        let _ = stream
                            .write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
                            .await;
                        more.notify_one();
                    }
                });
            }
        });
        ear
    }

    /// Waits for an event; each post on the way must verify and be readable.
    pub(crate) async fn until(
        &self,
        provider: &str,
        secrets: &Secrets,
        wanted: impl Fn(&Event) -> bool,
    ) -> Event {
        let waiting = async {
            loop {
                let posts = std::mem::take(&mut *self.posts.lock().expect("not poisoned"));
                for post in posts {
                    let public_url = format!("{}{}", self.url, post.path);
                    let delivery = Delivery {
                        method: "POST",
                        public_url: &public_url,
                        headers: &post.headers,
                        body: &post.body,
                        received_at: post.at,
                    };
                    let verdict = webhook::verify(provider, secrets, &delivery);
                    assert_eq!(verdict, Ok(()), "{public_url}");
                    let reading = webhook::read(provider, &delivery).expect("readable");
                    if let Some(event) = reading.events.into_iter().find(&wanted) {
                        return event;
                    }
                }
                self.more.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("the event comes")
    }
}

async fn hear(stream: &mut TcpStream) -> Option<Post> {
    let mut bytes = Vec::new();
    let mut chunk = [0u8; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut lines = head.split("\r\n");
            let path = lines.next()?.split(' ').nth(1)?.to_owned();
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(k, v)| (k.to_ascii_lowercase(), v.trim().to_owned()))
                .collect();
            let length = headers.iter().find(|(k, _)| k == "content-length");
            let length: usize = length.and_then(|(_, v)| v.parse().ok()).unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                let body = bytes[end + 4..].to_vec();
                let at = TokioClock.now();
                return Some(Post { path, headers, body, at });
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}
