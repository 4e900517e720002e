//! A study that was read and checked: every scenario that it names, and every level of every factor on
//! its own, tried before the first run.
//!
//! Invariant: what can be known to be wrong before the first run is reported before it, all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path as FilePath;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::Digest;
use crate::scenario::{
    Networks, Partial, Path, Problem, Problems, Scenario, ScenarioText, Severity, Step,
    load_partial,
};

use super::check::{Findings, check_file};
use super::design::{self, RunOrder};
use super::file::{Factor, Level, Levels, StudyFile};
use super::memory::{Need, PROGRAM_BYTES};
use super::outcomes::{matches, names};

/// Networks that are kept for scenarios to come.
const NETWORKS_KEPT: usize = 4;

/// Points of a study up to which each point's scenario is kept for its other replications.
const SCENARIOS_KEPT: u64 = 256;

/// A study ready to run.
#[derive(Debug)]
pub struct Study {
    file: StudyFile,
    /// The scenario of each plan, or that of the base.
    texts: Vec<ScenarioText>,
    networks: Networks,
    kept: Mutex<BTreeMap<u64, Arc<Scenario>>>,
    digest: String,
    warnings: Vec<String>,
    need: Need,
}

impl Study {
    /// Read and check the study of a file.
    ///
    /// # Errors
    /// Everything that is wrong with it and with the scenarios that it names, with file, line and column.
    pub fn load(path: &FilePath) -> Result<Self, Vec<Problem>> {
        let Partial {
            value,
            mut problems,
        } = load_partial::<StudyFile>(path)?;
        let Some(mut file) = value else {
            return Err(problems.into_sorted());
        };
        if file.name.is_empty() {
            let stem = path.file_stem().unwrap_or_default();
            file.name = stem.to_string_lossy().into_owned();
        }
        check_file(&file, &mut problems);
        let folder = path.parent().unwrap_or(FilePath::new(""));
        let texts = read_scenarios(&file, folder, &mut problems);
        let mut trial = Trial {
            file: &file,
            networks: Networks::keeping(NETWORKS_KEPT),
            problems: &mut problems,
            known: BTreeSet::new(),
            need: Need::default(),
            digest: Digest::new(),
            warnings: Vec::new(),
            outcomes: None,
        };
        for (plan, text) in texts.iter().enumerate() {
            trial.plan(plan, text.as_ref());
        }
        trial.outcomes();
        let Trial {
            networks,
            need,
            mut digest,
            warnings,
            ..
        } = trial;
        if problems.has_errors() {
            return Err(problems.into_sorted());
        }
        digest.write_str(&serde_json::to_string(&file).expect("a study is plain data"));
        Ok(Self {
            texts: texts.into_iter().flatten().collect(),
            networks,
            kept: Mutex::default(),
            digest: digest.to_string(),
            warnings,
            need,
            file,
        })
    }

    /// What the file says, all defaults filled in.
    pub fn file(&self) -> &StudyFile {
        &self.file
    }

    /// Digest of the study file, of the scenarios that it names, and of their input files.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What is allowed in its scenarios but may not be meant.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Bytes that its runs need together, and that the largest needs by itself, as far as is known.
    pub fn memory(&self) -> (u64, u64) {
        let networks = self.networks.count() as u64 * self.need.network;
        (PROGRAM_BYTES + networks, self.need.run)
    }

    /// How many combinations are run.
    pub fn points(&self) -> u64 {
        design::points(&self.file).expect("a checked study has not too many points")
    }

    /// How many runs there are, at most.
    pub fn runs(&self) -> u64 {
        self.points() * design::replications(&self.file)
    }

    /// The run with this number.
    pub fn order(&self, number: u64) -> RunOrder {
        design::order(&self.file, number)
    }

