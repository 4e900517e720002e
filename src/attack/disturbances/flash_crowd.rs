//! Many users at one place: a match, a concert, New Year's Eve at the harbour.
//!
//! Real case: stadiums and festivals, with several times the ordinary calls under a few towers; the surge of
//! calls after an earthquake (Great East Japan Earthquake, 11 March 2011: calls at DOCOMO 60 times the usual).
//!
//! Invariant: nothing is broken; the crowd goes as it came.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::selection::towers;
use crate::attack::{Act, Census, Field, Happening};
use crate::base::{SimTime, Span};
use crate::fault::Finding;
use crate::network::{Command, Scope};
use crate::topology::{NodeKind, Selector, Topology};

/// Many users at one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FlashCrowd {
    /// When it gathers, from the start of the scenario.
    pub start: Span,
    /// How long it stays.
    pub duration: Span,
    /// The towers of the place.
    pub select: Selector,
    /// Calls and data of the users there, as a multiple of the usual.
    pub factor: f64,
}

impl Default for FlashCrowd {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(3),
            select: Selector {
                kinds: vec![NodeKind::Tower],
                count: Some(3),
                ..Selector::default()
            },
            factor: 8.0,
        }
    }
}

/// What is wrong with a multiple of the usual demand.
pub(super) fn wrong_factor(path: &str, factor: f64) -> Option<Finding> {
    let sound = factor.is_finite() && factor > 0.0;
    let finding = || {
        (
            path.to_owned(),
            factor.to_string(),
            "a number above 0".to_owned(),
        )
    };
    (!sound).then(finding)
}

impl Happening for FlashCrowd {
    fn kind(&self) -> &'static str {
        "flash-crowd"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let scope = Scope::Nodes(towers(&self.select, field.port.topology()));
        let comes = act == Act::Enter;
        let factor = if comes {
            self.factor
        } else {
            1.0 / self.factor
        };
        field.port.command(Command::ScaleDemand { scope, factor });
        let end = comes.then(|| (field.port.now() + self.duration, Act::End));
        end.into_iter().collect()
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let none = towers(&self.select, topology).is_empty().then(|| {
            let allowed = "a selector of at least one tower";
            (
                "select".to_owned(),
                "no tower".to_owned(),
                allowed.to_owned(),
            )
        });
        none.into_iter()
            .chain(wrong_factor("factor", self.factor))
            .collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"duration": "1h", "select": {"kinds": ["tower"], "count": 6}, "factor": 10.0}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;
    use crate::fault::testing::small_network;

    #[test]
    fn it_comes_and_goes_and_leaves_demand_as_it_was() {
        let crowd = serde_json::json!({
            "kind": "flash-crowd", "start": "10m", "duration": "20m", "factor": 3.0,
            "select": {"names": ["tower-a*", "udm"]}
        });
        let mut range = Range::disturbed(&[crowd], small_network());
        range.run_until(60.0);
        let scope = Scope::Nodes(
            ["tower-a1", "tower-a2"]
                .map(|name| range.node(name))
                .to_vec(),
        );
        let scale = |at, factor| {
            (
                at,
                Command::ScaleDemand {
                    scope: scope.clone(),
                    factor,
                },
            )
        };
        assert_eq!(range.commands(), [scale(10.0, 3.0), scale(30.0, 1.0 / 3.0)]);
        assert_eq!(range.port.records[0].source, "disturbance");
        assert_eq!(range.port.count("disturbance-ended"), 1);
    }
}
