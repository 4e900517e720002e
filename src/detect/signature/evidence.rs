//! What the features look at: series and facts as the operator has them at one instant.
//!
//! Invariant: plain values; whatever is here could have been typed in by hand from the operator's
//! screens.

use crate::base::NodeId;
use crate::fault::ChangeStep;

use super::element::Element;
use super::statistics::{count, gini, median};

/// The network in one period; counts at full scale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pace {
    /// When the period ended, in seconds.
    pub at_s: f64,
    /// Initial registrations that arrived at AMF and MME.
    pub requests: f64,
    /// Those that they accepted.
    pub accepted: f64,
    /// Those that they rejected, by cause ([`crate::telemetry::CAUSE_WORDS`]).
    pub rejected: Vec<f64>,
    /// Contexts that ended there: by their devices, by the subscriber database, by the element itself.
    pub detached: [f64; 3],
    /// Calls attempted and blocked, emergency calls attempted and blocked; none if no region has reported.
    pub calls: Option<[f64; 4]>,
    /// Registered subscribers; none if no region has reported.
    pub registered: Option<f64>,
    /// Subscribers known.
    pub subscribers: Option<f64>,
}

/// A line of a change record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When, in seconds.
    pub at_s: f64,
    /// What it says.
    pub step: ChangeStep,
    /// Of which element.
    pub node: Option<NodeId>,
}

/// A session on an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Session {
    /// When, in seconds.
    pub at_s: f64,
    /// Whether a change record explains it.
    pub has_ticket: bool,
}

/// Signalling connections of all towers, in the first report of each and in its newest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TowerLoad {
    /// In all first reports.
    pub usual: f64,
    /// In all newest reports.
    pub now: f64,
    /// Gini's coefficient of what each tower has beyond its first; none if no tower has, or there is but
    /// one.
    pub excess_gini: Option<f64>,
    /// Share of the towers that had so many connections in their first report that it is no luck that they
    /// have none in their newest; none if no tower had so many.
    pub silent: Option<f64>,
}

/// Connections, as simulated, of which it is no luck that none is left: one in 20,000 if the mean stays.
const BUSY: f64 = 10.0;

impl TowerLoad {
    /// The load of so many towers with these first and newest counts, of a run at this scale.
    pub fn of(towers: usize, scale: f64, pairs: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut excess = Vec::with_capacity(towers);
        let (mut usual, mut now) = (0.0, 0.0);
        let (mut busy, mut silent) = (0, 0);
        for (first, newest) in pairs {
            let is_busy = first * scale >= BUSY;
            busy += usize::from(is_busy);
            silent += usize::from(is_busy && newest <= 0.0);
            usual += first;
            now += newest;
            excess.push((newest - first).max(0.0));
        }
        Self {
            usual,
            now,
            excess_gini: gini(excess),
            silent: (busy > 0).then(|| count(silent) / count(busy)),
        }
    }
}

/// All that is known at one instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// The instant, in seconds.
    pub now_s: f64,
    /// Simulated devices per device: what counts are multiples of, for judging luck.
    pub scale: f64,
    /// The network period by period, oldest first.
    pub paces: Vec<Pace>,
    /// Every core element that reports.
    pub elements: Vec<Element>,
    /// Signalling connections of towers; none before a region has reported them twice.
    pub towers: Option<TowerLoad>,
    /// Registered subscribers of each region that has reported: in its first report, and in its newest.
    pub regions: Vec<(f64, f64)>,
    /// Lines of change records; none if the contract has none.
    pub ledger: Option<Vec<Step>>,
    /// Sessions; none if the contract has no management log.
    pub sessions: Option<Vec<Session>>,
    /// Whether each hash that was read matched; none if the contract has no hashes.
    pub hashes: Option<Vec<bool>>,
    /// Sources that have ever reported, and those of them that still do.
    pub sources: (usize, usize),
}

