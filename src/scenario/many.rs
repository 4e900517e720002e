//! Many scenarios from one file: the text is read once, and scenarios with the same network share it.
//!
//! Invariant: what comes out is what [`Scenario::with_overrides`] would give, faster.

use std::collections::VecDeque;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::topology::{Topology, TopologyErrors, TopologySpec, build};

use super::checked::Scenario;
use super::file::ScenarioFile;
use super::load::{load_in, read};
use super::problem::Problem;

/// A scenario file that was read, and can be made into scenarios with different overrides.
#[derive(Clone, Debug)]
pub struct ScenarioText {
    name: String,
    stem: String,
    base: PathBuf,
    text: String,
}

impl ScenarioText {
    /// Read a scenario file.
    ///
    /// # Errors
    /// If it cannot be read, or is not UTF-8.
    pub fn read(path: &FilePath) -> Result<Self, Vec<Problem>> {
        let name = path.display().to_string();
        Ok(Self {
            text: read(path, &name)?,
            stem: stem_of(path),
            base: path.parent().unwrap_or(FilePath::new("")).to_path_buf(),
            name,
        })
    }

    /// The scenario with overrides `path.to.key=value`; its network comes from `networks` if it was built
    /// before.
    ///
    /// # Errors
    /// Everything that is wrong with it, with file, line and column.
    pub fn scenario(
        &self,
        overrides: &[String],
        networks: &Networks,
    ) -> Result<Scenario, Vec<Problem>> {
        let base = self.base.clone();
        let loaded = load_in::<ScenarioFile>(&self.name, &self.text, overrides, base)?;
        Scenario::finish(loaded, &self.stem, networks)
    }
}

/// The name of a file without its ending.
pub(super) fn stem_of(path: &FilePath) -> String {
    path.file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// A network, or what is wrong with it.
type Built = Result<Arc<Topology>, TopologyErrors>;

/// Specifications with their networks, the latest last.
type Latest = VecDeque<(String, Arc<OnceLock<Built>>)>;

/// Networks that were built, to be shared between scenarios. The latest few are kept.
#[derive(Debug)]
pub struct Networks {
    kept: usize,
    latest: Mutex<Latest>,
}

impl Networks {
    /// Keeps the latest `kept` networks.
    pub fn keeping(kept: usize) -> Self {
        Self {
            kept,
            latest: Mutex::default(),
        }
    }

    /// The network of `spec`, whose paths are relative to `base`. Who asks for one that is being built
    /// waits for it.
    pub(super) fn get(&self, spec: &TopologySpec, base: &FilePath) -> Built {
        let key = serde_json::to_string(&(spec, base)).expect("a specification is plain data");
        let cell = self.cell(key);
        let built = cell.get_or_init(|| build(spec, base).map(Arc::new));
        built.clone()
    }

    /// How many are kept at present.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Latest> {
        // A thread that panicked between two networks left the list as it was.
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cell(&self, key: String) -> Arc<OnceLock<Built>> {
        let mut latest = self.lock();
        if let Some((_, cell)) = latest.iter().find(|(other, _)| *other == key) {
            return Arc::clone(cell);
        }
        let cell = Arc::new(OnceLock::new());
        latest.push_back((key, Arc::clone(&cell)));
        while latest.len() > self.kept.max(1) {
            latest.pop_front();
        }
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "
topology: {source: generated, towers: 12, devices: 20000, states: [TX], core: {udm: 1, ims: 1}}
scale: 1
";

    fn text() -> ScenarioText {
        ScenarioText {
            name: "small.yaml".to_owned(),
            stem: "small".to_owned(),
            base: PathBuf::new(),
            text: SMALL.to_owned(),
        }
    }

    fn with(overrides: &[&str], networks: &Networks) -> Scenario {
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        text().scenario(&overrides, networks).expect("it is sound")
    }

    #[test]
    fn one_network_is_built_once_and_another_anew() {
        let networks = Networks::keeping(2);
        let first = with(&["horizon=2h"], &networks);
        let again = with(&["horizon=3h"], &networks);
        let other = with(&["topology.towers=13"], &networks);
        assert!(std::ptr::eq(first.topology(), again.topology()));
        assert!(!std::ptr::eq(first.topology(), other.topology()));
        assert_eq!(other.topology().towers().len(), 13);
    }

    #[test]
    fn only_the_latest_networks_are_kept() {
        let networks = Networks::keeping(1);
        let first = with(&[], &networks);
        with(&["topology.towers=13"], &networks);
        assert!(!std::ptr::eq(
            first.topology(),
            with(&[], &networks).topology()
        ));
        assert_eq!(first.digest(), with(&[], &networks).digest());
    }

    #[test]
    fn a_seed_given_later_is_as_one_given_at_once() {
        let networks = Networks::keeping(1);
        let late = with(&[], &networks).with_seed(7);
        let early = with(&["seed=7"], &networks);
        assert_eq!(late.digest(), early.digest());
        assert_eq!(late.resolved(), early.resolved());
        assert_ne!(late.digest(), with(&[], &networks).digest());
    }
}
