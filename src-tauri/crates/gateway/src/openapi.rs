//! The OpenAPI document of the messages API. Shapes come from the command table's own JSON schemas, so that they cannot
//! drift; what is written here is only what HTTP adds to them.

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

use crate::desk::Shared;

const REF: &str = "#/components/schemas/";

/// `GET /api/openapi.json`
pub(crate) async fn show(State(desk): State<Shared>) -> Json<Value> {
    Json(document(&desk.behind.commands(), desk.port))
}

pub(crate) fn document(commands: &Value, port: u16) -> Value {
    let mut shapes = Map::new();
    let new = shape(&mut shapes, commands, "send", "args", "NewMessage");
    let message = shape(&mut shapes, commands, "send", "result", "Message");
    let detail = shape(&mut shapes, commands, "message", "result", "MessageDetail");
    let list = shape(&mut shapes, commands, "messages", "result", "MessageList");
    shapes.insert("Error".to_owned(), error_shape());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Signalbox messages API",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Hand messages to Signalbox on this computer, and ask what became of them.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": format!("http://127.0.0.1:{port}") }],
        "security": [{ "token": [] }],
        "paths": {
            "/api/messages": { "get": list_operation(&list), "post": send_operation(&new, &message) },
            "/api/messages/{id}": { "parameters": [id_parameter()], "get": show_operation(&detail) },
            "/api/messages/{id}/retry": { "parameters": [id_parameter()], "post": retry_operation(&detail) },
        },
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made in Settings or by `signalbox-cli token create`.",
                },
            },
            "schemas": shapes,
        },
    })
}

fn send_operation(new: &Value, message: &Value) -> Value {
    let location = json!({ "description": "Where the message is", "schema": { "type": "string" } });
    json!({
        "operationId": "sendMessage",
        "summary": "Accept one message",
        "description": "When this answers 202 the message is on disk and will be sent, or its fate will be told.",
        "parameters": [{
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Repeat a request with the same key and content to get the same message.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        }],
        "requestBody": { "required": true, "content": { "application/json": { "schema": new } } },
        "responses": {
            "200": answer("The same message, accepted before with this idempotency key", message),
            "202": {
                "description": "Accepted",
                "headers": { "Location": location },
                "content": { "application/json": { "schema": message } },
            },
            "400": refusal("The request cannot be read"),
            "401": refusal("No valid token"),
            "403": refusal("From another page, or by another address than the gateway's own"),
            "408": refusal("The body did not arrive in time"),
            "409": refusal("The idempotency key was used for other content"),
            "413": refusal("The body is too large"),
            "415": refusal("The body is not JSON"),
            "422": refusal("Refused; the field and the remedy say why"),
            "429": later("Too much at once"),
            "500": refusal("Signalbox made a mistake"),
            "503": later("Too little disk space, or something it needs is not there"),
        },
    })
}

fn list_operation(list: &Value) -> Value {
    let text = |name: &str, say: &str| json!({ "name": name, "in": "query", "description": say, "schema": { "type": "string" } });
    let several = |name: &str, say: &str| {
        json!({
            "name": name, "in": "query", "description": say, "explode": true,
            "schema": { "type": "array", "items": { "type": "string" } },
        })
    };
    json!({
        "operationId": "listMessages",
        "summary": "Messages, newest first",
        "parameters": [
            text("q", "Words in recipient, text or failure"),
            several("state", "Only these states"),
            several("channel", "Only these channels"),
            several("connection", "Only these lines"),
            text("batch", "Only this batch"),
            text("cause", "Only this cause of failure"),
            text("since", "Made at or after this instant"),
            text("until", "Made before this instant"),
            text("after", "`next` of the page before"),
            text("before", "`prev` of the page after"),
            {
                "name": "limit", "in": "query",
                "schema": { "type": "integer", "minimum": 1, "maximum": 200, "default": 50 },
            },
        ],
        "responses": {
            "200": answer("One page", list),
            "400": refusal("A filter cannot be read"),
            "401": refusal("No valid token"),
            "403": refusal("From another page, or by another address than the gateway's own"),
            "422": refusal("A filter has no such value"),
            "429": later("Too much at once"),
            "500": refusal("Signalbox made a mistake"),
        },
    })
}

