use super::*;
use proptest::prelude::*;

const EVERY_DAY: [u8; 7] = [1, 2, 3, 4, 5, 6, 7];

fn zone(name: &str) -> Zone {
    Zone::parse(name).expect("a zone")
}

fn hours(from: &str, to: &str, days: &[u8]) -> AllowedHours {
    AllowedHours::new(from, to, days).expect("a window")
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// What the wall clock shows, for reading the table below.
fn wall(zone: Zone, at: DateTime<Utc>) -> String {
    let local = zone.to_local(at);
    format!("{} {}", local.naive.format("%a %F %H:%M:%S"), local.abbreviation)
}

#[test]
fn a_message_waits_for_the_morning_and_for_monday() {
    let la = zone("America/Los_Angeles");
    let office = hours("08:00", "20:00", &[1, 2, 3, 4, 5]);
    for (now, next) in [
        ("2026-11-20T15:59:59Z", "Fri 2026-11-20 08:00:00 PST"),
        ("2026-11-20T16:00:00Z", "Fri 2026-11-20 08:00:00 PST"),
        ("2026-11-21T03:59:59Z", "Fri 2026-11-20 19:59:59 PST"),
        ("2026-11-21T04:00:00Z", "Mon 2026-11-23 08:00:00 PST"),
        ("2026-11-22T20:00:00Z", "Mon 2026-11-23 08:00:00 PST"),
    ] {
        assert_eq!(wall(la, office.next_allowed(instant(now), la)), next, "from {now}");
    }
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_it_opens_on() {
    let utc = Zone::UTC;
    let friday_night = hours("22:00", "02:00", &[5]);
    assert!(!friday_night.is_allowed(instant("2026-11-20T01:00:00Z"), utc), "Thursday's night");
    assert!(friday_night.is_allowed(instant("2026-11-20T22:00:00Z"), utc));
    assert!(
        friday_night.is_allowed(instant("2026-11-21T01:59:59Z"), utc),
        "Saturday, Friday's window"
    );
    assert!(!friday_night.is_allowed(instant("2026-11-21T02:00:00Z"), utc), "the end is excluded");
    assert!(!friday_night.is_allowed(instant("2026-11-21T23:00:00Z"), utc));
    let next = friday_night.next_allowed(instant("2026-11-21T02:00:00Z"), utc);
    assert_eq!(next, instant("2026-11-27T22:00:00Z"));
    assert_eq!(friday_night.length(), TimeDelta::hours(4));
}

#[test]
fn the_whole_day_and_midnight_as_an_end_can_be_written() {
    let always = hours("00:00", "24:00", &EVERY_DAY);
    assert!(always.is_allowed(instant("2026-11-20T23:59:59Z"), Zone::UTC));
    let evening = hours("18:00", "00:00", &EVERY_DAY);
    assert!(evening.is_allowed(instant("2026-11-20T23:59:59Z"), Zone::UTC));
    assert!(!evening.is_allowed(instant("2026-11-20T00:00:00Z"), Zone::UTC));
    assert_eq!(evening.length(), TimeDelta::hours(6));
}

#[test]
fn an_opening_in_a_skipped_hour_is_the_instant_the_clocks_go_forward() {
    let la = zone("America/Los_Angeles");
    let early = hours("02:30", "05:00", &EVERY_DAY);
    let next = early.next_allowed(instant("2027-03-14T09:00:00Z"), la);
    assert_eq!(wall(la, next), "Sun 2027-03-14 03:00:00 PDT");
}

#[test]
fn a_window_that_is_skipped_whole_opens_the_next_time_it_exists() {
    let la = zone("America/Los_Angeles");
    let daily = hours("02:15", "02:45", &EVERY_DAY);
    let next = daily.next_allowed(instant("2027-03-14T09:00:00Z"), la);
    assert_eq!(wall(la, next), "Mon 2027-03-15 02:15:00 PDT");
    let sundays = hours("02:15", "02:45", &[7]);
    let next = sundays.next_allowed(instant("2027-03-14T09:00:00Z"), la);
    assert_eq!(wall(la, next), "Sun 2027-03-21 02:15:00 PDT", "a week later");
}

#[test]
fn an_hour_that_happens_twice_is_open_twice() {
    let berlin = zone("Europe/Berlin");
    let night = hours("02:30", "02:45", &EVERY_DAY);
    let first = night.next_allowed(instant("2026-10-25T00:00:00Z"), berlin);
    assert_eq!(wall(berlin, first), "Sun 2026-10-25 02:30:00 CEST");
    let second = night.next_allowed(instant("2026-10-25T00:45:00Z"), berlin);
    assert_eq!(wall(berlin, second), "Sun 2026-10-25 02:30:00 CET");
}

#[test]
fn going_back_can_open_a_window_that_had_closed() {
    let berlin = zone("Europe/Berlin");
    let night = hours("01:30", "02:30", &EVERY_DAY);
    let next = night.next_allowed(instant("2026-10-25T00:45:00Z"), berlin);
    assert_eq!(wall(berlin, next), "Sun 2026-10-25 02:00:00 CET");
}

#[test]
fn a_day_without_midnight_still_opens() {
    let havana = zone("America/Havana");
    let sundays = hours("00:00", "24:00", &[7]);
    let next = sundays.next_allowed(instant("2026-03-07T12:00:00Z"), havana);
    assert_eq!(wall(havana, next), "Sun 2026-03-08 01:00:00 CDT");
}

#[test]
fn a_weekday_that_the_zone_skipped_waits_for_the_following_week() {
    let apia = zone("Pacific/Apia");
    let fridays = hours("09:00", "17:00", &[5]);
    let next = fridays.next_allowed(instant("2011-12-29T12:00:00Z"), apia);
    assert_eq!(apia.to_local(next).naive.to_string(), "2012-01-06 09:00:00");
}

#[test]
fn a_window_that_says_nothing_is_refused() {
    for (from, to, days, refused) in [
        ("08:00", "20:00", &[][..], HoursError::NoDays),
        ("08:00", "20:00", &[0], HoursError::NoSuchDay(0)),
        ("08:00", "20:00", &[1, 8], HoursError::NoSuchDay(8)),
        ("08:00", "08:00", &[1], HoursError::SameTime),
        ("24:00", "08:00", &[1], HoursError::NoSuchTime("24:00".into())),
        ("24:00", "24:00", &[1], HoursError::NoSuchTime("24:00".into())),
        ("8:00", "20:00", &[1], HoursError::NoSuchTime("8:00".into())),
        ("08:60", "20:00", &[1], HoursError::NoSuchTime("08:60".into())),
        ("08:00", "24:01", &[1], HoursError::NoSuchTime("24:01".into())),
        ("+8:00", "20:00", &[1], HoursError::NoSuchTime("+8:00".into())),
        ("", "20:00", &[1], HoursError::NoSuchTime(String::new())),
    ] {
        assert_eq!(AllowedHours::new(from, to, days), Err(refused), "{from} to {to} on {days:?}");
    }
}

#[test]
fn it_crosses_the_door_as_the_contract_says() {
    let json = r#"{"from":"08:00","to":"24:00","days":[1,7]}"#;
    let read: AllowedHours = serde_json::from_str(json).expect("a window");
    assert_eq!(read, hours("08:00", "00:00", &[7, 1, 7]));
    assert_eq!(serde_json::to_string(&read).expect("json"), json);
    let refused =
        serde_json::from_str::<AllowedHours>(r#"{"from":"08:00","to":"20:00","days":[]}"#);
    assert!(refused.is_err_and(|e| e.to_string().contains("choose at least one day")));
}

#[test]
fn the_end_of_the_calendar_is_never() {
    let night = hours("02:00", "03:00", &[1]);
    let end = DateTime::<Utc>::MAX_UTC;
    assert_eq!(night.next_allowed(end, Zone::UTC), end);
    let _ = night.next_allowed(DateTime::<Utc>::MIN_UTC, zone("Pacific/Apia"));
}

/// Instants around changes of the clocks, where the rules are hard, and windows of every kind.
fn hard_case() -> impl Strategy<Value = (AllowedHours, Zone, DateTime<Utc>)> {
    let zones = [
        "America/Los_Angeles",
        "Australia/Lord_Howe",
        "America/Havana",
        "Africa/Cairo",
        "Pacific/Apia",
        "Africa/Casablanca",
        "Asia/Kathmandu",
        "America/Vancouver",
    ];
    let years = 315_532_800_i64..1_893_456_000;
    (0..zones.len(), years, -90_000_i64..90_000, 0_u16..1440, 0_u16..=1440, 1_u8..128)
        .prop_filter_map("start and end differ", move |(z, near, off, from, to, days)| {
            let zone = zone(zones[z]);
            let near = DateTime::from_timestamp(near, 0)?;
            let change = zone.next_change(near).unwrap_or(near);
            let days: Vec<u8> = (1..=7).filter(|d| days & (1 << (d - 1)) != 0).collect();
            let window = AllowedHours::new(&write_time(from), &write_time(to), &days).ok()?;
            Some((window, zone, change + TimeDelta::seconds(off)))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_next_opening_is_open_and_nothing_before_it_is((window, zone, now) in hard_case()) {
        let next = window.next_allowed(now, zone);
        prop_assert!(next >= now);
        prop_assert!(window.is_allowed(next, zone), "{} is open", wall(zone, next));
        let minutes = (next - now).num_minutes();
        prop_assert!(minutes < 15 * 1440, "at most a week, and one more for a skipped day");
        // Whole minutes, so that an opening between two probes would be seen by the later one.
        let first = now.timestamp().div_euclid(60) * 60 + 60;
        for minute in 0..minutes {
            let at = DateTime::from_timestamp(first + minute * 60, 0).expect("in range");
            if at >= next {
                break;
            }
            prop_assert!(!window.is_allowed(at, zone), "{} was open already", wall(zone, at));
        }
    }

    #[test]
    fn any_window_survives_being_written_and_read((window, _, _) in hard_case()) {
        let json = serde_json::to_string(&window).expect("json");
        prop_assert_eq!(serde_json::from_str::<AllowedHours>(&json).expect("a window"), window);
    }

    #[test]
    fn no_input_panics(from in any::<String>(), to in any::<String>(), days in any::<Vec<u8>>()) {
        let _ = AllowedHours::new(&from, &to, &days);
        let _ = AllowedHours::new("08:00", &to, &days);
    }
}
