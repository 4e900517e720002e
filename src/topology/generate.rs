//! Networks generated from places or around the nodes of a backbone.
//!
//! Invariant: depends on the specification and its files alone, never on the run's seed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rand::Rng;

use crate::base::{Stream, stream, unit_interval};

use super::cluster::{apportion, centres, mesh, nearest_each};
use super::errors::{Findings, Origin, Problem, nearest};
use super::geo::{Point, moved};
use super::graphml::{Backbone, read_backbone};
use super::layout::{LinkPlan, Plan, RegionPlan, RouterPlan, TowerPlan};
use super::places::{Place, read_places, us_places};
use super::regions::RegionSpec;
use super::spec::{BackboneSpec, CoreSpec, GeneratedSpec, GraphmlSpec};
use super::tables::read_file;

/// A nationwide network from places; none if there is nothing to build on.
pub(super) fn from_places(
    spec: &GeneratedSpec,
    base_dir: &Path,
    findings: &mut Findings,
) -> Option<Plan> {
    let places = wanted_places(spec, base_dir, findings)?;
    let regions = region_of_states(spec, &places, findings);
    let settled = settle(&places, spec.towers.into(), spec.devices);
    let backbone = match &spec.backbone {
        BackboneSpec::Generated => None,
        BackboneSpec::Graphml(path) => Some(read_backbone(base_dir, path, None, findings)?),
    };
    if !findings.errors.is_empty() {
        return None;
    }
    let mut towers = Vec::new();
    for (place, (count, devices)) in places.iter().zip(settled) {
        let radius = radius_km(place.population);
        let (region, _) = regions[place.state.as_str()];
        for (position, devices) in scatter(place, radius, (count, devices), spec.layout_seed) {
            towers.push(TowerPlan {
                name: String::new(),
                position,
                region,
                market: place.state.clone(),
                router: 0,
                devices,
                zone: place.zone.clone(),
            });
        }
    }
    let specs = regions.into_values().collect();
    let mut plan = collapse(specs, towers, &spec.core);
    name_towers(&mut plan.towers);
    match backbone {
        None => route_by_market(&mut plan, &places),
        Some(backbone) => route_by_nearest(&mut plan, backbone),
    }
    Some(plan)
}

fn wanted_places(
    spec: &GeneratedSpec,
    base_dir: &Path,
    findings: &mut Findings,
) -> Option<Vec<Place>> {
    let mut places = match &spec.places {
        None => us_places(findings),
        Some(path) => {
            let text = read_file(base_dir, path, findings)?;
            read_places(&path.display().to_string(), &text, findings)
        }
    };
    let known: BTreeSet<&str> = places.iter().map(|place| place.state.as_str()).collect();
    for state in spec.states.iter().filter(|s| !known.contains(s.as_str())) {
        let problem = Problem::Unknown {
            what: "state",
            found: state.clone(),
            nearest: nearest(state, known.iter().copied()),
        };
        findings.error(Origin::default(), problem);
    }
    if !spec.states.is_empty() {
        places.retain(|place| spec.states.contains(&place.state));
    }
    if places.iter().all(|place| place.population == 0) {
        findings.error(Origin::default(), Problem::NoTowers);
    }
    Some(places)
}

/// The region of each state that has places, by its number in the specification.
fn region_of_states<'s>(
    spec: &'s GeneratedSpec,
    places: &'s [Place],
    findings: &mut Findings,
) -> BTreeMap<&'s str, (usize, RegionSpec)> {
    let mut regions = BTreeMap::new();
    for (i, region) in spec.regions.iter().enumerate() {
        for state in &region.states {
            let old = regions.insert(state.as_str(), (i, region.clone()));
            if let Some((_, old)) = old {
                let allowed = format!("in one region only, not \"{}\" too", old.name);
                findings.key("regions", state, &allowed);
            }
        }
    }
    for place in places {
        let state = place.state.as_str();
        let next = regions.len();
        if spec.regions.is_empty() && !regions.contains_key(state) {
            regions.insert(state, (next, RegionSpec::new(state, &[state])));
        }
    }
    let lost: BTreeSet<&str> = places.iter().map(|place| place.state.as_str()).collect();
    for state in lost
        .into_iter()
        .filter(|state| !regions.contains_key(state))
    {
        findings.key(
            "regions",
            state,
            "every state with places belongs to a region",
        );
    }
    regions
}

