//! Public warnings: one message to every phone in an area (WEA in the US, EU-Alert, J-ALERT), by cell
//! broadcast.
//!
//! TS 23.041 §9.1: the cell broadcast centre sends a Write-Replace-Warning-Request to the AMF and MME
//! of the area, which hand it to their towers (N2, S1); each cell broadcasts it again and again. A
//! phone hears it on the cell that it camps on, whether it is registered or not (TS 36.304 §5.2.8, TS
//! 38.304 §5.2.8: limited service). So a warning needs no subscriber database, no IMS, no gateway, and no
//! free capacity: a network can have lost every call and still warn, and so can an element that serves
//! nobody ([`ElementStatus::Withdrawn`]).
//!
//! The centre stands where the management systems stand; where there are none it reaches whatever is
//! up. Not modelled: that a tower or an AMF asks for the warnings in force when it is back (PWS
//! Restart Indication, TS 38.413 §8.9.3), so what was not broadcast when it was sent is lost.
//!
//! Invariant: sending a warning changes nothing in the network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{NodeId, Span, TowerId};
use crate::topology::{NodeKind, Selector, SelectorError, Topology};

use super::air::{WAY_4G, WAY_5G};
use super::command::ElementStatus;
use super::core::{Choice, NO_LATENCY};
use super::world::Network;

/// A public warning that an authority has broadcast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertSpec {
    /// Unique name, for the event log.
    #[schemars(length(min = 1))]
    pub name: String,
    /// When it is sent, after the start of the scenario.
    pub at: Span,
    /// Its area: the towers that this selects; all of them, if left out.
    #[serde(default)]
    pub area: Selector,
}

impl AlertSpec {
    /// The towers of its area, in the order of the table.
    ///
    /// # Errors
    /// If the area names something that the network has not, or has no tower.
    pub fn towers(&self, topology: &Topology) -> Result<Vec<TowerId>, SelectorError> {
        let nodes = self.area.resolve(topology)?;
        let towers = topology.towers().iter().enumerate();
        let inside = towers.filter(|(_, tower)| nodes.binary_search(&tower.node).is_ok());
        let towers: Vec<TowerId> = inside.map(|(i, _)| TowerId::from_index(i)).collect();
        if towers.is_empty() {
            return Err(SelectorError::Nothing);
        }
        Ok(towers)
    }
}

/// What became of a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Broadcast {
    /// Towers in its area.
    pub towers: u64,
    /// Of those, towers that broadcast it on one radio generation at least.
    pub told: u64,
    /// Simulated devices that camp, or live, in its area.
    pub devices: u64,
    /// Of those, devices that a cell told.
    pub reached: u64,
}

/// The area of a warning has this tower.
pub(super) const INSIDE: u8 = 1 << 7;

