//! What becomes of a message, and the callbacks that tell of it.

use serde_json::{Value, json};
use signalbox_sandbox::config::AUTH_TOKEN;
use signalbox_sandbox::{Inbound, Rewrite, SandboxConfig, TwilioConfig, twilio_signature};

use crate::support::{Bench, FROM, Receiver, TO, answer, unlimited, until};

/// A sandbox whose public webhooks arrive at a receiver on loopback.
async fn with_receiver() -> (Bench, Receiver) {
    let receiver = Receiver::start().await;
    let rewrite = Rewrite { from: "https://hooks.example".to_owned(), to: receiver.url.clone() };
    let twilio = TwilioConfig {
        inbound_url: Some("https://hooks.example/in".to_owned()),
        ..TwilioConfig::default()
    };
    let config =
        SandboxConfig { twilio: Some(twilio), callback_rewrites: vec![rewrite], ..unlimited() };
    (Bench::start(config).await, receiver)
}

async fn statuses(receiver: &mut Receiver, count: usize) -> Vec<String> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(receiver.next().await.field("MessageStatus").unwrap());
    }
    statuses
}

async fn read(bench: &Bench, sid: &str) -> Value {
    answer(bench.twilio("GET", &format!("/Messages/{sid}.json"))).await.json()
}

#[tokio::test]
async fn a_message_goes_through_its_statuses_and_tells_each_signed_over_the_public_url() {
    let (bench, mut receiver) = with_receiver().await;
    let public = "https://hooks.example/status?acct=7&m=it's+one#rc=2";
    let sid = bench.sms_told(TO, public).await;
    for (millis, status) in [(150, "sending"), (250, "sent"), (800, "delivered")] {
        bench.advance(millis);
        let post = receiver.next().await;
        assert_eq!(post.field("MessageStatus").as_deref(), Some(status));
        assert_eq!(post.field("SmsStatus").as_deref(), Some(status));
        assert_eq!(post.field("MessageSid").as_deref(), Some(sid.as_str()));
        assert_eq!(
            post.target, "/status?acct=7&m=it's+one",
            "query byte for byte, fragment never sent"
        );
        assert_eq!(post.header("host"), "hooks.example", "as behind a tunnel");
        let signed = twilio_signature(
            AUTH_TOKEN,
            "https://hooks.example/status?acct=7&m=it's+one",
            &post.form(),
        );
        assert_eq!(post.header("x-twilio-signature"), signed);
        assert!(!post.header("i-twilio-idempotency-token").is_empty());
        assert_eq!(read(&bench, &sid).await["status"], status);
    }
    let accepted = bench.sandbox.accepted(None);
    assert_eq!(
        accepted[0].token.as_deref(),
        Some("it's one"),
        "the callback's m names the caller's message"
    );
}

#[tokio::test]
async fn a_failed_delivery_tells_its_error_code() {
    let (bench, mut receiver) = with_receiver().await;
    let sid = bench.sms_told("+12025550180", "https://hooks.example/s").await;
    bench.advance(5_000);
    assert_eq!(statuses(&mut receiver, 2).await, ["sending", "sent"]);
    let last = receiver.next().await;
    assert_eq!(last.field("MessageStatus").as_deref(), Some("undelivered"));
    assert_eq!(last.field("ErrorCode").as_deref(), Some("30003"));
    assert_eq!(last.field("RawDlrDoneDate").as_deref(), Some("2611210955"));
    let message = read(&bench, &sid).await;
    assert_eq!(
        (&message["status"], &message["error_code"]),
        (&json!("undelivered"), &json!(30003))
    );
}

#[tokio::test]
async fn receipts_can_be_silent_doubled_or_in_the_wrong_order() {
    let (bench, mut receiver) = with_receiver().await;
    let url = "https://hooks.example/s";
    let silent = bench.sms_told("+12025550190", url).await;
    bench.advance(5_000);
    bench.sms_told("+12025550192", url).await;
    bench.advance(5_000);
    assert_eq!(statuses(&mut receiver, 3).await, ["delivered", "sent", "sending"]);
    assert_eq!(read(&bench, &silent).await["status"], "delivered", "the status can still be read");
    bench.sms_told("+12025550191", url).await;
    bench.advance(5_000);
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert_eq!(first.body, second.body);
    let token = "i-twilio-idempotency-token";
    assert_eq!(first.header(token), second.header(token), "a doubled receipt is one receipt");
}

#[tokio::test]
async fn a_callback_that_finds_nobody_is_tried_once_more_with_the_same_token() {
    let free = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/s", free.local_addr().unwrap());
    drop(free);
    let bench = Bench::plain().await;
    bench.sms_told("+12025550194", &url).await;
    bench.advance(150);
    until("the first attempt", || bench.sandbox.callbacks().len() == 1).await;
    bench.advance(250);
    until("the next status", || bench.sandbox.callbacks().len() == 2).await;
    bench.advance(1_000);
    until("both to be tried again", || bench.sandbox.callbacks().len() == 4).await;
    let tries: Vec<(String, usize)> = bench
        .sandbox
        .callbacks()
        .into_iter()
        .map(|record| (record.event, record.attempt))
        .collect();
    for want in [("sending", 1), ("sending", 2), ("sent", 1), ("sent", 2)] {
        assert!(tries.contains(&(want.0.to_owned(), want.1)), "{want:?} is missing in {tries:?}");
    }
}

