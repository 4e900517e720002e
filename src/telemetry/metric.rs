//! The metrics that gates, alarms and people may ask for, by their 3GPP names where there is one.
//!
//! Adding a metric is one variant and one line of the registry.
//!
//! Invariant: a metric is arithmetic on delivered reports; a ratio of nothing to nothing is no
//! value, never a number.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::base::Problem;

use super::columns::{ClassColumn, FunctionColumn};

use self::Metric as M;
use self::Reduce::{Count, Level, Mean, Occupancy, Rate, Ratio};

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Initial registrations asked for, per period (`RM.RegInitReq`, TS 28.552; `MM.EpsAttachAtt`, TS 32.426).
    RegInitReq,
    /// Initial registrations accepted, per period.
    RegInitSucc,
    /// Initial registrations rejected, per period.
    RegInitFail,
    /// Periodic updates, per period.
    RegPeriodReq,
    /// Registered subscribers.
    RegisteredSubNbrMean,
    /// Subscribers known but not registered (UDM).
    UnregisteredSubUdmNbrMean,
    /// Registration success rate: accepted over asked for (TS 28.554).
    Rsr,
    /// Registered over known subscribers.
    RegisteredShare,
    /// Initial registrations asked for, per second.
    RegistrationAttemptRate,
    /// Devices registered with the IMS over known subscribers.
    ImsRegisteredShare,
    /// IMS registrations and refreshes, per period.
    ImsRegistrationAttempts,
    /// IMS initial registrations accepted, per period.
    ImsRegistrationSuccesses,
    /// Calls attempted, per period.
    CallAttempts,
    /// Calls blocked, per period.
    CallsBlocked,
    /// Calls not blocked over calls attempted.
    CallSuccessRate,
    /// Emergency calls attempted, per period.
    EmergencyCallAttempts,
    /// Emergency calls blocked, per period.
    EmergencyCallsBlocked,
    /// Emergency calls not blocked over emergency calls attempted.
    EmergencyCallSuccessRate,
    /// Share of the time that elements were busy (`EQPT.MeanProcessorUsage`, as a share).
    Utilisation,
    /// Seconds of work waiting in an element.
    QueueWait,
    /// Requests that arrived at elements, per second.
    RequestRate,
    /// Requests dropped at full queues over requests that arrived.
    DropShare,
    /// Requests rejected by overload control over requests that arrived.
    RejectShare,
    /// Requests served too late for their caller over requests served.
    WastedShare,
    /// Elements that serve over elements that report.
    ElementsUp,
    /// Initial registrations that arrived at AMF and MME, per period.
    ElementRegistrationRequests,
    /// Initial registrations that AMF and MME accepted, per period.
    ElementRegistrationSuccesses,
    /// Initial registrations that AMF and MME rejected, per period.
    ElementRegistrationRejects,
    /// Registration success rate as AMF and MME count it.
    ElementRsr,
    /// Radio connections asked of towers for signalling, per period (`RRC.ConnEstabAtt.mo-Signalling`, TS 32.425).
    RrcSignallingAttempts,
    /// Radio connections asked of towers, whatever for, per period (`RRC.ConnEstabAtt`, TS 32.425).
    RrcAttempts,
    /// Radio connections that towers refused, per period (`RRC.ConnEstabFailCause.Congestion`, TS 32.425).
    RrcRefused,
    /// Radio connections refused over those asked for.
    RrcRefusedShare,
    /// Contexts at AMF and MME that devices ended, per period (`MM.EpsDetachUeAtt`, TS 32.426).
    DetachByDevice,
    /// Contexts that the subscriber database had ended, per period (HSS-initiated detach, TS 32.426).
    DetachBySubscriberData,
    /// Contexts that the element ended by itself or lost, per period (`MM.EpsDetachMMEAtt`, TS 32.426).
    DetachImplicit,
}

/// What a metric is counted of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedOf {
    /// Subscribers: network, region and class scopes.
    Subscribers,
    /// Core elements: network, region and function scopes.
    Elements,
    /// Towers: network, region and function (tower) scopes.
    Towers,
}

/// A column of a report.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    Class(ClassColumn),
    Function(FunctionColumn),
    /// Columns of a tower, added up.
    Towers(&'static [usize]),
}

/// How reports become one value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reduce {
    /// Summed.
    Count,
    /// Summed over sources, per second of each.
    Rate,
    /// Mean over the reports of a source, summed over sources.
    Level,
    /// Mean over all reports.
    Mean,
    /// Summed, over the summed seconds of the reports.
    Occupancy,
    /// Summed, over the sum of another column.
    Ratio(Column),
}

/// How a metric is computed: `(plus - minus) * unit`, reduced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Formula {
    pub(super) plus: Column,
    pub(super) minus: Option<Column>,
    pub(super) unit: f64,
    pub(super) reduce: Reduce,
}

struct Entry {
    metric: Metric,
    name: &'static str,
    alias: Option<&'static str>,
    formula: Formula,
}

