//! Whose a delivery is.

use std::sync::Arc;

use signalbox_domain::ConnectionId;
use signalbox_providers::{Delivery, Rejected};

use super::{DeliveryRefused, RawDelivery, practice};
use crate::core::Core;
use crate::line::Line;

/// Whose delivery it is: the line in the address; else the account it names; else the one line
/// whose secret verifies it.
pub(super) async fn owner(
    core: &Core,
    provider: &str,
    connection: Option<ConnectionId>,
    delivery: &Delivery<'_>,
    local_url: Option<&str>,
    raw: &RawDelivery,
) -> Result<Arc<Line>, DeliveryRefused> {
    let mut lines: Vec<Arc<Line>> = core
        .lines()
        .into_iter()
        .filter(|line| line.row().made.provider == provider && line.state().takes_receipts())
        .filter(|line| connection.is_none_or(|id| line.id() == id))
        .collect();
    if let (None, Some(account)) = (connection, core.wire.account_of(provider, delivery)) {
        let named: Vec<_> = lines
            .iter()
            .filter(|line| line.row().made.fields.values().any(|value| *value == account))
            .cloned()
            .collect();
        if !named.is_empty() {
            lines = named;
        }
    }
    if lines.is_empty() {
        return Err(DeliveryRefused::NoLine);
    }
    let unsigned_will_do = practice::unsigned_will_do(raw, core.local_url().as_deref());
    let mut worst = Rejected::NoSecret;
    for line in &lines {
        let practice = line.is_practice() && unsigned_will_do;
        let Some(secrets) = line.opened().map(|opened| opened.secrets) else { continue };
        let mut verdict = core.wire.verify(provider, delivery, &secrets);
        if verdict.is_err()
            && line.is_local()
            && let Some(local) = local_url
        {
            // A provider on this machine was told the local address, and signs that one.
            let local = Delivery { public_url: local, ..delivery.clone() };
            verdict = core.wire.verify(provider, &local, &secrets);
        }
        match verdict {
            Ok(()) => return Ok(line.clone()),
            Err(Rejected::Missing | Rejected::NoSecret) if practice => return Ok(line.clone()),
            Err(rejected) => worst = rejected,
        }
    }
    if let [line] = lines.as_slice() {
        match core.store.count_refused_receipt(line.id(), core.today()).await {
            Ok(()) => core.refresh_line(line.id()).await,
            Err(error) => tracing::warn!(%error, "a refused delivery could not be counted"),
        }
    }
    tracing::info!(provider, why = %worst, "a delivery was turned away");
    Err(match worst {
        Rejected::Malformed => DeliveryRefused::Malformed,
        rejected => DeliveryRefused::Signature(rejected),
    })
}