#[tokio::test]
async fn a_callback_that_leads_off_this_machine_is_recorded_and_not_made() {
    let bench = Bench::plain().await;
    bench.sms_told(TO, "https://elsewhere.example/s").await;
    bench.advance(150);
    until("the record", || !bench.sandbox.callbacks().is_empty()).await;
    let record = &bench.sandbox.callbacks()[0];
    assert_eq!((record.posted_to.as_deref(), record.status), (None, None));
    assert!(record.error.as_deref().unwrap().contains("callback rewrite"), "{record:?}");
}

#[tokio::test]
async fn an_inbound_message_is_posted_signed_and_listed() {
    let (bench, mut receiver) = with_receiver().await;
    let inbound = json!({"from": TO, "to": FROM, "body": "Can we move it to 3pm? ✓"});
    let made = answer(bench.control("POST", "/inbound").json(&inbound)).await;
    assert_eq!(made.status, 201);
    let post = receiver.next().await;
    assert_eq!(post.target, "/in");
    assert_eq!(post.field("Body").as_deref(), Some("Can we move it to 3pm? ✓"));
    assert_eq!(post.field("SmsStatus").as_deref(), Some("received"));
    assert_eq!(post.field("ToCity").as_deref(), Some(""), "empty fields are sent and signed");
    assert_eq!(
        post.header("x-twilio-signature"),
        twilio_signature(AUTH_TOKEN, "https://hooks.example/in", &post.form())
    );
    let sid = made.json()["sid"].as_str().unwrap().to_owned();
    assert_eq!(read(&bench, &sid).await["direction"], "inbound");
    assert_eq!(
        bench.sandbox.counts(None).accepted,
        0,
        "the count is of what was sent to customers"
    );
}

#[tokio::test]
async fn stop_blocks_the_pair_until_start() {
    let (bench, mut receiver) = with_receiver().await;
    let says = |body: &str| Inbound {
        from: TO.to_owned(),
        to: FROM.to_owned(),
        body: body.to_owned(),
        url: None,
        messaging_service_sid: Some("MG00000000000000000000000000000009".to_owned()),
    };
    bench.sandbox.receive(says("Stop")).unwrap();
    assert_eq!(receiver.next().await.field("OptOutType").as_deref(), Some("STOP"));
    assert_eq!(bench.sms(TO, "x").await.twilio_error(), (400, 21610));
    assert_eq!(bench.sms("+15551230002", "x").await.status, 201, "others have not opted out");
    bench.sandbox.receive(says("start")).unwrap();
    assert_eq!(bench.sms(TO, "x").await.status, 201);
}

#[tokio::test]
async fn a_messaging_service_chooses_the_sender_later() {
    let (bench, mut receiver) = with_receiver().await;
    let service = "MG00000000000000000000000000000009";
    let form = [
        ("To", TO),
        ("MessagingServiceSid", service),
        ("Body", "x"),
        ("StatusCallback", "https://hooks.example/s"),
    ];
    let made = bench.sms_form(&form).await.json();
    assert_eq!(
        (&made["status"], &made["from"], &made["num_segments"]),
        (&json!("accepted"), &Value::Null, &json!("0"))
    );
    bench.advance(5_000);
    assert_eq!(statuses(&mut receiver, 4).await, ["queued", "sending", "sent", "delivered"]);
    let message = read(&bench, made["sid"].as_str().unwrap()).await;
    assert_eq!((&message["from"], &message["num_segments"]), (&json!(FROM), &json!("1")));
}

#[tokio::test]
async fn a_scheduled_message_waits_and_can_be_cancelled_only_while_it_waits() {
    let bench = Bench::plain().await;
    let form = |at: &'static str| {
        [
            ("To", TO),
            ("MessagingServiceSid", "MG00000000000000000000000000000009"),
            ("Body", "x"),
            ("SendAt", at),
            ("ScheduleType", "fixed"),
        ]
    };
    assert_eq!(
        bench.sms_form(&form("2026-11-21T10:00:00Z")).await.twilio_error(),
        (400, 20422),
        "too soon"
    );
    let made = bench.sms_form(&form("2026-11-21T11:00:00Z")).await.json();
    assert_eq!(made["status"], "scheduled");
    let path = format!("/Messages/{}.json", made["sid"].as_str().unwrap());
    let cancelled = answer(bench.twilio("POST", &path).form(&[("Status", "canceled")])).await;
    assert_eq!(cancelled.json()["status"], "canceled");
    let again = answer(bench.twilio("POST", &path).form(&[("Status", "canceled")])).await;
    assert_eq!(again.twilio_error(), (409, 30409));
    bench.advance(3 * 3_600_000);
    bench.sms(TO, "y").await;
    assert_eq!(
        answer(bench.twilio("GET", &path)).await.json()["status"],
        "canceled",
        "it does not wake up"
    );
}

#[tokio::test]
async fn a_message_can_be_redacted() {
    let bench = Bench::plain().await;
    let sid = bench.sms(TO, "private").await.json()["sid"].as_str().unwrap().to_owned();
    let redacted =
        answer(bench.twilio("POST", &format!("/Messages/{sid}.json")).form(&[("Body", "")])).await;
    assert_eq!(redacted.json()["body"], "");
}
