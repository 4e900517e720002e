//! The true state of the network at one instant, as counters.
//!
//! Invariant: written by this room; read by telemetry (which delivers it, late and lossy) and by
//! impact (which scores with it). Gates and people never see it.

use crate::base::SimTime;

/// A service that a device can be without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Service {
    /// Calls, by home radio or Wi-Fi calling: needs IMS registration.
    Voice = 0,
    /// Packet data over the home radio: needs NAS registration and a gateway.
    Data = 1,
    /// Short messages: NAS or IMS.
    Sms = 2,
    /// Emergency calls, by any radio in reach or Wi-Fi calling.
    Emergency = 3,
}

/// All services, in the order of the counters.
pub const SERVICES: [Service; 4] = [
    Service::Voice,
    Service::Data,
    Service::Sms,
    Service::Emergency,
];

/// Counters of the devices of one class in one region. Totals count since the start, at scale 1
/// only if `scale` is 1: they are simulated devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// Devices that live here.
    pub devices: u64,
    /// Devices with a valid NAS registration now.
    pub registered: u64,
    /// Devices with a valid IMS registration now.
    pub ims_registered: u64,
    /// Devices without each service now ([`SERVICES`] order).
    pub out: [u64; 4],
    /// Device-microseconds without each service since the start.
    pub lost_device_us: [u128; 4],
    /// Devices that were without each service at any time.
    pub ever_out: [u64; 4],
    /// Devices camped on another operator for emergency calls only, now.
    pub sos: u64,
    /// Initial registration requests sent by devices (`RM.RegInitReq`, `MM.EpsAttachAtt`).
    pub registration_attempts: u64,
    /// Initial registrations accepted (`RM.RegInitSucc`, `MM.EpsAttachSucc`).
    pub registration_successes: u64,
    /// Initial registrations answered with a reject (`RM.RegInitFail`).
    pub registration_rejects: u64,
    /// Periodic updates sent.
    pub periodic_updates: u64,
    /// IMS registrations and refreshes sent.
    pub ims_attempts: u64,
    /// IMS registrations accepted (initial).
    pub ims_successes: u64,
    /// Calls attempted, redials included.
    pub calls: u64,
    /// Calls blocked.
    pub calls_blocked: u64,
    /// Calls blocked that the device originated and that were no redials: the ordinary demand that was
    /// not carried, each call counted once.
    pub calls_first_blocked: u64,
    /// Emergency calls attempted, redials included.
    pub emergency_calls: u64,
    /// Emergency calls blocked, redials included.
    pub emergency_blocked: u64,
    /// Emergency calls that were redials after a blocked one.
    pub emergency_redials: u64,
    /// Calls of users entitled to priority service, redials included; among `calls`.
    pub priority_calls: u64,
    /// Of those, blocked.
    pub priority_blocked: u64,
    /// Of those, redials after a blocked one.
    pub priority_redials: u64,
}

impl ClassCounts {
    /// Add the counters of a part of the network.
    pub(super) fn add(&mut self, part: &Self, lost_device_us: [u128; 4]) {
        for (service, lost) in lost_device_us.into_iter().enumerate() {
            self.out[service] += part.out[service];
            self.lost_device_us[service] += lost;
            self.ever_out[service] += part.ever_out[service];
        }
        self.devices += part.devices;
        self.registered += part.registered;
        self.ims_registered += part.ims_registered;
        self.sos += part.sos;
        self.registration_attempts += part.registration_attempts;
        self.registration_successes += part.registration_successes;
        self.registration_rejects += part.registration_rejects;
        self.periodic_updates += part.periodic_updates;
        self.ims_attempts += part.ims_attempts;
        self.ims_successes += part.ims_successes;
        self.calls += part.calls;
        self.calls_blocked += part.calls_blocked;
        self.calls_first_blocked += part.calls_first_blocked;
        self.emergency_calls += part.emergency_calls;
        self.emergency_blocked += part.emergency_blocked;
        self.emergency_redials += part.emergency_redials;
        self.priority_calls += part.priority_calls;
        self.priority_blocked += part.priority_blocked;
        self.priority_redials += part.priority_redials;
    }
}

