//! All attacks of a scenario, moved on by orders.
//!
//! Invariant: attacks do not know of each other.

use crate::base::{ClassId, RegionId, SimTime};
use crate::fault::{FaultEngine, FaultId, Finding, Port};
use crate::topology::Topology;

use super::registry::{Act, AttackOrder, AttackSpec, Field};

/// The names that attacks may use, with their places in the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    classes: Vec<String>,
    regions: Vec<String>,
}

impl Census {
    /// The regions of a graph and the classes of device, in the order of their tables.
    pub fn new(topology: &Topology, classes: &[String]) -> Self {
        let regions = topology.regions().iter();
        Self {
            classes: classes.to_vec(),
            regions: regions.map(|region| region.name.clone()).collect(),
        }
    }

    /// The class of this name.
    pub fn class(&self, name: &str) -> Option<ClassId> {
        let index = self.classes.iter().position(|class| class == name)?;
        Some(ClassId::from_index(index))
    }

    /// The region of this name.
    pub fn region(&self, name: &str) -> Option<RegionId> {
        let index = self.regions.iter().position(|region| region == name)?;
        Some(RegionId::from_index(index))
    }

    /// The names of all classes, for messages.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The names of all regions, for messages.
    pub fn regions(&self) -> &[String] {
        &self.regions
    }
}

/// One attack under way.
#[derive(Clone, Debug)]
struct Live {
    spec: AttackSpec,
    name: String,
    fault: Option<FaultId>,
}

/// All attacks of a scenario.
#[derive(Clone, Debug)]
pub struct Attacks {
    census: Census,
    live: Vec<Live>,
}

impl Attacks {
    /// The attacks of a scenario on a graph with these classes of device.
    ///
    /// # Errors
    /// Everything that cannot be used: its path, what was found, what is allowed.
    pub fn new(
        specs: &[AttackSpec],
        topology: &Topology,
        classes: &[String],
    ) -> Result<Self, Vec<Finding>> {
        let census = Census::new(topology, classes);
        let mut findings = Vec::new();
        for (index, spec) in specs.iter().enumerate() {
            let found = spec.attack().findings(&census, topology).into_iter();
            findings.extend(found.map(|(path, found, allowed)| {
                (format!("attacks[{index}].{path}"), found, allowed)
            }));
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let live = specs.iter().enumerate().map(|(index, spec)| Live {
            name: format!("attack/{index}/{}", spec.attack().kind()),
            spec: spec.clone(),
            fault: None,
        });
        Ok(Self {
            census,
            live: live.collect(),
        })
    }

    /// Puts the attacks into the world; to be called once, at the start of the run.
    pub fn start(&self, port: &dyn Port) -> Vec<(SimTime, AttackOrder)> {
        let begin = |(attack, live): (usize, &Live)| {
            let act = Act::Enter;
            let at = port.now() + live.spec.attack().start();
            (at, AttackOrder { attack, act })
        };
        self.live.iter().enumerate().map(begin).collect()
    }

    /// Does what was ordered; orders for later come back, those of faults stay in the fault engine.
    pub fn handle(
        &mut self,
        order: AttackOrder,
        port: &mut dyn Port,
        faults: &mut FaultEngine,
    ) -> Vec<(SimTime, AttackOrder)> {
        let index = order.attack;
        let Live { spec, name, fault } = &mut self.live[index];
        let attack = spec.attack();
        let word = match order.act {
            Act::Enter => "attack-began",
            Act::Strike => "attack-struck",
            Act::End => "attack-ended",
        };
        let detail = format!("{} ({})", attack.kind(), attack.techniques());
        port.record("attack", word, name.clone(), detail);
        let mut field = Field {
            index,
            name: name.as_str(),
            port,
            faults,
            fault,
            census: &self.census,
        };
        let acts = attack.act(order.act, &mut field).into_iter();
        acts.map(|(at, act)| (at, AttackOrder { attack: index, act }))
            .collect()
    }

    /// The fault that an attack has opened; none before it began, or if it needs none.
    pub fn fault(&self, attack: usize) -> Option<FaultId> {
        self.live.get(attack)?.fault
    }
}
