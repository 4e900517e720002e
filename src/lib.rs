//! `cellfall` rehearses staged rollouts, and injected attacks, on a simulated mobile network of cores,
//! towers and subscribers, and shows who loses service, for how long, and which alarms fire when.
//!
//! ```
//! use cellfall::scenario::Scenario;
//! use cellfall::simulation::simulate;
//!
//! let text = "
//! topology: {source: generated, towers: 12, devices: 20000, states: [TX], core: {udm: 1, ims: 1}}
//! scale: 1
//! horizon: 1h
//! ";
//! let scenario = Scenario::from_text("a quiet hour", text, &[]).expect("a sound scenario");
//! let result = simulate(&scenario, 7);
//! assert_eq!(result.simulated_devices, 20_000);
//! ```
//!
//! # Rooms
//!
//! A room uses only rooms above it in this list; a test reads the sources and fails otherwise.
//!
//! | room | what is in it | what it must not know |
//! |---|---|---|
//! | [`base`] | time, units, identifiers, random draws | anything |
//! | [`topology`] | the graph of cores, towers, subscribers; built, checked, frozen | time, behaviour; petgraph stays inside |
//! | [`population`] | the devices: classes, records, demand by hour | registration, queues, faults |
//! | [`kernel`] | timing wheels, the agenda, windows, the run loop | telecom |
//! | [`network`] | registration, access, core functions, calls, services | why something breaks, who watches |
//! | [`fault`] | origin, spread along typed edges, effect, removal | rollouts, attackers' aims |
//! | [`change`] | release, rollout plan, stages, gates, rollback | metrics; it asks a judge |
//! | [`attack`] | floods, lateral movement, destruction | who watches |
//! | [`telemetry`] | counters (3GPP names), collection pipelines, the operator's view | judgement |
//! | [`detect`] | alarms, gate judges, the detection floor | the truth |
//! | [`response`] | people and automation acting on alarms | the truth |
//! | [`impact`] | blast radius, recovery, regulators' thresholds, published figures | decisions |
//! | [`scenario`] | the file: read, check, report every error at once, lint the plan, build | |
//! | [`simulation`] | one run, wired together | what to decide |
//! | [`study`] | many runs: designs, threads between runs, journals, shards, pairing; replays scored | how results are written |
//! | [`report`] | tables in, bytes out | how a run works |
//! | [`cli`] | arguments, files, progress, exit codes; the only room that prints | |
//!
//! # Order contract
//!
//! 1. Time is an integer (microseconds; device timers on a grid of 64 µs). Events run in (time, phase,
//!    key); ties break by a keyed hash of (seed, entity, occasion), never by an index.
//! 2. Time never goes back: asserted at push and at pop.
//! 3. Same scenario, seed and version: the same bytes in every output file but `timing.json`, on any number
//!    of threads, for any length of window and size of shard.
//! 4. Random draws belong to (seed, purpose, entity, occasion): one more draw moves no other.
//! 5. No wall clock, hash-map order, environment or parallel reduction reaches a result.

pub mod attack;
pub mod base;
pub mod change;
pub mod cli;
pub mod detect;
pub mod fault;
pub mod impact;
pub mod kernel;
pub mod network;
pub mod population;
pub mod report;
pub mod response;
pub mod scenario;
pub mod simulation;
pub mod study;
pub mod telemetry;
pub mod topology;
