//! Both engines through the same worlds: the same counters, and the same log of every device.
//!
//! Invariant: what is compared is what a run puts out, and what each device has been through.

use crate::base::{SimTime, Span, TowerId, WallClock};
use crate::kernel::Workers;
use crate::network::{
    Command, Discipline, ElementStatus, Network, NetworkInput, Snapshot, StaleWork,
};
use crate::population::flag;

use super::Naive;
use super::worlds::{Small, full_queue, world};

/// What a device has been through, at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    registered: bool,
    in_ims: bool,
    out: [bool; 4],
    ever_out: [bool; 4],
    sos: bool,
    serving: usize,
    /// Attempts so far: NAS, IMS, calls, redials of the present call.
    attempts: [u16; 4],
}

/// The log of the fast engine's devices.
fn fast_lines(network: &Network<'_>) -> Vec<Line> {
    let devices = network.shards.iter().flat_map(|shard| &shard.devices);
    let line = |device: &crate::population::Device| Line {
        registered: device.has(flag::CONTEXT),
        in_ims: device.has(flag::IMS),
        out: std::array::from_fn(|service| device.ims >> (4 + service) & 1 == 1),
        ever_out: std::array::from_fn(|service| {
            device.flags >> flag::EVER_SHIFT >> service & 1 == 1
        }),
        sos: device.has(1 << 10),
        serving: usize::from(device.serving()),
        attempts: [
            device.nas_ordinal,
            device.ims_ordinal,
            device.call_ordinal,
            u16::from(device.redials()),
        ],
    };
    devices.map(line).collect()
}

/// The log of the naive engine's devices.
fn naive_lines(naive: &Naive<'_>) -> Vec<Line> {
    let line = |phone: &super::phone::Phone| Line {
        registered: phone.context,
        in_ims: phone.in_ims,
        out: std::array::from_fn(|service| phone.is_out(service)),
        ever_out: phone.ever_out,
        sos: phone.sos,
        serving: phone.serving,
        attempts: [
            phone.nas_ordinal,
            phone.ims_ordinal,
            phone.call_ordinal,
            u16::from(phone.redials),
        ],
    };
    naive.phones.iter().map(line).collect()
}

/// Both engines, side by side.
struct Both<'a> {
    fast: Network<'a>,
    naive: Naive<'a>,
    now: SimTime,
}

impl<'a> Both<'a> {
    fn new(input: &NetworkInput<'a>, workers: &'a Workers) -> Self {
        Self {
            fast: Network::new(input, workers).expect("zones that exist"),
            naive: Naive::new(input),
            now: SimTime::ZERO,
        }
    }

    /// Bring both to `to`.
    fn run_until(&mut self, to: SimTime) {
        while self.now < to {
            self.now = (self.now + self.fast.lookahead()).min(to);
            self.fast.advance(self.now);
        }
        self.fast.catch_up();
        self.naive.run_until(to);
    }

    /// A minute is over.
    fn minute(&mut self, background: bool) {
        let wilted = self.fast.wilt(self.now);
        assert_eq!(wilted, self.naive.wilt(self.now), "towers that wilt");
        if background {
            self.fast.set_background(self.now);
            self.naive.set_background(self.now);
        }
    }

    /// Where the two part, if they do.
    fn difference(&mut self) -> Option<String> {
        let (fast, naive) = (self.fast.snapshot(self.now), self.naive.snapshot(self.now));
        self.fast.settle(self.now);
        let lines = fast_lines(&self.fast)
            .into_iter()
            .zip(naive_lines(&self.naive));
        for (device, (fast, naive)) in lines.enumerate() {
            if fast != naive {
                let phone = &self.naive.phones[device];
                return Some(format!(
                    "device {device}\n fast  {fast:?}\n naive {naive:?}\n{phone:?}"
                ));
            }
        }
        let differs = classes_differ(&fast, &naive)
            .or_else(|| functions_differ(&fast, &naive))
            .or_else(|| self.warnings_differ());
        differs.or_else(|| {
            let fast: Vec<u64> = self.fast.events().iter().map(|(_, count)| *count).collect();
            let naive = self.naive.events;
            (fast != naive).then(|| format!("events\n fast  {fast:?}\n naive {naive:?}"))
        })
    }
}

impl Both<'_> {
    /// A public warning to everybody reaches as many in both.
    fn warnings_differ(&self) -> Option<String> {
        let towers = self.fast.topology.towers().len();
        let area: Vec<_> = (0..towers).map(TowerId::from_index).collect();
        let sent = self.fast.broadcast(&area);
        let fast = [sent.towers, sent.told, sent.devices, sent.reached];
        let naive = self.naive.warned();
        (fast != naive).then(|| format!("warnings\n fast  {fast:?}\n naive {naive:?}"))
    }
}

