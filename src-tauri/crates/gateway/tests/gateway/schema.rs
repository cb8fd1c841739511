//! As much of JSON Schema as the OpenAPI document uses, to hold answers against it.

use serde_json::Value;

/// What of `value` is not as `schema` says; references lead into `root`.
pub(crate) fn complaints(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let Some(schema) = schema.as_object() else {
        return if *schema == Value::Bool(false) {
            vec![format!("{at} must not be")]
        } else {
            Vec::new()
        };
    };
    let mut found = Vec::new();
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        match root.pointer(target.trim_start_matches('#')) {
            Some(target) => found.extend(complaints(root, target, value, at)),
            None => found.push(format!("{at}: {target} leads nowhere")),
        }
    }
    match schema.get("type") {
        Some(Value::String(kind)) if !is(kind, value) => {
            found.push(format!("{at} is no {kind}: {value}"))
        }
        Some(Value::Array(kinds))
            if !kinds.iter().filter_map(Value::as_str).any(|kind| is(kind, value)) =>
        {
            found.push(format!("{at} is none of {kinds:?}: {value}"));
        }
        _ => {}
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        found.push(format!("{at} is not one of {words:?}: {value}"));
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(ways) = schema.get(word).and_then(Value::as_array)
            && !ways.iter().any(|way| complaints(root, way, value, at).is_empty())
        {
            found.push(format!("{at} fits none of {word}: {value}"));
        }
    }
    for name in schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if value.get(name).is_none() {
            found.push(format!("{at}.{name} is missing"));
        }
    }
    for (name, part) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(value) = value.get(name) {
            found.extend(complaints(root, part, value, &format!("{at}.{name}")));
        }
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (index, value) in list.iter().enumerate() {
            found.extend(complaints(root, items, value, &format!("{at}[{index}]")));
        }
    }
    found
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}

#[test]
fn the_checker_can_complain() {
    let root = serde_json::json!({ "a": { "type": "object", "required": ["x"], "properties": { "x": { "enum": [1] } } } });
    let schema = serde_json::json!({ "$ref": "#/a" });
    assert!(complaints(&root, &schema, &serde_json::json!({ "x": 1 }), "it").is_empty());
    assert_eq!(complaints(&root, &schema, &serde_json::json!({ "x": 2 }), "it").len(), 1);
    assert_eq!(complaints(&root, &schema, &serde_json::json!({}), "it"), ["it.x is missing"]);
    assert_eq!(complaints(&root, &schema, &serde_json::json!(3), "it").len(), 2);
}
