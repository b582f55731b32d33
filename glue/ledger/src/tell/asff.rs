//! A change as findings in the AWS Security Finding Format (Security Hub User Guide, "AWS Security Finding Format").
//!
//! A fault of a target is one finding for as long as the ledger knows it, whatever AMI of the family it is seen in:
//! its `Id` is made of the target and the fault's key. What is open is `ACTIVE`. `ARCHIVED` is what is fixed or waived,
//! what is gone with its instance, and what has become part of another engine's finding, which then is `ACTIVE` in its
//! stead though nobody is told of either in words.
//!
//! What is snoozed before it was told is not imported until it speaks up. What is snoozed later stays as it is:
//! to suppress it is what `Workflow` is for, and that is the analysts'. `BatchImportFindings` sets it when it makes a
//! finding and never again (User Guide, "BatchImportFindings for finding providers"): a finding that was imported as
//! `SUPPRESSED` would stay so when its snooze ends, as not even the way from `ARCHIVED` to `ACTIVE` ends that, while
//! it does reset `NOTIFIED` and `RESOLVED` to `NEW` (User Guide, "Setting the workflow status of findings").
//!
//! `UpdatedAt` is when the fault became so in the ledger ([`Told::changed`]): Security Hub ignores an update whose
//! `UpdatedAt` is not later than what it has (ditto), so what is told again, late, or before what came first leaves the
//! finding as the ledger has it.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use hardtarget_report::{Severity, clean_line};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::aws::security_hub::ImportError;
use crate::change::{Change, News, Source, StillOpen, StillOpenAt, Told};
use crate::config::Config;
use crate::fault::Fault;
use crate::links;
use crate::target::Target;

/// The types that Security Hub knows (User Guide, "Types taxonomy for ASFF").
const VULNERABILITY: &str = "Software and Configuration Checks/Vulnerabilities/CVE";
const OTHER: &str = "Software and Configuration Checks/Industry and Regulatory Standards";

/// What the service takes, in bytes (API Reference, `AwsSecurityFinding`, `Recommendation`); of a product's or a
/// resource's own fields less than it takes.
const ID: usize = 512;
const TITLE: usize = 256;
const DESCRIPTION: usize = 1024;
const RECOMMENDATION: usize = 512;
const FIELD: usize = 1000;

/// How `UpdatedAt` is written: with milliseconds always, so that it sorts as text as well.
const UPDATED: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

/// One finding. Nothing in it is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsffFinding {
    /// `Id`.
    pub id: String,
    /// `ProductArn`: the account's own product.
    pub product_arn: String,
    /// `GeneratorId`: engine and check.
    pub generator_id: String,
    /// `AwsAccountId`.
    pub account: String,
    /// `Types`.
    pub kind: &'static str,
    /// `CreatedAt` and `FirstObservedAt`.
    pub first_seen: String,
    /// `LastObservedAt`.
    pub last_seen: String,
    /// `UpdatedAt`.
    pub updated: String,
    /// `Severity.Label`.
    pub label: &'static str,
    /// `Severity.Original`.
    pub severity: &'static str,
    /// `Title`.
    pub title: String,
    /// `Description`.
    pub description: String,
    /// `Remediation.Recommendation.Text`.
    pub recommendation: String,
    /// `Remediation.Recommendation.Url`, and `SourceUrl`.
    pub url: Option<String>,
    /// `Resources`, of which there is one.
    pub resource: Resource,
    /// `ProductFields`.
    pub fields: BTreeMap<String, String>,
    /// `Vulnerabilities`: the id of one, and the package that has it.
    pub vulnerability: Option<(String, Option<String>)>,
    /// `RecordState`: whether it is `ARCHIVED`, else `ACTIVE`.
    pub archived: bool,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// `AwsEc2Instance`, or `Other`: there is no type for AMIs.
    pub kind: &'static str,
    /// Its ARN, or for what has none its name.
    pub id: String,
    /// The partition.
    pub partition: &'static str,
    /// The region.
    pub region: String,
    /// `Details.Other`.
    pub details: BTreeMap<String, String>,
}

