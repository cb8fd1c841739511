//! The control port: what a test or a person orders and asks by HTTP.
//!
//! | request | does |
//! |---|---|
//! | `GET /_sandbox` | where everything is, and the magic recipients |
//! | `GET /_sandbox/log?provider=&items=false` | what was accepted: `{items, counts}` |
//! | `DELETE /_sandbox/log` | forgets it, the ledger file's lines included |
//! | `POST /_sandbox/faults` | orders one [`Fault`](crate::Fault), or an array of them |
//! | `GET /_sandbox/faults`, `DELETE /_sandbox/faults` | lists them, takes them back |
//! | `GET /_sandbox/callbacks` | what came of the latest webhooks |
//! | `POST /_sandbox/inbound` | simulates a message from a customer, an [`Inbound`] |
//! | `GET /_sandbox/settings`, `PATCH /_sandbox/settings` | the settings; a change is a JSON merge patch |
//!
//! Refusals are `{"error": "…"}` with 4xx. There is no authentication: the port is on loopback and guards nothing.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Provider;
use crate::fault::Fault;
use crate::ground::Ground;
use crate::magic::{Magic, magic};
use crate::sandbox::Urls;
use crate::twilio::{Inbound, Twilio};

#[derive(Clone)]
struct Desk {
    ground: Arc<Ground>,
    twilio: Option<Arc<Twilio>>,
    urls: Arc<Urls>,
}

pub(crate) fn router(ground: Arc<Ground>, twilio: Option<Arc<Twilio>>, urls: Urls) -> Router {
    Router::new()
        .route("/_sandbox", get(overview))
        .route("/_sandbox/log", get(log).delete(forget))
        .route("/_sandbox/faults", get(faults).post(inject).delete(clear_faults))
        .route("/_sandbox/callbacks", get(callbacks))
        .route("/_sandbox/inbound", axum::routing::post(inbound))
        .route("/_sandbox/settings", get(settings).patch(change_settings))
        .with_state(Desk { ground, twilio, urls: Arc::new(urls) })
}

fn refuse(status: StatusCode, why: impl std::fmt::Display) -> Response {
    (status, Json(json!({"error": why.to_string()}))).into_response()
}

async fn overview(State(desk): State<Desk>) -> Response {
    let magic: Vec<&Magic> = magic().collect();
    Json(json!({"urls": *desk.urls, "magic": magic})).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogQuery {
    #[serde(default)]
    provider: Option<Provider>,
    /// Whether the messages themselves are wanted beside the counts.
    #[serde(default = "yes")]
    items: bool,
}

fn yes() -> bool {
    true
}

async fn log(State(desk): State<Desk>, Query(query): Query<LogQuery>) -> Response {
    let counts = desk.ground.ledger.counts(query.provider);
    let items = if query.items { desk.ground.ledger.list(query.provider) } else { Vec::new() };
    Json(json!({"items": items, "counts": counts})).into_response()
}

async fn forget(State(desk): State<Desk>) -> Response {
    match desk.ground.ledger.clear() {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, error),
    }
}

async fn faults(State(desk): State<Desk>) -> Response {
    Json(json!({"items": desk.ground.faults.list()})).into_response()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Fault>),
    One(Fault),
}

async fn inject(State(desk): State<Desk>, body: Result<Json<Value>, JsonRejection>) -> Response {
    let Json(body) = match body {
        Ok(body) => body,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, error.body_text()),
    };
    let faults = match serde_json::from_value(body) {
        Ok(OneOrMany::One(fault)) => vec![fault],
        Ok(OneOrMany::Many(faults)) => faults,
        Err(_) => {
            let why = "a fault is {kind, provider?, next?, every?, probability?, seed?, on?, to?, retry_after?}";
            return refuse(StatusCode::UNPROCESSABLE_ENTITY, why);
        }
    };
    if faults.into_iter().all(|fault| desk.ground.faults.add(fault)) {
        (StatusCode::CREATED, Json(json!({"items": desk.ground.faults.list()}))).into_response()
    } else {
        refuse(StatusCode::UNPROCESSABLE_ENTITY, "too many faults stand already")
    }
}

async fn clear_faults(State(desk): State<Desk>) -> StatusCode {
    desk.ground.faults.clear();
    desk.ground.forget_stumbles();
    StatusCode::NO_CONTENT
}

async fn callbacks(State(desk): State<Desk>) -> Response {
    Json(json!({"items": desk.ground.courier.records()})).into_response()
}

async fn inbound(State(desk): State<Desk>, body: Result<Json<Inbound>, JsonRejection>) -> Response {
    match (body, &desk.twilio) {
        (Ok(Json(inbound)), Some(twilio)) => {
            (StatusCode::CREATED, Json(json!({"sid": twilio.receive(inbound)}))).into_response()
        }
        (Ok(_), None) => refuse(StatusCode::CONFLICT, "this sandbox has no Twilio"),
        (Err(error), _) => refuse(StatusCode::UNPROCESSABLE_ENTITY, error.body_text()),
    }
}

async fn settings(State(desk): State<Desk>) -> Response {
    Json(&*desk.ground.config()).into_response()
}

async fn change_settings(
    State(desk): State<Desk>,
    body: Result<Json<Value>, JsonRejection>,
) -> Response {
    let Json(patch) = match body {
        Ok(body) => body,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, error.body_text()),
    };
    let mut whole = match serde_json::to_value(&*desk.ground.config()) {
        Ok(whole) => whole,
        Err(error) => return refuse(StatusCode::INTERNAL_SERVER_ERROR, error),
    };
    merge(&mut whole, patch);
    match serde_json::from_value(whole) {
        Ok(config) => {
            desk.ground.set_config(config);
            settings(State(desk)).await
        }
        Err(error) => refuse(StatusCode::UNPROCESSABLE_ENTITY, error),
    }
}

/// JSON merge patch (RFC 7396), but that `null` sets null instead of removing: every setting always has a value.
fn merge(whole: &mut Value, patch: Value) {
    match (whole, patch) {
        (Value::Object(whole), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(whole.entry(key).or_insert(Value::Null), value);
            }
        }
        (whole, patch) => *whole = patch,
    }
}
