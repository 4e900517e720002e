//! The progress bar: simulated time, devices out, speed.
//!
//! Invariant: reads the wall clock to draw, never to decide; ends a run only when the user asks.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::base::{SimTime, Span, WallClock};
use crate::report::short;
use crate::simulation::{Observer, Part};

use super::engine::Plan;
use super::interrupt;
use super::timing::{Parts, Stopwatch};

/// How often the bar is redrawn.
const REDRAW: Span = Span::from_millis(100);

/// Watches one run.
pub(super) struct Progress {
    bar: ProgressBar,
    clock: WallClock,
    started: Stopwatch,
    drawn: Stopwatch,
    parts: Parts,
}

impl Progress {
    /// A bar for this run; without `visible` it only listens for Ctrl-C.
    pub(super) fn new(plan: &Plan, visible: bool) -> Self {
        let target = if visible {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(plan.horizon.as_us()), target);
        let style = ProgressStyle::with_template("{bar:22} {percent:>3} %  {msg}");
        bar.set_style(style.expect("the template is well-formed"));
        Self {
            bar,
            clock: plan.clock.clone(),
            started: Stopwatch::start(),
            drawn: Stopwatch::start(),
            parts: Parts::start(),
        }
    }

    /// The run is over: what it was busy with.
    pub(super) fn parts(&mut self) -> &Parts {
        self.parts.turn_to(None);
        &self.parts
    }
}

impl Observer for Progress {
    fn turns_to(&mut self, part: Part) {
        self.parts.turn_to(Some(part));
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn progress(&mut self, now: SimTime, devices_out: u64, events: u64) -> ControlFlow<()> {
        if interrupt::asked() {
            return ControlFlow::Break(());
        }
        if !self.bar.is_hidden() && self.drawn.seconds() > REDRAW.as_secs_f64() {
            self.drawn = Stopwatch::start();
            let speed = events as f64 / self.started.seconds().max(1e-3);
            self.bar.set_message(format!(
                "{}  {} out  {} events/s",
                self.clock.label(now),
                short(devices_out as f64),
                short(speed.round())
            ));
            self.bar.set_position(now.as_us());
        }
        ControlFlow::Continue(())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
