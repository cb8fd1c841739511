//! Receipts: verified and committed at the door, worked off behind it.

mod owner;
mod practice;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::{ConnectionId, Failure, FailureClass, ReceiptId, ReceiptStatus};
use signalbox_providers::{Delivery, Event, Rejected};
use signalbox_store::{
    Consequence, NewReceipt, ReceiptBody, ReceiptRow, StatusReport, StoreError, Took,
};

use crate::core::Core;
use crate::event::Tag;
use crate::token;
use owner::owner;

const HANDFUL: usize = 128;
/// How long a receipt waits for a message that is not known yet: it may be faster than the commit
/// of the attempt it is about. After that it is another program's on the same account.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
const AGAIN: TimeDelta = TimeDelta::seconds(2);
/// Until the store is tried again after it could not write.
const AGAIN_MS: i64 = 5_000;

/// A request as a door took it.
#[derive(Debug, Clone)]
pub struct RawDelivery {
    /// `POST` or `GET`.
    pub method: String,
    /// Raw path and query as received.
    pub path_and_query: String,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
    /// Whether it came from this machine itself.
    pub peer_is_loopback: bool,
}

/// Whether an accepted delivery was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is committed.
    New,
    /// It came before.
    Repeated,
}

/// Why a delivery was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryRefused {
    /// No such provider takes deliveries.
    #[error("no such provider")]
    UnknownProvider,
    /// No line of that provider takes them.
    #[error("no line takes it")]
    NoLine,
    /// It is not authentic.
    #[error("{0}")]
    Signature(Rejected),
    /// It cannot be read.
    #[error("it cannot be read")]
    Malformed,
    /// Too much at once; the provider repeats it.
    #[error("busy")]
    Busy,
    /// It could not be stored; the provider repeats it.
    #[error("it could not be stored")]
    Store,
}

/// Verifies a delivery and commits it. Only `Ok` may be answered with 200.
pub(crate) async fn take(
    core: &Core,
    provider: &str,
    connection: Option<ConnectionId>,
    raw: RawDelivery,
) -> Result<Taken, DeliveryRefused> {
    if !core.wire.takes_deliveries(provider) {
        return Err(DeliveryRefused::UnknownProvider);
    }
    let base = core.public_url().or_else(|| core.local_url()).unwrap_or_default();
    let public_url = format!("{base}{}", raw.path_and_query);
    let local_url = core.local_url().map(|base| format!("{base}{}", raw.path_and_query));
    let received_at = core.now();
    let delivery = Delivery {
        method: &raw.method,
        public_url: &public_url,
        headers: &raw.headers,
        body: &raw.body,
        received_at,
    };
    let line = owner(core, provider, connection, &delivery, local_url.as_deref(), &raw).await?;
    let reading = core.wire.read(provider, &delivery).map_err(|_| DeliveryRefused::Malformed)?;
    let receipt = NewReceipt {
        connection: line.id(),
        provider: provider.to_owned(),
        event_id: reading.event_id,
        kind: reading.kind,
        body: ReceiptBody {
            url: public_url.clone(),
            headers: kept(&raw.headers),
            body: raw.body.clone(),
        },
        received_at: received_at.timestamp_millis(),
    };
    match core.store.take_receipt(receipt).await {
        Ok(Took::New(_)) => {
            core.receive.notify_one();
            core.events.changed(&[Tag::Receipts]);
            Ok(Taken::New)
        }
        Ok(Took::Repeated) => Ok(Taken::Repeated),
        Err(StoreError::Busy) => Err(DeliveryRefused::Busy),
        Err(error) => {
            tracing::error!(%error, "a receipt could not be stored");
            Err(DeliveryRefused::Store)
        }
    }
}

/// Headers worth keeping: what reading again may need, and no credential.
fn kept(headers: &[(String, String)]) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| {
            !matches!(name.as_str(), "authorization" | "cookie" | "proxy-authorization")
        })
        .take(64)
        .cloned()
        .collect()
}

/// Works receipts off until the engine stops.
pub(crate) async fn run(core: Arc<Core>) {
    loop {
        let next = turn(&core).await;
        if !core.wait(&core.receive, next).await {
            return;
        }
    }
}

/// Works off everything that is due. Returns when the next receipt is (Unix ms).
pub(crate) async fn turn(core: &Arc<Core>) -> Option<i64> {
    loop {
        let (due, next) = match core.store.pending_receipts(core.now_ms(), HANDFUL).await {
            Ok(found) => found,
            Err(error) => {
                tracing::error!(%error, "receipts could not be read");
                return Some(core.now_ms() + 1_000);
            }
        };
        if due.is_empty() {
            return next;
        }
        for (row, body) in due {
            if let Err(error) = work_off(core, &row, &body).await {
                tracing::error!(%error, receipt = %row.id, "a receipt waits for the store");
                return Some(core.now_ms() + AGAIN_MS);
            }
            if core.stop.is_cancelled() {
                return None;
            }
        }
    }
}