    /// The scenario of a run.
    ///
    /// # Errors
    /// What is wrong with it: two levels that do not go together, say.
    pub fn scenario(&self, order: &RunOrder) -> Result<Scenario, String> {
        let keeps = self.points() <= SCENARIOS_KEPT
            && !self
                .file
                .factors
                .iter()
                .any(|factor| factor.levels.is_drawn());
        if let Some(kept) = self.kept().get(&order.point).filter(|_| keeps) {
            return Ok(kept.with_seed(order.seed));
        }
        let text = &self.texts[order.plan.unwrap_or(0)];
        let scenario = text
            .scenario(&order.overrides(&self.file), &self.networks)
            .map_err(|problems| in_one_line(&problems))?;
        let seeded = scenario.with_seed(order.seed);
        if keeps {
            self.kept().insert(order.point, Arc::new(scenario));
        }
        Ok(seeded)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Arc<Scenario>>> {
        // A thread that panicked left whole entries behind.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_one_line(problems: &[Problem]) -> String {
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error);
    let lines: Vec<String> = errors.map(ToString::to_string).collect();
    lines.join("; ").replace('\n', " ")
}

/// The scenario of each plan, or that of the base; none where it cannot be read.
fn read_scenarios(
    file: &StudyFile,
    folder: &FilePath,
    problems: &mut Problems,
) -> Vec<Option<ScenarioText>> {
    let mut read = |path: &str, name: &str| {
        if name.is_empty() {
            let mut found = Findings {
                problems: &mut *problems,
            };
            found.push(path, "no file", "a scenario file");
            return None;
        }
        match ScenarioText::read(&folder.join(name)) {
            Ok(text) => Some(text),
            Err(wrong) => {
                for problem in wrong {
                    let found = format!("{}: {}", problem.file, problem.found);
                    problems.push(path, found, problem.allowed, None);
                }
                None
            }
        }
    };
    if file.plans.is_empty() {
        return vec![read("base", &file.base)];
    }
    let is_needed = file.plans.iter().any(|plan| plan.scenario.is_none());
    let base = is_needed.then(|| read("base", &file.base)).flatten();
    let plans = file.plans.iter().enumerate();
    plans
        .map(|(index, plan)| match &plan.scenario {
            Some(name) => read(&format!("plans[{index}].scenario"), name),
            None => base.clone(),
        })
        .collect()
}

/// The levels of a factor that are tried on their own: enough to find what the scenario refuses.
fn tried(levels: &Levels) -> Vec<(String, Level)> {
    match levels {
        Levels::List { values } => {
            let indices = 0..values.len().min(100);
            let each = indices.map(|n| (format!(".values[{n}]"), levels.nth(n as u64)));
            each.collect()
        }
        Levels::Linear { .. } | Levels::Log { .. } => vec![
            (".from".to_owned(), levels.nth(0)),
            (".to".to_owned(), levels.nth(levels.count() - 1)),
        ],
        Levels::Drawn { .. } => {
            let shares = [0.001, 0.5, 0.999];
            shares
                .map(|share| (".from".to_owned(), levels.at(share)))
                .to_vec()
        }
    }
}

/// The key of the override that a problem comes from.
fn set_key(problem: &Problem) -> Option<&str> {
    let (key, _) = problem.file.strip_prefix("--set ")?.split_once('=')?;
    Some(key)
}

/// Tries the scenarios of a study.
struct Trial<'a> {
    file: &'a StudyFile,
    networks: Networks,
    problems: &'a mut Problems,
    /// What was reported already, for the same thing shows with every level.
    known: BTreeSet<String>,
    need: Need,
    digest: Digest,
    warnings: Vec<String>,
    /// Names of outcomes that a run of some plan has.
    outcomes: Option<BTreeSet<String>>,
}

