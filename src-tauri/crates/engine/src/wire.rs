//! The seam to the providers: opening an adapter, reading a delivery.
//!
//! A trait, so that a test can put a scripted provider in the place of the wire.

use std::sync::Arc;

use signalbox_domain::Environment;
use signalbox_providers::{Adapter, Delivery, Http, Reading, Rejected, Secrets, Settings};

/// What the engine needs from `providers`.
pub trait Wire: Send + Sync + std::fmt::Debug {
    /// Checks and normalises what a person typed for a new or changed line.
    ///
    /// # Errors
    /// Which field is wrong, how, and how to mend it.
    fn validate(
        &self,
        provider: &str,
        environment: Environment,
        settings: Settings,
        secrets: &Secrets,
    ) -> Result<Settings, FieldProblem>;

    /// Opens one connection.
    ///
    /// # Errors
    /// Plain words; happens only when what was stored cannot be used any more.
    fn open(
        &self,
        provider: &str,
        environment: Environment,
        settings: &Settings,
        secrets: &Secrets,
    ) -> Result<Arc<dyn Adapter>, String>;

    /// The machine slept, or was offline: connections that were kept are dead without knowing it,
    /// and a message written to one of them would come out unknown.
    fn woke(&self) {}

    /// Whether a home may have several connections to a provider in one environment.
    fn allows_several(&self, provider: &str) -> bool;

    /// Whether a provider is known, and takes deliveries.
    fn takes_deliveries(&self, provider: &str) -> bool;

    /// The account a delivery names, to choose among several lines; unverified.
    fn account_of(&self, provider: &str, delivery: &Delivery<'_>) -> Option<String>;

    /// Which of our own ends a delivery is about, to choose among lines of one account; unverified.
    fn our_ends(&self, provider: &str, delivery: &Delivery<'_>) -> Vec<String>;

    /// Proves that a delivery is authentic.
    ///
    /// # Errors
    /// Why it is turned away.
    fn verify(
        &self,
        provider: &str,
        delivery: &Delivery<'_>,
        secrets: &Secrets,
    ) -> Result<(), Rejected>;

    /// Reads an authentic delivery.
    ///
    /// # Errors
    /// When its body cannot be read.
    fn read(&self, provider: &str, delivery: &Delivery<'_>) -> Result<Reading, Rejected>;
}

/// A field that cannot stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Which field.
    pub field: String,
    /// What is the matter.
    pub say: String,
    /// How to mend it.
    pub mend: String,
}

/// The real providers.
#[derive(Debug, Clone)]
pub struct ProvidersWire {
    http: Http,
}

impl ProvidersWire {
    /// The real providers over one shared client.
    #[must_use]
    pub fn new(http: Http) -> Self {
        Self { http }
    }
}

impl Wire for ProvidersWire {
    fn validate(
        &self,
        provider: &str,
        environment: Environment,
        settings: Settings,
        secrets: &Secrets,
    ) -> Result<Settings, FieldProblem> {
        signalbox_providers::validate(
            provider,
            environment,
            &settings.fields,
            secrets,
            &settings.urls,
        )
        .map_err(|error| FieldProblem {
            field: error.field,
            say: error.say,
            mend: error.mend,
        })
    }

    fn open(
        &self,
        provider: &str,
        environment: Environment,
        settings: &Settings,
        secrets: &Secrets,
    ) -> Result<Arc<dyn Adapter>, String> {
        signalbox_providers::open(provider, environment, settings, secrets, &self.http)
            .map_err(|error| error.to_string())
    }

    fn woke(&self) {
        self.http.forget_connections();
    }

    fn allows_several(&self, provider: &str) -> bool {
        signalbox_providers::catalogue::provider(provider).is_none_or(|info| info.multiple)
    }

    fn takes_deliveries(&self, provider: &str) -> bool {
        signalbox_providers::catalogue::provider(provider).is_some_and(|info| info.webhook)
    }

    fn account_of(&self, provider: &str, delivery: &Delivery<'_>) -> Option<String> {
        signalbox_providers::webhook::account(provider, delivery)
    }

    fn our_ends(&self, provider: &str, delivery: &Delivery<'_>) -> Vec<String> {
        signalbox_providers::webhook::our_ends(provider, delivery)
    }

    fn verify(
        &self,
        provider: &str,
        delivery: &Delivery<'_>,
        secrets: &Secrets,
    ) -> Result<(), Rejected> {
        signalbox_providers::webhook::verify(provider, secrets, delivery)
    }

    fn read(&self, provider: &str, delivery: &Delivery<'_>) -> Result<Reading, Rejected> {
        signalbox_providers::webhook::read(provider, delivery)
    }
}
