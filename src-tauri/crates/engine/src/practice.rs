//! Practice lines: simulated providers that a host may bring along.

use async_trait::async_trait;

use crate::lines::NewLine;

/// A host that can run the simulated providers. The engine knows no simulation of its own.
#[async_trait]
pub trait Practice: Send + Sync + std::fmt::Debug {
    /// Starts them if need be, and says how to connect to each. `callback_base` is where they are
    /// to report to, when the gateway runs.
    ///
    /// # Errors
    /// Plain words.
    async fn lines(&self) -> Result<Vec<NewLine>, String>;
}
