//! What devices can know of the network without asking its core: timers, towers, which way is open.
//!
//! Written between windows, read by all shards within one.
//!
//! Invariant: nothing here changes while shards advance.

use crate::base::{Delay, Draws, SimTime, Span, Tick, TowerId};
use crate::population::{ClassSpec, Demand};

use super::command::{Barring, Flood};
use super::core::{Elements, Itinerary};
use super::spec::NetworkSpec;

/// The way to an AMF of the pool is open.
pub(super) const WAY_5G: u8 = 1;
/// The way to an MME of the pool is open.
pub(super) const WAY_4G: u8 = 2;

/// What every event of a device asks of its tower: shards keep a copy beside their devices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TowerState {
    /// From its cells to its router, in microseconds (16.7 s at most), and above them its clock: a place in
    /// [`Air::day_starts_s`].
    access_and_clock: u32,
    pub(super) router: u16,
    pub(super) pool: u16,
    pub(super) region: u16,
    /// [`ON_AIR`], [`BACKHAUL`] and, in the bits above, the barring in force: its place in [`Air::barrings`]
    /// counted from 1, 0 for none.
    bits: u16,
}

/// Its radio is on: it is neither down nor wilted.
const ON_AIR: u16 = 1;
/// It can reach its router.
const BACKHAUL: u16 = 2;
const BARRING_SHIFT: u32 = 2;
const CLOCK_SHIFT: u32 = 24;
const LONGEST_ACCESS_US: u32 = (1 << CLOCK_SHIFT) - 1;

/// A tower as devices meet it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tower {
    pub(super) state: TowerState,
    /// Towers in range: a run of [`Air::neighbours`].
    pub(super) neighbours: (u32, u8),
}

impl TowerState {
    /// On the air, with its backhaul.
    pub(super) fn new(
        (router, pool, region): (u16, u16, u16),
        (access_us, clock): (u32, u8),
        barring: u16,
    ) -> Self {
        Self {
            access_and_clock: access_us.min(LONGEST_ACCESS_US) | u32::from(clock) << CLOCK_SHIFT,
            router,
            pool,
            region,
            bits: ON_AIR | BACKHAUL | barring << BARRING_SHIFT,
        }
    }

    /// From its cells to its router.
    #[inline]
    pub(super) fn access_us(self) -> u32 {
        self.access_and_clock & LONGEST_ACCESS_US
    }

    /// Whether its radio is on.
    #[inline]
    pub(super) fn on_air(self) -> bool {
        self.bits & ON_AIR != 0
    }

    /// Whether devices under it reach its router.
    #[inline]
    fn is_open(self) -> bool {
        self.bits & (ON_AIR | BACKHAUL) == ON_AIR | BACKHAUL
    }

    /// Whether its radio is on, and whether it can reach its router.
    pub(super) fn radio(self) -> (bool, bool) {
        (self.on_air(), self.bits & BACKHAUL != 0)
    }

    fn set_radio(&mut self, (on_air, backhaul): (bool, bool)) {
        let radio = (u16::from(on_air) * ON_AIR) | (u16::from(backhaul) * BACKHAUL);
        self.bits = self.bits & !(ON_AIR | BACKHAUL) | radio;
    }

    /// The barring in force: its place in [`Air::barrings`] counted from 1, 0 for none.
    #[inline]
    pub(super) fn barring(self) -> u16 {
        self.bits >> BARRING_SHIFT
    }

    pub(super) fn set_barring(&mut self, barring: u16) {
        self.bits = self.bits & (ON_AIR | BACKHAUL) | barring << BARRING_SHIFT;
    }
}

/// Timers of the NAS and IMS layers on the device grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timers {
    pub(super) guard: Tick,
    pub(super) retry: Tick,
    pub(super) long_retry: Tick,
    pub(super) periodic: Tick,
    pub(super) procedure: Tick,
    pub(super) jitter: f64,
    pub(super) attempts: u8,
    pub(super) ims_guard: Tick,
    pub(super) ims_backoff_base_s: f64,
    pub(super) ims_backoff_max_s: f64,
    pub(super) ims_refresh: Tick,
}

