//! Sending, refusing and listing, as the 2010-04-01 API does it.

use serde_json::{Value, json};
use signalbox_sandbox::TwilioConfig;
use signalbox_sandbox::config::ACCOUNT_SID;

use crate::support::{Bench, FROM, TO, answer};

/// Fields and values, as they are sent.
type Form<'a> = &'a [(&'a str, &'a str)];

#[tokio::test]
async fn a_send_is_answered_201_in_the_documented_shape() {
    let bench = Bench::plain().await;
    let sent = bench.sms(TO, "Your appointment is tomorrow at 10:00.").await;
    assert_eq!(sent.status, 201);
    let got = sent.json();
    let sid = got["sid"].as_str().unwrap();
    assert!(sid.starts_with("SM") && sid.len() == 34, "{sid}");
    let uri = format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{sid}");
    assert_eq!(
        got,
        json!({
            "account_sid": ACCOUNT_SID, "api_version": "2010-04-01", "body": "Your appointment is tomorrow at 10:00.",
            "date_created": "Sat, 21 Nov 2026 09:55:01 +0000", "date_sent": null,
            "date_updated": "Sat, 21 Nov 2026 09:55:01 +0000", "direction": "outbound-api", "error_code": null,
            "error_message": null, "from": FROM, "messaging_service_sid": null, "num_media": "0", "num_segments": "1",
            "price": null, "price_unit": "USD", "sid": sid, "status": "queued",
            "subresource_uris": {"media": format!("{uri}/Media.json")}, "to": TO, "uri": format!("{uri}.json"),
        })
    );
    assert!(sent.headers.contains_key("twilio-request-id"), "support asks for it");
}

#[tokio::test]
async fn a_wrong_credential_is_refused_before_anything_else() {
    let bench = Bench::plain().await;
    let form = [("To", TO), ("From", FROM), ("Body", "x")];
    let refused =
        answer(bench.twilio_as(ACCOUNT_SID, "wrong", "POST", "/Messages.json").form(&form)).await;
    assert_eq!(refused.twilio_error(), (401, 20003));
    assert!(refused.headers.contains_key("www-authenticate"));
    assert_eq!(bench.sandbox.counts(None).accepted, 0);
}

#[tokio::test]
async fn an_api_key_works_in_place_of_the_token() {
    let key = ("SK00000000000000000000000000000001".to_owned(), "secret".to_owned());
    let bench =
        Bench::with_twilio(TwilioConfig { api_key: Some(key.clone()), ..TwilioConfig::default() })
            .await;
    let balance = answer(bench.twilio_as(&key.0, &key.1, "GET", "/Balance.json")).await;
    assert_eq!(
        balance.json(),
        json!({"account_sid": ACCOUNT_SID, "balance": "18.42", "currency": "USD"})
    );
}

