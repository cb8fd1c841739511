//! What the store and the engine know of the lines at one moment, read once for a whole answer.
//!
//! Reads, and shapes nothing: the sentences are made in `wording`.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Days, Utc};
use signalbox_domain::zone::Zone;
use signalbox_domain::{ConnectionId, HoldReason, MessageState};
use signalbox_engine::Line;
use signalbox_vault::VaultMode;

use crate::shapes::connection::Today;
use crate::shapes::instant::At;
use crate::shapes::overview::{HourCount, HourTally};
use crate::shapes::status::{self, DiskStatus, VaultStatus};
use crate::wording::line::{LineFacts, webhook_url};
use crate::wording::verdict::{Desk, Glance};
use crate::{Api, ApiError};

const HOUR_MS: i64 = 3_600_000;

/// Where messages stand: line, state, hold reason, how many.
pub(crate) type Counts = Vec<(ConnectionId, MessageState, Option<HoldReason>, i64)>;

/// The lines at one moment.
pub(crate) struct Board {
    pub(crate) now: DateTime<Utc>,
    pub(crate) zone: Zone,
    pub(crate) offline: bool,
    pub(crate) counts: Counts,
    pub(crate) hours: Vec<HourCount>,
    pub(crate) lines: Vec<LineFacts>,
    pub(crate) disk: DiskStatus,
    pub(crate) vault: VaultStatus,
}

impl Board {
    /// Reads every line.
    pub(crate) async fn read(api: &Api) -> Result<Self, ApiError> {
        Self::of(api, api.engine().lines()).await
    }

    /// Reads one line.
    pub(crate) async fn line(api: &Api, id: ConnectionId) -> Result<(Self, LineFacts), ApiError> {
        let line = api.engine().line(id).ok_or_else(no_line)?;
        let mut board = Self::of(api, vec![line]).await?;
        let facts = board.lines.pop().ok_or_else(no_line)?;
        Ok((board, facts))
    }

    async fn of(api: &Api, lines: Vec<Arc<Line>>) -> Result<Self, ApiError> {
        let engine = api.engine();
        let now = engine.clock().now();
        let zone = engine.settings().zone;
        let counts = engine.store().counts().await?;
        let (from, until) = today(zone, now);
        let tallies = engine.store().tallies(from, until - 1).await?;
        let mut rates: HashMap<ConnectionId, Today> = HashMap::new();
        let mut hours: Vec<HourTally> =
            vec![HourTally::default(); usize::try_from(until - from).unwrap_or(0)];
        for (hour, connection, state, reason, n) in tallies {
            rate(rates.entry(connection).or_default(), state, n);
            if let Some(hour) = usize::try_from(hour - from).ok().and_then(|at| hours.get_mut(at)) {
                tally(hour, state, reason, n);
            }
        }
        let mut facts = Vec::with_capacity(lines.len());
        for line in lines {
            let today = rates.get(&line.id()).copied().unwrap_or_default();
            facts.push(line_facts(api, &line, &counts, today, now).await?);
        }
        let hours = (from..)
            .zip(hours)
            .map(|(hour, tally)| HourCount { hour: At::ms(hour * HOUR_MS), tally });
        Ok(Self {
            now,
            zone,
            offline: engine.is_offline(),
            counts,
            hours: hours.collect(),
            lines: facts,
            disk: disk(api),
            vault: vault(api),
        })
    }

    /// Messages in all, that stand where `which` says.
    pub(crate) fn counted(&self, which: impl Fn(MessageState, Option<HoldReason>) -> bool) -> i64 {
        self.counts
            .iter()
            .filter(|(_, state, reason, _)| which(*state, *reason))
            .map(|(.., n)| n)
            .sum()
    }

    /// What the verdict rests on.
    pub(crate) fn desk(&self) -> Desk {
        let scheduled = self.counted(|_, reason| reason == Some(HoldReason::Scheduled));
        Desk {
            lines: self.lines.iter().map(|line| glance(line, self.now)).collect(),
            offline: self.offline,
            vault_locked: self.vault.mode == status::VaultMode::Locked,
            disk_low: !self.disk.ok,
            waiting: self.counted(|state, _| state.is_waiting()) - scheduled,
            scheduled,
            failed: self.counted(|state, _| state == MessageState::NeedsAttention),
            unknown: self.counted(|state, _| state == MessageState::Unknown),
            asked: self.counted(|state, reason| {
                state == MessageState::Unknown && reason == Some(HoldReason::Asked)
            }),
            restored: self.counted(|_, reason| reason == Some(HoldReason::Restored)),
        }
    }

