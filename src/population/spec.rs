//! What a scenario file says of the population.
//!
//! Invariant: plain data with defaults; every default that is not from a source says so.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, PerDay, Share, Span};

/// The devices: classes and their habits. The defaults are shared by all scenarios and are never
/// fitted to a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PopulationSpec {
    /// The classes; their shares must add up to 1.
    #[schemars(length(min = 1, max = 32))]
    pub classes: Vec<ClassSpec>,
    /// Shares of classes by name, instead of those that the classes give; a class that is not named here
    /// has none then. For operators whose mix of devices differs from that of the shared defaults.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mix: BTreeMap<String, Share>,
    /// All devices are registered at the start. If false, none is, and each makes its first attempt
    /// within `first_attempt`.
    pub registered_at_start: bool,
    /// When devices that start detached make their first attempt.
    pub first_attempt: Delay,
}

/// A class of devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClassSpec {
    /// Unique name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Share of all devices.
    pub share: Share,
    /// Access classes 11-15, or public safety with quality of service and priority (`FirstNet`): exempt
    /// from barring, served first where a queue knows priority (TS 22.011 §4.2).
    pub priority: bool,
    /// Share that can make calls, and so registers with IMS.
    pub voice: Share,
    /// Share of those whose phone is on Wi-Fi with Wi-Fi calling on.
    pub wifi_calling: Share,
    /// Share that registers with 5GS; the rest uses EPS.
    pub five_g: Share,
    /// Share whose packet data needs a valid IMS registration (seen on some phones in KDDI's 2022
    /// outage).
    pub data_needs_ims: Share,
    /// Share that ignores back-off timers and access barring.
    pub ignores_backoff: Share,
    /// Calls per device that can call, originated and received.
    pub calls_per_day: PerDay,
    /// Share of those that the device originates.
    pub originated: Share,
    /// Share of the phones without Wi-Fi calling whose users are entitled to priority service for their calls
    /// (in the US Wireless Priority Service, 47 CFR 64 App. B; TS 22.153): they dial it, so it is of the home
    /// radio, and needs the same registrations as any other call. Only counts them: that such a call is set
    /// up first where radio channels are short matters to no call here, as no call waits for a channel.
    #[serde(skip_serializing_if = "is_none")]
    pub priority_service: Share,
    /// How calls spread over the hours of the local day (24 weights; they need not add up to 1).
    pub calls_by_hour: Hourly,
    /// Emergency calls per device that can call.
    pub emergency_calls_per_day: PerDay,
    /// What a user does whose call was blocked.
    pub redial: RedialSpec,
    /// Mean time between uplink activity (data, tracking, keep-alive) by local hour, in seconds: it
    /// decides how soon a device notices that its context is gone, and how often the periodic timer
    /// is restarted.
    pub uplink_interval_s: Hourly,
    /// Power cycles, airplane mode and new network searches per device and day when all is well.
    pub restarts_per_day: PerDay,
    /// The same, per device and day, by users who are without service, while awake (7 h to 23 h).
    pub restarts_per_day_without_service: PerDay,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_none(share: &Share) -> bool {
    *share == Share::NONE
}

/// Twenty-four numbers of 0 or more, one for each local hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Hourly(#[schemars(length(min = 24, max = 24), inner(range(min = 0.0)))] pub Vec<f64>);

impl Hourly {
    /// One number for the day (7 h to 23 h) and one for the night.
    pub fn day_and_night(day: f64, night: f64) -> Self {
        Self(
            (0..24)
                .map(|hour| if (7..23).contains(&hour) { day } else { night })
                .collect(),
        )
    }

    /// The number of an hour; the last one if the list is short.
    pub fn at(&self, hour: usize) -> f64 {
        self.0.get(hour).or(self.0.last()).copied().unwrap_or(0.0)
    }
}

/// What users do about a blocked call.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RedialSpec {
    /// Probability that a blocked call is tried again.
    pub probability: Share,
    /// How long after.
    pub after: Delay,
    /// How many times at most.
    #[schemars(range(max = 15))]
    pub most: u8,
}

