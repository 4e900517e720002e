//! Everything that can be wrong with an input, each refused with its place.
//!
//! Invariant: one test for each way of being wrong.

use super::*;

const NODES: &str = "name,kind,lat,lon,region,pool,devices\n\
    r,router,10,20,east,,\n\
    amf,amf,10,20,east,p,\n\
    t1,tower,10.01,20,east,p,5\n\
    t2,tower,10.02,20,east,p,6\n";
const EDGES: &str = "a,b,kind,latency\n\
    amf,r,ip-transport,0.1ms\n\
    t1,r,ip-transport,\n\
    t2,r,ip-transport,2ms\n";

/// What is wrong after one change of the nodes or the edges.
fn after(name: &str, from: &str, to: &str) -> Vec<String> {
    let (nodes, edges) = (NODES.replacen(from, to, 1), EDGES.replacen(from, to, 1));
    assert!(nodes != NODES || edges != EDGES, "{from} is there");
    let files = [("nodes.csv", nodes.as_str()), ("edges.csv", edges.as_str())];
    Fixture::new(name, &files).errors(&csv_spec())
}

#[test]
fn sound_tables_are_read() {
    let files = [("nodes.csv", NODES), ("edges.csv", EDGES)];
    let topology = Fixture::new("sound", &files).build(&csv_spec());
    assert_eq!((topology.towers().len(), topology.devices()), (2, 11));
    let second = topology.node(topology.find("t2").expect("a tower"));
    assert_eq!(second.access_latency, Span::from_millis(2));
    assert_eq!(topology.tower(crate::base::TowerId(0)).neighbours.len(), 1);
}

#[test]
fn a_dangling_edge() {
    let errors = after("dangling", "t2,r,ip", "t3,r,ip");
    let dangling = "edges.csv:4: there is no node \"t3\", did you mean \"t1\"?";
    assert_eq!(errors[0], dangling);
    assert!(
        errors[1].starts_with("nodes.csv:5: \"t2\" hangs on no router"),
        "{errors:?}"
    );
}

#[test]
fn a_duplicate_name() {
    let errors = after("duplicate", "t2,tower", "t1,tower");
    assert_eq!(
        errors[0],
        "nodes.csv:5: \"t1\" is there twice, names must be unique"
    );
}

#[test]
fn no_capacity() {
    let nodes = "name,kind,lat,lon,region,pool,devices,weight\n\
        r,router,10,20,east,,,\namf,amf,10,20,east,p,,0\nt1,tower,10,20,east,p,5,-1\n";
    let edges = "a,b,kind\namf,r,ip-transport\nt1,r,ip-transport\n";
    let files = [("nodes.csv", nodes), ("edges.csv", edges)];
    let errors = Fixture::new("weight", &files).errors(&csv_spec());
    assert_eq!(
        errors,
        [
            "nodes.csv:3: \"amf\" has weight 0, allowed: above 0",
            "nodes.csv:4: \"t1\" has weight -1, allowed: above 0"
        ]
    );
}

#[test]
fn a_tower_that_cannot_reach_its_pool() {
    let mut builder = chain();
    let island = builder.node(NewNode::new(NodeKind::Router, "island"));
    let alone = tower(&mut builder, "alone", 1);
    builder.edge(alone, island, EdgeKind::IpTransport, None);
    let errors = builder.freeze().expect_err("it is unreachable").0;
    assert_eq!(errors.len(), 1);
    let problem = Problem::Unreachable {
        tower: "alone".to_owned(),
        pool: "p".to_owned(),
    };
    assert_eq!(errors[0].problem, problem);
}

#[test]
fn no_towers_or_no_devices() {
    let mut builder = TopologyBuilder::default();
    builder.node(NewNode::new(NodeKind::Router, "r"));
    let errors = builder.freeze().expect_err("there is no tower").0;
    assert_eq!(errors[0].problem, Problem::NoTowers);
    assert_eq!(errors[0].origin, Origin::default());
    let mut builder = chain();
    for site in builder.sites.values_mut() {
        site.devices = 0;
    }
    let errors = builder.freeze().expect_err("there is no device").0;
    assert_eq!(errors[0].problem, Problem::NoDevices);
}

#[test]
fn positions_off_the_globe() {
    for (found, allowed) in [
        ("91", "\"t2\" lies at 91, 20, allowed: -90 to 90"),
        ("NaN", "lat: found \"NaN\", allowed: a number"),
        ("inf", "lat: found \"inf\", allowed: a number"),
        ("", "lat: found \"\", allowed: a number"),
    ] {
        let errors = after("position", "10.02", found);
        let expected = format!("nodes.csv:5: {allowed}");
        assert!(errors[0].starts_with(&expected), "{errors:?}");
    }
}

