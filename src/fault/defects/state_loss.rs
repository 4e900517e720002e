//! The new version forgets contexts when it starts: the element is well, its devices are not.
//!
//! Real case: NTT DOCOMO, 14 October 2021: a change that was rolled back made devices register their
//! location anew all at once, and the storm, not the change, was the outage.
//!
//! Invariant: nothing remains to be rolled back; a rollback brings no context back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::Share;
use crate::topology::NodeKind;

use super::local;
use crate::fault::{Defect, Effect, FaultSpec, Trigger};

/// The new version drops a share of the contexts that its element holds when it starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StateLoss {
    /// Share of the contexts that are dropped.
    pub share: Share,
}

impl Default for StateLoss {
    fn default() -> Self {
        Self { share: Share::ALL }
    }
}

impl Defect for StateLoss {
    fn fault(&self) -> FaultSpec {
        let effects = vec![Effect::DropContexts(self.share)];
        FaultSpec {
            hurts: vec![NodeKind::Amf, NodeKind::Mme, NodeKind::Ims],
            ..local("state-loss", Trigger::OnLoad, effects)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, small_network};
    use crate::network::{Command, ElementStatus};

    #[test]
    fn contexts_go_once_and_the_element_stays_up() {
        let mut bench = Bench::new(small_network(), 1);
        let node = bench.node("amf-a1");
        let share = Share::of(0.3);
        bench.inject(StateLoss { share }.fault(), &[node], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(3600.0));
        bench.remove_origin(node);
        bench.run_until(SimTime::from_secs(7200.0));
        assert_eq!(bench.commands(), [Command::DropContexts { node, share }]);
        assert_eq!(bench.status(node), ElementStatus::Up);
    }
}
