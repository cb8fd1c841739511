//! The messages API for other programs: bearer tokens made in Settings, idempotency keys, statuses that a program can
//! act on. What a message is and whether it may be sent is decided behind it.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use signalbox_api::token_hash;

use crate::calls::run;
use crate::desk::{Desk, Shared, json_object};
use crate::problem::Problem;
use crate::session::bearer;

const LONGEST_KEY: usize = 255;
/// Query fields that may be given several times, or as a list with commas.
const LISTS: [&str; 3] = ["state", "channel", "connection"];
const SINGLE: [&str; 7] = ["q", "batch", "cause", "since", "until", "after", "before"];

/// `POST /api/messages`
pub(crate) async fn send(
    State(desk): State<Shared>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let actor = authenticate(&desk, &parts.headers).await?;
    let body = desk.read_body(&parts.headers, body).await?;
    if body.is_empty() {
        return Err(Problem::malformed(
            "The body is empty",
            "Send one JSON object with channel, to and body",
        ));
    }
    let mut args = json_object(&parts.headers, &body)?;
    if let Some(key) = idempotency_key(&parts.headers)? {
        let inside = args.get("idempotency_key");
        if inside.is_some_and(|inside| inside.as_str() != Some(&key)) {
            let message = "The body names another idempotency key than the header";
            return Err(
                Problem::malformed(message, "Send the header only").about("idempotency_key")
            );
        }
        args["idempotency_key"] = key.into();
    }
    let behind = desk.behind.clone();
    // On a task of its own, as in `calls::run`.
    let work = tokio::spawn(async move { behind.send(args, &actor).await });
    let (message, is_new) = work.await.unwrap_or_else(|_| Err(Problem::our_fault()))?;
    let status = if is_new { StatusCode::ACCEPTED } else { StatusCode::OK };
    let mut response = (status, Json(&message)).into_response();
    let place = message.get("id").and_then(Value::as_str).map(|id| format!("/api/messages/{id}"));
    if let Some(Ok(place)) = place.map(|place| place.parse()) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// `GET /api/messages`
pub(crate) async fn list(
    State(desk): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let actor = authenticate(&desk, &headers).await?;
    let args = list_args(uri.query().unwrap_or_default())?;
    run(&desk, "messages".to_owned(), args, actor).await.map(Json)
}

/// `GET /api/messages/{id}`
pub(crate) async fn show(
    State(desk): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let actor = authenticate(&desk, &headers).await?;
    let Path(id) = id.map_err(|_| no_message())?;
    one(&desk, &id, actor).await.map(Json)
}

/// `POST /api/messages/{id}/retry`
pub(crate) async fn retry(
    State(desk): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let actor = authenticate(&desk, &headers).await?;
    let Path(id) = id.map_err(|_| no_message())?;
    // First of all whether it exists: "nothing was retried" would not say so.
    one(&desk, &id, actor.clone()).await?;
    let done = run(&desk, "retry".to_owned(), json!({ "ids": [&id] }), actor.clone()).await?;
    if let Some(why) = done.pointer("/skipped/0/why").and_then(Value::as_str) {
        let remedy = "GET the message: its state, failure and `next` say what can be done";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not_retryable", why, remedy));
    }
    let message = one(&desk, &id, actor).await?;
    Ok((StatusCode::ACCEPTED, Json(message)).into_response())
}

async fn one(desk: &Desk, id: &str, actor: String) -> Result<Value, Problem> {
    match run(desk, "message".to_owned(), json!({ "id": id }), actor).await {
        // What cannot be an id is no message either; a program should not have to tell the two apart.
        Err(problem) if problem.status.is_client_error() => Err(no_message()),
        other => other,
    }
}

fn no_message() -> Problem {
    let message = "There is no message with this id";
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        message,
        "GET /api/messages lists the messages",
    )
}

/// The name that stands in the timeline: the token's, or the board's own for the session token. Cookies do not count
/// here: this door is for programs, and a browser adds cookies to what other pages ask for.
async fn authenticate(desk: &Desk, headers: &HeaderMap) -> Result<String, Problem> {
    let remedy = "Make a token in Settings and send it as Authorization: Bearer TOKEN";
    let token = bearer(headers).ok_or_else(|| Problem::unauthorized(remedy))?;
    if desk.token.is(token) {
        return Ok("window".to_owned());
    }
    // Found by its hash: what the time of the search tells is about the hash, from which no token can be made.
    let name = desk.behind.token_name(token_hash(token)).await?;
    name.map(|name| format!("api:{name}")).ok_or_else(|| Problem::unauthorized(remedy))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > LONGEST_KEY {
        let message = format!(
            "The header Idempotency-Key must have 1 to {LONGEST_KEY} printable ASCII characters"
        );
        return Err(Problem::malformed(message, "A UUID is a good key").about("idempotency_key"));
    }
    Ok(Some(key.to_owned()))
}

/// The arguments of `messages` from a query. Unknown fields are refused: a filter with a typing error would otherwise
/// list everything.
fn list_args(query: &str) -> Result<Value, Problem> {
    let mut args = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let name = name.as_ref();
        if LISTS.contains(&name) {
            let list = args.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.extend(value.split(',').filter(|word| !word.is_empty()).map(Value::from));
            }
        } else if name == "limit" {
            let limit: u16 =
                value.parse().ok().filter(|limit| (1..=200).contains(limit)).ok_or_else(|| {
                    Problem::malformed(
                        "`limit` must be a number from 1 to 200",
                        "Leave it out for 50",
                    )
                    .about("limit")
                })?;
            args.insert("limit".to_owned(), limit.into());
        } else if SINGLE.contains(&name) {
            args.insert(name.to_owned(), value.into_owned().into());
        } else {
            let known = [&LISTS[..], &SINGLE[..], &["limit"]].concat().join(", ");
            let message = format!("There is no filter `{name}`");
            return Err(Problem::malformed(message, format!("Filters are {known}")).about(name));
        }
    }
    Ok(args.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_come_out_as_the_command_takes_them() {
        let args = list_args("state=held,queued&state=unknown&q=a%20b&limit=200&after=x")
            .expect("good filters");
        let expect =
            json!({"state": ["held", "queued", "unknown"], "q": "a b", "limit": 200, "after": "x"});
        assert_eq!(args, expect);
        for bad in ["stat=held", "limit=0", "limit=201", "limit=all"] {
            let problem = list_args(bad).expect_err(bad);
            assert_eq!(problem.status, StatusCode::BAD_REQUEST);
            assert!(problem.field.is_some(), "{bad} names its field");
        }
    }
}
