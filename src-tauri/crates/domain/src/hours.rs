//! The hours in which a business lets messages out.
//!
//! Owns one weekly window and the search for its next opening. Does not know what is held by it;
//! the zone (the business's or the customer's, never the machine's) is handed in.
//!
//! The window is held against the wall clock: when the clocks go back, the hour that happens twice
//! is open or closed twice, and when they go forward the skipped minutes are simply not there.

#[cfg(test)]
mod tests;

use std::fmt;

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc, Weekday,
};
use serde::{Deserialize, Serialize};

use crate::zone::{Resolution, Zone};

/// Minutes of a day on the wall clock.
const DAY: u16 = 24 * 60;
/// How far an opening can be off. One week is enough unless the clocks skip the window (an hour) or
/// the day (Samoa), and then the next week has it.
const HORIZON_DAYS: u64 = 22;

/// From when to when, and on which weekdays. In JSON `{"from":"08:00","to":"20:00","days":[1,2]}`,
/// with 1 for Monday and 7 for Sunday.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct AllowedHours {
    /// First minute of the window, 0 to 1439.
    from: u16,
    /// First minute after it, 1 to 1440; at most `from` when the window crosses midnight.
    to: u16,
    /// Bit 0 is Monday: the days on which a window opens.
    days: u8,
}

/// As it crosses a door.
#[derive(Serialize, Deserialize)]
struct Written {
    from: String,
    to: String,
    days: Vec<u8>,
}

/// Why a window is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// No weekday: nothing would ever be sent.
    #[error("choose at least one day")]
    NoDays,
    /// Not a weekday.
    #[error("{0} is not a weekday; Monday is 1, Sunday is 7")]
    NoSuchDay(u8),
    /// Not a time of day in minutes.
    #[error("“{0}” is not a time of day; write it as 08:00")]
    NoSuchTime(String),
    /// Empty or the whole day: it cannot be told which was meant.
    #[error("start and end are the same; for the whole day use 00:00 to 24:00")]
    SameTime,
}

impl AllowedHours {
    /// A window `from` to `to` (`HH:MM`, the end excluded and at most `24:00`) that opens on `days`
    /// (ISO weekdays, in any order, repeats allowed). An end before the start is on the next day.
    ///
    /// # Errors
    /// [`HoursError`].
    pub fn new(from: &str, to: &str, days: &[u8]) -> Result<Self, HoursError> {
        let (start, end) = (read_time(from)?, read_time(to)?);
        if start == DAY {
            return Err(HoursError::NoSuchTime(from.to_owned()));
        }
        if start == end {
            return Err(HoursError::SameTime);
        }
        let mut set = 0_u8;
        for &day in days {
            if !(1..=7).contains(&day) {
                return Err(HoursError::NoSuchDay(day));
            }
            set |= 1 << (day - 1);
        }
        if set == 0 {
            return Err(HoursError::NoDays);
        }
        // 00:00 as an end is the end of the day, not its start.
        Ok(Self { from: start, to: if end == 0 { DAY } else { end }, days: set })
    }

    /// Whether a message may leave at `instant`.
    #[must_use]
    pub fn is_allowed(&self, instant: DateTime<Utc>, zone: Zone) -> bool {
        let now = zone.to_local(instant).naive;
        // At most 1439, so it fits.
        let minute = u16::try_from(now.hour() * 60 + now.minute()).unwrap_or(u16::MAX);
        let (today, yesterday) =
            (self.opens_on(now.weekday()), self.opens_on(now.weekday().pred()));
        if self.from < self.to {
            today && (self.from..self.to).contains(&minute)
        } else {
            (today && minute >= self.from) || (yesterday && minute < self.to)
        }
    }

