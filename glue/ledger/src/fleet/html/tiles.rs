//! The fleet in a few figures.

use hardtarget_report::Severity;
use maud::{Markup, html};

use super::super::model::{Fleet, Status};
use super::{line, minute, number};

/// The statuses in the order of the bar, each with its word.
const STATUSES: [(Status, &str); 7] = [
    (Status::Assessed, "assessed"),
    (Status::Partial, "partly assessed"),
    (Status::Waiting, "waiting"),
    (Status::Assessing, "being assessed"),
    (Status::Failed, "failed"),
    (Status::TimedOut, "timed out"),
    (Status::Unsupported, "unsupported"),
];

pub(super) fn tiles(fleet: &Fleet) -> Markup {
    html! {
        div.tiles {
            (images(fleet))
            (critical(fleet))
            (failures(fleet))
            (oldest(fleet))
        }
    }
}

fn images(fleet: &Fleet) -> Markup {
    let assessed = fleet.count(Status::Assessed) + fleet.count(Status::Partial);
    let mut from = 0;
    let segments = STATUSES.map(|(status, word)| {
        let segment = (status, word, from, fleet.count(status));
        from += segment.3;
        segment
    });
    let segments = segments.iter().filter(|segment| segment.3 > 0);
    html! {
        section.card.tile.images aria-labelledby="tile-images" {
            h2 #tile-images { "Images" }
            p.sums {
                span { b { (number(fleet.families.len())) } @if fleet.families.len() == 1 { " family" } @else { " families" } }
                span { b { (number(fleet.images())) } @if fleet.images() == 1 { " image" } @else { " images" } }
                span { b { (number(assessed)) } " assessed" }
            }
            svg.stack viewBox={ "0 0 " (fleet.images().max(1)) " 1" } preserveAspectRatio="none" aria-hidden="true" {
                @for (status, _, from, many) in segments.clone() {
                    rect.{"is-" (status.as_str())} x=(from) width=(many) height="1" {}
                }
            }
            ul.legend {
                @for (status, word, _, many) in segments {
                    li.{"is-" (status.as_str())} { strong { (number(*many)) } " " (word) }
                }
            }
        }
    }
}

fn critical(fleet: &Fleet) -> Markup {
    let open = fleet
        .families
        .iter()
        .map(|family| family.open(Severity::Critical));
    let families = open.clone().filter(|open| *open > 0).count();
    html! {
        section.card.tile aria-labelledby="tile-critical" {
            h2 #tile-critical { "Critical now" }
            p.figure.{ @if families > 0 { "bad" } @else { "well" } } { (number(open.sum::<u64>())) }
            p.note {
                @match families {
                    0 => "in no newest image",
                    1 => "in the newest image of 1 family",
                    more => { "in the newest images of " (number(more)) " families" }
                }
            }
        }
    }
}

fn failures(fleet: &Fleet) -> Markup {
    let kinds = [Status::Failed, Status::TimedOut, Status::Unsupported];
    let all: usize = kinds.iter().map(|kind| fleet.count(*kind)).sum();
    html! {
        section.card.tile aria-labelledby="tile-failed" {
            h2 #tile-failed { "Without an answer" }
            p.figure.{ @if all > 0 { "warn" } @else { "well" } } { (number(all)) }
            p.note {
                @if all == 0 { "nothing failed" }
                @for (place, (status, word)) in STATUSES.iter().filter(|(one, _)| one.is_failure() && fleet.count(*one) > 0).enumerate() {
                    @if place > 0 { " · " }
                    span.nowrap { (number(fleet.count(*status))) " " (word) }
                }
            }
            @if all > 0 { button.link.js-only type="button" data-show="failed" aria-pressed="false" { "Show them" } }
        }
    }
}

fn oldest(fleet: &Fleet) -> Markup {
    html! {
        section.card.tile.oldest aria-labelledby="tile-oldest" {
            h2 #tile-oldest { "Oldest not assessed" }
            @match fleet.oldest_waiting() {
                None => {
                    p.figure.well { "none" }
                    p.note { "no image waits" }
                }
                Some((family, image)) => {
                    p.what title=(line(&image.ami)) { (line(image.name.as_ref().unwrap_or(&image.ami))) }
                    p.note {
                        "of " (line(&family.name)) ", " (image.status.as_str())
                    }
                    p.note {
                        "since " time datetime=(image.created) { (minute(image.created)) }
                        span.js-only { " · " span data-ago=(image.created) {} }
                    }
                    button.link.js-only type="button" data-show="waiting" aria-pressed="false" { "Show all of them" }
                }
            }
        }
    }
}
