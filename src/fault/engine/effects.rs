//! What a fault does to an element that it strikes, and the undoing of it.
//!
//! Invariant: capacity and rejects of an element follow from all faults that hurt it, so that the end
//! of one never undoes another.

use crate::base::{NodeId, Stream};
use crate::network::{BlackHole, Cause, Command, ElementStatus};

use super::{
    Afterwards, Effect, EffectTiming, FaultEngine, FaultId, FaultOrder, Holder, OriginRemoved,
    Phase, Port, SpreadFrom, Trigger, allows, luck, trace_software,
};
use crate::base::Share;

/// Which occasion of an element a draw is for.
#[derive(Clone, Copy)]
enum Turn {
    Strikes = 2,
    ActsAfter = 3,
    RecoversAfter = 4,
    RecoversWithCause = 5,
}

impl FaultEngine {
    /// Schedules the moment at which a reached element is struck, if its kind can be.
    pub(super) fn schedule_act(&mut self, fault: FaultId, node: NodeId, port: &mut dyn Port) {
        let live = self.live(fault);
        let element = &live.elements[&node];
        if element.phase != Phase::Reached
            || !allows(&live.spec.hurts, port.topology().node(node).kind)
        {
            return;
        }
        let (EffectTiming::After(delay) | EffectTiming::OnCommand { delay, .. }) =
            &live.spec.timing;
        let epoch = element.epoch;
        let luck = self.luck_of(fault, node, Turn::ActsAfter, port);
        let at = port.now() + luck.delay(delay);
        if at == port.now() {
            self.act(fault, node, epoch, port);
        } else {
            let order = FaultOrder::Act { fault, node, epoch };
            self.orders.push((at, order));
        }
    }

    /// Strikes an element that the fault is in.
    pub(super) fn act(&mut self, fault: FaultId, node: NodeId, epoch: u32, port: &mut dyn Port) {
        let live = self.live(fault);
        if !live.is_current(node, epoch) || live.is_struck(node) {
            return;
        }
        if !self.draw_stroke(fault, node, port) {
            self.note(fault, node, "element-spared", port);
            return;
        }
        self.inflict(fault, node, port);
    }

    /// Hurts an element that the fault is in, if its kind can be.
    pub(super) fn inflict(&mut self, fault: FaultId, node: NodeId, port: &mut dyn Port) {
        let live = self.live_mut(fault);
        let kind = port.topology().node(node).kind;
        if live.is_struck(node) || !allows(&live.spec.hurts, kind) {
            return;
        }
        let effects = live.spec.effects.clone();
        live.element(node).phase = Phase::Struck;
        self.note_with(fault, node, ("element-struck", summary(&effects)), port);
        for effect in effects {
            self.apply(fault, node, effect, port);
        }
        self.spread(fault, node, SpreadFrom::Struck, port);
        self.schedule_recovery(fault, node, port);
    }

    /// Whether the next stroke hits; counts it.
    fn draw_stroke(&mut self, fault: FaultId, node: NodeId, port: &dyn Port) -> bool {
        let luck = self.luck_of(fault, node, Turn::Strikes, port);
        let live = self.live_mut(fault);
        live.element(node).strokes += 1;
        luck.happens(live.spec.strikes)
    }

    fn schedule_recovery(&mut self, fault: FaultId, node: NodeId, port: &dyn Port) {
        let live = self.live(fault);
        let element = &live.elements[&node];
        let Some(recovery) = &live.spec.removal.by_itself else {
            return;
        };
        if recovery.attempts.is_some_and(|max| element.restarts >= max) {
            return;
        }
        let luck = self.luck_of(fault, node, Turn::RecoversAfter, port);
        let at = port.now() + luck.delay(&recovery.after);
        let order = FaultOrder::Recover {
            fault,
            node,
            epoch: element.epoch,
            cause_gone: false,
        };
        self.orders.push((at, order));
    }

