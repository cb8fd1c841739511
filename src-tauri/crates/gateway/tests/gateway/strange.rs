//! Whatever bytes arrive, the gateway goes on answering.

use std::time::Duration;

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::peer::{Ask, SESSION, connect, house};

/// Requests that are nearly right, with something strange in one place.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let junk = proptest::collection::vec(any::<u8>(), 0..400);
    let method =
        prop_oneof![Just("GET".to_owned()), Just("POST".to_owned()), "[A-Z]{0,12}", "\\PC{0,8}"];
    let path = prop_oneof![
        "/api/(webhooks|messages|call|live)/[ -~]{0,40}",
        "/(%[0-9a-fA-F]{0,2}|[./?&=;]|\\PC){0,40}",
        Just("*".to_owned()),
        Just("http://127.0.0.1/api/call".to_owned()),
    ];
    let headers = proptest::collection::vec(("[A-Za-z-]{0,20}", "[ -~\\t]{0,60}"), 0..6);
    let nearly = (method, path, headers, any::<bool>(), 0_usize..2000, junk.clone()).prop_map(
        |(method, path, headers, chunked, length, body)| {
            let mut text = format!(
                "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {SESSION}\r\n"
            );
            for (name, value) in headers {
                text += &format!("{name}: {value}\r\n");
            }
            text += &if chunked {
                "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n".to_owned()
            } else {
                format!("Content-Length: {length}\r\nContent-Type: application/json\r\n\r\n")
            };
            [text.into_bytes(), body].concat()
        },
    );
    prop_oneof![1 => junk, 4 => nearly]
}

#[test]
fn no_bytes_bring_the_gateway_down() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let house = runtime.block_on(house());
    let port = house.gateway.port().to_string();
    proptest!(ProptestConfig::with_cases(300), |(bytes in request())| {
        // The right host, so that not everything ends at the guard.
        let text: Vec<u8> = replace(&bytes, b"127.0.0.1\r\n", format!("127.0.0.1:{port}\r\n").as_bytes());
        let answer = runtime.block_on(async {
            let mut stream = connect(&house).await;
            let _ = stream.write_all(&text).await;
            let _ = stream.shutdown().await;
            let mut answer = Vec::new();
            let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
            assert!(read.is_ok(), "the gateway neither answers nor hangs up");
            answer
        });
        let answer = String::from_utf8_lossy(&answer).into_owned();
        prop_assert!(!answer.starts_with("HTTP/1.1 500"), "{answer}");
    });
    let healthy = runtime.block_on(Ask::new("GET /healthz").at(&house));
    assert_eq!(healthy.status, 200);
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match bytes.windows(from.len()).position(|window| window == from) {
        Some(at) => [&bytes[..at], to, &bytes[at + from.len()..]].concat(),
        None => bytes.to_vec(),
    }
}
