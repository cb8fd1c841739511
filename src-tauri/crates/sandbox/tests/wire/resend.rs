//! Emails, idempotency keys, limits and events, as Resend does them.

use serde_json::{Value, json};
use signalbox_sandbox::config::{API_KEY, WEBHOOK_SECRET};
use signalbox_sandbox::{Fault, FaultKind, Provider, ResendConfig, Webhook, svix_signature};

use crate::support::{Bench, Post, Receiver, answer, email_to, soon, until};

const GOOD: &str = "delivered@resend.dev";

/// A team without a rate limit whose events arrive at a receiver on loopback.
async fn with_receiver() -> (Bench, Receiver) {
    let receiver = Receiver::start().await;
    let webhook =
        Webhook { url: format!("{}/events", receiver.url), secret: WEBHOOK_SECRET.to_owned() };
    let resend =
        ResendConfig { webhook: Some(webhook), requests_per_second: 0, ..ResendConfig::default() };
    (Bench::with_resend(resend).await, receiver)
}

async fn send(bench: &Bench, to: &str) -> String {
    let sent = bench.email(&email_to(to)).await;
    assert_eq!(sent.status, 200, "{to}: {}", sent.text);
    sent.json()["id"].as_str().unwrap().to_owned()
}

async fn last_event(bench: &Bench, id: &str) -> Value {
    answer(bench.resend("GET", &format!("/emails/{id}"))).await.json()["last_event"].clone()
}

