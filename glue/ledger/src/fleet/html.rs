//! The fleet as one self-contained web page.
//!
//! Nothing is fetched: style, script and data are in the page, and its Content-Security-Policy allows just
//! these. The first families are in the markup with their newest figures, and what came before stands beside each
//! as JSON, from which the script draws the row when it comes into view. The others follow packed: so that 500
//! families with 50 images each are shown at once. A browser without scripts has them in a table.

mod data;
mod plain;
mod rest;
mod row;
mod tiles;

use hardtarget_report::render::html::frame;
use hardtarget_report::{Severity, clean_line};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::model::{DRAWN, Family, Fleet};

const CSS: &str = include_str!("html/fleet.css");
const JS: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("html/script/series.js"),
    include_str!("html/script/plots.js"),
    include_str!("html/script/telling.js"),
    include_str!("html/script/pointing.js"),
    include_str!("html/script/controls.js"),
    include_str!("html/script/ageing.js"),
    include_str!("html/script/rest.js"),
    include_str!("html/script/start.js"),
    "})();\n"
);

/// What stands in a path as it is (RFC 3986, 2.3).
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How many characters of a name are shown, and of a reason.
const NAME: usize = 200;
const REASON: usize = 300;

/// One segment of a path, percent-encoded: no slash, no scheme, nothing that ends an attribute.
#[must_use]
pub fn encoded(segment: &str) -> String {
    utf8_percent_encode(segment, &UNRESERVED).to_string()
}

/// How many families a fleet may have and be there at once.
const SMALL: usize = 24;
/// How many families of a larger one, the worst, are: more than most screens show. The others come a moment after.
const AT_ONCE: usize = 8;

/// The fleet as one HTML page that needs nothing else; `written` is when.
#[must_use]
pub fn html(fleet: &Fleet, written: Timestamp) -> String {
    let mut families: Vec<&Family> = fleet.families.iter().collect();
    families.sort_by_key(|family| std::cmp::Reverse(worst(family)));
    let (low, high) = scale(fleet);
    let at_once = if families.len() > SMALL {
        AT_ONCE
    } else {
        families.len()
    };
    let (first, rest) = families.split_at(at_once);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { (frame::head("Fleet – Hard Target", CSS, JS)) }
            body {
                a.skip href="#families" { "Skip to the families" }
                (frame::masthead())
                div.title {
                    p.kicker { "Security assessments" }
                    h1 { "Fleet" }
                    p.when {
                        "As of " time datetime=(written) { (minute(written)) }
                        span.js-only { " · " span data-ago=(written) {} }
                    }
                }
                main {
                    @if !families.is_empty() { (tiles::tiles(fleet)) }
                    section #families aria-labelledby="families-title" data-low=(low) data-high=(high) {
                        h2.hidden-label #families-title { "Families" }
                        @if families.is_empty() {
                            (nothing())
                        } @else {
                            (controls(families.len()))
                            p.card.empty data-ui="none" hidden {
                                "No family matches. "
                                button.link type="button" data-ui="reset" { "Show all families" }
                            }
                            (legend())
                            ol.families data-ui="families" {
                                @for family in first { (row::row(family, Some(&data::series(family)))) }
                            }
                            @if !rest.is_empty() {
                                noscript data-ui="plain" { (plain::table(rest)) }
                            }
                        }
                    }
                }
                footer {
                    p {
                        "Scores are Lynis's hardening index. A line breaks where two of them do not compare: another Lynis, "
                        "another profile or other possible points."
                    }
                    p { "At most " (DRAWN) " images of a family are drawn. Waived findings are not counted." }
                }
                div.tip data-ui="tip" role="status" hidden {}
                @if !rest.is_empty() {
                    script type="application/octet-stream" data-ui="rest" { (rest::packed(rest)) }
                }
            }
        }
    };
    ascii(&page.into_string())
}

