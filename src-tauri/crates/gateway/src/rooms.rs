//! The real rooms behind the gateway: the command table and the engine. Translates, decides nothing.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use axum::http::StatusCode;
use serde_json::Value;
use signalbox_api::shapes::live::LiveEvent;
use signalbox_api::{Api, ApiError, Caller};
use signalbox_domain::Clock;
use signalbox_engine::{DeliveryRefused, Engine, EngineEvent};
use tokio::sync::broadcast;

use crate::behind::{Behind, Feed, Figure, RawDelivery, TurnedAway};
use crate::gateway::{Gateway, GatewayOptions};
use crate::problem::Problem;

/// The command table over a running engine.
#[derive(Debug, Clone)]
struct Rooms {
    api: Api,
}

impl Gateway {
    /// Opens the gateway over the command table, and tells table and engine where it is.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(api: Api, options: GatewayOptions) -> io::Result<Self> {
        let gateway = Self::open(Arc::new(Rooms { api: api.clone() }), options).await?;
        api.info().set_port(Some(gateway.port()));
        api.engine().set_local_url(Some(gateway.url()));
        Ok(gateway)
    }
}

impl Rooms {
    fn engine(&self) -> &Engine {
        self.api.engine()
    }
}

#[async_trait]
impl Behind for Rooms {
    fn clock(&self) -> Arc<dyn Clock> {
        self.engine().clock().clone()
    }

    async fn call(&self, command: &str, args: Value, actor: &str) -> Result<Value, Problem> {
        let caller = Caller { actor: actor.to_owned() };
        Ok(self.api.call(command, args, caller).await?)
    }

    fn commands(&self) -> Value {
        self.api.list()
    }

    async fn send(&self, args: Value, actor: &str) -> Result<(Value, bool), Problem> {
        let caller = Caller { actor: actor.to_owned() };
        let (message, is_new) = self.api.send(args, caller).await?;
        Ok((message, is_new))
    }

    async fn take_delivery(&self, delivery: RawDelivery) -> Result<(), TurnedAway> {
        let connection = match delivery.connection.as_deref().map(str::parse) {
            None => None,
            Some(Ok(id)) => Some(id),
            // What cannot be an id names no line.
            Some(Err(_)) => return Err(TurnedAway::NoLine),
        };
        let raw = signalbox_engine::RawDelivery {
            method: delivery.method,
            path_and_query: delivery.path_and_query,
            headers: delivery.headers,
            body: delivery.body,
            peer_is_loopback: delivery.peer_is_loopback,
        };
        // Repeated and new are the same to the provider: it is on disk.
        match self.engine().take_delivery(&delivery.provider, connection, raw).await {
            Ok(_) => Ok(()),
            Err(DeliveryRefused::UnknownProvider) => Err(TurnedAway::UnknownProvider),
            Err(DeliveryRefused::NoLine) => Err(TurnedAway::NoLine),
            Err(DeliveryRefused::Signature(_)) => Err(TurnedAway::Signature),
            Err(DeliveryRefused::Malformed) => Err(TurnedAway::Malformed),
            Err(DeliveryRefused::Busy) => Err(TurnedAway::Busy),
            Err(DeliveryRefused::Store) => Err(TurnedAway::Store),
        }
    }

    fn subscribe(&self) -> Box<dyn Feed> {
        Box::new(Listener(self.engine().subscribe()))
    }

    async fn token_name(&self, hash: [u8; 32]) -> Result<Option<String>, Problem> {
        let now = signalbox_domain::clock::now_ms(&**self.engine().clock());
        let found = self.engine().store().token_by_hash(hash, now).await.map_err(ApiError::from)?;
        Ok(found.map(|token| token.name))
    }

    async fn figures(&self) -> Result<Vec<Figure>, Problem> {
        let figure = |name, labels, value: f64| Figure { name, labels, value };
        let engine = self.engine();
        let mut figures = vec![
            figure("info", vec![("version", self.api.info().version().to_owned())], 1.0),
            figure("offline", Vec::new(), f64::from(u8::from(engine.is_offline()))),
        ];
        if let Some(free) = engine.store().space().free_bytes() {
            figures.push(figure("disk_free_bytes", Vec::new(), free as f64));
        }
        for (connection, state, reason, n) in
            engine.store().counts().await.map_err(ApiError::from)?
        {
            let labels = vec![
                ("line", connection.to_string()),
                ("state", state.to_string()),
                ("reason", reason.map_or_else(String::new, |reason| reason.to_string())),
            ];
            figures.push(figure("messages", labels, n as f64));
        }
        for line in engine.lines() {
            let labels = vec![("line", line.id().to_string())];
            figures.push(figure("attempts_in_flight", labels, line.in_flight() as f64));
        }
        for line in engine.lines() {
            let ended = line.ended();
            for (outcome, n) in [
                ("accepted", ended.accepted),
                ("refused", ended.refused),
                ("unknown", ended.unknown),
            ] {
                let labels = vec![("line", line.id().to_string()), ("outcome", outcome.into())];
                figures.push(figure("attempts_total", labels, n as f64));
            }
        }
        for line in engine.lines() {
            let labels =
                vec![("line", line.id().to_string()), ("signal", line.signal().to_string())];
            figures.push(figure("line_signal", labels, 1.0));
        }
        Ok(figures)
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let status =
            StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = error.retry_after();
        let ApiError { code, message, remedy, field, .. } = error;
        Self { field, retry_after, ..Self::new(status, code, message, remedy) }
    }
}

struct Listener(broadcast::Receiver<EngineEvent>);

#[async_trait]
impl Feed for Listener {
    async fn next(&mut self) -> Option<LiveEvent> {
        match self.0.recv().await {
            Ok(event) => Some(event.into()),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(LiveEvent::Gap),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
