//! What a scenario file says of the network's behaviour: timers, access, core functions.
//!
//! These are the shared defaults: every number has its source or says that it is an assumption, and
//! none is fitted to a case (a scenario that fits one says so in its own file).
//!
//! Invariant: plain data; what the numbers do is in the rooms beside this one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Bounds, Delay, PerSecond, Share, Span};

use super::command::Barring;

/// The behaviour of devices towards the network, and of the network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkSpec {
    /// Registration with the mobile core (NAS).
    pub registration: RegistrationSpec,
    /// Registration with IMS, which calls need.
    pub ims: ImsSpec,
    /// Calls of users.
    pub calls: CallsSpec,
    /// Towers and the radio.
    pub access: AccessSpec,
    /// Core functions and what a procedure costs them.
    pub core: CoreSpec,
}

/// NAS registration: timers of TS 24.501 §10.2 (5GS) and TS 24.301 §10.2 (EPS).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RegistrationSpec {
    /// Guard of an attempt, T3510 or T3410.
    pub guard: Span,
    /// Short retry, T3511 or T3411.
    pub retry: Span,
    /// Attempts until the long retry (TS 24.501 §5.5.1.2.7: 5).
    #[schemars(range(min = 1, max = 15))]
    pub attempts: u8,
    /// Long retry, T3502 or T3402; the device then registers with a fresh identity.
    pub long_retry: Span,
    /// Periodic update, T3512 or T3412.
    pub periodic: Span,
    /// Whether devices make periodic updates at all.
    pub periodic_updates: bool,
    /// How late a retry may be, as a share of its timer: cell search, random access and the phone's
    /// own scheduling. Uniform from 0 to this share. Assumption; the standards give no tolerance.
    pub timer_jitter: Share,
    /// Time a registration takes on the radio and in the phone at least (several round trips,
    /// authentication in the SIM, set-up of the first data session). Assumption.
    pub procedure_time: Span,
    /// What an accept is worth that arrives after the guard has expired.
    pub late_accept: LateAccept,
    /// How long the core keeps the context of a device it cannot hear (T3512 + 4 min, then 4 min:
    /// TS 24.501 §5.3.7).
    pub implicit_detach: Span,
    /// How long a power cycle or a spell of airplane mode takes.
    pub restart_time: Delay,
    /// How soon a device whose context is gone notices, apart from its own uplink and periodic update.
    pub onset: OnsetSpec,
}

/// An accept after the guard timer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LateAccept {
    /// The device has aborted the procedure (TS 24.501 §5.5.1.2.7 c) and ignores it.
    #[default]
    Ignored,
    /// The device takes it.
    Taken,
}

/// Ways to notice a lost context beside uplink activity (by class and hour) and periodic updates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OnsetSpec {
    /// Share of devices that the network tells (network-initiated de-registration); needs a way to
    /// reach them.
    pub told: Share,
    /// How long telling them takes.
    pub told_within: Delay,
    /// Multiplies every uplink interval: 1 takes the classes as they are.
    #[schemars(range(min = 0.001, max = 1000.0))]
    pub spread: f64,
}

impl Default for OnsetSpec {
    fn default() -> Self {
        Self {
            told: Share::NONE,
            told_within: Delay::Uniform {
                uniform: Bounds {
                    min: Span::ZERO,
                    max: Span::from_minutes(1),
                },
            },
            spread: 1.0,
        }
    }
}

impl Default for RegistrationSpec {
    fn default() -> Self {
        Self {
            guard: Span::from_secs(15),
            retry: Span::from_secs(10),
            attempts: 5,
            long_retry: Span::from_minutes(12),
            periodic: Span::from_minutes(54),
            periodic_updates: true,
            timer_jitter: Share::of(0.1),
            procedure_time: Span::from_secs(1),
            late_accept: LateAccept::Ignored,
            implicit_detach: Span::from_minutes(62),
            restart_time: Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_secs(20),
                    max: Span::from_secs(60),
                },
            },
            onset: OnsetSpec::default(),
        }
    }
}

