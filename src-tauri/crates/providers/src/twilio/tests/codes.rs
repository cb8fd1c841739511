//! Every code of Twilio has a class, words and a remedy.

use std::collections::BTreeMap;

use proptest::prelude::*;
use signalbox_domain::{FailureClass, Outcome, Scope};

use crate::http::Answer;
use crate::twilio::adapter::read_send;
use crate::twilio::errors;

fn answer(status: u16, body: &str) -> Answer {
    let headers = [(
        "content-type".parse().expect("a header name"),
        "application/json".parse().expect("a header value"),
    )];
    Answer {
        status,
        headers: headers.into_iter().collect(),
        body: body.as_bytes().to_vec(),
        whole: true,
    }
}

#[test]
fn every_documented_code_has_its_class_words_and_a_remedy() {
    let fixture = include_str!("../fixtures/codes.txt");
    let mut seen = 0;
    for line in fixture.lines().filter(|line| !line.starts_with('#')) {
        let (code, class) = line.split_once(' ').expect("code and class");
        let table = errors::tables();
        let known = table.iter().find_map(|rows| crate::known::find(rows, code));
        let known = known.unwrap_or_else(|| panic!("{code} has no row"));
        assert_eq!(known.class.word(), class, "{code}");
        assert!(known.say.len() > 10 && known.remedy.len() > 10, "{code} lacks words");
        seen += 1;
    }
    assert_eq!(seen, 85, "the fixture must list every documented code");
}

#[test]
fn the_words_are_our_own_and_each_code_has_its_own() {
    let mut said: BTreeMap<&str, &str> = BTreeMap::new();
    for (code, known) in errors::tables().into_iter().flatten() {
        assert!(!known.say.ends_with('.'), "{code}: no final full stop");
        assert!(!known.remedy.ends_with('.'), "{code}: no final full stop");
        let first = known.say.chars().next().expect("words");
        assert!(first.is_uppercase() || first.is_numeric(), "{code}: sentence case");
        for jargon in ["invalid", "error", "failed to", "StatusCallback", "'To'", "'From'"] {
            assert!(!known.say.contains(jargon), "{code}: {jargon} is not plain: {}", known.say);
        }
        if let Some(other) = said.insert(known.say, code) {
            panic!("{code} and {other} say the same, so nobody can tell them apart");
        }
    }
}

#[test]
fn codes_newer_than_the_table_fall_to_their_family_and_then_to_the_status() {
    let class = |code: &str| errors::lookup(code).map(|known| (known.class, known.scope));
    assert_eq!(class("21999"), Some((FailureClass::Permanent, Scope::Line)));
    assert_eq!(class("30999"), Some((FailureClass::Admin, Scope::Message)));
    assert_eq!(class("63999"), Some((FailureClass::Admin, Scope::Message)));
    assert_eq!(class("99999"), None);
    let outcome = read_send(&answer(403, r#"{"code":99999}"#));
    assert!(
        matches!(outcome, Outcome::Refused { failure, .. } if failure.code == "http_403" && failure.class == FailureClass::Admin)
    );
}

#[test]
fn a_refusal_reaches_as_far_as_its_cause() {
    let scope = |code: &str| errors::lookup(code).map(|known| known.scope);
    for line in ["20005", "21606", "30034", "21704"] {
        assert_eq!(scope(line), Some(Scope::Line), "{line} stops the whole line");
    }
    for message in ["21408", "21608", "30007"] {
        assert_eq!(scope(message), Some(Scope::Message), "{message} stops this message only");
    }
}

#[test]
fn a_full_queue_makes_the_sender_rest_for_long() {
    let outcome = read_send(&answer(400, r#"{"code":21611,"status":400}"#));
    let Outcome::Refused { failure, retry_after, .. } = outcome else {
        panic!("21611 was not processed");
    };
    assert_eq!(failure.class, FailureClass::RateLimited);
    assert!(retry_after.is_some_and(|wait| wait.as_secs() >= 1800));
}

#[test]
fn a_fault_of_the_server_is_never_a_refusal_whatever_its_body_says() {
    for body in [r#"{"code":21211}"#, r#"{"code":20429}"#, "<html>", ""] {
        for status in [408, 500, 502, 503, 504, 520, 524] {
            let outcome = read_send(&answer(status, body));
            assert!(
                matches!(&outcome, Outcome::Unknown { failure } if failure.class == FailureClass::Unknown),
                "{status} {body}: {outcome:?}"
            );
        }
    }
}

#[test]
fn success_is_only_what_names_a_message() {
    let sid = r#"{"sid":"SM00000000000000000000000000000042","new_field":{"a":[1]},"status":"teleported"}"#;
    assert_eq!(
        read_send(&answer(201, sid)),
        Outcome::Accepted { provider_id: Some("SM00000000000000000000000000000042".into()) }
    );
    for body in ["{}", "<html>Sign in to the hotel network</html>", "null", r#"{"sid":"../x"}"#] {
        assert!(matches!(read_send(&answer(200, body)), Outcome::Unknown { .. }), "{body}");
    }
    let mut cut = answer(201, r#"{"sid":"SM0"#);
    cut.whole = false;
    assert_eq!(
        read_send(&cut),
        Outcome::Accepted { provider_id: None },
        "created is created, even when the id got lost on the way"
    );
}

#[test]
fn a_failed_receipt_without_a_code_still_says_something() {
    for (code, status, class) in [
        (None, "undelivered", FailureClass::Deferred),
        (Some("0"), "failed", FailureClass::Deferred),
        (Some("30003"), "undelivered", FailureClass::Deferred),
        (None, "canceled", FailureClass::Admin),
        (Some("21610"), "failed", FailureClass::OptedOut),
        (Some("nonsense"), "failed", FailureClass::Admin),
    ] {
        let failure = errors::of_receipt(code, status);
        assert_eq!(failure.class, class, "{code:?} {status}");
        assert!(!failure.say.is_empty() && !failure.remedy.is_empty());
    }
}

proptest! {
    #[test]
    fn no_answer_makes_the_classification_stumble(
        status in 0u16..1000,
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            any::<u64>().prop_map(|code| format!("{{\"code\":{code}}}").into_bytes()),
            "[0-9]{1,7}".prop_map(|code| format!("{{\"code\":\"{code}\"}}").into_bytes()),
        ],
        whole: bool,
    ) {
        let mut answer = answer(status, "");
        answer.body = body;
        answer.whole = whole;
        let outcome = read_send(&answer);
        if (500..600).contains(&status) {
            let unknown = matches!(outcome, Outcome::Unknown { .. });
            prop_assert!(unknown);
        }
    }
}
