//! Routes, selectors, weak points and the summary.
//!
//! Invariant: expected values come from paper or from petgraph, not from the code under test.

use petgraph::algo::dijkstra;
use petgraph::graph::{NodeIndex, UnGraph};

use super::*;

fn up(_: NodeId) -> bool {
    true
}

#[test]
fn routes_follow_what_is_up() {
    let topology = chain().freeze().expect("a sound graph");
    let find = |name: &str| topology.find(name).expect(name);
    let (tower, amf, near) = (find("tc"), find("amf"), find("ta"));
    let routes = Routes::all_up(&topology);
    let expected = Some(Span::from_us(5_200));
    assert_eq!(routes.latency(&topology, tower, amf), expected);
    assert_eq!(routes.latency(&topology, amf, tower), expected);
    assert_eq!(routes.latency(&topology, amf, amf), Some(Span::ZERO));
    assert_eq!(
        routes.latency(&topology, near, amf),
        Some(Span::from_us(200))
    );

    let without_b = Routes::compute(&topology, |id| id != find("b"), |_| true);
    assert_eq!(without_b.latency(&topology, tower, amf), None);
    assert_eq!(
        without_b.latency(&topology, near, amf),
        Some(Span::from_us(200))
    );

    let link = topology.neighbours(find("b"), EdgeKind::IpTransport).next();
    let link = link.expect("a link").0;
    let cut = Routes::compute(&topology, up, |edge| edge != link);
    assert_eq!(cut.latency(&topology, tower, amf), None);
    assert!(cut.latency(&topology, tower, find("tb")).is_some());

    let access = topology.access_edge(tower).expect("it hangs on a router");
    let alone = Routes::compute(&topology, up, |edge| edge != access);
    assert_eq!(alone.latency(&topology, tower, amf), None);
    assert_eq!(topology.access_edge(find("a")), None);

    let no_bgp = |edge: EdgeId| topology.edge(edge).kind == EdgeKind::IpTransport;
    assert_eq!(Routes::compute(&topology, up, no_bgp), routes);
}

#[test]
fn routes_agree_with_petgraph() {
    let topology = built(&TopologySpec::Graphml(GraphmlSpec {
        towers: 25,
        ..serde_json::from_str("{\"file\":\"attmpls.graphml\"}").expect("defaults")
    }));
    let lost = topology.find("router-CHCG").expect("Chicago");
    let routes = Routes::compute(&topology, |id| id != lost, |_| true);
    let mut graph = UnGraph::<(), u64>::default();
    for _ in topology.nodes() {
        graph.add_node(());
    }
    for edge in topology.edges() {
        let ends = [edge.a, edge.b];
        let both = ends
            .iter()
            .all(|id| topology.node(*id).kind == NodeKind::Router);
        if both && edge.kind == EdgeKind::IpTransport && !ends.contains(&lost) {
            let [a, b] = ends.map(|id| NodeIndex::new(id.index()));
            graph.add_edge(a, b, edge.latency.as_us());
        }
    }
    for from in topology
        .nodes_of_kind(NodeKind::Router)
        .filter(|id| *id != lost)
    {
        let expected = dijkstra(&graph, NodeIndex::new(from.index()), None, |e| *e.weight());
        for to in topology.nodes_of_kind(NodeKind::Router) {
            let expected = expected.get(&NodeIndex::new(to.index()));
            let found = routes.latency(&topology, from, to);
            assert_eq!(found, expected.map(|us| Span::from_us(*us)));
        }
    }
}

#[test]
fn weak_points_are_found_with_what_they_cut_off() {
    let topology = chain().freeze().expect("a sound graph");
    let cuts = articulation_points(&topology);
    assert_eq!(cuts.len(), 1);
    let cut = &cuts[0];
    assert_eq!(topology.node(cut.router).name, "b");
    // Both sides weigh the same: the first is the rest, c and b itself are cut off.
    assert_eq!((cut.towers, cut.devices, cut.functions), (2, 20, 0));
    assert_eq!(cut.separated, [topology.find("c").expect("a router")]);
    assert_eq!(cut.pools, []);

    let mut heavier = chain();
    let far = tower(&mut heavier, "td", 50);
    let local = Some(Span::from_us(100));
    heavier.edge(far, NodeId(2), EdgeKind::IpTransport, local);
    let topology = heavier.freeze().expect("a sound graph");
    let cut = &articulation_points(&topology)[0];
    assert_eq!((cut.towers, cut.devices, cut.functions), (2, 20, 1));
    assert_eq!(
        cut.pools,
        [crate::base::PoolId(0)],
        "the pool is on the small side"
    );

    let mut ring = chain();
    ring.link(NodeId(0), NodeId(2), None);
    let topology = ring.freeze().expect("a sound graph");
    assert_eq!(articulation_points(&topology), []);
}

#[test]
fn parallel_links_are_no_way_around() {
    let mut builder = chain();
    builder.link(NodeId(0), NodeId(1), None);
    let topology = builder.freeze().expect("a sound graph");
    assert_eq!(articulation_points(&topology).len(), 1);
}