#[test]
fn truncated_tables() {
    let errors = after("cut-nodes", "t2,tower,10.02,20,east,p,6\n", "t2,tow");
    assert_eq!(
        errors[0],
        "nodes.csv:5: found 2 fields, expected 7 as before"
    );
    let errors = after("cut-edges", "t2,r,ip-transport,2ms\n", "t2,r");
    assert_eq!(
        errors[0],
        "edges.csv:4: found 2 fields, expected 4 as before"
    );
    let errors = after("cut-header", NODES, "name,ki");
    let missing = "nodes.csv:1: no column \"kind\", found name,ki";
    assert_eq!(errors[0], missing);
    let errors = after("empty", NODES, "");
    assert!(errors[0].contains("no column \"name\""), "{errors:?}");
}

#[test]
fn wrong_words_and_numbers() {
    for (from, to, expected) in [
        (
            "t2,tower",
            "t2,towr",
            "nodes.csv:5: kind: found \"towr\", allowed: amf, mme",
        ),
        (
            "p,6",
            "p,-6",
            "nodes.csv:5: devices: found \"-6\", allowed: a whole number",
        ),
        (
            "east,p,6",
            "east,q,6",
            "nodes.csv:5: there is no pool with members \"q\"",
        ),
        (
            "20,east,p,6",
            "20,,p,6",
            "nodes.csv:5: tower \"t2\" has no region",
        ),
        (
            "ip-transport,2ms",
            "ip,2ms",
            "edges.csv:4: kind: found \"ip\", allowed: ue-radio",
        ),
        (
            "2ms",
            "2 parsecs",
            "edges.csv:4: latency: found \"2 parsecs\", allowed: a duration",
        ),
        (
            "t2,r,ip",
            "t2,t2,ip",
            "nodes.csv:5: edge from \"t2\" to itself",
        ),
        (
            "t2,tower",
            ",tower",
            "nodes.csv:5: name: found \"\", allowed: a name",
        ),
    ] {
        let errors = after("words", from, to);
        assert!(
            errors.iter().any(|e| e.starts_with(expected)),
            "{expected}: {errors:#?}"
        );
    }
}

#[test]
fn all_errors_at_once() {
    let text = NODES.replace("10.01,20", "110,20").replace("p,6", "p,x");
    let edges = EDGES.replace("t1,r", "t9,r");
    let files = [("nodes.csv", text.as_str()), ("edges.csv", edges.as_str())];
    let errors = Fixture::new("all", &files).errors(&csv_spec());
    assert!(errors.len() >= 3, "{errors:#?}");
    let files = ["nodes.csv:4", "nodes.csv:5", "edges.csv:3"];
    for place in files {
        assert!(
            errors.iter().any(|e| e.starts_with(place)),
            "{place}: {errors:#?}"
        );
    }
}

#[test]
fn unknown_time_zones_and_neighbours() {
    let nodes = NODES
        .replace("devices", "devices,zone,neighbours")
        .replace(",\n", ",,,\n");
    let nodes = nodes
        .replace("p,5", "p,5,Mars/Olympus,t2;t7")
        .replace("p,6", "p,6,UTC,amf");
    let nodes = nodes.replace("neighbours,,", "neighbours");
    let files = [("nodes.csv", nodes.as_str()), ("edges.csv", EDGES)];
    let errors = Fixture::new("zones", &files).errors(&csv_spec());
    for expected in [
        "nodes.csv:4: zone: found \"Mars/Olympus\"",
        "nodes.csv:4: there is no node \"t7\"",
        "nodes.csv:5: neighbours: found \"amf\", allowed: names of towers",
    ] {
        assert!(
            errors.iter().any(|e| e.starts_with(expected)),
            "{expected}: {errors:#?}"
        );
    }
}

#[test]
fn unreadable_files() {
    let errors = Fixture::new("missing", &[]).errors(&csv_spec());
    assert_eq!(errors.len(), 2);
    assert!(
        errors[0].starts_with("nodes.csv: cannot read the file"),
        "{errors:?}"
    );
    assert!(
        errors[1].starts_with("edges.csv: cannot read the file"),
        "{errors:?}"
    );
}

/// What is wrong with a GraphML text as a backbone.
fn graphml(name: &str, text: &str) -> Vec<String> {
    let fixture = Fixture::new(name, &[("net.graphml", text)]);
    fixture.errors(&spec("{\"source\":\"graphml\",\"file\":\"net.graphml\"}"))
}

#[test]
fn graphml_cut_off_anywhere_is_never_a_smaller_network() {
    let text = std::fs::read_to_string(data().join("attmpls.graphml")).expect("shipped");
    let end = text.trim_end().len();
    for cut in (0..end).step_by(97).chain([end - 1, end - 5]) {
        let errors = graphml(&format!("cut-{cut}"), &text[..cut]);
        assert_eq!(errors.len(), 1, "{cut}: {errors:?}");
        assert!(errors[0].starts_with("net.graphml:"), "{cut}: {errors:?}");
    }
    let errors = graphml("cut", &text[..text.find("</graph>").expect("its end")]);
    assert!(errors[0].ends_with("it ends within <graph>"), "{errors:?}");
}