impl Default for RedialSpec {
    /// Assumption: half of blocked calls are tried again after half a minute, at most three times;
    /// telephone engineering has long measured 0.4 to 0.8 (ITU-T E.502 speaks of "repeated attempts").
    fn default() -> Self {
        Self {
            probability: Share::of(0.5),
            after: Delay::Uniform {
                uniform: crate::base::Bounds {
                    min: Span::from_secs(10),
                    max: Span::from_secs(60),
                },
            },
            most: 3,
        }
    }
}

/// Calls by local hour: the shape of North American residential and mobile voice traffic, lowest
/// about 3 h, busy from 9 h to 19 h (assumption; the busy hour carries 7 % of a day).
const CALLS_BY_HOUR: [f64; 24] = [
    0.8, 0.5, 0.4, 0.4, 0.6, 1.2, 2.5, 4.2, 5.5, 6.2, 6.5, 6.7, 6.8, 6.6, 6.6, 6.8, 7.0, 7.0, 6.5,
    5.6, 4.6, 3.5, 2.4, 1.2,
];

impl Default for ClassSpec {
    /// A smartphone.
    fn default() -> Self {
        Self {
            name: "smartphone".to_owned(),
            share: Share::ALL,
            priority: false,
            voice: Share::ALL,
            wifi_calling: Share::of(0.3),
            five_g: Share::of(0.6),
            data_needs_ims: Share::of(0.1),
            ignores_backoff: Share::NONE,
            calls_per_day: PerDay::of(10.0),
            originated: Share::of(0.5),
            priority_service: Share::NONE,
            calls_by_hour: Hourly(CALLS_BY_HOUR.to_vec()),
            emergency_calls_per_day: PerDay::of(0.0015),
            redial: RedialSpec::default(),
            uplink_interval_s: Hourly::day_and_night(120.0, 600.0),
            restarts_per_day: PerDay::of(0.5),
            restarts_per_day_without_service: PerDay::of(4.0),
        }
    }
}

impl Default for PopulationSpec {
    /// Smartphones, `IoT`, fixed wireless and public safety in the proportions of a US operator (shares are
    /// assumptions; public safety from `FirstNet`'s 5 to 6 million connections on some 125 + million).
    fn default() -> Self {
        Self {
            classes: vec![
                ClassSpec {
                    share: Share::of(0.74),
                    ..ClassSpec::default()
                },
                ClassSpec {
                    name: "iot".to_owned(),
                    share: Share::of(0.2),
                    voice: Share::NONE,
                    wifi_calling: Share::NONE,
                    five_g: Share::of(0.05),
                    data_needs_ims: Share::NONE,
                    ignores_backoff: Share::of(0.02),
                    calls_per_day: PerDay::of(0.0),
                    emergency_calls_per_day: PerDay::of(0.0),
                    uplink_interval_s: Hourly(vec![3600.0; 24]),
                    restarts_per_day: PerDay::of(0.1),
                    restarts_per_day_without_service: PerDay::of(0.1),
                    ..ClassSpec::default()
                },
                ClassSpec {
                    name: "fixed-wireless".to_owned(),
                    share: Share::of(0.03),
                    voice: Share::NONE,
                    wifi_calling: Share::NONE,
                    five_g: Share::of(0.8),
                    data_needs_ims: Share::NONE,
                    calls_per_day: PerDay::of(0.0),
                    emergency_calls_per_day: PerDay::of(0.0),
                    uplink_interval_s: Hourly(vec![30.0; 24]),
                    restarts_per_day: PerDay::of(0.1),
                    ..ClassSpec::default()
                },
                ClassSpec {
                    name: "public-safety".to_owned(),
                    share: Share::of(0.03),
                    priority: true,
                    wifi_calling: Share::of(0.1),
                    five_g: Share::of(0.4),
                    data_needs_ims: Share::NONE,
                    ..ClassSpec::default()
                },
            ],
            mix: BTreeMap::new(),
            registered_at_start: true,
            first_attempt: Delay::Uniform {
                uniform: crate::base::Bounds {
                    min: Span::ZERO,
                    max: Span::from_secs(10),
                },
            },
        }
    }
}