    /// The newest check that the verdict rests on, else now.
    pub(crate) fn checked_at(&self) -> At {
        let newest =
            self.lines.iter().filter_map(|line| line.checks.last()).map(|check| check.at).max();
        newest.map_or_else(|| At::from(self.now), At::ms)
    }
}

pub(crate) fn no_line() -> ApiError {
    signalbox_engine::Refusal::not_found("line").into()
}

fn glance(line: &LineFacts, now: DateTime<Utc>) -> Glance {
    let shape = line.shape(now);
    Glance {
        title: line.title(),
        signal: line.signal,
        state: shape.state,
        reachable: line.reachable,
        waiting: shape.waiting,
        say: shape.reason.map(|reason| reason.say),
    }
}

async fn line_facts(
    api: &Api,
    line: &Line,
    counts: &Counts,
    today: Today,
    now: DateTime<Utc>,
) -> Result<LineFacts, ApiError> {
    let store = api.engine().store();
    let row = line.row();
    let gate = line.gate();
    let public = api.public_url();
    let port = api.info().port().filter(|_| line.is_local());
    Ok(LineFacts {
        webhook_url: webhook_url(&row, public.as_deref(), port),
        signal: line.signal(),
        reachable: line.reachable(),
        block: line.block(now).map(|block| (block.reason, block.until)),
        open_until: gate.breaker.open_until(),
        failures: gate.breaker.failures(),
        checks: store.checks(row.id).await?,
        counts: counts
            .iter()
            .filter(|(id, ..)| *id == row.id)
            .map(|(_, state, reason, n)| (*state, *reason, *n))
            .collect(),
        waiting_span: store.waiting_span(row.id).await?,
        today,
        row,
    })
}

/// Today in the business's zone, as hours since 1970: the first, and the first after it.
fn today(zone: Zone, now: DateTime<Utc>) -> (i64, i64) {
    let date = zone.local_date(now);
    let hour = |at: DateTime<Utc>| at.timestamp_millis().div_euclid(HOUR_MS);
    let from = hour(zone.start_of_day(date));
    // A date without a next one is further off than any message.
    let until =
        date.checked_add_days(Days::new(1)).map_or(from + 24, |next| hour(zone.start_of_day(next)));
    (from, until.max(from + 1))
}

/// What counts for the rate: only what is decided.
fn rate(today: &mut Today, state: MessageState, n: i64) {
    match state {
        MessageState::Delivered | MessageState::Read => {
            today.delivered += n;
            today.decided += n;
        }
        MessageState::NeedsAttention | MessageState::Dismissed => today.decided += n,
        _ => {}
    }
}

/// Which part of the hour's bar a message belongs to; cancelled and suppressed ones to none.
fn tally(hour: &mut HourTally, state: MessageState, reason: Option<HoldReason>, n: i64) {
    use MessageState::{
        Accepted, Cancelled, Delivered, Dismissed, Expired, Held, NeedsAttention, Queued, Read,
        Sending, Sent, Suppressed, Unknown,
    };
    match (state, reason) {
        (Held, Some(HoldReason::Scheduled)) => hour.scheduled += n,
        (Queued | Held | Sending, _) => hour.waiting += n,
        (Accepted | Sent | Unknown, _) => hour.awaiting += n,
        (Delivered | Read, _) => hour.delivered += n,
        (NeedsAttention | Dismissed | Expired, _) => hour.failed += n,
        (Cancelled | Suppressed, _) => {}
    }
}

fn disk(api: &Api) -> DiskStatus {
    let space = api.engine().store().space();
    let (free_bytes, floor_bytes) = (space.free_bytes(), space.floor_bytes());
    DiskStatus { free_bytes, floor_bytes, ok: free_bytes.is_none_or(|free| free >= floor_bytes) }
}

pub(crate) fn vault(api: &Api) -> VaultStatus {
    let Some(vault) = api.engine().vault() else {
        let say = "The vault is locked: credentials cannot be opened, so nothing is sent.".into();
        return VaultStatus { mode: status::VaultMode::Locked, say };
    };
    let state = vault.state();
    let mode = match state.mode {
        VaultMode::Keyring => status::VaultMode::Keyring,
        VaultMode::Passphrase => status::VaultMode::Passphrase,
        VaultMode::Session => status::VaultMode::Session,
    };
    VaultStatus { mode, say: state.say }
}

#[cfg(test)]
mod tests;
