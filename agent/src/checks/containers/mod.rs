//! Container engines, and who can take over the machine through them.

pub(crate) mod docker_network;
pub(crate) mod docker_settings;
pub(crate) mod docker_socket;
pub(crate) mod groups;
pub(crate) mod kubelet;
pub(crate) mod registries;
