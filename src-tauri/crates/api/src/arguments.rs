//! Reading the arguments of a command, strictly: what is unknown, missing or of the wrong kind is
//! refused by name.
//!
//! The words never repeat a value: it may be a secret that was put into the wrong field.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ApiError;

/// Reads `args` for the command `name`. Nothing at all counts as `{}`.
///
/// # Errors
/// Which argument is wrong, how, and how to mend it.
pub(crate) fn read<A: DeserializeOwned>(name: &str, args: Value) -> Result<A, ApiError> {
    let args = if args.is_null() { Value::Object(serde_json::Map::new()) } else { args };
    if !args.is_object() {
        return Err(ApiError::invalid(
            "",
            format!("The arguments of “{name}” are not an object"),
            "Give one JSON object, such as {\"id\": \"01hq3v8m2k7c4\"}",
        ));
    }
    serde_path_to_error::deserialize(args).map_err(|error| {
        let path = error.path().to_string();
        refused(name, &path, &error.into_inner().to_string())
    })
}

fn refused(name: &str, path: &str, why: &str) -> ApiError {
    if let Some(field) = quoted(why, "missing field ") {
        return ApiError::invalid(
            inside(path, field),
            format!("“{field}” is missing"),
            format!("“{name}” cannot do without it: give it a value"),
        );
    }
    if let Some(field) = quoted(why, "unknown field ") {
        let known = match why.split_once("expected ") {
            Some((_, known)) => known.trim_start_matches("one of ").replace('`', ""),
            None => "none".to_owned(),
        };
        // Whether the path names the field already depends on where it was found.
        let at = path.rsplit_once('.').map_or("", |(parent, _)| parent);
        return ApiError::invalid(
            inside(at, field),
            format!("“{name}” knows no “{field}”"),
            format!("Leave it out. Known here: {known}"),
        );
    }
    let expected = match (why.split_once("expected "), why.contains("not an id")) {
        (_, true) => "an id: 13 characters of 0-9 and a-z without i, l, o, u".to_owned(),
        (Some((_, expected)), _) => expected.replace('`', ""),
        (None, _) => "what the command's schema says, see `GET /api/call`".to_owned(),
    };
    ApiError::invalid(
        path,
        format!("“{path}” cannot be read"),
        format!("Give {}", expected.split(" at line ").next().unwrap_or(&expected)),
    )
}

/// The name in backticks after `lead`.
fn quoted<'a>(text: &'a str, lead: &str) -> Option<&'a str> {
    text.strip_prefix(lead)?.strip_prefix('`')?.split('`').next()
}

/// A field below a path; the path of the arguments themselves is `.`.
fn inside(path: &str, field: &str) -> String {
    match path {
        "" | "." => field.to_owned(),
        path => format!("{path}.{field}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::provider::ConnectArgs;
    use crate::shapes::send::SendArgs;
    use serde_json::json;

    fn refusal<A: DeserializeOwned>(args: Value) -> ApiError {
        match read::<A>("send", args) {
            Ok(_) => panic!("these arguments must be refused"),
            Err(error) => error,
        }
    }

    #[test]
    fn a_missing_argument_is_named() {
        let error = refusal::<SendArgs>(json!({ "channel": "sms", "body": "Hi" }));
        assert_eq!(error.field.as_deref(), Some("to"));
        assert_eq!(error.message, "“to” is missing");
    }

    #[test]
    fn an_unknown_argument_is_named_with_the_known_ones() {
        let error =
            refusal::<SendArgs>(json!({ "channel": "sms", "to": "x", "body": "Hi", "colour": 1 }));
        assert_eq!(error.field.as_deref(), Some("colour"));
        assert!(error.remedy.contains("useful_until"), "{}", error.remedy);
    }

    #[test]
    fn an_argument_of_the_wrong_kind_is_named_with_what_is_expected() {
        let error = refusal::<SendArgs>(json!({ "channel": "sms", "to": 5, "body": "Hi" }));
        assert_eq!(error.field.as_deref(), Some("to"));
        assert_eq!(error.remedy, "Give a string");
        let error = refusal::<SendArgs>(json!({ "channel": "fax", "to": "x", "body": "Hi" }));
        assert_eq!(error.field.as_deref(), Some("channel"));
        assert!(error.remedy.contains("whatsapp"), "{}", error.remedy);
        let args = json!({ "channel": "sms", "to": "x", "body": "Hi", "route": ["01", 3] });
        let error = refusal::<SendArgs>(args);
        assert_eq!(error.field.as_deref(), Some("route[0]"));
        assert!(error.remedy.contains("13 characters"), "{}", error.remedy);
    }

    #[test]
    fn a_value_is_never_repeated_because_it_may_be_a_secret() {
        for args in [
            json!({ "provider": "twilio", "name": "a", "environment": "hunter2", "fields": {}, "secrets": {} }),
            json!({ "provider": "twilio", "name": "a", "environment": "custom", "fields": {},
                "secrets": { "auth_token": 20252 } }),
            json!({ "provider": "twilio", "name": "a", "environment": "custom", "fields": {},
                "secrets": "hunter2" }),
        ] {
            let error = refusal::<ConnectArgs>(args);
            let shown = error.body().to_string();
            assert!(!shown.contains("hunter2") && !shown.contains("20252"), "{shown}");
        }
    }

    #[test]
    fn no_arguments_are_an_empty_object_and_anything_else_is_refused() {
        use crate::shapes::list::Nothing;
        assert!(read::<Nothing>("status", Value::Null).is_ok());
        assert!(read::<Nothing>("status", json!({})).is_ok());
        assert!(read::<Nothing>("status", json!([])).is_err());
        assert_eq!(refusal::<Nothing>(json!({ "x": 1 })).field.as_deref(), Some("x"));
    }
}
