//! Rooms behind the gateway that do as the test says: busy, full, slow, or fallen over.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::StatusCode;
use chrono::DateTime;
use serde_json::{Value, json};
use signalbox_api::shapes::live::LiveEvent;
use signalbox_api::token_hash;
use signalbox_domain::{Clock, ManualClock};
use signalbox_gateway::{Behind, Feed, Figure, Problem, RawDelivery, TurnedAway};
use tokio::sync::{Notify, broadcast};

use crate::peer::API;

pub(crate) const ID: &str = "01hq3v8m2k7c4";
pub(crate) const FAILED: &str = "01hq3v8m2k7c5";

pub(crate) struct Rooms {
    pub(crate) clock: ManualClock,
    pub(crate) calls: Mutex<Vec<(String, Value, String)>>,
    pub(crate) sending: Mutex<Option<Problem>>,
    pub(crate) delivering: Mutex<Option<TurnedAway>>,
    pub(crate) delivered: Mutex<Vec<RawDelivery>>,
    pub(crate) kept: Mutex<Vec<(Value, Value)>>,
    pub(crate) events: broadcast::Sender<LiveEvent>,
    /// `slow` and every delivery to `slowpoke` wait for this.
    pub(crate) go_on: Arc<Notify>,
    pub(crate) begun: Arc<Notify>,
}

impl Rooms {
    pub(crate) fn new() -> Self {
        Self {
            clock: ManualClock::at(DateTime::UNIX_EPOCH),
            calls: Mutex::default(),
            sending: Mutex::default(),
            delivering: Mutex::default(),
            delivered: Mutex::default(),
            kept: Mutex::default(),
            events: broadcast::channel(4).0,
            go_on: Arc::default(),
            begun: Arc::default(),
        }
    }

    async fn wait(&self) {
        self.begun.notify_one();
        self.go_on.notified().await;
    }
}

pub(crate) fn message(id: &str) -> Value {
    json!({ "id": id, "channel": "sms", "to": "+15550100142", "state": "queued" })
}

fn refused(status: StatusCode, code: &'static str) -> Problem {
    Problem::new(status, code, "Refused by the test", "Nothing")
}

#[async_trait]
impl Behind for Rooms {
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    async fn call(&self, command: &str, args: Value, actor: &str) -> Result<Value, Problem> {
        self.calls.lock().expect("no test panics while it holds this").push((
            command.to_owned(),
            args.clone(),
            actor.to_owned(),
        ));
        match command {
            "echo" => Ok(args),
            "panic" => panic!("as the test wanted"),
            "slow" => {
                self.wait().await;
                Ok(Value::Null)
            }
            "message" if args["id"] == ID || args["id"] == FAILED => {
                Ok(message(args["id"].as_str().expect("a text")))
            }
            "message" => Err(refused(StatusCode::NOT_FOUND, "not_found")),
            "messages" => Ok(json!({ "items": [message(ID)], "next": null })),
            "retry" if args["ids"][0] == FAILED => Ok(json!({ "sent": 1, "skipped": [] })),
            "retry" => {
                Ok(json!({ "sent": 0, "skipped": [{ "id": ID, "why": "It was delivered" }] }))
            }
            _ => Err(refused(StatusCode::NOT_FOUND, "unknown_command")),
        }
    }

    fn commands(&self) -> Value {
        let id = json!({ "type": "string" });
        let channel = json!({ "enum": ["sms", "whatsapp", "email"] });
        let message = json!({
            "type": "object",
            "required": ["id", "channel", "to", "state"],
            "properties": { "id": id, "channel": { "$ref": "#/$defs/Channel" }, "to": id, "state": id },
            "$defs": { "Channel": channel },
        });
        json!([
            { "name": "send", "kind": "write", "args": { "type": "object" }, "result": message },
            { "name": "message", "kind": "read", "args": { "type": "object" }, "result": message },
            { "name": "messages", "kind": "read", "args": { "type": "object" }, "result": {
                "type": "object",
                "required": ["items", "next"],
                "properties": { "items": { "type": "array", "items": message }, "next": { "type": ["string", "null"] } },
            } },
        ])
    }

    async fn send(&self, args: Value, actor: &str) -> Result<(Value, bool), Problem> {
        self.calls.lock().expect("no test panics while it holds this").push((
            "send".to_owned(),
            args.clone(),
            actor.to_owned(),
        ));
        if let Some(problem) =
            self.sending.lock().expect("no test panics while it holds this").clone()
        {
            return Err(problem);
        }
        if args.get("to").is_none() {
            return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid").about("to"));
        }
        let mut kept = self.kept.lock().expect("no test panics while it holds this");
        let key = args["idempotency_key"].clone();
        match kept.iter().find(|(old, _)| !key.is_null() && *old == key) {
            Some((_, content)) if *content == args => Ok((message(ID), false)),
            Some(_) => Err(refused(StatusCode::CONFLICT, "idempotency_key_reused")),
            None => {
                kept.push((key, args));
                Ok((message(ID), true))
            }
        }
    }

    async fn take_delivery(&self, delivery: RawDelivery) -> Result<(), TurnedAway> {
        if delivery.provider == "slowpoke" {
            self.wait().await;
        }
        if delivery.provider == "panic" {
            panic!("as the test wanted");
        }
        self.delivered.lock().expect("no test panics while it holds this").push(delivery);
        self.delivering.lock().expect("no test panics while it holds this").map_or(Ok(()), Err)
    }

    fn subscribe(&self) -> Box<dyn Feed> {
        Box::new(Listener(self.events.subscribe()))
    }

    async fn token_name(&self, hash: [u8; 32]) -> Result<Option<String>, Problem> {
        Ok((hash == token_hash(API)).then(|| "till".to_owned()))
    }

    async fn figures(&self) -> Result<Vec<Figure>, Problem> {
        Ok(vec![Figure {
            name: "messages",
            labels: vec![("state", "queued".to_owned())],
            value: 7.0,
        }])
    }
}

struct Listener(broadcast::Receiver<LiveEvent>);

#[async_trait]
impl Feed for Listener {
    async fn next(&mut self) -> Option<LiveEvent> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(LiveEvent::Gap),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
