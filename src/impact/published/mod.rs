//! The `published:` block: what the real event is known to have been, to print beside the simulated.
//!
//! Invariant: a published figure names a quantity that can be computed from the results of a run, or
//! says why it cannot; nothing here is read by the simulation.

mod evaluate;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Share, Span};
use crate::network::Service;

pub use evaluate::{Evaluated, Evidence, Outcome, evaluate};

/// Published figures of the real event, printed beside the simulated ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Published {
    /// The instant that published times count from, since the start of the scenario.
    pub t0: Span,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// One published figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What was measured.
    pub quantity: Quantity,
    /// The published value: a duration for times, a plain number for everything else.
    pub value: Value,
    /// How far the simulated value may lie from it.
    #[serde(default)]
    pub tolerance: Tolerance,
    /// Where it was published.
    pub source: String,
    /// What it is to this scenario.
    pub tag: Tag,
    /// What it is called in the table; the quantity in words unless given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Anything a reader should know.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What probably explains that the simulation misses it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub miss: String,
}

/// What a published figure is to the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tag {
    /// Put into the scenario: that it comes out again proves nothing.
    Input,
    /// A parameter was chosen so that it comes out.
    Fit,
    /// It comes out by itself, or does not.
    Predicted,
    /// It follows by arithmetic from other figures of the block: shown, and counted nowhere.
    Derived,
}

/// A duration, or a plain number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// A time.
    Time(Span),
    /// A count, a share or a ratio.
    Number(f64),
}

/// How far the simulated value may lie from the published one: `{relative: 0.1}`,
/// `{absolute: 90m}`, `{min: 138m, max: 180m}`, `{min: 4}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Tolerance {
    /// Within this share of the published value.
    Relative {
        /// The share.
        relative: Share,
    },
    /// Within this much of it.
    Absolute {
        /// The distance.
        absolute: Value,
    },
    /// Between two bounds, whatever the value.
    Between {
        /// The least.
        min: Value,
        /// The most.
        max: Value,
    },
    /// At least this.
    AtLeast {
        /// The least.
        min: Value,
    },
    /// At most this.
    AtMost {
        /// The most.
        max: Value,
    },
}

impl Default for Tolerance {
    /// A tenth.
    fn default() -> Self {
        Self::Relative {
            relative: Share::of(0.1),
        }
    }
}

/// The name of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceName {
    /// Calls.
    Voice,
    /// Packet data.
    Data,
    /// Short messages.
    Sms,
    /// Emergency calls.
    Emergency,
}

impl From<ServiceName> for Service {
    fn from(name: ServiceName) -> Self {
        match name {
            ServiceName::Voice => Self::Voice,
            ServiceName::Data => Self::Data,
            ServiceName::Sms => Self::Sms,
            ServiceName::Emergency => Self::Emergency,
        }
    }
}