fn classes_differ(fast: &Snapshot, naive: &Snapshot) -> Option<String> {
    let fast = fast.classes.iter().flatten();
    let mut pairs = fast.zip(naive.classes.iter().flatten()).enumerate();
    let (cell, (fast, naive)) = pairs.find(|(_, (fast, naive))| fast != naive)?;
    Some(format!("cell {cell}\n fast  {fast:?}\n naive {naive:?}"))
}

/// Counters of functions. What is served counts when it is certain in one engine and when it is done in the other.
fn functions_differ(fast: &Snapshot, naive: &Snapshot) -> Option<String> {
    let same = |counts: &crate::network::FunctionCounts| {
        (
            counts.arrived,
            counts.dropped,
            counts.rejected,
            counts.background.to_bits(),
            counts.backlog_us,
            counts.up,
        )
    };
    let pairs = fast.functions.iter().zip(&naive.functions).enumerate();
    for (node, (fast, naive)) in pairs {
        if fast.as_ref().map(same) != naive.as_ref().map(same) {
            return Some(format!("node {node}\n fast  {fast:?}\n naive {naive:?}"));
        }
    }
    None
}

/// Run a world through both engines; returns the first difference, and when it was seen. The naive engine is
/// `deaf` if it is to hear of nothing that happens.
fn differs(world: &Small, seed: u64, deaf: bool) -> Option<(SimTime, String)> {
    let clock = WallClock::parse("2024-02-22T05:30:00-06:00").expect("a date");
    let input = NetworkInput {
        topology: &world.topology,
        population: &world.population,
        spec: &world.spec,
        clock: &clock,
        scale: world.scale,
        seed,
        absent: &[],
        shard_size: 64,
    };
    // In every second world the core works beside the shards, in the others after them.
    let threads = 1 + usize::from(seed.is_multiple_of(2));
    let workers = Workers::new(threads).expect("two threads");
    let mut both = Both::new(&input, &workers);
    if threads == 2 {
        both.fast.worthwhile_per_s = 0.0;
    }
    let mut commands = world.commands.iter().peekable();
    let mut second = 0;
    while both.now < world.horizon {
        second += 10;
        let sample = SimTime::ZERO + Span::from_secs(second);
        while let Some((at, command)) = commands.next_if(|(at, _)| *at <= sample) {
            both.run_until(*at);
            both.fast.apply(command, *at);
            if !deaf {
                both.naive.apply(command, *at);
            }
        }
        both.run_until(sample);
        if let Some(difference) = both.difference() {
            return Some((sample, difference));
        }
        if second % 60 == 0 {
            both.minute(world.background);
        }
    }
    None
}

#[test]
fn both_engines_agree_in_random_worlds() {
    for number in 0..100 {
        let difference = differs(&world(number), number, false);
        if let Some((at, difference)) = difference {
            panic!("world {number}, first seen at {at}: {difference}");
        }
    }
}

/// Crash, change of capacity, failover and purge find work in the queues of every discipline.
#[test]
fn both_engines_agree_when_elements_fail_with_a_full_queue() {
    for discipline in [Discipline::Fifo, Discipline::Lifo, Discipline::Priority] {
        for stale_work in [StaleWork::Served, StaleWork::Discarded] {
            let world = full_queue(discipline, stale_work);
            let difference = differs(&world, 5, false);
            assert_eq!(difference, None, "{discipline:?}, {stale_work:?}");
            assert_queues_are_full(&world);
        }
    }
}

/// What the test above is about: work waits wherever something happens, and some of it is turned away.
fn assert_queues_are_full(world: &Small) {
    let clock = WallClock::parse("2024-02-22T05:30:00-06:00").expect("a date");
    let input = NetworkInput {
        topology: &world.topology,
        population: &world.population,
        spec: &world.spec,
        clock: &clock,
        scale: world.scale,
        seed: 5,
        absent: &[],
        shard_size: 64,
    };
    let mut naive = Naive::new(&input);
    let nodes = ["udm-0", "udm-1"].map(|name| world.topology.find(name).expect("it is there"));
    for (at, command) in &world.commands {
        naive.run_until(*at);
        let snapshot = naive.snapshot(*at);
        let counts =
            |node: crate::base::NodeId| snapshot.functions[node.index()].expect("a server");
        let concerned = match command {
            Command::SetCapacity { node, .. } | Command::PurgeQueue { node } => Some(*node),
            Command::SetStatus { node, status } if *status != ElementStatus::Up => Some(*node),
            _ => None,
        };
        if let Some(node) = concerned {
            assert!(
                counts(node).backlog_us > 1_000_000,
                "{command:?} finds {:?}",
                counts(node)
            );
        }
        naive.apply(command, *at);
    }
    let last = naive.snapshot(world.horizon);
    let dropped = nodes.map(|node| last.functions[node.index()].expect("a server").dropped);
    assert!(dropped.iter().sum::<u64>() > 0, "{dropped:?}");
}

#[test]
fn a_naive_engine_that_hears_of_nothing_differs() {
    assert!(differs(&full_queue(Discipline::Fifo, StaleWork::Served), 5, true).is_some());
}
