use super::*;
use proptest::prelude::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn message(n: i64) -> MessageId {
    MessageId::from_raw(n)
}

/// Fails `n` times over two messages and lets the probe fail too.
fn opened(now: DateTime<Utc>) -> Breaker {
    let mut breaker = Breaker::default();
    let verdicts: Vec<_> = (0..5).map(|n| breaker.failed(message(n % 2), now)).collect();
    assert_eq!(verdicts[4], Verdict::WantsProbe);
    assert_eq!(breaker.probed(false, now), Verdict::Opened(now + TimeDelta::seconds(60)));
    breaker
}

#[test]
fn five_failures_of_one_message_blame_the_message_not_the_line() {
    let mut breaker = Breaker::default();
    for _ in 0..9 {
        assert_eq!(breaker.failed(message(1), at(0)), Verdict::Steady);
    }
    assert_eq!(breaker.permit(at(0)), Permit::Go);
}

#[test]
fn the_fifth_failure_over_two_messages_asks_the_probe_first() {
    let mut breaker = Breaker::default();
    for n in 0..4 {
        assert_eq!(breaker.failed(message(n), at(n)), Verdict::Steady, "failure {n}");
    }
    assert_eq!(breaker.failed(message(4), at(4)), Verdict::WantsProbe);
    assert_eq!(breaker.permit(at(4)), Permit::Go, "open only when the probe has failed too");
    assert_eq!(breaker.failed(message(5), at(5)), Verdict::Steady, "one probe is enough");
}

#[test]
fn a_passing_probe_clears_the_line() {
    let mut breaker = Breaker::default();
    for n in 0..5 {
        breaker.failed(message(n), at(0));
    }
    assert_eq!(breaker.probed(true, at(1)), Verdict::Steady);
    assert_eq!(breaker.failures(), 0);
}

#[test]
fn a_passing_probe_is_not_asked_for_again_by_the_next_failure() {
    let mut breaker = Breaker::default();
    for n in 0..12 {
        breaker.failed(message(n), at(n));
    }
    assert_eq!(breaker.probed(true, at(13)), Verdict::Steady);
    for n in 0..4 {
        assert_eq!(breaker.failed(message(n), at(14 + n)), Verdict::Steady, "failure {n}");
    }
    assert_eq!(breaker.failed(message(5), at(20)), Verdict::WantsProbe, "five are news again");
}

#[test]
fn seven_of_ten_within_five_minutes_are_enough() {
    let mut breaker = Breaker::default();
    let mut last = Verdict::Steady;
    for n in 0..10 {
        last =
            if n % 4 == 0 { breaker.succeeded(at(n)) } else { breaker.failed(message(n), at(n)) };
    }
    assert_eq!(last, Verdict::WantsProbe);
}

#[test]
fn failures_older_than_five_minutes_do_not_count_in_the_share() {
    let mut breaker = Breaker::default();
    for n in 0..9 {
        breaker.failed(message(0), at(n));
    }
    breaker.succeeded(at(10));
    assert_eq!(breaker.failed(message(1), at(400)), Verdict::Steady);
}

#[test]
fn while_it_is_open_nothing_leaves_and_then_exactly_one() {
    let mut breaker = opened(at(0));
    assert_eq!(breaker.permit(at(59)), Permit::Wait(at(60)));
    assert_eq!(breaker.permit(at(60)), Permit::Trial);
    for _ in 0..64 {
        assert_eq!(breaker.permit(at(60)), Permit::TrialInFlight);
    }
}

#[test]
fn a_failed_trial_doubles_the_wait_to_fifteen_minutes_at_most() {
    let mut breaker = opened(at(0));
    let mut now = at(60);
    for expected in [120, 240, 480, 900, 900] {
        assert_eq!(breaker.permit(now), Permit::Trial);
        let until = now + TimeDelta::seconds(expected);
        assert_eq!(breaker.failed(message(7), now), Verdict::Opened(until));
        now = until;
    }
}

#[test]
fn a_good_trial_closes_it() {
    let mut breaker = opened(at(0));
    assert_eq!(breaker.permit(at(60)), Permit::Trial);
    assert_eq!(breaker.succeeded(at(61)), Verdict::Closed);
    assert_eq!(breaker.permit(at(61)), Permit::Go);
    assert!(breaker.is_pristine());
}

#[test]
fn an_abandoned_trial_may_be_taken_again() {
    let mut breaker = opened(at(0));
    assert_eq!(breaker.permit(at(60)), Permit::Trial);
    breaker.abandon_trial(at(61));
    assert_eq!(breaker.permit(at(61)), Permit::Trial);
}

#[test]
fn a_clock_set_back_does_not_close_the_line_off_for_hours() {
    let mut breaker = opened(at(100_000));
    assert_eq!(breaker.permit(at(0)), Permit::Trial);
}

#[test]
fn it_survives_being_stored() {
    let breaker = opened(at(0));
    let text = serde_json::to_string(&breaker).expect("plain data");
    assert_eq!(serde_json::from_str::<Breaker>(&text).expect("plain data"), breaker);
}

proptest! {
    #[test]
    fn it_never_opens_without_a_failed_probe(failures in proptest::collection::vec((0i64..4, 0i64..2), 0..200)) {
        let mut breaker = Breaker::default();
        for (n, (id, ok)) in failures.into_iter().enumerate() {
            let now = at(n as i64);
            if ok == 1 { breaker.succeeded(now); } else { breaker.failed(message(id), now); }
            prop_assert_eq!(breaker.permit(now), Permit::Go);
        }
    }
}
