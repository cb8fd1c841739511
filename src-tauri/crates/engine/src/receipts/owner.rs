//! Whose a delivery is.

use std::sync::Arc;

use signalbox_domain::ConnectionId;
use signalbox_providers::{Delivery, Event, Rejected};

use super::{DeliveryRefused, RawDelivery, practice};
use crate::core::Core;
use crate::line::Line;

/// Whose delivery it is: the line in the address; else, of the lines of the account it names, the
/// one whose secret verifies it. Of several lines of one account, the one it is about.
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
    let mut authentic = Vec::new();
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
            Ok(()) => authentic.push(line.clone()),
            Err(Rejected::Missing | Rejected::NoSecret) if practice => authentic.push(line.clone()),
            Err(rejected) => worst = rejected,
        }
    }
    if let Some(line) = about(core, provider, delivery, authentic).await {
        return Ok(line);
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

/// Which of several lines a delivery is about: the one by which its message left; else the one with
/// the address it names; else the first.
async fn about(
    core: &Core,
    provider: &str,
    delivery: &Delivery<'_>,
    mut lines: Vec<Arc<Line>>,
) -> Option<Arc<Line>> {
    if lines.len() > 1 {
        let by = lines_of_message(core, provider, delivery).await;
        let ends = core.wire.our_ends(provider, delivery);
        let left_by = |line: &&Arc<Line>| by.contains(&line.id());
        let named = |line: &&Arc<Line>| {
            line.row().made.address.is_some_and(|address| ends.contains(&address))
        };
        let found = lines.iter().find(left_by).or_else(|| lines.iter().find(named));
        if let Some(line) = found {
            return Some(line.clone());
        }
    }
    (!lines.is_empty()).then(|| lines.swap_remove(0))
}

async fn lines_of_message(
    core: &Core,
    provider: &str,
    delivery: &Delivery<'_>,
) -> Vec<ConnectionId> {
    let Ok(reading) = core.wire.read(provider, delivery) else { return Vec::new() };
    let mut lines = Vec::new();
    for event in reading.events {
        if let Event::Status { provider_id, .. } = event {
            match core.store.connections_of(provider_id).await {
                Ok(found) => lines.extend(found),
                Err(error) => tracing::warn!(%error, "a message's line could not be looked up"),
            }
        }
    }
    lines
}
