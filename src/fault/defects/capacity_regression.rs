//! The new version does less work in the same time: harmless at night, an overload in the morning.
//!
//! Real case: NTT DOCOMO, 25 January 2012: newly installed packet switches with room for 14.1 M control
//! signals an hour met 16.5 M; 2.52 M subscribers out for some 4.5 to 5 hours.
//!
//! Invariant: with less load than the reduced capacity nobody notices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::local;
use crate::fault::{Defect, Effect, FaultSpec, Finding, Trigger};

/// The new version has a multiple of the old one's capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CapacityRegression {
    /// Capacity of the new version as a multiple of the old one's; above 0. DOCOMO: 14.1/16.5.
    pub factor: f64,
}

impl Default for CapacityRegression {
    fn default() -> Self {
        Self { factor: 0.85 }
    }
}

impl Defect for CapacityRegression {
    fn fault(&self) -> FaultSpec {
        let effects = vec![Effect::Capacity(self.factor)];
        local("capacity-regression", Trigger::OnLoad, effects)
    }

    fn findings(&self) -> Vec<Finding> {
        if self.factor.is_finite() && self.factor > 0.0 {
            return Vec::new();
        }
        let allowed = "a number above 0";
        vec![("factor".into(), self.factor.to_string(), allowed.into())]
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"of": {"factor": 0.05}}"#]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, small_network};
    use crate::network::Command;

    #[test]
    fn factors_of_two_defects_multiply_and_end_apart() {
        let mut bench = Bench::new(small_network(), 1);
        let node = bench.node("amf-a1");
        let slow = |factor| CapacityRegression { factor }.fault();
        let first = bench.inject(slow(0.5), &[node], SimTime::ZERO);
        bench.inject(slow(0.25), &[node], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(1.0));
        let set = |factor| Command::SetCapacity { node, factor };
        assert_eq!(bench.commands(), [set(0.5), set(0.125)]);
        bench.remove_origin_of(first, node);
        assert_eq!(bench.commands()[2..], [set(0.25)]);
    }

    #[test]
    fn a_capacity_of_nothing_is_refused() {
        for factor in [0.0, -1.0, f64::NAN] {
            assert_eq!(CapacityRegression { factor }.findings().len(), 1);
        }
    }
}
