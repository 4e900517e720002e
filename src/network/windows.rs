//! Windows: shards go through one, the core serves what they ask, answers come back.
//!
//! Invariant: how long windows are, and what is done side by side, depends on what happens and never on the
//! number of threads.

use crate::base::{SimTime, Span};

use super::world::Network;

/// Events or answers in a window from which on more than one thread is of use.
const WORTHWHILE: usize = 50;

/// Device events in a second from which on it is of use that the core works beside the shards. It depends
/// on what happens and not on the number of threads, so that windows are the same on any number.
pub(super) const WORTHWHILE_PER_S: f64 = 300.0;

impl Network<'_> {
    /// No window may be longer: the shortest time in which an answer changes what a device does next, or half
    /// of it if the core answers while shards are in the window after.
    pub fn lookahead(&self) -> Span {
        let answer_us = self.air.lookahead().as_us();
        Span::from_us(if self.pipelined {
            answer_us / 2
        } else {
            answer_us
        })
    }

    /// Run one window. If much happens, shards go through it while the core
    /// serves the requests of the window before; what they ask is served in the next window, or by
    /// [`Network::catch_up`].
    pub fn advance(&mut self, to: SimTime) {
        let from = self.asked_to;
        if self.pipelined {
            self.advance_side_by_side(to);
        } else {
            self.advance_in_turn(to);
        }
        let span_s = to.since(from).as_secs_f64().max(1e-6);
        #[expect(clippy::cast_precision_loss, reason = "a window has few events")]
        let rate = self.fired() as f64 / span_s;
        self.pipelined = rate >= self.worthwhile_per_s;
    }

    fn advance_side_by_side(&mut self, to: SimTime) {
        let (air, end, workers) = (&self.air, to.ceil_tick(), self.workers);
        let (core, shards, asked_to) = (&mut self.core, &mut self.shards, self.asked_to);
        let unread = self.unread.take();
        workers.beside(
            || core.advance(&air.elements, asked_to),
            shards,
            |shard| {
                if let Some(at) = unread {
                    shard.take_verdicts(air, at);
                }
                shard.advance(air, end);
            },
        );
        self.hand_out(to);
        self.collect(to);
    }

    /// Shards first, then the core, at once.
    fn advance_in_turn(&mut self, to: SimTime) {
        self.catch_up();
        let (air, end) = (&self.air, to.ceil_tick());
        let worthwhile = self.fired() > WORTHWHILE as u64;
        self.workers.each(&mut self.shards, worthwhile, |shard| {
            shard.advance(air, end);
        });
        self.collect(to);
        self.catch_up();
    }

    /// Device events in the last window.
    fn fired(&self) -> u64 {
        self.shards.iter().map(|shard| u64::from(shard.fired)).sum()
    }

    /// Hand the core what shards have asked up to `to`.
    fn collect(&mut self, to: SimTime) {
        for (number, shard) in self.shards.iter_mut().enumerate() {
            self.core.take(number, &mut shard.outbox);
            self.core.take_stranded(&mut shard.stranded);
        }
        self.asked_to = to;
    }

    /// Let the core catch up with the shards, and the shards with its answers: to be called before anything
    /// happens between windows.
    pub fn catch_up(&mut self) {
        self.read();
        if self.core.served_to() < self.asked_to {
            self.core.advance(&self.air.elements, self.asked_to);
            self.hand_out(self.asked_to);
            self.read();
        }
    }

    /// Whether core and shards have caught up with each other.
    pub(super) fn is_caught_up(&self) -> bool {
        self.unread.is_none() && self.core.served_to() >= self.asked_to
    }

    /// Hand out the core's answers, given at `now`.
    fn hand_out(&mut self, now: SimTime) {
        if self.core.verdicts.is_empty() {
            return;
        }
        for verdict in self.core.verdicts.drain(..) {
            let shard = self
                .shard_starts
                .partition_point(|&first| first <= verdict.device)
                - 1;
            self.shards[shard].inbox.push(verdict);
        }
        self.unread = Some(now);
    }

    /// Let shards take the answers that were handed out.
    fn read(&mut self) {
        let Some(at) = self.unread.take() else {
            return;
        };
        let answers: usize = self.shards.iter().map(|shard| shard.inbox.len()).sum();
        let air = &self.air;
        self.workers
            .each(&mut self.shards, answers > WORTHWHILE, |shard| {
                shard.take_verdicts(air, at);
            });
    }

    /// Bring everything up to `now`: to be called before the events are read at the end of a run.
    pub fn settle(&mut self, now: SimTime) {
        self.catch_up();
        self.wake_all(now);
    }
}
