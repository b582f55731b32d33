//! A file of waivers: what is understood marks the same once and twice, and what is not is an error of one line.
#![no_main]

use std::sync::LazyLock;

use hardtarget_report::waivers::Waivers;
use hardtarget_report::{Report, sample};
use jiff::civil::date;
use libfuzzer_sys::fuzz_target;

static REPORT: LazyLock<Report> = LazyLock::new(sample::vulnerable);

fuzz_target!(|text: &str| {
    let waivers = match Waivers::parse(text) {
        Ok(waivers) => waivers,
        Err(error) => {
            let error = error.to_string();
            assert!(
                error.chars().count() <= 500 && !error.contains(char::is_control),
                "{error:?}"
            );
            return;
        }
    };
    let mut report = REPORT.clone();
    let applied = waivers.apply(&mut report, date(2026, 11, 21));
    assert_eq!(applied.waived, report.waived());
    let all = (report.findings.len() + report.vulnerabilities.len()) as u64;
    assert!(applied.waived + applied.expired <= all);
    assert!(applied.unknown.iter().all(|id| applied.unused.contains(id)));
    let same = |report: &Report| {
        let findings = report.findings.iter().map(|one| one.fingerprint.clone());
        findings.collect::<Vec<_>>()
    };
    assert_eq!(same(&report), same(&REPORT));
    let once = report.clone();
    assert_eq!(waivers.apply(&mut report, date(2026, 11, 21)), applied);
    assert_eq!(report, once);
    // On another day others hold, but they are about the same.
    let later = waivers.apply(&mut report, date(2030, 1, 1));
    assert_eq!(
        later.waived + later.expired,
        applied.waived + applied.expired
    );
});
