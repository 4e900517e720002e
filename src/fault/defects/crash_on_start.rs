//! The new version does not always start: the baseline that every gate catches.
//!
//! Real case: the everyday failed upgrade; `CrowdStrike`, 19 July 2024, is the one where no restart could
//! help because the fault struck at every boot.
//!
//! Invariant: nothing spreads; only load moves to the mates of the element that is down.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, Share, Span};

use super::{local, restarts};
use crate::fault::{Defect, Effect, FaultSpec, Removal, Trigger};

/// The new version fails to start, on some elements or on all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CrashOnStart {
    /// Probability that one start fails.
    pub probability: Share,
    /// How often an element tries again by itself before it stays down.
    pub restarts: u32,
    /// Time that one restart takes.
    pub restart_time: Delay,
}

impl Default for CrashOnStart {
    fn default() -> Self {
        Self {
            probability: Share::ALL,
            restarts: 3,
            restart_time: Delay::Fixed(Span::from_minutes(5)),
        }
    }
}

impl Defect for CrashOnStart {
    fn fault(&self) -> FaultSpec {
        let effects = vec![Effect::Crash, Effect::DropContexts(Share::ALL)];
        let base = local("crash-on-start", Trigger::OnLoad, effects);
        FaultSpec {
            strikes: self.probability,
            removal: Removal {
                by_itself: Some(restarts(self.restart_time, Some(self.restarts))),
                ..base.removal
            },
            ..base
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::fault::testing::{Bench, small_network};
    use crate::network::ElementStatus;

    #[test]
    fn it_stays_down_after_the_last_restart_until_it_is_rolled_back() {
        let mut bench = Bench::new(small_network(), 1);
        let amf = bench.node("amf-a1");
        bench.inject(CrashOnStart::default().fault(), &[amf], SimTime::ZERO);
        bench.run_until(SimTime::from_secs(86_400.0));
        assert_eq!(bench.status(amf), ElementStatus::Down);
        assert_eq!(bench.count("restart-failed"), 3);
        bench.remove_origin(amf);
        assert_eq!(bench.status(amf), ElementStatus::Up);
    }

    #[test]
    fn a_lucky_restart_brings_it_back_for_good() {
        let mut down = 0;
        for seed in 0..400 {
            let mut bench = Bench::new(small_network(), seed);
            let amf = bench.node("amf-a1");
            let defect = CrashOnStart {
                probability: Share::of(0.5),
                ..CrashOnStart::default()
            };
            bench.inject(defect.fault(), &[amf], SimTime::ZERO);
            bench.run_until(SimTime::from_secs(86_400.0));
            down += u32::from(bench.status(amf) == ElementStatus::Down);
        }
        // Four failed starts in a row: 1 in 16, 25 of 400, standard deviation 4.8.
        assert!((6..=44).contains(&down), "{down}");
    }
}
