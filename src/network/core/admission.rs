//! Paced re-admission: who may register now.
//!
//! Invariant: decides from the request and the time alone.

use crate::base::{Draws, Purpose, SimTime, Tick, unit_interval};
use crate::network::command::{Pace, PaceOrder, Scope};

use super::{Request, fact};

/// One pace in force.
#[derive(Debug)]
pub(in crate::network) struct Pacer {
    pub(in crate::network) scope: Scope,
    pace: Pace,
    since: SimTime,
    interval_us: f64,
    next_us: f64,
}

/// How far the pace may run ahead of the clock: a second's worth.
const BURST_US: f64 = 1e6;

impl Pacer {
    pub(in crate::network) fn new(scope: Scope, pace: Pace, since: SimTime, scale: f64) -> Self {
        let interval_us = 1e6 / (pace.rate.get() * scale).max(1e-9);
        Self {
            scope,
            pace,
            since,
            interval_us,
            next_us: 0.0,
        }
    }

    /// Whether the request may pass at `now_us`; `region` is that of its tower.
    pub(in crate::network) fn admits(
        &mut self,
        request: &Request,
        region: u16,
        now_us: u64,
    ) -> bool {
        if !self.concerns(request, region) {
            return true;
        }
        let turn = match self.pace.order {
            PaceOrder::Priority if request.has(fact::PRIORITY) => return true,
            PaceOrder::Priority | PaceOrder::Random => 0,
            PaceOrder::Region => u64::from(region),
            PaceOrder::Pool => u64::from(request.pool),
        };
        let running = SimTime::from_us(now_us).since(self.since).as_us();
        if turn > running / self.pace.step.as_us().max(1) {
            return false;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a run is far shorter than 2^53 microseconds"
        )]
        let now = now_us as f64;
        let next = self.next_us.max(now);
        if next - now > BURST_US {
            return false;
        }
        self.next_us = next + self.interval_us;
        true
    }

    /// The back-off of a request that was turned away: between `backoff` and twice that.
    pub(in crate::network) fn backoff(&self, draws: Draws, request: &Request) -> Tick {
        let unit = unit_interval(draws.words(Purpose::NasAttempt, request.device, request.tie)[0]);
        self.pace.backoff.scaled(1.0 + unit).as_ticks()
    }

    fn concerns(&self, request: &Request, region: u16) -> bool {
        match &self.scope {
            Scope::All | Scope::Nodes(_) => true,
            Scope::Region(id) => id.0 == region,
            Scope::Pool(id) => id.0 == request.pool,
            Scope::Class(id) => id.0 == request.class,
        }
    }
}