/// Periods that a baseline is taken over, from the start: at least, and at most (assumed).
const BASELINE: (usize, usize) = (3, 8);
/// What the counts of a period differ by through luck alone: five standard deviations of a Poisson count.
const LUCK: f64 = 5.0;
/// Share of the subscribers whose loss is harm (assumed).
const HARM: f64 = 0.01;

impl Evidence {
    /// The usual value of something, from the first periods; none before there are three.
    pub fn baseline(&self, of: impl Fn(&Pace) -> Option<f64>) -> Option<f64> {
        let first = self.paces.iter().filter_map(of).take(BASELINE.1);
        let first: Vec<f64> = first.collect();
        (first.len() >= BASELINE.0).then(|| median(&first))?
    }

    /// Share of the usually registered subscribers that are missing, period by period; empty without a
    /// baseline.
    pub fn harm(&self) -> Vec<(f64, f64)> {
        let Some(usual) = self.baseline(|pace| pace.registered).filter(|&u| u > 0.0) else {
            return Vec::new();
        };
        let harm = |pace: &Pace| {
            let missing = 1.0 - pace.registered? / usual;
            Some((pace.at_s, missing.clamp(0.0, 1.0)))
        };
        self.paces.iter().filter_map(harm).collect()
    }

    /// Whether a share of the subscribers that is missing is more than luck and more than nothing.
    pub fn is_harm(&self, missing: f64) -> bool {
        let usual = self.baseline(|pace| pace.registered).unwrap_or(0.0);
        missing >= HARM && missing * usual * self.scale >= 2.0 * LUCK
    }

    /// When requests were first twice as many as usual, beyond luck.
    pub fn requests_rose_s(&self) -> Option<f64> {
        let usual = self.baseline(|pace| Some(pace.requests))? * self.scale;
        let bound = 2.0 * usual + LUCK * libm::sqrt(usual + 1.0);
        let rose = |pace: &&Pace| pace.requests * self.scale > bound;
        self.paces.iter().find(rose).map(|pace| pace.at_s)
    }

    /// When the share of requests that are accepted, or the number of accepts, was first down by a tenth
    /// (the number: by half), beyond luck.
    pub fn success_fell_s(&self) -> Option<f64> {
        let requests = self.baseline(|pace| Some(pace.requests))?;
        let accepted = self.baseline(|pace| Some(pace.accepted))?;
        let usual = if requests > 0.0 {
            accepted / requests
        } else {
            1.0
        };
        let beyond_luck = |expected: f64, found: f64| {
            (expected - found) * self.scale > LUCK * libm::sqrt(expected * self.scale + 1.0)
        };
        let fell = |pace: &&Pace| {
            let expected = pace.requests * usual;
            let share = pace.accepted < 0.9 * expected && beyond_luck(expected, pace.accepted);
            share || pace.accepted < 0.5 * accepted && beyond_luck(accepted, pace.accepted)
        };
        self.paces.iter().find(fell).map(|pace| pace.at_s)
    }

    /// When the operator could first see that something is wrong.
    pub fn onset_s(&self) -> Option<f64> {
        let harm = self.harm();
        let harm = harm.iter().find(|(_, missing)| self.is_harm(*missing));
        let first = [
            self.requests_rose_s(),
            self.success_fell_s(),
            harm.map(|(at_s, _)| *at_s),
        ];
        first.into_iter().flatten().min_by(f64::total_cmp)
    }

    /// The elements that have failed, in the order of failure.
    pub fn failed(&self) -> Vec<(&Element, f64)> {
        let failed = self.elements.iter();
        let mut failed: Vec<_> = failed
            .filter_map(|element| Some((element, element.failed_s?)))
            .collect();
        failed.sort_by(|a, b| a.1.total_cmp(&b.1));
        failed
    }

    /// When an element was installed according to the change records; none if none says so.
    pub fn installed_s(&self, node: NodeId) -> Option<f64> {
        let steps = self.ledger.as_ref()?.iter();
        let installed =
            |step: &&Step| step.step == ChangeStep::Installed && step.node == Some(node);
        steps
            .clone()
            .find(|step| installed(step))
            .map(|step| step.at_s)
    }

