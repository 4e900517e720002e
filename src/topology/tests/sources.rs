//! Each source gives the network it should, and exports read back.
//!
//! Invariant: compares with sums and with the files themselves, not with our own earlier output.

use super::*;

fn check_core(topology: &Topology) {
    let count = |kind: NodeKind| topology.nodes_of_kind(kind).count();
    assert_eq!((count(NodeKind::Udm), count(NodeKind::Ims)), (4, 4));
    let amf = topology
        .nodes_of_kind(NodeKind::Amf)
        .next()
        .expect("an AMF");
    assert_eq!(topology.neighbours(amf, EdgeKind::Sbi).count(), 4 + 2);
    assert_eq!(topology.neighbours(amf, EdgeKind::NfviHost).count(), 1);
    assert_eq!(topology.neighbours(amf, EdgeKind::CicdPush).count(), 1);
    let oss = topology.find("oss").expect("the OSS");
    let managed = topology.neighbours(oss, EdgeKind::OamMgmt).count();
    let unmanaged = [
        NodeKind::Tower,
        NodeKind::Oss,
        NodeKind::Repository,
        NodeKind::IdentityProvider,
    ];
    let all = topology.nodes().iter();
    assert_eq!(
        managed,
        all.filter(|n| !unmanaged.contains(&n.kind)).count()
    );
    assert_eq!(
        topology.neighbours(oss, EdgeKind::IdentityProvider).count(),
        1
    );
    let stp = topology.find("stp-1").expect("an STP");
    assert_eq!(topology.neighbours(stp, EdgeKind::RoamingIpx).count(), 4);
}

#[test]
fn the_nation_adds_up() {
    let topology = built(&TopologySpec::default());
    assert_eq!(topology.towers().len(), 73_000);
    assert_eq!(topology.devices(), 125_000_000);
    assert_eq!(topology.regions().len(), 10);
    assert_eq!(topology.pools().len(), 10);
    let routers = topology.nodes_of_kind(NodeKind::Router).count();
    assert!((90..130).contains(&routers), "{routers}");
    for pool in topology.pools() {
        let sites = pool.members.iter().map(|&id| topology.node(id).router);
        let sites: std::collections::BTreeSet<_> = sites.collect();
        assert_eq!(sites.len(), 2, "{} survives the loss of a site", pool.name);
    }
    assert!(topology.pools().iter().all(|pool| pool.members.len() == 8));
    assert_eq!(articulation_points(&topology), []);
    check_core(&topology);
    // California has 39,538,223 of 334,735,155 people (2020 census).
    let california = topology.find_region("california").expect("a region");
    let devices: u64 = topology
        .towers()
        .iter()
        .filter(|tower| tower.region == california)
        .map(|tower| tower.devices)
        .sum();
    let share = 39_538_223.0 / 334_735_155.0 * 125e6;
    assert!((f64::from(u32::try_from(devices).expect("small")) / share - 1.0).abs() < 0.02);
    for tower in topology.towers().iter().step_by(997) {
        assert!(tower.neighbours.len() <= 6);
        assert!(topology.node(tower.node).access_latency < Span::from_millis(15));
    }
}

#[test]
fn a_dozen_towers_are_a_network_too() {
    let topology = built(&dozen());
    assert_eq!(topology.towers().len(), 12);
    assert_eq!(topology.devices(), 12_001);
    let names: Vec<_> = topology.regions().iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["texas", "central"], "the others have no towers");
    assert_eq!(topology, built(&dozen()), "the same again");
    check_core(&topology);
}

#[test]
fn the_layout_seed_moves_towers_and_nothing_else() {
    let TopologySpec::Generated(generated) = dozen() else {
        unreachable!("it is generated");
    };
    let other = built(&TopologySpec::Generated(GeneratedSpec {
        layout_seed: 2,
        ..generated
    }));
    let first = built(&dozen());
    let moved = first.nodes().iter().zip(other.nodes());
    for (a, b) in moved {
        assert_eq!((&a.name, &a.labels), (&b.name, &b.labels));
        let same = a.latitude.to_bits() == b.latitude.to_bits();
        assert_eq!(same, a.kind != NodeKind::Tower, "{}", a.name);
    }
}

#[test]
fn pools_and_classes_can_be_chosen() {
    let topology = built(&spec(
        "{\"source\":\"generated\",\"states\":[\"TX\",\"NM\"],\"towers\":40,\"devices\":40000,
          \"regions\":[{\"name\":\"south\",\"states\":[\"TX\",\"NM\"],\"pools\":7,\"amf_per_pool\":1,
          \"mme_per_pool\":0}],\"core\":{\"dedicated\":[{\"name\":\"firstnet\",
          \"class\":\"public-safety\",\"amf\":3}]}}",
    ));
    let sizes: Vec<_> = topology.pools().iter().map(|p| p.members.len()).collect();
    assert_eq!(sizes, [1, 1, 1, 1, 1, 1, 1, 5]);
    let firstnet = topology.find_pool("firstnet").expect("a pool");
    let pool = topology.pool(firstnet);
    assert_eq!(pool.dedicated_to.as_deref(), Some("public-safety"));
    assert_eq!(pool.region, None);
    assert!(topology.towers().iter().all(|tower| tower.pool != firstnet));
    let served: Vec<_> = (0..7).map(|i| topology.towers_of[i].len()).collect();
    assert_eq!(
        served,
        [6, 6, 6, 6, 6, 5, 5],
        "fewer routers than pools: in turn"
    );
    let tower = topology.towers()[0].node;
    assert_eq!(topology.n2s1_neighbours(tower).count(), 1 + 5);
    let member = pool.members[0];
    assert_eq!(topology.n2s1_neighbours(member).count(), 40);
}