#[test]
fn garbled_graphml() {
    let head = "<graphml><graph>\n<node id=\"a\"/>";
    for (text, expected) in [
        ("name,kind\n", "garbled: no <graph> element"),
        ("<graphml><graph></node></graph></graphml>", "garbled: "),
        (
            &format!("{head}<node/></graph></graphml>"),
            "<node> without attribute \"id\"",
        ),
        (
            &format!("{head}<node id=\"a\"/></graph></graphml>"),
            "\"a\" is there twice",
        ),
        (
            &format!("{head}</graph></graphml>"),
            "\"a\" has no position",
        ),
        (
            &format!("{head}&nope;</graph></graphml>"),
            "unknown entity &nope;",
        ),
        ("<graphml><graph/></graphml>", "no routers"),
    ] {
        let errors = graphml("garbled", text);
        assert!(errors[0].contains(expected), "{expected}: {errors:?}");
    }
}

#[test]
fn wrong_values_in_graphml() {
    let at = |id: &str, lat: &str, lon: &str| {
        format!(
            "<node id=\"{id}\"><data key=\"Latitude\">{lat}</data>\
             <data key=\"Longitude\">{lon}</data></node>\n"
        )
    };
    let edge = "<edge source=\"x1\" target=\"x9\"/>\n\
        <edge source=\"x1\" target=\"x2\"><data key=\"dist_km\">-4</data></edge>";
    let nodes = [
        at("x1", "95", "0"),
        at("x2", "nan", "0"),
        at("x3", "0", "0"),
    ]
    .concat();
    let errors = graphml(
        "values",
        &format!("<graphml><graph>\n{nodes}{edge}</graph></graphml>"),
    );
    for expected in [
        "net.graphml:2: \"x1\" lies at 95, 0",
        "net.graphml:3: latitude: found \"nan\"",
        "net.graphml:5: there is no node \"x9\", did you mean \"x1\"?",
        "net.graphml:6: dist_km: found \"-4\", allowed: a number of 0 or more",
    ] {
        assert!(
            errors.iter().any(|e| e.starts_with(expected)),
            "{expected}: {errors:#?}"
        );
    }
}

#[test]
fn wrong_keys_of_the_specification() {
    for (json, expected) in [
        ("\"towers\":0", "topology.towers: found \"0\""),
        ("\"devices\":0", "topology.devices: found \"0\""),
        (
            "\"states\":[\"TXX\"]",
            "there is no state \"TXX\", did you mean \"TX\"?",
        ),
        (
            "\"core\":{\"udm\":0}",
            "topology.core.udm: found \"0\", allowed: 1 or more",
        ),
        (
            "\"core\":{\"amf_per_pool\":0,\"mme_per_pool\":0}",
            "topology.core.amf_per_pool",
        ),
        (
            "\"neighbours\":{\"range_km\":-1}",
            "topology.neighbours.range_km: found \"-1\"",
        ),
        (
            "\"regions\":[{\"name\":\"r\",\"states\":[\"TX\"]}]",
            "topology.regions: found \"AK\"",
        ),
        (
            "\"regions\":[{\"name\":\"r\",\"states\":[\"TX\"],\"pools\":0}]",
            "topology.regions: found \"r\", allowed: a region with at least one pool",
        ),
        (
            "\"places\":\"nowhere.csv\"",
            "nowhere.csv: cannot read the file",
        ),
        (
            "\"backbone\":{\"graphml\":\"none.graphml\"}",
            "none.graphml: cannot read the file",
        ),
    ] {
        let spec = spec(&format!("{{\"source\":\"generated\",{json}}}"));
        let errors = Fixture::new("keys", &[]).errors(&spec);
        assert!(
            errors.iter().any(|e| e.starts_with(expected)),
            "{expected}: {errors:#?}"
        );
    }
}

#[test]
fn no_cells() {
    let fixture = Fixture::new("no-cells", &[("cells.csv", "radio,lon,lat\n")]);
    let errors = fixture.errors(&spec("{\"source\":\"opencellid\",\"file\":\"cells.csv\"}"));
    assert_eq!(errors, ["cells.csv: no towers, expected at least one"]);
}

#[test]
fn towers_without_neighbours_are_a_warning() {
    let mut builder = chain();
    builder.neighbours.max = 0;
    let topology = builder.freeze().expect("a warning is no error");
    assert_eq!(topology.warnings().len(), 1);
    assert_eq!(
        topology.warnings()[0].to_string(),
        "ta and 2 more towers have no neighbour in range"
    );
}

#[test]
fn tables_have_defaults() {
    let spec = CsvSpec {
        nodes: "nodes.csv".into(),
        edges: "edges.csv".into(),
        zone: "UTC".to_owned(),
        neighbours: NeighbourSpec::default(),
    };
    assert_eq!(
        TopologySpec::Csv(spec),
        csv_spec(),
        "defaults are what they say"
    );
}
