//! The JSON Schema of a root type (draft 2020-12), for editors and for the check.
//!
//! Invariant: the same type gives the same bytes.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::shape::aliases;

/// Where the schema is to be found once published.
const ID_BASE: &str = "https://cellfall.invalid/schema/";

/// The JSON Schema of `T`, with descriptions and defaults.
///
/// Every object that lists its properties is closed, as the check has it, and the root accepts
/// `$schema`, so that a JSON file can name it for its editor.
pub fn json_schema<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = Value::from(generator.into_root_schema_for::<T>());
    close_objects(&mut schema);
    show_aliases(&mut schema);
    let name = T::schema_name();
    let root = schema
        .as_object_mut()
        .expect("the schema of a root type is an object");
    allow_schema_key(root);
    let mut ordered = Map::new();
    for key in ["$schema", "$id", "title"] {
        let given = root.shift_remove(key);
        let value = match key {
            "$id" => Some(json!(format!("{ID_BASE}{}.json", name.to_lowercase()))),
            _ => given,
        };
        ordered.extend(value.map(|value| (key.to_owned(), value)));
    }
    ordered.append(root);
    Value::Object(ordered)
}

fn allow_schema_key(root: &mut Map<String, Value>) {
    if let Some(Value::Object(properties)) = root.get_mut("properties") {
        let hint = json!({"description": "This schema, for editors.", "type": "string"});
        properties.insert("$schema".to_owned(), hint);
    }
}

/// Say `additionalProperties: false` wherever properties are listed and nothing is said; where
/// properties also come by reference, `unevaluatedProperties: false` says it of both together.
fn close_objects(schema: &mut Value) {
    let Value::Object(object) = schema else {
        schema
            .as_array_mut()
            .into_iter()
            .flatten()
            .for_each(close_objects);
        return;
    };
    let is_schema = object.get("properties").is_some_and(Value::is_object);
    let is_said = object.contains_key("additionalProperties");
    if is_schema && !is_said {
        let composed = ["$ref", "allOf", "oneOf", "anyOf"];
        let keyword = if composed.iter().any(|key| object.contains_key(*key)) {
            "unevaluatedProperties"
        } else {
            "additionalProperties"
        };
        object.insert(keyword.to_owned(), Value::Bool(false));
    }
    for (key, inner) in object.iter_mut() {
        // What stands under these is data or names, not schemas.
        if !["default", "examples", "enum", "const", "required"].contains(&key.as_str()) {
            match inner {
                Value::Object(named) if ["properties", "$defs"].contains(&key.as_str()) => {
                    named.values_mut().for_each(close_objects);
                }
                _ => close_objects(inner),
            }
        }
    }
}

/// Let editors accept the other names of keys, words and kinds that the check accepts.
fn show_aliases(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(show_aliases),
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                show_key_aliases(properties);
            }
            show_word_aliases(object);
            object.values_mut().for_each(show_aliases);
        }
        _ => {}
    }
}

fn show_key_aliases(properties: &mut Map<String, Value>) {
    let mut others = Vec::new();
    for (key, schema) in &mut *properties {
        for alias in schema.as_object().map(aliases).unwrap_or_default() {
            let mut same = schema.clone();
            let same_keys = same
                .as_object_mut()
                .expect("it has aliases, so it is an object");
            same_keys.retain(|keyword, _| !["default", "x-aliases"].contains(&keyword.as_str()));
            same_keys.insert(
                "description".to_owned(),
                json!(format!("The same as `{key}`.")),
            );
            others.push((alias.to_owned(), same));
        }
    }
    properties.extend(others);
}

/// A word, or the word that tells a kind, becomes a choice of its names.
fn show_word_aliases(object: &mut Map<String, Value>) {
    let mut names = aliases(object)
        .into_iter()
        .map(Value::from)
        .collect::<Vec<_>>();
    if names.is_empty() {
        return;
    }
    let is_word = object.contains_key("const");
    let kind = object.get_mut("properties").and_then(Value::as_object_mut);
    let kinds = kind.into_iter().flat_map(|keys| keys.values_mut());
    let mut kinds = kinds.filter_map(Value::as_object_mut);
    let tag = kinds.find(|schema| schema.contains_key("const"));
    let word = match tag {
        Some(tag) if !is_word => tag,
        _ => object,
    };
    if let Some(own) = word.shift_remove("const") {
        names.insert(0, own);
        word.insert("enum".to_owned(), Value::Array(names));
    }
}

/// The schema without what only editors need.
pub(super) fn checking_schema<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    Schema::into(generator.into_root_schema_for::<T>())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Plan;
    use super::*;

    #[test]
    fn the_schema_describes_defaults_and_closes_what_it_lists() {
        let schema = json_schema::<Plan>();
        assert_eq!(schema.to_string(), json_schema::<Plan>().to_string());
        assert_eq!(schema["title"], "Plan");
        assert!(
            schema["$id"]
                .as_str()
                .is_some_and(|id| id.ends_with("plan.json"))
        );
        assert_eq!(schema["properties"]["duration"]["default"], "0s");
        assert_eq!(
            schema["properties"]["seed"]["description"],
            "The seed of all draws."
        );
        assert_eq!(schema["$defs"]["Rollout"]["additionalProperties"], false);
        assert_eq!(
            schema["$defs"]["Fault"]["oneOf"][0]["additionalProperties"],
            false
        );
        assert_eq!(
            schema["properties"]["capacity"]["additionalProperties"]["type"],
            "number"
        );
        assert_eq!(schema["properties"]["$schema"]["type"], "string");
    }

    #[test]
    fn editors_accept_what_the_check_accepts() {
        let definitions = &json_schema::<Plan>()["$defs"];
        let stage = &definitions["Stage"]["properties"];
        assert_eq!(stage["bake"]["pattern"], stage["soak"]["pattern"]);
        assert_eq!(stage["bake"]["description"], "The same as `soak`.");
        let words = &definitions["OnFail"]["oneOf"];
        assert_eq!(words[0]["enum"], json!(["roll-back", "undo"]));
        assert_eq!(words[1]["const"], "halt");
        let kinds = &definitions["Fault"]["oneOf"];
        let kind = &kinds[1]["properties"]["kind"];
        assert_eq!(kind["enum"], json!(["regression", "slowdown"]));
    }
}
