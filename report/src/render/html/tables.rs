//! Packages, and the raw facts.

use maud::{Markup, html};

use super::prose::line;
use crate::{Package, Report};

pub(super) fn packages(report: &Report) -> Markup {
    html! {
        @if !report.packages.is_empty() {
            section #packages aria-labelledby="packages-title" {
                h2 #packages-title { "Packages" }
                details.card.flush.appendix {
                    summary { (report.packages.len()) @if report.packages.len() == 1 { " package" } @else { " packages" } " installed" }
                    label.search.js-only {
                        span.hidden-label { "Search the packages" }
                        svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" {
                            circle cx="10.5" cy="10.5" r="6.5" {}
                            path d="m15.5 15.5 5 5" {}
                        }
                        input type="search" data-ui="package-search" placeholder="Search packages" autocomplete="off" spellcheck="false";
                    }
                    p.note.no-match data-ui="no-package" hidden { "No package matches." }
                    table.wide-table data-ui="packages" {
                        thead { tr { th scope="col" { "Name" } th scope="col" { "Version" } th scope="col" { "Architecture" } th scope="col" { "Kind" } th scope="col" { "Source" } } }
                        tbody {
                            @for package in &report.packages {
                                tr {
                                    td { (line(&package.name)) }
                                    td { code { (line(&package.version)) } }
                                    td { (line(package.arch.as_deref().unwrap_or_default())) }
                                    td { (line(&package.kind)) }
                                    td { (line(&made_of(package))) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The source package, the module, or the file that a package was read from.
fn made_of(package: &Package) -> String {
    let source = match (&package.source, &package.source_version) {
        (Some(source), Some(version)) => Some(format!("{source} {version}")),
        (source, version) => source.clone().or_else(|| version.clone()),
    };
    let parts = [source, package.module.clone(), package.location.clone()];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

pub(super) fn facts(report: &Report) -> Markup {
    html! {
        @if !report.facts.is_empty() {
            section #facts aria-labelledby="facts-title" {
                h2 #facts-title { "Raw facts" }
                details.card.flush.appendix {
                    summary { "What the engines told besides findings" }
                    table.facts {
                        tbody {
                            @for (name, values) in &report.facts {
                                tr {
                                    th scope="row" { (line(name)) }
                                    td { ul { @for value in values { li { (line(value)) } } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
