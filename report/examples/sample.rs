//! Writes the made-up reports, as web pages and as the JSON that the agent uploads:
//! `cargo run -p hardtarget-report --example sample DIR`. `tests/cloud/reports/` came from here.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use hardtarget_report::{
    diff::diff,
    render::html::{html, html_with},
    sample, v1,
};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).map(PathBuf::from);
    let dir = dir.ok_or("usage: sample DIR")?;
    fs::create_dir_all(&dir)?;
    for (name, report) in [
        ("typical", sample::typical()),
        ("vulnerable", sample::vulnerable()),
        ("stale", sample::stale()),
        ("partial", sample::partial()),
        ("failed", sample::failed()),
        ("spotless", sample::spotless()),
        ("many", sample::many(2_000)),
        ("known", sample::many_vulnerabilities(3_000)),
        ("hostile", sample::hostile()),
    ] {
        fs::write(dir.join(format!("{name}.html")), html(&report))?;
        fs::write(dir.join(format!("{name}.json")), v1::to_json(&report)?)?;
    }
    let (old, new) = (sample::earlier(), sample::vulnerable());
    fs::write(dir.join("earlier.json"), v1::to_json(&old)?)?;
    fs::write(
        dir.join("changed.html"),
        html_with(&new, Some(&diff(&old, &new))),
    )?;
    Ok(())
}
