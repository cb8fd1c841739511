//! Times as people and programs write them.
//!
//! Reads `2026-12-01 09:00` (local) and RFC 3339 (an instant). Refuses to guess at everything else:
//! `01/12/2026` is two dates.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::{Resolution, Resolved, Zone};

/// A time that was read: the instant, and how the zone took a local one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub instant: DateTime<Utc>,
    /// What was written, when it was a local time, and how it was resolved.
    pub local: Option<(NaiveDateTime, Resolution)>,
}

/// Why a text is not a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// Nothing but blanks.
    #[error("the time is empty")]
    Empty,
    /// A date alone.
    #[error("the time of day is missing; write it as 2026-12-01 09:00")]
    NoTime,
    /// Neither of the two forms.
    #[error("write it as 2026-12-01 09:00, or with an offset as 2026-12-01T09:00:00Z")]
    Form,
    /// The form is right, the calendar has no such day.
    #[error("there is no such date: {0}")]
    NoSuchDate(String),
    /// The form is right, the day has no such time.
    #[error("there is no such time of day: {0}")]
    NoSuchTime(String),
}

impl Zone {
    /// Reads what a person or a program wrote. Years 0001 to 9998, offsets below 24 hours, up to
    /// nine digits of a second; `T` and `Z` in either case.
    ///
    /// # Errors
    /// [`MomentError`], in words that say what to change.
    pub fn parse_moment(self, input: &str) -> Result<Moment, MomentError> {
        let text = input.trim();
        if text.is_empty() {
            return Err(MomentError::Empty);
        }
        if !text.is_ascii() {
            return Err(MomentError::Form);
        }
        let date = text.get(..10).ok_or(MomentError::Form)?;
        let (date, rest) = (read_date(date)?, &text[10..]);
        if rest.is_empty() {
            return Err(MomentError::NoTime);
        }
        let rest = rest.strip_prefix(['T', 't', ' ']).ok_or(MomentError::Form)?.trim_start();
        let (time, offset) = split_offset(rest)?;
        let naive = date.and_time(read_time(time)?);
        Ok(match offset {
            Some(offset) => {
                let utc = naive.checked_sub_signed(offset).ok_or(MomentError::Form)?;
                Moment { instant: utc.and_utc(), local: None }
            }
            None => {
                let Resolved { instant, how } = self.to_instant(naive);
                Moment { instant, local: Some((naive, how)) }
            }
        })
    }
}

fn read_date(text: &str) -> Result<NaiveDate, MomentError> {
    let bytes = text.as_bytes();
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return Err(MomentError::Form);
    }
    let (year, month, day) =
        (number(&text[..4], 4)?, number(&text[5..7], 2)?, number(&text[8..], 2)?);
    let year = i32::try_from(year).ok().filter(|year| (1..=9998).contains(year));
    year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
        .ok_or_else(|| MomentError::NoSuchDate(text.to_owned()))
}

/// `9:00`, `09:00`, `09:00:30`, `09:00:30.25`.
fn read_time(text: &str) -> Result<NaiveTime, MomentError> {
    let (clock, fraction) = match text.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text, None),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let (hour, minute, second) = match (parts.as_slice(), fraction) {
        ([hour, minute], None) => (*hour, *minute, "00"),
        ([hour, minute, second], _) => (*hour, *minute, *second),
        _ => return Err(MomentError::Form),
    };
    let hour = number(hour, if hour.len() == 1 { 1 } else { 2 })?;
    let (minute, second) = (number(minute, 2)?, number(second, 2)?);
    let nanos = match fraction {
        None => 0,
        Some(digits) if (1..=9).contains(&digits.len()) => {
            let padded = format!("{digits:0<9}");
            number(&padded, 9)?
        }
        Some(_) => return Err(MomentError::Form),
    };
    NaiveTime::from_hms_nano_opt(hour, minute, second, nanos)
        .ok_or_else(|| MomentError::NoSuchTime(text.to_owned()))
}

/// Takes `Z`, `+02:00` or `-0330` off the end.
fn split_offset(text: &str) -> Result<(&str, Option<TimeDelta>), MomentError> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Ok((time, Some(TimeDelta::zero())));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Ok((text, None)) };
    let (time, offset) = text.split_at(at);
    let (sign, digits) = offset.split_at(1);
    let (hours, minutes) = match digits.len() {
        5 if digits.as_bytes()[2] == b':' => (&digits[..2], &digits[3..]),
        4 => digits.split_at(2),
        _ => return Err(MomentError::Form),
    };
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return Err(MomentError::Form);
    }
    let east = TimeDelta::minutes(i64::from(hours * 60 + minutes));
    Ok((time, Some(if sign == "-" { -east } else { east })))
}

/// Exactly so many ASCII digits; `str::parse` would take a sign as well.
fn number(text: &str, digits: usize) -> Result<u32, MomentError> {
    if text.len() != digits || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(MomentError::Form);
    }
    text.parse().map_err(|_| MomentError::Form)
}
