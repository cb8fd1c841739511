//! Who may ask: tokens, hosts, origins.

use serde_json::json;

use crate::peer::{API, Ask, SESSION, house};

#[tokio::test]
async fn a_command_needs_the_session_token() {
    let house = house().await;
    for ask in [
        Ask::new("POST /api/call/echo"),
        Ask::new("POST /api/call/echo").bearer("wrong"),
        Ask::new("POST /api/call/echo").bearer(API),
        Ask::new("POST /api/call/echo").header("Cookie", "token=wrong"),
        Ask::new("POST /api/call/echo")
            .bearer("wrong")
            .header("Cookie", &format!("token={SESSION}")),
        Ask::new(&format!("POST /api/call/echo?token={SESSION}")),
        Ask::new("GET /api/call"),
    ] {
        let answer = ask.at(&house).await;
        assert_eq!(answer.status, 401, "{}", answer.text());
        assert_eq!(answer.code(), "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    assert!(
        house.rooms.calls.lock().expect("no test panics while it holds this").is_empty(),
        "nothing reached the command table"
    );
}

#[tokio::test]
async fn a_command_is_answered_with_its_bare_result() {
    let house = house().await;
    let port = house.gateway.port();
    let by_header = Ask::new("POST /api/call/echo").bearer(SESSION);
    let by_cookie =
        Ask::new("POST /api/call/echo").header("Cookie", &format!("a=b; token_{port}={SESSION}"));
    for ask in [by_header, by_cookie] {
        let answer = ask.json(json!({ "a": 1 })).at(&house).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "a": 1 })));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let nothing = Ask::new("POST /api/call/echo").bearer(SESSION).at(&house).await;
    assert_eq!(nothing.json(), json!({}), "no body is no arguments");
    let list = Ask::new("GET /api/call").bearer(SESSION).at(&house).await;
    assert_eq!(list.json()["items"][0]["name"], "send");
}

#[tokio::test]
async fn the_timeline_learns_who_asked() {
    let house = house().await;
    Ask::new("POST /api/call/echo")
        .bearer(SESSION)
        .header("User-Agent", "signalbox-cli/0.1")
        .at(&house)
        .await;
    Ask::new("POST /api/call/echo").bearer(SESSION).at(&house).await;
    Ask::new("GET /api/messages").bearer(API).at(&house).await;
    let actors: Vec<_> = house
        .rooms
        .calls
        .lock()
        .expect("no test panics while it holds this")
        .iter()
        .map(|call| call.2.clone())
        .collect();
    assert_eq!(actors, ["cli", "window", "api:till"]);
}

#[tokio::test]
async fn the_messages_api_takes_bearer_tokens_and_no_cookies() {
    let house = house().await;
    let cookie = format!("token={SESSION}");
    for (ask, expect) in [
        (Ask::new("GET /api/messages"), 401),
        (Ask::new("GET /api/messages").bearer("wrong"), 401),
        (Ask::new("GET /api/messages").header("Cookie", &cookie), 401),
        (Ask::new("GET /api/messages").header("Authorization", &format!("Basic {API}")), 401),
        (Ask::new("GET /api/messages").bearer(API), 200),
        (Ask::new("GET /api/messages").bearer(SESSION), 200),
    ] {
        assert_eq!(ask.at(&house).await.status, expect);
    }
}

#[tokio::test]
async fn other_host_names_are_refused_everywhere_but_at_the_webhooks() {
    let house = house().await;
    let port = house.gateway.port();
    let other = format!("127.0.0.1:{}", port.wrapping_add(1));
    for host in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", &other, ""] {
        for line in [
            "POST /api/call/echo",
            "GET /healthz",
            "GET /metrics",
            "GET /",
            "GET /api/messages",
            "GET /api/live",
        ] {
            let answer = Ask::new(line).host(host).bearer(SESSION).at(&house).await;
            assert_eq!(answer.status, 403, "{line} with Host {host:?}");
            assert_eq!(answer.code(), "host_not_allowed");
        }
    }
    let tunnel = Ask::new("POST /api/webhooks/twilio").host("hooks.example").at(&house).await;
    assert_eq!(tunnel.status, 200, "a tunnel may change the host");
    for host in [format!("localhost:{port}"), format!("[::1]:{port}")] {
        assert_eq!(Ask::new("GET /healthz").host(&host).at(&house).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn a_whole_address_in_the_request_line_is_checked_too() {
    let house = house().await;
    let evil = Ask::new("GET http://evil.example/healthz").at(&house).await;
    assert_eq!(evil.status, 403);
    let own = Ask::new(&format!("GET http://127.0.0.1:{}/healthz", house.gateway.port()))
        .at(&house)
        .await;
    assert_eq!(own.status, 200);
}

#[tokio::test]
async fn other_pages_are_refused_even_with_the_right_token() {
    let house = house().await;
    let port = house.gateway.port();
    for origin in [
        "null",
        "http://evil.example",
        "https://127.0.0.1",
        &format!("https://127.0.0.1:{port}"),
        "http://localhost:1",
    ] {
        let answer = Ask::new("POST /api/call/echo")
            .bearer(SESSION)
            .header("Origin", origin)
            .at(&house)
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "origin_not_allowed"),
            "{origin}"
        );
    }
    let sibling = Ask::new("GET /api/messages")
        .bearer(API)
        .header("Sec-Fetch-Site", "same-site")
        .at(&house)
        .await;
    assert_eq!(sibling.status, 403, "a page on another port of this machine");
    let own = format!("http://127.0.0.1:{port}");
    let answer =
        Ask::new("POST /api/call/echo").bearer(SESSION).header("Origin", &own).at(&house).await;
    assert_eq!(answer.status, 200);
    assert!(
        !answer.headers.contains_key("access-control-allow-origin"),
        "no other page may read anything"
    );
}

#[tokio::test]
async fn the_gateway_listens_on_loopback_only() {
    let house = house().await;
    assert!(house.gateway.url().starts_with("http://127.0.0.1:"));
    let elsewhere = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    });
    // A machine without any other address has nowhere else to listen.
    if let Ok(address) = elsewhere
        && !address.ip().is_loopback()
    {
        let reached = tokio::net::TcpStream::connect((address.ip(), house.gateway.port())).await;
        assert!(reached.is_err(), "reached on {}", address.ip());
    }
}
