//! A caller that writes exactly the bytes it is told to, and a gateway to call.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde_json::Value;
use signalbox_gateway::{Board, Gateway, GatewayOptions, Limits, SessionToken};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::rooms::Rooms;

pub(crate) const SESSION: &str = "session-token-of-the-tests";
pub(crate) const API: &str = "api-token-of-the-tests";

pub(crate) struct House {
    pub(crate) gateway: Gateway,
    pub(crate) rooms: Arc<Rooms>,
}

pub(crate) async fn house() -> House {
    house_with(Limits::default(), Board::Off).await
}

pub(crate) async fn house_with(limits: Limits, board: Board) -> House {
    let rooms = Arc::new(Rooms::new());
    let options = GatewayOptions {
        port: 0,
        board,
        limits,
        ..GatewayOptions::new(SessionToken::from_text(SESSION))
    };
    let gateway = Gateway::open(rooms.clone(), options).await.expect("a free port");
    House { gateway, rooms }
}

/// One answer, read to the end of its connection.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The code of the one error shape; says what is missing in it.
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        let error = &json["error"];
        for field in ["message", "remedy"] {
            assert!(
                error[field].as_str().is_some_and(|text| !text.is_empty()),
                "{field} is missing in {json}"
            );
        }
        error["code"].as_str().unwrap_or_else(|| panic!("no code in {json}")).to_owned()
    }
}

/// A request that is put together here and sent as it stands.
pub(crate) struct Ask {
    line: String,
    headers: Vec<String>,
    body: Vec<u8>,
    host: Option<String>,
}

impl Ask {
    pub(crate) fn new(line: &str) -> Self {
        Self { line: line.to_owned(), headers: Vec::new(), body: Vec::new(), host: None }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(format!("{name}: {value}"));
        self
    }

    pub(crate) fn host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.header("Content-Type", kind).header("Content-Length", &length)
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) async fn at(self, house: &House) -> Answer {
        self.at_port(house.gateway.port()).await
    }

    pub(crate) async fn at_port(self, port: u16) -> Answer {
        let mut stream =
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("the gateway listens");
        stream.write_all(&self.bytes(port)).await.expect("the gateway takes the request");
        read(stream).await
    }

    pub(crate) fn bytes(&self, port: u16) -> Vec<u8> {
        let host = self.host.clone().unwrap_or_else(|| format!("127.0.0.1:{port}"));
        let mut text = format!("{} HTTP/1.1\r\n", self.line);
        if !host.is_empty() {
            text += &format!("Host: {host}\r\n");
        }
        for header in &self.headers {
            text += &format!("{header}\r\n");
        }
        text += "Connection: close\r\n\r\n";
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

pub(crate) async fn connect(house: &House) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, house.gateway.port()))
        .await
        .expect("the gateway listens")
}

pub(crate) async fn read(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A reset after the answer is no loss.
    let _ = stream.read_to_end(&mut bytes).await;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| {
        panic!("no answer in {:?}", String::from_utf8_lossy(&bytes));
    });
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status =
        lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Answer { status, headers, body: bytes[end + 4..].to_vec() }
}