/// How many towers and devices each place gets.
fn settle(places: &[Place], towers: u64, devices: u64) -> Vec<(u64, u64)> {
    let people: Vec<u64> = places.iter().map(|place| place.population).collect();
    let towers = apportion(towers, &people);
    let served: Vec<u64> = people
        .iter()
        .zip(&towers)
        .map(|(people, towers)| if *towers == 0 { 0 } else { *people })
        .collect();
    let devices = apportion(devices, &served);
    towers.into_iter().zip(devices).collect()
}

/// How far from its centre a place reaches: 1 km and 0.02 km for the square root of its people, so
/// 7 km for 100,000 and 41 km for 4 million, about 800 people per square km.
#[expect(clippy::cast_precision_loss, reason = "populations are below 2^53")]
fn radius_km(people: u64) -> f64 {
    1.0 + 0.02 * libm::sqrt(people as f64)
}

/// Towers spread evenly over a disc around a place, with their shares of its devices.
fn scatter(
    place: &Place,
    radius_km: f64,
    (count, devices): (u64, u64),
    layout_seed: u64,
) -> impl Iterator<Item = ((f64, f64), u64)> + use<> {
    let mut random = stream(layout_seed, Stream::Topology, place.row);
    let centre = place.position;
    (0..count).map(move |i| {
        let share = devices / count + u64::from(i < devices % count);
        let out = radius_km * libm::sqrt(unit_interval(random.next_u32()));
        let turn = unit_interval(random.next_u32());
        (moved(centre, out, turn), share)
    })
}

/// Leave out the regions without towers and order the towers by region and market.
fn collapse(
    regions: Vec<(usize, RegionSpec)>,
    mut towers: Vec<TowerPlan>,
    core: &CoreSpec,
) -> Plan {
    towers.sort_by(|a, b| (a.region, &a.market).cmp(&(b.region, &b.market)));
    let by_number: BTreeMap<usize, RegionSpec> = regions.into_iter().collect();
    let used: BTreeSet<usize> = towers.iter().map(|tower| tower.region).collect();
    let new: BTreeMap<usize, usize> = used.iter().copied().zip(0..).collect();
    for tower in &mut towers {
        tower.region = new[&tower.region];
    }
    let regions = used.iter().map(|number| {
        let spec = &by_number[number];
        RegionPlan {
            name: spec.name.clone(),
            pools: spec.pools.unwrap_or(core.pools_per_region),
            amf: spec.amf_per_pool.unwrap_or(core.amf_per_pool),
            mme: spec.mme_per_pool.unwrap_or(core.mme_per_pool),
        }
    });
    Plan {
        regions: regions.collect(),
        towers,
        ..Plan::default()
    }
}

/// `tower-TX-00001` and so on.
fn name_towers(towers: &mut [TowerPlan]) {
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    for tower in towers {
        let number = numbers.entry(tower.market.clone()).or_default();
        *number += 1;
        tower.name = format!("tower-{}-{number:05}", tower.market);
    }
}

/// So many towers at most are meant to hang on one router.
const TOWERS_PER_ROUTER: usize = 2_000;
/// Routers of one market stand at least so far apart.
const APART_KM: f64 = 100.0;

/// Routers in the largest places of each market, at least two where it is wide enough, so that no
/// region depends on one; all linked in a mesh. Each tower hangs on the nearest of its market.
fn route_by_market(plan: &mut Plan, places: &[Place]) {
    let mut markets: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, tower) in plan.towers.iter().enumerate() {
        let mine = markets.entry(tower.market.clone()).or_default();
        mine.push(i);
    }
    for (market, towers) in &markets {
        let wanted = towers.len().div_ceil(TOWERS_PER_ROUTER).max(2);
        let centres = largest_apart(market, places, wanted.min(towers.len()));
        let points: Vec<Point> = centres.iter().map(|&place| point(place)).collect();
        let near = towers.iter().map(|&i| point(plan.towers[i].position));
        let near = nearest_each(near, &points);
        for (&tower, router) in towers.iter().zip(near) {
            plan.towers[tower].router = plan.routers.len() + router;
        }
        let routers = (1..).zip(centres).map(|(number, position)| RouterPlan {
            name: format!("router-{market}-{number}"),
            position,
            market: market.clone(),
        });
        plan.routers.extend(routers);
    }
    let points: Vec<Point> = plan.routers.iter().map(RouterPlan::point).collect();
    let link = |(a, b)| LinkPlan {
        a,
        b,
        latency: None,
    };
    plan.links = mesh(&points).into_iter().map(link).collect();
}

