//! What a node or an edge is.
//!
//! Invariant: one word per idea, the word of the 3GPP standards where there is one.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a node of the graph does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum NodeKind {
    /// Access and mobility management of 5GS (TS 23.501 §6.2.1), member of a pool.
    Amf,
    /// Mobility management entity of EPS (TS 23.401 §4.4.2), member of a pool.
    Mme,
    /// Subscriber data: UDM with AUSF, or HSS; one front end.
    Udm,
    /// IP multimedia subsystem: P-, I- and S-CSCF with the telephony server; one site.
    Ims,
    /// User plane and session management: SMF + UPF, or SGW + PGW.
    Gateway,
    /// Entry of Wi-Fi calling: ePDG or N3IWF.
    Epdg,
    /// A transport router: backbone or aggregation.
    Router,
    /// Signalling transfer: STP, DRA or SCP.
    Stp,
    /// Operations support: the management plane from which elements are configured.
    Oss,
    /// The identity provider that operators and tools log in with.
    IdentityProvider,
    /// A host of the virtualisation layer.
    NfviHost,
    /// The repository that software and configuration are pushed from.
    Repository,
    /// A base station site: gNB and eNB with its radio.
    Tower,
}

/// What runs along an edge. A fault travels only along kinds that it uses.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// Radio between a tower and its subscribers.
    UeRadio,
    /// NGAP or S1AP between a tower and the members of its pool (implied by pool membership).
    N2S1,
    /// Service-based interface between core functions (TS 29.500).
    Sbi,
    /// Diameter between MME or IMS and the HSS (TS 29.272).
    S6aDiameter,
    /// SIP between gateway and IMS (TS 24.229).
    SipIms,
    /// The transport network.
    IpTransport,
    /// Routing adjacency between routers.
    BgpIgp,
    /// Management plane: configuration sessions.
    OamMgmt,
    /// Software delivery.
    CicdPush,
    /// A function runs on a host.
    NfviHost,
    /// Interconnect with other operators.
    RoamingIpx,
    /// A log-in depends on this identity provider.
    IdentityProvider,
}

/// Give a kind its word in files and outputs, both ways.
macro_rules! words {
    ($name:ident, [$($variant:ident => $word:literal),+ $(,)?]) => {
        impl $name {
            /// Every kind, in the order of tables and summaries.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in files and outputs.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The kind of this word, upper or lower case.
            pub fn from_word(word: &str) -> Option<Self> {
                let wanted = word.trim().to_ascii_lowercase().replace('_', "-");
                Self::ALL.iter().copied().find(|kind| kind.word() == wanted)
            }

            /// All words, for messages about a wrong one.
            pub fn words() -> String {
                let words: Vec<_> = Self::ALL.iter().map(|kind| kind.word()).collect();
                words.join(", ")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

words!(NodeKind, [
    Amf => "amf",
    Mme => "mme",
    Udm => "udm",
    Ims => "ims",
    Gateway => "gateway",
    Epdg => "epdg",
    Router => "router",
    Stp => "stp",
    Oss => "oss",
    IdentityProvider => "identity-provider",
    NfviHost => "nfvi-host",
    Repository => "repository",
    Tower => "tower",
]);

words!(EdgeKind, [
    UeRadio => "ue-radio",
    N2S1 => "n2-s1",
    Sbi => "sbi",
    S6aDiameter => "s6a-diameter",
    SipIms => "sip-ims",
    IpTransport => "ip-transport",
    BgpIgp => "bgp-igp",
    OamMgmt => "oam-mgmt",
    CicdPush => "cicd-push",
    NfviHost => "nfvi-host",
    RoamingIpx => "roaming-ipx",
    IdentityProvider => "identity-provider",
]);

impl NodeKind {
    /// Whether a node of this kind can be a member of a pool.
    pub const fn is_pool_member(self) -> bool {
        matches!(self, Self::Amf | Self::Mme)
    }

    /// Whether this is a function that serves devices (not transport, management or a tower).
    pub const fn is_core_function(self) -> bool {
        matches!(
            self,
            Self::Amf | Self::Mme | Self::Udm | Self::Ims | Self::Gateway | Self::Epdg
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_serde() {
        for kind in NodeKind::ALL {
            let text = serde_json::to_string(kind).expect("a word");
            assert_eq!(text, format!("\"{kind}\""));
            assert_eq!(NodeKind::from_word(kind.word()), Some(*kind));
        }
        for kind in EdgeKind::ALL {
            let text = serde_json::to_string(kind).expect("a word");
            assert_eq!(text, format!("\"{kind}\""));
            assert_eq!(EdgeKind::from_word(kind.word()), Some(*kind));
        }
        assert_eq!(NodeKind::from_word("NFVI_HOST"), Some(NodeKind::NfviHost));
        assert_eq!(NodeKind::from_word("cloud"), None);
    }
}
