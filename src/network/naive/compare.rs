//! Both engines through the same worlds: the same counters, and the same log of every device.
//!
//! Invariant: what is compared is what a run puts out, and what each device has been through.

use crate::base::{SimTime, Span, WallClock};
use crate::kernel::Workers;
use crate::network::{Network, NetworkInput, Snapshot};
use crate::population::flag;

use super::Naive;
use super::worlds::{Small, world};

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
    workers: Workers,
    now: SimTime,
}

impl<'a> Both<'a> {
    fn new(input: &NetworkInput<'a>) -> Self {
        let workers = Workers::new(1).expect("the calling thread");
        Self {
            fast: Network::new(input, &workers).expect("zones that exist"),
            naive: Naive::new(input),
            workers,
            now: SimTime::ZERO,
        }
    }

    /// Bring both to `to`.
    fn run_until(&mut self, to: SimTime) {
        let window = self.fast.lookahead();
        while self.now < to {
            self.now = (self.now + window).min(to);
            self.fast.advance(self.now, &self.workers);
        }
        self.fast.catch_up(&self.workers);
        self.naive.run_until(to);
    }

    /// Where the two part, if they do.
    fn difference(&mut self) -> Option<String> {
        let (fast, naive) = (self.fast.snapshot(self.now), self.naive.snapshot(self.now));
        self.fast.settle(self.now, &self.workers);
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
        let differs = classes_differ(&fast, &naive).or_else(|| functions_differ(&fast, &naive));
        differs.or_else(|| {
            let fast: Vec<u64> = self.fast.events().iter().map(|(_, count)| *count).collect();
            let naive = self.naive.events;
            (fast != naive).then(|| format!("events\n fast  {fast:?}\n naive {naive:?}"))
        })
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

/// Run a world through both engines; returns the first difference, and when it was seen.
fn differs(world: &Small, seed: u64) -> Option<(SimTime, String)> {
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
    let mut both = Both::new(&input);
    let mut commands = world.commands.iter().peekable();
    let mut second = 0;
    while both.now < world.horizon {
        second += 10;
        let sample = SimTime::ZERO + Span::from_secs(second);
        while let Some((at, command)) = commands.next_if(|(at, _)| *at <= sample) {
            both.run_until(*at);
            both.fast.apply(command, *at);
            both.naive.apply(command, *at);
        }
        both.run_until(sample);
        if let Some(difference) = both.difference() {
            return Some((sample, difference));
        }
        if second % 60 == 0 {
            let wilted = both.fast.wilt(sample);
            assert_eq!(wilted, both.naive.wilt(sample), "towers that wilt");
        }
        if second % 60 == 0 && world.background {
            both.fast.set_background(sample);
            both.naive.set_background(sample);
        }
    }
    None
}

#[test]
fn both_engines_agree_in_random_worlds() {
    let range = std::fs::read_to_string("/tmp/naive/range").unwrap_or("0 40".into());
    let mut range = range.split_whitespace().map(|n| n.parse::<u64>().unwrap());
    let (from, to) = (range.next().unwrap(), range.next().unwrap());
    let mut bad = 0;
    for number in from..to {
        let world = world(number);
        if let Some((at, difference)) = differs(&world, number) {
            bad += 1;
            eprintln!("world {number} differs at {at}: {difference}\n");
            if to - from < 3 {
                for c in world.commands.iter().filter(|c| c.0 <= at) { eprintln!("{c:?}"); }
                eprintln!("{:#?}", world.spec);
            }
        }
    }
    assert_eq!(bad, 0);
}
