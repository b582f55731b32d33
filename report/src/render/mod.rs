//! A report in the forms that people and other tools read.
//!
//! Every rendering is a pure function of the report: the same report gives the same bytes. All
//! strings of a report come from outside, so each rendering cleans and escapes them for its form.
//! None lets silence read as a clean host: what was not looked at is in all of them.

pub(crate) mod advisories;
mod coverage;
mod pages;
mod upgrades;
mod versions;
pub(crate) mod words;

pub mod csv;
pub mod cyclonedx;
pub mod html;
pub mod junit;
pub mod ocsf;
pub(crate) mod page;
pub mod sarif;
pub mod text;

/// How many characters of an outside string stay where it stands on one line.
const LINE: usize = 400;
/// How many characters of an outside string stay where it may take several lines.
const TEXT: usize = 4_000;

/// Why a report could not be written in some form.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// As JSON (SARIF, OCSF, CycloneDX).
    #[error("the report could not be written as JSON: {0}")]
    Json(serde_json::Error),
    /// As CSV.
    #[error("the report could not be written as CSV: {0}")]
    Csv(String),
    /// As JUnit XML.
    #[error("the report could not be written as JUnit XML: {0}")]
    Junit(quick_junit::SerializeError),
}

#[cfg(test)]
mod tests;
