//! The least of an HTTP client: requests that were written beforehand, over connections that stay open.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Connections of the paced run.
const LANES: usize = 32;

/// One request, as it goes over the wire.
pub(crate) type Post = Arc<[u8]>;

/// Deliveries a second, when each connection sends its list as fast as it is answered.
pub(crate) async fn burst(port: u16, lists: Vec<Vec<Post>>) -> f64 {
    let many: usize = lists.iter().map(Vec::len).sum();
    let mut lanes = Vec::new();
    for list in lists {
        lanes.push((connect(port).await, list));
    }
    let started = Instant::now();
    let lanes: Vec<_> = lanes
        .into_iter()
        .map(|(mut stream, list)| {
            tokio::spawn(async move {
                for post in list {
                    deliver(&mut stream, &post).await;
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.expect("every delivery is answered");
    }
    many as f64 / started.elapsed().as_secs_f64()
}

/// How long each delivery took from when it was due, in milliseconds.
pub(crate) async fn steady(port: u16, posts: Vec<Post>, pace: u32) -> Vec<f64> {
    let gap = Duration::from_secs(1) / pace;
    let mut lanes: Vec<Vec<(usize, Post)>> = vec![Vec::new(); LANES];
    for (n, post) in posts.into_iter().enumerate() {
        lanes[n % LANES].push((n, post));
    }
    let mut streams = Vec::new();
    for lane in lanes {
        streams.push((connect(port).await, lane));
    }
    let started = Instant::now() + Duration::from_millis(20);
    let lanes: Vec<_> = streams
        .into_iter()
        .map(|(mut stream, lane)| {
            tokio::spawn(async move {
                let mut waits = Vec::with_capacity(lane.len());
                for (n, post) in lane {
                    let due = started + gap * u32::try_from(n).expect("not so many");
                    tokio::time::sleep_until(due.into()).await;
                    // The timer counts in whole milliseconds and may be early by less than one.
                    let due = due.min(Instant::now());
                    deliver(&mut stream, &post).await;
                    waits.push(due.elapsed().as_secs_f64() * 1_000.0);
                }
                waits
            })
        })
        .collect();
    let mut waits = Vec::new();
    for lane in lanes {
        waits.extend(lane.await.expect("every delivery is answered"));
    }
    waits
}

async fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("it listens");
    stream.set_nodelay(true).expect("no delay");
    stream
}

/// Sends one request and reads its answer, which has no body.
async fn deliver(stream: &mut TcpStream, post: &[u8]) {
    stream.write_all(post).await.expect("it is sent");
    let mut answer = [0_u8; 1024];
    let mut length = 0;
    while !answer[..length].ends_with(b"\r\n\r\n") {
        let read = stream.read(&mut answer[length..]).await.expect("an answer");
        assert!(read > 0, "the answer is cut: {}", String::from_utf8_lossy(&answer[..length]));
        length += read;
    }
    let answer = String::from_utf8_lossy(&answer[..length]);
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
}
