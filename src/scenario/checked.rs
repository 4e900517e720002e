//! A scenario that has been read, checked against everything that a single value cannot know, and
//! whose network has been built.
//!
//! Invariant: what can be wrong with a scenario is found here, before anything runs.

mod altered;

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use crate::attack::Attacks;
use crate::base::{Digest, NodeId, Share, SimTime, Span, WallClock, zone_offset_seconds};
use crate::change::{ChangeSpec, Rollout};
use crate::detect::gate_problems;
use crate::response::Response;
use crate::telemetry::Names;
use crate::topology::Topology;

use super::alerts::check_alerts;
use super::file::ScenarioFile;
use super::lint::{Planned, lint};
use super::load::{Loaded, load, load_str};
use super::many::{Networks, stem_of};
use super::problem::{Problem, Problems};
use super::resolve::{to_yaml, whole_digest};

/// The longest run that device timers can express.
const HORIZON_MAX: Span = Span::from_hours(76);
/// The least time in which an answer may change what a device does: windows are no shorter.
const PROCEDURE_MIN: Span = Span::from_millis(50);
/// Devices that a run can number.
const DEVICES_MAX: f64 = 4.0e9;

/// A scenario ready to run.
#[derive(Clone, Debug)]
pub struct Scenario {
    file: ScenarioFile,
    topology: Arc<Topology>,
    /// The folder to which the scenario's file names are relative.
    base: PathBuf,
    clock: WallClock,
    resolved: String,
    digest: Digest,
    warnings: Vec<String>,
    remarks: Vec<Problem>,
}

impl Scenario {
    /// Read, check and build the scenario of a file.
    ///
    /// # Errors
    /// Everything that is wrong with it, with file, line and column.
    pub fn from_path(path: impl AsRef<FilePath>) -> Result<Self, Vec<Problem>> {
        Self::with_overrides(path.as_ref(), &[])
    }

    /// The same with overrides `path.to.key=value`.
    ///
    /// # Errors
    /// Everything that is wrong with it, with file, line and column.
    pub fn with_overrides(path: &FilePath, overrides: &[String]) -> Result<Self, Vec<Problem>> {
        let loaded = load::<ScenarioFile>(path, overrides)?;
        Self::finish(loaded, &stem_of(path), &Networks::keeping(1))
    }

    /// A scenario from text; files that it names are looked for in the working directory.
    ///
    /// # Errors
    /// Everything that is wrong with it, with line and column.
    pub fn from_text(name: &str, text: &str, overrides: &[String]) -> Result<Self, Vec<Problem>> {
        let loaded = load_str::<ScenarioFile>(name, text, overrides)?;
        Self::finish(loaded, name, &Networks::keeping(1))
    }

    /// What can only be checked on values and with the network, which comes from `networks`.
    pub(super) fn finish(
        mut loaded: Loaded<ScenarioFile>,
        stem: &str,
        networks: &Networks,
    ) -> Result<Self, Vec<Problem>> {
        if loaded.value.name.is_empty() {
            stem.clone_into(&mut loaded.value.name);
        }
        take_mix(&mut loaded.value, &mut loaded.problems);
        let clock = check_values(&loaded.value, &mut loaded.problems);
        let topology = match networks.get(&loaded.value.topology, &loaded.base) {
            Ok(topology) => Some(topology),
            Err(errors) => {
                for error in errors.0 {
                    loaded.problems.push(
                        "topology",
                        error.to_string(),
                        "a sound network".to_owned(),
                        None,
                    );
                }
                None
            }
        };
        if let (Some(topology), Some(clock)) = (&topology, &clock) {
            check_against(&loaded.value, topology, clock, &mut loaded.problems);
        }
        let base: PathBuf = loaded.base.clone();
        let (file, warnings) = loaded.finish()?;
        let (remarks, warnings): (Vec<_>, Vec<_>) = warnings
            .into_iter()
            .partition(|problem| problem.rule.is_some());
        let topology = topology.expect("an unsound network is a problem");
        let mut warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        warnings.extend(topology.warnings().iter().map(ToString::to_string));
        let digest = whole_digest(&file, &base);
        let resolved = to_yaml(&file).expect("a checked scenario can be written");
        let clock = clock.expect("a wrong start is a problem");
        Ok(Self {
            file,
            topology,
            base,
            clock,
            resolved,
            digest,
            warnings,
            remarks,
        })
    }

    /// The same scenario with another seed.
    #[must_use]
    pub fn with_seed(&self, seed: u64) -> Self {
        let mut other = self.clone();
        other.file.seed = seed;
        other.digest = whole_digest(&other.file, &other.base);
        other.resolved = to_yaml(&other.file).expect("a checked scenario can be written");
        other
    }

    /// What the file says, all defaults filled in.
    pub fn file(&self) -> &ScenarioFile {
        &self.file
    }

    /// The network.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// The calendar.
    pub fn clock(&self) -> &WallClock {
        &self.clock
    }

