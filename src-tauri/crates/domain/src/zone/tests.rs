use super::*;
use proptest::prelude::*;

fn zone(name: &str) -> Zone {
    Zone::parse(name).expect("a zone")
}

fn naive(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a local time")
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

#[test]
fn todays_rules_hold_where_chrono_tz_is_an_hour_wrong() {
    for (name, local, utc) in [
        ("America/Vancouver", "2026-12-01 09:00", "2026-12-01T16:00:00Z"),
        ("Canada/Pacific", "2026-12-01 09:00", "2026-12-01T16:00:00Z"),
        ("America/Edmonton", "2026-12-01 09:00", "2026-12-01T15:00:00Z"),
        ("America/Winnipeg", "2026-12-01 09:00", "2026-12-01T14:00:00Z"),
        ("America/Havana", "2026-12-01 09:00", "2026-12-01T13:00:00Z"),
        ("America/Havana", "2027-12-01 09:00", "2027-12-01T14:00:00Z"),
        ("Cuba", "2026-12-01 09:00", "2026-12-01T13:00:00Z"),
        ("Africa/Casablanca", "2026-12-01 09:00", "2026-12-01T09:00:00Z"),
        ("Africa/El_Aaiun", "2026-12-01 09:00", "2026-12-01T09:00:00Z"),
    ] {
        let resolved = zone(name).to_instant(naive(local));
        assert_eq!(resolved, Resolved { instant: instant(utc), how: Resolution::Exact }, "{name}");
        assert_eq!(zone(name).to_local(instant(utc)).naive, naive(local), "{name} and back");
    }
}

#[test]
fn our_own_rules_for_havana_are_still_needed() {
    let bundled = RULES.get("America/Havana").expect("bundled");
    let offset = bundled.to_offset(timestamp(instant("2026-12-01T13:00:00Z")));
    assert_eq!(offset.seconds(), -18_000, "the bundle has caught up: delete HAVANA and its file");
}

#[test]
fn every_zone_of_chrono_tz_has_rules() {
    for tz in chrono_tz::TZ_VARIANTS {
        let zone = Zone::parse(tz.name());
        assert_eq!(zone.as_ref().map(|z| z.name()), Ok(tz.name()), "the name must be kept");
        let _ = zone.expect("checked").to_local(DateTime::UNIX_EPOCH);
    }
}

#[test]
fn a_local_time_in_a_gap_moves_forward_and_says_so() {
    let resolved = zone("America/Los_Angeles").to_instant(naive("2027-03-14 02:30"));
    assert_eq!(resolved.instant, instant("2027-03-14T10:30:00Z"));
    assert_eq!(resolved.how, Resolution::Gap { shifted_to: naive("2027-03-14 03:30") });
}

#[test]
fn a_local_time_that_happens_twice_means_the_first_and_says_so() {
    let resolved = zone("Europe/Berlin").to_instant(naive("2026-10-25 02:30"));
    assert_eq!(resolved.instant, instant("2026-10-25T00:30:00Z"));
    assert_eq!(resolved.how, Resolution::Overlap { second: instant("2026-10-25T01:30:00Z") });
}

#[test]
fn the_wall_clock_knows_its_offset_and_letters() {
    let local = zone("Europe/Berlin").to_local(instant("2026-07-01T12:00:00.5Z"));
    assert_eq!((local.offset_seconds, local.abbreviation.as_str()), (7200, "CEST"));
    assert_eq!(local.naive.to_string(), "2026-07-01 14:00:00.500");
    assert_eq!(
        zone("America/Sao_Paulo").to_local(instant("2026-07-01T12:00:00Z")).abbreviation,
        "-03"
    );
    assert_eq!(
        zone("Asia/Kathmandu").to_local(instant("2026-07-01T12:00:00Z")).offset_seconds,
        20_700
    );
}

#[test]
fn lord_howe_changes_by_half_an_hour() {
    let howe = zone("Australia/Lord_Howe");
    let gap = howe.to_instant(naive("2026-10-04 02:15"));
    assert_eq!(gap.how, Resolution::Gap { shifted_to: naive("2026-10-04 02:45") });
    assert_eq!(gap.instant, instant("2026-10-03T15:45:00Z"));
    let twice = howe.to_instant(naive("2027-04-04 01:45"));
    assert_eq!(twice.instant, instant("2027-04-03T14:45:00Z"));
    assert_eq!(twice.how, Resolution::Overlap { second: instant("2027-04-03T15:15:00Z") });
    let length = howe.start_of_day(date("2026-10-05")) - howe.start_of_day(date("2026-10-04"));
    assert_eq!(length, TimeDelta::minutes(23 * 60 + 30));
}

#[test]
fn a_day_whose_midnight_is_skipped_starts_when_the_clocks_go_forward() {
    for (name, day, starts) in [
        ("America/Havana", "2026-03-08", "2026-03-08T05:00:00Z"),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"),
    ] {
        let start = zone(name).start_of_day(date(day));
        assert_eq!(start, instant(starts), "{name}");
        assert_eq!(zone(name).to_local(start).naive, naive(&format!("{day} 01:00")), "{name}");
        let before = zone(name).local_date(start - TimeDelta::seconds(1));
        assert_eq!(
            before,
            date(day).pred_opt().expect("a day"),
            "{name}: the second before is yesterday"
        );
    }
}

#[test]
fn a_day_that_starts_inside_a_gap_starts_at_its_end() {
    // Toronto 1919: the clocks went from 23:30 to 00:30.
    let toronto = zone("America/Toronto");
    let start = toronto.start_of_day(date("1919-03-31"));
    assert_eq!(toronto.to_local(start).naive, naive("1919-03-31 00:30"));
    let shifted = toronto.to_instant(naive("1919-03-31 00:00"));
    assert_eq!(shifted.how, Resolution::Gap { shifted_to: naive("1919-03-31 01:00") });
}

#[test]
fn a_day_with_two_midnights_starts_at_the_first() {
    // Havana 2025: at 01:00 the clocks went back to 00:00.
    let start = zone("America/Havana").start_of_day(date("2025-11-02"));
    assert_eq!(start, instant("2025-11-02T04:00:00Z"));
}

#[test]
fn a_day_that_samoa_skipped_starts_with_the_next_one() {
    let apia = zone("Pacific/Apia");
    assert_eq!(apia.start_of_day(date("2011-12-30")), apia.start_of_day(date("2011-12-31")));
    assert_eq!(apia.local_date(instant("2011-12-30T09:59:59Z")), date("2011-12-29"));
    assert_eq!(apia.local_date(instant("2011-12-30T10:00:00Z")), date("2011-12-31"));
}

#[test]
fn changes_are_announced_until_a_zone_gives_them_up() {
    let berlin = zone("Europe/Berlin").next_change(instant("2026-07-01T00:00:00Z"));
    assert_eq!(berlin, Some(instant("2026-10-25T01:00:00Z")));
    assert_eq!(zone("America/Vancouver").next_change(instant("2026-12-01T00:00:00Z")), None);
    assert_eq!(Zone::UTC.next_change(DateTime::UNIX_EPOCH), None);
}

#[test]
fn names_are_read_in_any_case_and_nonsense_is_refused() {
    assert_eq!(zone(" america/vancouver ").name(), "America/Vancouver");
    assert_eq!(
        zone("US/Pacific").name(),
        "US/Pacific",
        "aliases are kept as the person chose them"
    );
    for bad in ["", "UTC+2", "Mars/Phobos", "../etc/passwd", "America/Vancouver\0", "PSTT"] {
        assert!(Zone::parse(bad).is_err(), "{bad:?}");
    }
    let words = Zone::parse("Berlin").map_err(|e| e.to_string());
    assert_eq!(
        words,
        Err("“Berlin” is not a time zone; use a name such as America/Los_Angeles".to_owned())
    );
    let json: Zone = serde_json::from_str("\"Europe/Berlin\"").expect("a zone");
    assert_eq!(serde_json::to_string(&json).expect("json"), "\"Europe/Berlin\"");
    assert!(serde_json::from_str::<Zone>("\"Nowhere\"").is_err());
}

#[test]
fn a_typed_time_is_local_and_rfc_3339_is_an_instant() {
    let vancouver = zone("America/Vancouver");
    for (typed, utc) in [
        ("2026-12-01 09:00", "2026-12-01T16:00:00Z"),
        ("  2026-12-01 9:00 ", "2026-12-01T16:00:00Z"),
        ("2026-12-01T09:00:30", "2026-12-01T16:00:30Z"),
        ("2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"),
        ("2026-12-01t09:00:00.25z", "2026-12-01T09:00:00.25Z"),
        ("2026-12-01T09:00Z", "2026-12-01T09:00:00Z"),
        ("2026-12-01T09:00:00+05:30", "2026-12-01T03:30:00Z"),
        ("2026-12-01 09:00-0330", "2026-12-01T12:30:00Z"),
    ] {
        let moment = vancouver.parse_moment(typed).expect(typed);
        assert_eq!(moment.instant, instant(utc), "{typed:?}");
    }
    let gap = zone("America/Los_Angeles").parse_moment("2027-03-14 02:30").expect("a time");
    let shifted_to = naive("2027-03-14 03:30");
    assert_eq!(gap.local, Some((naive("2027-03-14 02:30"), Resolution::Gap { shifted_to })));
}

#[test]
fn a_time_that_could_mean_two_things_is_refused_in_words() {
    for (typed, refused) in [
        ("", MomentError::Empty),
        ("2026-12-01", MomentError::NoTime),
        ("01/12/2026 09:00", MomentError::Form),
        ("2026-12-01 9:00 am", MomentError::Form),
        ("2026-12-01 09", MomentError::Form),
        ("2026-12-01 +9:00", MomentError::Form),
        ("2026-12-01 09:00 +25:00", MomentError::Form),
        ("tomorrow", MomentError::Form),
        ("２０２６-12-01 09:00", MomentError::Form),
        ("2026-13-01 09:00", MomentError::NoSuchDate("2026-13-01".into())),
        ("2026-02-29 09:00", MomentError::NoSuchDate("2026-02-29".into())),
        ("0000-01-01 09:00", MomentError::NoSuchDate("0000-01-01".into())),
        ("9999-01-01 09:00", MomentError::NoSuchDate("9999-01-01".into())),
        ("2026-12-01 24:00", MomentError::NoSuchTime("24:00".into())),
        ("2026-12-01T23:59:60Z", MomentError::NoSuchTime("23:59:60".into())),
    ] {
        assert_eq!(Zone::UTC.parse_moment(typed), Err(refused), "{typed:?}");
    }
}

#[test]
fn the_ends_of_the_calendar_saturate() {
    for name in ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"] {
        for end in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let zone = zone(name);
            let _ = (zone.to_local(end), zone.to_instant(end.naive_utc()), zone.next_change(end));
            let _ = (zone.start_of_day(end.date_naive()), zone.local_date(end));
            let _ = (zone.to_instant(NaiveDateTime::MIN), zone.to_instant(NaiveDateTime::MAX));
        }
    }
}

