//! What a node or an edge is.
//!
//! Invariant: one word per idea, the word of the 3GPP standards where there is one.

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