/// The page with all that is not ASCII as character references, which its scripts and its style have none of.
/// A browser keeps ASCII as it is; a single other character makes it rewrite all the text around.
fn ascii(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    for part in page.split_inclusive(|c: char| !c.is_ascii()) {
        match part.char_indices().next_back() {
            Some((at, last)) if !last.is_ascii() => {
                text.push_str(part.get(..at).unwrap_or_default());
                text.push_str(&format!("&#{};", u32::from(last)));
            }
            _ => text.push_str(part),
        }
    }
    text
}

/// What orders families, worst last.
fn worst(family: &Family) -> [u64; 3] {
    [Severity::Critical, Severity::High, Severity::Medium].map(|one| family.open(one))
}

/// The lowest and the highest score that the lines have room for: the same in all rows, so that rows compare.
fn scale(fleet: &Fleet) -> (u8, u8) {
    let images = fleet.families.iter().flat_map(|family| &family.images);
    let scores = || images.clone().filter_map(|image| image.score);
    let low = scores().min().unwrap_or_default() / 10 * 10;
    let high = scores().max().unwrap_or(100).div_ceil(10) * 10;
    (low.min(70), high.clamp(low.min(70) + 30, 100))
}

fn nothing() -> Markup {
    html! {
        div.card.empty.nothing {
            svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true" {
                path d="M24 6 9 12v11c0 9 6.400 16.500 15 19 8.600-2.500 15-10 15-19V12z" {}
                path d="M18 24h12M24 18v12" {}
            }
            p { strong { "No image has been assessed yet" } }
            p { "The next AMI that becomes available is the first one here." }
        }
    }
}

fn controls(all: usize) -> Markup {
    html! {
        div.controls.js-only role="search" aria-label="Filter the families" {
            label.search {
                span.hidden-label { "Search the families" }
                svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" {
                    circle cx="10.5" cy="10.5" r="6.5" {}
                    path d="m15.5 15.5 5 5" {}
                }
                input type="search" data-ui="search" placeholder="Search families, images, reasons" autocomplete="off" spellcheck="false";
                kbd aria-hidden="true" { "/" }
            }
            label.select {
                span.hidden-label { "Show" }
                select data-ui="show" {
                    option value="" { "All families" }
                    option value="failed" { "Failed" }
                    option value="waiting" { "Not assessed" }
                }
            }
            label.select {
                span.hidden-label { "Order" }
                select data-ui="sort" {
                    option value="" { "Worst first" }
                    option value="score" { "Lowest score first" }
                    option value="newest" { "Newest image first" }
                    option value="name" { "By name" }
                }
            }
            p.shown role="status" { span data-ui="shown" { (all) } " of " (all) }
            button.quiet type="button" data-ui="clear" hidden { "Clear" }
        }
    }
}

/// What the colours and marks mean, and what the columns are.
fn legend() -> Markup {
    html! {
        ul.key aria-label="Key" {
            @for severity in Severity::ALL { li.{"sev-" (severity)} { (severity) } }
            li.js-only {
                svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" { path.fail d="m3.500 3.500 5 5m0-5-5 5" {} }
                "no assessment"
            }
            li.js-only {
                svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" { path.break d="M6 0v12" {} }
                "scores do not compare"
            }
        }
        div.heads aria-hidden="true" {
            span { "Family" }
            span { "Score" }
            span.three { span {} span { "Findings" } span { "Vulnerabilities" } }
        }
    }
}

/// Text that stands on one line.
fn line(text: &str) -> String {
    clean_line(text, NAME)
}

fn minute(time: Timestamp) -> String {
    let time = time.to_zoned(TimeZone::UTC);
    time.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// Likewise, for where there is little room.
fn short(time: Timestamp) -> String {
    let time = time.to_zoned(TimeZone::UTC);
    time.strftime("%-d %b %Y, %H:%M").to_string()
}

/// A number as people read it: `12,345`.
fn number(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
