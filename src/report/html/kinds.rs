//! The kinds of elements in words, for somebody who does not work with them.
//!
//! Invariant: a kind that is not listed goes by its own word.

use super::super::plot::escape;
use super::story::Hop;

/// A kind: its word in files, one of it, several of it, what it does.
type Known = (&'static str, &'static str, &'static str, &'static str);

const KINDS: [Known; 13] = [
    ("amf", "AMF", "AMFs", "registers devices (5G)"),
    ("mme", "MME", "MMEs", "registers devices (4G)"),
    ("udm", "UDM", "UDMs", "subscriber database"),
    ("ims", "IMS", "IMS", "core of voice calls"),
    (
        "gateway",
        "gateway",
        "gateways",
        "carries data and its sessions",
    ),
    ("epdg", "ePDG", "ePDGs", "entry of Wi-Fi calling"),
    ("router", "router", "routers", "transport network"),
    (
        "stp",
        "STP",
        "STPs",
        "passes signalling on, to other operators too",
    ),
    (
        "oss",
        "OSS",
        "OSS",
        "system from which elements are managed",
    ),
    (
        "identity-provider",
        "identity provider",
        "identity providers",
        "what people and tools log in with",
    ),
    (
        "nfvi-host",
        "server host",
        "server hosts",
        "machine on which core functions run",
    ),
    (
        "repository",
        "repository",
        "repositories",
        "where software is pushed from",
    ),
    ("tower", "tower", "towers", "radio site"),
];

/// So many elements of a kind.
pub(super) fn counted(kind: &str, count: usize) -> &str {
    let known = KINDS.iter().find(|known| known.0 == kind);
    known.map_or(kind, |known| if count == 1 { known.1 } else { known.2 })
}

/// What the kinds on the path of a fault are, in one line.
pub(super) fn glossary(hops: &[Hop]) -> String {
    let there = KINDS
        .iter()
        .filter(|known| hops.iter().any(|hop| hop.kind == known.0));
    let words: Vec<String> = there
        .map(|(_, one, _, what)| format!("{}: {}", escape(one), escape(what)))
        .collect();
    format!("<p class=\"note\">{}.</p>", words.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::NodeKind;

    #[test]
    fn every_kind_of_the_graph_has_words() {
        for kind in NodeKind::ALL {
            assert!(KINDS.iter().any(|known| known.0 == kind.word()), "{kind}");
        }
        assert_eq!(counted("amf", 1), "AMF");
        assert_eq!(counted("identity-provider", 2), "identity providers");
        assert_eq!(counted("cloud", 2), "cloud");
        let hop = Hop {
            kind: "udm".to_owned(),
            ..Hop::default()
        };
        assert!(glossary(&[hop]).contains("UDM: subscriber database."));
    }
}
