//! Counters with their 3GPP names, the pipelines that collect them, and the operator's view.
//!
//! The world hands its true counters to a [`Pipeline`], which sends [`Report`]s: late, lossy,
//! perhaps over the very network they describe. Acts in the management plane leave traces, of which
//! [`Sensors`] send [`Note`]s. What has arrived is the [`OperatorView`]; gates, alarms and people
//! read it alone. Which signals there are, how often and how late is the telemetry [`Contract`].
//!
//! Invariant: no truth leaves this room but through a report, at the instant it is delivered.

mod columns;
mod family;
mod metric;
mod pipeline;
mod place;
mod reading;
mod release;
mod sensor;
mod spec;
mod view;

pub use family::{FAMILIES, Family, FamilyKind, Slot};
pub use metric::{CountedOf, Metric, metric_name_schema};
pub use pipeline::{Pipeline, Report, Source};
pub use place::{Names, Place, PlaceSpec};
pub use reading::{CAUSE_WORDS, ElementReading};
pub use release::{Release, Releases};
pub use sensor::{Fact, Note, SensorKind, SensorSettings, SensorSpec, Sensors};
pub use spec::{Contract, OnDeadPath, Path, PipelineSettings, PipelineSpec, Preset, TelemetrySpec};
pub use view::{Observed, OperatorRecord, OperatorView, Window};

#[cfg(test)]
pub(crate) mod fixture;
