//! Made-up news, for tests.

use hardtarget_report::Severity;
use jiff::Timestamp;

use super::{
    Change, Golden, Monthly, Oldest, ScoreMove, Source, StillOpen, StillOpenAt, Told, counts,
};
use crate::fault::Fault;
use crate::target::Target;

/// A time of day.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A finding of the native engine.
pub(crate) fn told(severity: Severity, id: &str, title: &str, subject: &str) -> Told {
    Told {
        fault: Fault {
            key: Fault::md5_key(id, subject),
            id: id.to_owned(),
            title: title.to_owned(),
            severity,
            subject: subject.to_owned(),
            engine: "native".to_owned(),
        },
        first_seen: at("2026-11-02T06:14:50Z"),
        last_seen: at("2026-11-21T06:14:50Z"),
        changed: Some(at("2026-11-21T06:16:02.125Z")),
    }
}

/// A known vulnerability.
pub(crate) fn vulnerability(severity: Severity, id: &str, package: &str) -> Told {
    let mut told = told(
        severity,
        id,
        &format!("{id} in {package} 3.0.17-1"),
        package,
    );
    "packages".clone_into(&mut told.fault.engine);
    told
}

/// What a report of a family's next AMI changed: seven new, one that speaks up again, two fixed.
pub(crate) fn change() -> Change {
    let new = vec![
        told(
            Severity::Critical,
            "HT-SSH-001",
            "Root may log in with a password",
            "/etc/ssh/sshd_config",
        ),
        vulnerability(Severity::High, "CVE-2026-31337", "libssl3"),
        told(
            Severity::High,
            "HT-FS-003",
            "A unit's file is writable by everybody",
            "/etc/systemd/system/collector.service",
        ),
        told(
            Severity::Medium,
            "KRNL-6000",
            "net.ipv4.conf.all.rp_filter is 0, 1 is wanted",
            "net.ipv4.conf.all.rp_filter",
        ),
        told(
            Severity::Medium,
            "HT-LOG-002",
            "Logs stay on this machine",
            "",
        ),
        told(Severity::Low, "BANN-7126", "No legal banner", "/etc/issue"),
        told(
            Severity::Low,
            "BANN-7130",
            "No legal banner",
            "/etc/issue.net",
        ),
    ];
    let returned = vec![told(
        Severity::High,
        "HT-FW-001",
        "No firewall is active",
        "",
    )];
    let fixed = vec![
        vulnerability(Severity::High, "CVE-2026-1000", "curl"),
        told(Severity::Low, "HT-BOOT-004", "No boot password", ""),
    ];
    let waived = vec![told(
        Severity::Medium,
        "HT-NET-007",
        "An old protocol can be loaded",
        "/etc/modprobe.d",
    )];
    let open = new.iter().chain(&returned).map(|one| &one.fault.severity);
    Change {
        version: 1,
        id: "5a7c2f0e9d3b".to_owned(),
        target: Target::Family("web".to_owned()),
        source: Source::Report,
        at: at("2026-11-21T06:14:50Z"),
        first: false,
        ami: Some("ami-0abc1234def567890".to_owned()),
        ami_name: Some("web-2026-11-21".to_owned()),
        instance: None,
        report: Some("reports/web/ami-0abc1234def567890/20261121T061450Z/report.json".to_owned()),
        score: Some(ScoreMove {
            old: Some(67),
            new: Some(71),
            reasons: vec![],
        }),
        open: counts(open),
        new,
        returned,
        fixed,
        waived,
        gone: vec![],
        quietly_opened: vec![],
        quietly_closed: vec![],
        snoozed: 2,
    }
}

/// A look that changed nothing.
pub(crate) fn nothing_new() -> Change {
    Change {
        new: vec![],
        returned: vec![],
        fixed: vec![],
        waived: vec![],
        snoozed: 0,
        ..change()
    }
}

/// The end of an instance on which two were open.
pub(crate) fn terminated() -> Change {
    let instance = "i-0123456789abcdef0".to_owned();
    let gone = [change().returned, change().waived].concat();
    Change {
        id: format!("terminated-{instance}"),
        target: Target::Instance(instance.clone()),
        source: Source::Ec2,
        instance: Some(instance),
        ami: None,
        ami_name: None,
        report: None,
        score: None,
        open: counts([]),
        gone,
        ..nothing_new()
    }
}

/// A change all of whose text was written by somebody who wants to reach more than a reader.
pub(crate) fn hostile() -> Change {
    let title = "<!channel> *all clear* ```x``` <https://evil.example|log in> @here http://evil.example\n>_no_";
    let mut change = change();
    change.target = Target::Family("<!here>`web`".to_owned());
    change.ami_name = Some("a`b <@U123> & c".to_owned());
    change.report = Some("reports/a b|c>d/ami-1/x/report.json".to_owned());
    change.new = vec![told(
        Severity::High,
        "`<!everyone>",
        title,
        "/tmp/`x` <!subteam^S1>",
    )];
    change
}

/// A month's list.
pub(crate) fn monthly() -> Monthly {
    Monthly {
        version: 1,
        month: "2026-11".to_owned(),
        at: at("2026-11-30T06:00:00Z"),
        csv: "monthly/2026-11.csv".to_owned(),
        targets: 12,
        open: change().open,
        snoozed: 3,
        oldest: change()
            .new
            .into_iter()
            .map(|told| Oldest {
                target: change().target,
                told,
            })
            .collect(),
    }
}

/// What is open in a family all the time.
pub(crate) fn still_open() -> StillOpen {
    let Change {
        target,
        source,
        at,
        ami,
        ami_name,
        instance,
        report,
        new,
        ..
    } = change();
    StillOpen {
        version: 1,
        at,
        found: vec![StillOpenAt {
            target,
            source,
            ami,
            ami_name,
            instance,
            report,
            open: new,
        }],
    }
}

/// A run over the golden list.
pub(crate) fn golden() -> Golden {
    Golden {
        version: 1,
        run: "20261121T060000Z".to_owned(),
        started: at("2026-11-21T06:00:00Z"),
        ended: at("2026-11-21T06:41:00Z"),
        problems: vec!["entry 3: \"ami-x\" is no AMI id".to_owned()],
        message: serde_json::json!([
            {
                "team": "web",
                "Finding-Severity-Critical-Count": "1",
                "Finding-Severity-High-Count": "2",
                "Finding-Severity-Medium-Count": "9",
                "Finding-Severity-Low-Count": "20",
                "Finding-Severity-Informational-Count": "0",
                "hardtarget": {
                    "run": "20261121T060000Z",
                    "ami": "ami-0abc1234def567890",
                    "name": "web-golden",
                    "status": "assessed",
                    "reason": "",
                    "new": {"findings": 2, "vulnerabilities": 1, "worst": [
                        {"id": "HT-SSH-001", "severity": "critical", "title": "Root may log in with a password"},
                    ]},
                },
            },
            {
                "hardtarget": {
                    "run": "20261121T060000Z",
                    "ami": "ami-0abc1234def567891",
                    "name": null,
                    "status": "timed-out",
                    "reason": "no report after 60 minutes",
                    "new": null,
                },
            },
            {"hardtarget": {"run": "20261121T060000Z", "problems": ["entry 3: \"ami-x\" is no AMI id"]}},
        ]),
    }
}