/// What distinguishes the classes while running.
#[derive(Clone, Debug)]
pub(super) struct ClassRules {
    pub(super) spec: Box<ClassSpec>,
    pub(super) demand: Option<Box<Demand>>,
    /// The pool that serves the class everywhere.
    pub(super) dedicated_pool: Option<u16>,
    pub(super) priority: bool,
    /// A user whose draw for a restart of a phone in service lies below this leaves it alone for a period.
    pub(super) content_below: f64,
    /// A user whose draw for a restart of a phone without service lies below this waits for the long retry.
    pub(super) patient_below: f64,
}

/// A flood in progress.
#[derive(Clone, Debug)]
pub(super) struct FloodState {
    pub(super) id: u32,
    pub(super) flood: Flood,
    pub(super) since: SimTime,
}

/// What all shards read.
#[derive(Debug)]
pub(super) struct Air {
    pub(super) draws: Draws,
    /// The elements of the core, and which of them are up.
    pub(super) elements: Elements,
    pub(super) itinerary: Itinerary,
    pub(super) timers: Timers,
    pub(super) spec: NetworkSpec,
    pub(super) classes: Vec<ClassRules>,
    pub(super) towers: Vec<Tower>,
    pub(super) neighbours: Vec<TowerId>,
    /// Seconds since local midnight at the start of the scenario, of each clock that towers go by.
    pub(super) day_starts_s: Vec<u32>,
    pub(super) barrings: Vec<Barring>,
    /// Ways open, by router and pool.
    pub(super) ways: Vec<u8>,
    pub(super) pools: usize,
    pub(super) regions: usize,
    /// Whether an IMS site can be reached, by router.
    pub(super) ims_open: Vec<bool>,
    /// Whether Wi-Fi calling has its gateway, IMS and subscriber data.
    pub(super) wifi_open: bool,
    /// Whether a gateway serves, by region.
    pub(super) gateway_open: Vec<bool>,
    /// How many times as much as usual the users of each tower ask for; empty if all ask as usual.
    pub(super) demand: Vec<f64>,
    pub(super) floods: Vec<Option<FloodState>>,
    /// Whether all devices are registered as the run begins.
    pub(super) start_registered: bool,
    /// If not: when each makes its first attempt.
    pub(super) first_attempt: Delay,
}

/// What is open and on the air.
#[derive(Debug)]
pub(super) struct Openness {
    /// For each tower: whether its radio is on, and whether it can reach its router.
    pub(super) towers: Vec<(bool, bool)>,
    pub(super) ways: Vec<u8>,
    pub(super) ims_open: Vec<bool>,
    pub(super) wifi_open: bool,
    pub(super) gateway_open: Vec<bool>,
}

impl Timers {
    pub(super) fn new(spec: &NetworkSpec) -> Self {
        let (nas, ims) = (&spec.registration, &spec.ims);
        Self {
            guard: nas.guard.as_ticks(),
            retry: nas.retry.as_ticks(),
            long_retry: nas.long_retry.as_ticks(),
            periodic: nas.periodic.as_ticks(),
            procedure: nas.procedure_time.as_ticks(),
            jitter: nas.timer_jitter.get(),
            attempts: nas.attempts,
            ims_guard: ims.guard.as_ticks(),
            ims_backoff_base_s: ims.backoff_base.as_secs_f64(),
            ims_backoff_max_s: ims.backoff_max.as_secs_f64(),
            ims_refresh: ims.refresh.as_ticks(),
        }
    }

    /// A timer made late by its jitter, for a number between 0 and 1.
    #[inline]
    pub(super) fn late(&self, timer: Tick, unit: f64) -> Tick {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a fraction of a timer"
        )]
        let late = (f64::from(timer) * self.jitter * unit) as Tick;
        timer + late
    }
}

/// Draws below this give an exponential wait that is longer than `span`, so that nobody need take its
/// logarithm; next to the limit, one is taken for nothing.
pub(super) fn surely_later(rate_per_day: f64, span: Tick) -> f64 {
    let span_s = SimTime::from_tick(span).as_secs_f64();
    libm::exp(-rate_per_day / 86_400.0 * span_s) * (1.0 - 1e-9)
}

