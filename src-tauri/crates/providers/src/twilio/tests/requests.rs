//! What is asked of Twilio, and what its answers mean.

use chrono::TimeDelta;
use signalbox_domain::{Environment, FailureClass, Outcome, Pace, ReceiptStatus};

use super::{ACCOUNT, form_of, hasty, letter, line, lost, noon};
use crate::adapter::{Adapter, Found, Lost, ProbeOutcome, Settle};
use crate::peer::{Act, Peer, http};
use crate::twilio::adapter::Sender;
use crate::twilio::find::same_text;
use crate::twilio::pace;

const SID: &str = "SM00000000000000000000000000000042";

fn json(status: u16, body: &str) -> Act {
    Act::Say(http(status, "content-type: application/json\r\n", body.as_bytes()))
}

fn item(sid: &str, seconds: i64, body: &str) -> String {
    let date = (noon() + TimeDelta::seconds(seconds)).to_rfc2822();
    let body = serde_json::to_string(body).expect("text");
    format!(
        r#"{{"sid":"{sid}","direction":"outbound-api","to":"+15550100123","from":"+15550100100",
        "messaging_service_sid":null,"status":"sent","error_code":null,"date_created":"{date}","body":{body}}}"#
    )
}

#[tokio::test]
async fn a_letter_goes_out_as_one_form_with_its_token_in_the_callback() {
    let peer = Peer::playing(vec![json(201, &format!(r#"{{"sid":"{SID}"}}"#))]).await;
    let mut letter = letter();
    letter.status_callback = Some("https://hooks.example/api/webhooks/twilio/1?acct=7#rc=2".into());
    let outcome = line(&peer).send(&letter).await;
    assert_eq!(outcome, Outcome::Accepted { provider_id: Some(SID.into()) });
    let heard = peer.heard();
    assert_eq!(heard.len(), 1);
    assert!(heard[0].starts_with(&format!("POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json ")));
    assert!(heard[0].to_lowercase().contains("authorization: basic "));
    assert!(heard[0].contains("To=%2B15550100123"), "a bare + would be read as a space");
    let form = form_of(&heard[0]);
    assert_eq!(form["Body"], letter.body);
    assert_eq!(form["SmartEncoded"], "false", "a look-up has to recognise the text");
    assert_eq!(form["From"], "+15550100100");
    assert_eq!(
        form["StatusCallback"],
        "https://hooks.example/api/webhooks/twilio/1?acct=7&k=home-01hq3v8m2k7c4#rc=2"
    );
}

#[tokio::test]
async fn a_callback_twilio_would_refuse_is_left_out_so_that_the_message_is_not() {
    let peer = Peer::saying(500, "", "").await;
    let mut twilio = line(&peer);
    twilio.environment = Environment::Production;
    let mut letter = letter();
    for unfit in
        ["http://127.0.0.1:3000/x", "https://my_host.example/x", "nonsense", "mailto:a@b.example"]
    {
        letter.status_callback = Some(unfit.into());
        assert_eq!(twilio.callback(&letter), None, "{unfit}");
    }
    letter.status_callback = Some(format!("https://h.example/{}", "x".repeat(4000)));
    assert_eq!(twilio.callback(&letter), None);
    letter.status_callback = Some("https://h.example/x".into());
    assert_eq!(
        twilio.callback(&letter).as_deref(),
        Some("https://h.example/x?k=home-01hq3v8m2k7c4")
    );
}

#[tokio::test]
async fn a_messaging_service_sends_without_naming_a_number() {
    let peer = Peer::playing(vec![json(201, &format!(r#"{{"sid":"{SID}","from":null}}"#))]).await;
    let mut twilio = line(&peer);
    twilio.sender = Sender::Service("MG00000000000000000000000000000009".into());
    twilio.send(&letter()).await;
    let form = form_of(&peer.heard()[0]);
    assert_eq!(form["MessagingServiceSid"], "MG00000000000000000000000000000009");
    assert!(!form.contains_key("From"));
}

#[tokio::test]
async fn lost_answers_are_unknown_and_refusals_are_not() {
    for (act, unknown) in [
        (Act::Close, true),
        (Act::Reset, true),
        (Act::Hang, true),
        (json(503, r#"{"code":20503}"#), true),
        (json(400, r#"{"code":21211}"#), false),
        (json(429, r#"{"code":20429}"#), false),
    ] {
        let what = format!("{act:?}");
        let hangs = matches!(act, Act::Hang);
        let peer = Peer::playing(vec![act]).await;
        let twilio = if hangs { hasty(&peer) } else { line(&peer) };
        let outcome = twilio.send(&letter()).await;
        assert_eq!(matches!(outcome, Outcome::Unknown { .. }), unknown, "{what}: {outcome:?}");
        assert_eq!(peer.heard().len(), 1, "{what}: a send is written once");
    }
}

#[tokio::test]
async fn a_slower_pace_is_taken_from_the_answer() {
    let peer = Peer::saying(429, "retry-after: 11\r\n", r#"{"code":20429}"#).await;
    let Outcome::Refused { failure, retry_after, .. } = line(&peer).send(&letter()).await else {
        panic!("429 is not processed");
    };
    assert_eq!(failure.class, FailureClass::RateLimited);
    assert_eq!(retry_after.map(|wait| wait.as_secs()), Some(11));
}

#[tokio::test]
async fn a_lost_letter_is_found_by_recipient_sender_text_and_time() {
    let ours = letter().body;
    let page = format!(
        r#"{{"messages":[{},{},{},{}],"next_page_uri":null,"unknown":1}}"#,
        item("SM0000000000000000000000000000000c", 4, &ours),
        item("SM0000000000000000000000000000000b", 2, "another text"),
        item("SM0000000000000000000000000000000a", 1, &ours),
        item("SM00000000000000000000000000000009", -600, &ours),
    );
    let peer = Peer::playing(vec![json(200, &page)]).await;
    let twilio = line(&peer);
    assert_eq!(twilio.settle(), Settle::LookUp);
    let Found::Candidates(found) = twilio.find(&lost()).await else {
        panic!("two may be it");
    };
    let ids: Vec<_> = found.iter().map(|c| (c.provider_id.as_str(), c.same_text)).collect();
    assert_eq!(
        ids,
        [
            ("SM0000000000000000000000000000000a", true),
            ("SM0000000000000000000000000000000b", false),
            ("SM0000000000000000000000000000000c", true),
        ],
        "oldest first, because the lost one is the first that nobody else claims"
    );
    assert_eq!(found[0].status, Some(ReceiptStatus::Sent));
    let heard = peer.heard();
    assert!(heard[0].contains("Messages.json?To=%2B15550100123&From=%2B15550100100&PageSize=50"));
}

#[tokio::test]
async fn a_clock_that_is_fast_here_hides_no_letter_there() {
    let taken = item("SM0000000000000000000000000000000a", 1, &letter().body);
    let date = format!("date: {}\r\n", (noon() + TimeDelta::seconds(6)).to_rfc2822());
    let page = format!(r#"{{"messages":[{taken}],"next_page_uri":null}}"#);
    for fast in [TimeDelta::seconds(10), TimeDelta::hours(1), TimeDelta::hours(30)] {
        let told = http(200, &date, page.as_bytes());
        let untold = http(200, "", page.as_bytes());
        let known = if fast < TimeDelta::minutes(5) { untold } else { told };
        let peer = Peer::playing(vec![Act::Say(known)]).await;
        let ours = lost();
        let lost = Lost {
            intent_at: ours.intent_at + fast,
            asked_at: ours.asked_at + fast + TimeDelta::seconds(5),
            ..ours
        };
        let found = line(&peer).find(&lost).await;
        assert!(matches!(found, Found::Candidates(list) if list.len() == 1), "{fast}");
    }
}

#[test]
fn a_clock_that_was_slow_at_the_intent_and_is_right_now_only_widens_the_search() {
    let lost = Lost { intent_at: noon() - TimeDelta::hours(1), asked_at: noon(), ..lost() };
    assert!(lost.earliest(Some(noon() + TimeDelta::hours(1))) < lost.intent_at);
    assert!(lost.earliest(None) < lost.intent_at);
}

#[tokio::test]
async fn the_look_up_walks_the_pages_and_stays_with_its_host() {
    let next = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=1&PageToken=PASM1");
    let first = format!(
        r#"{{"messages":[{}],"next_page_uri":"{next}"}}"#,
        item("SM0000000000000000000000000000000f", 9, "another text")
    );
    let ours = item("SM0000000000000000000000000000000a", 1, &letter().body);
    let second = format!(r#"{{"messages":[{ours}],"next_page_uri":"//evil.example/x"}}"#);
    let peer = Peer::playing(vec![json(200, &first), json(200, &second)]).await;
    let found = line(&peer).find(&lost()).await;
    assert!(matches!(found, Found::Candidates(list) if list.len() == 2));
    assert_eq!(peer.heard().len(), 2);
    assert!(peer.heard()[1].starts_with(&format!("GET {next} ")));
}

#[tokio::test]
async fn the_look_up_does_not_walk_for_ever() {
    let next = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=1");
    let page = format!(
        r#"{{"messages":[{}],"next_page_uri":"{next}"}}"#,
        item("SM0000000000000000000000000000000f", 9, "another text")
    );
    let peer = Peer::playing(vec![json(200, &page)]).await;
    let found = line(&peer).find(&lost()).await;
    assert!(matches!(found, Found::CannotTell(_)), "an unfinished search is no miss: {found:?}");
    assert_eq!(peer.heard().len(), 20);
}

#[tokio::test]
async fn an_empty_list_is_a_miss_and_a_refused_list_is_not() {
    let peer = Peer::playing(vec![json(200, r#"{"messages":[],"next_page_uri":null}"#)]).await;
    assert_eq!(line(&peer).find(&lost()).await, Found::No);
    for act in [json(503, ""), json(429, ""), json(200, "<html>"), json(200, "{}"), Act::Close] {
        let what = format!("{act:?}");
        let peer = Peer::playing(vec![act]).await;
        let found = line(&peer).find(&lost()).await;
        let Found::CannotTell(failure) = found else {
            panic!("{what} proves nothing: {found:?}");
        };
        assert_ne!(failure.class, FailureClass::Unknown, "a read can simply be repeated");
    }
}

#[test]
fn texts_are_recognised_through_what_twilio_does_to_them() {
    let ours = "We\u{2019}re open \u{2013} \u{201c}really\u{201d}\u{2026}";
    assert!(same_text("We're open - \"really\"...", ours), "smart encoding");
    assert!(same_text(&format!("Sent from your Twilio trial account - {ours}"), ours));
    assert!(same_text("", ours), "removed by the account's privacy settings");
    assert!(!same_text("We're closed", ours));
    assert!(!same_text(&format!("Re: {ours}"), ours));
}

#[tokio::test]
async fn the_present_status_of_a_message_can_be_asked() {
    let failed = format!(r#"{{"sid":"{SID}","status":"undelivered","error_code":30005}}"#);
    let peer = Peer::playing(vec![json(200, &failed), json(404, r#"{"code":20404}"#)]).await;
    let twilio = line(&peer);
    let Some(Found::Yes { status, failure, .. }) = twilio.status(SID).await else {
        panic!("it is there");
    };
    assert_eq!(status, Some(ReceiptStatus::Failed));
    assert_eq!(failure.map(|f| f.class), Some(FailureClass::Recipient));
    assert_eq!(twilio.status(SID).await, Some(Found::No));
    assert_eq!(twilio.status("../Balance").await, Some(Found::No), "an id never becomes a path");
    assert_eq!(peer.heard().len(), 2);
}

async fn probe(acts: Vec<Act>, environment: Environment) -> ProbeOutcome {
    let hangs = acts.iter().any(|act| matches!(act, Act::Hang));
    let peer = Peer::playing(acts).await;
    let mut twilio = if hangs { hasty(&peer) } else { line(&peer) };
    twilio.environment = environment;
    twilio.probe().await
}

fn class(outcome: ProbeOutcome) -> Option<FailureClass> {
    match outcome {
        ProbeOutcome::Failed(failure) => Some(failure.class),
        ProbeOutcome::Passed { .. } => None,
    }
}

#[tokio::test]
async fn the_probe_tells_a_dead_credential_from_a_dead_line() {
    let env = Environment::Custom;
    let good = json(200, r#"{"friendly_name":"Corner Barber","status":"active"}"#);
    let passed = ProbeOutcome::Passed { account: Some("Corner Barber".into()), quota: None };
    assert_eq!(probe(vec![good], env).await, passed);
    let suspended = json(200, r#"{"status":"suspended"}"#);
    assert_eq!(class(probe(vec![suspended], env).await), Some(FailureClass::Admin));
    let wrong = json(401, r#"{"code":20003}"#);
    assert_eq!(class(probe(vec![wrong.clone()], env).await), Some(FailureClass::Auth));
    let messages = json(200, r#"{"messages":[]}"#);
    assert_eq!(
        class(probe(vec![wrong.clone(), messages], env).await),
        None,
        "a standard API key may not read the account and is still good"
    );
    for act in [Act::Hang, Act::Close, json(503, ""), json(200, "<html>")] {
        let what = format!("{act:?}");
        let found = class(probe(vec![act.clone()], env).await);
        assert_eq!(found, Some(FailureClass::Transient), "{what} says nothing about a credential");
        let found = class(probe(vec![wrong.clone(), act], env).await);
        assert_ne!(found, None, "{what}");
    }
}

#[tokio::test]
async fn test_credentials_are_proved_by_being_told_apart() {
    let told = json(403, r#"{"code":20008}"#);
    assert_eq!(class(probe(vec![told.clone()], Environment::Sandbox).await), None);
    assert_eq!(class(probe(vec![told], Environment::Production).await), Some(FailureClass::Admin));
}

#[test]
fn each_kind_of_sender_has_its_pace() {
    for (from, per_second) in [
        (Some("+15550100100"), 1),
        (Some("+18335550100"), 3),
        (Some("+18885550100"), 3),
        (Some("+447700900100"), 1),
        (Some("+88855501000"), 1),
        (Some("55501"), 10),
        (Some("BARBER"), 10),
        (None, 3),
    ] {
        assert_eq!(pace::limits(from).pace, Pace::per_second(per_second), "{from:?}");
    }
}

#[tokio::test]
async fn a_text_costs_its_segments_and_a_prefix_in_the_address_is_kept() {
    let peer = Peer::playing(vec![json(201, &format!(r#"{{"sid":"{SID}"}}"#))]).await;
    let mut twilio = line(&peer);
    assert_eq!(twilio.units(&"a".repeat(161)), 2);
    assert_eq!(twilio.units(""), 1);
    twilio.base = peer.url.join("/practice/twilio/").expect("an address");
    twilio.send(&letter()).await;
    assert!(peer.heard()[0].starts_with("POST /practice/twilio/2010-04-01/Accounts/"));
}

#[tokio::test]
async fn nothing_secret_shows_in_debug() {
    let peer = Peer::saying(200, "", "").await;
    let shown = format!("{:?}", line(&peer));
    assert!(!shown.contains("0123456789abcdef"), "{shown}");
}
