//! The only place where instants become local times, and back.
//!
//! Owns zones, the offsets that apply in them, and the reading of times people type. Refuses to
//! know what a local time is wanted for; weekly windows are in `hours`.
//!
//! A zone is named by chrono-tz's type, which other crates use, but no offset ever comes from it:
//! its rules are IANA 2025b and an hour wrong for Vancouver, Edmonton, Winnipeg, Havana and
//! Casablanca today. Offsets come from jiff's bundled rules (2026e) and, for the one zone that 2026f
//! changed since, from `zone/havana-2026f.tzif` (IANA data, public domain). The system's own rules
//! are not asked: they may be older than the bundle (Debian 12 has 2025b) or missing (Windows), and
//! two machines would disagree about one schedule.
//!
//! Gaps and overlaps follow RFC 5545 §3.3.5: a local time that is skipped moves forward by the
//! length of the gap, a local time that happens twice means the first.

mod moment;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

pub use moment::{Moment, MomentError};

static RULES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Cuba stays on summer time until 2027-11-07, which the bundle does not know yet. To be deleted
/// with its file once it does; a test says when.
static HAVANA: LazyLock<TimeZone> = LazyLock::new(|| {
    TimeZone::tzif("America/Havana", include_bytes!("zone/havana-2026f.tzif"))
        .expect("the file is part of the program, and a test reads it")
});

/// An IANA time zone whose rules are at hand. In JSON its name: `America/Vancouver`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(Tz);

/// Not a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a time zone; use a name such as America/Los_Angeles")]
pub struct UnknownZone(String);

/// An instant as the clock on the wall shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalTime {
    /// Date and time of day.
    pub naive: NaiveDateTime,
    /// Seconds east of UTC.
    pub offset_seconds: i32,
    /// `PST`, `CEST`, or an offset such as `-03` where the zone has no letters.
    pub abbreviation: String,
}

/// The instant a local time stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// The instant.
    pub instant: DateTime<Utc>,
    /// Whether there was a choice.
    pub how: Resolution,
}