    /// An element recovers by itself: because the cause is gone, or by an automatic restart.
    pub(super) fn recover(
        &mut self,
        fault: FaultId,
        node: NodeId,
        cause_gone: bool,
        port: &mut dyn Port,
    ) {
        if cause_gone {
            return self.clear(fault, node, Phase::Clear, port);
        }
        self.live_mut(fault).element(node).restarts += 1;
        let live = self.live(fault);
        let recovery = live.spec.removal.by_itself.as_ref();
        let then = recovery.map_or(Afterwards::Exposed, |recovery| recovery.then);
        // A restart that fails at once leaves the element down without a blink.
        let at_once = then == Afterwards::Retriggers
            && live.spec.trigger == Trigger::OnLoad
            && live.origins.contains(&node);
        if at_once && self.draw_stroke(fault, node, port) {
            self.note(fault, node, "restart-failed", port);
            self.schedule_recovery(fault, node, port);
        } else if at_once {
            self.clear(fault, node, Phase::Immune, port);
        } else {
            self.end(fault, node, then, port);
        }
    }

    /// The fault leaves an element, and what follows from it.
    pub(super) fn end(
        &mut self,
        fault: FaultId,
        node: NodeId,
        then: Afterwards,
        port: &mut dyn Port,
    ) {
        let phase = match then {
            Afterwards::Immune => Phase::Immune,
            Afterwards::Exposed | Afterwards::Retriggers => Phase::Clear,
        };
        self.clear(fault, node, phase, port);
        match then {
            Afterwards::Retriggers if self.live(fault).origins.contains(&node) => {
                self.arm(fault, node, port);
            }
            Afterwards::Retriggers | Afterwards::Exposed => self.expose(fault, node, port),
            Afterwards::Immune => {}
        }
    }

    /// After the last origin is well: the others recover, if the fault says so.
    pub(super) fn recover_others(&mut self, fault: FaultId, port: &dyn Port) {
        let live = self.live(fault);
        let OriginRemoved::OthersRecover(delay) = live.spec.removal.origin_removed else {
            return;
        };
        let carriers = live.elements.iter();
        let carriers: Vec<_> = carriers
            .filter(|(_, element)| element.carries())
            .map(|(&node, element)| (node, element.epoch))
            .collect();
        for (node, epoch) in carriers {
            let luck = self.luck_of(fault, node, Turn::RecoversWithCause, port);
            let order = FaultOrder::Recover {
                fault,
                node,
                epoch,
                cause_gone: true,
            };
            self.orders.push((port.now() + luck.delay(&delay), order));
        }
    }

    /// Takes the fault out of an element and undoes what can be undone.
    pub(super) fn clear(
        &mut self,
        fault: FaultId,
        node: NodeId,
        phase: Phase,
        port: &mut dyn Port,
    ) {
        let element = self.live_mut(fault).element(node);
        let (carried, struck) = (element.carries(), element.phase == Phase::Struck);
        element.leave(phase);
        if !carried {
            return;
        }
        self.note(fault, node, "element-cleared", port);
        trace_software(&self.live(fault).spec, node, true, port);
        if !struck {
            return;
        }
        port.release(node, Holder::Fault(fault.0));
        for effect in self.live(fault).spec.effects.clone() {
            match effect {
                Effect::Capacity(_) => self.set_capacity(node, port),
                Effect::Reject(..) => self.set_reject(node, port),
                Effect::BlackHole(..) => self.set_holes(node, port),
                Effect::Patience(_) => self.set_patience(node, port),
                Effect::Queries(_) => self.set_queries(fault, node, None, port),
                Effect::Isolate
                | Effect::IsolateButWarn(_)
                | Effect::Crash
                | Effect::DropContexts(_) => {}
            }
        }
    }