#[tokio::test]
async fn each_mistake_in_the_form_has_its_own_code() {
    let bench = Bench::plain().await;
    let long = "x".repeat(1601);
    let cases: [(&str, Form<'_>, u64); 13] = [
        ("no To", &[("From", FROM), ("Body", "x")], 21604),
        ("no From", &[("To", TO), ("Body", "x")], 21603),
        ("no Body", &[("To", TO), ("From", FROM)], 21602),
        ("To is no number", &[("To", "12345"), ("From", FROM), ("Body", "x")], 21211),
        ("To is From", &[("To", FROM), ("From", FROM), ("Body", "x")], 21266),
        (
            "channels differ",
            &[("To", "whatsapp:+15551230001"), ("From", FROM), ("Body", "x")],
            21910,
        ),
        ("body too long", &[("To", TO), ("From", FROM), ("Body", &long)], 21617),
        ("From invalid", &[("To", TO), ("From", "+15005550001"), ("Body", "x")], 21212),
        ("From not capable", &[("To", TO), ("From", "+15005550007"), ("Body", "x")], 21606),
        ("From's queue is full", &[("To", TO), ("From", "+15005550008"), ("Body", "x")], 21611),
        ("service is no SID", &[("To", TO), ("MessagingServiceSid", "MG1"), ("Body", "x")], 21705),
        (
            "callback is no URL",
            &[("To", TO), ("From", FROM), ("Body", "x"), ("StatusCallback", "nowhere")],
            21609,
        ),
        (
            "callback host",
            &[
                ("To", TO),
                ("From", FROM),
                ("Body", "x"),
                ("StatusCallback", "https://a_b.example/"),
            ],
            21609,
        ),
    ];
    for (what, form, code) in cases {
        assert_eq!(bench.sms_form(form).await.twilio_error(), (400, code), "{what}");
    }
    assert_eq!(bench.sandbox.counts(None).accepted, 0, "what is refused does not count");
}

#[tokio::test]
async fn magic_numbers_are_refused_with_their_codes() {
    let bench = Bench::plain().await;
    for (to, code) in [
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
        ("+13105550151", 21610),
        ("+12025550157", 21618),
        ("+12025550169", 21611),
    ] {
        assert_eq!(bench.sms(to, "x").await.twilio_error(), (400, code), "{to}");
    }
    assert_eq!(bench.sms("+12025550159", "x").await.twilio_error(), (403, 20005));
    assert_eq!(
        bench.sms("+12025550149", "x").await.status,
        201,
        "01 00 to 01 49 are ordinary numbers"
    );
}

#[tokio::test]
async fn test_credentials_know_only_the_magic_sender_and_no_account() {
    let bench =
        Bench::with_twilio(TwilioConfig { test_credentials: true, ..TwilioConfig::default() })
            .await;
    let other = bench.sms_form(&[("To", TO), ("From", "+15551230002"), ("Body", "x")]).await;
    assert_eq!(other.twilio_error(), (400, 21606));
    assert_eq!(bench.sms(TO, "x").await.status, 201);
    assert_eq!(answer(bench.twilio("GET", ".json")).await.twilio_error(), (403, 20008));
}

#[tokio::test]
async fn a_message_is_read_by_its_sid_and_gone_once_deleted() {
    let bench = Bench::plain().await;
    let sid = bench.sms(TO, "x").await.json()["sid"].as_str().unwrap().to_owned();
    let path = format!("/Messages/{sid}.json");
    assert_eq!(answer(bench.twilio("GET", &path)).await.json()["sid"], sid);
    let media = answer(bench.twilio("GET", &format!("/Messages/{sid}/Media.json"))).await;
    assert_eq!(media.json()["media_list"], json!([]));
    assert_eq!(answer(bench.twilio("DELETE", &path)).await.status, 204);
    assert_eq!(answer(bench.twilio("GET", &path)).await.twilio_error(), (404, 20404));
}

#[tokio::test]
async fn the_account_and_unknown_paths_answer_as_documented() {
    let bench = Bench::plain().await;
    let account = answer(bench.twilio("GET", ".json")).await.json();
    assert_eq!((&account["status"], &account["type"]), (&json!("active"), &json!("Full")));
    assert_eq!(answer(bench.twilio("GET", "/Nothing.json")).await.twilio_error(), (404, 20404));
}

async fn bodies(bench: &Bench, query: &[(&str, &str)]) -> (Vec<String>, Value) {
    let page = answer(bench.twilio("GET", "/Messages.json").query(query)).await.json();
    let bodies = page["messages"].as_array().unwrap();
    (bodies.iter().map(|message| message["body"].as_str().unwrap().to_owned()).collect(), page)
}

#[tokio::test]
async fn lists_are_newest_first_and_filtered_by_both_numbers() {
    let bench = Bench::plain().await;
    for (to, body) in [(TO, "1"), ("+15551230002", "2"), (TO, "3")] {
        assert_eq!(bench.sms(to, body).await.status, 201);
    }
    assert_eq!(bodies(&bench, &[]).await.0, ["3", "2", "1"]);
    assert_eq!(bodies(&bench, &[("To", TO), ("From", FROM)]).await.0, ["3", "1"]);
    assert!(bodies(&bench, &[("From", "+15551239999")]).await.0.is_empty());
}

#[tokio::test]
async fn pages_follow_next_page_uri_even_while_new_messages_come_in() {
    let bench = Bench::plain().await;
    for n in 0..5 {
        bench.sms(TO, &n.to_string()).await;
    }
    let (first, page) = bodies(&bench, &[("PageSize", "2"), ("To", TO)]).await;
    assert_eq!(first, ["4", "3"]);
    assert_eq!(
        (&page["page"], &page["page_size"], &page["end"]),
        (&json!(0), &json!(2), &json!(1))
    );
    bench.sms(TO, "late").await;
    let mut seen = first;
    let mut next = page["next_page_uri"].as_str().map(str::to_owned);
    while let Some(uri) = next {
        let path = uri.split_once(ACCOUNT_SID).unwrap().1.to_owned();
        let page = answer(bench.twilio("GET", &path)).await.json();
        seen.extend(
            page["messages"]
                .as_array()
                .unwrap()
                .iter()
                .map(|m| m["body"].as_str().unwrap().to_owned()),
        );
        next = page["next_page_uri"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"], "each exactly once");
}

#[tokio::test]
async fn a_list_lags_behind_but_a_single_read_does_not() {
    let bench =
        Bench::with_twilio(TwilioConfig { list_lag_ms: 30_000, ..TwilioConfig::default() }).await;
    let sid = bench.sms(TO, "x").await.json()["sid"].as_str().unwrap().to_owned();
    assert!(
        bodies(&bench, &[]).await.0.is_empty(),
        "a reconciler that asks at once must not conclude anything"
    );
    assert_eq!(answer(bench.twilio("GET", &format!("/Messages/{sid}.json"))).await.status, 200);
    bench.advance(30_000);
    assert_eq!(bodies(&bench, &[]).await.0, ["x"]);
}

#[tokio::test]
async fn the_sent_date_filters_only_messages_that_were_sent() {
    let bench = Bench::plain().await;
    bench.sms(TO, "x").await;
    assert!(
        bodies(&bench, &[("DateSent", "2026-11-21")]).await.0.is_empty(),
        "still queued: it has no sent date"
    );
    bench.advance(5_000);
    let sid_sent = async || bodies(&bench, &[("DateSent", "2026-11-21")]).await.0;
    crate::support::soon("the message to be sent", async { while sid_sent().await.is_empty() {} })
        .await;
    assert_eq!(bodies(&bench, &[("DateSent>", "2026-11-21T09:55:00Z")]).await.0, ["x"]);
    assert!(bodies(&bench, &[("DateSent<", "2026-11-20")]).await.0.is_empty());
    let wrong =
        answer(bench.twilio("GET", "/Messages.json").query(&[("DateSent", "yesterday")])).await;
    assert_eq!(wrong.twilio_error(), (400, 20001));
}

#[tokio::test]
async fn one_segment_a_second_is_one_segment_a_second() {
    let bench =
        Bench::with_twilio(TwilioConfig { segments_per_second: 1, ..TwilioConfig::default() })
            .await;
    let two_segments = "x".repeat(200);
    assert_eq!(bench.sms(TO, &two_segments).await.status, 201);
    bench.advance(1_500);
    assert_eq!(
        bench.sms(TO, "x").await.twilio_error(),
        (429, 20429),
        "two segments take two seconds"
    );
    let other = bench.sms_form(&[("To", TO), ("From", "+15551230009"), ("Body", "x")]).await;
    assert_eq!(other.status, 201, "another sender has its own line");
    bench.advance(500);
    assert_eq!(bench.sms(TO, "x").await.status, 201);
}