    /// The first instant from `instant` on at which a message may leave: `instant` itself when the
    /// window is open, else the instant it opens. [`DateTime::MAX_UTC`], which is never, only when
    /// the calendar ends first.
    #[must_use]
    pub fn next_allowed(&self, instant: DateTime<Utc>, zone: Zone) -> DateTime<Utc> {
        if self.is_allowed(instant, zone) {
            return instant;
        }
        // The wall clock gets into the window by reaching its start, or by jumping over it.
        let openings = self.starts(instant, zone).chain(Self::changes(instant, zone));
        openings
            .filter(|&opening| opening >= instant && self.is_allowed(opening, zone))
            .min()
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The instants at which the wall clock reaches `from`, on the days around and after `instant`.
    fn starts(&self, instant: DateTime<Utc>, zone: Zone) -> impl Iterator<Item = DateTime<Utc>> {
        let (hour, minute) = (u32::from(self.from / 60), u32::from(self.from % 60));
        // From yesterday on: where the clocks go back over midnight, it starts again.
        let first = zone.local_date(instant).pred_opt();
        let dates = (0..HORIZON_DAYS).map_while(move |n| first?.checked_add_days(Days::new(n)));
        let times = dates.filter_map(move |date: NaiveDate| date.and_hms_opt(hour, minute, 0));
        times.flat_map(move |time: NaiveDateTime| {
            let second = match zone.to_instant(time).how {
                Resolution::Overlap { second } => Some(second),
                Resolution::Exact | Resolution::Gap { .. } => None,
            };
            [Some(zone.first_at_or_after(time)), second].into_iter().flatten()
        })
    }

    /// The instants at which the clocks are changed.
    fn changes(instant: DateTime<Utc>, zone: Zone) -> impl Iterator<Item = DateTime<Utc>> {
        let end = instant.checked_add_days(Days::new(HORIZON_DAYS)).unwrap_or(instant);
        // A change at `instant` itself has already been looked at by `is_allowed`.
        std::iter::successors(zone.next_change(instant), move |&at| zone.next_change(at))
            .take_while(move |&at| at <= end)
    }

    /// Whether a window opens on this weekday.
    #[must_use]
    pub const fn opens_on(&self, day: Weekday) -> bool {
        self.days & (1 << day.num_days_from_monday()) != 0
    }

    /// ISO weekdays on which a window opens, ascending.
    #[must_use]
    pub fn days(&self) -> Vec<u8> {
        (1..=7).filter(|day| self.days & (1 << (day - 1)) != 0).collect()
    }

    /// How long the window is on a day without a change of the clocks.
    #[must_use]
    pub fn length(&self) -> TimeDelta {
        let to = if self.from < self.to { self.to } else { self.to + DAY };
        TimeDelta::minutes(i64::from(to - self.from))
    }
}

/// `HH:MM` to the minute; `24:00` is the end of the day.
fn read_time(text: &str) -> Result<u16, HoursError> {
    let bad = || HoursError::NoSuchTime(text.chars().take(20).collect());
    let (hour, minute) = text.trim().split_once(':').ok_or_else(bad)?;
    let plain = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(hour) || !plain(minute) {
        return Err(bad());
    }
    let (hour, minute) = (hour.parse::<u16>(), minute.parse::<u16>());
    match (hour.map_err(|_| bad())?, minute.map_err(|_| bad())?) {
        (24, 0) => Ok(DAY),
        (hour @ 0..24, minute @ 0..60) => Ok(hour * 60 + minute),
        _ => Err(bad()),
    }
}

fn write_time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

impl fmt::Debug for AllowedHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (write_time(self.from), write_time(self.to));
        write!(f, "AllowedHours({from} to {to} on {:?})", self.days())
    }
}

impl TryFrom<Written> for AllowedHours {
    type Error = HoursError;

    fn try_from(written: Written) -> Result<Self, HoursError> {
        Self::new(&written.from, &written.to, &written.days)
    }
}

impl From<AllowedHours> for Written {
    fn from(hours: AllowedHours) -> Self {
        Self { from: write_time(hours.from), to: write_time(hours.to), days: hours.days() }
    }
}
