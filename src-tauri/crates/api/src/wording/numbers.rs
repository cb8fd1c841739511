//! Numbers, spans and times of day as people read them.

use chrono::{DateTime, Datelike, Utc};
use signalbox_domain::zone::Zone;

/// A whole number in groups of three: `1,204`.
#[must_use]
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        text.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 message`, `1,204 messages`.
#[must_use]
pub fn counted(n: i64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {one}s", grouped(n)) }
}

/// The verb for so many: `1 waits`, `2 wait`.
#[must_use]
pub const fn verb<'a>(n: i64, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// A span in its two largest units: `1 h 47 min`, `3 days 2 h`, `40 s`.
#[must_use]
pub fn span(ms: i64) -> String {
    let seconds = ms.max(0) / 1_000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let day = |n: i64| if n == 1 { "1 day".to_owned() } else { format!("{} days", grouped(n)) };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => day(days),
        (days, hours, _) => format!("{} {hours} h", day(days)),
    }
}

/// Bytes in the unit that suits them: `820 MB`, `1.4 GB`.
#[must_use]
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut scaled = n;
    let mut rest = 0;
    while scaled >= 1_000 && unit + 1 < UNITS.len() {
        rest = scaled % 1_000;
        scaled /= 1_000;
        unit += 1;
    }
    if scaled < 10 && unit > 1 {
        return format!("{scaled}.{} {}", rest / 100, UNITS[unit]);
    }
    format!("{scaled} {}", UNITS[unit])
}

/// A time of day with its zone, and with its day when that is not today: `14:05 PDT`,
/// `Thu 3 Dec, 09:00 PST`.
#[must_use]
pub fn time(at: DateTime<Utc>, zone: Zone, now: DateTime<Utc>) -> String {
    let local = zone.to_local(at);
    let clock = local.naive.format("%H:%M");
    if local.naive.date() == zone.local_date(now) {
        return format!("{clock} {}", local.abbreviation);
    }
    let year = match local.naive.year() == zone.local_date(now).year() {
        true => String::new(),
        false => local.naive.format(" %Y").to_string(),
    };
    format!("{}{year}, {clock} {}", local.naive.format("%a %-d %b"), local.abbreviation)
}

/// Sentences joined with full stops; each is given without one, or with.
#[must_use]
pub fn sentences<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(part);
        if !part.ends_with(['.', '!', '?', '…']) {
            text.push('.');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(-1_000), "−1,000");
        assert_eq!(counted(1, "message"), "1 message");
        assert_eq!(counted(1_204, "message"), "1,204 messages");
    }

    #[test]
    fn spans_have_at_most_two_units() {
        assert_eq!(span(40_000), "40 s");
        assert_eq!(span(107 * 60_000), "1 h 47 min");
        assert_eq!(span(2 * 3_600_000), "2 h");
        assert_eq!(span(26 * 3_600_000), "1 day 2 h");
        assert_eq!(span(-5), "0 s", "a clock that was set back shows no negative age");
    }

    #[test]
    fn bytes_take_the_unit_that_suits_them() {
        assert_eq!(bytes(512), "512 bytes");
        assert_eq!(bytes(820_400_000), "820 MB");
        assert_eq!(bytes(1_450_000_000), "1.4 GB");
    }

    #[test]
    fn a_time_carries_its_zone_and_its_day_when_it_is_not_today() {
        let zone = Zone::parse("America/Los_Angeles").expect("a zone");
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        let now = at("2026-03-17T18:00:00Z");
        assert_eq!(time(at("2026-03-17T21:05:00Z"), zone, now), "14:05 PDT");
        assert_eq!(time(at("2026-12-03T17:00:00Z"), zone, now), "Thu 3 Dec, 09:00 PST");
        assert_eq!(time(at("2027-01-01T17:00:00Z"), zone, now), "Fri 1 Jan 2027, 09:00 PST");
    }

    #[test]
    fn sentences_end_once() {
        assert_eq!(sentences(["Nothing", "It arrived.", ""]), "Nothing. It arrived.");
    }
}
