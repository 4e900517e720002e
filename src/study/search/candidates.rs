//! The plans that are tried.
//!
//! Invariant: no two of them change the same elements in the same order with the same soak and gates.

use crate::base::Span;
use crate::change::{StageOrder, StageSpec};
use crate::topology::Selector;

use super::file::{GateSet, SearchFile};

/// A rollout plan that is tried.
#[derive(Clone, Debug, PartialEq)]
pub enum Candidate {
    /// As the scenario has it.
    AsIs,
    /// One made up by the search.
    Made {
        /// Percentages of the targets that have the new version after each stage.
        percentages: Vec<f64>,
        /// In which order the elements of a stage are changed.
        order: StageOrder,
        /// Soak of each stage.
        soak: Span,
        /// Which of the sets of gates each stage has.
        gates: usize,
    },
}

/// What a search makes its plans from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Space {
    /// The first stage of the scenario: what a plan does not decide is taken from it.
    pub(super) template: StageSpec,
    /// The sets of gates.
    pub(super) gates: Vec<GateSet>,
    /// Elements that the change is meant for.
    pub(super) targets: usize,
}

impl Space {
    /// The sets of gates are those of the file, or none and those of the scenario.
    pub(super) fn new(file: &SearchFile, stages: &[StageSpec], targets: usize) -> Self {
        let mut gates = file.gates.clone();
        if gates.is_empty() {
            gates.push(GateSet {
                name: "none".to_owned(),
                gates: Vec::new(),
            });
            let has_some = stages.iter().find(|stage| !stage.gates.is_empty());
            gates.extend(has_some.map(|stage| GateSet {
                name: "as now".to_owned(),
                gates: stage.gates.clone(),
            }));
        }
        Self {
            template: stages.first().cloned().unwrap_or_default(),
            gates,
            targets,
        }
    }

    /// Every plan: the scenario's own first.
    pub(super) fn candidates(&self, file: &SearchFile) -> Vec<Candidate> {
        let mut divisions: Vec<(Vec<usize>, Vec<f64>)> = Vec::new();
        for stages in &file.stages {
            let found = self.division(stages);
            if !divisions.iter().any(|(counts, _)| *counts == found.0) {
                divisions.push(found);
            }
        }
        let mut candidates = vec![Candidate::AsIs];
        for (counts, percentages) in &divisions {
            // A single element has no order.
            let orders = if counts.last() == Some(&1) {
                1
            } else {
                file.orders.len()
            };
            for order in &file.orders[..orders] {
                for soak in &file.soaks {
                    candidates.extend((0..self.gates.len()).map(|gates| Candidate::Made {
                        percentages: percentages.clone(),
                        order: *order,
                        soak: *soak,
                        gates,
                    }));
                }
            }
        }
        candidates
    }

    /// How many elements have the new version after each stage that changes any, and its percentage.
    fn division(&self, stages: &[f64]) -> (Vec<usize>, Vec<f64>) {
        let (mut counts, mut kept) = (Vec::new(), Vec::new());
        for percent in stages {
            let count = self.part(*percent);
            if counts.last() != Some(&count) {
                counts.push(count);
                kept.push(*percent);
            }
        }
        // The last of several that come to all elements is the one that says so.
        if let Some(last) = kept.last_mut() {
            *last = 100.0;
        }
        (counts, kept)
    }

    /// A percentage of the targets, rounded up as a stage does.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a count of elements"
    )]
    fn part(&self, percent: f64) -> usize {
        libm::ceil(percent / 100.0 * self.targets as f64 - 1e-9) as usize
    }

    /// The stages of a plan; none for the scenario's own.
    pub(super) fn stages(&self, candidate: &Candidate) -> Option<Vec<StageSpec>> {
        let Candidate::Made {
            percentages,
            order,
            soak,
            gates,
        } = candidate
        else {
            return None;
        };
        let stage = |(index, percent): (usize, &f64)| StageSpec {
            name: format!("stage-{}", index + 1),
            select: Selector {
                percent: Some(*percent),
                ..Selector::default()
            },
            order: *order,
            soak: *soak,
            gates: self.gates[*gates].gates.clone(),
            ..self.template.clone()
        };
        Some(percentages.iter().enumerate().map(stage).collect())
    }

    /// A plan in a few words.
    pub(super) fn label(&self, candidate: &Candidate) -> String {
        match candidate {
            Candidate::AsIs => "as the scenario has it".to_owned(),
            Candidate::Made {
                percentages,
                order,
                soak,
                gates,
            } => {
                let parts: Vec<String> = percentages.iter().map(f64::to_string).collect();
                let order = serde_json::to_value(order).expect("a word");
                let order = order.as_str().unwrap_or_default();
                let gates = &self.gates[*gates].name;
                format!("{} %, {order}, soak {soak}, gates {gates}", parts.join("-"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(targets: usize) -> Space {
        Space::new(&SearchFile::default(), &[StageSpec::default()], targets)
    }

    #[test]
    fn plans_that_come_to_the_same_are_tried_once() {
        let file = SearchFile::default();
        // Of one element every division is the same, and so is every order.
        assert_eq!(space(1).candidates(&file).len(), 1 + 3);
        // Of three elements, 5 % and 1 % are one, 25 % is one, 50 % are two.
        let divisions: Vec<Vec<usize>> =
            file.stages.iter().map(|s| space(3).division(s).0).collect();
        assert_eq!(
            divisions,
            [vec![3], vec![1, 3], vec![1, 3], vec![1, 3], vec![1, 2, 3]]
        );
        assert_eq!(space(3).candidates(&file).len(), 1 + 3 * 2 * 3);
        assert_eq!(space(100).candidates(&file).len(), 1 + 5 * 2 * 3);
    }

    #[test]
    fn the_last_stage_comes_to_all() {
        let file = SearchFile::default();
        for candidate in space(3).candidates(&file) {
            if let Some(stages) = space(3).stages(&candidate) {
                assert_eq!(stages.last().expect("a stage").select.percent, Some(100.0));
            }
        }
    }
}
