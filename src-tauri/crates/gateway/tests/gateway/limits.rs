//! How much one caller may ask, and what it hears when that was too much.

use std::time::Duration;

use serde_json::json;
use signalbox_domain::Clock;
use signalbox_gateway::{Board, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::peer::{API, Ask, House, SESSION, connect, house, house_with, read};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_body_of_one_mebibyte_is_taken_and_one_byte_more_is_not() {
    let house = house().await;
    let frame = r#"{"a":""}"#.len();
    let body = |size: usize| json!({ "a": "x".repeat(size - frame) }).to_string();
    for (line, size, expect) in [
        ("POST /api/call/echo", MIB, 200),
        ("POST /api/call/echo", MIB + 1, 413),
        ("POST /api/messages", MIB + 1, 413),
        ("POST /api/webhooks/twilio", MIB + 1, 413),
        ("POST /api/call/echo", 3 * MIB, 413),
    ] {
        let answer =
            Ask::new(line).bearer(SESSION).body("application/json", body(size)).at(&house).await;
        assert_eq!(answer.status, expect, "{line} with {size} bytes");
        if expect == 413 {
            assert_eq!(answer.code(), "body_too_large");
        }
    }
    assert!(house.rooms.delivered.lock().expect("no test panics while it holds this").is_empty());
}

#[tokio::test]
async fn who_asks_before_sending_too_much_is_told_at_once() {
    let house = house().await;
    let mut stream = connect(&house).await;
    let head = format!(
        "POST /api/webhooks/twilio HTTP/1.1\r\nHost: hooks.example\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        100 * MIB
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let answer = read(stream).await;
    assert_eq!(answer.status, 413, "not 100: nothing of it shall be sent");
}

#[tokio::test]
async fn a_body_without_a_length_is_bounded_too() {
    let house = house().await;
    let mut stream = connect(&house).await;
    let head = format!(
        "POST /api/call/echo HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {SESSION}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        house.gateway.port()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let chunk = [format!("{MIB:x}\r\n").into_bytes(), vec![b' '; MIB], b"\r\n".to_vec()].concat();
    for _ in 0..2 {
        stream.write_all(&chunk).await.expect("sent");
    }
    stream.write_all(b"0\r\n\r\n").await.expect("sent");
    assert_eq!(read(stream).await.status, 413);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    for (line, seconds) in [("POST /api/webhooks/twilio", 5), ("POST /api/call/echo", 20)] {
        let house = house().await;
        let clock = house.rooms.clock.clone();
        let mut stream = connect(&house).await;
        stream.write_all(half(line, &house).as_bytes()).await.expect("sent");
        let answer = tokio::spawn(read(stream));
        while !answer.is_finished() {
            clock.advance(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
        let answer = answer.await.expect("read");
        assert_eq!((answer.status, answer.code().as_str()), (408, "too_slow"), "{line}");
        assert!(clock.monotonic() >= Duration::from_secs(seconds), "not before its time");
    }
}

#[tokio::test]
async fn bodies_that_trickle_in_keep_no_provider_out() {
    let house = house_with(Limits { deliveries: 1, ..Limits::default() }, Board::Off).await;
    let mut slow = Vec::new();
    for _ in 0..3 {
        let mut stream = connect(&house).await;
        let head = half("POST /api/webhooks/twilio", &house);
        stream.write_all(head.as_bytes()).await.expect("sent");
        slow.push(stream);
    }
    let webhook = Ask::new("POST /api/webhooks/twilio");
    assert_eq!(webhook.at(&house).await.status, 200);
    let mut busy = connect(&house).await;
    let ask = Ask::new("POST /api/webhooks/slowpoke");
    busy.write_all(&ask.bytes(house.gateway.port())).await.expect("sent");
    house.rooms.begun.notified().await;
    let webhook = Ask::new("POST /api/webhooks/twilio").at(&house).await;
    assert_eq!(webhook.status, 429, "one that is worked on has the place");
    house.rooms.go_on.notify_one();
    assert_eq!(read(busy).await.status, 200);
}

/// A request whose body ends after three of ten bytes.
fn half(line: &str, house: &House) -> String {
    format!(
        "{line} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {SESSION}\r\nContent-Length: 10\r\nConnection: close\r\n\r\nabc",
        house.gateway.port()
    )
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let limits = Limits { head_time: Duration::from_millis(100), ..Limits::default() };
    let house = house_with(limits, Board::Off).await;
    let mut stream = connect(&house).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1").await.expect("sent");
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(
        !rest.starts_with(b"HTTP/1.1 200"),
        "the connection ends without an answer to half a request"
    );
}

#[tokio::test]
async fn heads_are_bounded_in_number_and_size() {
    let house = house().await;
    let mut many = Ask::new("GET /healthz");
    for n in 0..120 {
        many = many.header(&format!("X-{n}"), "1");
    }
    assert_eq!(many.at(&house).await.status, 431);
    let long = Ask::new("GET /healthz").header("X-Long", &"x".repeat(100_000)).at(&house).await;
    assert_eq!(long.status, 431);
    assert_eq!(Ask::new("GET /healthz").at(&house).await.status, 200);
}

#[tokio::test]
async fn more_requests_than_can_be_worked_on_are_told_to_come_back() {
    let house = house_with(Limits { requests: 1, ..Limits::default() }, Board::Off).await;
    let mut busy = connect(&house).await;
    let ask = Ask::new("POST /api/call/slow").bearer(SESSION);
    busy.write_all(&ask.bytes(house.gateway.port())).await.expect("sent");
    house.rooms.begun.notified().await;
    let answer = Ask::new("GET /api/messages").bearer(API).at(&house).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "1"));
    assert_eq!(answer.code(), "too_many_requests");
    let webhook = Ask::new("POST /api/webhooks/twilio").at(&house).await;
    assert_eq!(webhook.status, 200, "a busy board must not keep receipts out");
    house.rooms.go_on.notify_one();
    assert_eq!(read(busy).await.status, 200);
    assert_eq!(Ask::new("GET /healthz").at(&house).await.status, 200, "there is room again");
}

#[tokio::test]
async fn wrong_methods_types_and_addresses_have_their_own_answers() {
    let house = house().await;
    let json = "application/json";
    for (ask, status, code) in [
        (Ask::new("GET /api/nothing"), 404, "not_found"),
        (Ask::new("GET /nothing"), 404, "not_found"),
        (Ask::new("POST /api/call/nothing").bearer(SESSION), 404, "unknown_command"),
        (Ask::new("GET /api/call/echo"), 405, "method_not_allowed"),
        (Ask::new("DELETE /api/messages"), 405, "method_not_allowed"),
        (Ask::new("PUT /api/webhooks/twilio"), 405, "method_not_allowed"),
        (
            Ask::new("POST /api/call/echo").bearer(SESSION).body("text/plain", "{}"),
            415,
            "unsupported_media_type",
        ),
        (
            Ask::new("POST /api/messages")
                .bearer(API)
                .body("application/x-www-form-urlencoded", "a=b"),
            415,
            "unsupported_media_type",
        ),
        (
            Ask::new("POST /api/webhooks/twilio").body("multipart/form-data", "x"),
            415,
            "unsupported_media_type",
        ),
        (
            Ask::new("POST /api/webhooks/resend")
                .header("Content-Encoding", "gzip")
                .body(json, "x"),
            415,
            "unsupported_media_type",
        ),
        (
            Ask::new("POST /api/messages")
                .bearer(API)
                .header("Content-Encoding", "gzip")
                .body(json, "{}"),
            415,
            "unsupported_media_type",
        ),
        (
            Ask::new("POST /api/call/echo")
                .bearer(SESSION)
                .header("Content-Encoding", "identity, br")
                .body(json, "{}"),
            415,
            "unsupported_media_type",
        ),
        (Ask::new("POST /api/call/echo").bearer(SESSION).body(json, "{"), 400, "malformed"),
        (Ask::new("POST /api/call/echo").bearer(SESSION).body(json, "[1]"), 400, "malformed"),
        (
            Ask::new("POST /api/call/echo").bearer(SESSION).body(json, [0xff, 0xfe]),
            400,
            "malformed",
        ),
        (Ask::new("POST /api/call/%ff").bearer(SESSION), 404, "not_found"),
    ] {
        let answer = ask.at(&house).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
        assert_eq!(
            status == 405,
            answer.headers.contains_key("allow"),
            "405 and only 405 names the methods"
        );
    }
}

#[tokio::test]
async fn a_panic_is_answered_and_costs_nobody_else_anything() {
    let house = house().await;
    for line in ["POST /api/call/panic", "POST /api/webhooks/panic"] {
        let answer = Ask::new(line).bearer(SESSION).at(&house).await;
        assert_eq!((answer.status, answer.code().as_str()), (500, "internal"), "{line}");
    }
    assert_eq!(Ask::new("GET /healthz").at(&house).await.json()["ok"], true);
}

#[tokio::test]
async fn figures_count_what_was_asked() {
    let house = house().await;
    Ask::new("POST /api/webhooks/twilio").at(&house).await;
    Ask::new("GET /nothing").at(&house).await;
    let answer = Ask::new("GET /metrics").at(&house).await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        r#"signalbox_messages{state="queued"} 7"#,
        r#"signalbox_deliveries_total{provider="twilio",outcome="taken"} 1"#,
        r#"signalbox_http_answers_total{door="board",status="404"} 1"#,
    ] {
        assert!(
            answer.text().lines().any(|found| found == line),
            "{line} is missing in\n{}",
            answer.text()
        );
    }
}
