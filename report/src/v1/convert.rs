//! From the inner types to the wire and back; nothing is lost either way.

use std::time::Duration;

use super::{
    Advisories, Boot, Check, CheckState, Counts, Engine, EngineId, Feed, Finding, Fix, Origin, Os,
    Outcome, Package, Rated, Reference, Report, SCHEMA_VERSION, Scan, Score, ScoredTest, Severity,
    Status, Target, Vulnerability, Waiver,
};
use crate::{CheckOutcome, CheckRun, EngineOutcome, EngineRun, model, score, severity, target};

macro_rules! same_enum {
    ($wire:ident, $inner:path { $($variant:ident),+ }) => {
        impl From<$inner> for $wire {
            fn from(inner: $inner) -> Self {
                type Inner = $inner;
                match inner { $(Inner::$variant => Self::$variant),+ }
            }
        }
        impl From<$wire> for $inner {
            fn from(wire: $wire) -> Self {
                match wire { $($wire::$variant => Self::$variant),+ }
            }
        }
    };
}

macro_rules! same_struct {
    ($wire:ident, $inner:path { $($field:ident),+ }) => {
        impl From<&$inner> for $wire {
            fn from(inner: &$inner) -> Self {
                Self { $($field: inner.$field.clone().into()),+ }
            }
        }
        impl From<$wire> for $inner {
            fn from(wire: $wire) -> Self {
                Self { $($field: wire.$field.into()),+ }
            }
        }
    };
}

same_enum!(
    Status,
    model::Status {
        Complete,
        Partial,
        Failed
    }
);
same_enum!(
    Severity,
    severity::Severity {
        Critical,
        High,
        Medium,
        Low,
        Info
    }
);
same_enum!(
    EngineId,
    crate::EngineId {
        Lynis,
        Native,
        Packages,
        OpenScap
    }
);
same_enum!(Origin, crate::Origin { File, Repositories });
same_enum!(
    Rated,
    crate::Rated {
        Vendor,
        Cvss,
        Unrated
    }
);
same_struct!(
    Scan,
    model::Scan {
        id,
        agent_version,
        started,
        finished,
        status,
        why
    }
);
same_struct!(
    Os,
    target::Os {
        id,
        version_id,
        pretty_name
    }
);
same_struct!(
    Boot,
    target::Boot {
        firmware,
        secure_boot,
        init,
        virtualization
    }
);
same_struct!(
    ScoredTest,
    score::ScoredTest {
        id,
        points,
        max_points
    }
);
same_struct!(Reference, crate::Reference { name, url });
same_struct!(
    Package,
    model::Package {
        name,
        version,
        arch,
        kind,
        source,
        source_version,
        module,
        location
    }
);
same_struct!(
    Waiver,
    crate::Waiver {
        reason,
        owner,
        expires,
        expired
    }
);
same_struct!(
    Feed,
    crate::Feed {
        name,
        as_of,
        entries
    }
);

impl From<&crate::Advisories> for Advisories {
    fn from(inner: &crate::Advisories) -> Self {
        Self {
            origin: inner.origin.into(),
            built: inner.built,
            sha256: inner.sha256.clone(),
            feeds: inner.feeds.iter().map(Into::into).collect(),
        }
    }
}

