use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

#[test]
fn today_is_the_businesss_day_and_has_as_many_hours_as_its_clocks_say() {
    let zone = Zone::parse("America/Los_Angeles").expect("a zone");
    let hours = |text| {
        let (from, until) = today(zone, at(text));
        until - from
    };
    assert_eq!(hours("2026-03-17T06:00:00Z"), 24);
    assert_eq!(hours("2026-03-08T20:00:00Z"), 23, "the clocks go forward");
    assert_eq!(hours("2026-11-01T20:00:00Z"), 25, "the clocks go back");
    let (from, _) = today(zone, at("2026-03-17T06:00:00Z"));
    assert_eq!(
        DateTime::from_timestamp(from * 3_600, 0),
        Some(at("2026-03-16T07:00:00Z")),
        "23:00 in Los Angeles is still the 16th"
    );
}

#[test]
fn every_state_has_its_place_in_the_bar() {
    let mut hour = HourTally::default();
    for state in MessageState::ALL {
        tally(&mut hour, *state, None, 1);
    }
    tally(&mut hour, MessageState::Held, Some(HoldReason::Scheduled), 1);
    let expect = HourTally { delivered: 2, awaiting: 3, waiting: 3, failed: 3, scheduled: 1 };
    assert_eq!(hour, expect);
}

#[test]
fn only_what_is_decided_counts_for_the_rate() {
    let mut today = Today::default();
    for state in MessageState::ALL {
        rate(&mut today, *state, 1);
    }
    assert_eq!(today, Today { delivered: 2, decided: 4 });
}