    /// When a change record first says this.
    pub fn first_step_s(&self, wanted: ChangeStep) -> Option<f64> {
        let mut steps = self.ledger.as_ref()?.iter();
        steps.find(|step| step.step == wanted).map(|step| step.at_s)
    }

    /// The newest `periods` periods added up; none if there are none.
    pub fn recent(&self, periods: usize) -> Option<Pace> {
        let from = self.paces.len().saturating_sub(periods);
        let recent = &self.paces[from..];
        let last = recent.last()?;
        let mut sum = Pace {
            rejected: vec![0.0; last.rejected.len()],
            requests: 0.0,
            accepted: 0.0,
            detached: [0.0; 3],
            calls: None,
            ..last.clone()
        };
        for pace in recent {
            sum.requests += pace.requests;
            sum.accepted += pace.accepted;
            if let Some(of_one) = pace.calls {
                let total = sum.calls.get_or_insert([0.0; 4]);
                (0..4).for_each(|place| total[place] += of_one[place]);
            }
            for (total, of_one) in sum.detached.iter_mut().zip(pace.detached) {
                *total += of_one;
            }
            for (total, of_one) in sum.rejected.iter_mut().zip(&pace.rejected) {
                *total += of_one;
            }
        }
        Some(sum)
    }

    /// Share of the subscribers that were missing on average between two instants; none if no period
    /// ended there.
    pub fn mean_harm(&self, from_s: f64, to_s: f64) -> Option<f64> {
        let harm = self.harm();
        let within = harm
            .iter()
            .filter(|(at_s, _)| (from_s..=to_s).contains(at_s));
        let within: Vec<f64> = within.map(|(_, missing)| *missing).collect();
        (!within.is_empty()).then(|| within.iter().sum::<f64>() / count(within.len()))
    }

    /// The loss of subscribers so long after the first such step of the rollout, as a multiple of that at the
    /// step; or why it is not known.
    pub fn harm_left(&self, step: ChangeStep, wait_s: f64) -> Result<f64, HarmUnknown> {
        if self.ledger.is_none() {
            return Err(HarmUnknown::Said("no change records"));
        }
        let at_s = self.first_step_s(step).ok_or(HarmUnknown::NoStep)?;
        if self.now_s < at_s + wait_s {
            return Err(HarmUnknown::TooEarly);
        }
        let before = self.mean_harm(at_s - 120.0, at_s);
        let after = self.mean_harm(at_s + wait_s - 120.0, at_s + wait_s);
        let (Some(before), Some(after)) = (before, after) else {
            return Err(HarmUnknown::Said("no subscribers are reported"));
        };
        if !self.is_harm(before) && !self.is_harm(after) {
            return Err(HarmUnknown::Said("nobody is missing"));
        }
        Ok(after / before.max(1e-6))
    }

    /// When each changed element was changed and when it failed after that; `None` without change records.
    pub fn failed_since_change(&self) -> Option<Vec<(f64, f64)>> {
        self.ledger.as_ref()?;
        let pairs = self.failed().into_iter().filter_map(|(element, failed_s)| {
            let installed_s = self.installed_s(element.node)?;
            (installed_s <= failed_s).then_some((installed_s, failed_s))
        });
        Some(pairs.collect())
    }
}

/// Why it is not known what a step did to the harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HarmUnknown {
    /// There was no such step.
    NoStep,
    /// It is too early after it.
    TooEarly,
    /// Anything else, in words.
    Said(&'static str),
}

#[cfg(test)]
pub(super) mod testing {
    use super::{ChangeStep, Element, Evidence, NodeId, Pace, Step};