/// Where a device is: the tower that serves it, and the ways that are open from there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) serving: TowerId,
    pub(super) tower: TowerState,
    /// The pool that the device registers with there.
    pub(super) pool: u16,
    pub(super) ways: u8,
    /// The region that it lives in.
    pub(super) region: u16,
}

impl Air {
    /// How many times as much as usual the users of a tower ask for.
    #[inline]
    pub(super) fn demand(&self, tower: TowerId) -> f64 {
        self.demand.get(tower.index()).copied().unwrap_or(1.0)
    }

    fn day_start_s(&self, tower: TowerState) -> u32 {
        self.day_starts_s[(tower.access_and_clock >> CLOCK_SHIFT) as usize]
    }

    /// Seconds since a local midnight.
    #[inline]
    pub(super) fn local_s(&self, tower: TowerState, at: Tick) -> f64 {
        f64::from(self.day_start_s(tower)) + SimTime::from_tick(at).as_secs_f64()
    }

    /// The local hour.
    #[inline]
    pub(super) fn hour(&self, tower: TowerState, at: Tick) -> usize {
        let second =
            u64::from(self.day_start_s(tower)) + SimTime::from_tick(at).as_us() / 1_000_000;
        usize::try_from(second / 3_600 % 24).expect("an hour of the day")
    }

    /// Take over what is open and on the air.
    pub(super) fn open(&mut self, next: Openness) {
        for (tower, radio) in self.towers.iter_mut().zip(next.towers) {
            tower.state.set_radio(radio);
        }
        self.ways = next.ways;
        self.ims_open = next.ims_open;
        self.wifi_open = next.wifi_open;
        self.gateway_open = next.gateway_open;
    }

    /// The pool that a device of `class` under `tower` registers with.
    #[inline]
    pub(super) fn pool_of(&self, tower: TowerState, class: u8) -> u16 {
        self.classes[class as usize]
            .dedicated_pool
            .unwrap_or(tower.pool)
    }

    /// The ways open from `tower` to a pool, as bits [`WAY_5G`] and [`WAY_4G`].
    #[inline(always)]
    pub(super) fn ways_to(&self, tower: TowerState, pool: u16) -> u8 {
        if !tower.is_open() {
            return 0;
        }
        self.ways[tower.router as usize * self.pools + pool as usize]
    }

    /// The ways open from `tower` for `class`.
    #[inline]
    pub(super) fn ways(&self, tower: TowerState, class: u8) -> u8 {
        self.ways_to(tower, self.pool_of(tower, class))
    }

    /// The tower that serves a device: its own (0) or its k-th neighbour.
    #[inline]
    pub(super) fn serving_tower(&self, home: TowerId, serving: u8) -> TowerId {
        if serving == 0 {
            return home;
        }
        let (first, _) = self.towers[home.index()].neighbours;
        self.neighbours[first as usize + serving as usize - 1]
    }

    /// Where a barring stands in the list, counted from 1.
    pub(super) fn number_of(&mut self, barring: Barring) -> u16 {
        let known = self.barrings.iter().position(|one| *one == barring);
        let place = known.unwrap_or_else(|| {
            self.barrings.push(barring);
            self.barrings.len() - 1
        });
        u16::try_from(place + 1).expect("few kinds of barring")
    }

    /// The barring in force at `tower`.
    #[inline]
    pub(super) fn barring(&self, tower: TowerState) -> Option<&Barring> {
        (tower.barring() as usize)
            .checked_sub(1)
            .map(|index| &self.barrings[index])
    }

    /// The shortest time in which an answer of the core can change what a device does next: no window
    /// may be longer.
    pub(super) fn lookahead(&self) -> Span {
        let (nas, ims, calls) = (&self.spec.registration, &self.spec.ims, &self.spec.calls);
        let mut least = (nas.guard + nas.retry).min(nas.retry.max(Span::from_secs(1)));
        if ims.enabled || calls.enabled || nas.periodic_updates {
            least = least.min(nas.procedure_time);
        }
        if ims.enabled {
            least = least.min(ims.procedure_time);
        }
        if calls.enabled {
            for class in &self.classes {
                if class.demand.is_some() && class.spec.redial.most > 0 {
                    least = least.min(class.spec.redial.after.shortest());
                }
            }
        }
        least
    }
}