    /// The scenario with all defaults filled in, as YAML.
    pub fn resolved(&self) -> &str {
        &self.resolved
    }

    /// Digest of the resolved scenario and of the network that it makes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What is allowed but may not be meant.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What the plan lint says, with places.
    pub fn remarks(&self) -> &[Problem] {
        &self.remarks
    }

    /// The names of the device classes, in their order.
    pub fn class_names(&self) -> Vec<String> {
        self.file
            .population
            .classes
            .iter()
            .map(|class| class.name.clone())
            .collect()
    }

    /// Instant that recovery times count from.
    pub fn reference(&self) -> SimTime {
        let file = &self.file;
        let rollouts = file.rollouts();
        let change = rollouts.iter().map(|(_, rollout)| rollout.start);
        let attacks = file.attacks.iter().map(|spec| spec.happening().start());
        let disturbances = file.disturbances.iter();
        let disturbances = disturbances.map(|spec| spec.happening().start());
        let first = change.chain(attacks).min();
        let first = first.or(disturbances.min()).unwrap_or(Span::ZERO);
        SimTime::ZERO + file.outputs.reference.unwrap_or(first)
    }
}

/// Give classes the shares that the mix names.
fn take_mix(file: &mut ScenarioFile, problems: &mut Problems) {
    let mix = std::mem::take(&mut file.population.mix);
    let classes = &mut file.population.classes;
    for name in mix.keys() {
        if !classes.iter().any(|class| class.name == *name) {
            let names: Vec<_> = classes.iter().map(|class| class.name.as_str()).collect();
            let allowed = format!("one of the classes {}", names.join(", "));
            problems.push(
                &format!("population.mix.{name}"),
                "no such class",
                allowed,
                None,
            );
        }
    }
    if !mix.is_empty() {
        for class in classes {
            class.share = mix.get(&class.name).copied().unwrap_or(Share::NONE);
        }
    }
}

/// What can be said without the network.
fn check_values(file: &ScenarioFile, problems: &mut Problems) -> Option<WallClock> {
    check_population(file, problems);
    if file.horizon > HORIZON_MAX || file.horizon.is_zero() {
        problems.push(
            "horizon",
            file.horizon.to_string(),
            format!("more than 0s and at most {HORIZON_MAX}"),
            None,
        );
    }
    if file.outputs.kpi_period < Span::from_secs(1) {
        problems.push(
            "outputs.kpi_period",
            file.outputs.kpi_period.to_string(),
            "at least 1s".to_owned(),
            None,
        );
    }
    check_floors(file, problems);
    for (index, figure) in file.published.figures.iter().enumerate() {
        if let Some(problem) = figure.problem() {
            problems.push(
                &format!("published.figures[{index}].value"),
                problem,
                "a value of the quantity's unit".to_owned(),
                None,
            );
        }
    }
    match WallClock::parse(&file.start) {
        Ok(clock) => Some(clock),
        Err(error) => {
            problems.push(
                "start",
                error.to_string(),
                "a date and time with offset".to_owned(),
                None,
            );
            None
        }
    }
}

/// Times below which windows would be too short.
fn check_floors(file: &ScenarioFile, problems: &mut Problems) {
    let network = &file.network;
    let floors = [
        (
            "network.registration.procedure_time",
            network.registration.procedure_time,
            network.ims.enabled || network.calls.enabled || network.registration.periodic_updates,
        ),
        (
            "network.ims.procedure_time",
            network.ims.procedure_time,
            network.ims.enabled,
        ),
        (
            "network.registration.guard",
            network.registration.guard,
            true,
        ),
        (
            "network.registration.retry",
            network.registration.retry,
            true,
        ),
    ];
    for (path, value, applies) in floors {
        if applies && value < PROCEDURE_MIN {
            problems.push(
                path,
                value.to_string(),
                format!("at least {PROCEDURE_MIN}"),
                None,
            );
        }
    }
}

fn check_population(file: &ScenarioFile, problems: &mut Problems) {
    let classes = &file.population.classes;
    let total: f64 = classes.iter().map(|class| class.share.get()).sum();
    if (total - 1.0).abs() > 1e-6 {
        let found = format!("shares that add up to {total:.4}");
        problems.push(
            "population.classes",
            found,
            "shares that add up to 1".to_owned(),
            None,
        );
    }
    for (index, class) in classes.iter().enumerate() {
        let path = |key: &str| format!("population.classes[{index}].{key}");
        if classes[..index]
            .iter()
            .any(|other| other.name == class.name)
        {
            problems.push(
                &path("name"),
                format!("\"{}\" again", class.name),
                "a name of its own".to_owned(),
                None,
            );
        }
        let redial = &class.redial;
        let short = redial.after.shortest() < PROCEDURE_MIN
            && redial.most > 0
            && redial.probability.get() > 0.0;
        if short && file.network.calls.enabled && class.calls_per_day.get() > 0.0 {
            problems.push(
                &path("redial.after"),
                "a delay that may be 0s".to_owned(),
                format!("a delay of at least {PROCEDURE_MIN}, such as uniform"),
                None,
            );
        }
    }
}

