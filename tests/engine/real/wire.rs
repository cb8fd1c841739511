//! The real providers with shorter patience: on a clock that runs faster, half a minute is short.

use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::Environment;
use signalbox_engine::{FieldProblem, ProvidersWire, Wire};
use signalbox_providers::http::Timeouts;
use signalbox_providers::{
    Adapter, Delivery, Http, Reading, Rejected, Secrets, Settings, SmtpTimeouts, open_with,
};

/// [`ProvidersWire`] but for its time limits.
#[derive(Debug)]
pub(crate) struct QuickWire {
    http: Http,
    patience: Duration,
    real: ProvidersWire,
}

impl QuickWire {
    /// The real wire, waiting this long for any answer.
    pub(crate) fn waiting(patience: Duration) -> Arc<Self> {
        let http = Http::with_timeouts(Timeouts { connect: patience, whole: patience })
            .expect("the HTTP client starts");
        Arc::new(Self { real: ProvidersWire::new(http.clone()), http, patience })
    }
}

impl Wire for QuickWire {
    fn validate(
        &self,
        provider: &str,
        environment: Environment,
        settings: Settings,
        secrets: &Secrets,
    ) -> Result<Settings, FieldProblem> {
        self.real.validate(provider, environment, settings, secrets)
    }

    fn open(
        &self,
        provider: &str,
        environment: Environment,
        settings: &Settings,
        secrets: &Secrets,
    ) -> Result<Arc<dyn Adapter>, String> {
        let patience = self.patience;
        let mail = SmtpTimeouts { connect: patience, command: patience, dot: patience };
        open_with(provider, environment, settings, secrets, &self.http, mail)
            .map_err(|error| error.to_string())
    }

    fn allows_several(&self, provider: &str) -> bool {
        self.real.allows_several(provider)
    }

    fn takes_deliveries(&self, provider: &str) -> bool {
        self.real.takes_deliveries(provider)
    }

    fn our_ends(&self, provider: &str, delivery: &Delivery<'_>) -> Vec<String> {
        self.real.our_ends(provider, delivery)
    }

    fn account_of(&self, provider: &str, delivery: &Delivery<'_>) -> Option<String> {
        self.real.account_of(provider, delivery)
    }

    fn verify(
        &self,
        provider: &str,
        delivery: &Delivery<'_>,
        secrets: &Secrets,
    ) -> Result<(), Rejected> {
        self.real.verify(provider, delivery, secrets)
    }

    fn read(&self, provider: &str, delivery: &Delivery<'_>) -> Result<Reading, Rejected> {
        self.real.read(provider, delivery)
    }
}
