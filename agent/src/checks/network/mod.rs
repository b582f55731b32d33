//! What listens on the network.

pub(super) mod data_stores;
pub(super) mod plaintext;
