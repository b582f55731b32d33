//! Security Hub: findings of a product of our own.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_securityhub::types::{
    AwsSecurityFinding, FindingProviderFields, FindingProviderSeverity, ImportFindingsError,
    Partition, Recommendation, RecordState, Remediation, Resource, ResourceDetails, Severity,
    SeverityLabel, SoftwarePackage, Vulnerability, Workflow, WorkflowStatus,
};
use futures_util::future::join;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::sleep;

use super::Error;
use crate::tell::asff::{self, AsffFinding};

/// How many findings go into one call. It takes 100, of 240 KB each and 6 MB together (Partner Integration Guide,
/// "Guidelines for using the BatchImportFindings API"); by the limits of their texts ours have less than 10 KB.
const BATCH: usize = 100;

/// How many calls are under way at once.
const AT_ONCE: usize = 3;

/// How long a call takes at least while others wait for it to end, so that there are 4 a second: the service takes 10 a
/// second of the whole account (ditto), others import as well, and the template lets two functions tell at a time.
const TURN: Duration = Duration::from_millis(750);

/// Security Hub.
#[derive(Debug, Clone)]
pub struct SecurityHub {
    client: aws_sdk_securityhub::Client,
}

/// Why findings were not imported.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ImportError {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] Error),
    /// Some were refused; the others are in.
    #[error(
        "BatchImportFindings: {refused} of {all} findings were refused, the first is {id}: {code}: {message}"
    )]
    Refused {
        /// How many.
        refused: usize,
        /// Of how many.
        all: usize,
        /// The first one's id.
        id: String,
        /// The error of the first one.
        code: String,
        /// What was said of it.
        message: String,
    },
}

impl SecurityHub {
    /// A client.
    #[must_use]
    pub fn new(shared: &SdkConfig) -> Self {
        Self {
            client: aws_sdk_securityhub::Client::new(shared),
        }
    }

    /// Imports findings, which makes new ones and updates those that are there.
    pub async fn import(&self, findings: &[AsffFinding]) -> Result<(), ImportError> {
        let batches = findings.chunks(BATCH);
        let waiting = batches.len().saturating_sub(AT_ONCE);
        let calls = batches.enumerate().map(|(number, batch)| {
            let least = if number < waiting {
                TURN
            } else {
                Duration::ZERO
            };
            self.batch(batch, least)
        });
        let calls: Vec<_> = calls.collect();
        let calls = stream::iter(calls).buffered(AT_ONCE);
        let answers: Vec<_> = calls.try_collect().await?;
        let refused: Vec<ImportFindingsError> = answers.into_iter().flatten().collect();
        let count = refused.len();
        match refused.into_iter().next() {
            None => Ok(()),
            Some(first) => Err(ImportError::Refused {
                refused: count,
                all: findings.len(),
                id: first.id.unwrap_or_default(),
                code: first.error_code.unwrap_or_default(),
                message: first.error_message.unwrap_or_default(),
            }),
        }
    }

    /// Imports a batch, which takes so long at least; those that were refused.
    async fn batch(
        &self,
        batch: &[AsffFinding],
        least: Duration,
    ) -> Result<Vec<ImportFindingsError>, Error> {
        let findings = batch.iter().map(finding).collect();
        let call = self.client.batch_import_findings();
        let call = call.set_findings(Some(findings)).send();
        let (answer, ()) = join(call, sleep(least)).await;
        let answer = answer.map_err(|error| Error::of("BatchImportFindings", &error))?;
        Ok(answer.failed_findings.unwrap_or_default())
    }
}

fn finding(one: &AsffFinding) -> AwsSecurityFinding {
    let label = SeverityLabel::from(one.label);
    let severity = Severity::builder().label(label.clone());
    let of_provider = FindingProviderSeverity::builder().label(label);
    // Severity and Types are what analysts may change: an update goes by these fields, so that theirs stay.
    let provider = FindingProviderFields::builder()
        .severity(of_provider.original(one.severity).build())
        .types(one.kind)
        .build();
    let recommendation = Recommendation::builder()
        .text(&one.recommendation)
        .set_url(one.url.clone())
        .build();
    let state = if one.archived {
        RecordState::Archived
    } else {
        RecordState::Active
    };
    // Only a finding that is made has it: later it is the analysts'.
    let workflow = Workflow::builder().status(WorkflowStatus::New).build();
    AwsSecurityFinding::builder()
        .schema_version("2018-10-08")
        .id(&one.id)
        .product_arn(&one.product_arn)
        .product_name("Hard Target")
        .company_name("Hard Target")
        .generator_id(&one.generator_id)
        .aws_account_id(&one.account)
        .types(one.kind)
        .first_observed_at(&one.first_seen)
        .last_observed_at(&one.last_seen)
        .created_at(&one.first_seen)
        .updated_at(&one.updated)
        .severity(severity.original(one.severity).build())
        .finding_provider_fields(provider)
        .title(&one.title)
        .description(&one.description)
        .remediation(
            Remediation::builder()
                .recommendation(recommendation)
                .build(),
        )
        .set_source_url(one.url.clone())
        .set_product_fields(Some(one.fields.clone().into_iter().collect()))
        .resources(resource(&one.resource))
        .set_vulnerabilities(
            one.vulnerability
                .as_ref()
                .map(|one| vec![vulnerability(one)]),
        )
        .record_state(state)
        .set_workflow((!one.archived).then_some(workflow))
        .build()
}

fn resource(one: &asff::Resource) -> Resource {
    let details = one.details.clone().into_iter().collect();
    Resource::builder()
        .r#type(one.kind)
        .id(&one.id)
        .partition(Partition::from(one.partition))
        .region(&one.region)
        .details(ResourceDetails::builder().set_other(Some(details)).build())
        .build()
}

fn vulnerability((id, package): &(String, Option<String>)) -> Vulnerability {
    let package = package
        .as_ref()
        .map(|name| SoftwarePackage::builder().name(name).build());
    Vulnerability::builder()
        .id(id)
        .set_vulnerable_packages(package.map(|package| vec![package]))
        .build()
}
