use tokio::net::TcpListener;

use super::*;
use crate::peer::{Act, Peer, http};

const SHORT: Timeouts =
    Timeouts { connect: Duration::from_millis(400), whole: Duration::from_millis(400) };

/// With the usual limits, so that a busy machine spoils no test; only those about time are hasty.
fn client() -> Http {
    Http::new().expect("the client starts")
}

fn hasty() -> Http {
    Http::with_timeouts(SHORT).expect("the client starts")
}

async fn post(client: &Http, url: &Url) -> Result<Answer, TransportError> {
    client.run(client.request(Method::POST, url).body("Body=hello")).await
}

#[tokio::test]
async fn a_refused_connection_was_certainly_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).expect("a valid address");
    let error = post(&client(), &url).await.expect_err("nobody listens");
    assert_eq!(error, TransportError::NotSent(NotSent::Connect));
}

#[tokio::test]
async fn a_server_that_never_shakes_hands_was_certainly_not_sent_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let url = Url::parse(&format!("https://127.0.0.1:{port}/")).expect("a valid address");
    let timeouts = Timeouts { whole: Duration::from_secs(20), ..SHORT };
    let client = Http::with_timeouts(timeouts).expect("the client starts");
    let error = post(&client, &url).await.expect_err("no handshake takes place");
    assert!(
        matches!(error, TransportError::NotSent(NotSent::Timeout)),
        "a time-out before the handshake must not be taken for a lost answer: {error:?}"
    );
    drop(listener);
}

#[tokio::test]
async fn a_failed_handshake_was_certainly_not_sent() {
    let peer = Peer::playing(vec![Act::Close]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 not TLS\r\n").await;
        }
    });
    let url = Url::parse(&format!("https://127.0.0.1:{port}/")).expect("a valid address");
    let error = post(&client(), &url).await.expect_err("that is not TLS");
    assert_eq!(error, TransportError::NotSent(NotSent::Tls));
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_in_doubt() {
    let peer = Peer::playing(vec![Act::Close]).await;
    let error = post(&client(), &peer.url).await.expect_err("no answer came");
    assert_eq!(error, TransportError::MaybeSent(MaybeSent::Broken));
    assert_eq!(peer.heard().len(), 1, "the request must be written once and only once");
}

#[tokio::test]
async fn a_connection_closed_before_it_was_read_is_in_doubt() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).expect("a valid address");
    let error = post(&client(), &url).await.expect_err("no answer came");
    assert!(matches!(error, TransportError::MaybeSent(_)), "{error:?}");
}

