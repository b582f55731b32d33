//! Shared support for the tests.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up fails"
)]

pub mod roots;
