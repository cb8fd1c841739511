//! The command table over HTTP, for the headless board and the terminal.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::desk::{Desk, Shared, json_object};
use crate::problem::Problem;

/// `GET /api/call`
pub(crate) async fn list(
    State(desk): State<Shared>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    desk.require_session(&headers)?;
    Ok(Json(json!({ "items": desk.behind.commands(), "next": null })))
}

/// `POST /api/call/{command}`
pub(crate) async fn call(
    State(desk): State<Shared>,
    command: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    desk.require_session(&parts.headers)?;
    let Path(command) = command.map_err(|_| Problem::nothing_here())?;
    let body = desk.read_body(&parts.headers, body).await?;
    let args = json_object(&parts.headers, &body)?;
    let result = run(&desk, command, args, actor(&parts.headers)).await?;
    Ok((StatusCode::OK, Json(result)).into_response())
}

/// Runs a command on a task of its own: a caller that hangs up must not undo half of what it asked for.
pub(crate) async fn run(
    desk: &Desk,
    command: String,
    args: Value,
    actor: String,
) -> Result<Value, Problem> {
    let behind = desk.behind.clone();
    let work = tokio::spawn(async move { behind.call(&command, args, &actor).await });
    work.await.unwrap_or_else(|_| Err(Problem::our_fault()))
}

/// Who shall stand in the timeline. Both hold the same token, so this is a courtesy and no proof.
fn actor(headers: &HeaderMap) -> String {
    let agent =
        headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if agent.starts_with("signalbox-cli/") { "cli" } else { "window" }.to_owned()
}
