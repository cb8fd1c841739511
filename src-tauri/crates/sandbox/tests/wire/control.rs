//! The control port.

use serde_json::{Value, json};
use signalbox_sandbox::SandboxConfig;

use crate::support::{Bench, TO, answer, email_to, unlimited};

#[tokio::test]
async fn the_overview_says_where_everything_is_and_lists_the_magic_recipients() {
    let bench = Bench::plain().await;
    let overview = answer(bench.control("GET", "")).await.json();
    assert_eq!(overview["urls"]["twilio"], json!(bench.sandbox.urls().twilio));
    let magic = overview["magic"].as_array().unwrap();
    assert!(magic.iter().any(|line| line["address"] == "bounced@resend.dev"));
    assert!(
        magic.iter().all(|line| !line["shows"].as_str().unwrap().is_empty()),
        "each line says what it shows"
    );
}

#[tokio::test]
async fn the_log_counts_per_provider_recipient_body_and_token() {
    let bench = Bench::plain().await;
    bench.sms(TO, "one").await;
    bench.sms(TO, "two").await;
    bench.email_keyed("key-1", &email_to("delivered@resend.dev")).await;
    let log = answer(bench.control("GET", "/log")).await.json();
    assert_eq!(log["counts"]["accepted"], 3);
    assert_eq!(log["counts"]["by_to"][TO], 2);
    assert_eq!(log["counts"]["by_body"]["one"], 1);
    assert_eq!(log["counts"]["by_token"]["key-1"], 1);
    let twilio = answer(bench.control("GET", "/log?provider=twilio&items=false")).await.json();
    assert_eq!((&twilio["counts"]["accepted"], &twilio["items"]), (&json!(2), &json!([])));
    assert_eq!(answer(bench.control("DELETE", "/log")).await.status, 204);
    assert_eq!(answer(bench.control("GET", "/log")).await.json()["counts"]["accepted"], 0);
    assert_eq!(answer(bench.control("GET", "/log?provider=pigeon")).await.status, 400);
}

#[tokio::test]
async fn settings_change_while_it_runs_and_nonsense_changes_nothing() {
    let bench = Bench::plain().await;
    let before: Value = answer(bench.control("GET", "/settings")).await.json();
    let changed =
        answer(bench.control("PATCH", "/settings").json(&json!({"twilio": {"auth_token": "new"}})))
            .await;
    assert_eq!(changed.json()["twilio"]["auth_token"], "new");
    assert_eq!(
        changed.json()["twilio"]["account_sid"],
        before["twilio"]["account_sid"],
        "the rest stays"
    );
    assert_eq!(bench.sms(TO, "x").await.twilio_error(), (401, 20003), "the old token is dead");
    let wrong =
        answer(bench.control("PATCH", "/settings").json(&json!({"twilio": {"no_such": 1}}))).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(answer(bench.control("GET", "/settings")).await.json(), changed.json());
}

#[tokio::test]
async fn a_fault_that_is_none_is_refused_with_its_form() {
    let bench = Bench::plain().await;
    for wrong in
        [json!({"kind": "mayhem"}), json!({"kind": "hang", "nex": 1}), json!([{"next": 1}])]
    {
        let refused = answer(bench.control("POST", "/faults").json(&wrong)).await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(
            refused.json()["error"].as_str().unwrap().contains("kind"),
            "it says what a fault looks like"
        );
    }
    assert!(bench.sandbox.faults().is_empty());
}

#[tokio::test]
async fn what_is_not_asked_for_is_not_started() {
    let config = SandboxConfig { twilio: None, smtp: None, ..unlimited() };
    let bench = Bench::start(config).await;
    assert_eq!((&bench.sandbox.urls().twilio, &bench.sandbox.urls().smtp), (&None, &None));
    let inbound = json!({"from": TO, "to": TO, "body": "x"});
    assert_eq!(answer(bench.control("POST", "/inbound").json(&inbound)).await.status, 409);
}

#[tokio::test]
async fn a_taken_port_is_said_by_name() {
    let bench = Bench::plain().await;
    let taken = bench.sandbox.urls().twilio.clone().unwrap();
    let port: u16 = taken.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut config = unlimited();
    if let Some(resend) = &mut config.resend {
        resend.port = port;
    }
    let error = signalbox_sandbox::Sandbox::start(config).await.expect_err("the port is taken");
    let said = error.to_string();
    assert!(said.contains("resend") && said.contains(&port.to_string()), "{said}");
}
