//! What each procedure asks of which core function, and the load of what is not simulated one by one.
//!
//! Invariant: plain data with sourced defaults.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::PerSecond;

/// What is asked of the core by devices, one procedure each.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Procedure {
    /// Registration with full authentication (TS 23.502 §4.2.2.2, TS 23.401 §5.3.2.1).
    InitialRegistration = 0,
    /// Periodic update.
    PeriodicUpdate = 1,
    /// First registration with IMS.
    ImsRegistration = 2,
    /// Refresh of an IMS registration.
    ImsRefresh = 3,
    /// A call set-up.
    Call = 4,
    /// An emergency call set-up.
    EmergencyCall = 5,
    /// The same from a phone without a registration: an emergency attach comes first (TS 23.401 §4.3.12).
    EmergencyAttach = 6,
}

/// All procedures in the order of their numbers.
pub(in crate::network) const PROCEDURES: [Procedure; 7] = [
    Procedure::InitialRegistration,
    Procedure::PeriodicUpdate,
    Procedure::ImsRegistration,
    Procedure::ImsRefresh,
    Procedure::Call,
    Procedure::EmergencyCall,
    Procedure::EmergencyAttach,
];

/// The visits of each procedure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProceduresSpec {
    /// Visits of an initial registration.
    #[schemars(length(min = 1, max = 8))]
    pub initial_registration: Vec<Visit>,
    /// Visits of a periodic update.
    #[schemars(length(min = 1, max = 8))]
    pub periodic_update: Vec<Visit>,
    /// Visits of a first IMS registration.
    #[schemars(length(min = 1, max = 8))]
    pub ims_registration: Vec<Visit>,
    /// Visits of an IMS refresh.
    #[schemars(length(min = 1, max = 8))]
    pub ims_refresh: Vec<Visit>,
    /// Visits of a call.
    #[schemars(length(min = 1, max = 8))]
    pub call: Vec<Visit>,
    /// Visits of an emergency call.
    #[schemars(length(min = 1, max = 8))]
    pub emergency_call: Vec<Visit>,
    /// Visits of an emergency call from a phone without a registration.
    #[schemars(length(min = 1, max = 8))]
    pub emergency_attach: Vec<Visit>,
}

/// One visit of a procedure to a core function.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Which function.
    pub at: Function,
    /// How much work, in the units of the function.
    pub work: PerSecond,
    /// The procedure is already under way there, so a full queue does not turn it away.
    #[serde(default)]
    pub under_way: bool,
}

/// A kind of core function as a procedure sees it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    /// The AMF or MME that serves the device.
    Mobility,
    /// A UDM/HSS front end.
    Udm,
    /// An IMS site.
    Ims,
    /// A gateway of the region.
    Gateway,
    /// The entry of Wi-Fi calling; skipped by devices on home radio.
    Epdg,
}

const fn visit(at: Function, work: f64, under_way: bool) -> Visit {
    Visit {
        at,
        work: PerSecond::of(work),
        under_way,
    }
}

impl Default for ProceduresSpec {
    /// Messages at AMF/MME: attach 14, update 6 (vendor arithmetic, low authority). Transactions at
    /// the HSS: AIR + ULR for an attach (TS 29.272), UAR + MAR + UAR + SAR for IMS (TS 29.228), each
    /// procedure's taken as one visit. SIP: two REGISTER for a first registration, one for a refresh.
    /// Whoever registers with IMS on a new address is challenged, known to its S-CSCF or not (TS 24.229
    /// §5.4.1.2.1), so the four hold for all. A refresh on the old one would ask for UAR, as the I-CSCF keeps
    /// nothing (TS 23.228 §5.2.2.4, where SAR may be left out); that is not counted, as the databases here
    /// are sized for registrations.
    /// A phone that is not registered attaches for an emergency and is authenticated where it has a SIM (TS
    /// 33.401 §15.1); Diameter gives that no priority at the HSS unless RFC 7944 is in use.
    fn default() -> Self {
        use Function::{Epdg, Gateway, Ims, Mobility, Udm};
        Self {
            initial_registration: vec![
                visit(Mobility, 6.0, false),
                visit(Udm, 2.0, false),
                visit(Gateway, 1.0, false),
                visit(Mobility, 8.0, true),
            ],
            periodic_update: vec![visit(Mobility, 6.0, false)],
            ims_registration: vec![
                visit(Epdg, 1.0, false),
                visit(Ims, 1.0, false),
                visit(Udm, 4.0, false),
                visit(Ims, 1.0, true),
            ],
            ims_refresh: vec![visit(Epdg, 1.0, false), visit(Ims, 1.0, false)],
            call: vec![visit(Epdg, 1.0, false), visit(Ims, 3.0, false)],
            emergency_call: vec![visit(Ims, 3.0, false)],
            emergency_attach: vec![
                visit(Mobility, 14.0, false),
                visit(Udm, 2.0, false),
                visit(Ims, 3.0, false),
            ],
        }
    }
}

impl ProceduresSpec {
    /// The visits of one procedure.
    pub fn visits(&self, procedure: Procedure) -> &[Visit] {
        match procedure {
            Procedure::InitialRegistration => &self.initial_registration,
            Procedure::PeriodicUpdate => &self.periodic_update,
            Procedure::ImsRegistration => &self.ims_registration,
            Procedure::ImsRefresh => &self.ims_refresh,
            Procedure::Call => &self.call,
            Procedure::EmergencyCall => &self.emergency_call,
            Procedure::EmergencyAttach => &self.emergency_attach,
        }
    }
}

/// Load of service requests, paging and handovers, which are not events: work at the AMF or MME per
/// registered device.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BackgroundSpec {
    /// Messages per registered device in the busy hour (vendor analysis: 500 to 800).
    pub messages_in_busy_hour: PerSecond,
    /// The same in the quietest hour of the night (assumption: a quarter).
    pub messages_in_quiet_hour: PerSecond,
}

impl Default for BackgroundSpec {
    fn default() -> Self {
        Self {
            messages_in_busy_hour: PerSecond::of(600.0),
            messages_in_quiet_hour: PerSecond::of(150.0),
        }
    }
}