fn select(json: &str) -> Result<Vec<String>, SelectorError> {
    let selector: Selector = serde_json::from_str(json).expect(json);
    let topology = built(&dozen());
    let ids = selector.resolve(&topology)?;
    assert!(ids.is_sorted());
    Ok(ids
        .iter()
        .map(|id| topology.node(*id).name.clone())
        .collect())
}

#[test]
fn selectors_pick_by_every_key() {
    let count = |json: &str| select(json).map(|names| names.len());
    assert_eq!(count("{\"kinds\":[\"amf\"]}"), Ok(8));
    assert_eq!(
        count("{\"kinds\":[\"amf\",\"mme\"],\"regions\":[\"texas\"]}"),
        Ok(8)
    );
    assert_eq!(
        count("{\"kinds\":[\"amf\"],\"pools\":[\"texas-1\"]}"),
        Ok(4)
    );
    assert_eq!(count("{\"kinds\":[\"amf\"],\"names\":[\"*-1\"]}"), Ok(2));
    assert_eq!(
        count("{\"kinds\":[\"router\"],\"markets\":[\"TX\"]}"),
        Ok(2)
    );
    assert_eq!(
        count("{\"kinds\":[\"tower\"],\"sw_versions\":[\"1.0\"]}"),
        Ok(12)
    );
    assert_eq!(count("{\"kinds\":[\"amf\"],\"percent\":50}"), Ok(4));
    assert_eq!(count("{\"kinds\":[\"amf\"],\"percent\":1}"), Ok(1));
    assert_eq!(count("{\"kinds\":[\"amf\"],\"count\":3}"), Ok(3));
    let a = count("{\"kinds\":[\"amf\"],\"vendors\":[\"vendor-a\"]}");
    let b = count("{\"kinds\":[\"amf\"],\"vendors\":[\"vendor-b\"]}");
    assert_eq!(a.expect("some") + b.expect("some"), 8);
}

#[test]
fn a_larger_percentage_contains_a_smaller_one() {
    let quarter = select("{\"kinds\":[\"tower\"],\"percent\":25}").expect("some");
    let half = select("{\"kinds\":[\"tower\"],\"percent\":50}").expect("some");
    assert_eq!((quarter.len(), half.len()), (3, 6));
    assert!(quarter.iter().all(|name| half.contains(name)));
}

#[test]
fn a_wrong_selector_says_what_is_wrong() {
    let message = |json: &str| select(json).expect_err("it is wrong").to_string();
    assert_eq!(
        message("{\"regions\":[\"texs\"],\"vendors\":[\"acme\"]}"),
        "regions: no element has \"texs\", did you mean \"texas\"?; \
         vendors: no element has \"acme\""
    );
    assert_eq!(
        message("{\"names\":[\"ams-texas-1-1\"]}"),
        "names: no element has \"ams-texas-1-1\", did you mean \"amf-texas-1-1\"?"
    );
    assert!(message("{\"kinds\":[\"udm\"],\"regions\":[\"texas\"]}").starts_with("no element"));
    assert!(message("{\"percent\":101}").contains("allowed: 0 to 100"));
    assert!(message("{\"count\":0}").starts_with("no element"));
}

#[test]
fn implied_edges_join_towers_and_their_pool() {
    let topology = chain().freeze().expect("a sound graph");
    let find = |name: &str| topology.find(name).expect(name);
    let of = |name: &str| topology.n2s1_neighbours(find(name)).collect::<Vec<_>>();
    assert_eq!(of("ta"), [find("amf")]);
    assert_eq!(of("amf"), ["ta", "tb", "tc"].map(find));
    assert_eq!(of("b"), []);
    assert_eq!(topology.pool_of(find("amf")), topology.find_pool("p"));
    assert_eq!(topology.pools()[0].region, Some(RegionId(0)));
}

#[test]
fn the_summary_counts_and_fits_the_page() {
    for topology in [built(&dozen()), chain().freeze().expect("a sound graph")] {
        let summary = Summary::of(&topology);
        let nodes: usize = summary.nodes.iter().map(|(_, count)| count).sum();
        assert_eq!(nodes, topology.nodes().len());
        let towers: usize = summary.regions.iter().map(|region| region.towers).sum();
        assert_eq!(towers, topology.towers().len());
        let text = summary.to_string();
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{} in {line}", line.len());
        }
        let tower = text.lines().find(|line| line.starts_with("  tower "));
        let count = topology.towers().len().to_string();
        assert!(tower.is_some_and(|line| line.contains(&count)), "{text}");
    }
    let text = Summary::of(&chain().freeze().expect("a sound graph")).to_string();
    assert!(text.contains("n2-s1"), "{text}");
    let cut = text
        .lines()
        .find(|line| line.starts_with("b "))
        .expect(&text);
    let words: Vec<_> = cut.split_whitespace().collect();
    assert_eq!(words, ["b", "1", "2", "20", "0"]);
}
