use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::pam::{Kind, Rule};

check! {
    /// ## What it checks
    /// PAM lets only members of one group use `su`: a line with `pam_wheel` that is required. Where
    /// `pam_wheel` has `trust`, its group becomes root without a password, which is worse.
    ///
    /// ## Why it matters
    /// `su` is a place to try root's password that no network stands before. Where root's password
    /// is locked, as in cloud images, there is nothing to guess; and no distribution ships the line.
    ///
    /// ## Remediation
    /// Add `auth required pam_wheel.so use_uid` to `/etc/pam.d/su` and `su-l`, with `group=` and an
    /// empty group if nobody needs it, and use sudo.
    pub(crate) OPEN_SU {
        id: "HT-ACC-026",
        title: "Everyone may try to become root with su",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.2.7"),
            Ref::amazon_linux_2023("4.3.6"),
            Ref::independent("5.6"),
            Ref::Cwe(284),
            Ref::Manual("pam_wheel(8)"),
        ],
        judge: su,
        passes: |tree| {
            tree.file("/etc/pam.d/login", "").file(
                "/etc/pam.d/su",
                "auth sufficient pam_rootok.so\nauth required pam_wheel.so use_uid\nauth required pam_unix.so\n",
            );
        },
        fails: |tree| {
            tree.file("/etc/pam.d/login", "")
                .file("/etc/pam.d/su", "auth sufficient pam_wheel.so trust use_uid\n");
        },
    }
}

fn su(facts: &Facts) -> Judged {
    let stacks = facts.pam.as_ref()?.others.as_ref()?;
    let mut there = false;
    let mut faults = Vec::new();
    let mut lines = Vec::new();
    for service in ["su", "su-l"] {
        let Some(stack) = stacks.get(service) else {
            continue;
        };
        there = true;
        let wheels: Vec<&Rule> = stack
            .rules
            .iter()
            .filter(|rule| rule.kind == Kind::Auth && rule.module == "pam_wheel")
            .collect();
        if let Some(rule) = wheels.iter().find(|rule| rule.has("trust")) {
            let group = rule.value("group").unwrap_or("wheel");
            let line = format!("{}: {group} becomes root without a password", rule.source);
            faults.push(Fault::new(service, line).severity(Severity::Medium));
        } else if !wheels.iter().any(|rule| refuses(rule)) {
            let line = format!("PAM's auth stack of {service} requires no pam_wheel");
            lines.push((Severity::Low, line));
        }
    }
    if let Verdict::Fail(open) = Verdict::in_one(lines) {
        faults.extend(open);
    }
    if there {
        Ok(Verdict::from_faults(faults))
    } else {
        Err(NotJudged::NotApplicable(
            "PAM has no service for su".to_owned(),
        ))
    }
}

/// Whether the module's no ends it.
fn refuses(rule: &Rule) -> bool {
    let control = rule.control.to_ascii_lowercase();
    matches!(control.as_str(), "required" | "requisite")
        || control.contains("default=die")
        || control.contains("default=bad")
}
