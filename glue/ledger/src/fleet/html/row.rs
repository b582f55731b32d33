//! A family: its newest image in words and figures, and room for what came before.

use hardtarget_report::render::html::frame::grade;
use hardtarget_report::{Severity, clean_line};
use maud::{Markup, PreEscaped, html};

use super::super::model::{Family, Image, Status};
use super::{REASON, line, number, short, worst};

/// The gauge's arc, as in the report's page: three quarters of a circle, open below.
const ARC: &str = "M 24.64 95.36 A 50 50 0 1 1 95.36 95.36";
/// How many failures are told in a row before the rest is only counted.
const TOLD: usize = 2;

/// The row, on one line, with its data inside unless that stands elsewhere.
pub(super) fn row(family: &Family, data: Option<&str>) -> Markup {
    let (newest, shown) = (family.newest(), family.newest_assessed());
    let score = shown.and_then(|image| image.score);
    let stale = shown.map(|one| &one.ami) != newest.map(|one| &one.ami);
    let [critical, high, medium] = worst(family);
    html! {
        li.family.stale[stale]
            data-name=(line(&family.name)) data-score=[score]
            data-worst={ (critical) " " (high) " " (medium) }
            data-newest=[newest.map(|image| image.created.as_second())]
            data-failed[!family.failures.is_empty()] data-waiting[!family.waiting.is_empty()] {
            (who(family))
            div.index { (gauge(score)) (moved(family, stale)) }
            (history(family, shown))
            @if let Some(data) = data { script type="application/json" { (PreEscaped(data)) } }
        }
    }
}

fn who(family: &Family) -> Markup {
    html! {
        div.who {
            h3 { (name(family)) }
            @if let Some(image) = family.newest() { (image_line(image)) }
            (troubles(family))
        }
    }
}

/// The family's name, which leads to its newest report.
pub(super) fn name(family: &Family) -> Markup {
    let link = family
        .newest_assessed()
        .and_then(|image| image.link.as_ref());
    html! {
        @match link {
            Some(link) => a href=(link) { (line(&family.name)) },
            None => (line(&family.name)),
        }
    }
}

fn image_line(image: &Image) -> Markup {
    html! {
        p.newest {
            @if let Some(name) = &image.name { span.name { (line(name)) } " " }
            code { (line(&image.ami)) } " "
            time datetime=(image.at) { (short(image.at)) }
        }
    }
}

/// What is not as it should be: the newest image if it is on its way or was not looked at wholly, and what came
/// to nothing since the newest assessment. What came to nothing before that is only counted.
pub(super) fn troubles(family: &Family) -> Markup {
    let newest = family.newest();
    let on_its_way = newest.filter(|one| {
        matches!(
            one.status,
            Status::Waiting | Status::Assessing | Status::Partial
        )
    });
    let shown = family.newest_assessed().map(|image| image.created);
    let since = |image: &&Image| shown.is_none_or(|shown| image.created >= shown);
    let told = family.failures.iter().take_while(since).take(TOLD);
    let more = family.failures.len() - told.clone().count();
    html! {
        @for image in on_its_way.into_iter().chain(told) {
            p.trouble {
                span.status.{"status-" (image.status.as_str())} data-since=[(image.status == Status::Assessing).then_some(image.at)] {
                    (image.status.as_str().replace('-', " "))
                }
                @if matches!(image.status, Status::Waiting | Status::Assessing) { " since " (short(image.at)) }
                @if !image.reason.is_empty() { " " span.why { (clean_line(&image.reason, REASON)) } }
                @if newest.is_none_or(|newest| newest.ami != image.ami) {
                    " " span.which { (line(image.name.as_ref().unwrap_or(&image.ami))) }
                }
            }
        }
        @if more > 0 {
            p.older {
                (number(more)) @if more == 1 { " older image" } @else { " older images" } " could not be assessed"
            }
        }
    }
}

fn gauge(score: Option<u8>) -> Markup {
    html! {
        @match score {
            Some(score) => {
                svg.ring.{"grade-" (grade(score))} viewBox="0 0 120 106" role="img" aria-label={ "Score " (score) " of 100, " (grade(score)) } {
                    path.track d=(ARC) {}
                    @if score > 0 { path.fill d=(ARC) pathLength="100" stroke-dasharray={ (score) " 200" } {} }
                    text x="60" y="73" text-anchor="middle" { (score) }
                }
            }
            None => {
                svg.ring.none viewBox="0 0 120 106" role="img" aria-label="No score" {
                    path.track d=(ARC) {}
                    text x="60" y="73" text-anchor="middle" { "–" }
                }
            }
        }
    }
}

fn moved(family: &Family, stale: bool) -> Markup {
    html! {
        @match family.moved().filter(|_| !stale) {
            Some(up) if up > 0 => p.moved.up title="against the one before" { "+" (up) },
            Some(down) if down < 0 => p.moved.down title="against the one before" { "−" (down.unsigned_abs()) },
            _ => {},
        }
    }
}

/// Three plots side by side, one link: it leads to the newest report, or to that of the image that is pointed
/// at or stepped to.
fn history(family: &Family, shown: Option<&Image>) -> Markup {
    let findings = shown.and_then(|image| image.findings);
    let vulnerabilities = shown.and_then(|image| image.vulnerabilities);
    let none = none(shown);
    let label = format!(
        "{}: newest report. Findings: {}. Vulnerabilities: {}.",
        line(&family.name),
        words(findings.as_ref(), none),
        words(vulnerabilities.as_ref(), none)
    );
    let plots = html! {
        (plot("score", "Score", &html! {}))
        (plot("findings", "Findings", &figures(findings.as_ref(), none)))
        (plot("vulnerabilities", "Vulnerabilities", &figures(vulnerabilities.as_ref(), none)))
    };
    html! {
        @match shown.and_then(|image| image.link.as_ref()) {
            Some(link) => a.history data-ui="history" href=(link) aria-label=(label) { (plots) },
            None => div.history data-ui="history" role="img" tabindex="0" aria-label=(label) { (plots) },
        }
    }
}

/// What is said where there are no figures.
pub(super) const fn none(shown: Option<&Image>) -> &'static str {
    if shown.is_some() {
        "not looked for"
    } else {
        "not looked at"
    }
}

fn plot(kind: &str, name: &str, below: &Markup) -> Markup {
    html! {
        span.plot.(kind) {
            span.kind { (name) }
            svg viewBox="0 0 2400 480" preserveAspectRatio="none" aria-hidden="true" {}
            (below)
        }
    }
}

fn figures(counts: Option<&[u64; 5]>, none: &str) -> Markup {
    html! {
        span.figures {
            @match counts {
                None => i { (none) },
                Some(counts) => {
                    @for (severity, count) in Severity::ALL.iter().zip(counts) {
                        b.{"sev-" (severity)}.zero[*count == 0] { (number(*count)) }
                    }
                }
            }
        }
    }
}

/// `2 critical, 14 high, 0 medium, …`.
fn words(counts: Option<&[u64; 5]>, none: &str) -> String {
    let Some(counts) = counts else {
        return none.to_owned();
    };
    let each = Severity::ALL.iter().zip(counts);
    let each: Vec<String> = each
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    each.join(", ")
}
