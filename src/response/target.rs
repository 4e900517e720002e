//! Where an action applies, as a scenario says it.
//!
//! Invariant: a resolved target names only what the topology and the population have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{NodeId, PoolId, Problem, RegionId};
use crate::network::Scope;
use crate::telemetry::Names;
use crate::topology::{NodeKind, Selector, SelectorError};

/// Where an action applies: `{all: true}`, `{region: south}`, `{pool: south-1}`,
/// `{class: firstnet}`, `{select: {kinds: [amf]}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetSpec {
    /// The whole network.
    All(bool),
    /// The towers and pools of a region, by name.
    Region(String),
    /// The towers and members of a pool, by name.
    Pool(String),
    /// The devices of a class, by name.
    Class(String),
    /// These elements.
    Select(Selector),
}

impl Default for TargetSpec {
    fn default() -> Self {
        Self::All(true)
    }
}

impl TargetSpec {
    /// The scope that is meant.
    ///
    /// # Errors
    /// If there is no such region, pool or class, or no such element.
    pub fn resolve(&self, names: &Names<'_>) -> Result<Scope, Problem> {
        match self {
            Self::All(true) => Ok(Scope::All),
            Self::All(false) => Err(Problem::new("all", "false", "true, or another key")),
            Self::Region(name) => names.region(name).map(Scope::Region),
            Self::Pool(name) => pool(name, names).map(Scope::Pool),
            Self::Class(name) => names.class(name).map(Scope::Class),
            Self::Select(selector) => select(selector, names, |_| true)
                .map(Scope::Nodes)
                .map_err(|problem| problem.under("select")),
        }
    }
}

fn pool(name: &str, names: &Names<'_>) -> Result<PoolId, Problem> {
    names.topology.find_pool(name).ok_or_else(|| {
        let pools = names.topology.pools().iter();
        let known: Vec<&str> = pools.map(|pool| pool.name.as_str()).collect();
        Problem::unknown_name("pool", name, "pool", &known)
    })
}

/// The elements of a wanted kind that a selector means; at least one.
pub(super) fn select(
    selector: &Selector,
    names: &Names<'_>,
    wanted: impl Fn(NodeKind) -> bool,
) -> Result<Vec<NodeId>, Problem> {
    let nodes: Vec<NodeId> = selector
        .resolve(names.topology)
        .map_err(|error| selector_problem(&error))?
        .into_iter()
        .filter(|&node| wanted(names.topology.node(node).kind))
        .collect();
    if nodes.is_empty() {
        let allowed = "a selector with at least one element of a kind that this can be done to";
        return Err(Problem::new("", "a selector without any", allowed));
    }
    Ok(nodes)
}

fn selector_problem(error: &SelectorError) -> Problem {
    let SelectorError::Unknown(labels) = error else {
        return Problem::new("", "a selector without any element", error.to_string());
    };
    let label = labels.first().expect("an unknown label is named");
    let allowed = match &label.nearest {
        Some(nearest) => format!("what some element has, perhaps \"{nearest}\""),
        None => "what some element has".to_owned(),
    };
    Problem::new(label.key, &*label.found, allowed)
}

/// Whether elements of a kind serve requests: they have a queue and a capacity.
pub(super) const fn serves_requests(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::Amf
            | NodeKind::Mme
            | NodeKind::Udm
            | NodeKind::Ims
            | NodeKind::Gateway
            | NodeKind::Epdg
    )
}

/// The AMF and MME elements that registrations from a scope go to.
pub(super) fn registrars(scope: &Scope, names: &Names<'_>) -> Vec<NodeId> {
    let topology = names.topology;
    let is_registrar =
        |node: &NodeId| matches!(topology.node(*node).kind, NodeKind::Amf | NodeKind::Mme);
    let members = |wanted: &dyn Fn(PoolId) -> bool| {
        let pools = (0..topology.pools().len()).map(PoolId::from_index);
        let wanted = pools.filter(|&pool| wanted(pool));
        wanted
            .flat_map(|pool| topology.pool(pool).members.clone())
            .collect::<Vec<_>>()
    };
    let nodes = match scope {
        Scope::All => members(&|_| true),
        Scope::Region(region) => members(&|pool| topology.pool(pool).region == Some(*region)),
        Scope::Pool(wanted) => members(&|pool| pool == *wanted),
        Scope::Nodes(nodes) => nodes.clone(),
        Scope::Class(class) => {
            let name = Some(&names.classes[class.index()]);
            members(&|pool| topology.pool(pool).dedicated_to.as_ref() == name)
        }
    };
    nodes.into_iter().filter(is_registrar).collect()
}

/// The regions within a scope, as scopes with their names; the scope itself if it has none.
pub(super) fn regions_in(scope: &Scope, names: &Names<'_>) -> Vec<(String, Scope)> {
    match scope {
        Scope::All => {
            let regions = names.topology.regions().iter().enumerate();
            regions
                .map(|(index, region)| {
                    let scope = Scope::Region(RegionId::from_index(index));
                    (region.name.clone(), scope)
                })
                .collect()
        }
        other => vec![("all".to_owned(), other.clone())],
    }
}

/// The pools within a scope, as scopes with their names; the scope itself if it has none.
pub(super) fn pools_in(scope: &Scope, names: &Names<'_>) -> Vec<(String, Scope)> {
    let pools = names.topology.pools().iter().enumerate();
    let within: Vec<(String, Scope)> = pools
        .filter(|(_, pool)| match scope {
            Scope::All => true,
            Scope::Region(region) => pool.region == Some(*region),
            _ => false,
        })
        .map(|(index, pool)| (pool.name.clone(), Scope::Pool(PoolId::from_index(index))))
        .collect();
    if within.is_empty() {
        vec![("all".to_owned(), scope.clone())]
    } else {
        within
    }
}