/// IMS registration (TS 24.229 §5.1.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ImsSpec {
    /// Whether devices register with IMS at all.
    pub enabled: bool,
    /// How long after NAS registration a device begins.
    pub start_after: Delay,
    /// Guard of an attempt: SIP timer F of the phone, 64 × T1 with T1 = 2 s (TS 24.229 §7.7).
    pub guard: Span,
    /// First back-off after a failure (RFC 5626 §4.5: 30 s), doubled at each failure.
    pub backoff_base: Span,
    /// Longest back-off (RFC 5626 §4.5: 1,800 s). A wait is drawn between half and the whole of it.
    pub backoff_max: Span,
    /// When a registration is refreshed: 600 s before it expires (TS 24.229 §5.1.1.4.1); operators
    /// commonly grant an hour (assumption).
    pub refresh: Span,
    /// Time a registration takes in the phone and on the air at least.
    pub procedure_time: Span,
}

impl Default for ImsSpec {
    fn default() -> Self {
        Self {
            enabled: true,
            start_after: Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_secs(1),
                    max: Span::from_secs(5),
                },
            },
            guard: Span::from_secs(128),
            backoff_base: Span::from_secs(30),
            backoff_max: Span::from_secs(1_800),
            refresh: Span::from_secs(3_000),
            procedure_time: Span::from_secs(1),
        }
    }
}

/// Calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallsSpec {
    /// Whether users call at all.
    pub enabled: bool,
    /// After which a call that is not answered by the core has failed.
    pub guard: Span,
}

impl Default for CallsSpec {
    fn default() -> Self {
        Self {
            enabled: true,
            guard: Span::from_secs(15),
        }
    }
}

/// Towers and the radio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccessSpec {
    /// Access barring in force from the start.
    pub barring: Option<Barring>,
    /// Radio connections a tower can set up per second (assumption: 100 over all its cells).
    pub setups_per_second: PerSecond,
    /// How much work of set-ups may wait at a tower before it rejects.
    pub setup_queue: Span,
    /// How long a device waits after an RRC reject (TS 38.331 §5.3.15, `RejectWaitTime` 1 … 16 s).
    pub reject_wait: Delay,
    /// What a tower does that has lost its core.
    pub wilt: WiltSpec,
    /// Share of devices with no other tower in range when theirs is gone.
    pub uncovered: Share,
    /// How long a phone that lost its cell takes to settle on another.
    pub reselection: Delay,
    /// Share of devices that another operator's radio reaches, for emergency calls.
    pub other_operator_coverage: Share,
}

/// A cell that stays up without a core holds its phones, so that they cannot use another operator
/// even for emergency calls (Optus 2023). Wilting switches it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WiltSpec {
    /// Whether towers wilt.
    pub enabled: bool,
    /// How long after losing the core.
    pub after: Span,
}

impl Default for WiltSpec {
    fn default() -> Self {
        Self {
            enabled: false,
            after: Span::from_minutes(5),
        }
    }
}

impl Default for AccessSpec {
    fn default() -> Self {
        Self {
            barring: None,
            setups_per_second: PerSecond::of(100.0),
            setup_queue: Span::from_secs(1),
            reject_wait: Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_secs(1),
                    max: Span::from_secs(16),
                },
            },
            wilt: WiltSpec::default(),
            uncovered: Share::of(0.2),
            reselection: Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_secs(2),
                    max: Span::from_secs(20),
                },
            },
            other_operator_coverage: Share::of(0.95),
        }
    }
}

/// Core functions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CoreSpec {
    /// Capacity and queue of each kind of function.
    pub functions: FunctionsSpec,
    /// What each procedure asks of which function.
    pub procedures: ProceduresSpec,
    /// Load of what is not simulated one by one.
    pub background: BackgroundSpec,
}

/// Capacity and queue of each kind of function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FunctionsSpec {
    /// AMF pool members; work in NAS and NGAP messages.
    pub amf: FunctionSpec,
    /// MME pool members; work in NAS and S1AP messages.
    pub mme: FunctionSpec,
    /// UDM/HSS front ends; work in transactions (AIR, ULR, UAR, MAR, SAR or their SBI kin).
    pub udm: FunctionSpec,
    /// IMS sites; work in SIP transactions.
    pub ims: FunctionSpec,
    /// Gateways; work in session set-ups.
    pub gateway: FunctionSpec,
    /// ePDG or N3IWF; work in tunnels and requests carried.
    pub epdg: FunctionSpec,
}

