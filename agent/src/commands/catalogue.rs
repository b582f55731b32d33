//! `checks` and `explain`: the catalogue of native checks.

use std::fmt::Write as _;

use anyhow::bail;
use serde_json::json;

use super::{End, terminal};
use crate::checks::{CATALOGUE, Check, Page, SameAs, Scope, checks_md};
use crate::cli::ChecksFormat;

pub(super) fn list(format: ChecksFormat) -> anyhow::Result<End> {
    match format {
        ChecksFormat::Text => terminal::print(&table()?)?,
        ChecksFormat::Markdown => terminal::print_raw(&checks_md())?,
        ChecksFormat::Json => {
            let mut text = serde_json::to_string_pretty(
                &CATALOGUE
                    .iter()
                    .map(|check| object(check))
                    .collect::<Vec<_>>(),
            )?;
            text.push('\n');
            terminal::print_raw(&text)?;
        }
    }
    Ok(End::Fine)
}

fn table() -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for check in CATALOGUE {
        writeln!(
            text,
            "{:<11} {:<8}  {}",
            check.id, check.severity, check.title
        )?;
    }
    writeln!(
        text,
        "\n{} checks. `hardtarget-agent explain ID` shows what one does and why.",
        CATALOGUE.len()
    )?;
    Ok(text)
}

fn object(check: &Check) -> serde_json::Value {
    let Page {
        what,
        why,
        remediation,
    } = check.page();
    json!({
        "id": check.id,
        "title": check.title,
        "severity": check.severity.as_str(),
        "category": check.category(),
        "needs_running_machine": check.scope == Scope::Running,
        "since": check.since,
        "what": what,
        "why": why,
        "remediation": remediation,
        "references": check.references.iter().map(|reference| {
            let reference = reference.reference();
            json!({"name": reference.name, "url": reference.url})
        }).collect::<Vec<_>>(),
        "same_as": check.same_as.iter().map(|same| json!({
            "engine": "lynis",
            "id": same.test(),
            "subject": match same {
                SameAs::About(_, subject) => Some(subject),
                SameAs::Test(_) | SameAs::For(..) | SameAs::Each(_) | SameAs::Lines(_) => None,
            },
        })).collect::<Vec<_>>(),
    })
}

pub(super) fn explain(id: &str) -> anyhow::Result<End> {
    let wanted = id.to_ascii_uppercase();
    let Some(check) = CATALOGUE.iter().find(|check| check.id == wanted) else {
        if wanted.starts_with("HT-") {
            bail!("there is no check {id}: `hardtarget-agent checks` lists them");
        }
        bail!(
            "{id} is none of our checks (they begin HT-); if it is a Lynis test, see https://cisofy.com/lynis/controls/{wanted}/"
        );
    };
    terminal::print(&manual(check))?;
    Ok(End::Fine)
}

/// A check's manual page for the terminal.
fn manual(check: &Check) -> String {
    let Page {
        what,
        why,
        remediation,
    } = check.page();
    let bold = anstyle::Style::new().bold();
    let width = terminal::width();
    let mut text = format!(
        "{bold}{}: {}{bold:#}\n{} · {} · {} · since {}\n",
        check.id,
        check.title,
        check.severity,
        check.category(),
        match check.scope {
            Scope::Files => "running machine or unpacked root",
            Scope::Running => "running machine only",
        },
        check.since
    );
    for (heading, body) in [
        ("What it checks", what),
        ("Why it matters", why),
        ("Remediation", remediation),
    ] {
        text.push_str(&format!("\n{bold}{heading}{bold:#}\n"));
        for paragraph in body.lines() {
            text.push_str(&crate::words::wrap(paragraph, width, "  "));
        }
    }
    if !check.references.is_empty() {
        text.push_str(&format!("\n{bold}References{bold:#}\n"));
        for reference in check.references {
            let reference = reference.reference();
            text.push_str("  ");
            text.push_str(&reference.name);
            if let Some(url) = reference.url {
                text.push_str(&format!(" <{url}>"));
            }
            text.push('\n');
        }
    }
    if !check.same_as.is_empty() {
        text.push_str(&format!("\n{bold}Lynis says the same{bold:#}\n"));
        for same in check.same_as {
            text.push_str(&format!("  {}\n", same.words()));
        }
    }
    text
}