    fn apply(&mut self, fault: FaultId, node: NodeId, effect: Effect, port: &mut dyn Port) {
        let holder = Holder::Fault(fault.0);
        match effect {
            Effect::Isolate => port.hold(node, holder, ElementStatus::Isolated),
            Effect::IsolateButWarn(kind) => {
                let warns = port.topology().node(node).kind == kind;
                let status = if warns {
                    ElementStatus::Withdrawn
                } else {
                    ElementStatus::Isolated
                };
                port.hold(node, holder, status);
            }
            Effect::Crash => port.hold(node, holder, ElementStatus::Down),
            Effect::DropContexts(share) => port.command(Command::DropContexts { node, share }),
            Effect::Capacity(_) => self.set_capacity(node, port),
            Effect::Reject(..) => self.set_reject(node, port),
            Effect::BlackHole(..) => self.set_holes(node, port),
            Effect::Patience(_) => self.set_patience(node, port),
            Effect::Queries(queries) => self.begin_queries(fault, node, queries, port),
        }
    }

    /// Capacity factors of all faults that hurt an element multiply.
    fn set_capacity(&self, node: NodeId, port: &mut dyn Port) {
        let factor = self
            .effects_on(node)
            .fold(1.0, |product, effect| match effect {
                Effect::Capacity(factor) => product * factor,
                _ => product,
            });
        port.command(Command::SetCapacity { node, factor });
    }

    /// The oldest fault that rejects decides on the cause.
    fn set_reject(&self, node: NodeId, port: &mut dyn Port) {
        let reject = self.effects_on(node).find_map(|effect| match effect {
            Effect::Reject(cause, share) => Some((cause, share)),
            _ => None,
        });
        let (cause, share): (Option<Cause>, Share) =
            reject.map_or((None, Share::NONE), |(cause, share)| (Some(cause), share));
        port.command(Command::SetReject { node, cause, share });
    }

    /// What any fault swallows is lost.
    fn set_holes(&self, node: NodeId, port: &mut dyn Port) {
        let holes = self.effects_on(node).filter_map(|effect| match effect {
            Effect::BlackHole(procedures, share) => Some(BlackHole { procedures, share }),
            _ => None,
        });
        let holes = holes.collect();
        port.command(Command::SetBlackHoles { node, holes });
    }

    /// The least patient caller decides.
    fn set_patience(&self, node: NodeId, port: &mut dyn Port) {
        let patience = self.effects_on(node).filter_map(|effect| match effect {
            Effect::Patience(patience) => Some(patience),
            _ => None,
        });
        let patience = patience.min();
        port.command(Command::SetPatience { node, patience });
    }

    fn effects_on(&self, node: NodeId) -> impl Iterator<Item = Effect> + '_ {
        self.faults
            .iter()
            .filter(move |live| live.is_struck(node))
            .flat_map(|live| live.spec.effects.iter().copied())
    }

    fn luck_of(&self, fault: FaultId, node: NodeId, turn: Turn, port: &dyn Port) -> super::Luck {
        let live = self.live(fault);
        let element = &live.elements[&node];
        let occasion = [
            live.key,
            u64::from(node.0),
            turn as u64,
            u64::from(element.reached),
            u64::from(element.strokes),
        ];
        luck(port.seed(), Stream::FaultTrigger, &occasion)
    }
}

/// The effects in words.
fn summary(effects: &[Effect]) -> String {
    let words: Vec<String> = effects
        .iter()
        .map(|effect| match effect {
            Effect::Isolate | Effect::IsolateButWarn(_) => "isolated".to_owned(),
            Effect::Crash => "down".to_owned(),
            Effect::DropContexts(share) => format!("forgets {} of contexts", share.get()),
            Effect::Capacity(factor) => format!("capacity times {factor}"),
            Effect::Reject(cause, share) => format!("rejects {} with #{}", share.get(), cause.0),
            Effect::BlackHole(_, share) => format!("swallows {} of some work", share.get()),
            Effect::Patience(patience) => format!("replies later than {patience} are thrown away"),
            Effect::Queries(queries) => {
                format!(
                    "sends queries, up to {} times a database element",
                    queries.load
                )
            }
        })
        .collect();
    words.join(", ")
}
