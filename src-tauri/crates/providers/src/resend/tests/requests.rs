//! What is asked of Resend, and what its answers mean.

use chrono::TimeDelta;
use signalbox_domain::{FailureClass, Outcome, Pace, ReceiptStatus};

use super::{hasty, letter, line, lost, noon};
use crate::adapter::{Adapter, Found, Lost, ProbeOutcome, Quota, Settle};
use crate::peer::{Act, Peer, http};

const ID: &str = "4ef9a417-02e9-4d39-ad75-9611e0fcc33c";

fn json(status: u16, body: &str) -> Act {
    Act::Say(http(status, "content-type: application/json\r\n", body.as_bytes()))
}

fn body_of(request: &str) -> &str {
    request.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

#[tokio::test]
async fn a_second_try_is_the_same_bytes_under_the_same_key() {
    let peer = Peer::playing(vec![Act::Close, json(200, &format!(r#"{{"id":"{ID}"}}"#))]).await;
    let resend = line(&peer);
    assert!(matches!(resend.send(&letter()).await, Outcome::Unknown { .. }));
    let outcome = resend.send(&letter()).await;
    assert_eq!(outcome, Outcome::Accepted { provider_id: Some(ID.into()) });
    let heard = peer.heard();
    assert_eq!(heard.len(), 2);
    assert_eq!(body_of(&heard[0]), body_of(&heard[1]), "other bytes under a key are refused");
    for request in &heard {
        let head = request.to_lowercase();
        assert!(head.starts_with("post /emails "));
        assert!(head.contains("idempotency-key: home-01hq3v8m2k7c4\r\n"));
        assert!(head.contains("authorization: bearer re_practice_key\r\n"));
        assert!(head.contains("user-agent: signalbox/"), "without one the edge refuses");
    }
    let body: serde_json::Value = serde_json::from_str(body_of(&heard[0])).expect("JSON");
    assert_eq!(body["to"], serde_json::json!(["jo@example.com"]));
    assert_eq!(body["text"], letter().body);
    assert_eq!(body["tags"][0]["name"], "sb_message");
    assert_eq!(body["tags"][0]["value"], "home-01hq3v8m2k7c4");
    let settle = resend.settle();
    assert!(matches!(settle, Settle::SendAgainWithin(life) if life.as_secs() < 24 * 3600));
}

#[tokio::test]
async fn lost_answers_are_unknown_and_refusals_are_not() {
    for (act, unknown) in [
        (Act::Hang, true),
        (Act::Reset, true),
        (json(500, r#"{"name":"application_error"}"#), true),
        (json(502, "<html>"), true),
        (json(200, "<html>"), true),
        (json(422, r#"{"name":"missing_required_field"}"#), false),
        (json(403, r#"{"name":"invalid_api_key"}"#), false),
    ] {
        let what = format!("{act:?}");
        let hangs = matches!(act, Act::Hang);
        let peer = Peer::playing(vec![act]).await;
        let resend = if hangs { hasty(&peer) } else { line(&peer) };
        let outcome = resend.send(&letter()).await;
        assert_eq!(matches!(outcome, Outcome::Unknown { .. }), unknown, "{what}: {outcome:?}");
    }
}

#[tokio::test]
async fn the_pace_is_learnt_from_the_answers() {
    let peer = Peer::saying(
        429,
        "ratelimit-limit: 10\r\nretry-after: 3\r\n",
        r#"{"name":"rate_limit_exceeded"}"#,
    )
    .await;
    let resend = line(&peer);
    assert_eq!(resend.limits().pace, Pace::per_second(2), "cautious until told");
    let outcome = resend.send(&letter()).await;
    assert!(
        matches!(outcome, Outcome::Refused { retry_after: Some(wait), .. } if wait.as_secs() == 3)
    );
    assert_eq!(resend.limits().pace, Pace::per_second(10));
}

fn item(id: &str, seconds: i64, subject: &str, extra: &str) -> String {
    let at = (noon() + TimeDelta::seconds(seconds)).format("%Y-%m-%d %H:%M:%S.123456+00");
    format!(
        r#"{{"id":"{id}","to":["Jo <JO@example.com>"],"from":"Corner Barber <desk@barber.example>","subject":"{subject}","created_at":"{at}","last_event":"delivered"{extra}}}"#
    )
}

#[tokio::test]
async fn after_the_key_has_expired_the_mail_is_looked_up() {
    let page = |items: &[String], more: bool| {
        json(200, &format!(r#"{{"object":"list","has_more":{more},"data":[{}]}}"#, items.join(",")))
    };
    let first = page(&[item("aaaaaaaa-1", 9, "Another", "")], true);
    let second = page(
        &[item("aaaaaaaa-2", 2, "Your invoice", ""), item("aaaaaaaa-3", -600, "Your invoice", "")],
        true,
    );
    let peer = Peer::playing(vec![first, second]).await;
    let Found::Candidates(found) = line(&peer).find(&lost()).await else {
        panic!("one may be it");
    };
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].provider_id, "aaaaaaaa-2");
    assert_eq!(found[0].status, Some(ReceiptStatus::Delivered));
    let heard = peer.heard();
    assert_eq!(heard.len(), 2, "the list is newest first, so an older one ends the search");
    assert!(heard[0].starts_with("GET /emails?limit=100 "));
    assert!(heard[1].starts_with("GET /emails?limit=100&after=aaaaaaaa-1 "));
}

#[tokio::test]
async fn a_clock_that_is_fast_here_hides_no_mail_there() {
    let list =
        format!(r#"{{"has_more":false,"data":[{}]}}"#, item("aaaaaaaa-2", 2, "Your invoice", ""));
    let date = format!("date: {}\r\n", (noon() + TimeDelta::seconds(6)).to_rfc2822());
    let peer = Peer::playing(vec![Act::Say(http(200, &date, list.as_bytes()))]).await;
    let fast = TimeDelta::hours(1);
    let ours = lost();
    let lost = Lost { intent_at: ours.intent_at + fast, asked_at: ours.asked_at + fast, ..ours };
    let found = line(&peer).find(&lost).await;
    assert!(matches!(found, Found::Candidates(list) if list.len() == 1));
}

#[tokio::test]
async fn a_tag_settles_which_mail_it_was() {
    let ours =
        item("aaaaaaaa-1", 1, "Your invoice", r#","tags":{"sb_message":"home-01hq3v8m2k7c4"}"#);
    let other = item("aaaaaaaa-2", 2, "Your invoice", r#","tags":{"sb_message":"home-other"}"#);
    let list = format!(r#"{{"has_more":false,"data":[{other},{ours}]}}"#);
    let peer = Peer::playing(vec![json(200, &list)]).await;
    let found = line(&peer).find(&lost()).await;
    assert!(matches!(found, Found::Yes { provider_id, .. } if provider_id == "aaaaaaaa-1"));
}

#[tokio::test]
async fn a_search_that_could_not_be_made_is_no_miss() {
    for act in
        [json(401, r#"{"name":"restricted_api_key"}"#), json(503, ""), json(200, "{}"), Act::Close]
    {
        let peer = Peer::playing(vec![act]).await;
        let found = line(&peer).find(&lost()).await;
        assert!(matches!(found, Found::CannotTell(_)), "{found:?}");
    }
    let peer = Peer::playing(vec![json(200, r#"{"has_more":false,"data":[]}"#)]).await;
    assert_eq!(line(&peer).find(&lost()).await, Found::No);
}

#[tokio::test]
async fn the_present_status_of_a_mail_can_be_asked_with_a_full_key() {
    let bounced = format!(r#"{{"id":"{ID}","last_event":"bounced"}}"#);
    let peer = Peer::playing(vec![
        json(200, &bounced),
        json(404, r#"{"name":"not_found"}"#),
        json(401, r#"{"name":"restricted_api_key"}"#),
    ])
    .await;
    let resend = line(&peer);
    let Some(Found::Yes { status, failure, .. }) = resend.status(ID).await else {
        panic!("it is there");
    };
    assert_eq!(status, Some(ReceiptStatus::Failed));
    assert_eq!(failure.map(|failure| failure.class), Some(FailureClass::Recipient));
    assert_eq!(resend.status(ID).await, Some(Found::No));
    assert_eq!(resend.status(ID).await, None, "a sending key can never ask");
    assert_eq!(resend.status("../domains").await, Some(Found::No), "an id never becomes a path");
    assert_eq!(peer.heard().len(), 3);
}

#[tokio::test]
async fn the_probe_tells_a_dead_key_from_a_dead_line() {
    let quota = Some(Quota { left: 88, of: Some(100), per_seconds: 86_400 });
    let peer = Peer::saying(200, "x-resend-daily-quota: 12\r\n", r#"{"data":[]}"#).await;
    assert_eq!(line(&peer).probe().await, ProbeOutcome::Passed { account: None, quota });
    let passed = ProbeOutcome::Passed { account: None, quota: None };
    for (act, class) in [
        (json(200, r#"{"data":[]}"#), None),
        (json(401, r#"{"name":"restricted_api_key"}"#), None),
        (json(403, r#"{"name":"invalid_api_key"}"#), Some(FailureClass::Auth)),
        (json(401, r#"{"name":"missing_api_key"}"#), Some(FailureClass::Auth)),
        (json(503, ""), Some(FailureClass::Transient)),
        (json(200, "<html>"), Some(FailureClass::Transient)),
        (Act::Hang, Some(FailureClass::Transient)),
        (Act::Close, Some(FailureClass::Transient)),
    ] {
        let what = format!("{act:?}");
        let hangs = matches!(act, Act::Hang);
        let peer = Peer::playing(vec![act]).await;
        let resend = if hangs { hasty(&peer) } else { line(&peer) };
        match (resend.probe().await, class) {
            (ProbeOutcome::Failed(failure), Some(class)) => {
                assert_eq!(failure.class, class, "{what}")
            }
            (outcome, None) => assert_eq!(outcome, passed, "{what}"),
            (outcome, _) => panic!("{what}: {outcome:?}"),
        }
    }
}

#[tokio::test]
async fn nothing_secret_shows_in_debug_and_the_address_is_bare() {
    let peer = Peer::saying(200, "", "").await;
    let resend = line(&peer);
    assert!(!format!("{resend:?}").contains("re_practice"));
    assert_eq!(resend.address().as_deref(), Some("desk@barber.example"));
}