impl From<Advisories> for crate::Advisories {
    fn from(wire: Advisories) -> Self {
        Self {
            origin: wire.origin.into(),
            built: wire.built,
            sha256: wire.sha256,
            feeds: wire.feeds.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<&crate::Vulnerability> for Vulnerability {
    fn from(inner: &crate::Vulnerability) -> Self {
        Self {
            id: inner.id.clone(),
            package: inner.package.clone(),
            kind: inner.kind.clone(),
            installed: inner.installed.clone(),
            source: inner.source.clone(),
            fix: match inner.fix {
                crate::Fix::Available(_) => Fix::Available,
                crate::Fix::None => Fix::None,
                crate::Fix::WontFix => Fix::WontFix,
            },
            fixed: inner.fixed().map(str::to_owned),
            severity: inner.severity.into(),
            rated: inner.rated.into(),
            cvss: inner.cvss.clone(),
            advisory: inner.advisory.clone(),
            waiver: inner.waiver.as_ref().map(Into::into),
        }
    }
}

impl From<Vulnerability> for crate::Vulnerability {
    fn from(wire: Vulnerability) -> Self {
        Self {
            id: wire.id,
            package: wire.package,
            kind: wire.kind,
            installed: wire.installed,
            source: wire.source,
            fix: match wire.fix {
                Fix::Available => crate::Fix::Available(wire.fixed.unwrap_or_default()),
                Fix::None => crate::Fix::None,
                Fix::WontFix => crate::Fix::WontFix,
            },
            severity: wire.severity.into(),
            rated: wire.rated.into(),
            cvss: wire.cvss,
            advisory: wire.advisory,
            waiver: wire.waiver.map(Into::into),
        }
    }
}

impl From<severity::Counts> for Counts {
    fn from(counts: severity::Counts) -> Self {
        Self {
            critical: counts.critical,
            high: counts.high,
            medium: counts.medium,
            low: counts.low,
            info: counts.info,
        }
    }
}

impl From<&target::Target> for Target {
    fn from(inner: &target::Target) -> Self {
        let inner = inner.clone();
        Self {
            ami: inner.ami,
            instance: inner.instance,
            account: inner.account,
            region: inner.region,
            instance_type: inner.instance_type,
            arch: inner.arch,
            hostname: inner.hostname,
            root: inner.root,
            live: inner.live,
            privileged: inner.privileged,
            os: (&inner.os).into(),
            kernel: inner.kernel,
            boot: (&inner.boot).into(),
        }
    }
}

impl From<Target> for target::Target {
    fn from(wire: Target) -> Self {
        Self {
            ami: wire.ami,
            instance: wire.instance,
            account: wire.account,
            region: wire.region,
            instance_type: wire.instance_type,
            arch: wire.arch,
            hostname: wire.hostname,
            root: wire.root,
            live: wire.live,
            privileged: wire.privileged,
            os: wire.os.into(),
            kernel: wire.kernel,
            boot: wire.boot.into(),
        }
    }
}

impl From<&score::Score> for Score {
    fn from(inner: &score::Score) -> Self {
        Self {
            index: inner.index,
            points: inner.points,
            max_points: inner.max_points,
            lynis_version: inner.lynis_version.clone(),
            profile: inner.profile.clone(),
            profile_sha256: inner.profile_sha256.clone(),
            tests: inner.tests.iter().map(Into::into).collect(),
        }
    }
}

impl From<Score> for score::Score {
    fn from(wire: Score) -> Self {
        Self {
            index: wire.index,
            points: wire.points,
            max_points: wire.max_points,
            lynis_version: wire.lynis_version,
            profile: wire.profile,
            profile_sha256: wire.profile_sha256,
            tests: wire.tests.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<&EngineRun> for Engine {
    fn from(run: &EngineRun) -> Self {
        Self {
            engine: run.engine.into(),
            version: run.version.clone(),
            outcome: match run.outcome {
                EngineOutcome::Ran => Outcome::Ran,
                EngineOutcome::Partial(_) => Outcome::Partial,
                EngineOutcome::Skipped(_) => Outcome::Skipped,
                EngineOutcome::Failed(_) => Outcome::Failed,
            },
            why: run.outcome.why().map(str::to_owned),
            duration_ms: u64::try_from(run.duration.as_millis()).unwrap_or(u64::MAX),
            checks: run.checks.iter().map(Into::into).collect(),
        }
    }
}

impl From<Engine> for EngineRun {
    fn from(wire: Engine) -> Self {
        let why = wire.why.unwrap_or_default();
        Self {
            engine: wire.engine.into(),
            version: wire.version,
            outcome: match wire.outcome {
                Outcome::Ran => EngineOutcome::Ran,
                Outcome::Partial => EngineOutcome::Partial(why),
                Outcome::Skipped => EngineOutcome::Skipped(why),
                Outcome::Failed => EngineOutcome::Failed(why),
            },
            duration: Duration::from_millis(wire.duration_ms),
            checks: wire.checks.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<&CheckRun> for Check {
    fn from(run: &CheckRun) -> Self {
        Self {
            id: run.id.clone(),
            outcome: match run.outcome {
                CheckOutcome::Pass => CheckState::Pass,
                CheckOutcome::Fail => CheckState::Fail,
                CheckOutcome::NotApplicable(_) => CheckState::NotApplicable,
                CheckOutcome::Unknown(_) => CheckState::Unknown,
                CheckOutcome::Skipped(_) => CheckState::Skipped,
            },
            why: run.outcome.why().map(str::to_owned),
        }
    }
}

impl From<Check> for CheckRun {
    fn from(wire: Check) -> Self {
        let why = wire.why.unwrap_or_default();
        Self {
            id: wire.id,
            outcome: match wire.outcome {
                CheckState::Pass => CheckOutcome::Pass,
                CheckState::Fail => CheckOutcome::Fail,
                CheckState::NotApplicable => CheckOutcome::NotApplicable(why),
                CheckState::Unknown => CheckOutcome::Unknown(why),
                CheckState::Skipped => CheckOutcome::Skipped(why),
            },
        }
    }
}

impl From<&crate::Finding> for Finding {
    fn from(inner: &crate::Finding) -> Self {
        Self {
            id: inner.id.clone(),
            engine: inner.engine.into(),
            title: inner.title.clone(),
            severity: inner.severity.into(),
            category: inner.category.clone(),
            subject: inner.subject.clone(),
            evidence: inner.evidence.clone(),
            remediation: inner.remediation.clone(),
            references: inner.references.iter().map(Into::into).collect(),
            fingerprint: inner.fingerprint.clone(),
            same_as: inner.same_as.clone(),
            waiver: inner.waiver.as_ref().map(Into::into),
        }
    }
}

impl From<Finding> for crate::Finding {
    fn from(wire: Finding) -> Self {
        Self {
            id: wire.id,
            engine: wire.engine.into(),
            title: wire.title,
            severity: wire.severity.into(),
            category: wire.category,
            subject: wire.subject,
            evidence: wire.evidence,
            remediation: wire.remediation,
            references: wire.references.into_iter().map(Into::into).collect(),
            fingerprint: wire.fingerprint,
            same_as: wire.same_as,
            waiver: wire.waiver.map(Into::into),
        }
    }
}

impl From<&model::Report> for Report {
    fn from(inner: &model::Report) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            scan: (&inner.scan).into(),
            target: (&inner.target).into(),
            score: inner.score.as_ref().map(Into::into),
            counts: inner.counts().into(),
            vulnerability_counts: inner.vulnerability_counts().map(Into::into),
            waived: inner.waived(),
            engines: inner.engines.iter().map(Into::into).collect(),
            findings: inner.findings.iter().map(Into::into).collect(),
            advisories: inner.advisories.as_ref().map(Into::into),
            vulnerabilities: inner.vulnerabilities.iter().map(Into::into).collect(),
            packages: inner.packages.iter().map(Into::into).collect(),
            facts: inner.facts.clone(),
        }
    }
}

impl From<Report> for model::Report {
    fn from(wire: Report) -> Self {
        Self {
            scan: wire.scan.into(),
            target: wire.target.into(),
            score: wire.score.map(Into::into),
            engines: wire.engines.into_iter().map(Into::into).collect(),
            findings: wire.findings.into_iter().map(Into::into).collect(),
            advisories: wire.advisories.map(Into::into),
            vulnerabilities: wire.vulnerabilities.into_iter().map(Into::into).collect(),
            packages: wire.packages.into_iter().map(Into::into).collect(),
            facts: wire.facts,
        }
    }
}
