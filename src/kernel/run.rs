//! The run loop: windows, cut by the agenda.
//!
//! Invariant: the only place where the present moves forward.

use std::ops::ControlFlow;

use crate::base::{SimTime, Span};

use super::agenda::Agenda;

/// What the kernel moves through time.
pub trait World {
    /// A rare event that touches the whole world.
    type Order;

    /// Bring everything from `from` to `to`: all that happens at or after `from` and before `to`.
    fn advance(&mut self, from: SimTime, to: SimTime);

    /// Carry out an order that happens at `now`: the present, unless the order was left.
    fn handle(&mut self, now: SimTime, order: Self::Order, agenda: &mut Agenda<Self::Order>);

    /// No window may be longer than this now.
    fn longest_window(&self) -> Span;

    /// Called after every window; breaking ends the run early.
    fn progress(&mut self, now: SimTime) -> ControlFlow<()>;
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// It reached the horizon.
    Horizon,
    /// It was interrupted at this instant.
    Interrupted(SimTime),
}

/// Run `world` from time zero to `horizon`, orders at the horizon included, in windows no longer
/// than `window`.
///
/// # Panics
/// If `window` is no time at all.
pub fn run<W: World>(
    world: &mut W,
    agenda: &mut Agenda<W::Order>,
    window: Span,
    horizon: SimTime,
) -> RunEnd {
    let mut now = SimTime::ZERO;
    loop {
        while let Some((at, order)) = agenda.pop_at(now) {
            world.handle(at, order, agenda);
        }
        if now >= horizon {
            return RunEnd::Horizon;
        }
        let next_order = agenda.next_at().unwrap_or(SimTime::NEVER);
        let window = window.min(world.longest_window());
        assert!(!window.is_zero(), "a window takes time");
        let to = (now + window).min(next_order).min(horizon);
        world.advance(now, to);
        now = to;
        if world.progress(now).is_break() {
            return RunEnd::Interrupted(now);
        }
    }
}