/// Counters of one core function element.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FunctionCounts {
    /// Requests that arrived since the start.
    pub arrived: u64,
    /// Requests served since the start.
    pub served: u64,
    /// Requests dropped at a full queue since the start.
    pub dropped: u64,
    /// Requests rejected by overload control since the start.
    pub rejected: u64,
    /// Requests served after their caller had given up, since the start.
    pub wasted: u64,
    /// Share of capacity that background load takes now.
    pub background: f64,
    /// Microseconds of service given since the start, background load apart.
    pub busy_us: u64,
    /// Microseconds of work waiting now.
    pub backlog_us: u64,
    /// Whether it serves now.
    pub up: bool,
}

/// The devices of a group of towers at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupCounts {
    /// Devices simulated.
    pub devices: u32,
    /// Of those, without each service ([`SERVICES`] order).
    pub out: [u32; 4],
}

/// Reject causes that are counted one by one (TS 24.501 §9.11.3.2, TS 24.301 §9.9.3.9); the last place
/// of [`RegistrationCounts::rejected`] is for all others.
pub const COUNTED_CAUSES: [u8; 9] = [3, 7, 9, 10, 11, 17, 22, 27, 111];

/// Who ended the context of a device (TS 23.401 §5.3.8, TS 23.502 §4.2.2.3; the places of
/// [`RegistrationCounts::detached`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Initiator {
    /// The device, which was switched off or set to airplane mode, told the core.
    Device = 0,
    /// The subscriber database, by cancel location or its like.
    SubscriberData = 1,
    /// The core element, without telling the device (implicit detach): state that was lost, towers that
    /// were not heard of for too long, devices that left without a word. Counted when the context ends,
    /// not when the timer of the absent would have expired.
    Implicit = 2,
}

/// How many kinds of [`Initiator`] there are.
pub const INITIATORS: usize = 3;

/// Initial registrations as an AMF or MME counts them, each by priority: ordinary, then priority.
/// Requests that stand in its way before it has seen them (a rejected connection, a full queue of a
/// tower) are not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegistrationCounts {
    /// Requests that arrived (`RM.RegInitReq`, `MM.EpsAttachAtt`).
    pub requested: [u64; 2],
    /// Accepts sent in time (`RM.RegInitSucc`, `MM.EpsAttachSucc`).
    pub accepted: [u64; 2],
    /// Rejects sent, by cause (`RM.RegInitFail.Cause`, `MM.EpsAttachFail.Cause`).
    pub rejected: [[u64; COUNTED_CAUSES.len() + 1]; 2],
    /// Contexts ended, by who ended them ([`Initiator`]; `MM.EpsDetachUeAtt`, `MM.EpsDetachMMEAtt` and
    /// HSS-initiated detach, TS 32.426).
    pub detached: [[u64; INITIATORS]; 2],
}

impl RegistrationCounts {
    /// Add the contexts that ended in a part of the network.
    pub(super) fn add_detached(&mut self, ended: &[[u64; INITIATORS]; 2]) {
        let pairs = self.detached.iter_mut().flatten();
        for (sum, more) in pairs.zip(ended.iter().flatten()) {
            *sum += more;
        }
    }
}

/// Radio connections that devices asked of a tower; aligned, so that none lies in two cache lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(16))]
pub struct TowerCounts {
    /// For registrations and periodic updates (`RRC.ConnEstabAtt`, cause `mo-Signalling`).
    pub signalling: u32,
    /// For anything else.
    pub other: u32,
    /// Rejected, whatever they were for (`RRC.ConnEstabFailCause.Congestion`).
    pub refused: u32,
}

/// The whole network at one instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// When.
    pub at: SimTime,
    /// Counters by region, then by class.
    pub classes: Vec<Vec<ClassCounts>>,
    /// Counters of each core element by its place in [`crate::topology::Topology::nodes`], as far as the last of
    /// them; elements that serve no requests (routers, towers, management) have none.
    pub functions: Vec<Option<FunctionCounts>>,
    /// Registrations as each AMF and MME counts them, in the same places; none for other elements.
    pub registrations: Vec<Option<RegistrationCounts>>,
    /// Radio connections by tower, in the order of the table; empty unless asked for.
    pub towers: Vec<TowerCounts>,
}