/// Something that can be computed from the results of a run. Times count from `t0`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "snake_case",
    deny_unknown_fields
)]
pub enum Quantity {
    /// When this share of all devices was first without the service.
    TimeToTotalLoss {
        /// Which service.
        #[serde(default = "data")]
        service: ServiceName,
        /// Which share of the devices.
        #[serde(default = "nearly_all")]
        share: Share,
    },
    /// When this share of the devices registered before the outage was registered again.
    RegisteredShareTime {
        /// Which share.
        share: Share,
    },
    /// The same within one class.
    ClassRegisteredShareTime {
        /// Which class.
        class: String,
        /// Which share.
        share: Share,
    },
    /// Registered devices at an instant, as a share of those registered before the outage.
    RegisteredShareAt {
        /// When.
        at: Span,
    },
    /// The same within one class.
    ClassRegisteredShareAt {
        /// Which class.
        class: String,
        /// When.
        at: Span,
    },
    /// When the devices without a service had fallen for good to this share of their peak.
    ServiceRestoredTime {
        /// Which service.
        #[serde(default = "data")]
        service: ServiceName,
        /// Which share of the peak may still be out.
        #[serde(default = "hardly_any")]
        left: Share,
    },
    /// When the share of calls that succeed had risen for good to this level.
    CallSuccessNormalTime {
        /// Which level.
        #[serde(default = "nearly_all")]
        share: Share,
    },
    /// When an entry of the event log was made (the first that fits).
    RecordTime {
        /// Its kind, such as `rollback-finished`.
        record: String,
        /// What its subject contains; anything, if left out.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        subject: String,
    },
    /// Devices that were without the service at any time.
    DevicesAffected {
        /// Which service.
        #[serde(default = "data")]
        service: ServiceName,
    },
    /// Calls blocked, redials included.
    BlockedCalls,
    /// Originated calls that were blocked, redials left out: the ordinary demand that was not carried,
    /// each call counted once, where it begins. It is what an operator can report of phones that never
    /// reached a switch, from the load of the same hours of other weeks (47 CFR 4.9(b)).
    FirstAttemptsBlocked,
    /// Attempts to reach the emergency services that were blocked, redials included.
    EmergencyBlocked,
    /// Emergency calls carried between two instants, as a share of those that people set out to make then
    /// (redials left out).
    EmergencyCallsCarried {
        /// From; the start of the run, if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Span>,
        /// To.
        to: Span,
    },
    /// Calls of users entitled to priority service that were carried between two instants, as a share of
    /// those that they set out to make then (redials left out): the calls there are against the calls there
    /// usually are in those hours.
    PriorityCallsCarried {
        /// From; the start of the run, if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Span>,
        /// To.
        to: Span,
    },
    /// Public warnings that this share of the towers in their area broadcast.
    AlertsBroadcast {
        /// Which share of the towers.
        #[serde(default = "nearly_all")]
        towers: Share,
    },
    /// Devices that heard public warnings, as a share of those in their areas.
    AlertReach {
        /// Only warnings whose name contains this; all, if left out.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        alert: String,
    },
    /// The most devices that were without a service at once.
    PeakOut {
        /// Which service.
        #[serde(default = "data")]
        service: ServiceName,
    },
    /// The deepest drop of registered devices below those registered before the outage.
    RegisteredDrop,
    /// Devices that have a service back at an instant, as a share of the most that were without it by then.
    RestoredShareAt {
        /// Which service.
        #[serde(default = "data")]
        service: ServiceName,
        /// When.
        at: Span,
    },
    /// How often an entry was made in the event log.
    RecordCount {
        /// Its kind, such as `element-struck`.
        record: String,
        /// What its subject contains; anything, if left out.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        subject: String,
        /// Only entries before the first of this kind; all, if left out.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        before: String,
    },
    /// Calls blocked per device of the network.
    BlockedCallsPerDevice,
    /// Emergency calls among the blocked calls.
    EmergencyShareOfBlocked,
    /// Initial registration requests per device of the network.
    AttemptsPerDevice,
    /// Share of the regions touched.
    RegionsTouchedShare,
    /// One quantity divided by another of the same unit.
    Ratio {
        /// The dividend.
        of: Box<Quantity>,
        /// The divisor.
        to: Box<Quantity>,
    },
    /// One quantity less another of the same unit.
    Difference {
        /// From this.
        of: Box<Quantity>,
        /// Less this.
        minus: Box<Quantity>,
    },
    /// Known, but nothing that a simulation of this kind computes.
    NotExpressible {
        /// Why.
        reason: String,
    },
}

const fn data() -> ServiceName {
    ServiceName::Data
}

const fn nearly_all() -> Share {
    Share::of(0.95)
}

const fn hardly_any() -> Share {
    Share::of(0.01)
}

/// What a quantity is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds, printed as hours and minutes.
    Time,
    /// Things.
    Count,
    /// A share from 0 to 1.
    Share,
    /// A plain number.
    Number,
}

impl Value {
    /// The number: seconds of a time.
    pub fn number(self) -> f64 {
        match self {
            Self::Time(span) => span.as_secs_f64(),
            Self::Number(number) => number,
        }
    }
}

impl Figure {
    /// What is wrong with the figure: a duration where a number belongs, or the other way round.
    pub fn problem(&self) -> Option<String> {
        let is_time = matches!(self.quantity.unit(), Unit::Time);
        if matches!(self.quantity, Quantity::NotExpressible { .. })
            || is_time == matches!(self.value, Value::Time(_))
        {
            return None;
        }
        let wanted = if is_time {
            "a duration such as 588m"
        } else {
            "a plain number"
        };
        Some(format!(
            "the value of \"{}\" is {wanted}",
            self.quantity.label()
        ))
    }
}

