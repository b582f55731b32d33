//! What listens on the network, and what keeps others from it.

pub(super) mod data_stores;
pub(super) mod firewall;
pub(super) mod firewall_ipv6;
pub(super) mod firewall_policy;
pub(super) mod firewalls;
pub(super) mod legacy_services;
pub(super) mod name_queries;
pub(super) mod plaintext;
pub(super) mod promiscuous;
