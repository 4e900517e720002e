//! Plan lint: what history says is dangerous about a change that could run all the same.
//!
//! A rule reads the plan as an engineer at the change board would: the scenario's own words, the
//! elements that each stage takes, how telemetry is collected. Adding one is one file under `rules` and
//! one line in its table.
//!
//! Invariant: never reads the defect, for whoever writes a plan does not know it; never stops a run.

mod rules;
mod spec;

#[cfg(test)]
mod testing;

use crate::base::{NodeId, WallClock};
use crate::change::{ChangeSpec, RolloutSpec};
use crate::topology::Topology;

use super::file::ScenarioFile;
use super::problem::Problems;

pub use spec::{LintSpec, Silence};

/// A rule of the plan lint.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name in warnings and in `lint.silence`.
    pub id: &'static str,
    /// What it warns of, in a line.
    pub what: &'static str,
    /// The event that taught it, with its source.
    pub incident: &'static str,
    /// Why it is dangerous, and what to do instead.
    pub explanation: &'static str,
    check: fn(&Subject<'_>) -> Vec<Remark>,
}

/// What rules read.
#[derive(Clone, Copy, Debug)]
struct Subject<'a> {
    file: &'a ScenarioFile,
    change: &'a ChangeSpec,
    rollout: &'a RolloutSpec,
    topology: &'a Topology,
    clock: &'a WallClock,
    /// The elements of each stage.
    plan: &'a [Vec<NodeId>],
}

/// One thing that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Remark {
    /// Which value: `rollout.stages[0].soak`.
    path: String,
    /// What is dangerous about it.
    found: String,
    /// What would mend it.
    remedy: String,
}

impl Remark {
    fn new(path: impl Into<String>, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            found: found.into(),
            remedy: remedy.into(),
        }
    }
}

impl Subject<'_> {
    /// The first stage after which every target has the new version: its place.
    fn last_stage(&self) -> usize {
        let mut stages = self.plan.iter();
        stages
            .rposition(|nodes| !nodes.is_empty())
            .unwrap_or_default()
    }

    /// Number of elements that the change is meant for.
    fn targets(&self) -> usize {
        self.plan.iter().map(Vec::len).sum()
    }
}

/// Every rule, in the order of their explanation.
pub fn rules() -> &'static [Rule] {
    rules::RULES
}

/// A change with the elements of its stages.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    /// What stands before its paths: `concurrent[0].`.
    pub(super) prefix: String,
    pub(super) change: ChangeSpec,
    pub(super) rollout: RolloutSpec,
    pub(super) plan: Vec<Vec<NodeId>>,
}

/// Warn of everything that is dangerous about the changes of a scenario and not silenced in it.
pub(super) fn lint(
    file: &ScenarioFile,
    topology: &Topology,
    clock: &WallClock,
    planned: &[Planned],
    problems: &mut Problems,
) {
    if planned.is_empty() {
        return;
    }
    for rule in rules() {
        let remarks = planned.iter().flat_map(|planned| {
            let subject = Subject {
                file,
                change: &planned.change,
                rollout: &planned.rollout,
                topology,
                clock,
                plan: &planned.plan,
            };
            let prefixed = move |remark: Remark| Remark {
                path: format!("{}{}", planned.prefix, remark.path),
                ..remark
            };
            (rule.check)(&subject).into_iter().map(prefixed)
        });
        tell(file, rule, remarks.collect(), problems);
    }
}

/// Tell what a rule found, unless it is silenced.
fn tell(file: &ScenarioFile, rule: &Rule, remarks: Vec<Remark>, problems: &mut Problems) {
    let silence = file.lint.silence.iter().position(|s| s.rule == rule.id);
    match silence {
        // What is set from outside may be what leaves it nothing to say.
        Some(index) if remarks.is_empty() && !problems.has_overrides() => problems.warn(
            &format!("lint.silence[{index}]"),
            format!("{}, which has nothing to say here", rule.id),
            "no such entry",
        ),
        Some(_) => {}
        None => remarks.into_iter().for_each(|remark| {
            problems.remark(rule.id, &remark.path, remark.found, remark.remedy);
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_says_why() {
        let mut ids: Vec<_> = rules().iter().map(|rule| rule.id).collect();
        assert!(ids.len() >= 10);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), rules().len());
        for rule in rules() {
            let year = |text: &str| text.contains("20") || text.contains("19");
            assert!(
                year(rule.incident),
                "{}: an incident with its year",
                rule.id
            );
            assert!(rule.explanation.len() > 100, "{}", rule.id);
        }
    }

    #[test]
    fn a_silenced_rule_says_nothing_and_an_idle_silence_is_noticed() {
        let silenced = "lint: {silence: [{rule: unpaced-rollback, reason: a test}]}\n";
        let idle = "lint: {silence: [{rule: certificate-ends, reason: a test}]}\n";
        let plan = "change: {target: {kinds: [amf]}}\n";
        let has = |text: &str, what: &str| {
            let told = testing::told(text);
            told.iter().any(|line| line.contains(what))
        };
        assert!(has(plan, "[unpaced-rollback]"));
        assert!(!has(&format!("{plan}{silenced}"), "unpaced-rollback"));
        assert!(has(&format!("{plan}{idle}"), "nothing to say here"));
    }

    #[test]
    fn a_warning_names_place_rule_and_remedy() {
        let told = testing::told(
            "change:\n  target: {kinds: [amf]}\nrollout:\n  rollback:\n    per_node: 5m\n    needs: [in-band]\n",
        );
        let line = told
            .iter()
            .find(|line| line.contains("[in-band-rollback]"))
            .expect("it is told");
        assert!(
            line.starts_with("plan:6:12: warning [in-band-rollback]: rollout.rollback.needs: ")
        );
        assert!(line.contains("oob-access"), "{line}");
    }

    #[test]
    fn an_unknown_rule_and_a_missing_reason_are_errors() {
        let text = "lint: {silence: [{rule: no-such-rule, reason: a test}, {rule: slow-gate, reason: ''}]}\n";
        let errors = testing::errors(text);
        assert!(errors[0].contains("no-such-rule"), "{errors:?}");
        assert!(errors.iter().any(|e| e.contains("reason")), "{errors:?}");
    }

    #[test]
    fn without_a_change_there_is_nothing_to_say() {
        assert_eq!(testing::told("seed: 2\n"), Vec::<String>::new());
    }
}