/// What needs the network: names, selections, sizes.
fn check_against(
    file: &ScenarioFile,
    topology: &Topology,
    clock: &WallClock,
    problems: &mut Problems,
) {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of devices stay far below 2^53"
    )]
    let devices = topology.devices() as f64 * file.scale;
    if devices > DEVICES_MAX {
        problems.push(
            "scale",
            file.scale.to_string(),
            format!(
                "at most {:.3} for this network",
                DEVICES_MAX * file.scale / devices
            ),
            None,
        );
    }
    if devices < 1.0 {
        problems.push(
            "scale",
            file.scale.to_string(),
            "large enough to leave a device".to_owned(),
            None,
        );
    }
    let mut zones: Vec<&str> = topology
        .towers()
        .iter()
        .map(|tower| tower.zone.as_str())
        .collect();
    zones.sort_unstable();
    zones.dedup();
    for zone in zones {
        if let Err(error) = zone_offset_seconds(zone, clock) {
            problems.push(
                "topology",
                format!("time zone {error}"),
                "a name of the IANA database".to_owned(),
                None,
            );
        }
    }
    check_alerts(file, topology, problems);
    check_control(file, topology, clock, problems);
}

fn check_control(
    file: &ScenarioFile,
    topology: &Topology,
    clock: &WallClock,
    problems: &mut Problems,
) {
    let classes: Vec<String> = file
        .population
        .classes
        .iter()
        .map(|class| class.name.clone())
        .collect();
    let names = Names {
        topology,
        classes: &classes,
    };
    for pool in topology.pools() {
        if let Some(class) = pool
            .dedicated_to
            .as_ref()
            .filter(|class| !classes.contains(class))
        {
            problems.push(
                "topology",
                format!("pool {} dedicated to class \"{class}\"", pool.name),
                format!("one of the classes {}", classes.join(", ")),
                None,
            );
        }
    }
    for problem in file.telemetry.problems() {
        problems.push_under("telemetry", &problem.path, problem.found, problem.allowed);
    }
    if let Err(found) = Response::new(&file.response, &names, file.telemetry.retention) {
        for problem in found {
            problems.push_under("response", &problem.path, problem.found, problem.allowed);
        }
    }
    if let Err(found) = Attacks::new(&file.attacks, &file.disturbances, topology, &classes) {
        for (path, found, allowed) in found {
            problems.push(&path, found, allowed, None);
        }
    }
    check_rollouts(file, topology, clock, problems);
}

/// Every change with its plan, and that no two work on the same element.
fn check_rollouts(
    file: &ScenarioFile,
    topology: &Topology,
    clock: &WallClock,
    problems: &mut Problems,
) {
    let mut taken: std::collections::BTreeMap<NodeId, String> = std::collections::BTreeMap::new();
    let first = usize::from(file.change.is_some());
    let mut planned = Vec::new();
    for (place, (change, rollout)) in file.rollouts().iter().enumerate() {
        let prefix = match place.checked_sub(first) {
            None => String::new(),
            Some(place) => format!("concurrent[{place}]."),
        };
        match Rollout::new(change, rollout, topology, clock, file.seed) {
            Err(found) => {
                for (path, found, allowed) in found {
                    problems.push(&format!("{prefix}{path}"), found, allowed, None);
                }
            }
            Ok(plan) => {
                for &node in plan.targets() {
                    if let Some(other) = taken.insert(node, change.id.clone()) {
                        let name = &topology.node(node).name;
                        let found = format!("{name}, which {other} changes as well");
                        let allowed = "elements that no other change is meant for";
                        let path = format!("{prefix}change.target");
                        problems.push(&path, found, allowed.to_owned(), None);
                        break;
                    }
                }
                planned.push(Planned {
                    prefix: prefix.clone(),
                    change: change.clone(),
                    rollout: rollout.clone(),
                    plan: plan.plan().to_vec(),
                });
            }
        }
        let same = |(other, _): &(ChangeSpec, _)| other.id == change.id;
        if file.rollouts()[..place].iter().any(same) {
            let allowed = "a number that no other change has".to_owned();
            problems.push(
                &format!("{prefix}change.id"),
                change.id.clone(),
                allowed,
                None,
            );
        }
        for (stage, spec) in rollout.stages.iter().enumerate() {
            for (gate, spec) in spec.gates.iter().enumerate() {
                for problem in gate_problems(spec, file.telemetry.retention) {
                    let path = format!("{prefix}rollout.stages[{stage}].gates[{gate}]");
                    problems.push_under(&path, &problem.path, problem.found, problem.allowed);
                }
            }
        }
    }
    lint(file, topology, clock, &planned, problems);
}