/// The positions of at most `count` of the largest places of a market that stand apart.
fn largest_apart(market: &str, places: &[Place], count: usize) -> Vec<(f64, f64)> {
    let mut mine: Vec<&Place> = places.iter().filter(|p| p.state == market).collect();
    mine.sort_by_key(|place| (std::cmp::Reverse(place.population), place.row));
    let mut chosen: Vec<(f64, f64)> = Vec::new();
    for place in mine {
        let here = point(place.position);
        let apart = |&other: &(f64, f64)| here.distance_km(point(other)) >= APART_KM;
        if chosen.len() < count && chosen.iter().all(apart) {
            chosen.push(place.position);
        }
    }
    chosen
}

fn point((latitude, longitude): (f64, f64)) -> Point {
    Point::new(latitude, longitude)
}

/// Every tower hangs on the nearest router of a backbone.
fn route_by_nearest(plan: &mut Plan, backbone: Backbone) {
    let points: Vec<Point> = backbone.routers.iter().map(RouterPlan::point).collect();
    let towers = plan.towers.iter().map(|tower| point(tower.position));
    let nearest = nearest_each(towers, &points);
    for (tower, router) in plan.towers.iter_mut().zip(nearest) {
        tower.router = router;
    }
    plan.routers = backbone.routers;
    plan.links = backbone.links;
}

/// A network around the nodes of a backbone; none if there are none.
pub(super) fn around_backbone(
    spec: &GraphmlSpec,
    backbone: Backbone,
    findings: &mut Findings,
) -> Option<Plan> {
    if !findings.errors.is_empty() {
        return None;
    }
    let places: Vec<Place> = (0..)
        .zip(&backbone.routers)
        .zip(&backbone.sites)
        .map(|((row, router), site)| Place {
            state: router.market.clone(),
            position: router.position,
            population: site.population,
            zone: site.zone.clone().unwrap_or_else(|| spec.zone.clone()),
            row,
        })
        .collect();
    if places.iter().all(|place| place.population == 0) {
        findings.error(Origin::default(), Problem::NoTowers);
        return None;
    }
    let (regions, names) = group_routers(&backbone.routers, spec.regions);
    let settled = settle(&places, spec.towers.into(), spec.devices);
    let mut towers = Vec::new();
    for (router, (place, settled)) in places.iter().zip(settled).enumerate() {
        let scattered = scatter(place, spec.radius_km, settled, spec.layout_seed);
        towers.extend(scattered.map(|(position, devices)| TowerPlan {
            name: String::new(),
            position,
            region: regions[router],
            market: place.state.clone(),
            router,
            devices,
            zone: place.zone.clone(),
        }));
    }
    let specs = names.iter().map(|name| RegionSpec::new(name, &[]));
    let mut plan = collapse(specs.enumerate().collect(), towers, &spec.core);
    name_towers(&mut plan.towers);
    plan.routers = backbone.routers;
    plan.links = backbone.links;
    Some(plan)
}

/// Group routers by position; each group is named after its router nearest to its middle.
pub(super) fn group_routers(routers: &[RouterPlan], count: u16) -> (Vec<usize>, Vec<String>) {
    let points: Vec<Point> = routers.iter().map(RouterPlan::point).collect();
    let weighted: Vec<(Point, f64)> = points.iter().map(|point| (*point, 1.0)).collect();
    let middles = centres(&weighted, usize::from(count));
    let groups = nearest_each(points.iter().copied(), &middles);
    let name = |(group, middle): (usize, &Point)| {
        let mine = (0..routers.len()).filter(|i| groups[*i] == group);
        let gap = |i: &usize| points[*i].chord2(*middle);
        let central = mine.min_by(|a, b| gap(a).total_cmp(&gap(b)));
        central.map_or_else(String::new, |i| format!("around-{}", routers[i].market))
    };
    let names = middles.iter().enumerate().map(name).collect();
    (groups, names)
}
