//! When a refused message is tried again (DESIGN §6).

use chrono::TimeDelta;

use crate::failure::FailureClass;

/// Quick retries: 1, 2, 4, 8 and 16 seconds after a refusal.
pub const QUICK_RETRIES: u32 = 5;

/// Slow retries of a deferred message, in minutes; the last one repeats to the end.
const SLOW_MINUTES: [i64; 6] = [5, 15, 60, 120, 240, 480];

/// The longest wait between two tries, and so the cap after a clock jump.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::hours(8);

/// What a failure class asks for after `tried` counted attempts (1 after the first).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again after this long.
    After(TimeDelta),
    /// The retries are used up.
    GiveUp,
}

/// The wait before the next try, or that there is none.
///
/// `jitter` is a number in `0.0..=1.0`; 0.5 gives the nominal wait, the ends give ±20 %, so that
/// a thousand messages refused together do not come back together.
#[must_use]
pub fn next(class: FailureClass, tried: u32, jitter: f64) -> Next {
    let tried = tried.max(1);
    let nominal = if tried <= QUICK_RETRIES {
        TimeDelta::seconds(1 << (tried - 1))
    } else if class == FailureClass::Deferred {
        let step = (tried - QUICK_RETRIES - 1) as usize;
        TimeDelta::minutes(SLOW_MINUTES[step.min(SLOW_MINUTES.len() - 1)])
    } else {
        return Next::GiveUp;
    };
    Next::After(spread(nominal, jitter))
}

/// How long to leave a rate-limited line alone when the provider does not say: 1, 2, 4 … 60 s.
#[must_use]
pub fn cool_down(refusals_in_a_row: u32, jitter: f64) -> TimeDelta {
    let exponent = refusals_in_a_row.clamp(1, 7) - 1;
    spread(TimeDelta::seconds((1i64 << exponent).min(60)), jitter)
}

/// When an unknown outcome is looked up: 5 s, 30 s and 2 min after the intent. A provider's list
/// may lag by a minute, so only the last look can prove an absence.
pub const LOOKS: [TimeDelta; 3] =
    [TimeDelta::seconds(5), TimeDelta::seconds(30), TimeDelta::seconds(120)];

/// The wait before the look after `looks` have been made; later looks, which happen only when the
/// provider could not be asked, are 2 min apart, then 15.
#[must_use]
pub fn next_look(looks: u32) -> TimeDelta {
    match looks {
        0 => LOOKS[0],
        1 => LOOKS[1] - LOOKS[0],
        2 => LOOKS[2] - LOOKS[1],
        3..=6 => TimeDelta::minutes(2),
        _ => TimeDelta::minutes(15),
    }
}

fn spread(nominal: TimeDelta, jitter: f64) -> TimeDelta {
    let factor = 0.8 + 0.4 * jitter.clamp(0.0, 1.0);
    let ms = nominal.num_milliseconds() as f64 * factor;
    TimeDelta::milliseconds(ms as i64).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transient_failure_gets_five_retries_within_about_half_a_minute() {
        let mut total = TimeDelta::zero();
        for tried in 1..=5 {
            let Next::After(wait) = next(FailureClass::Transient, tried, 0.5) else {
                panic!("retry {tried} is due");
            };
            total += wait;
        }
        assert_eq!(total, TimeDelta::seconds(31));
        assert_eq!(next(FailureClass::Transient, 6, 0.5), Next::GiveUp);
    }

    #[test]
    fn a_deferred_message_is_tried_to_the_end_of_its_use() {
        let waits: Vec<_> = (6..=13)
            .map(|tried| match next(FailureClass::Deferred, tried, 0.5) {
                Next::After(wait) => wait.num_minutes(),
                Next::GiveUp => panic!("deferred never gives up by itself"),
            })
            .collect();
        assert_eq!(waits, [5, 15, 60, 120, 240, 480, 480, 480]);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        for (jitter, expected) in [(0.0, 800), (0.5, 1000), (1.0, 1200)] {
            let Next::After(wait) = next(FailureClass::Transient, 1, jitter) else { panic!() };
            assert_eq!(wait.num_milliseconds(), expected);
        }
    }

    #[test]
    fn the_three_looks_span_two_minutes() {
        let last = next_look(0) + next_look(1) + next_look(2);
        assert_eq!(last, TimeDelta::minutes(2));
    }
}
