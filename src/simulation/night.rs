//! One run: everything that happens, wired together.
//!
//! Control goes round (a gate steers the network whose reports it judges) while the code order stays one
//! way: every part hands back orders, and this room puts them on the agenda.
//!
//! Invariant: decides nothing; who acts when is said by the parts.

use std::ops::ControlFlow;

use crate::attack::Attacks;
use crate::base::{NodeId, Record, SimTime, Span, TowerId, tie_break};
use crate::change::{ChangeOrder, Hands, Rollout, RolloutCommand, Status};
use crate::detect::ViewJudge;
use crate::detect::signature::{Signature, Tracker};
use crate::fault::{CollectorOutage, FaultEngine, Holds, Port, Trace};
use crate::impact::{AlertFact, PlaceRecorder, Recorder};
use crate::kernel::{Agenda, World};
use crate::network::Network;
use crate::response::{Outcome, Response, ResponseAction};
use crate::scenario::Scenario;
use crate::telemetry::{Names, Note, OperatorView, Pipeline, Report, Sensors, Source};

use super::deck::Deck;
use super::onlooker::Onlooker;
use super::order::{Order, rank};
use super::result::{Observer, Part};
use super::watch::Watch;

/// How often background load and wilting are looked at.
const MINUTE: Span = Span::from_secs(60);

/// One run.
pub(super) struct Night<'a, 'o> {
    pub(super) scenario: &'a Scenario,
    pub(super) seed: u64,
    pub(super) network: Network<'a>,
    pub(super) faults: FaultEngine,
    /// The rollout, and those that go on beside it; one that acts is taken out meanwhile.
    pub(super) rollouts: Vec<Option<Rollout>>,
    pub(super) attacks: Attacks,
    pub(super) pipeline: Pipeline,
    pub(super) sensors: Sensors,
    /// Traces that were left since the last look.
    pub(super) traces: Vec<Trace>,
    pub(super) view: OperatorView,
    /// None if nobody asks for the signature.
    pub(super) tracker: Option<Tracker>,
    pub(super) signature: Signature,
    pub(super) onlookers: Vec<Onlooker>,
    pub(super) response: Response,
    pub(super) holds: Holds,
    pub(super) records: Vec<Record>,
    /// The towers of each public warning.
    pub(super) alert_areas: Vec<Vec<TowerId>>,
    /// What became of the public warnings so far.
    pub(super) alerts: Vec<AlertFact>,
    /// Outages of the collector of reports.
    pub(super) outages: Vec<CollectorOutage>,
    pub(super) recorder: Recorder,
    /// None if nobody asks where devices were out.
    pub(super) places: Option<PlaceRecorder>,
    /// None if nobody asks what the operator saw.
    pub(super) watch: Option<Watch>,
    pub(super) classes: &'a [String],
    pub(super) observer: &'o mut dyn Observer,
    pub(super) kpi_period: Span,
    /// The response waits for the rollout to have been taken back.
    pub(super) awaits_rollback: bool,
    pub(super) windows: u64,
    /// A small network goes through many windows in the time in which a person sees anything.
    pub(super) windows_per_progress: u64,
}

/// Everything but the part that acts, as that part sees it.
macro_rules! deck {
    ($night:ident, $now:expr) => {
        Deck {
            now: $now,
            seed: $night.seed,
            topology: $night.scenario.topology(),
            network: &mut $night.network,
            holds: &mut $night.holds,
            faults: None,
            records: &mut $night.records,
            outages: &mut $night.outages,
            traces: &mut $night.traces,
        }
    };
}