/// Imports what a change tells.
pub async fn import(app: &App, news: &News) -> Result<(), ImportError> {
    let findings = match news {
        News::Change(change) => findings(change, &app.config),
        News::StillOpen(still) => still_open(still, &app.config),
        News::Monthly(_) | News::Golden(_) => return Ok(()),
    };
    app.security_hub.import(&findings).await
}

/// What the faults of a change were found on, and by what.
#[derive(Debug, Clone, Copy)]
struct Found<'a> {
    target: &'a Target,
    source: Source,
    /// What stands for [`Told::changed`] where that is not known.
    at: Timestamp,
    ami: Option<&'a String>,
    ami_name: Option<&'a String>,
    instance: Option<&'a String>,
    report: Option<&'a String>,
}

impl<'a> Found<'a> {
    fn of(change: &'a Change) -> Self {
        Self {
            target: &change.target,
            source: change.source,
            at: change.at,
            ami: change.ami.as_ref(),
            ami_name: change.ami_name.as_ref(),
            instance: change.instance.as_ref(),
            report: change.report.as_ref(),
        }
    }

    fn still(found: &'a StillOpenAt, at: Timestamp) -> Self {
        Self {
            target: &found.target,
            source: found.source,
            at,
            ami: found.ami.as_ref(),
            ami_name: found.ami_name.as_ref(),
            instance: found.instance.as_ref(),
            report: found.report.as_ref(),
        }
    }
}

/// All findings of what is still open: all are active.
#[must_use]
pub fn still_open(still: &StillOpen, config: &Config) -> Vec<AsffFinding> {
    let of = |found| {
        let on = Found::still(found, still.at);
        let open = found.open.iter();
        open.map(move |told| finding(told, on, config, false))
    };
    still.found.iter().flat_map(of).collect()
}

/// All findings of a change.
#[must_use]
pub fn findings(change: &Change, config: &Config) -> Vec<AsffFinding> {
    let found = Found::of(change);
    let active = change.new.iter().chain(&change.returned);
    let active = active
        .chain(&change.quietly_opened)
        .map(|told| finding(told, found, config, false));
    // What is waived is nobody's work either: it is active again once it returns.
    let over = change
        .fixed
        .iter()
        .chain(&change.waived)
        .chain(&change.gone);
    let over = over
        .chain(&change.quietly_closed)
        .map(|told| finding(told, found, config, true));
    active.chain(over).collect()
}

fn finding(told: &Told, found: Found<'_>, config: &Config, archived: bool) -> AsffFinding {
    let fault = &told.fault;
    let (region, account) = (&config.region, &config.account);
    let partition = links::partition(region);
    let page = found
        .report
        .map(|report| links::beside(report, "report.html"));
    let vulnerability = is_vulnerability(fault).then(|| {
        let package = Some(text(&fault.subject, TITLE)).filter(|name| name != NOTHING);
        (text(&fault.id, ID), package)
    });
    AsffFinding {
        id: id(found.target, fault, config),
        product_arn: format!(
            "arn:{partition}:securityhub:{region}:{account}:product/{account}/default"
        ),
        generator_id: text(&format!("hardtarget/{}/{}", fault.engine, fault.id), ID),
        account: account.clone(),
        kind: if vulnerability.is_some() {
            VULNERABILITY
        } else {
            OTHER
        },
        first_seen: told.first_seen.to_string(),
        last_seen: told.last_seen.to_string(),
        updated: told
            .changed
            .unwrap_or(found.at)
            .strftime(UPDATED)
            .to_string(),
        label: label(fault.severity),
        severity: fault.severity.as_str(),
        title: text(&fault.title, TITLE),
        description: text(&description(told, found.target), DESCRIPTION),
        recommendation: text(
            &recommendation(found.source, page.as_deref(), config),
            RECOMMENDATION,
        ),
        url: page.map(|page| links::console(region, &config.bucket, &page)),
        resource: resource(found, config),
        fields: fields(fault, found, config),
        vulnerability,
        archived,
    }
}

