//! A false base station draws phones to itself and refuses them, with a cause that they keep; or a jammer
//! silences towers.
//!
//! MITRE `FiGHT` FGT1642.501 (spoofed broadcast), FGT1583.501 (false base station), FGT1499.503, FGT5035
//! (radio degradation), FGT1562.501 (bidding down); ATT&CK T1464.
//! Real case: Shaik, Borgaonkar, Asokan, Niemi, Seifert, "Practical attacks against privacy and availability
//! in 4G/LTE mobile communication systems" (NDSS 2016): a reject without integrity protection keeps a
//! phone off the network until it is restarted.
//!
//! Invariant: the core answers nobody and counts nothing of it; nothing beyond the towers in range is hurt.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::selection::towers;
use crate::attack::{Act, Census, Field, Happening};
use crate::base::{Delay, Share, SimTime, Span};
use crate::fault::{
    Afterwards, Effect, EffectTiming, FaultSpec, Finding, OriginRemoved, Removal, Trigger,
};
use crate::network::{Cause, Command};
use crate::topology::{NodeKind, Selector, Topology};

/// A false base station refuses phones, or a jammer silences towers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RogueBaseStation {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long it lasts.
    pub duration: Span,
    /// The towers in range.
    pub select: Selector,
    /// What it does.
    pub mode: RadioAttack,
    /// Share of the phones in range that fall for it in a minute, while it is on.
    pub per_minute: Share,
    /// The sticky cause with which it refuses: 3 illegal UE, 7 no EPS services, 11 PLMN not allowed …
    pub cause: Cause,
    /// Share of the minutes in which it is on.
    pub duty: Share,
}

/// What happens on the radio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RadioAttack {
    /// A false base station refuses phones.
    #[default]
    Refuse,
    /// A jammer: no phone hears the towers.
    Jam,
}

const STEP: Span = Span::from_secs(60);

impl Default for RogueBaseStation {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(1),
            select: Selector {
                kinds: vec![NodeKind::Tower],
                count: Some(1),
                ..Selector::default()
            },
            mode: RadioAttack::Refuse,
            per_minute: Share::of(0.05),
            cause: Cause::ILLEGAL_UE,
            duty: Share::ALL,
        }
    }
}

impl RogueBaseStation {
    /// The fault by which towers are not heard.
    fn jamming(&self) -> FaultSpec {
        FaultSpec {
            kind: "rogue-base-station",
            techniques: self.techniques(),
            trigger: Trigger::OnLoad,
            spread: Vec::new(),
            contained: Share::NONE,
            timing: EffectTiming::After(Delay::ZERO),
            strikes: Share::ALL,
            hurts: vec![NodeKind::Tower],
            alters: false,
            effects: vec![Effect::Crash],
            removal: Removal {
                by_itself: None,
                origin_removed: OriginRemoved::OthersStay,
                restored: Afterwards::Retriggers,
                restore_factor: 1.0,
            },
        }
    }

    /// One minute of a false base station, if it is on.
    fn refuse(&self, minute: f64, field: &mut Field<'_>) {
        // On in `duty` of the minutes, evenly: whenever the running total passes a whole number.
        let on = libm::floor((minute + 1.0) * self.duty.get() + 1e-9)
            > libm::floor(minute * self.duty.get() + 1e-9);
        if on {
            let towers = towers(&self.select, field.port.topology());
            let (share, cause) = (self.per_minute, self.cause);
            let refuse = Command::RefuseDevices {
                towers,
                share,
                cause,
            };
            field.port.command(refuse);
        }
    }
}

impl Happening for RogueBaseStation {
    fn kind(&self) -> &'static str {
        "rogue-base-station"
    }

    fn techniques(&self) -> &'static str {
        "FGT1642.501, FGT1583.501, FGT1499.503, FGT5035, FGT1562.501; T1464"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let now = field.port.now();
        let running = now.since(field.began);
        let towers = towers(&self.select, field.port.topology());
        match act {
            Act::End => field.withdraw(&towers),
            Act::Enter if self.mode == RadioAttack::Jam => {
                field.inject(self.jamming(), &towers);
                return vec![(now + self.duration, Act::End)];
            }
            _ if running >= self.duration => return vec![(now, Act::End)],
            _ => {
                self.refuse(running.as_secs_f64() / STEP.as_secs_f64(), field);
                return vec![(now + STEP, Act::Step)];
            }
        }
        Vec::new()
    }

    fn findings(&self, _: &Census, topology: &Topology) -> Vec<Finding> {
        let mut findings = Vec::new();
        if towers(&self.select, topology).is_empty() {
            let allowed = "a selector of at least one tower";
            findings.push(("select".into(), "no tower".into(), allowed.into()));
        }
        if !self.cause.is_sticky() {
            let allowed = "a cause that phones keep: 3, 6, 7, 8 or 11";
            findings.push(("cause".into(), self.cause.0.to_string(), allowed.into()));
        }
        findings
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"per_minute": 0.1, "select": {"kinds": ["tower"], "count": 8}}}"#,
            r#"{"of": {"mode": "jam", "select": {"kinds": ["tower"], "count": 8}}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;
    use crate::network::ElementStatus;

    #[test]
    fn phones_in_range_are_refused_in_its_minutes_and_the_core_is_left_alone() {
        let attack = serde_json::json!({
            "kind": "rogue-base-station", "start": "5m", "duration": "20m", "duty": 0.25,
            "select": {"names": ["tower-a1"]}, "cause": 11
        });
        let mut range = Range::new(&[attack], 1);
        range.run_until(60.0);
        let towers = vec![range.node("tower-a1")];
        let times: Vec<f64> = range
            .commands()
            .into_iter()
            .map(|(at, command)| {
                let Command::RefuseDevices {
                    towers: found,
                    cause,
                    ..
                } = command
                else {
                    unreachable!("{command:?}")
                };
                assert_eq!((found, cause), (towers.clone(), Cause::PLMN_NOT_ALLOWED));
                at
            })
            .collect();
        assert_eq!(times, [8.0, 12.0, 16.0, 20.0, 24.0]);
    }

    #[test]
    fn a_jammed_tower_is_silent_until_the_jammer_is_off() {
        let attack = serde_json::json!({
            "kind": "rogue-base-station", "mode": "jam", "duration": "30m",
            "select": {"names": ["tower-*"]}
        });
        let mut range = Range::new(&[attack], 1);
        range.run_until(10.0);
        assert_eq!(range.status("tower-b1"), ElementStatus::Down);
        range.restore(range.node("tower-b1"));
        assert_eq!(
            range.status("tower-b1"),
            ElementStatus::Down,
            "nobody can repair it"
        );
        range.run_until(31.0);
        assert_eq!(range.status("tower-b1"), ElementStatus::Up);
    }

    #[test]
    fn causes_that_are_retried_are_refused() {
        let attack = RogueBaseStation {
            cause: Cause::CONGESTION,
            ..RogueBaseStation::default()
        };
        let topology = crate::fault::testing::small_network();
        assert_eq!(attack.findings(&Range::census(), &topology)[0].0, "cause");
    }
}
