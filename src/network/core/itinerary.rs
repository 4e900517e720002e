//! Which functions a procedure visits, laid out flat.
//!
//! Invariant: says what the scenario says; decides nothing.

use crate::network::spec::{Function, PROCEDURES, Procedure, ProceduresSpec};

use super::Request;
use super::fact;

/// Most visits of a procedure.
const MOST: usize = 8;

/// One visit.
#[derive(Clone, Copy, Debug)]
pub(in crate::network) struct Stop {
    pub(in crate::network) at: Function,
    pub(in crate::network) work: f64,
    /// The procedure is already under way there: a full queue does not turn it away.
    pub(in crate::network) under_way: bool,
}

/// The visits of all procedures.
#[derive(Clone, Debug)]
pub(in crate::network) struct Itinerary {
    stops: [[Option<Stop>; MOST]; PROCEDURES.len()],
    /// The first visit of each on home radio, and over Wi-Fi: every request asks.
    firsts: [[(u8, Function); 2]; PROCEDURES.len()],
}

impl Itinerary {
    pub(in crate::network) fn new(spec: &ProceduresSpec) -> Self {
        let stops = PROCEDURES.map(|procedure| {
            let mut stops = [None; MOST];
            for (stop, visit) in stops.iter_mut().zip(spec.visits(procedure)) {
                *stop = Some(Stop {
                    at: visit.at,
                    work: visit.work.get(),
                    under_way: visit.under_way,
                });
            }
            stops
        });
        let firsts = PROCEDURES.map(|procedure| {
            [false, true].map(|over_wifi| {
                let stage = next(&stops[procedure as usize], over_wifi, 0);
                let stage = stage.expect("a procedure has a visit");
                let stop = stops[procedure as usize][stage as usize];
                (stage, stop.expect("it is a visit").at)
            })
        });
        Self { stops, firsts }
    }

    /// The first stage of a request, and the function that it goes to.
    #[inline(always)]
    pub(in crate::network) fn first(&self, request: &Request) -> (u8, Function) {
        self.firsts[request.procedure as usize][usize::from(request.has(fact::OVER_WIFI))]
    }

    /// The visit of a stage that exists.
    #[inline]
    pub(in crate::network) fn stop(&self, procedure: Procedure, stage: u8) -> &Stop {
        self.stops[procedure as usize][stage as usize]
            .as_ref()
            .expect("a request is at a stage of its procedure")
    }

    /// The next stage at or after `stage`; the entry of Wi-Fi calling is skipped on home radio.
    #[inline]
    pub(in crate::network) fn next(&self, request: &Request, stage: u8) -> Option<u8> {
        let stops = &self.stops[request.procedure as usize];
        next(stops, request.has(fact::OVER_WIFI), stage)
    }

    /// The last visit of a procedure, and its stage.
    pub(in crate::network) fn last(&self, procedure: Procedure) -> (u8, &Stop) {
        let stops = self.stops[procedure as usize].iter().flatten();
        (0_u8..).zip(stops).last().expect("a procedure has a visit")
    }

    /// Work of an initial registration at the AMF or MME.
    pub(in crate::network) fn mobility_work(&self) -> f64 {
        let stops = &self.stops[Procedure::InitialRegistration as usize];
        let mobility = stops
            .iter()
            .flatten()
            .filter(|stop| stop.at == Function::Mobility);
        mobility.map(|stop| stop.work).sum()
    }
}

#[inline]
fn next(stops: &[Option<Stop>; MOST], over_wifi: bool, stage: u8) -> Option<u8> {
    let mut stage = stage;
    loop {
        let stop = stops.get(stage as usize)?.as_ref()?;
        if stop.at != Function::Epdg || over_wifi {
            return Some(stage);
        }
        stage += 1;
    }
}
