//! The counters as monitoring systems know them: families of series, with the names that open cores use
//! (`fivegs_<function>_<family>_<measurement>`, `Open5GS`) and the 3GPP names that they stand for.
//!
//! A new family is one line of the table.
//!
//! Invariant: a family names columns of reports; it computes nothing else.

use crate::topology::NodeKind;

use super::columns::{CAUSES, CLASS_COLUMNS, ClassColumn as C, FunctionColumn as F, TOWER_COLUMNS};
use super::pipeline::{Report, Source};
use super::reading::CAUSE_WORDS;

/// Whether a family counts or measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FamilyKind {
    /// Grows; reports hold its increase.
    Counter,
    /// A level at the end of the period.
    Gauge,
}

/// Who reports a family, and how its series are told apart.
#[derive(Clone, Copy, Debug)]
enum Series {
    /// Regions, by class.
    Classes(C),
    /// Every element.
    Elements(F),
    /// AMF (or MME), by priority: all, of which priority.
    ByPriority(NodeKind, F, F),
    /// AMF (or MME), by cause and priority.
    ByCause(NodeKind),
    /// Towers.
    Towers(usize, &'static str),
}

/// A family of series.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Its name in monitoring systems, without the ending of counters.
    pub name: &'static str,
    /// What it counts, with the name of the standard where there is one.
    pub help: &'static str,
    /// Whether it counts or measures.
    pub kind: FamilyKind,
    /// What one of the reported units is in the unit of the family.
    unit: f64,
    series: Series,
}

/// One series of a family within the reports of a source.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    plus: usize,
    minus: Option<usize>,
    unit: f64,
    /// The class, by its place in the table; for families by class.
    pub class: Option<usize>,
    /// The tower, by its place among those of its region; for families of towers.
    pub tower: Option<usize>,
    /// The cause, for families by cause.
    pub cause: Option<&'static str>,
    /// `ordinary` or `priority`, for families by priority.
    pub priority: Option<&'static str>,
}

const fn gauge(name: &'static str, help: &'static str, series: Series) -> Family {
    Family {
        name,
        help,
        kind: FamilyKind::Gauge,
        unit: 1.0,
        series,
    }
}

const fn counter(name: &'static str, help: &'static str, series: Series) -> Family {
    Family {
        kind: FamilyKind::Counter,
        ..gauge(name, help, series)
    }
}

const fn in_seconds(family: Family) -> Family {
    Family {
        unit: 1e-6,
        ..family
    }
}

const SIGNALLING: &str = "mo-Signalling";
const AMF: NodeKind = NodeKind::Amf;
const MME: NodeKind = NodeKind::Mme;