impl Night<'_, '_> {
    /// Put the first orders on the agenda.
    pub(super) fn start(&mut self, agenda: &mut Agenda<Order>) {
        let now = SimTime::ZERO;
        let mut orders = Vec::new();
        let attacks = self.attacks.start(&deck!(self, now));
        orders.extend(
            attacks
                .into_iter()
                .map(|(at, order)| (at, Order::Attack(order))),
        );
        let response = self.response.start(self.seed);
        orders.extend(
            response
                .into_iter()
                .map(|(at, order)| (at, Order::Response(order))),
        );
        orders.push((self.pipeline.next_due(), Order::Collect));
        orders.extend(
            self.onlookers_due()
                .map(|at| (at, Order::CollectForOnlookers)),
        );
        let alerts = self.scenario.file().alerts.iter().enumerate();
        orders.extend(alerts.map(|(place, alert)| (now + alert.at, Order::Alert(place))));
        if self.tracker.is_some() || !self.onlookers.is_empty() {
            orders.push((now + MINUTE, Order::Sign));
        }
        orders.push((now, Order::Sample));
        orders.push((now + MINUTE, Order::Minute));
        let look = self.observer.looks_every();
        orders.extend(look.map(|every| (now + every, Order::Look)));
        for (at, order) in orders {
            self.schedule(agenda, at, order);
        }
        for rollout in 0..self.rollouts.len() {
            self.act(agenda, (rollout, now), Rollout::start);
        }
    }

    fn schedule(&self, agenda: &mut Agenda<Order>, at: SimTime, order: Order) {
        let (phase, key) = rank(&order);
        let key = tie_break(self.seed, key, 0);
        match order {
            // What arrives is noticed by those who look at the operator's view, and nobody else.
            Order::Deliver(_) | Order::Read(_) | Order::DeliverTo(..) | Order::ReadBy(..) => {
                agenda.leave(at, phase, key, order);
            }
            _ => agenda.push(at, phase, key, order),
        }
    }

    /// Let the rollout do something.
    fn act(
        &mut self,
        agenda: &mut Agenda<Order>,
        (place, now): (usize, SimTime),
        act: impl FnOnce(&mut Rollout, &mut Hands<'_>) -> Vec<(SimTime, ChangeOrder)>,
    ) {
        let Some(mut rollout) = self.rollouts[place].take() else {
            return;
        };
        let names = Names {
            topology: self.scenario.topology(),
            classes: self.classes,
        };
        let mut judge = ViewJudge::new(&self.view, names);
        let mut deck = deck!(self, now);
        let mut hands = Hands {
            port: &mut deck,
            faults: &mut self.faults,
            judge: &mut judge,
        };
        let orders = act(&mut rollout, &mut hands);
        let is_back = rollout.status() == Status::RolledBack;
        self.rollouts[place] = Some(rollout);
        for (at, order) in orders {
            self.schedule(agenda, at, Order::Change(place, order));
        }
        if is_back && self.is_all_back() {
            self.rolled_back(agenda, now);
        }
        self.take_fault_orders(agenda);
    }

    fn take_fault_orders(&mut self, agenda: &mut Agenda<Order>) {
        for (at, order) in self.faults.take_orders() {
            self.schedule(agenda, at, Order::Fault(order));
        }
    }

    /// The response learns that there is nothing left to take back.
    fn rolled_back(&mut self, agenda: &mut Agenda<Order>, now: SimTime) {
        if std::mem::take(&mut self.awaits_rollback) {
            let outcomes = self.response.rollback_finished(&mut deck!(self, now));
            self.follow(agenda, now, outcomes);
        }
    }

    /// Carry out what the response asks for.
    fn follow(&mut self, agenda: &mut Agenda<Order>, now: SimTime, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            match outcome {
                Outcome::Order(at, order) => self.schedule(agenda, at, Order::Response(order)),
                Outcome::Action(action) => {
                    self.network.catch_up();
                    match action {
                        ResponseAction::RollBack => self.roll_back(agenda, now),
                        ResponseAction::Restore { nodes } => self.restore(agenda, now, &nodes),
                    }
                }
            }
        }
    }

    /// Whether nothing is left of any rollout.
    fn is_all_back(&self) -> bool {
        let mut rollouts = self.rollouts.iter().flatten();
        rollouts.all(|rollout| rollout.status() == Status::RolledBack)
    }

    /// People take back whatever was shipped this night.
    fn roll_back(&mut self, agenda: &mut Agenda<Order>, now: SimTime) {
        self.awaits_rollback = true;
        if self.is_all_back() {
            self.rolled_back(agenda, now);
        }
        for place in 0..self.rollouts.len() {
            let status = self.rollouts[place].as_ref().map(Rollout::status);
            if !matches!(status, Some(Status::RolledBack | Status::RollingBack)) {
                self.act(agenda, (place, now), |rollout, hands| {
                    rollout.command(RolloutCommand::Rollback, hands)
                });
            }
        }
    }

