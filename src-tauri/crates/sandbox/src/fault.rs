//! Faults on request: which of the next sends go wrong, and how. This file decides *whether* a request is struck; what
//! the stroke looks like on the wire belongs to each provider.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::Provider;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The message is accepted and recorded, then the connection is reset: the caller cannot know.
    AcceptThenReset,
    /// The message is accepted and recorded, and no answer ever comes.
    AcceptThenHang,
    /// The message is accepted and recorded, and the answer is a 500 (SMTP: 421 after the final dot).
    #[serde(rename = "error_500_after_accept")]
    Error500AfterAccept,
    /// The connection is reset and nothing was accepted: to the caller, the same as [`FaultKind::AcceptThenReset`].
    ResetBefore,
    /// Nothing is accepted and no answer ever comes.
    Hang,
    /// A gateway's HTML page with status 502; nothing was accepted.
    #[serde(rename = "html_502")]
    Html502,
    /// 503 in the provider's own form; nothing was accepted (SMTP: 421).
    #[serde(rename = "status_503")]
    Status503,
    /// 429 in the provider's own form; nothing was accepted (SMTP: 450 4.7.1).
    #[serde(rename = "rate_429")]
    Rate429,
    /// 500 in the provider's own form; nothing was accepted (SMTP: 451 4.3.0).
    #[serde(rename = "error_500")]
    Error500,
    /// The credential is refused, as if it had been revoked. Strikes reads as well as sends unless `on` says otherwise.
    #[serde(rename = "auth_401")]
    Auth401,
}

impl FaultKind {
    /// Whether the message counts as accepted although the caller is not told.
    #[must_use]
    pub fn accepts(self) -> bool {
        matches!(self, Self::AcceptThenReset | Self::AcceptThenHang | Self::Error500AfterAccept)
    }
}

/// Which requests a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// Requests that hand over a message.
    Send,
    /// Everything else: probes, lists, single reads, SMTP logins.
    Read,
    /// Both.
    Any,
}

/// One standing order to go wrong. All conditions must hold for a request to be struck.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only this provider; absent: all three.
    #[serde(default)]
    pub provider: Option<Provider>,
    /// What goes wrong.
    pub kind: FaultKind,
    /// The rule is spent after this many strokes; absent: it stays until deleted.
    #[serde(default)]
    pub next: Option<u64>,
    /// Strike only every k-th request the rule looks at (the k-th, 2k-th …).
    #[serde(default)]
    pub every: Option<u64>,
    /// Strike with this probability, 0.0–1.0.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Seed of the dice, so that a run can be repeated. Default 0.
    #[serde(default)]
    pub seed: u64,
    /// Which requests; default `send`, and `any` for [`FaultKind::Auth401`].
    #[serde(default)]
    pub on: Option<Occasion>,
    /// Only messages to this address.
    #[serde(default)]
    pub to: Option<String>,
    /// `Retry-After` in seconds on a 429 or 503.
    #[serde(default)]
    pub retry_after: Option<u64>,
}

impl Fault {
    /// The next `n` sends to `provider` go wrong by `kind`.
    #[must_use]
    pub fn next(provider: Provider, kind: FaultKind, n: u64) -> Self {
        Self {
            provider: Some(provider),
            kind,
            next: Some(n),
            every: None,
            probability: None,
            seed: 0,
            on: None,
            to: None,
            retry_after: None,
        }
    }

    fn looks_at(&self, provider: Provider, occasion: Occasion, to: &[String]) -> bool {
        let default = if self.kind == FaultKind::Auth401 { Occasion::Any } else { Occasion::Send };
        let on = self.on.unwrap_or(default);
        self.provider.is_none_or(|only| only == provider)
            && (on == Occasion::Any || on == occasion)
            && self.to.as_ref().is_none_or(|only| to.contains(only))
    }
}

/// One stroke that has been dealt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stroke {
    pub(crate) kind: FaultKind,
    pub(crate) retry_after: Option<u64>,
}

/// A fault that is still in force.
#[derive(Clone, Debug, Serialize)]
pub struct StandingFault {
    /// The order as it was given.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests it has looked at.
    pub seen: u64,
    /// How many of them it struck.
    pub struck: u64,
    #[serde(skip)]
    dice: u64,
}