const fn of(metric: Metric, name: &'static str, plus: Column, reduce: Reduce) -> Entry {
    Entry {
        metric,
        name,
        alias: None,
        formula: Formula {
            plus,
            minus: None,
            unit: 1.0,
            reduce,
        },
    }
}

impl Entry {
    const fn minus(mut self, column: Column) -> Self {
        self.formula.minus = Some(column);
        self
    }

    const fn in_seconds(mut self) -> Self {
        self.formula.unit = 1e-6;
        self
    }

    const fn or(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }
}

const fn class(column: ClassColumn) -> Column {
    Column::Class(column)
}

const fn function(column: FunctionColumn) -> Column {
    Column::Function(column)
}

const DEVICES: Column = class(ClassColumn::Devices);
const REGISTERED: Column = class(ClassColumn::Registered);
const IMS_REGISTERED: Column = class(ClassColumn::ImsRegistered);
const ATTEMPTS: Column = class(ClassColumn::RegistrationAttempts);
const SUCCESSES: Column = class(ClassColumn::RegistrationSuccesses);
const REJECTS: Column = class(ClassColumn::RegistrationRejects);
const UPDATES: Column = class(ClassColumn::PeriodicUpdates);
const IMS_ATTEMPTS: Column = class(ClassColumn::ImsAttempts);
const IMS_SUCCESSES: Column = class(ClassColumn::ImsSuccesses);
const CALLS: Column = class(ClassColumn::Calls);
const BLOCKED: Column = class(ClassColumn::CallsBlocked);
const SOS_CALLS: Column = class(ClassColumn::EmergencyCalls);
const SOS_BLOCKED: Column = class(ClassColumn::EmergencyBlocked);
const ARRIVED: Column = function(FunctionColumn::Arrived);
const SERVED: Column = function(FunctionColumn::Served);
const DROPPED: Column = function(FunctionColumn::Dropped);
const REJECTED: Column = function(FunctionColumn::Rejected);
const WASTED: Column = function(FunctionColumn::Wasted);
const BUSY: Column = function(FunctionColumn::BusyUs);
const BACKLOG: Column = function(FunctionColumn::BacklogUs);
const UP: Column = function(FunctionColumn::Up);
const REQUESTED_OF: Column = function(FunctionColumn::RegRequested);
const ACCEPTED_BY: Column = function(FunctionColumn::RegAccepted);
const REJECTED_BY: Column = function(FunctionColumn::RegRejected);
const RRC_ALL: Column = Column::Towers(&[0, 1]);
const RRC_REFUSED: Column = Column::Towers(&[2]);
const LEFT: Column = function(FunctionColumn::DetachedByDevice);
const CANCELLED: Column = function(FunctionColumn::DetachedBySubscriberData);
const FORGOTTEN: Column = function(FunctionColumn::DetachedImplicitly);