    fn restore(&mut self, agenda: &mut Agenda<Order>, now: SimTime, nodes: &[NodeId]) {
        for &node in nodes {
            self.faults.restore(node, &mut deck!(self, now));
        }
        self.take_fault_orders(agenda);
    }

    fn collect(&mut self, agenda: &mut Agenda<Order>, now: SimTime) {
        let mut snapshot = self.network.snapshot(now);
        if self.pipeline.wants_towers(now) {
            snapshot.towers = self.network.tower_counts().to_vec();
        }
        let topology = self.scenario.topology();
        let network = &self.network;
        let reports = self.pipeline.collect(&snapshot, |source| {
            source.has_path(topology, |node| network.management_reaches(node))
        });
        for (at, report) in reports {
            if let Some(at) = self.after_outages(at, &report) {
                self.schedule(agenda, at, Order::Deliver(report));
            }
        }
        self.schedule(agenda, self.pipeline.next_due(), Order::Collect);
    }

    fn onlookers_due(&self) -> Option<SimTime> {
        self.onlookers.iter().map(Onlooker::due).min()
    }

    fn collect_for_onlookers(&mut self, agenda: &mut Agenda<Order>, now: SimTime) {
        let mut snapshot = self.network.snapshot(now);
        if self.onlookers.iter().any(|one| one.wants_towers(now)) {
            snapshot.towers = self.network.tower_counts().to_vec();
        }
        let topology = self.scenario.topology();
        let network = &self.network;
        let reaches =
            |source: Source| source.has_path(topology, |node| network.management_reaches(node));
        let mut sent = Vec::new();
        for (place, one) in self.onlookers.iter_mut().enumerate() {
            let reports = one.collect(&snapshot, reaches).into_iter();
            sent.extend(reports.map(|(at, report)| (at, place, report)));
        }
        for (at, place, report) in sent {
            if let Some(at) = self.after_outages(at, &report) {
                self.schedule(agenda, at, Order::DeliverTo(place, report));
            }
        }
        if let Some(at) = self.onlookers_due() {
            self.schedule(agenda, at, Order::CollectForOnlookers);
        }
    }

    /// Sample the truth for the score, and beside it what the operator sees.
    pub(super) fn sample(&mut self, now: SimTime) {
        let snapshot = self.network.snapshot(now);
        self.recorder.observe(&snapshot);
        if let Some(watch) = &mut self.watch {
            watch.look(&self.view, now);
        }
        let places = self.places.as_mut();
        if let Some(places) = places.filter(|places| places.wants(&snapshot)) {
            let (group_of, count) = places.groups();
            let counts = self.network.out_by_group(group_of, count);
            places.observe(&snapshot, &counts);
        }
    }

    /// When a report arrives in spite of the collector's outages; never, if one of them loses it.
    fn after_outages(&self, at: SimTime, report: &Report) -> Option<SimTime> {
        let mut met = self.outages.iter().filter(|outage| {
            report.at < outage.until && report.is_of_share(outage.share, self.seed)
        });
        met.try_fold(at, |at, outage| outage.kept.then(|| at.max(outage.until)))
    }

    fn sign(&mut self, now: SimTime) {
        if let Some(tracker) = &mut self.tracker {
            let releases = self.pipeline.releases();
            let signs = tracker.look(&self.view, releases, now);
            self.signature.note(now, signs.into_iter());
        }
        self.onlookers.iter_mut().for_each(|one| one.sign(now));
    }

