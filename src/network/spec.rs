//! What a scenario file says of the network's behaviour: timers, access, core functions.
//!
//! These are the shared defaults: every number has its source or says that it is an assumption, and
//! none is fitted to a case (a scenario that fits one says so in its own file).
//!
//! Invariant: plain data; what the numbers do is in the rooms beside this one.

mod access;
mod functions;
mod procedures;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Bounds, Delay, Share, Span};

pub use access::{AccessSpec, WiltSpec};
pub use functions::{
    CoreSpec, Discipline, FunctionSpec, FunctionsSpec, OverloadSpec, ServiceTime, StaleWork,
    WhenFull,
};
pub(in crate::network) use procedures::PROCEDURES;
pub use procedures::{BackgroundSpec, Function, Procedure, ProceduresSpec, Visit};

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
