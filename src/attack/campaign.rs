//! All attacks and disturbances of a scenario, moved on by orders.
//!
//! Invariant: they do not know of each other.

use crate::base::{ClassId, RegionId, SimTime};
use crate::fault::{FaultEngine, FaultId, Finding, Port};
use crate::network::Scope;
use crate::topology::Topology;

use super::registry::{Act, AttackOrder, AttackSpec, DisturbanceSpec, Field, Happening};

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

    /// What is wrong with lists of classes and regions: names that nobody has, or both at once.
    pub fn findings(&self, classes: &[String], regions: &[String]) -> Vec<Finding> {
        let unknown = |list: &str, index: usize, name: &String, known: &[String]| {
            let allowed = format!("one of {}", known.join(", "));
            (format!("{list}[{index}]"), name.clone(), allowed)
        };
        let wrong_classes = classes.iter().enumerate();
        let wrong_regions = regions.iter().enumerate();
        let wrong_classes = wrong_classes
            .filter(|(_, name)| self.class(name).is_none())
            .map(|(index, name)| unknown("classes", index, name, self.classes()));
        let wrong_regions = wrong_regions
            .filter(|(_, name)| self.region(name).is_none())
            .map(|(index, name)| unknown("regions", index, name, self.regions()));
        let mut findings: Vec<Finding> = wrong_classes.chain(wrong_regions).collect();
        if !classes.is_empty() && !regions.is_empty() {
            let allowed = "classes or regions, not both: write one for each";
            let found = "classes and regions";
            findings.push(("regions".into(), found.into(), allowed.into()));
        }
        findings
    }

    /// One scope for each class or region named; everything if none is.
    pub fn scopes(&self, classes: &[String], regions: &[String]) -> Vec<Scope> {
        let classes = classes.iter().filter_map(|name| self.class(name));
        let regions = regions.iter().filter_map(|name| self.region(name));
        let scopes: Vec<Scope> = classes
            .map(Scope::Class)
            .chain(regions.map(Scope::Region))
            .collect();
        if scopes.is_empty() {
            vec![Scope::All]
        } else {
            scopes
        }
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

/// What is under way.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a scenario has a handful of them"
)]
enum Spec {
    Attack(AttackSpec),
    Disturbance(DisturbanceSpec),
}

impl Spec {
    fn happening(&self) -> &dyn Happening {
        match self {
            Self::Attack(spec) => spec.happening(),
            Self::Disturbance(spec) => spec.happening(),
        }
    }

    /// How the log calls a step of it; none for regular ones.
    const fn words(&self, act: Act) -> Option<(&'static str, &'static str)> {
        let (source, words) = match self {
            Self::Attack(_) => (
                "attack",
                [
                    "attack-began",
                    "attack-struck",
                    "attack-adapted",
                    "attack-ended",
                ],
            ),
            Self::Disturbance(_) => (
                "disturbance",
                [
                    "disturbance-began",
                    "disturbance-peaked",
                    "disturbance-adapted",
                    "disturbance-ended",
                ],
            ),
        };
        let [began, struck, adapted, ended] = words;
        match act {
            Act::Enter => Some((source, began)),
            Act::Strike => Some((source, struck)),
            Act::Adapt => Some((source, adapted)),
            Act::End => Some((source, ended)),
            Act::Step => None,
        }
    }
}

/// One attack or disturbance under way.
#[derive(Clone, Debug)]
struct Live {
    spec: Spec,
    name: String,
    fault: Option<FaultId>,
    began: SimTime,
    adapted: bool,
}

/// All attacks and disturbances of a scenario.
#[derive(Clone, Debug)]
pub struct Attacks {
    census: Census,
    live: Vec<Live>,
}

impl Attacks {
    /// The attacks and disturbances of a scenario on a graph with these classes of device.
    ///
    /// # Errors
    /// Everything that cannot be used: its path, what was found, what is allowed.
    pub fn new(
        attacks: &[AttackSpec],
        disturbances: &[DisturbanceSpec],
        topology: &Topology,
        classes: &[String],
    ) -> Result<Self, Vec<Finding>> {
        let census = Census::new(topology, classes);
        let attacks = attacks.iter().cloned().map(Spec::Attack).enumerate();
        let disturbances = disturbances.iter().cloned();
        let disturbances = disturbances.map(Spec::Disturbance).enumerate();
        let attacks = attacks.map(|(index, spec)| ("attack", index, spec));
        let disturbances = disturbances.map(|(index, spec)| ("disturbance", index, spec));
        let (mut findings, mut live) = (Vec::new(), Vec::new());
        for (word, index, spec) in attacks.chain(disturbances) {
            let happening = spec.happening();
            let found = happening.findings(&census, topology).into_iter();
            findings.extend(found.map(|(path, found, allowed)| {
                (format!("{word}s[{index}].{path}"), found, allowed)
            }));
            live.push(Live {
                name: format!("{word}/{index}/{}", happening.kind()),
                spec,
                fault: None,
                began: SimTime::ZERO,
                adapted: false,
            });
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        Ok(Self { census, live })
    }

    /// Puts the attacks into the world; to be called once, at the start of the run.
    pub fn start(&self, port: &dyn Port) -> Vec<(SimTime, AttackOrder)> {
        let begin = |(attack, live): (usize, &Live)| {
            let act = Act::Enter;
            let at = port.now() + live.spec.happening().start();
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
        let now = port.now();
        let live = &mut self.live[index];
        if order.act == Act::Enter {
            live.began = now;
        }
        let happening = live.spec.happening();
        if let Some((source, word)) = live.spec.words(order.act) {
            let detail = match happening.techniques() {
                "" => happening.kind().to_owned(),
                ids => format!("{} ({ids})", happening.kind()),
            };
            port.record(source, word, live.name.clone(), detail);
        }
        let mut field = Field {
            index,
            name: live.name.as_str(),
            port,
            faults,
            fault: &mut live.fault,
            began: live.began,
            adapted: &mut live.adapted,
            census: &self.census,
        };
        let acts = happening.act(order.act, &mut field).into_iter();
        acts.map(|(at, act)| (at, AttackOrder { attack: index, act }))
            .collect()
    }

    /// The fault that an attack has opened; none before it began, or if it needs none.
    pub fn fault(&self, attack: usize) -> Option<FaultId> {
        self.live.get(attack)?.fault
    }
}