/// Every family, in the order of exports.
pub const FAMILIES: [Family; 36] = [
    gauge(
        "cellfall_subscribers",
        "Subscribers that live in a region",
        Series::Classes(C::Devices),
    ),
    gauge(
        "cellfall_registered_subscribers",
        "Registered subscribers (RM.RegisteredSubNbrMean, TS 28.552)",
        Series::Classes(C::Registered),
    ),
    gauge(
        "cellfall_ims_registered_subscribers",
        "Subscribers registered with the IMS",
        Series::Classes(C::ImsRegistered),
    ),
    counter(
        "cellfall_registration_attempts",
        "Initial registrations asked for, as devices sent them (RM.RegInitReq, MM.EpsAttachAtt)",
        Series::Classes(C::RegistrationAttempts),
    ),
    counter(
        "cellfall_registration_successes",
        "Initial registrations that took effect (RM.RegInitSucc, MM.EpsAttachSucc)",
        Series::Classes(C::RegistrationSuccesses),
    ),
    counter(
        "cellfall_registration_rejects",
        "Rejects that devices received (RM.RegInitFail, MM.EpsAttachFail)",
        Series::Classes(C::RegistrationRejects),
    ),
    counter(
        "cellfall_periodic_updates",
        "Periodic updates (RM.RegPeriodReq)",
        Series::Classes(C::PeriodicUpdates),
    ),
    counter(
        "cellfall_ims_attempts",
        "IMS registrations and refreshes",
        Series::Classes(C::ImsAttempts),
    ),
    counter(
        "cellfall_ims_successes",
        "IMS initial registrations accepted",
        Series::Classes(C::ImsSuccesses),
    ),
    counter(
        "cellfall_calls",
        "Calls attempted",
        Series::Classes(C::Calls),
    ),
    counter(
        "cellfall_calls_blocked",
        "Calls blocked",
        Series::Classes(C::CallsBlocked),
    ),
    counter(
        "cellfall_emergency_calls",
        "Emergency calls attempted",
        Series::Classes(C::EmergencyCalls),
    ),
    counter(
        "cellfall_emergency_calls_blocked",
        "Emergency calls blocked",
        Series::Classes(C::EmergencyBlocked),
    ),
    gauge(
        "cellfall_element_up",
        "Whether an element serves",
        Series::Elements(F::Up),
    ),
    in_seconds(gauge(
        "cellfall_element_queue_seconds",
        "Seconds of work waiting",
        Series::Elements(F::BacklogUs),
    )),
    counter(
        "cellfall_element_requests",
        "Requests that arrived",
        Series::Elements(F::Arrived),
    ),
    counter(
        "cellfall_element_served",
        "Requests served",
        Series::Elements(F::Served),
    ),
    counter(
        "cellfall_element_dropped",
        "Requests dropped at a full queue",
        Series::Elements(F::Dropped),
    ),
    counter(
        "cellfall_element_rejected",
        "Requests rejected by overload control",
        Series::Elements(F::Rejected),
    ),
    counter(
        "cellfall_element_wasted",
        "Requests served too late for their caller",
        Series::Elements(F::Wasted),
    ),
    in_seconds(counter(
        "cellfall_element_busy_seconds",
        "Seconds of service given (EQPT.MeanProcessorUsage as a rate)",
        Series::Elements(F::BusyUs),
    )),
    counter(
        "fivegs_amffunction_rm_reginitreq",
        "RM.RegInitReq (TS 28.552 5.2.2)",
        Series::ByPriority(AMF, F::RegRequested, F::RegRequestedPriority),
    ),
    counter(
        "fivegs_amffunction_rm_reginitsucc",
        "RM.RegInitSucc (TS 28.552 5.2.2)",
        Series::ByPriority(AMF, F::RegAccepted, F::RegAcceptedPriority),
    ),
    counter(
        "fivegs_amffunction_rm_reginitfail",
        "RM.RegInitFail.Cause (TS 28.552 5.2.2)",
        Series::ByCause(AMF),
    ),
    counter(
        "fivegs_amffunction_rm_deregue",
        "De-registrations asked for by devices (TS 23.502 4.2.2.3.2; TS 28.552 names none)",
        Series::ByPriority(AMF, F::DetachedByDevice, F::DetachedByDevicePriority),
    ),
    counter(
        "fivegs_amffunction_rm_deregudm",
        "De-registrations asked for by the UDM (TS 23.502 4.2.2.3.3; TS 28.552 names none)",
        Series::ByPriority(
            AMF,
            F::DetachedBySubscriberData,
            F::DetachedBySubscriberDataPriority,
        ),
    ),
    counter(
        "fivegs_amffunction_rm_deregimplicit",
        "Implicit de-registrations, contexts lost among them (TS 23.502 4.2.2.3.3; TS 28.552 names none)",
        Series::ByPriority(AMF, F::DetachedImplicitly, F::DetachedImplicitlyPriority),
    ),
    counter(
        "eps_mmefunction_mm_epsattachatt",
        "MM.EpsAttachAtt (TS 32.426 4.1.1)",
        Series::ByPriority(MME, F::RegRequested, F::RegRequestedPriority),
    ),
    counter(
        "eps_mmefunction_mm_epsattachsucc",
        "MM.EpsAttachSucc (TS 32.426 4.1.1)",
        Series::ByPriority(MME, F::RegAccepted, F::RegAcceptedPriority),
    ),
    counter(
        "eps_mmefunction_mm_epsattachfail",
        "MM.EpsAttachFail.Cause (TS 32.426 4.1.1)",
        Series::ByCause(MME),
    ),
    counter(
        "eps_mmefunction_mm_epsdetachueatt",
        "MM.EpsDetachUeAtt: detach initiated by devices (TS 32.426)",
        Series::ByPriority(MME, F::DetachedByDevice, F::DetachedByDevicePriority),
    ),
    counter(
        "eps_mmefunction_mm_epsdetachhssatt",
        "Detach initiated by the HSS, as cancel location is (TS 32.426)",
        Series::ByPriority(
            MME,
            F::DetachedBySubscriberData,
            F::DetachedBySubscriberDataPriority,
        ),
    ),
    counter(
        "eps_mmefunction_mm_epsdetachmmeatt",
        "MM.EpsDetachMMEAtt: implicit detach, contexts lost among them (TS 32.426)",
        Series::ByPriority(MME, F::DetachedImplicitly, F::DetachedImplicitlyPriority),
    ),
    counter(
        "ran_rrc_connestabatt_signalling",
        "RRC.ConnEstabAtt.mo-Signalling (TS 32.425 4.1.1)",
        Series::Towers(0, SIGNALLING),
    ),
    counter(
        "ran_rrc_connestabatt_other",
        "RRC.ConnEstabAtt, all other causes (TS 32.425 4.1.1)",
        Series::Towers(1, "other"),
    ),
    counter(
        "ran_rrc_connestabfail",
        "RRC.ConnEstabFailCause.Congestion (TS 32.425 4.1.1)",
        Series::Towers(2, "congestion"),
    ),
];

