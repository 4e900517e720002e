//! The new version answers registrations with a reject: with a sticky cause, the harm outlives the
//! rollback, because devices keep the refusal until their users restart them.
//!
//! Real case: wrong causes after subscriber-data errors; behaviour per cause in TS 24.301 §5.5.1.2.5 and
//! TS 24.501 §5.5.1.2.5 (#3, #6, #7, #11 sticky; #17 and #22 retried).
//!
//! Invariant: contexts that exist stay; only initial registrations are refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::Share;
use crate::network::Cause;

use super::{NAS_KINDS, local};
use crate::fault::{Defect, Effect, FaultSpec, Trigger};

/// The new version rejects a share of initial registrations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RejectAll {
    /// The cause value: 3 illegal UE, 11 PLMN not allowed, 17 network failure, 22 congestion …
    pub cause: Cause,
    /// Share of the initial registrations that are rejected.
    pub share: Share,
}

impl Default for RejectAll {
    fn default() -> Self {
        Self {
            cause: Cause::NETWORK_FAILURE,
            share: Share::ALL,
        }
    }
}

impl Defect for RejectAll {
    fn fault(&self) -> FaultSpec {
        let effects = vec![Effect::Reject(self.cause, self.share)];
        FaultSpec {
            hurts: NAS_KINDS.to_vec(),
            ..local("reject-all", Trigger::OnLoad, effects)
        }
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"cause": 3, "share": 0.5}}"#,
            r#"{"of": {"cause": 17}}"#,
            r#"{"of": {"cause": 22}}"#,
            r#"{"of": {"cause": 111}}"#,
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
    fn it_rejects_with_its_cause_until_it_is_rolled_back() {
        let mut bench = Bench::new(small_network(), 1);
        let (node, udm) = (bench.node("mme-a2"), bench.node("udm"));
        let share = Share::of(0.4);
        let defect = RejectAll {
            cause: Cause::PLMN_NOT_ALLOWED,
            share,
        };
        bench.inject(defect.fault(), &[node, udm], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(1.0));
        bench.remove_origin(node);
        let set = |cause, share| Command::SetReject { node, cause, share };
        assert_eq!(
            bench.commands(),
            [set(Some(Cause(11)), share), set(None, Share::NONE)]
        );
    }
}
