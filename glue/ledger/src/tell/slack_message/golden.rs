//! A run over the golden list.

use serde_json::Value;

use super::{Lines, NAME, TITLE, WORST, minute};
use crate::change::Golden;
use crate::slack::mrkdwn::{code, plain};

/// How many AMIs are named.
const AMIS: usize = 15;

/// How a run ended: each AMI with what is open in it, and what is wrong with the list.
#[must_use]
pub fn golden(golden: &Golden) -> String {
    let told = golden
        .message
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let amis: Vec<&Value> = told
        .iter()
        .filter(|one| one.pointer("/hardtarget/ami").is_some())
        .collect();
    let done = |one: &&&Value| {
        let status = one.pointer("/hardtarget/status").and_then(Value::as_str);
        matches!(status, Some("assessed" | "partial"))
    };
    let done = amis.iter().filter(done).count();
    let mut lines = Lines {
        left_out: amis.len().saturating_sub(AMIS),
        more: Some(|count| format!("… and {count} more")),
        ..Lines::default()
    };
    let count = amis.len();
    lines.head.push(format!(
        "*The golden list*: {done} of {count} AMIs assessed"
    ));
    let (started, ended) = (minute(golden.started), minute(golden.ended));
    lines.head.push(format!("{started} to {ended}"));
    lines.list = amis.into_iter().take(AMIS).map(golden_ami).collect();
    let problems = golden.problems.len();
    if problems > 0 {
        lines
            .tail
            .push(format!("*Wrong with the list*: {problems}"));
        let shown = golden.problems.iter().take(WORST);
        lines
            .tail
            .extend(shown.map(|one| format!("• {}", plain(one, TITLE))));
    }
    lines.text()
}

/// An AMI of the golden list, as `golden::message` tells of it.
fn golden_ami(told: &Value) -> String {
    let text = |pointer: &str| {
        told.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let number = |pointer: &str| {
        told.pointer(pointer)
            .and_then(Value::as_u64)
            .unwrap_or_default()
    };
    let name = plain(text("/hardtarget/name"), NAME);
    let ami = code(text("/hardtarget/ami"), NAME);
    let mut line = format!("• {ami} {name}").trim_end().to_owned();
    let open: Vec<String> = ["Critical", "High", "Medium", "Low", "Informational"]
        .into_iter()
        .filter_map(|severity| {
            let count = told
                .get(format!("Finding-Severity-{severity}-Count"))?
                .as_str()?;
            let count: u64 = count.parse().ok()?;
            (count > 0).then(|| format!("{count} {}", severity.to_lowercase()))
        })
        .collect();
    let assessed = told.get("Finding-Severity-Critical-Count").is_some();
    if assessed {
        let none = || "nothing open".to_owned();
        let open = if open.is_empty() {
            none()
        } else {
            open.join(", ")
        };
        line = format!("{line} · {open}");
        let new = number("/hardtarget/new/findings") + number("/hardtarget/new/vulnerabilities");
        if new > 0 {
            line = format!("{line} · *{new} new*");
        }
    }
    let (status, reason) = (text("/hardtarget/status"), text("/hardtarget/reason"));
    if status != "assessed" {
        line = format!("{line} · {}", plain(status, NAME));
        if !reason.is_empty() {
            line = format!("{line}: {}", plain(reason, TITLE));
        }
    }
    line
}
