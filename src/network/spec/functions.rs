//! What a scenario file says of core functions: capacity, queues, overload control.
//!
//! Invariant: plain data with sourced defaults.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::base::{Bounds, Delay, PerSecond, Share, Span};

use super::procedures::{BackgroundSpec, ProceduresSpec};

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

/// Capacity and queue of each kind of function. What a file leaves out of one is that function's own default.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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

/// One kind of core function. Which default it has where a key is left out depends on the function.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FunctionSpec {
    /// Work per second that the elements of this kind can do together, for each million devices that
    /// they serve (at scale 1).
    pub rate_per_million: PerSecond,
    /// Work per second that one element can do at least, however few devices it serves (at scale 1): nobody
    /// builds a front end for one transaction a second. Assumption; 0 lets capacity follow the devices alone.
    pub least_rate: PerSecond,
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

/// Transactions per second of the smallest element: a registration with IMS, the dearest procedure at a
/// subscriber database, then takes a fifth of a second.
const LEAST_RATE: f64 = 20.0;

impl FunctionSpec {
    fn of(rate_per_million: f64) -> Self {
        Self {
            rate_per_million: PerSecond::new(rate_per_million).expect("a default rate"),
            least_rate: PerSecond::of(LEAST_RATE),
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

/// What a file gives of the functions, and of one.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct GivenFunctions {
    amf: Given,
    mme: Given,
    udm: Given,
    ims: Given,
    gateway: Given,
    epdg: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Given {
    rate_per_million: Option<PerSecond>,
    least_rate: Option<PerSecond>,
    workers: Option<u8>,
    discipline: Option<Discipline>,
    queue: Option<Span>,
    service: Option<ServiceTime>,
    stale_work: Option<StaleWork>,
    when_full: Option<WhenFull>,
    overload: Option<OverloadSpec>,
}

impl Given {
    fn over(self, own: FunctionSpec) -> FunctionSpec {
        FunctionSpec {
            rate_per_million: self.rate_per_million.unwrap_or(own.rate_per_million),
            least_rate: self.least_rate.unwrap_or(own.least_rate),
            workers: self.workers.unwrap_or(own.workers),
            discipline: self.discipline.unwrap_or(own.discipline),
            queue: self.queue.unwrap_or(own.queue),
            service: self.service.unwrap_or(own.service),
            stale_work: self.stale_work.unwrap_or(own.stale_work),
            when_full: self.when_full.unwrap_or(own.when_full),
            overload: self.overload.or(own.overload),
        }
    }
}

impl<'de> Deserialize<'de> for FunctionsSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = GivenFunctions::deserialize(deserializer)?;
        let own = Self::default();
        Ok(Self {
            amf: given.amf.over(own.amf),
            mme: given.mme.over(own.mme),
            udm: given.udm.over(own.udm),
            ims: given.ims.over(own.ims),
            gateway: given.gateway.over(own.gateway),
            epdg: given.epdg.over(own.epdg),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> FunctionsSpec {
        serde_json::from_str(text).expect("functions")
    }

    #[test]
    fn a_function_given_in_part_keeps_the_rest_of_its_own_defaults() {
        let own = FunctionsSpec::default();
        let read = read(r#"{"udm": {"queue": "7s"}, "ims": {"workers": 4}}"#);
        let udm = FunctionSpec {
            queue: Span::from_secs(7),
            ..own.udm.clone()
        };
        let ims = FunctionSpec {
            workers: 4,
            ..own.ims.clone()
        };
        assert_eq!(read, FunctionsSpec { udm, ims, ..own });
        assert_ne!(read.udm.rate_per_million, read.ims.rate_per_million);
    }

    #[test]
    fn what_is_written_is_read_again_and_slips_are_refused() {
        let written = FunctionsSpec {
            epdg: FunctionSpec {
                overload: Some(OverloadSpec::default()),
                ..FunctionSpec::default()
            },
            ..FunctionsSpec::default()
        };
        let text = serde_json::to_string(&written).expect("text");
        assert_eq!(read(&text), written);
        for slip in [r#"{"hss": {}}"#, r#"{"udm": {"speed": 1}}"#] {
            assert!(
                serde_json::from_str::<FunctionsSpec>(slip).is_err(),
                "{slip}"
            );
        }
    }
}
