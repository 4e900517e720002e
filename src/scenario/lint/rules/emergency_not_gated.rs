//! Gates look at everything but the calls that matter most.
//!
//! Invariant: a plan without gates has another warning.

use crate::telemetry::Metric;

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "emergency-not-gated",
    what: "no gate looks at emergency calls",
    incident: "Optus, 18 September 2025: after a firewall upgrade only calls to 000 failed, for thirteen \
               hours, while every other indicator was normal.",
    explanation: "Emergency calls take a path of their own (another APN, an emergency CSCF, other routing \
                  to the answering point) and are one in thousands of calls, so that overall success \
                  rates do not show their loss. Give a gate the metric emergency-call-success-rate or \
                  emergency-calls-blocked, with min_samples low enough to see them, or place test calls.",
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let stages = subject.rollout.stages.iter();
    let gates: Vec<&str> = stages
        .flat_map(|stage| &stage.gates)
        .map(|gate| gate.metric.as_str())
        .collect();
    let looks = |name: &&str| {
        matches!(
            Metric::parse(name),
            Ok(Metric::EmergencyCallAttempts
                | Metric::EmergencyCallsBlocked
                | Metric::EmergencyCallSuccessRate)
        )
    };
    if gates.is_empty() || gates.iter().any(looks) {
        return Vec::new();
    }
    let found = format!("gates on {}, none on emergency calls", gates.join(", "));
    let remedy = "a gate on emergency-call-success-rate";
    vec![Remark::new("rollout.stages", found, remedy)]
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::places;

    #[test]
    fn one_gate_on_emergency_calls_is_enough() {
        let plan = |metrics: &[&str]| {
            let gate = |m: &&str| format!("{{metric: {m}, success: '>= 0.9'}}");
            let gates: Vec<String> = metrics.iter().map(gate).collect();
            let text = format!(
                "change: {{target: {{kinds: [amf]}}}}\nrollout: {{stages: [{{gates: [{}]}}]}}\n",
                gates.join(", ")
            );
            places("emergency-not-gated", &text)
        };
        let none = Vec::<String>::new();
        assert_eq!(plan(&["RSR"]), ["rollout.stages"]);
        assert_eq!(plan(&["RSR", "emergency-call-success-rate"]), none);
        assert_eq!(plan(&[]), none);
    }
}