impl Trial<'_> {
    fn plan(&mut self, plan: usize, text: Option<&ScenarioText>) {
        let Some(text) = text else { return };
        let mut order = RunOrder {
            number: 0,
            point: 0,
            replication: 0,
            seed: 0,
            plan: Some(plan).filter(|_| !self.file.plans.is_empty()),
            levels: Vec::new(),
        };
        self.base(text, &order);
        for index in 0..self.file.factors.len() {
            let path = format!("factors[{index}]");
            let (key, levels) = (format!("{path}.key"), format!("{path}.levels"));
            if self.problems.concern(&key) || self.problems.concern(&levels) {
                continue;
            }
            let factor = &self.file.factors[index];
            for (place, level) in tried(&factor.levels) {
                order.levels = vec![level];
                self.level(text, &order, factor, &format!("{path}.levels{place}"));
            }
        }
    }

    /// The scenario as the study and the plan set it, before any factor.
    fn base(&mut self, text: &ScenarioText, order: &RunOrder) {
        let overrides = self.overrides(order, None);
        match text.scenario(&overrides, &self.networks) {
            Ok(scenario) => {
                self.digest.write_str(&scenario.digest().to_string());
                self.need = self.need.max(Need::of(&scenario));
                let outcomes = self.outcomes.get_or_insert_default();
                outcomes.extend(names(&scenario.class_names()));
                let network = scenario.topology().warnings().len();
                let said = scenario.warnings();
                let own = said[..said.len() - network].iter();
                let new = own.filter(|line| !self.warnings.contains(line));
                let new: Vec<String> = new.cloned().collect();
                self.warnings.extend(new);
            }
            Err(found) => {
                for problem in found {
                    let path = self.place_of(&problem, order.plan);
                    self.report(&path, &problem);
                }
            }
        }
    }

    /// One level of one factor, on its own.
    fn level(&mut self, text: &ScenarioText, order: &RunOrder, factor: &Factor, place: &str) {
        let overrides = self.overrides(order, Some(factor));
        let found = match text.scenario(&overrides, &self.networks) {
            Ok(scenario) => {
                self.need = self.need.max(Need::of(&scenario));
                return;
            }
            Err(found) => found,
        };
        for problem in found {
            // What is set for every run was tried, and told, without the factor.
            let set = set_key(&problem);
            if set.is_some_and(|set| factor.keys().all(|key| key != set)) {
                continue;
            }
            let of_keys = ["a map in which", "an index from"];
            let is_key = problem.found == "an unknown key"
                || of_keys
                    .iter()
                    .any(|start| problem.allowed.starts_with(start));
            let path = match place.split_once(".levels") {
                Some((factor, _)) if is_key => format!("{factor}.key"),
                _ => place.to_owned(),
            };
            self.report(&path, &problem);
        }
    }

    fn overrides(&self, order: &RunOrder, factor: Option<&Factor>) -> Vec<String> {
        let mut file = StudyFile {
            set: self.file.set.clone(),
            plans: self.file.plans.clone(),
            ..StudyFile::default()
        };
        file.factors.extend(factor.cloned());
        order.overrides(&file)
    }

    /// Where in the study file a problem of the scenario comes from.
    fn place_of(&self, problem: &Problem, plan: Option<usize>) -> String {
        let key = set_key(problem);
        let below = |parent: &str, key: &str| {
            let mut path = Path::parse(parent).unwrap_or_default();
            path.0.push(Step::Key(key.to_owned()));
            path.to_string()
        };
        let plan = plan.map(|plan| (plan, &self.file.plans[plan]));
        match (key, plan) {
            (Some(key), Some((index, plan))) if plan.set.contains_key(key) => {
                below(&format!("plans[{index}].set"), key)
            }
            (Some(key), _) => below("set", key),
            (None, Some((index, plan))) if plan.scenario.is_some() => {
                format!("plans[{index}].scenario")
            }
            (None, _) => "base".to_owned(),
        }
    }

    fn report(&mut self, path: &str, problem: &Problem) {
        let is_set = problem.file.starts_with("--set ");
        let what = if is_set {
            format!("{} for {}", problem.found, problem.path)
        } else {
            problem.to_string()
        };
        let once = if is_set {
            format!("{path} {what}")
        } else {
            what.clone()
        };
        if self.known.insert(once) {
            let suggestion = problem.suggestion.clone().filter(|_| is_set);
            let allowed = if is_set { problem.allowed.as_str() } else { "" };
            self.problems.push(path, what, allowed, suggestion);
        }
    }

    /// Names and patterns of outcomes that no run has.
    fn outcomes(&mut self) {
        let Some(known) = self.outcomes.take() else {
            return;
        };
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut found = Findings {
            problems: self.problems,
        };
        let patterns = self.file.outcomes.iter().enumerate();
        let patterns = patterns.map(|(index, name)| (format!("outcomes[{index}]"), name));
        let judged = match &self.file.replications {
            super::file::Replications::Until(precision) => Some(&precision.outcome),
            super::file::Replications::Count(_) => None,
        };
        let judged = judged.map(|name| ("replications.outcome".to_owned(), name));
        for (path, pattern) in patterns.chain(judged) {
            if !known.iter().any(|name| matches(pattern, name)) {
                let problem = crate::base::Problem::unknown_name(
                    &path,
                    pattern,
                    "name of an outcome",
                    &known,
                );
                found.push(&path, format!("\"{pattern}\""), problem.allowed);
            }
        }
    }
}
