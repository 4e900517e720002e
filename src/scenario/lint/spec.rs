//! What a scenario says of the lint: which rules are silenced, and why.
//!
//! Invariant: nothing is silenced without a reason.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Which warnings about the plan are not wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LintSpec {
    /// Rules that say nothing about this plan.
    pub silence: Vec<Silence>,
}

/// A rule that says nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// Its name; `cellfall explain` lists them.
    #[schemars(schema_with = "rule_id_schema")]
    pub rule: String,
    /// Why its warning does not apply, or is accepted.
    #[schemars(length(min = 1))]
    pub reason: String,
}

fn rule_id_schema(_: &mut SchemaGenerator) -> Schema {
    let ids: Vec<&str> = super::rules().iter().map(|rule| rule.id).collect();
    json_schema!({ "type": "string", "enum": ids })
}