fn kind(post: &Post) -> String {
    post.json()["type"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_send_is_answered_with_an_id_that_can_be_read_back() {
    let bench = Bench::plain().await;
    let id = send(&bench, GOOD).await;
    assert_eq!(id.len(), 36);
    let email = answer(bench.resend("GET", &format!("/emails/{id}"))).await.json();
    assert_eq!(email["object"], "email");
    assert_eq!(email["to"], json!([GOOD]));
    assert_eq!(email["created_at"], "2026-11-21 09:55:01.000000+00");
    assert_eq!(email["last_event"], "queued");
    assert_eq!((&email["text"], &email["html"]), (&json!("It is ready."), &Value::Null));
}

#[tokio::test]
async fn the_key_and_the_user_agent_are_checked() {
    let bench = Bench::plain().await;
    let bare =
        answer(bench.resend_bare("GET", "/domains").header("authorization", "Bearer x")).await;
    assert_eq!(
        (bare.status, bare.text.as_str()),
        (403, "error code: 1010"),
        "the edge speaks no JSON"
    );
    let nobody = answer(bench.resend_bare("GET", "/domains").header("user-agent", "t")).await;
    assert_eq!(nobody.resend_error(), (401, "missing_api_key".to_owned()));
    let stranger =
        bench.resend_bare("GET", "/domains").header("user-agent", "t").bearer_auth("re_wrong");
    assert_eq!(answer(stranger).await.resend_error(), (403, "invalid_api_key".to_owned()));
}

#[tokio::test]
async fn a_sending_key_can_send_and_nothing_else() {
    let sending = "re_sending";
    let resend = ResendConfig { sending_key: Some(sending.to_owned()), ..ResendConfig::default() };
    let bench = Bench::with_resend(resend).await;
    let by = |method: &str, path: &str| {
        bench.resend_bare(method, path).header("user-agent", "t").bearer_auth(sending)
    };
    assert_eq!(
        answer(by("GET", "/domains")).await.resend_error(),
        (401, "restricted_api_key".to_owned())
    );
    assert_eq!(answer(by("POST", "/emails").json(&email_to(GOOD))).await.status, 200);
}

#[tokio::test]
async fn the_same_key_and_body_get_the_same_answer_and_one_email() {
    let bench = Bench::plain().await;
    let first = bench.email_keyed("k", &email_to(GOOD)).await;
    let again = bench.email_keyed("k", &email_to(GOOD)).await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    assert_eq!(bench.sandbox.counts(None).accepted, 1);
    let other = bench.email_keyed("k", &email_to("other@mail.example")).await;
    assert_eq!(other.resend_error(), (409, "invalid_idempotent_request".to_owned()));
    bench.advance(24 * 3_600_000);
    let next_day = bench.email_keyed("k", &email_to(GOOD)).await;
    assert_ne!(
        next_day.json(),
        first.json(),
        "a key is forgotten after 24 hours: a late retry doubles the email"
    );
    let too_long = bench.email_keyed(&"k".repeat(257), &email_to(GOOD)).await;
    assert_eq!(too_long.resend_error(), (400, "invalid_idempotency_key".to_owned()));
}

#[tokio::test]
async fn a_lost_answer_is_found_again_by_its_key() {
    let bench = Bench::plain().await;
    let to = "reset-after@practice.example";
    let request =
        bench.resend("POST", "/emails").header("idempotency-key", "k").json(&email_to(to));
    soon("a reset", request.send()).await.expect_err("the connection must be reset");
    let again = bench.email_keyed("k", &email_to(to)).await;
    assert_eq!(again.status, 200);
    assert_eq!(
        bench.sandbox.accepted(None)[0].id,
        again.json()["id"].as_str().unwrap(),
        "the email of the lost answer"
    );
    assert_eq!(bench.sandbox.counts(None).accepted, 1);
}

#[tokio::test]
async fn a_key_is_busy_while_its_first_request_is_on_its_way_and_free_when_that_is_given_up() {
    let bench = Bench::plain().await;
    assert!(bench.sandbox.inject(Fault::next(Provider::Resend, FaultKind::Hang, 1)));
    let request =
        bench.resend("POST", "/emails").header("idempotency-key", "k").json(&email_to(GOOD));
    let hanging = tokio::spawn(request.send());
    until("the hang", || bench.sandbox.faults().is_empty()).await;
    let second = bench.email_keyed("k", &email_to(GOOD)).await;
    assert_eq!(second.resend_error(), (409, "concurrent_idempotent_requests".to_owned()));
    hanging.abort();
    soon("the key to be free", async {
        while bench.email_keyed("k", &email_to(GOOD)).await.status != 200 {}
    })
    .await;
    assert_eq!(bench.sandbox.counts(None).accepted, 1);
}

#[tokio::test]
async fn a_refused_email_does_not_use_up_its_key() {
    let bench = Bench::plain().await;
    let refused = bench.email_keyed("k", &json!({"from": "desk@mail.example"})).await;
    assert_eq!(refused.resend_error(), (422, "missing_required_field".to_owned()));
    assert_eq!(bench.email_keyed("k", &email_to(GOOD)).await.status, 200);
}

#[tokio::test]
async fn each_mistake_has_its_name() {
    let resend = ResendConfig {
        verified_domains: vec!["mail.example".to_owned()],
        requests_per_second: 0,
        ..ResendConfig::default()
    };
    let bench = Bench::with_resend(resend).await;
    let with = |name: &str, value: Value| {
        let mut email = email_to(GOOD);
        email[name] = value;
        email
    };
    let many: Vec<String> = (0..51).map(|n| format!("p{n}@mail.example")).collect();
    for (what, email, status, name) in [
        ("no from", with("from", json!("")), 422, "missing_required_field"),
        ("no content", with("text", Value::Null), 422, "missing_required_field"),
        ("from is no address", with("from", json!("desk")), 422, "invalid_from_address"),
        ("from is not ours", with("from", json!("a@other.example")), 403, "validation_error"),
        ("to is reserved", with("to", json!("jo@example.com")), 422, "validation_error"),
        ("to is no address", with("to", json!("jo")), 422, "validation_error"),
        ("too many", with("to", json!(many)), 422, "validation_error"),
        ("tag", with("tags", json!([{"name": "a b", "value": "x"}])), 422, "validation_error"),
        ("attachment", with("attachments", json!([{"filename": "a"}])), 422, "invalid_attachment"),
        ("schedule", with("scheduled_at", json!("2026-01-01T00:00:00Z")), 422, "validation_error"),
        ("magic quota", with("to", json!("quota@practice.example")), 429, "daily_quota_exceeded"),
        ("magic spam", with("to", json!("Jo <spam@practice.example>")), 451, "security_error"),
    ] {
        assert_eq!(bench.email(&email).await.resend_error(), (status, name.to_owned()), "{what}");
    }
    let no_json = answer(bench.resend("POST", "/emails").body("{")).await;
    assert_eq!(no_json.resend_error(), (400, "validation_error".to_owned()));
    assert_eq!(
        answer(bench.resend("DELETE", "/emails")).await.resend_error().1,
        "method_not_allowed"
    );
    assert_eq!(answer(bench.resend("GET", "/nothing")).await.resend_error().1, "not_found");
    assert_eq!(
        answer(bench.resend("GET", "/emails/1")).await.resend_error().1,
        "invalid_parameter"
    );
    let unknown = "/emails/4ef9a417-02e9-4d39-ad75-9611e0fcc33c";
    assert_eq!(
        answer(bench.resend("GET", unknown)).await.resend_error(),
        (404, "not_found".to_owned())
    );
    assert_eq!(bench.sandbox.counts(None).accepted, 0);
}

#[tokio::test]
async fn the_team_limit_is_announced_and_enforced() {
    let bench =
        Bench::with_resend(ResendConfig { requests_per_second: 2, ..ResendConfig::default() })
            .await;
    let first = bench.email(&email_to(GOOD)).await;
    assert_eq!(first.headers["ratelimit-limit"], "2");
    assert_eq!(first.headers["ratelimit-remaining"], "1");
    assert_eq!(first.headers["ratelimit-reset"], "1");
    bench.email(&email_to(GOOD)).await;
    let third = bench.email(&email_to(GOOD)).await;
    assert_eq!(third.resend_error(), (429, "rate_limit_exceeded".to_owned()));
    assert_eq!(third.headers["retry-after"], "1");
    bench.advance(1_000);
    assert_eq!(bench.email(&email_to(GOOD)).await.status, 200);
    assert_eq!(bench.sandbox.counts(None).accepted, 3);
}

#[tokio::test]
async fn events_are_signed_and_tell_what_became_of_the_email() {
    let (bench, mut receiver) = with_receiver().await;
    let mut email = email_to(GOOD);
    email["tags"] = json!([{"name": "sb_message", "value": "01JD9Z7N2V5QK8W3"}]);
    let id = bench.email(&email).await.json()["id"].as_str().unwrap().to_owned();
    bench.advance(300);
    let sent = receiver.next().await;
    let signed = svix_signature(
        WEBHOOK_SECRET,
        sent.header("svix-id"),
        sent.header("svix-timestamp").parse().unwrap(),
        &sent.body,
    );
    assert_eq!(sent.header("svix-signature"), signed.unwrap());
    let event = sent.json();
    assert_eq!(event["type"], "email.sent");
    assert_eq!(event["created_at"], "2026-11-21T09:55:01.300Z");
    assert_eq!((&event["data"]["email_id"], &event["data"]["to"]), (&json!(id), &json!([GOOD])));
    assert_eq!(
        event["data"]["tags"],
        json!({"sb_message": "01JD9Z7N2V5QK8W3"}),
        "tags come back as an object"
    );
    bench.advance(900);
    assert_eq!(kind(&receiver.next().await), "email.delivered");
    assert_eq!(last_event(&bench, &id).await, "delivered");
}

#[tokio::test]
async fn magic_addresses_have_their_own_ends() {
    let (bench, mut receiver) = with_receiver().await;
    for (to, events) in [
        ("bounced+label1@resend.dev", &["email.sent", "email.bounced"][..]),
        ("complained@resend.dev", &["email.sent", "email.delivered", "email.complained"]),
        ("suppressed@resend.dev", &["email.suppressed"]),
        ("delayed@practice.example", &["email.sent", "email.delivery_delayed", "email.delivered"]),
        ("failed@practice.example", &["email.failed"]),
        ("shuffled@practice.example", &["email.delivered", "email.sent"]),
    ] {
        let id = send(&bench, to).await;
        bench.advance(10_000);
        for event in events {
            let post = receiver.next().await;
            assert_eq!(kind(&post), *event, "{to}");
            if *event == "email.bounced" {
                assert_eq!(post.json()["data"]["bounce"]["type"], "Permanent");
            }
            if *event == "email.suppressed" {
                assert_eq!(post.json()["data"]["suppressed"]["reason"], "previous_bounce");
            }
        }
        assert_ne!(last_event(&bench, &id).await, "queued", "{to}");
    }
    send(&bench, "silent@practice.example").await;
    bench.advance(10_000);
    send(&bench, "doubled@practice.example").await;
    bench.advance(10_000);
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert_eq!(
        (kind(&first), first.header("svix-id")),
        (kind(&second), second.header("svix-id")),
        "one event, twice"
    );
}

#[tokio::test]
async fn an_event_that_is_not_taken_comes_again_with_the_same_id() {
    let (bench, mut receiver) = with_receiver().await;
    receiver.answer(&[500, 503]);
    send(&bench, "stop-at-sent@practice.example").await;
    bench.advance(300);
    let first = receiver.next().await;
    let mut last = first.clone();
    for (count, wait) in [(1, 5_000), (2, 300_000)] {
        until("the record", || bench.sandbox.callbacks().len() == count).await;
        assert_eq!(receiver.waiting(), 0, "not before its time");
        bench.advance(wait);
        last = receiver.next().await;
        assert_eq!(last.header("svix-id"), first.header("svix-id"));
    }
    assert_ne!(
        last.header("svix-timestamp"),
        first.header("svix-timestamp"),
        "each attempt is signed anew"
    );
    until("the record", || bench.sandbox.callbacks().len() == 3).await;
    assert_eq!(bench.sandbox.callbacks()[2].status, Some(204));
    bench.advance(24 * 3_600_000);
    assert_eq!(receiver.waiting(), 0, "taken is taken");
}

#[tokio::test]
async fn a_batch_is_all_or_nothing_unless_it_is_permissive() {
    let bench = Bench::plain().await;
    let batch = json!([email_to(GOOD), email_to("jo@example.com")]);
    let strict = answer(bench.resend("POST", "/emails/batch").json(&batch)).await;
    assert_eq!(strict.resend_error(), (422, "validation_error".to_owned()));
    assert_eq!(bench.sandbox.counts(None).accepted, 0);
    let permissive = bench
        .resend("POST", "/emails/batch")
        .header("x-batch-validation", "permissive")
        .json(&batch);
    let taken = answer(permissive).await.json();
    assert_eq!(taken["data"].as_array().unwrap().len(), 1);
    assert_eq!(taken["errors"][0]["index"], 1);
    let whole = answer(
        bench.resend("POST", "/emails/batch").json(&json!([email_to(GOOD), email_to(GOOD)])),
    )
    .await;
    assert_eq!(whole.json()["data"].as_array().unwrap().len(), 2);
    assert_eq!(bench.sandbox.counts(None).accepted, 3);
}

#[tokio::test]
async fn a_scheduled_email_can_be_moved_or_cancelled() {
    let (bench, mut receiver) = with_receiver().await;
    let mut email = email_to(GOOD);
    email["scheduled_at"] = json!("2026-11-21T11:00:00Z");
    let ids = [bench.email(&email).await.json(), bench.email(&email).await.json()];
    let [moved, cancelled] = ids.each_ref().map(|answer| answer["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(kind(&receiver.next().await), "email.scheduled");
    }
    let later = json!({"scheduled_at": "2026-11-21T15:00:00Z"});
    assert_eq!(
        answer(bench.resend("PATCH", &format!("/emails/{moved}")).json(&later)).await.status,
        200
    );
    let cancel = format!("/emails/{cancelled}/cancel");
    assert_eq!(
        answer(bench.resend("POST", &cancel)).await.json(),
        json!({"object": "email", "id": cancelled})
    );
    assert_eq!(answer(bench.resend("POST", &cancel)).await.resend_error().0, 422, "only once");
    bench.advance(3 * 3_600_000);
    assert_eq!(last_event(&bench, moved).await, "scheduled", "its first time no longer counts");
    bench.advance(3 * 3_600_000);
    assert_eq!(kind(&receiver.next().await), "email.sent");
    assert_eq!(last_event(&bench, cancelled).await, "canceled");
}

#[tokio::test]
async fn lists_are_paged_by_id_in_both_directions() {
    let bench = Bench::plain().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(send(&bench, GOOD).await);
    }
    ids.reverse();
    let page = async |query: &str| {
        let page = answer(bench.resend("GET", &format!("/emails?{query}"))).await.json();
        let got: Vec<String> = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|email| email["id"].as_str().unwrap().to_owned())
            .collect();
        (got, page["has_more"].as_bool().unwrap())
    };
    assert_eq!(page("limit=2").await, (ids[..2].to_vec(), true));
    assert_eq!(page(&format!("limit=2&after={}", ids[1])).await, (ids[2..4].to_vec(), true));
    assert_eq!(page(&format!("limit=2&after={}", ids[3])).await, (ids[4..].to_vec(), false));
    assert_eq!(page(&format!("limit=2&before={}", ids[3])).await, (ids[1..3].to_vec(), true));
    assert_eq!(answer(bench.resend("GET", "/emails?limit=0")).await.resend_error().0, 422);
}

#[tokio::test]
async fn the_domains_are_a_probe_for_a_full_key() {
    let bench = Bench::plain().await;
    let domains = answer(bench.resend("GET", "/domains")).await.json();
    assert_eq!(domains["data"][0]["status"], "verified");
    assert!(!domains.to_string().contains(API_KEY), "no answer repeats the key");
}
