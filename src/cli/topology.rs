//! `cellfall topology`: what network a scenario describes.
//!
//! Invariant: runs nothing.

use super::arguments::TopologyArguments;
use super::engine::{Engine, Request};
use super::export::{Export, write_all};
use super::stop::{Exit, Stop};
use super::terminal::Terminal;

pub(super) fn topology<E: Engine>(
    asked: &TopologyArguments,
    engine: &E,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Stop> {
    let world = engine.load(&Request {
        path: &asked.file,
        seed: None,
        scale: None,
        set: &asked.overrides.set,
    })?;
    let view = engine.topology(&world);
    view.warnings.iter().for_each(|line| terminal.tell(line));
    let mut exports = Vec::new();
    if let Some(path) = &asked.graphml {
        exports.push(Export {
            path: path.clone(),
            bytes: &view.graphml,
        });
    }
    if let Some(folder) = &asked.csv {
        let (nodes, edges) = (folder.join("nodes.csv"), folder.join("edges.csv"));
        exports.push(Export {
            path: nodes,
            bytes: &view.nodes_csv,
        });
        exports.push(Export {
            path: edges,
            bytes: &view.edges_csv,
        });
    }
    write_all(&exports, asked.force)?;
    terminal.print(&format!("{}\n", view.summary.trim_end()))?;
    for export in &exports {
        terminal.tell(&format!("written to {}", export.path.display()));
    }
    Ok(Exit::Done)
}
