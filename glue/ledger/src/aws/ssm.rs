//! Systems Manager: parameters, and what it knows of instances' compliance.

use aws_config::SdkConfig;
use aws_sdk_ssm::types::{ComplianceQueryOperatorType, ComplianceStringFilter};

use super::Error;

/// The type of resources that are instances, of EC2 or elsewhere.
const INSTANCE: &str = "ManagedInstance";

/// Systems Manager.
#[derive(Debug, Clone)]
pub struct Ssm {
    client: aws_sdk_ssm::Client,
}

/// A compliance item, in Systems Manager's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplianceItem {
    /// `Custom:InSpec`.
    pub compliance_type: String,
    /// Its id within the type; may be empty.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// `COMPLIANT` or `NON_COMPLIANT`.
    pub status: String,
    /// `CRITICAL`, `HIGH`, `MEDIUM`, `LOW`, `INFORMATIONAL` or `UNSPECIFIED`.
    pub severity: String,
}

impl Ssm {
    /// A client.
    #[must_use]
    pub fn new(shared: &SdkConfig) -> Self {
        Self {
            client: aws_sdk_ssm::Client::new(shared),
        }
    }

    /// The value of a parameter, decrypted; of a secret of Secrets Manager too, by
    /// `/aws/reference/secretsmanager/NAME` (Systems Manager User Guide, "Referencing AWS Secrets Manager
    /// secrets from Parameter Store parameters"). `None` if there is none.
    pub async fn parameter(&self, name: &str) -> Result<Option<String>, Error> {
        let asked = self.client.get_parameter().name(name).with_decryption(true);
        match asked.send().await {
            Ok(answer) => Ok(answer.parameter.and_then(|one| one.value)),
            Err(error) => {
                let error = Error::of("GetParameter", &error);
                let missing = matches!(error.code.as_str(), "ParameterNotFound");
                if missing { Ok(None) } else { Err(error) }
            }
        }
    }

    /// The managed instances that have compliance items of a type, compliant or not.
    pub async fn instances_with(&self, compliance_type: &str) -> Result<Vec<String>, Error> {
        let mut pages = self
            .client
            .list_resource_compliance_summaries()
            .filters(of_type(compliance_type))
            .into_paginator()
            .send();
        let mut instances = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| Error::of("ListResourceComplianceSummaries", &error))?;
            let all = page.resource_compliance_summary_items.into_iter().flatten();
            let managed = all.filter(|one| one.resource_type() == Some(INSTANCE));
            instances.extend(managed.filter_map(|one| one.resource_id));
        }
        Ok(instances)
    }

    /// All compliance items of one type of one managed instance.
    pub async fn compliance_items(
        &self,
        instance: &str,
        compliance_type: &str,
    ) -> Result<Vec<ComplianceItem>, Error> {
        let mut pages = self
            .client
            .list_compliance_items()
            .resource_ids(instance)
            .resource_types(INSTANCE)
            .filters(of_type(compliance_type))
            .into_paginator()
            .send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Error::of("ListComplianceItems", &error))?;
            items.extend(page.compliance_items.into_iter().flatten().map(|one| {
                ComplianceItem {
                    compliance_type: one.compliance_type.unwrap_or_default(),
                    id: one.id.unwrap_or_default(),
                    title: one.title.unwrap_or_default(),
                    status: one
                        .status
                        .map(|status| status.as_str().to_owned())
                        .unwrap_or_default(),
                    severity: one
                        .severity
                        .map(|one| one.as_str().to_owned())
                        .unwrap_or_default(),
                }
            }));
        }
        Ok(items)
    }
}

fn of_type(compliance_type: &str) -> ComplianceStringFilter {
    ComplianceStringFilter::builder()
        .key("ComplianceType")
        .values(compliance_type)
        .r#type(ComplianceQueryOperatorType::Equal)
        .build()
}
