//! The gateway over the real command table: what the document promises is what the real rooms answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use secrecy::SecretString;
use serde_json::{Value, json};
use signalbox_api::{Api, Caller, HostInfo};
use signalbox_domain::{Channel, Clock, Environment};
use signalbox_engine::{
    Engine, EngineOptions, NewLine, ProvidersWire, SwitchedNetwork, SystemClock,
};
use signalbox_gateway::{Gateway, GatewayOptions, SessionToken};
use signalbox_providers::Http;
use signalbox_store::{Home, OpenOptions, Store};
use signalbox_vault::{MemoryKeyStore, OpenMode, Vault};

use crate::peer::{Answer, Ask, SESSION};
use crate::schema::complaints;

struct Real {
    gateway: Gateway,
    api: Api,
    token: String,
    _folder: tempfile::TempDir,
}

/// A home with one line at a provider that does not answer. Nothing runs, so nothing leaves.
async fn real() -> Real {
    let folder = tempfile::tempdir().expect("a folder");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let home = Home::take(folder.path()).expect("a home");
    let store = Store::open(home, clock.clone(), OpenOptions::default()).expect("a store");
    let mode = OpenMode::key_store(Arc::new(MemoryKeyStore::new()));
    let vault = Vault::open(folder.path(), store.home_id(), mode).await.expect("a vault");
    let engine = Engine::prepare(EngineOptions {
        store,
        vault: Some(Arc::new(vault)),
        clock,
        network: Arc::new(SwitchedNetwork::up()),
        wire: Arc::new(ProvidersWire::new(Http::new().expect("a client"))),
        practice: None,
        public_url: None,
    })
    .await
    .expect("an engine");
    let text = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let sid = "AC00000000000000000000000000000001";
    let line = NewLine {
        provider: "twilio".into(),
        name: "Desk".into(),
        environment: Environment::Custom,
        fields: text(&[("account_sid", sid), ("from", "+15550100100")]),
        secrets: BTreeMap::from([(
            "auth_token".into(),
            SecretString::from("0123456789abcdef0123456789abcdef"),
        )]),
        urls: text(&[("api", "http://127.0.0.1:9")]),
    };
    engine.connect(line, "test").await.expect("a line");
    let api = Api::new(engine, HostInfo::new("0"));
    let made = api.call("token_create", json!({ "name": "till" }), Caller::cli()).await;
    let token = made.expect("a token")["token"].as_str().expect("a text").to_owned();
    let options =
        GatewayOptions { port: 0, ..GatewayOptions::new(SessionToken::from_text(SESSION)) };
    let gateway = Gateway::start(api.clone(), options).await.expect("a port");
    Real { gateway, api, token, _folder: folder }
}

impl Real {
    async fn ask(&self, ask: Ask) -> Answer {
        ask.at_port(self.gateway.port()).await
    }

    fn send(&self, body: Value) -> Ask {
        Ask::new("POST /api/messages").bearer(&self.token).json(body)
    }
}

fn fits(document: &Value, path: &str, method: &str, answer: &Answer) {
    let described = &document["paths"][path][method]["responses"][answer.status.to_string()];
    assert!(described.is_object(), "{method} {path} answers {} undescribed", answer.status);
    let schema = &described["content"]["application/json"]["schema"];
    let found = complaints(document, schema, &answer.json(), "answer");
    assert!(found.is_empty(), "{method} {path} {}: {found:?}\n{}", answer.status, answer.text());
}

#[tokio::test]
async fn real_answers_are_as_the_document_describes_them() {
    let real = real().await;
    let document = real.ask(Ask::new("GET /api/openapi.json")).await.json();
    let message = &document["components"]["schemas"]["Message"];
    assert!(message["properties"]["useful_until"].is_object(), "the table's own shape: {message}");
    let body = json!({ "channel": "sms", "to": "+12015550105", "body": "Hi {name}",
        "fields": { "name": "Jo" } });
    let all = "/api/messages";

    let first = real.ask(real.send(body.clone()).header("Idempotency-Key", "a")).await;
    assert_eq!(first.status, 202, "{}", first.text());
    fits(&document, all, "post", &first);
    let again = real.ask(real.send(body.clone()).header("Idempotency-Key", "a")).await;
    assert_eq!((again.status, &again.json()["id"]), (200, &first.json()["id"]));
    fits(&document, all, "post", &again);
    let mut other = body.clone();
    other["body"] = "Other".into();
    let other = real.ask(real.send(other).header("Idempotency-Key", "a")).await;
    assert_eq!(other.status, 409);
    fits(&document, all, "post", &other);
    for bad in [
        json!({}),
        json!({ "channel": "fax", "to": "x", "body": "x" }),
        json!({ "channel": "sms", "to": "nobody", "body": "x" }),
        json!({ "channel": "sms", "to": "+12015550105", "body": "x", "colour": 1 }),
        json!({ "channel": "sms", "to": "+12015550105", "body": "x", "connection": "01hq3v8m2k7c4" }),
        json!({ "channel": "sms", "to": "+12015550105", "body": "x", "route": ["01hq3v8m2k7c4"] }),
    ] {
        let refused = real.ask(real.send(bad.clone())).await;
        assert_eq!(refused.status, 422, "{bad}: {}", refused.text());
        assert!(refused.json()["error"]["field"].is_string(), "{bad} names its field");
        fits(&document, all, "post", &refused);
    }

    let id = first.json()["id"].as_str().expect("an id").to_owned();
    let get = |path: &str| Ask::new(&format!("GET {path}")).bearer(&real.token);
    let list = real.ask(get("/api/messages?state=queued,held&limit=5")).await;
    assert_eq!((list.status, &list.json()["items"][0]["id"]), (200, &json!(id)), "{}", list.text());
    fits(&document, all, "get", &list);
    let wrong = real.ask(get("/api/messages?state=flying")).await;
    assert_eq!(wrong.status, 422);
    fits(&document, all, "get", &wrong);
    let one = real.ask(get(&format!("/api/messages/{id}"))).await;
    assert_eq!((one.status, one.json()["timeline"][0]["actor"].as_str()), (200, Some("api:till")));
    fits(&document, "/api/messages/{id}", "get", &one);
    let retry = Ask::new(&format!("POST /api/messages/{id}/retry")).bearer(&real.token);
    let retry = real.ask(retry).await;
    assert_eq!(retry.status, 422, "it has not failed");
    fits(&document, "/api/messages/{id}/retry", "post", &retry);
}