    /// A minute in which so many asked and so many were accepted; all of 100,000 are registered.
    pub(crate) fn minute(minute: u32, requests: f64, accepted: f64) -> Pace {
        Pace {
            at_s: 60.0 * f64::from(minute),
            requests,
            accepted,
            rejected: vec![0.0; crate::telemetry::CAUSE_WORDS.len()],
            detached: [50.0, 0.0, 0.0],
            calls: Some([400.0, 4.0, 20.0, 0.0]),
            registered: Some(100_000.0),
            subscribers: Some(100_000.0),
        }
    }

    /// Minutes with these requests and accepts, after ten in which all 200 requests succeed.
    pub(crate) fn after_quiet(minutes: &[(f64, f64)]) -> Evidence {
        let quiet = std::iter::repeat_n(&(200.0, 200.0), 10);
        let all = quiet.chain(minutes).zip(1..);
        evidence(
            all.map(|(&(asked, accepted), at)| minute(at, asked, accepted))
                .collect(),
        )
    }

    /// Minutes in which this share of the subscribers is missing, after ten in which none is.
    pub(crate) fn with_harm(missing: &[f64]) -> Evidence {
        let quiet = std::iter::repeat_n(&0.0, 10);
        let all = quiet.chain(missing).zip(1..);
        let pace = |(missing, at): (&f64, u32)| Pace {
            registered: Some(100_000.0 * (1.0 - missing)),
            ..minute(at, 200.0, 200.0)
        };
        evidence(all.map(pace).collect())
    }

    /// The same, with one step of the rollout at the end of the thirteenth minute.
    pub(crate) fn with_step(step: ChangeStep, missing: &[f64]) -> Evidence {
        Evidence {
            ledger: Some(vec![Step {
                at_s: 780.0,
                step,
                node: None,
            }]),
            ..with_harm(missing)
        }
    }

    /// Elements that were changed, and failed, at these instants.
    pub(crate) fn changed_and_failed(pairs: &[(f64, f64)]) -> Evidence {
        let numbered = || pairs.iter().zip(0..);
        let step = |(pair, node): (&(f64, f64), u32)| Step {
            at_s: pair.0,
            step: ChangeStep::Installed,
            node: Some(NodeId(node)),
        };
        let element = |(pair, node): (&(f64, f64), u32)| Element {
            node: NodeId(node),
            failed_s: Some(pair.1),
            ..Element::default()
        };
        Evidence {
            ledger: Some(numbered().map(step).collect()),
            elements: numbered().map(element).collect(),
            ..Evidence::default()
        }
    }

    pub(crate) fn evidence(paces: Vec<Pace>) -> Evidence {
        Evidence {
            now_s: paces.last().map_or(0.0, |pace| pace.at_s),
            scale: 1.0,
            paces,
            ..Evidence::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{after_quiet, evidence, minute, with_harm};
    use super::*;

    #[test]
    fn quiet_minutes_have_no_onset() {
        assert_eq!(
            after_quiet(&[(230.0, 228.0), (170.0, 170.0)]).onset_s(),
            None
        );
        assert_eq!(
            Evidence::default().onset_s(),
            None,
            "nothing has been reported"
        );
        let two = evidence(vec![minute(1, 9.0, 9.0), minute(2, 9_000.0, 0.0)]);
        assert_eq!(two.onset_s(), None, "there is no baseline yet");
    }

    #[test]
    fn the_onset_is_the_first_sign_of_any_kind() {
        assert_eq!(with_harm(&[0.0, 0.2]).onset_s(), Some(720.0));
        assert_eq!(after_quiet(&[(200.0, 100.0)]).onset_s(), Some(660.0));
        assert_eq!(after_quiet(&[(800.0, 800.0)]).onset_s(), Some(660.0));
        assert_eq!(
            after_quiet(&[(0.0, 0.0)]).onset_s(),
            Some(660.0),
            "nobody asks"
        );
    }

    #[test]
    fn what_luck_explains_is_no_sign() {
        let mut few = after_quiet(&[(200.0, 100.0)]);
        few.scale = 0.01;
        assert_eq!(
            few.onset_s(),
            None,
            "two requests were simulated, one failed"
        );
    }
}