#[test]
fn a_real_backbone_carries_the_nation() {
    let spec = TopologySpec::Generated(GeneratedSpec {
        towers: 500,
        devices: 1_000_000,
        backbone: BackboneSpec::Graphml("attmpls.graphml".into()),
        ..GeneratedSpec::default()
    });
    let topology = built(&spec);
    assert_eq!(topology.nodes_of_kind(NodeKind::Router).count(), 25);
    let links = topology.edges().iter();
    assert_eq!(links.filter(|e| e.kind == EdgeKind::BgpIgp).count(), 56);
    check_core(&topology);
    let los_angeles = topology.find("router-LA03").expect("a router");
    let linked = topology.neighbours(los_angeles, EdgeKind::BgpIgp);
    let nearest = linked.map(|(edge, _)| topology.edge(edge).latency).min();
    // 179.7 km to San Diego at 200 km/ms with a detour of 1.3.
    assert_eq!(nearest, Some(Span::from_us(1_168)));
}

#[test]
fn a_backbone_alone_is_enough() {
    let topology = built(&spec(
        "{\"source\":\"graphml\",\"file\":\"attmpls.graphml\",\"towers\":250,\"devices\":1003}",
    ));
    assert_eq!(topology.towers().len(), 250);
    assert_eq!(topology.devices(), 1_003);
    assert_eq!(topology.regions().len(), 4);
    check_core(&topology);
    for router in topology.nodes_of_kind(NodeKind::Router) {
        let towers = topology.neighbours(router, EdgeKind::IpTransport);
        let towers = towers.filter(|(_, id)| topology.tower_of(*id).is_some());
        assert_eq!(towers.count(), 10, "equal populations");
    }
}

#[test]
fn graphml_oddities_are_understood() {
    let text = "<?xml version=\"1.0\"?><graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">
      <key attr.name=\"Latitude\" attr.type=\"double\" for=\"node\" id=\"d29\"/>
      <key attr.name=\"Longitude\" attr.type=\"double\" for=\"node\" id=\"d32\"/>
      <key attr.name=\"label\" attr.type=\"string\" for=\"node\" id=\"d33\"/>
      <key attr.name=\"people\" attr.type=\"int\" for=\"node\" id=\"p\"><default>5</default></key>
      <key attr.name=\"LinkSpeed\" attr.type=\"string\" for=\"edge\" id=\"d35\"/>
      <key attr.name=\"latency_ms\" attr.type=\"double\" for=\"edge\" id=\"l\"/>
      <graph edgedefault=\"undirected\"><data key=\"other\">x</data>
      <node id=\"0\"><data key=\"d29\">10</data><data key=\"d32\">10</data>
        <data key=\"d33\">A &amp; B</data><data key=\"p\">15</data></node>
      <node id=\"1\"><data key=\"d29\">10</data><data key=\"d32\">12</data>
        <data key=\"d33\"><![CDATA[Twin]]></data></node>
      <node id=\"2\"><data key=\"d33\">Twin</data></node>
      <edge source=\"0\" target=\"1\"><data key=\"d35\">10</data><data key=\"l\">7.5</data></edge>
      <edge source=\"0\" target=\"1\"/><edge source=\"2\" target=\"2\"/>
      <edge source=\"2\" target=\"0\"/><edge source=\"2\" target=\"1\"/></graph></graphml>";
    let fixture = Fixture::new("oddities", &[("zoo.graphml", text)]);
    let topology = fixture.build(&spec(
        "{\"source\":\"graphml\",\"file\":\"zoo.graphml\",\"towers\":25,\"devices\":25,
          \"population_attribute\":\"people\",\"regions\":1,\"zone\":\"Europe/Berlin\"}",
    ));
    for (name, towers) in [
        ("router-A-&-B", 15),
        ("router-Twin-1", 5),
        ("router-Twin-2", 5),
    ] {
        let id = topology.find(name).expect(name);
        let linked = topology.neighbours(id, EdgeKind::IpTransport);
        let linked = linked.filter(|(_, other)| topology.tower_of(*other).is_some());
        assert_eq!(linked.count(), towers, "{name}");
    }
    let between = topology.node(topology.find("router-Twin-2").expect("a router"));
    assert!((between.longitude - 11.0).abs() < 0.01);
    assert_eq!(
        topology.tower(crate::base::TowerId(0)).zone,
        "Europe/Berlin"
    );
    let texts: Vec<_> = topology
        .warnings()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        texts[0].starts_with("zoo.graphml:15: link from node 2 to itself"),
        "{texts:?}"
    );
    assert!(
        texts[1].starts_with("zoo.graphml:13: node 2 has no position"),
        "{texts:?}"
    );
}