impl Quantity {
    /// What it is counted in.
    pub fn unit(&self) -> Unit {
        match self {
            Self::TimeToTotalLoss { .. }
            | Self::RegisteredShareTime { .. }
            | Self::ClassRegisteredShareTime { .. }
            | Self::ServiceRestoredTime { .. }
            | Self::CallSuccessNormalTime { .. }
            | Self::RecordTime { .. } => Unit::Time,
            Self::RegisteredShareAt { .. }
            | Self::ClassRegisteredShareAt { .. }
            | Self::EmergencyShareOfBlocked
            | Self::EmergencyCallsCarried { .. }
            | Self::PriorityCallsCarried { .. }
            | Self::AlertReach { .. }
            | Self::RestoredShareAt { .. }
            | Self::RegionsTouchedShare => Unit::Share,
            Self::DevicesAffected { .. }
            | Self::PeakOut { .. }
            | Self::RegisteredDrop
            | Self::RecordCount { .. }
            | Self::AlertsBroadcast { .. }
            | Self::BlockedCalls
            | Self::FirstAttemptsBlocked
            | Self::EmergencyBlocked => Unit::Count,
            Self::BlockedCallsPerDevice
            | Self::AttemptsPerDevice
            | Self::Ratio { .. }
            | Self::NotExpressible { .. } => Unit::Number,
            Self::Difference { of, .. } => of.unit(),
        }
    }

    /// The quantity in words.
    pub fn label(&self) -> String {
        let percent = |share: &Share| format!("{} %", share.get() * 100.0);
        match self {
            Self::TimeToTotalLoss { service, share } => {
                format!("{} of devices without {}", percent(share), service.word())
            }
            Self::RegisteredShareTime { share } => format!("{} registered", percent(share)),
            Self::ClassRegisteredShareTime { class, share } => {
                format!("{class}: {} registered", percent(share))
            }
            Self::RegisteredShareAt { at } => format!("registered at +{at}"),
            Self::ClassRegisteredShareAt { class, at } => format!("{class}: registered at +{at}"),
            Self::ServiceRestoredTime { service, left } => {
                format!("{}: {} of the peak left", service.word(), percent(left))
            }
            Self::CallSuccessNormalTime { share } => format!("{} of calls succeed", percent(share)),
            Self::RecordTime { record, subject } if subject.is_empty() => record.clone(),
            Self::RecordTime { record, subject } => format!("{record} {subject}"),
            Self::DevicesAffected { service } => format!("devices without {}", service.word()),
            Self::BlockedCalls => "calls blocked".into(),
            Self::FirstAttemptsBlocked => "calls not carried".into(),
            Self::EmergencyBlocked => "emergency calls blocked".into(),
            Self::EmergencyCallsCarried { from, to } => carried("emergency calls", *from, *to),
            Self::PriorityCallsCarried { from, to } => carried("priority calls", *from, *to),
            Self::AlertsBroadcast { .. } => "public warnings broadcast".into(),
            Self::AlertReach { .. } => "devices that public warnings reached".into(),
            Self::PeakOut { service } => format!("at once without {}", service.word()),
            Self::RegisteredDrop => "registrations lost at once".into(),
            Self::RestoredShareAt { service, at } => format!("{} back at +{at}", service.word()),
            Self::RecordCount {
                record, subject, ..
            } => format!("number of {record} {subject}"),
            Self::BlockedCallsPerDevice => "calls blocked per device".into(),
            Self::EmergencyShareOfBlocked => "emergency share of blocked calls".into(),
            Self::AttemptsPerDevice => "registration attempts per device".into(),
            Self::RegionsTouchedShare => "regions touched".into(),
            Self::Ratio { of, to } => format!("{} / {}", of.label(), to.label()),
            Self::Difference { of, minus } => format!("{} - {}", of.label(), minus.label()),
            Self::NotExpressible { reason } => reason.clone(),
        }
    }
}

fn carried(calls: &str, from: Option<Span>, to: Span) -> String {
    match from {
        Some(from) => format!("{calls} carried, +{from} to +{to}"),
        None => format!("{calls} carried until +{to}"),
    }
}

impl ServiceName {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Data => "data",
            Self::Sms => "sms",
            Self::Emergency => "emergency calls",
        }
    }
}
