//! The cloud side of Hard Target: launches the throwaway instance that an AMI is scanned on, puts
//! the score on the AMI, and ends what got stuck.

pub mod family;
pub mod metrics;
pub mod reason;
pub mod tag;