/// How a local time was turned into an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It happens exactly once.
    Exact,
    /// It is skipped: the clocks go forward over it.
    Gap {
        /// What the wall clock shows at the instant taken: the time asked for, later by the gap.
        shifted_to: NaiveDateTime,
    },
    /// It happens twice: the clocks go back over it. The first was taken.
    Overlap {
        /// The second.
        second: DateTime<Utc>,
    },
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// Reads an IANA name, in any case; aliases such as `US/Pacific` are kept.
    ///
    /// # Errors
    /// [`UnknownZone`] when either database does not know it.
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        let unknown = || UnknownZone(name.chars().take(60).collect());
        let rules = RULES.get(name.trim()).map_err(|_| unknown())?;
        let name = rules.iana_name().ok_or_else(unknown)?;
        name.parse().map(Self).map_err(|_| unknown())
    }

    /// The IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The same zone for crates that speak chrono-tz. Take names from it, never offsets.
    #[must_use]
    pub const fn tz(self) -> Tz {
        self.0
    }

    /// What the wall clock shows at an instant. Before the year −9998 and after 9998 the offset
    /// of that limit is taken.
    #[must_use]
    pub fn to_local(self, instant: DateTime<Utc>) -> LocalTime {
        let rules = self.rules();
        let info = rules.to_offset_info(timestamp(instant));
        LocalTime {
            naive: shift(instant.naive_utc(), info.offset()),
            offset_seconds: info.offset().seconds(),
            abbreviation: info.abbreviation().to_owned(),
        }
    }

    /// The calendar date at an instant.
    #[must_use]
    pub fn local_date(self, instant: DateTime<Utc>) -> NaiveDate {
        self.to_local(instant).naive.date()
    }

    /// The instant of a local time, see the module for gaps and overlaps. Saturates at the ends of
    /// the calendar.
    #[must_use]
    pub fn to_instant(self, naive: NaiveDateTime) -> Resolved {
        match self.ambiguity(naive) {
            AmbiguousOffset::Unambiguous { offset } => {
                Resolved { instant: unshift(naive, offset), how: Resolution::Exact }
            }
            AmbiguousOffset::Gap { before, after } => {
                let instant = unshift(naive, before);
                let shifted_to = shift(instant.naive_utc(), after);
                Resolved { instant, how: Resolution::Gap { shifted_to } }
            }
            AmbiguousOffset::Fold { before, after } => {
                let second = unshift(naive, after);
                Resolved { instant: unshift(naive, before), how: Resolution::Overlap { second } }
            }
        }
    }

    /// The first instant at which the wall clock shows `naive` or later: as [`Self::to_instant`],
    /// but a time that is skipped gives the instant at which the clocks go forward.
    #[must_use]
    pub fn first_at_or_after(self, naive: NaiveDateTime) -> DateTime<Utc> {
        let resolved = self.to_instant(naive);
        match resolved.how {
            // The instant taken lies behind the change by less than the gap.
            Resolution::Gap { .. } => self.last_change(resolved.instant),
            Resolution::Exact | Resolution::Overlap { .. } => resolved.instant,
        }
    }

    /// The first instant of a local date; where midnight is skipped that is 01:00 or 00:30. For a
    /// date the zone skipped altogether (Samoa, 2011-12-30), the start of the next.
    #[must_use]
    pub fn start_of_day(self, date: NaiveDate) -> DateTime<Utc> {
        self.first_at_or_after(date.and_time(NaiveTime::MIN))
    }

    /// The next instant after `instant` at which the zone's offset or name changes, if any is
    /// known; zones that have given up changing have none.
    #[must_use]
    pub fn next_change(self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let rules = self.rules();
        let next = rules.following(timestamp(instant)).next()?;
        DateTime::from_timestamp(next.timestamp().as_second(), 0)
    }

    /// The change in force at an instant; the instant itself if there was none.
    fn last_change(self, instant: DateTime<Utc>) -> DateTime<Utc> {
        let rules = self.rules();
        let just_after =
            timestamp(instant.checked_add_signed(TimeDelta::nanoseconds(1)).unwrap_or(instant));
        rules
            .preceding(just_after)
            .next()
            .and_then(|change| DateTime::from_timestamp(change.timestamp().as_second(), 0))
            .unwrap_or(instant)
    }

    fn ambiguity(self, naive: NaiveDateTime) -> AmbiguousOffset {
        self.rules().to_ambiguous_timestamp(civil(naive)).offset()
    }

    fn rules(self) -> TimeZone {
        if matches!(self.0, Tz::America__Havana | Tz::Cuba) {
            return HAVANA.clone();
        }
        // `parse` and `UTC` are the only ways to a Zone; the bundle does not change while we run,
        // and a test resolves every name.
        RULES.get(self.name()).expect("a zone is only made when its rules were found")
    }
}

/// jiff knows the years −9999 to 9999; a year is left at each end for offsets.
const YEARS: (i32, i32) = (-9998, 9998);

fn clamp(utc: NaiveDateTime) -> NaiveDateTime {
    let at = |year| NaiveDate::from_ymd_opt(year, 1, 1).map(|d| d.and_time(NaiveTime::MIN));
    let (Some(first), Some(last)) = (at(YEARS.0), at(YEARS.1)) else { return utc };
    utc.clamp(first, last)
}

fn timestamp(instant: DateTime<Utc>) -> jiff::Timestamp {
    let utc = clamp(instant.naive_utc()).and_utc();
    // A leap second's nanoseconds (chrono counts past 1e9) belong to the second before.
    let nanos = utc.timestamp_subsec_nanos().min(999_999_999);
    jiff::Timestamp::new(utc.timestamp(), i32::try_from(nanos).unwrap_or_default())
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

fn civil(naive: NaiveDateTime) -> jiff::civil::DateTime {
    let utc = clamp(naive).and_utc();
    let seconds =
        jiff::Timestamp::from_second(utc.timestamp()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    Offset::UTC.to_datetime(seconds)
}

fn shift(utc: NaiveDateTime, by: Offset) -> NaiveDateTime {
    let seconds = TimeDelta::seconds(i64::from(by.seconds()));
    let end = if by.is_negative() { NaiveDateTime::MIN } else { NaiveDateTime::MAX };
    utc.checked_add_signed(seconds).unwrap_or(end)
}

fn unshift(local: NaiveDateTime, by: Offset) -> DateTime<Utc> {
    shift(local, -by).and_utc()
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({self})")
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;

    fn try_from(name: String) -> Result<Self, UnknownZone> {
        Self::parse(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}
