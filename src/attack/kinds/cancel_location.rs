//! A partner network, or somebody in its place, has the registrations of subscribers cancelled, one
//! identity after the other: the phones are told to register anew.
//!
//! MITRE `FiGHT` FGT1199.501 (trusted relationship: roaming partner), FGT1557.502, FGT5012.008 (SS7 and
//! Diameter), FGT5016, FGT5042 (bypass of the signalling firewall); ATT&CK T1199.
//! Real case: Cancel-Location and its like over SS7 and Diameter (ENISA, "Signalling security in telecom
//! SS7/Diameter/5G", 2018); as a denial of service of this size, none public.
//!
//! Invariant: who is cancelled does not depend on where he is: the losses are even over the network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::{Act, Census, Field, Happening};
use crate::base::{PerSecond, Share, SimTime, Span};
use crate::fault::Finding;
use crate::network::{Command, Scope};
use crate::topology::Topology;

/// A partner network has subscribers' registrations cancelled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CancelLocation {
    /// When it begins, from the start of the scenario.
    pub start: Span,
    /// How long it lasts.
    pub duration: Span,
    /// Identities cancelled per second, at scale 1.
    pub rate: PerSecond,
    /// Share of the attackers' list of identities that exist.
    pub list_quality: Share,
    /// Share of the messages that the signalling firewall stops.
    pub blocked: Share,
    /// From the start until the operator closes the interconnect to this peer, which ends it; none: never.
    pub closed_after: Option<Span>,
    /// Whether the attackers go on over another peer when that happens, once.
    pub second_peer: bool,
}

/// How much of the list is worked off together.
const STEP: Span = Span::from_secs(10);

impl Default for CancelLocation {
    fn default() -> Self {
        Self {
            start: Span::ZERO,
            duration: Span::from_hours(1),
            rate: PerSecond::of(500.0),
            list_quality: Share::of(0.8),
            blocked: Share::NONE,
            closed_after: None,
            second_peer: false,
        }
    }
}

impl CancelLocation {
    /// Share of all devices that is cancelled in one step.
    fn share(&self, topology: &Topology) -> Share {
        #[expect(clippy::cast_precision_loss, reason = "a count of devices")]
        let devices = topology.devices().max(1) as f64;
        let through = self.list_quality.get() * (1.0 - self.blocked.get());
        let cancelled = self.rate.get() * through * STEP.as_secs_f64();
        Share::new((cancelled / devices).min(1.0)).unwrap_or(Share::ALL)
    }

    /// Whether the peer over which they come is closed now; the first time, they may have a second.
    fn is_closed(&self, running: Span, field: &mut Field<'_>) -> bool {
        let closed = self.closed_after.is_some_and(|after| running >= after);
        if closed && self.second_peer && !*field.adapted {
            *field.adapted = true;
            field.note("attack-adapted", "goes on over another peer".to_owned());
        }
        closed && !*field.adapted
    }
}

impl Happening for CancelLocation {
    fn kind(&self) -> &'static str {
        "cancel-location"
    }

    fn techniques(&self) -> &'static str {
        "FGT1199.501, FGT1557.502, FGT5012.008, FGT5016, FGT5042; T1199"
    }

    fn start(&self) -> Span {
        self.start
    }

    fn act(&self, act: Act, field: &mut Field<'_>) -> Vec<(SimTime, Act)> {
        let now = field.port.now();
        let running = now.since(field.began);
        if act == Act::End {
            return Vec::new();
        }
        if running >= self.duration || self.is_closed(running, field) {
            return vec![(now, Act::End)];
        }
        let (scope, share) = (Scope::All, self.share(field.port.topology()));
        field.port.command(Command::CancelContexts { scope, share });
        vec![(now + STEP, Act::Step)]
    }

    fn findings(&self, _: &Census, _: &Topology) -> Vec<Finding> {
        Vec::new()
    }

    fn cases(&self) -> &'static [&'static str] {
        &[r#"{"of": {"rate": 40.0}}"#]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::testing::Range;

    fn cancelled(more: &serde_json::Value) -> f64 {
        let mut attack = serde_json::json!({
            "kind": "cancel-location", "duration": "10m", "rate": 30.0, "list_quality": 0.5
        });
        let object = attack.as_object_mut().expect("an object");
        object.extend(more.as_object().expect("an object").clone());
        let mut range = Range::new(&[attack], 1);
        range.run_until(60.0);
        let shares = range
            .commands()
            .into_iter()
            .filter_map(|(_, command)| match command {
                Command::CancelContexts { share, .. } => Some(share.get()),
                _ => None,
            });
        shares.sum::<f64>() * 6_000.0
    }

    #[test]
    fn as_many_are_cancelled_as_the_list_and_the_firewall_let_through() {
        let none = serde_json::json!({});
        assert!((cancelled(&none) - 9_000.0).abs() < 1e-6);
        assert!((cancelled(&serde_json::json!({"blocked": 0.9})) - 900.0).abs() < 1e-6);
    }

    #[test]
    fn closing_the_interconnect_ends_it_unless_there_is_a_second_peer() {
        let closed = serde_json::json!({"closed_after": "5m"});
        assert!((cancelled(&closed) - 4_500.0).abs() < 1e-6);
        let second = serde_json::json!({"closed_after": "5m", "second_peer": true});
        assert!((cancelled(&second) - 9_000.0).abs() < 1e-6);
    }
}
