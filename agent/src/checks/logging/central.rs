use crate::checks::{Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Something sends the logs to another machine: rsyslog with a remote target,
    /// systemd-journal-upload, or an agent for logs that starts at boot (CloudWatch, Fluent Bit,
    /// Fluentd, Vector, Filebeat, Promtail, Alloy, OpenTelemetry, Splunk, Datadog and others).
    ///
    /// ## Why it matters
    /// Logs end with the instance, and an intruder who is root can change them. Where the agent is
    /// installed at launch, this finding is for information only.
    ///
    /// ## Remediation
    /// Install an agent, or send with rsyslog: `action(type="omfwd" target="HOST" port="6514"
    /// protocol="tcp" StreamDriver="gtls" StreamDriverMode="1")`.
    pub(crate) LOGS_STAY_HERE {
        id: "HT-LOG-006",
        title: "Logs are kept on the machine only",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.1.3.6"),
            Ref::amazon_linux_2023("5.1.1.6"),
            Ref::independent("4.2.1.5"),
            Ref::Cwe(778),
        ],
        same_as: [SameAs::Test("LOGG-2154")],
        judge: logs_stay_here,
        passes: |tree| { tree.file("/sbin/init", "").file("/etc/rsyslog.conf", "*.* @@logs.example\n"); },
        fails: |tree| { tree.file("/sbin/init", ""); },
    }
}

const AGENTS: [&str; 21] = [
    "SplunkForwarder",
    "Splunkd",
    "alloy",
    "amazon-cloudwatch-agent",
    "awslogsd",
    "datadog-agent",
    "elastic-agent",
    "filebeat",
    "fluent-bit",
    "fluentd",
    "google-cloud-ops-agent",
    "grafana-agent",
    "journalbeat",
    "nxlog",
    "otelcol",
    "otelcol-contrib",
    "promtail",
    "rsyslog-remote",
    "systemd-journal-upload",
    "td-agent",
    "vector",
];

fn logs_stay_here(facts: &Facts) -> Judged {
    let services = facts.services.as_ref()?;
    let sent = AGENTS.iter().any(|name| services.is_enabled(name))
        || facts.rsyslog.as_ref().is_ok_and(|it| it.forwards);
    Ok(if sent {
        Verdict::Pass
    } else {
        Verdict::fail("no agent for logs starts at boot, and rsyslog has no remote target")
    })
}
