//! The rate limit of a sender, as one instant: the theoretical arrival time of GCRA.
//!
//! Kept in the store and moved in the same commit as the claim, so that a restart cannot burst.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How fast a sender may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Milliseconds of sender time one unit costs (an SMS segment, a mail); 0 for no limit.
    pub unit_ms: i64,
    /// Least milliseconds between two messages of a batch.
    pub batch_spacing_ms: i64,
}

impl Pace {
    /// No limit of its own; batches still keep 200 ms.
    pub const UNLIMITED: Self = Self { unit_ms: 0, batch_spacing_ms: 200 };

    /// `units` a second, and 200 ms between two messages of a batch.
    #[must_use]
    pub const fn per_second(units: i64) -> Self {
        Self { unit_ms: 1000 / units, batch_spacing_ms: 200 }
    }

    /// The sender time that a message of `units` costs.
    #[must_use]
    pub fn cost(&self, units: i64, in_batch: bool) -> TimeDelta {
        let spacing = if in_batch { self.batch_spacing_ms } else { 0 };
        TimeDelta::milliseconds((self.unit_ms * units.max(1)).max(spacing))
    }
}

/// Asks for a permit at `now` when the sender is booked until `booked_until`.
///
/// There is no burst: one unit per interval, exactly, which is what a carrier counts.
///
/// # Errors
/// The instant at which the permit would be given.
pub fn admit(
    booked_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    cost: TimeDelta,
) -> Result<DateTime<Utc>, DateTime<Utc>> {
    match booked_until {
        Some(until) if until > now => Err(until),
        _ => Ok(now + cost),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_segments_book_three_seconds() {
        let pace = Pace::per_second(1);
        let now = DateTime::UNIX_EPOCH;
        let until = admit(None, now, pace.cost(3, false)).expect("the sender is free");
        assert_eq!(until, now + TimeDelta::seconds(3));
        assert_eq!(
            admit(Some(until), now + TimeDelta::seconds(2), pace.cost(1, false)),
            Err(until)
        );
        assert!(admit(Some(until), until, pace.cost(1, false)).is_ok());
    }

    #[test]
    fn an_unlimited_line_still_spaces_its_batches() {
        assert_eq!(Pace::UNLIMITED.cost(1, false), TimeDelta::zero());
        assert_eq!(Pace::UNLIMITED.cost(1, true), TimeDelta::milliseconds(200));
    }
}
