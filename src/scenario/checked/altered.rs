//! The same network at the same hour with another plan.
//!
//! Invariant: the network is not built again, and what is wrong with the other plan is told as for a file.

use super::super::file::ScenarioFile;
use super::super::problem::{Problem, Problems};
use super::super::resolve::to_yaml;
use super::{Scenario, check_against, check_values, whole_digest};

impl Scenario {
    /// The same network at the same hour with another plan: what `alter` makes of the file, checked
    /// anew. The network is not built again: `topology` and `start` must stay.
    ///
    /// # Errors
    /// Everything that is wrong with the altered file.
    pub fn altered(&self, alter: impl FnOnce(&mut ScenarioFile)) -> Result<Self, Vec<Problem>> {
        let mut file = self.file.clone();
        alter(&mut file);
        assert!(
            file.topology == self.file.topology && file.start == self.file.start,
            "an altered scenario keeps its network and its hour"
        );
        let mut problems = Problems::new(&file.name);
        let clock = check_values(&file, &mut problems);
        check_against(&file, &self.topology, &self.clock, &mut problems);
        if problems.has_errors() {
            return Err(problems.into_sorted());
        }
        Ok(Self {
            resolved: to_yaml(&file).expect("a checked scenario can be written"),
            digest: whole_digest(&file, &self.base),
            clock: clock.expect("a wrong start is a problem"),
            topology: self.topology.clone(),
            warnings: self.warnings.clone(),
            base: self.base.clone(),
            remarks: self.remarks.clone(),
            file,
        })
    }
}