/// At most this many rules stand at once; more is a mistake of the test, not a load to carry.
const MOST_RULES: usize = 256;

/// All standing faults, asked in the order in which they were given.
#[derive(Debug, Default)]
pub(crate) struct FaultBook {
    rules: Mutex<Vec<StandingFault>>,
}

impl FaultBook {
    /// False when there are already too many rules.
    pub(crate) fn add(&self, fault: Fault) -> bool {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if rules.len() >= MOST_RULES {
            return false;
        }
        let dice = fault.seed;
        rules.push(StandingFault { fault, seen: 0, struck: 0, dice });
        true
    }

    pub(crate) fn clear(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn list(&self) -> Vec<StandingFault> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks each rule in turn; the first that strikes wins, and later rules do not see the request.
    pub(crate) fn strike(
        &self,
        provider: Provider,
        occasion: Occasion,
        to: &[String],
    ) -> Option<Stroke> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let hit = rules.iter_mut().position(|rule| {
            if !rule.fault.looks_at(provider, occasion, to) {
                return false;
            }
            rule.seen += 1;
            let turn = rule.fault.every.is_none_or(|k| k > 0 && rule.seen.is_multiple_of(k));
            let luck = rule.fault.probability.is_none_or(|p| roll(&mut rule.dice) < p);
            turn && luck
        })?;
        let rule = &mut rules[hit];
        rule.struck += 1;
        let stroke = Stroke { kind: rule.fault.kind, retry_after: rule.fault.retry_after };
        if rule.fault.next.is_some_and(|n| rule.struck >= n) {
            rules.remove(hit);
        }
        Some(stroke)
    }
}

/// SplitMix64, as a number in 0.0–1.0: repeatable from a seed and good enough to choose who stumbles.
fn roll(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    // 53 bits are what an f64 holds exactly.
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes(fault: Fault, requests: usize) -> Vec<bool> {
        let book = FaultBook::default();
        assert!(book.add(fault));
        (0..requests)
            .map(|_| book.strike(Provider::Twilio, Occasion::Send, &[]).is_some())
            .collect()
    }

    #[test]
    fn next_strikes_exactly_that_many_and_is_spent() {
        let hits = strikes(Fault::next(Provider::Twilio, FaultKind::Hang, 2), 4);
        assert_eq!(hits, [true, true, false, false]);
    }

    #[test]
    fn every_strikes_the_kth_request() {
        let fault = Fault {
            next: None,
            every: Some(3),
            ..Fault::next(Provider::Twilio, FaultKind::Hang, 0)
        };
        assert_eq!(strikes(fault, 7), [false, false, true, false, false, true, false]);
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let fault = |seed| Fault {
            next: None,
            probability: Some(0.3),
            seed,
            ..Fault::next(Provider::Twilio, FaultKind::Hang, 0)
        };
        let run = strikes(fault(7), 1000);
        assert_eq!(run, strikes(fault(7), 1000), "a campaign must be repeatable");
        assert_ne!(run, strikes(fault(8), 1000));
        let hits = run.iter().filter(|hit| **hit).count();
        assert!((250..350).contains(&hits), "about three in ten, got {hits}");
    }

    #[test]
    fn a_rule_for_one_provider_leaves_the_others_alone() {
        let book = FaultBook::default();
        book.add(Fault::next(Provider::Resend, FaultKind::Hang, 1));
        assert_eq!(book.strike(Provider::Twilio, Occasion::Send, &[]), None);
        assert!(book.strike(Provider::Resend, Occasion::Send, &[]).is_some());
    }

    #[test]
    fn a_revoked_credential_strikes_reads_too() {
        let book = FaultBook::default();
        book.add(Fault { next: None, ..Fault::next(Provider::Twilio, FaultKind::Auth401, 0) });
        assert!(book.strike(Provider::Twilio, Occasion::Read, &[]).is_some());
        assert!(book.strike(Provider::Twilio, Occasion::Send, &[]).is_some());
    }
}
