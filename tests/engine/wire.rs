//! The whole way over the real wire, with simulated providers in this process.

use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::{Channel, Clock, HoldReason, MessageId, MessageState};
use signalbox_engine::{Engine, RawDelivery, SendRequest, SystemClock};
use signalbox_sandbox::config::{ACCOUNT_SID, API_KEY, AUTH_TOKEN, WEBHOOK_SECRET};
use signalbox_sandbox::{ResendConfig, Sandbox, SandboxConfig, TwilioConfig, Webhook};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::desk::sms;
use crate::real::clock::FastClock;
use crate::real::wire::QuickWire;
use crate::real::{Typed, connected, options};

const SPEED: u32 = 40;

/// A gateway that does nothing but hand deliveries to the engine.
async fn gateway(engine: Engine, listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let engine = engine.clone();
        tokio::spawn(async move {
            let Some((path, raw)) = hear(&mut stream).await else { return };
            let mut parts = path.split(['/', '?']).skip(3);
            let provider = parts.next().unwrap_or_default().to_owned();
            let line = parts.next().and_then(|id| id.parse().ok());
            let answer = match engine.take_delivery(&provider, line, raw).await {
                Ok(_) => "204 No Content",
                Err(_) => "401 Unauthorized",
            };
            let head =
                format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).await;
        });
    }
}

async fn hear(stream: &mut TcpStream) -> Option<(String, RawDelivery)> {
    let (mut bytes, mut chunk) = (Vec::new(), [0_u8; 4_096]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut lines = head.split("\r\n");
            let path = lines.next()?.split(' ').nth(1)?.to_owned();
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(key, value)| (key.to_ascii_lowercase(), value.trim().to_owned()))
                .collect();
            let length = headers.iter().find(|(key, _)| key == "content-length");
            let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                let raw = RawDelivery {
                    method: "POST".into(),
                    path_and_query: path.clone(),
                    headers,
                    body: bytes[end + 4..].to_vec(),
                    peer_is_loopback: true,
                };
                return Some((path, raw));
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}

struct Street {
    engine: Engine,
    sandbox: Sandbox,
    clock: FastClock,
    _folder: tempfile::TempDir,
}

/// An engine with a line to each simulated provider, and a door for their webhooks.
async fn street() -> Street {
    let folder = tempfile::tempdir().unwrap();
    let clock = FastClock::since(SystemClock::new().now(), SPEED);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = format!("http://{}", listener.local_addr().unwrap());
    let config = SandboxConfig {
        twilio: Some(TwilioConfig { list_lag_ms: 20_000, ..TwilioConfig::default() }),
        resend: Some(ResendConfig {
            webhook: Some(Webhook {
                url: format!("{door}/api/webhooks/resend"),
                secret: WEBHOOK_SECRET.into(),
            }),
            ..ResendConfig::default()
        }),
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start_at(config, Arc::new(clock)).await.unwrap();
    let wire = QuickWire::waiting(Duration::from_millis(900));
    let options = options(folder.path(), Arc::new(clock), wire).await;
    let engine = Engine::start(options).await.unwrap();
    engine.set_local_url(Some(door));
    tokio::spawn(gateway(engine.clone(), listener));
    let urls = sandbox.urls().clone();
    let twilio = Typed {
        provider: "twilio",
        name: "Texts",
        fields: &[("account_sid", ACCOUNT_SID), ("from", "72975")],
        secrets: &[("auth_token", AUTH_TOKEN)],
        api: urls.twilio.as_deref(),
    };
    connected(&engine, &twilio).await;
    let resend = Typed {
        provider: "resend",
        name: "Mails",
        fields: &[("from", "desk@barber.example")],
        secrets: &[("api_key", API_KEY), ("webhook_secret", WEBHOOK_SECRET)],
        api: urls.resend.as_deref(),
    };
    connected(&engine, &resend).await;
    Street { engine, sandbox, clock, _folder: folder }
}

impl Street {
    async fn text(&self, to: &str) -> MessageId {
        let request = SendRequest { to: to.into(), body: format!("Hello {to}"), ..sms(1) };
        self.engine.send(request, "test").await.unwrap().id
    }

    async fn mail(&self, to: &str) -> MessageId {
        let request = SendRequest {
            channel: Channel::Email,
            to: to.into(),
            subject: Some("Hello".into()),
            ..sms(1)
        };
        self.engine.send(request, "test").await.unwrap().id
    }

    /// Waits until a message stands there.
    async fn until(&self, id: MessageId, state: MessageState) {
        let mut row = self.engine.store().message(id).await.unwrap().row;
        for _ in 0..1_200 {
            if row.state == state {
                return;
            }
            self.clock.sleep(Duration::from_secs(1)).await;
            row = self.engine.store().message(id).await.unwrap().row;
        }
        panic!("{id} is {} and not {state}: {row:#?}", row.state);
    }

    async fn end(self) {
        self.engine.shutdown(Duration::from_secs(60)).await;
        self.sandbox.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_and_a_mail_are_delivered_and_their_signed_receipts_say_so() {
    let street = street().await;
    let text = street.text("+12025550100").await;
    let mail = street.mail("guest@practice.example").await;
    street.until(text, MessageState::Delivered).await;
    street.until(mail, MessageState::Delivered).await;
    for id in [text, mail] {
        let message = street.engine.store().message(id).await.unwrap();
        assert!(message.timeline.iter().any(|step| step.actor == "webhook"), "{message:#?}");
    }
    street.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn html_hangs_resets_and_servers_in_trouble_end_in_one_delivery_each() {
    let street = street().await;
    let sure = ["+12025550172", "+12025550173", "+12025550170", "+12025550171"];
    let mut ids = Vec::new();
    for to in sure {
        ids.push(street.text(to).await);
    }
    ids.push(street.mail("unavailable-twice@practice.example").await);
    ids.push(street.mail("limited-twice@practice.example").await);
    ids.push(street.mail("greylist@practice.example").await);
    let never = [street.text("+12025550163").await, street.text("+12025550166").await];
    let taken = [street.text("+12025550164").await, street.text("+12025550167").await];
    for id in ids {
        street.until(id, MessageState::Delivered).await;
    }
    for id in taken {
        // The answer was lost; the look-up or the receipt brought it back.
        street.until(id, MessageState::Delivered).await;
    }
    for id in never {
        let row = street.engine.store().message(id).await.unwrap().row;
        let open = matches!(
            row.state,
            MessageState::Unknown | MessageState::Queued | MessageState::Sending
        );
        assert!(
            open && row.reason != Some(HoldReason::Asked),
            "it is still being found out: {row:?}"
        );
    }
    assert!(street.sandbox.counts(None).doubled.is_empty(), "nothing was sent twice");
    street.end().await;
}
