//! A gate is told of the damage after it is done.
//!
//! Invariant: knows how telemetry is collected, not what it will say.

use crate::base::Span;
use crate::telemetry::{CountedOf, Metric};

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "slow-gate",
    what: "a gate's counters arrive later than the damage, or after the stage has ended",
    incident: "AT&T, 22 February 2024: three minutes from the change to a nationwide loss (FCC report of \
               22 July 2024, ¶6). Rogers, 8 July 2022: traffic at zero within two minutes (Kentik). The \
               classic performance file covers a quarter of an hour (TS 32.401) and is minutes late.",
    explanation: "A gate sees what telemetry has delivered: the granularity period plus the delay lie \
                  between the damage and the number. With a quarter of an hour a gate on the first \
                  element judges minutes in which the defect had not shown yet, and the stage is over when \
                  it does. Gate on streamed counters of a minute (telemetry.counters.preset: \
                  streaming-60s), and let every stage soak longer than its slowest counter is late.",
    check,
};

/// From AT&T's change to its nationwide loss.
const DAMAGE: Span = Span::from_minutes(3);

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let telemetry = &subject.file.telemetry;
    let mut remarks = Vec::new();
    for (s, stage) in subject.rollout.stages.iter().enumerate() {
        for (g, gate) in stage.gates.iter().enumerate() {
            let Ok(metric) = Metric::parse(&gate.metric) else {
                continue; // An error of its own.
            };
            let settings = match metric.counted_of() {
                CountedOf::Subscribers => telemetry.counters_settings(),
                CountedOf::Elements => telemetry.functions_settings(),
                CountedOf::Towers => telemetry.towers_settings(),
            };
            let age = settings.period + settings.delay.mean();
            let than = if age > stage.soak {
                format!("the soak of {}", stage.soak)
            } else if age > DAMAGE {
                format!("the {DAMAGE} that a nation took to fail")
            } else {
                continue;
            };
            let found = format!("{metric} is {age} old when it arrives, more than {than}");
            let path = format!("rollout.stages[{s}].gates[{g}].metric");
            let remedy = "counters of a minute, and a soak longer than they are late";
            remarks.push(Remark::new(path, found, remedy));
        }
    }
    remarks
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::places;

    fn plan(soak: &str, preset: &str) -> Vec<String> {
        let text = format!(
            "change: {{target: {{kinds: [amf]}}}}\nrollout: {{stages: [{{soak: {soak}, gates: [{{metric: RSR, success: '>= 0.9'}}]}}]}}\ntelemetry: {{counters: {{preset: {preset}}}}}\n"
        );
        places("slow-gate", &text)
    }

    #[test]
    fn counters_must_be_faster_than_the_damage_and_than_the_soak() {
        let gate = ["rollout.stages[0].gates[0].metric"];
        assert_eq!(plan("1h", "pm-15min"), gate);
        assert_eq!(plan("1m", "streaming-60s"), gate);
        assert_eq!(plan("1h", "streaming-60s"), Vec::<String>::new());
    }
}
