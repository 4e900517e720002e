//! Regions as sets of states, and the ten that the United States are cut into by default.
//!
//! Invariant: knows names only, no network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A region: some states, and how many members its pools have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionSpec {
    /// Its name.
    pub name: String,
    /// Its states, as the places file writes them.
    pub states: Vec<String>,
    /// Pools, if not as many as elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pools: Option<u16>,
    /// AMF members of each pool, if not as many as elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amf_per_pool: Option<u16>,
    /// MME members of each pool, if not as many as elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mme_per_pool: Option<u16>,
}

impl RegionSpec {
    /// A region of these states, its pools as elsewhere.
    pub fn new(name: &str, states: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            states: states.iter().map(|&state| state.to_owned()).collect(),
            pools: None,
            amf_per_pool: None,
            mme_per_pool: None,
        }
    }
}

/// Ten regions of 31 to 40 million people each (2020 census), so that equal pools are about equally
/// loaded. AT&T has not published its own; ten is our assumption.
pub(super) fn us_regions() -> Vec<RegionSpec> {
    [
        ("northeast", "CT MA ME NH NY RI VT"),
        ("mid-atlantic", "DC DE MD NJ PA WV"),
        ("atlantic", "GA NC SC VA"),
        ("gulf", "AL FL MS PR"),
        ("great-lakes", "IN KY MI OH"),
        ("midwest", "IA IL MN MO WI"),
        ("texas", "NM TX"),
        ("central", "AR CO KS LA ND NE OK SD TN"),
        ("california", "CA"),
        ("west", "AK AZ HI ID MT NV OR UT WA WY"),
    ]
    .into_iter()
    .map(|(name, states)| RegionSpec::new(name, &states.split(' ').collect::<Vec<_>>()))
    .collect()
}