/// One kind of core function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FunctionSpec {
    /// Work per second that the elements of this kind can do together, for each million devices that
    /// they serve (at scale 1).
    pub rate_per_million: PerSecond,
    /// Workers of one element that serve in parallel, sharing its rate.
    #[schemars(range(min = 1, max = 64))]
    pub workers: u8,
    /// Order of service.
    pub discipline: Discipline,
    /// How much work may wait, in seconds of service; what comes on top is turned away.
    pub queue: Span,
    /// Whether a piece of work always takes the same time.
    pub service: ServiceTime,
    /// What happens to waiting work whose caller has given up.
    pub stale_work: StaleWork,
    /// What a request meets that finds the queue full.
    pub when_full: WhenFull,
    /// Overload control, for AMF and MME.
    pub overload: Option<OverloadSpec>,
}

/// Order of service in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Discipline {
    /// First come, first served.
    #[default]
    Fifo,
    /// Last come, first served.
    Lifo,
    /// Priority classes and emergency calls first, each in order of arrival, each with its own bound.
    Priority,
}

/// How long a piece of work takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceTime {
    /// Always its work divided by the rate.
    #[default]
    Deterministic,
    /// Exponential with that mean.
    Exponential,
}

/// What happens to waiting work whose caller has given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StaleWork {
    /// It is served like any other: the element cannot know.
    #[default]
    Served,
    /// It is recognised by its age and thrown away when its turn comes, at 2 % of its cost.
    Discarded,
}

/// What a request meets that finds the queue full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhenFull {
    /// Silence: the caller's guard expires.
    #[default]
    Drop,
    /// A reject with a cause for which the device retries after the short timer (#17, or #22 without
    /// T3346).
    Reject,
}

/// Overload control of an AMF or MME (TS 23.501 §5.19.5, TS 36.413 §8.7.6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OverloadSpec {
    /// Queue wait at which overload control starts.
    pub start_at: Span,
    /// Queue wait at which it stops.
    pub stop_at: Span,
    /// Share of radio connection requests that towers then reject (`TrafficLoadReductionIndication`).
    pub ran_reject: Share,
    /// Back-off T3346 that is sent with cause #22 to the registrations that still arrive.
    pub backoff: Option<Delay>,
}

impl Default for OverloadSpec {
    fn default() -> Self {
        Self {
            start_at: Span::from_secs(2),
            stop_at: Span::from_millis(500),
            ran_reject: Share::of(0.5),
            backoff: Some(Delay::Uniform {
                uniform: Bounds {
                    min: Span::from_minutes(15),
                    max: Span::from_minutes(30),
                },
            }),
        }
    }
}

impl FunctionSpec {
    fn of(rate_per_million: f64) -> Self {
        Self {
            rate_per_million: PerSecond::new(rate_per_million).expect("a default rate"),
            workers: 1,
            discipline: Discipline::Fifo,
            queue: Span::from_secs(5),
            service: ServiceTime::Deterministic,
            stale_work: StaleWork::Served,
            when_full: WhenFull::Drop,
            overload: None,
        }
    }
}

impl Default for FunctionSpec {
    fn default() -> Self {
        Self::of(1_000.0)
    }
}

impl Default for FunctionsSpec {
    /// Sized for the busy hour with room to spare (assumptions; vendors' figures are confidential):
    /// 500 to 800 messages per device in the busy hour is 180 per second and thousand devices; a front
    /// end of the subscriber database is sized for the day's registrations, not for everybody at once,
    /// which is what AT&T's night showed.
    fn default() -> Self {
        Self {
            amf: FunctionSpec::of(350_000.0),
            mme: FunctionSpec::of(350_000.0),
            udm: FunctionSpec {
                discipline: Discipline::Priority,
                ..FunctionSpec::of(250.0)
            },
            ims: FunctionSpec::of(3_000.0),
            gateway: FunctionSpec::of(2_000.0),
            epdg: FunctionSpec::of(2_000.0),
        }
    }
}

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
}

/// All procedures in the order of their numbers.
pub(super) const PROCEDURES: [Procedure; 6] = [
    Procedure::InitialRegistration,
    Procedure::PeriodicUpdate,
    Procedure::ImsRegistration,
    Procedure::ImsRefresh,
    Procedure::Call,
    Procedure::EmergencyCall,
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
    fn default() -> Self {
        use Function::{Epdg, Gateway, Ims, Mobility, Udm};
        Self {
            initial_registration: vec![
                visit(Mobility, 6.0, false),
                visit(Udm, 2.0, false),
                visit(Gateway, 1.0, true),
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