fn any_zone() -> impl Strategy<Value = Zone> {
    (0..chrono_tz::TZ_VARIANTS.len()).prop_map(|i| zone(chrono_tz::TZ_VARIANTS[i].name()))
}

proptest! {
    #[test]
    fn every_instant_comes_back_from_its_local_time(zone in any_zone(), at in 0_i64..4_102_444_800) {
        let at = DateTime::from_timestamp(at, 0).expect("in range");
        let local = zone.to_local(at);
        let back = zone.to_instant(local.naive);
        match back.how {
            Resolution::Exact => prop_assert_eq!(back.instant, at),
            Resolution::Overlap { second } => prop_assert!(back.instant == at || second == at),
            Resolution::Gap { .. } => prop_assert!(false, "a time that was shown exists"),
        }
    }

    #[test]
    fn a_day_starts_where_yesterday_ends(zone in any_zone(), days in 0_i64..47_000) {
        let day = DateTime::UNIX_EPOCH.date_naive() + TimeDelta::days(days);
        let start = zone.start_of_day(day);
        prop_assert!(zone.local_date(start) >= day);
        prop_assert!(zone.local_date(start - TimeDelta::seconds(1)) < day);
        prop_assert!(zone.start_of_day(day + TimeDelta::days(1)) >= start);
    }

    #[test]
    fn no_input_panics(input in any::<String>(), dated in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-9:.+Zé-]{0,20}") {
        let _ = Zone::parse(&input);
        let _ = Zone::UTC.parse_moment(&input);
        let _ = Zone::UTC.parse_moment(&dated);
    }

    #[test]
    fn what_chrono_prints_reads_back(seconds in -60_000_000_000_i64..250_000_000_000, nanos in 0_u32..1_000_000_000) {
        let at = DateTime::from_timestamp(seconds, nanos).expect("in range");
        let moment = Zone::UTC.parse_moment(&at.to_rfc3339()).expect("RFC 3339");
        prop_assert_eq!(moment.instant, at);
    }
}
