//! The OpenAPI document tells the truth: every route in it is asked, and every answer held against it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};
use signalbox_gateway::Problem;

use crate::peer::{API, Answer, Ask, House, SESSION, house};
use crate::rooms::{FAILED, ID};
use crate::schema::complaints;

async fn document(house: &House) -> Value {
    let answer = Ask::new("GET /api/openapi.json").at(house).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    answer.json()
}

/// Holds an answer against the document; returns the status it was described under.
fn check(document: &Value, path: &str, method: &str, answer: &Answer) -> u16 {
    let operation = &document["paths"][path][method];
    let described = &operation["responses"][answer.status.to_string()];
    assert!(
        described.is_object(),
        "{method} {path} answers {} undescribed: {}",
        answer.status,
        answer.text()
    );
    let schema = &described["content"]["application/json"]["schema"];
    let found = complaints(document, schema, &answer.json(), "answer");
    assert!(found.is_empty(), "{method} {path} {}: {found:?}", answer.status);
    for name in described["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
        assert!(
            answer.headers.contains_key(&name.to_ascii_lowercase()),
            "{method} {path} has no {name}"
        );
    }
    answer.status
}

#[tokio::test]
async fn every_route_answers_as_described() {
    let house = house().await;
    let document = document(&house).await;
    assert_eq!(document["openapi"], "3.1.0");
    let body = json!({ "channel": "sms", "to": "+15550100142", "body": "Hi" });
    let send = || Ask::new("POST /api/messages").bearer(API);
    let retry = |id: &str| Ask::new(&format!("POST /api/messages/{id}/retry"));
    let show = |id: &str| Ask::new(&format!("GET /api/messages/{id}"));
    let (all, one, again) = ("/api/messages", "/api/messages/{id}", "/api/messages/{id}/retry");
    let asked = [
        (all, "post", send().json(body.clone()).header("Idempotency-Key", "a"), 202),
        (all, "post", send().json(body.clone()).header("Idempotency-Key", "a"), 200),
        (all, "post", send().json(json!({ "to": "x" })).header("Idempotency-Key", "a"), 409),
        (all, "post", send().json(json!({})), 422),
        (all, "post", send().body("application/json", "{"), 400),
        (all, "post", send().body("text/csv", "a,b"), 415),
        (all, "post", send().body("application/json", " ".repeat(1_100_000)), 413),
        (all, "post", Ask::new("POST /api/messages").json(body.clone()), 401),
        (all, "post", send().header("Origin", "http://evil.example"), 403),
        (all, "get", Ask::new("GET /api/messages?limit=5").bearer(API), 200),
        (all, "get", Ask::new("GET /api/messages?limit=x").bearer(API), 400),
        (all, "get", Ask::new("GET /api/messages"), 401),
        (all, "get", Ask::new("GET /api/messages").host("evil.example"), 403),
        (one, "get", show(ID).bearer(API), 200),
        (one, "get", show("x").bearer(API), 404),
        (one, "get", show(ID), 401),
        (one, "get", show(ID).host("evil.example"), 403),
        (again, "post", retry(FAILED).bearer(API), 202),
        (again, "post", retry(ID).bearer(API), 422),
        (again, "post", retry("x").bearer(API), 404),
        (again, "post", retry(ID), 401),
        (again, "post", retry(ID).host("evil.example"), 403),
    ];
    let mut seen = BTreeSet::new();
    for (path, method, ask, expect) in asked {
        let answer = ask.at(&house).await;
        assert_eq!(
            check(&document, path, method, &answer),
            expect,
            "{method} {path}: {}",
            answer.text()
        );
        seen.insert((path.to_owned(), method.to_owned()));
    }
    for (status, code) in
        [(StatusCode::TOO_MANY_REQUESTS, "busy"), (StatusCode::SERVICE_UNAVAILABLE, "disk_low")]
    {
        *house.rooms.sending.lock().expect("no test panics while it holds this") =
            Some(Problem::new(status, code, "No", "Later").retry_after(1));
        let answer = send().json(body.clone()).at(&house).await;
        assert_eq!(check(&document, all, "post", &answer), status.as_u16());
    }
    let described: BTreeSet<_> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, _)| (path, method))
        })
        .filter(|(_, method)| *method != "parameters")
        .map(|(path, method)| (path.clone(), method.clone()))
        .collect();
    assert_eq!(described, seen, "a route in the document was not asked");
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let house = house().await;
    let document = document(&house).await;
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => {
                if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                    let target = target.strip_prefix('#').expect("a local reference");
                    assert!(document.pointer(target).is_some(), "{target} leads nowhere");
                }
                open.extend(object.values());
            }
            Value::Array(list) => open.extend(list),
            _ => {}
        }
    }
}

#[tokio::test]
async fn filters_of_the_document_are_the_filters_of_the_route() {
    let house = house().await;
    let document = document(&house).await;
    let parameters =
        document["paths"]["/api/messages"]["get"]["parameters"].as_array().expect("a list").clone();
    for parameter in &parameters {
        let name = parameter["name"].as_str().expect("a name");
        let value = if name == "limit" { "5" } else { "x" };
        let ask = Ask::new(&format!("GET /api/messages?{name}={value}")).bearer(SESSION);
        assert_eq!(ask.at(&house).await.status, 200, "{name} is described and refused");
    }
}