    /// Let the sensors look at what was done since they last looked.
    fn sense(&mut self, agenda: &mut Agenda<Order>, now: SimTime) {
        for trace in std::mem::take(&mut self.traces) {
            if let Trace::Software { node, version, .. } = &trace {
                self.pipeline.installed(*node, version);
            }
            let network = &self.network;
            let reaches = |node| network.management_reaches(node);
            let onlookers = self.onlookers.iter_mut().enumerate();
            let noticed: Vec<(usize, Note)> = onlookers
                .filter_map(|(place, one)| Some((place, one.notice(now, &trace, reaches)?)))
                .collect();
            for (place, note) in noticed {
                self.schedule(agenda, note.deliver_at, Order::ReadBy(place, note));
            }
            let reaches = |node| self.network.management_reaches(node);
            if let Some(note) = self.sensors.notice(now, trace, reaches) {
                self.schedule(agenda, note.deliver_at, Order::Read(note));
            }
        }
    }

    /// A public warning is sent.
    fn alert(&mut self, now: SimTime, place: usize) {
        let sent = self.network.broadcast(&self.alert_areas[place]);
        let name = self.scenario.file().alerts[place].name.clone();
        let fact = AlertFact::new(name.clone(), now, sent, self.scenario.file().scale);
        let detail = fact.in_words();
        deck!(self, now).record("network", "alert-sent", name, detail);
        self.alerts.push(fact);
    }

    fn minute(&mut self, now: SimTime) {
        self.network.set_background(now);
        let wilted = self.network.wilt(now);
        if wilted > 0 {
            let what = format!("{wilted} towers without a core went off the air");
            deck!(self, now).record("network", "towers-wilted", String::new(), what);
        }
    }
}

impl World for Night<'_, '_> {
    type Order = Order;

    fn advance(&mut self, _: SimTime, to: SimTime) {
        self.observer.turns_to(Part::Network);
        self.network.advance(to);
    }

    fn handle(&mut self, now: SimTime, order: Order, agenda: &mut Agenda<Order>) {
        if order.is_about_devices() {
            self.network.catch_up();
        }
        self.observer.turns_to(Part::Orders);
        match order {
            Order::Change(place, order) => {
                self.act(agenda, (place, now), |rollout, hands| {
                    rollout.handle(order, hands)
                });
            }
            Order::Fault(order) => {
                let orders = self.faults.handle(order, &mut deck!(self, now));
                for (at, order) in orders {
                    self.schedule(agenda, at, Order::Fault(order));
                }
            }
            Order::Attack(order) => {
                let orders = self
                    .attacks
                    .handle(order, &mut deck!(self, now), &mut self.faults);
                for (at, order) in orders {
                    self.schedule(agenda, at, Order::Attack(order));
                }
                self.take_fault_orders(agenda);
            }
            Order::Response(order) => {
                let mut deck = Deck {
                    faults: Some(&self.faults),
                    ..deck!(self, now)
                };
                let outcomes = self.response.handle(order, &self.view, &mut deck);
                self.follow(agenda, now, outcomes);
            }
            Order::Collect => self.collect(agenda, now),
            Order::Deliver(report) => self.view.deliver(report),
            Order::Look => {
                self.observer.look(now, &self.view);
                if let Some(every) = self.observer.looks_every() {
                    self.schedule(agenda, now + every, Order::Look);
                }
            }
            Order::Read(note) => self.view.note(note),
            Order::CollectForOnlookers => self.collect_for_onlookers(agenda, now),
            Order::DeliverTo(place, report) => self.onlookers[place].deliver(report),
            Order::ReadBy(place, note) => self.onlookers[place].note(note),
            Order::Sign => {
                self.sign(now);
                self.schedule(agenda, now + MINUTE, Order::Sign);
            }
            Order::Sample => {
                self.sample(now);
                self.schedule(agenda, now + self.kpi_period, Order::Sample);
            }
            Order::Alert(place) => self.alert(now, place),
            Order::Minute => {
                self.minute(now);
                self.schedule(agenda, now + MINUTE, Order::Minute);
            }
        }
        self.sense(agenda, now);
    }

    fn longest_window(&self) -> Span {
        self.network.lookahead()
    }

    fn progress(&mut self, now: SimTime) -> ControlFlow<()> {
        self.windows += 1;
        if !self.windows.is_multiple_of(self.windows_per_progress) {
            return ControlFlow::Continue(());
        }
        let events = self.network.event_count();
        self.observer
            .progress(now, self.recorder.devices_out(), events)
    }
}