#[tokio::test]
async fn a_reset_after_the_request_was_read_is_in_doubt() {
    let peer = Peer::playing(vec![Act::Reset]).await;
    let error = post(&client(), &peer.url).await.expect_err("no answer came");
    assert_eq!(error, TransportError::MaybeSent(MaybeSent::Broken));
    assert_eq!(peer.heard().len(), 1);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_in_doubt_after_the_time_limit() {
    let peer = Peer::playing(vec![Act::Hang]).await;
    let error = post(&hasty(), &peer.url).await.expect_err("no answer came");
    assert_eq!(error, TransportError::MaybeSent(MaybeSent::Timeout));
}

#[tokio::test]
async fn something_that_is_not_http_is_in_doubt() {
    let peer = Peer::playing(vec![Act::SayAndClose(b"550 go away\r\n".to_vec())]).await;
    let error = post(&client(), &peer.url).await.expect_err("that is no answer");
    assert_eq!(error, TransportError::MaybeSent(MaybeSent::Broken));
}

#[tokio::test]
async fn a_page_of_a_gateway_keeps_its_status() {
    let peer = Peer::saying(502, "content-type: text/html\r\n", "<h1>Bad gateway</h1>").await;
    let answer = post(&client(), &peer.url).await.expect("an answer came");
    assert_eq!(answer.status, 502);
    assert!(answer.json::<serde_json::Value>().is_none());
}

#[tokio::test]
async fn a_body_without_end_is_cut_and_does_not_hide_the_status() {
    let body = vec![b'x'; BODY_LIMIT + 1];
    let peer = Peer::playing(vec![Act::Say(http(201, "", &body))]).await;
    let client = Http::new().expect("the client starts");
    let answer = post(&client, &peer.url).await.expect("an answer came");
    assert_eq!((answer.status, answer.body.len(), answer.whole), (201, BODY_LIMIT, false));
}

#[tokio::test]
async fn a_body_that_breaks_off_does_not_hide_the_status() {
    let cut = b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"sid\":".to_vec();
    let peer = Peer::playing(vec![Act::SayAndClose(cut)]).await;
    let answer = post(&client(), &peer.url).await.expect("the status came");
    assert_eq!((answer.status, answer.whole), (201, false));
}

#[tokio::test]
async fn bytes_that_are_not_utf8_do_not_hide_the_code_beside_them() {
    let mut body = br#"{"code":21211,"message":""#.to_vec();
    body.extend_from_slice(&[0xff, 0xfe]);
    body.extend_from_slice(br#""}"#);
    let peer = Peer::playing(vec![Act::Say(http(400, "", &body))]).await;
    let answer = post(&client(), &peer.url).await.expect("an answer came");
    let value: serde_json::Value = answer.json().expect("still JSON");
    assert_eq!(value["code"], 21211);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Peer::saying(200, "", "{}").await;
    let headers = format!("location: {}\r\n", elsewhere.url);
    let peer = Peer::saying(307, &headers, "").await;
    let answer = post(&client(), &peer.url).await.expect("an answer came");
    assert_eq!(answer.status, 307);
    assert!(elsewhere.heard().is_empty(), "credentials must not travel to another address");
}

#[tokio::test]
async fn a_kept_connection_that_dies_under_a_request_does_not_send_it_twice() {
    let peer = Peer::playing(vec![Act::Say(http(200, "", b"{}")), Act::Close]).await;
    let client = client();
    post(&client, &peer.url).await.expect("the first is answered");
    let error = post(&client, &peer.url).await.expect_err("the second is not");
    assert!(matches!(error, TransportError::MaybeSent(_)), "{error:?}");
    assert_eq!(peer.connections(), 1, "this test is about a connection that is used again");
    assert_eq!(peer.heard().len(), 2, "a repeated request would send a message twice");
}

#[tokio::test]
async fn connections_can_be_forgotten_after_a_sleep() {
    let peer = Peer::saying(200, "", "{}").await;
    let client = client();
    post(&client, &peer.url).await.expect("answered");
    client.forget_connections();
    post(&client, &peer.url).await.expect("answered");
    assert_eq!(peer.connections(), 2);
}

#[tokio::test]
async fn plain_http_stays_on_this_computer() {
    let url = Url::parse("http://provider.example/").expect("a valid address");
    let error = post(&client(), &url).await.expect_err("that would travel in the clear");
    assert_eq!(error, TransportError::NotSent(NotSent::Request));
    for (address, loopback) in [
        ("http://127.9.9.9:1/", true),
        ("http://[::1]/", true),
        ("http://localhost:8080/", true),
        ("http://localhost.example/", false),
        ("http://10.0.0.1/", false),
        ("http://127.0.0.1.example/", false),
    ] {
        let url = Url::parse(address).expect("a valid address");
        assert_eq!(is_loopback(&url), loopback, "{address}");
    }
}

#[tokio::test]
async fn every_request_says_who_asks_and_carries_its_own_id() {
    let peer = Peer::saying(200, "", "{}").await;
    let client = client();
    post(&client, &peer.url).await.expect("answered");
    post(&client, &peer.url).await.expect("answered");
    let heard = peer.heard();
    let id = |request: &str| {
        let lower = request.to_ascii_lowercase();
        lower.lines().find_map(|l| l.strip_prefix("x-request-id: ").map(str::to_owned))
    };
    assert!(
        heard[0].contains("user-agent: Signalbox/") || heard[0].contains("User-Agent: Signalbox/")
    );
    assert!(id(&heard[0]).is_some() && id(&heard[0]) != id(&heard[1]));
}

#[test]
fn the_wait_is_read_in_seconds_or_against_the_answers_own_date() {
    let answer = |pairs: &[(&'static str, &'static str)]| {
        let headers = pairs.iter().map(|(k, v)| {
            ((*k).parse().expect("a header name"), (*v).parse().expect("a header value"))
        });
        Answer { status: 429, headers: headers.collect(), body: Vec::new(), whole: true }
    };
    let wait = |pairs: &[(&'static str, &'static str)]| answer(pairs).retry_after();
    assert_eq!(wait(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
    assert_eq!(wait(&[("retry-after", "0.5")]), Some(Duration::from_millis(500)));
    assert_eq!(wait(&[("retry-after", "99999999")]), Some(Duration::from_secs(86_400)));
    assert_eq!(
        wait(&[
            ("date", "Sat, 21 Nov 2026 09:55:00 GMT"),
            ("retry-after", "Sat, 21 Nov 2026 09:57:00 GMT")
        ]),
        Some(Duration::from_secs(120))
    );
    for nonsense in ["-1", "soon", "NaN", "inf", ""] {
        assert_eq!(wait(&[("retry-after", nonsense)]), None, "{nonsense:?}");
    }
    assert_eq!(wait(&[]), None);
}
