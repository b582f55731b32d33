//! What listens on the network.

pub(super) mod data_stores;
pub(super) mod legacy_services;
pub(super) mod plaintext;