/// What tells a finding from all others: where the ledger is, the target, the fault.
fn id(target: &Target, fault: &Fault, config: &Config) -> String {
    let (region, account) = (&config.region, &config.account);
    let whole = format!("hardtarget/{region}/{account}/{target}/{}", fault.key);
    let shown = clean_line(&whole, ID);
    if shown == whole && whole.len() <= ID {
        return whole;
    }
    let digest = HEXLOWER.encode(&Sha256::digest(whole.as_bytes()));
    format!("hardtarget/{region}/{account}/{digest}")
}

/// Whether a fault is a known vulnerability of a package: those of the packages' engine.
fn is_vulnerability(fault: &Fault) -> bool {
    fault.engine == "packages" || fault.id.starts_with("CVE-")
}

fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
        Severity::Info => "INFORMATIONAL",
    }
}

fn description(told: &Told, target: &Target) -> String {
    let fault = &told.fault;
    let place = if fault.subject.is_empty() {
        String::new()
    } else {
        format!(" Where: {}.", fault.subject)
    };
    let (title, id, engine) = (&fault.title, &fault.id, &fault.engine);
    let seen = told.first_seen;
    format!("{title}.{place} Check {id} of {engine} on {target}, first seen {seen}.")
}

fn recommendation(source: Source, page: Option<&str>, config: &Config) -> String {
    match (page, source) {
        (Some(page), _) => {
            let uri = links::s3_uri(&config.bucket, page);
            format!("What to do about it is in the report: {uri}")
        }
        (None, Source::Ssm) => "See the instance's compliance in AWS Systems Manager.".to_owned(),
        (None, Source::Inspec) => "See the control in the InSpec profile.".to_owned(),
        (None, Source::Ec2) => "Nothing: the instance was terminated.".to_owned(),
        (None, Source::Report | Source::Snooze) => {
            "See the newest report of the target.".to_owned()
        }
    }
}

fn resource(found: Found<'_>, config: &Config) -> Resource {
    let (region, account) = (config.region.clone(), &config.account);
    let partition = links::partition(&region);
    let of_target = |wanted: bool| wanted.then(|| found.target.name().to_owned());
    let instance = found
        .instance
        .cloned()
        .or_else(|| of_target(matches!(found.target, Target::Instance(_))));
    let ami = found
        .ami
        .cloned()
        .or_else(|| of_target(matches!(found.target, Target::Ami(_))));
    let (kind, id) = match (instance, ami) {
        (Some(id), _) if id.starts_with("i-") => (
            "AwsEc2Instance",
            format!("arn:{partition}:ec2:{region}:{account}:instance/{id}"),
        ),
        (Some(name), _) => ("Other", name),
        (None, Some(ami)) => (
            "Other",
            format!("arn:{partition}:ec2:{region}::image/{ami}"),
        ),
        (None, None) => ("Other", found.target.to_string()),
    };
    let details = [
        ("Target", Some(found.target.to_string())),
        ("ImageId", found.ami.cloned()),
        ("ImageName", found.ami_name.cloned()),
    ];
    Resource {
        kind,
        id: text(&id, ID),
        partition,
        region,
        details: some(details),
    }
}

fn fields(fault: &Fault, found: Found<'_>, config: &Config) -> BTreeMap<String, String> {
    some([
        ("hardtarget/target", Some(found.target.to_string())),
        ("hardtarget/engine", Some(fault.engine.clone())),
        ("hardtarget/id", Some(fault.id.clone())),
        ("hardtarget/subject", Some(fault.subject.clone())),
        ("hardtarget/key", Some(fault.key.clone())),
        (
            "hardtarget/report",
            found
                .report
                .map(|report| links::s3_uri(&config.bucket, report)),
        ),
    ])
}

/// Those that have something to say.
fn some<const N: usize>(fields: [(&str, Option<String>); N]) -> BTreeMap<String, String> {
    let said = fields.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.trim().is_empty())?;
        Some((name.to_owned(), text(&value, FIELD)))
    });
    said.collect()
}

/// What stands where there is nothing: no text may be empty.
const NOTHING: &str = "-";

/// Outside text on one line, of at most `max` bytes, and not empty.
fn text(text: &str, max: usize) -> String {
    let mut text = clean_line(text, max);
    if text.trim().is_empty() {
        return NOTHING.to_owned();
    }
    if text.len() > max {
        text.truncate(text.floor_char_boundary(max - '…'.len_utf8()));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests;
