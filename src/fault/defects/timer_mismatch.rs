//! A caller waits less long than what it calls: replies that come late are thrown away, although the work
//! is done. At ordinary speed nobody sees it; once work queues, nothing gets through any more.
//!
//! Real case: KDDI, 31 December 2012 and 2 January 2013: the timer of an inner node was longer than that
//! of the outer one; replies that came two to three seconds late were discarded and sessions released
//! again and again, where a reply ordinarily takes 0.1 s; 1.8 million users, some 4.4 hours.
//!
//! Invariant: changes nothing while replies come within the caller's patience.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::Span;
use crate::topology::NodeKind;

use super::{local, not_empty};
use crate::fault::{Defect, Effect, FaultSpec, Finding, Trigger};

/// Replies of the new version come too late for its callers once work queues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TimerMismatch {
    /// How old a request may be, since its device sent it, before its caller throws the reply away.
    pub outer_timeout: Span,
    /// Kinds of element whose callers are so impatient.
    pub kinds: Vec<NodeKind>,
}

impl Default for TimerMismatch {
    fn default() -> Self {
        Self {
            outer_timeout: Span::from_secs(2),
            kinds: vec![NodeKind::Ims, NodeKind::Udm, NodeKind::Gateway],
        }
    }
}

impl Defect for TimerMismatch {
    fn fault(&self) -> FaultSpec {
        let effects = vec![Effect::Patience(self.outer_timeout)];
        FaultSpec {
            hurts: self.kinds.clone(),
            ..local("timer-mismatch", Trigger::OnLoad, effects)
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let zero = self.outer_timeout.is_zero();
        let zero = zero.then(|| {
            (
                "outer_timeout".into(),
                "0s".into(),
                "a time above 0s".into(),
            )
        });
        let kinds = not_empty("kinds", &self.kinds, "at least one kind of core function");
        kinds.into_iter().chain(zero).collect()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"change": {"target": {"kinds": ["udm"]}}, "beside": [{"kind": "neighbour-arrival", "rate": 400.0, "duration": "30m"}]}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, small_network};
    use crate::network::Command;

    #[test]
    fn the_least_patient_of_two_counts_and_each_ends_with_its_rollback() {
        let mut bench = Bench::new(small_network(), 1);
        let node = bench.node("ims");
        let defect = |seconds| TimerMismatch {
            outer_timeout: Span::from_secs(seconds),
            ..TimerMismatch::default()
        };
        let short = bench.inject(defect(1).fault(), &[node], SimTime::ZERO);
        bench.inject(defect(3).fault(), &[node], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(10.0));
        bench.remove_origin_of(short, node);
        bench.remove_origin(node);
        let set = |patience: Option<u64>| Command::SetPatience {
            node,
            patience: patience.map(Span::from_secs),
        };
        let expected = [set(Some(1)), set(Some(1)), set(Some(3)), set(None)];
        assert_eq!(bench.commands(), expected);
    }
}