/// What the store cannot keep up with, or has no room for, is told with a time to come back.
#[tokio::test]
async fn a_store_that_cannot_take_more_is_told_with_a_time_to_come_back() {
    let real = real().await;
    let document = real.ask(Ask::new("GET /api/openapi.json")).await.json();
    let store = real.api.engine().store().clone();
    let body = |n: u32| json!({ "channel": "sms", "to": format!("+1201555{n:04}"), "body": "Hi" });
    let ask = || real.send(body(100));

    let held = store.hold_writer().await.expect("a writer");
    let mut waiting: FuturesUnordered<_> = (0..4_096)
        .map(|n| store.set_consent(Channel::Sms, n.to_string(), false, "test".into(), 1))
        .collect();
    // Each of them takes its place in the writer's queue, a hundred or so at a time.
    for _ in 0..200 {
        assert!(futures_util::poll!(waiting.next()).is_pending(), "nothing is written");
        tokio::task::yield_now().await;
    }
    let busy = real.ask(ask()).await;
    assert_eq!((busy.status, busy.code().as_str()), (429, "busy"), "{}", busy.text());
    assert!(busy.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    fits(&document, "/api/messages", "post", &busy);
    drop(held);
    while let Some(done) = waiting.next().await {
        done.expect("what had its place was done");
    }
    assert_eq!(real.ask(ask()).await.status, 202, "and then there is room again");

    store.limit_pages(1).await.expect("a limit");
    let mut full = real.ask(ask()).await;
    for n in 0..5_000 {
        if full.status != 202 {
            break;
        }
        full = real.ask(real.send(body(n))).await;
    }
    assert_eq!((full.status, full.code().as_str()), (503, "disk_low"), "{}", full.text());
    assert!(full.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    fits(&document, "/api/messages", "post", &full);
    store.limit_pages(u32::MAX).await.expect("room");
    assert_eq!(real.ask(ask()).await.status, 202);
}

#[tokio::test]
async fn the_table_is_listed_and_tells_where_the_gateway_is() {
    let real = real().await;
    let list = real.ask(Ask::new("GET /api/call").bearer(SESSION)).await.json();
    let names: Vec<_> = list["items"].as_array().into_iter().flatten().collect();
    assert!(names.len() > 40 && names.iter().all(|row| row["args"].is_object()), "{list}");
    let status = real.ask(Ask::new("POST /api/call/status").bearer(SESSION)).await.json();
    assert_eq!(status["port"], real.gateway.port());
    let figures = real.ask(Ask::new("GET /metrics")).await.text();
    assert!(figures.contains("signalbox_line_signal{line="), "{figures}");
    for outcome in ["accepted", "refused", "unknown"] {
        let label = format!("outcome=\"{outcome}\"}} 0");
        assert!(figures.contains(&label), "{figures}");
    }
    assert_eq!(real.api.info().port(), Some(real.gateway.port()));
}

#[tokio::test]
async fn strangers_at_the_webhooks_hear_what_they_should() {
    let real = real().await;
    for (line, status) in [
        ("POST /api/webhooks/twilio", 401),
        ("GET /api/webhooks/twilio", 401),
        ("POST /api/webhooks/nobody", 404),
        ("POST /api/webhooks/smtp", 404),
        ("POST /api/webhooks/resend", 404),
        ("POST /api/webhooks/twilio/not-an-id", 404),
        ("POST /api/webhooks/twilio/01hq3v8m2k7c4", 404),
    ] {
        let answer = real.ask(Ask::new(line).host("hooks.example")).await;
        assert_eq!(answer.status, status, "{line}: {}", answer.text());
    }
}