impl Family {
    /// The series of this family in a report of an element of this kind (or of no element); none if
    /// another family's.
    pub fn slots(&self, report: &Report, kind: Option<NodeKind>) -> Vec<Slot> {
        let width = report.values.len();
        match (self.series, report.source) {
            (Series::Classes(column), Source::Region(_)) => (0..width / CLASS_COLUMNS)
                .map(|class| Slot {
                    class: Some(class),
                    ..self.slot(class * CLASS_COLUMNS + column as usize)
                })
                .collect(),
            (Series::Towers(column, cause), Source::Towers(_)) => (0..width / TOWER_COLUMNS)
                .map(|tower| Slot {
                    tower: Some(tower),
                    cause: Some(cause),
                    ..self.slot(tower * TOWER_COLUMNS + column)
                })
                .collect(),
            (Series::Elements(column), Source::Function(_)) => vec![self.slot(column as usize)],
            (Series::ByPriority(of, all, priority), Source::Function(_)) if kind == Some(of) => {
                self.by_priority(all as usize, priority as usize)
            }
            (Series::ByCause(of), Source::Function(_)) if kind == Some(of) => self.by_cause(),
            _ => Vec::new(),
        }
    }

    const fn slot(&self, plus: usize) -> Slot {
        Slot {
            plus,
            minus: None,
            unit: self.unit,
            class: None,
            tower: None,
            cause: None,
            priority: None,
        }
    }

    fn by_priority(&self, all: usize, priority: usize) -> Vec<Slot> {
        let ordinary = Slot {
            minus: Some(priority),
            priority: Some(PRIORITY_WORDS[0]),
            ..self.slot(all)
        };
        let first = Slot {
            priority: Some(PRIORITY_WORDS[1]),
            ..self.slot(priority)
        };
        vec![ordinary, first]
    }

    fn by_cause(&self) -> Vec<Slot> {
        let slot = |(place, priority): (usize, &'static str)| {
            let first = F::RegRejectedCauses as usize + place * CAUSES;
            CAUSE_WORDS
                .iter()
                .zip(first..)
                .map(move |(&cause, column)| Slot {
                    cause: Some(cause),
                    priority: Some(priority),
                    ..self.slot(column)
                })
        };
        PRIORITY_WORDS
            .into_iter()
            .enumerate()
            .flat_map(slot)
            .collect()
    }
}

/// The words for who is served first and who is not.
const PRIORITY_WORDS: [&str; 2] = ["ordinary", "priority"];

impl Slot {
    /// What a report says of it: the increase of a counter, the level of a gauge; none if the report is
    /// of another shape.
    pub fn value(&self, report: &Report) -> Option<f64> {
        let plus = report.values.get(self.plus)?;
        let minus = match self.minus {
            Some(column) => *report.values.get(column)?,
            None => 0.0,
        };
        Some((plus - minus) * self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{NodeId, SimTime};
    use crate::network::COUNTED_CAUSES;
    use crate::telemetry::fixture::{Minute, World};

    #[test]
    fn causes_have_the_words_of_their_numbers() {
        let words: Vec<String> = COUNTED_CAUSES.iter().map(ToString::to_string).collect();
        assert_eq!(words, CAUSE_WORDS[..COUNTED_CAUSES.len()]);
        assert_eq!(CAUSE_WORDS[CAUSES - 1], "other");
    }

    #[test]
    fn names_are_unique_and_valid() {
        let valid = |name: &str| {
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b"_0123456789".contains(&b))
        };
        for (place, family) in FAMILIES.iter().enumerate() {
            assert!(valid(family.name), "{}", family.name);
            assert!(
                FAMILIES[..place]
                    .iter()
                    .all(|other| other.name != family.name)
            );
            assert!(!family.name.ends_with("_total"), "exports add it");
        }
    }

    #[test]
    fn a_family_reads_its_own_reports() {
        let mut world = World::ideal();
        world.pass(&Minute::registered(80));
        let now = SimTime::from_secs(70.0);
        let sum = |name: &str, kind| -> f64 {
            let family = FAMILIES.iter().find(|family| family.name == name);
            let family = family.expect("there is such a family");
            let reports = world
                .view
                .sources()
                .flat_map(|s| world.view.reports(s, now));
            let values = reports.flat_map(|report| {
                let slots = family.slots(report, kind).into_iter();
                slots.filter_map(|slot| slot.value(report))
            });
            values.sum()
        };
        assert!((sum("cellfall_registered_subscribers", None) - 320.0).abs() < 1e-9);
        assert!((sum("cellfall_registration_attempts", None) - 480.0).abs() < 1e-9);
        assert!(sum("fivegs_amffunction_rm_reginitreq", Some(NodeKind::Amf)).abs() < 1e-9);
        let source = Source::Function(NodeId(0));
        let report = world.view.reports(source, now).next().expect("it reports");
        let family = |name| FAMILIES.iter().find(|f| f.name == name).expect("there");
        let by_cause = family("fivegs_amffunction_rm_reginitfail");
        assert_eq!(
            by_cause.slots(report, Some(NodeKind::Amf)).len(),
            2 * CAUSES
        );
        assert_eq!(by_cause.slots(report, Some(NodeKind::Udm)), []);
    }
}