#[test]
fn cells_become_towers() {
    let mut text = String::from(
        "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n",
    );
    for i in 0..60 {
        let (x, y) = (f64::from(i % 10) * 0.05, f64::from(i / 10) * 0.05);
        let (lon, lat, samples) = (27.0 + x, -29.0 + y, i + 1);
        let net = i % 2 + 1;
        let cell = format!(
            "GSM,651,{net},117,{i},0,{lon},{lat},1000,{samples},1,1,2,0
"
        );
        text.push_str(&cell);
    }
    let fixture = Fixture::new("cells", &[("cells.csv", &text)]);
    let topology = fixture.build(&spec(
        "{\"source\":\"opencellid\",\"file\":\"cells.csv\",\"devices\":1830,\"devices_by\":\"samples\",
          \"routers\":4,\"regions\":2,\"zone\":\"Africa/Maseru\"}",
    ));
    assert_eq!((topology.towers().len(), topology.devices()), (60, 1_830));
    assert_eq!(topology.regions().len(), 2);
    let mut devices: Vec<u64> = topology.towers().iter().map(|t| t.devices).collect();
    devices.sort_unstable();
    assert_eq!(
        devices,
        (1..=60).collect::<Vec<u64>>(),
        "as many as samples"
    );
    check_core(&topology);
    let one = fixture.build(&spec(
        "{\"source\":\"opencellid\",\"file\":\"cells.csv\",\"net\":[2],\"radio\":[\"gsm\"]}",
    ));
    assert_eq!(one.towers().len(), 30);
}

#[test]
fn what_is_exported_reads_back_the_same() {
    let mut builder = chain();
    let odd = NewNode::new(NodeKind::Mme, "mme <\"&, é>")
        .in_pool("night, \"shift\"")
        .at(-12.345_67, 179.5)
        .weighing(2.5);
    let odd = builder.node(odd);
    builder.edge(odd, NodeId(0), EdgeKind::IpTransport, None);
    builder.dedicate("night, \"shift\"", "public-safety");
    for topology in [built(&dozen()), builder.freeze().expect("a sound graph")] {
        let (mut nodes, mut edges, mut graphml) = (Vec::new(), Vec::new(), Vec::new());
        write_nodes_csv(&topology, &mut nodes).expect("memory");
        write_edges_csv(&topology, &mut edges).expect("memory");
        write_graphml(&topology, &mut graphml).expect("memory");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let (nodes, edges, graphml) = (text(nodes), text(edges), text(graphml));
        let fixture = Fixture::new(
            &format!("round-trip-{}", topology.towers().len()),
            &[
                ("nodes.csv", &nodes),
                ("edges.csv", &edges),
                ("all.graphml", &graphml),
            ],
        );
        assert_eq!(fixture.build(&csv_spec()), topology);
        let whole = spec("{\"source\":\"graphml\",\"file\":\"all.graphml\"}");
        assert_eq!(fixture.build(&whole), topology);
    }
}

#[test]
fn the_backbone_of_an_export_is_a_backbone() {
    let mut graphml = Vec::new();
    write_graphml(&built(&dozen()), &mut graphml).expect("memory");
    let text = String::from_utf8(graphml).expect("text");
    let fixture = Fixture::new("backbone", &[("all.graphml", &text)]);
    let topology = fixture.build(&TopologySpec::Generated(GeneratedSpec {
        states: vec!["TX".to_owned()],
        towers: 20,
        devices: 20,
        backbone: BackboneSpec::Graphml("all.graphml".into()),
        ..GeneratedSpec::default()
    }));
    assert!(topology.find("router-OK-1").is_some());
    assert_eq!(topology.towers().len(), 20);
}

#[test]
fn the_specification_survives_serde_and_refuses_strange_keys() {
    for spec in [
        TopologySpec::default(),
        dozen(),
        csv_spec(),
        spec("{\"source\":\"graphml\",\"file\":\"x\"}"),
        spec("{\"source\":\"opencellid\",\"file\":\"x\"}"),
        spec("{\"source\":\"generated\",\"backbone\":{\"graphml\":\"x\"}}"),
    ] {
        let text = serde_json::to_string(&spec).expect("text");
        assert_eq!(
            serde_json::from_str::<TopologySpec>(&text).expect("back"),
            spec
        );
    }
    for wrong in [
        "{\"source\":\"generated\",\"tower\":5}",
        "{\"source\":\"magic\"}",
        "{\"source\":\"csv\",\"nodes\":\"x\"}",
    ] {
        assert!(
            serde_json::from_str::<TopologySpec>(wrong).is_err(),
            "{wrong}"
        );
    }
    let schema = schemars::schema_for!(TopologySpec).to_value();
    let generated = &schema["oneOf"][0];
    assert_eq!(generated["properties"]["source"]["const"], "generated");
}