impl Network<'_> {
    /// Send a warning to the towers of its area.
    ///
    /// # Panics
    /// If the core has not caught up with the devices.
    pub fn broadcast(&self, area: &[TowerId]) -> Broadcast {
        assert!(self.is_caught_up(), "the core is asked about the past");
        let fed = self.fed_by_centre();
        let mut told = vec![0; self.air.towers.len()];
        let mut sum = Broadcast::default();
        for tower in area {
            let ways = self.broadcast_ways(*tower, &fed);
            told[tower.index()] = INSIDE | ways;
            sum.towers += 1;
            sum.told += u64::from(ways != 0);
        }
        for shard in &self.shards {
            let (devices, reached) = shard.warned(&self.air, &told);
            sum.devices += devices;
            sum.reached += reached;
        }
        sum
    }

    /// Which elements the cell broadcast centre reaches, by server.
    fn fed_by_centre(&self) -> Vec<bool> {
        let (topology, routes) = (self.topology, self.routes());
        let centres: Vec<NodeId> = topology
            .nodes_of_kind(NodeKind::Oss)
            .map(|oss| topology.node(oss).router)
            .collect();
        let is_fed = |&node: &NodeId| {
            let mut centres = centres.iter();
            centres.len() == 0
                || centres.any(|&centre| routes.latency(topology, centre, node).is_some())
        };
        self.air.elements.nodes.iter().map(is_fed).collect()
    }

    /// The radio generations on which a tower broadcasts: those of which a member of its pool has been
    /// told and can tell it.
    fn broadcast_ways(&self, tower: TowerId, fed: &[bool]) -> u8 {
        let (state, elements) = (&self.air.towers[tower.index()].state, &self.air.elements);
        if state.radio() != (true, true) {
            return 0;
        }
        let members = &elements.pools[state.pool as usize];
        let tells = |choice: &Choice| {
            let node = elements.nodes[choice.server as usize];
            let status = self.status[node.index()];
            fed[choice.server as usize]
                && status <= ElementStatus::Withdrawn
                && elements.router_to_us(state.router, choice.server) != NO_LATENCY
        };
        let way = |members: &[Choice], way: u8| if members.iter().any(tells) { way } else { 0 };
        way(&members.amf, WAY_5G) | way(&members.mme, WAY_4G)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{PerDay, Share, SimTime, WallClock};
    use crate::kernel::Workers;
    use crate::network::{Command, ElementStatus, NetworkInput, NetworkSpec, testing};
    use crate::population::{ClassSpec, PopulationSpec};
    use crate::topology::{EdgeKind, NeighbourSpec, NewNode, TopologyBuilder};

    /// Two regions, joined by one link, with a router, an AMF, an MME and two towers of 100 devices each; what
    /// they share, and the management system, is in the first.
    fn two_regions() -> Topology {
        let mut builder = TopologyBuilder::new(NeighbourSpec::default());
        let routers = ["r0", "r1"].map(|name| builder.node(NewNode::new(NodeKind::Router, name)));
        let instant = Some(Span::ZERO);
        builder.edge(routers[0], routers[1], EdgeKind::IpTransport, instant);
        for (router, region) in routers.into_iter().zip(["a", "b"]) {
            testing::pool(&mut builder, router, region, &format!("-{region}"));
            for number in 0..2 {
                let name = format!("t-{region}-{number}");
                testing::tower(&mut builder, router, (&name, region), 100);
            }
        }
        testing::shared(&mut builder, routers[0]);
        builder.freeze().expect("a sound graph")
    }

    /// Half of the devices are on 5G.
    fn population() -> PopulationSpec {
        PopulationSpec {
            classes: vec![ClassSpec {
                five_g: Share::of(0.5),
                calls_per_day: PerDay::of(0.0),
                restarts_per_day: PerDay::of(0.0),
                ..ClassSpec::default()
            }],
            ..PopulationSpec::default()
        }
    }

    /// What becomes of a warning to everybody a second after these elements came to stand so.
    fn sent(stands: &[(&str, ElementStatus)]) -> Broadcast {
        let topology = two_regions();
        let (population, spec) = (population(), NetworkSpec::default());
        let clock = WallClock::parse("2024-02-22T05:30:00+00:00").expect("a date");
        let workers = Workers::new(1).expect("one thread");
        let input = NetworkInput {
            topology: &topology,
            population: &population,
            spec: &spec,
            clock: &clock,
            scale: 1.0,
            seed: 3,
            absent: &[],
            shard_size: 64,
        };
        let mut network = Network::new(&input, &workers).expect("a zone that exists");
        for (name, status) in stands {
            let node = topology.find(name).expect("it is there");
            let status = *status;
            network.apply(&Command::SetStatus { node, status }, SimTime::ZERO);
        }
        network.advance(SimTime::from_secs(0.5));
        network.catch_up();
        let area: Vec<TowerId> = (0..4).map(TowerId::from_index).collect();
        network.broadcast(&area)
    }

    #[test]
    fn a_warning_needs_no_database_no_ims_and_no_gateway() {
        use ElementStatus::{Down, Isolated};
        let whole = Broadcast {
            towers: 4,
            told: 4,
            devices: 400,
            reached: 400,
        };
        assert_eq!(sent(&[]), whole);
        let without = [
            ("udm", Down),
            ("ims", Isolated),
            ("gw-a", Down),
            ("gw-b", Down),
            ("epdg", Down),
        ];
        assert_eq!(sent(&without), whole);
    }

    #[test]
    fn a_tower_is_told_by_what_serves_it_and_by_nothing_else() {
        use ElementStatus::{Down, Isolated};
        let told = |stands: &[(&str, ElementStatus)]| sent(stands).told;
        assert_eq!(told(&[("amf-a", Isolated), ("mme-a", Down)]), 2);
        assert_eq!(told(&[("t-a-0", Down)]), 3);
        assert_eq!(told(&[("t-a-0", Isolated)]), 3, "on the air, and deaf");
        let far = sent(&[("r1", Down)]);
        assert_eq!((far.told, far.reached), (2, 200), "no way from the centre");
        assert_eq!(told(&[("r0", Down)]), 0, "the centre is cut off");
        assert_eq!(told(&[("oss", Down)]), 4, "it stands beside that system");
    }

    #[test]
    fn without_the_5g_core_phones_that_are_not_registered_there_hear_it() {
        let both = sent(&[]).reached;
        let four_g = sent(&[
            ("amf-a", ElementStatus::Isolated),
            ("amf-b", ElementStatus::Isolated),
        ]);
        assert_eq!(four_g.told, 4);
        // Those registered with 5GS have not noticed yet that it is gone.
        assert!((140..260).contains(&four_g.reached), "{four_g:?}");
        let five_g = sent(&[
            ("mme-a", ElementStatus::Isolated),
            ("mme-b", ElementStatus::Isolated),
        ]);
        assert_eq!(four_g.reached + five_g.reached, both);
    }

    #[test]
    fn an_element_that_serves_nobody_still_warns_and_one_that_is_cut_off_does_not() {
        let cut = |mme| {
            sent(&[
                ("amf-a", ElementStatus::Isolated),
                ("amf-b", ElementStatus::Isolated),
                ("mme-a", mme),
                ("mme-b", mme),
            ])
        };
        assert_eq!(cut(ElementStatus::Withdrawn).told, 4);
        assert!(cut(ElementStatus::Withdrawn).reached > 0);
        assert_eq!(cut(ElementStatus::Isolated).told, 0);
        assert_eq!(cut(ElementStatus::Down).told, 0);
    }
}
