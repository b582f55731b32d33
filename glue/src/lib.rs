//! The cloud side of Hard Target: launches the throwaway instance that an AMI is scanned on, puts
//! the score on the AMI, and ends what got stuck.

pub mod app;
pub mod aws;
pub mod base;
pub mod config;
pub mod dispatch;
pub mod event;
pub mod image;
pub mod inspector;
pub mod inventory;
pub mod launch;
pub mod metrics;
pub mod plan;
pub mod publish;
pub mod reap;
pub mod reason;
pub mod record;
pub mod refusal;
pub mod status;
pub mod sweep;
pub mod tag;
pub mod user_data;
pub mod waive;
