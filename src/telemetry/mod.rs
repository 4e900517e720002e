//! Counters with their 3GPP names, the pipelines that collect them, and the operator's view.
//!
//! The world hands its true counters to a [`Pipeline`], which sends [`Report`]s: late, lossy,
//! perhaps over the very network they describe. What has arrived is the [`OperatorView`]; gates,
//! alarms and people read it alone.
//!
//! Invariant: no truth leaves this room but through a report, at the instant it is delivered.

mod columns;
mod metric;
mod pipeline;
mod place;
mod spec;
mod view;

pub use metric::{CountedOf, Metric, metric_name_schema};
pub use pipeline::{Pipeline, Report, Source};
pub use place::{Names, Place, PlaceSpec};
pub use spec::{OnDeadPath, Path, PipelineSettings, PipelineSpec, Preset, TelemetrySpec};
pub use view::{Observed, OperatorView, Window};

#[cfg(test)]
pub(crate) mod fixture;