/// Works one receipt off. When the store cannot write it stays pending: what is wrong with the store is
/// no fault of the receipt.
async fn work_off(core: &Core, row: &ReceiptRow, body: &ReceiptBody) -> Result<(), StoreError> {
    let now = core.now();
    let delivery = Delivery {
        method: "POST",
        public_url: &body.url,
        headers: &body.headers,
        body: &body.body,
        received_at: instant(row.received_at),
    };
    let reading = match core.wire.read(&row.provider, &delivery) {
        Ok(reading) => reading,
        Err(why) => return bury(core, row.id, why.to_string()).await,
    };
    let consequences = reading
        .events
        .into_iter()
        .map(|event| consequence(core, &row.provider, event, now))
        .collect();
    let waited = now - instant(row.received_at);
    let retry_at = (waited < PATIENCE).then(|| (now + AGAIN.max(waited / 2)).timestamp_millis());
    match core
        .store
        .work_off(row.id, row.connection, consequences, retry_at, now.timestamp_millis())
        .await
    {
        Ok(applied) => {
            for one in applied.iter().filter(|one| one.moved) {
                core.events.message(one.message, one.state, now);
            }
            core.events.changed(&[Tag::Receipts, Tag::Suppressions]);
            if let Some(line) = core.line(row.connection) {
                line.set_due(0);
            }
            core.dispatch.notify_one();
            core.index.notify_one();
        }
        Err(error @ (StoreError::NotFound | StoreError::Conflict(_))) => {
            return bury(core, row.id, error.to_string()).await;
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

async fn bury(core: &Core, id: ReceiptId, why: String) -> Result<(), StoreError> {
    core.store.bury_receipt(id, why).await?;
    core.events.changed(&[Tag::Receipts]);
    Ok(())
}

fn consequence(core: &Core, provider: &str, event: Event, now: DateTime<Utc>) -> Consequence {
    match event {
        Event::Status { provider_id, token, status, failure, at: _ } => {
            let hint = token.and_then(|token| token::message_of(core.store.home_id(), &token));
            let report = report(provider, provider_id, status, failure, "webhook", now);
            Consequence::Status { report, hint }
        }
        Event::Inbound { provider_id: _, from, to, body } => {
            Consequence::Inbound { sender: from, recipient: to, body }
        }
        Event::Consent { channel, address, allowed, source } => {
            Consequence::Consent { channel, address, allowed, source }
        }
    }
}

/// After an attempt that the provider took and could not deliver: this long until the next one.
const AFTER_REPORT: [TimeDelta; 4] =
    [TimeDelta::minutes(15), TimeDelta::hours(1), TimeDelta::hours(4), TimeDelta::hours(8)];

/// What a provider says of a message. "Not delivered, try later" is obeyed a few times: each try
/// costs, and some of them reach the person after all. The store ends it with its use.
pub(crate) fn report(
    provider: &str,
    provider_id: String,
    status: ReceiptStatus,
    failure: Option<Failure>,
    source: &str,
    now: DateTime<Utc>,
) -> StatusReport {
    use FailureClass::{Deferred, RateLimited, Transient};
    let passing = failure
        .as_ref()
        .filter(|_| status == ReceiptStatus::Failed)
        .filter(|failure| matches!(failure.class, Transient | Deferred | RateLimited));
    let most = passing.map_or(0, |failure| {
        signalbox_providers::webhook::worth_again(provider, &failure.code).min(AFTER_REPORT.len())
    });
    let again_at = AFTER_REPORT[..most].iter().map(|wait| (now + *wait).timestamp_millis());
    StatusReport {
        poll_at: Some(crate::outbox::poll::first(now, true)),
        again_at: again_at.collect(),
        last_remedy: passing.map(|_| "Use another channel for this person, or send it again"),
        provider_id,
        status,
        failure,
        source: source.into(),
        at: now.timestamp_millis(),
    }
}

/// Makes dead receipts pending again and works them off. Returns how many were replayed, and how
/// many of them are dead again.
pub(crate) async fn replay(
    core: &Arc<Core>,
    ids: Option<Vec<ReceiptId>>,
) -> Result<(usize, usize), StoreError> {
    let chosen = core.store.replay_receipts(ids, core.now_ms()).await?;
    turn(core).await;
    let dead = core.store.receipts(Some(signalbox_store::ReceiptState::Dead), None, 10_000).await?;
    let still = dead.iter().filter(|row| chosen.contains(&row.id)).count();
    Ok((chosen.len(), still))
}

fn instant(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(provider: &str, class: FailureClass, code: &str) -> usize {
        let failure = Failure::new(class, code, "x", "y");
        let now = DateTime::UNIX_EPOCH;
        let told =
            report(provider, "SM1".into(), ReceiptStatus::Failed, Some(failure), "webhook", now);
        told.again_at.len()
    }

    #[test]
    fn what_could_not_be_delivered_is_tried_a_few_times_and_not_for_ever() {
        assert_eq!(tries("twilio", FailureClass::Deferred, "30017"), 4);
        assert_eq!(tries("twilio", FailureClass::Deferred, "30003"), 3);
        assert_eq!(tries("twilio", FailureClass::Deferred, "30008"), 1, "it may have arrived");
        assert_eq!(
            tries("resend", FailureClass::Deferred, "30008"),
            4,
            "codes are a provider's own"
        );
        assert_eq!(tries("twilio", FailureClass::Recipient, "30005"), 0);
        assert_eq!(tries("twilio", FailureClass::Unknown, "30410"), 0);
    }
}