/// Every metric, in the order of the variants.
const REGISTRY: [Entry; 36] = [
    of(M::RegInitReq, "RM.RegInitReq", ATTEMPTS, Count).or("MM.EpsAttachAtt"),
    of(M::RegInitSucc, "RM.RegInitSucc", SUCCESSES, Count).or("MM.EpsAttachSucc"),
    of(M::RegInitFail, "RM.RegInitFail", REJECTS, Count).or("MM.EpsAttachFail"),
    of(M::RegPeriodReq, "RM.RegPeriodReq", UPDATES, Count),
    of(
        M::RegisteredSubNbrMean,
        "RM.RegisteredSubNbrMean",
        REGISTERED,
        Level,
    )
    .or("AMFMeanRegNbr"),
    of(
        M::UnregisteredSubUdmNbrMean,
        "RM.UnregisteredSubUDMNbrMean",
        DEVICES,
        Level,
    )
    .minus(REGISTERED),
    of(M::Rsr, "RSR", SUCCESSES, Ratio(ATTEMPTS)).or("registration-success-rate"),
    of(
        M::RegisteredShare,
        "registered-share",
        REGISTERED,
        Ratio(DEVICES),
    ),
    of(
        M::RegistrationAttemptRate,
        "registration-attempt-rate",
        ATTEMPTS,
        Rate,
    ),
    of(
        M::ImsRegisteredShare,
        "ims-registered-share",
        IMS_REGISTERED,
        Ratio(DEVICES),
    ),
    of(
        M::ImsRegistrationAttempts,
        "ims-registration-attempts",
        IMS_ATTEMPTS,
        Count,
    ),
    of(
        M::ImsRegistrationSuccesses,
        "ims-registration-successes",
        IMS_SUCCESSES,
        Count,
    ),
    of(M::CallAttempts, "call-attempts", CALLS, Count),
    of(M::CallsBlocked, "calls-blocked", BLOCKED, Count),
    of(M::CallSuccessRate, "call-success-rate", CALLS, Ratio(CALLS)).minus(BLOCKED),
    of(
        M::EmergencyCallAttempts,
        "emergency-call-attempts",
        SOS_CALLS,
        Count,
    ),
    of(
        M::EmergencyCallsBlocked,
        "emergency-calls-blocked",
        SOS_BLOCKED,
        Count,
    ),
    of(
        M::EmergencyCallSuccessRate,
        "emergency-call-success-rate",
        SOS_CALLS,
        Ratio(SOS_CALLS),
    )
    .minus(SOS_BLOCKED),
    of(M::Utilisation, "utilisation", BUSY, Occupancy).in_seconds(),
    of(M::QueueWait, "queue-wait", BACKLOG, Mean).in_seconds(),
    of(M::RequestRate, "request-rate", ARRIVED, Rate),
    of(M::DropShare, "drop-share", DROPPED, Ratio(ARRIVED)),
    of(M::RejectShare, "reject-share", REJECTED, Ratio(ARRIVED)),
    of(M::WastedShare, "wasted-share", WASTED, Ratio(SERVED)),
    of(M::ElementsUp, "elements-up", UP, Mean),
    of(
        M::ElementRegistrationRequests,
        "element-registration-requests",
        REQUESTED_OF,
        Count,
    ),
    of(
        M::ElementRegistrationSuccesses,
        "element-registration-successes",
        ACCEPTED_BY,
        Count,
    ),
    of(
        M::ElementRegistrationRejects,
        "element-registration-rejects",
        REJECTED_BY,
        Count,
    ),
    of(
        M::ElementRsr,
        "element-RSR",
        ACCEPTED_BY,
        Ratio(REQUESTED_OF),
    ),
    of(
        M::RrcSignallingAttempts,
        "RRC.ConnEstabAtt.mo-Signalling",
        Column::Towers(&[0]),
        Count,
    ),
    of(M::RrcAttempts, "RRC.ConnEstabAtt", RRC_ALL, Count),
    of(
        M::RrcRefused,
        "RRC.ConnEstabFailCause.Congestion",
        RRC_REFUSED,
        Count,
    ),
    of(
        M::RrcRefusedShare,
        "RRC-refused-share",
        RRC_REFUSED,
        Ratio(RRC_ALL),
    ),
    of(M::DetachByDevice, "detach-by-device", LEFT, Count).or("MM.EpsDetachUeAtt"),
    of(
        M::DetachBySubscriberData,
        "detach-by-subscriber-data",
        CANCELLED,
        Count,
    )
    .or("MM.EpsDetachHssAtt"),
    of(M::DetachImplicit, "detach-implicit", FORGOTTEN, Count).or("MM.EpsDetachMMEAtt"),
];

impl Metric {
    /// Every metric.
    pub fn all() -> impl Iterator<Item = Self> {
        REGISTRY.iter().map(|entry| entry.metric)
    }

    /// The name it has in files and outputs.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// What it is counted of.
    pub fn counted_of(self) -> CountedOf {
        match self.entry().formula.plus {
            Column::Class(_) => CountedOf::Subscribers,
            Column::Function(_) => CountedOf::Elements,
            Column::Towers(_) => CountedOf::Towers,
        }
    }

    /// Every name that [`Metric::parse`] accepts.
    pub fn names() -> Vec<&'static str> {
        let names = REGISTRY.iter().map(|entry| entry.name);
        names
            .chain(REGISTRY.iter().filter_map(|entry| entry.alias))
            .collect()
    }

    /// The metric with this name, whatever its case.
    ///
    /// # Errors
    /// If there is none: a problem with an empty path, and the nearest name.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let is = |name: &str| name.eq_ignore_ascii_case(text);
        REGISTRY
            .iter()
            .find(|entry| is(entry.name) || entry.alias.is_some_and(is))
            .map(|entry| entry.metric)
            .ok_or_else(|| Problem::unknown_name("", text, "metric", &Self::names()))
    }

    pub(super) fn formula(self) -> Formula {
        self.entry().formula
    }

    fn entry(self) -> &'static Entry {
        &REGISTRY[self as usize]
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The JSON Schema of a key that holds the name of a metric.
pub fn metric_name_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Metric::names() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_in_the_order_of_the_variants() {
        for (index, entry) in REGISTRY.iter().enumerate() {
            assert_eq!(entry.metric as usize, index, "{}", entry.name);
            assert_eq!(Metric::parse(entry.name), Ok(entry.metric));
        }
    }

    #[test]
    fn older_names_and_other_cases_are_understood() {
        assert_eq!(Metric::parse("MM.EpsAttachAtt"), Ok(Metric::RegInitReq));
        assert_eq!(Metric::parse("rsr"), Ok(Metric::Rsr));
    }

    #[test]
    fn a_misspelt_metric_gets_a_suggestion() {
        let problem = Metric::parse("RM.RegInitReg").expect_err("misspelt");
        assert!(
            problem.allowed.contains("perhaps \"RM.RegInitReq\""),
            "{problem}"
        );
    }
}
