//! Malware spreads from device to device, and in the end makes the devices useless.
//!
//! MITRE `FiGHT` FGT1203.501, FGT1642.502; ATT&CK T1210 (exploitation of remote services), T1495 (firmware
//! corruption).
//! Real cases: Windstream, 25-27 October 2023 ("Pumpkin Eclipse"): more than 600,000 routers of three models
//! useless within 72 hours, while users blamed a bad update; Deutsche Telekom, November 2016 (Mirai).
//!
//! Invariant: the infected follow the logistic curve of a well-mixed population; who is infected earlier is
//! destroyed earlier; the destroyed stay so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Census, Field, Happening};
use crate::base::{PerSecond, Share, SimTime, Span};
use crate::fault::Finding;
use crate::network::{Command, Flood};
use crate::topology::Topology;

/// Malware spreads among devices and destroys them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IotWorm {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long it spreads.
    pub duration: Span,
    /// Classes of device that it can infect; none: all.
    pub classes: Vec<String>,
    /// Share of them that are vulnerable.
    pub vulnerable: Share,
    /// Share of the vulnerable that are infected at the start.
    pub first: Share,
    /// Time in which the infected double at first: the contact rate.
    pub doubling: Span,
    /// From the infection until a device is destroyed; none: it is not.
    pub destroyed_after: Option<Span>,
    /// Registration requests per infected device and second, as its search for others wakes the radio.
    pub rate_per_device: PerSecond,
}

const STEP: Span = Span::from_secs(60);

impl Default for IotWorm {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(12),
            classes: Vec::new(),
            vulnerable: Share::of(0.1),
            first: Share::of(0.001),
            doubling: Span::from_minutes(30),
            destroyed_after: Some(Span::from_hours(2)),
            rate_per_device: PerSecond::of(0.01),
        }
    }
}

impl IotWorm {
    /// Share of all devices in scope that were infected so long after the beginning.
    fn infected(&self, running: Span) -> Share {
        let growth = core::f64::consts::LN_2 / self.doubling.as_secs_f64().max(1.0);
        let first = self.first.get().max(1e-9);
        let rest = (1.0 / first - 1.0) * libm::exp(-growth * running.as_secs_f64());
        Share::new(self.vulnerable.get() / (1.0 + rest)).unwrap_or(Share::NONE)
    }

    fn spread(&self, running: Span, field: &mut Field<'_>) {
        let first = u32::try_from(field.index * 1_000).expect("a scenario has few attacks");
        for (id, scope) in (first..).zip(field.census.scopes(&self.classes, &[])) {
            let flood = Flood {
                scope: scope.clone(),
                share: self.infected(running),
                rate_per_device: self.rate_per_device,
                ramp: Span::ZERO,
                obeys_backoff: false,
            };
            field.port.command(Command::StartFlood { id, flood });
            if let Some(after) = self.destroyed_after.filter(|&after| after <= running) {
                let share = self.infected(Span::from_us(running.as_us() - after.as_us()));
                field
                    .port
                    .command(Command::DestroyDevices { id, scope, share });
            }
        }
    }

    fn end(&self, field: &mut Field<'_>) {
        let first = u32::try_from(field.index * 1_000).expect("a scenario has few attacks");
        for (id, _) in (first..).zip(field.census.scopes(&self.classes, &[])) {
            field.port.command(Command::StopFlood { id });
        }
    }
}

impl Happening for IotWorm {
    fn kind(&self) -> &'static str {
        "iot-worm"
    }

    fn techniques(&self) -> &'static str {
        "FGT1203.501, FGT1642.502; T1210, T1495"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let now = field.port.now();
        let running = now.since(field.began);
        if act == Act::End {
            self.end(field);
            return Vec::new();
        }
        if running >= self.duration {
            return vec![(now, Act::End)];
        }
        self.spread(running, field);
        vec![(now + STEP, Act::Step)]
    }

    fn findings(&self, census: &Census, _: &Topology) -> Vec<Finding> {
        let mut findings = census.findings(&self.classes, &[]);
        if self.doubling.is_zero() {
            findings.push(("doubling".into(), "0s".into(), "a time above 0s".into()));
        }
        findings
    }

    fn cases(&self) -> &'static [&'static str] {
        &[
            r#"{"of": {"duration": "3h", "vulnerable": 0.5, "first": 0.01, "doubling": "10m", "destroyed_after": "30m"}}"#,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;

    #[test]
    fn the_infected_double_at_first_and_end_with_the_vulnerable() {
        let worm = IotWorm::default();
        let at = |minutes| worm.infected(Span::from_minutes(minutes)).get();
        assert!((at(0) - 1e-4).abs() < 1e-9);
        assert!((at(30) / at(0) - 2.0).abs() < 0.01, "{}", at(30) / at(0));
        assert!((at(3_000) - 0.1).abs() < 1e-6);
    }

    #[test]
    fn the_infected_are_destroyed_in_their_order_after_their_time() {
        let attack = serde_json::json!({
            "kind": "iot-worm", "duration": "6h", "classes": ["iot"], "destroyed_after": "1h"
        });
        let mut range = Range::new(&[attack], 1);
        range.run_until(500.0);
        let (mut infected, mut destroyed) = (Vec::new(), Vec::new());
        for (at, command) in range.commands() {
            match command {
                Command::StartFlood { flood, .. } => infected.push((at, flood.share.get())),
                Command::DestroyDevices { share, .. } => destroyed.push((at, share.get())),
                _ => {}
            }
        }
        assert_eq!((infected.len(), destroyed.len()), (360, 300));
        for ((at, share), (later, of_it)) in infected.iter().zip(&destroyed) {
            assert!((later - at - 60.0).abs() < 1e-9 && share.to_bits() == of_it.to_bits());
        }
    }
}
