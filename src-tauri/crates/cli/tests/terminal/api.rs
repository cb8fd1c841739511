//! The messages API of a running owner, with a token made on the command line.

use serde_json::{Value, json};

use crate::bench::Home;

#[test]
fn another_program_sends_asks_and_repeats() {
    let home = Home::new();
    let serving = home.serve(&["--practice"]);
    let token = home.run(&["token", "create", "till"]).ok();
    let bearer = format!("Bearer {}", token["token"].as_str().expect("a token"));
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "order 17"),
    ];
    let body = json!({ "channel": "sms", "to": "+12015550105", "body": "Your order is ready" });
    let post = |body: &Value| serving.http("POST /api/messages", &headers, &body.to_string());
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");

    let (status, head, first) = post(&body);
    assert_eq!(status, 202, "{first}");
    let first = parse(&first);
    let id = first["id"].as_str().expect("an id");
    assert!(head.to_ascii_lowercase().contains(&format!("location: /api/messages/{id}")), "{head}");
    for field in [
        "id",
        "channel",
        "to",
        "from",
        "connection",
        "state",
        "hold",
        "failure",
        "attempts",
        "provider_id",
        "created_at",
        "send_at",
        "useful_until",
        "updated_at",
    ] {
        assert!(first.get(field).is_some(), "{field} is missing in {first}");
    }
    let (status, _, again) = post(&body);
    assert_eq!((status, parse(&again)["id"].as_str()), (200, Some(id)));
    assert_eq!(post(&json!({ "channel": "sms", "to": "+12015550105", "body": "Other" })).0, 409);

    let without_key = &headers[..2];
    let (status, _, refused) = serving.http(
        "POST /api/messages",
        without_key,
        r#"{"channel":"sms","to":"nobody","body":"x"}"#,
    );
    assert_eq!((status, parse(&refused)["error"]["field"].as_str()), (422, Some("to")));

    home.until(id, "delivered");
    let (status, _, shown) = serving.http(&format!("GET /api/messages/{id}"), &headers[..1], "");
    let shown = parse(&shown);
    assert_eq!((status, shown["body"].as_str()), (200, Some("Your order is ready")));
    assert_eq!(shown["timeline"][0]["actor"], "api:till");
    let (status, _, list) =
        serving.http("GET /api/messages?state=delivered&limit=1", &headers[..1], "");
    assert_eq!((status, parse(&list)["items"][0]["id"].as_str()), (200, Some(id)));
    let (status, _, refused) =
        serving.http(&format!("POST /api/messages/{id}/retry"), &headers[..1], "");
    assert_eq!(
        (status, parse(&refused)["error"]["code"].as_str()),
        (422, Some("not_retryable")),
        "{refused}"
    );

    home.run(&["token", "revoke", token["id"].as_str().expect("an id")]).ok();
    assert_eq!(
        serving.http("GET /api/messages", &headers[..1], "").0,
        401,
        "a revoked token opens nothing"
    );
}
