//! Shared support for the tests.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up fails"
)]

pub mod agent;
pub mod cloud;
pub mod lynis;
pub mod processes;
pub mod roots;
pub mod rpms;