fn show_operation(detail: &Value) -> Value {
    json!({
        "operationId": "getMessage",
        "summary": "One message with its text and timeline",
        "responses": {
            "200": answer("The message", detail),
            "401": refusal("No valid token"),
            "403": refusal("From another page, or by another address than the gateway's own"),
            "404": refusal("No such message"),
            "429": later("Too much at once"),
            "500": refusal("Signalbox made a mistake"),
        },
    })
}

fn retry_operation(detail: &Value) -> Value {
    json!({
        "operationId": "retryMessage",
        "summary": "Try a failed message again",
        "responses": {
            "202": answer("It is waiting to be sent again", detail),
            "401": refusal("No valid token"),
            "403": refusal("From another page, or by another address than the gateway's own"),
            "404": refusal("No such message"),
            "422": refusal("It cannot be retried, or need not be"),
            "429": later("Too much at once"),
            "500": refusal("Signalbox made a mistake"),
            "503": later("Too little disk space, or something it needs is not there"),
        },
    })
}

fn id_parameter() -> Value {
    json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } })
}

fn answer(say: &str, schema: &Value) -> Value {
    json!({ "description": say, "content": { "application/json": { "schema": schema } } })
}

fn refusal(say: &str) -> Value {
    answer(say, &json!({ "$ref": format!("{REF}Error") }))
}

fn later(say: &str) -> Value {
    let mut later = refusal(say);
    later["headers"] =
        json!({ "Retry-After": { "description": "Seconds", "schema": { "type": "integer" } } });
    later
}

fn error_shape() -> Value {
    json!({
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "remedy"],
                "properties": {
                    "code": { "type": "string" },
                    "message": { "type": "string" },
                    "remedy": { "type": "string" },
                    "field": { "type": "string" },
                },
            },
        },
    })
}

/// Puts a command's schema among the components, with everything it refers to, and returns the reference to it.
fn shape(
    shapes: &mut Map<String, Value>,
    commands: &Value,
    command: &str,
    part: &str,
    name: &str,
) -> Value {
    let found = commands.as_array().into_iter().flatten().find(|row| row["name"] == command);
    let mut schema = found.and_then(|row| row.get(part)).cloned().unwrap_or(Value::Bool(true));
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        // Every schema of the table is complete in itself; what two of them share is the same in both.
        if let Some(Value::Object(parts)) = object.remove("$defs") {
            for (name, mut part) in parts {
                refer_to_components(&mut part);
                shapes.entry(name).or_insert(part);
            }
        }
    }
    refer_to_components(&mut schema);
    shapes.insert(name.to_owned(), schema);
    json!({ "$ref": format!("{REF}{name}") })
}

/// Turns references into the schema's own definitions into references to components.
fn refer_to_components(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(target) if key == "$ref" => {
                        *target = target.replace("#/$defs/", REF);
                    }
                    _ => refer_to_components(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(refer_to_components),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_the_table_become_components() {
        let commands = json!([{
            "name": "send",
            "args": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": { "channel": { "$ref": "#/$defs/Channel" } },
                "$defs": { "Channel": { "enum": ["sms"] } },
            },
            "result": { "type": "object" },
        }]);
        let document = document(&commands, 3000);
        let shapes = &document["components"]["schemas"];
        assert_eq!(shapes["Channel"], json!({ "enum": ["sms"] }));
        let channel = &shapes["NewMessage"]["properties"]["channel"]["$ref"];
        assert_eq!(channel, "#/components/schemas/Channel");
        assert_eq!(shapes["NewMessage"].get("$defs"), None);
        assert_eq!(shapes["Message"], json!({ "type": "object" }));
    }
}
