//! What is open, what is new, what is fixed: the findings ledger, its alerts, the golden list and the
//! fleet page.
//!
//! Objects that arrive in the bucket, events of Systems Manager and EC2, and schedules go to the ledger's queue. What a
//! look at a target changed becomes an object under `changes/`, and its arrival wakes the function that tells.

pub mod app;
pub mod aws;
pub mod change;
pub mod cli;
pub mod compliance;
pub mod config;
pub mod csv;
pub mod dispatch;
pub mod entries;
pub mod entry;
pub mod event;
pub mod fault;
pub mod fleet;
pub mod golden;
pub mod inspec;
pub mod instance_id;
pub mod links;
pub mod monthly;
pub mod published;
pub mod record;
pub mod slack;
pub mod snooze;
pub mod still_open;
pub mod table;
pub mod target;
pub mod tell;
pub mod terminated;
