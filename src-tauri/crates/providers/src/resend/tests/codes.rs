//! Every code of Resend has a class, words and a remedy.

use std::collections::BTreeMap;

use proptest::prelude::*;
use signalbox_domain::{FailureClass, Outcome, Scope};

use crate::http::Answer;
use crate::resend::adapter::read_send;
use crate::resend::errors;
use crate::resend::wire::{Bounce, Reason};

fn answer(status: u16, body: &str) -> Answer {
    let body = body.as_bytes().to_vec();
    Answer { status, headers: reqwest::header::HeaderMap::new(), body, whole: true }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

#[test]
fn every_documented_error_has_its_class_words_and_a_remedy() {
    let mut seen = 0;
    for line in lines(include_str!("../fixtures/codes.txt")) {
        let parts: Vec<&str> = line.split(' ').collect();
        let [name, status, class] = parts[..] else { panic!("{line}") };
        let status: u16 = status.parse().expect("a status");
        let body = match name {
            "-" => "<html>Bad gateway</html>".to_owned(),
            "1010" => "error code: 1010".to_owned(),
            name => format!(r#"{{"statusCode":{status},"name":"{name}","message":"…"}}"#),
        };
        let (failure, _) = errors::of_answer(&answer(status, &body));
        assert_eq!(failure.class.word(), class, "{line}");
        assert!(failure.say.len() > 10 && failure.remedy.len() > 10, "{line}");
        if name != "-" {
            assert!(failure.code.starts_with(name), "{line}: {}", failure.code);
        }
        seen += 1;
    }
    assert_eq!(seen, 30);
}

#[test]
fn every_bounce_has_its_class() {
    let mut seen = 0;
    for line in lines(include_str!("../fixtures/bounces.txt")) {
        let (code, class) = line.split_once(' ').expect("type and class");
        let (kind, sub) = code.split_once('/').expect("type and subtype");
        let json = format!(r#"{{"type":"{kind}","subType":"{sub}","message":"…","new":1}}"#);
        let bounce: Bounce = serde_json::from_str(&json).expect("a bounce");
        let failure = errors::of_bounce(Some(&bounce));
        assert_eq!((failure.class.word(), failure.code.as_str()), (class, code));
        seen += 1;
    }
    assert_eq!(seen, 8);
}

#[test]
fn a_bounce_of_a_new_kind_means_what_its_type_means() {
    let of = |json: &str| {
        let bounce: Bounce = serde_json::from_str(json).expect("a bounce");
        errors::of_bounce(Some(&bounce)).class
    };
    assert_eq!(of(r#"{"type":"Permanent","subType":"Moved"}"#), FailureClass::Recipient);
    assert_eq!(of(r#"{"type":"Transient","subType":"Busy"}"#), FailureClass::Deferred);
    assert_eq!(of(r#"{"type":"Sideways"}"#), FailureClass::Deferred);
    assert_eq!(of("{}"), FailureClass::Deferred);
}

#[test]
fn every_row_has_words_of_its_own() {
    let mut said = BTreeMap::new();
    for (code, known) in errors::tables().into_iter().flatten() {
        assert!(!known.say.ends_with('.') && !known.remedy.ends_with('.'), "{code}");
        assert!(known.say.starts_with(char::is_uppercase), "{code}");
        if let Some(other) = said.insert(known.say, code) {
            panic!("{code} and {other} say the same");
        }
    }
}

#[test]
fn a_conflict_of_keys_is_about_an_earlier_try_and_proves_nothing() {
    for name in ["invalid_idempotent_request", "concurrent_idempotent_requests"] {
        let outcome = read_send(&answer(409, &format!(r#"{{"name":"{name}"}}"#)));
        let Outcome::Unknown { failure } = outcome else {
            panic!("{name}: the earlier try may have gone out: {outcome:?}");
        };
        assert_eq!((failure.class, failure.code.as_str()), (FailureClass::Unknown, name));
    }
}

#[test]
fn a_quota_stops_the_line_and_a_pace_only_slows_it() {
    let of = |name: &str| read_send(&answer(429, &format!(r#"{{"name":"{name}"}}"#)));
    for name in ["daily_quota_exceeded", "monthly_quota_exceeded"] {
        assert!(
            matches!(of(name), Outcome::Refused { failure, scope: Scope::Line, .. } if failure.class == FailureClass::Admin)
        );
    }
    assert!(
        matches!(of("rate_limit_exceeded"), Outcome::Refused { failure, .. } if failure.class == FailureClass::RateLimited)
    );
}

#[test]
fn their_sentence_only_chooses_between_rows_of_ours() {
    let of = |status: u16, message: &str| {
        let body = format!(r#"{{"name":"validation_error","message":"{message}"}}"#);
        errors::of_answer(&answer(status, &body))
    };
    let (failure, scope) = of(403, "You can only send testing emails to your own email address");
    assert_eq!((failure.code.as_str(), scope), ("testing_only", Scope::Message));
    let (failure, scope) = of(403, "The barber.example domain is not verified");
    assert_eq!((failure.code.as_str(), scope), ("validation_error_403", Scope::Line));
    let (failure, _) = of(422, "Invalid `to` field");
    assert_eq!(failure.class, FailureClass::Recipient);
    assert!(!failure.say.contains("Invalid"));
}

#[test]
fn reasons_choose_the_class_of_what_failed_later() {
    let of = |reason: &str, kind| {
        let reason = Reason { reason: Some(reason.into()) };
        errors::of_reason(Some(&reason), kind).class
    };
    assert_eq!(of("reached_daily_quota", "failed"), FailureClass::Admin);
    assert_eq!(of("something new", "failed"), FailureClass::Content);
    assert_eq!(of("previous_bounce", "suppressed"), FailureClass::Recipient);
    assert_eq!(of("previous_complaint", "suppressed"), FailureClass::OptedOut);
    assert_eq!(of("something new", "suppressed"), FailureClass::Recipient);
}

proptest! {
    #[test]
    fn no_answer_makes_the_classification_stumble(status in 0u16..1000, body in proptest::collection::vec(any::<u8>(), 0..200), name in "[a-z_]{0,40}", whole: bool) {
        for body in [body.clone(), format!(r#"{{"name":"{name}"}}"#).into_bytes()] {
            let mut answer = answer(status, "");
            answer.body = body;
            answer.whole = whole;
            let outcome = read_send(&answer);
            let unknown = matches!(outcome, Outcome::Unknown { .. });
            prop_assert!(unknown || !(500..600).contains(&status));
        }
    }
}
