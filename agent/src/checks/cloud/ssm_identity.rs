use std::collections::BTreeMap;

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::cloud_agents::Left;

check! {
    /// ## What it checks
    /// The agent of AWS Systems Manager has no identity in the image: neither `registration` nor a file in
    /// `Vault/Store` below `/var/lib/amazon/ssm`, and, less bad, no directory of a single instance
    /// (`i-…`) with the records of its commands. What was made after this boot is no part of the image.
    ///
    /// ## Why it matters
    /// The registration has the private key by which the agent logs in. All instances pose as one, and
    /// whoever has the image can take that machine's commands, with the secrets in them. The directories
    /// hold scripts and output of commands that were run on the machine of the build.
    ///
    /// ## Remediation
    /// Stop the agent as the last step of the build and `rm -rf /var/lib/amazon/ssm/*`; deregister the
    /// machine.
    pub(crate) BAKED_SSM_IDENTITY {
        id: "HT-CLD-003",
        title: "An identity of Systems Manager was left in the image",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::AwsSharedAmi,
            Ref::Cwe(321),
            Ref::Page("AWS: Working with SSM Agent", "https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent.html"),
        ],
        judge: ssm_identity,
        passes: |tree| { tree.file("/usr/bin/amazon-ssm-agent", ""); },
        fails: |tree| {
            tree.file("/usr/bin/amazon-ssm-agent", "").file("/var/lib/amazon/ssm/registration", "{}");
        },
    }
}

fn ssm_identity(facts: &Facts) -> Judged {
    let agents = facts.cloud_agents.as_ref()?;
    if !agents.has_ssm && agents.identities.is_empty() && agents.instances.is_empty() {
        return Err(NotJudged::NotApplicable(
            "the SSM agent is not installed".to_owned(),
        ));
    }
    let mut subjects: BTreeMap<&str, Fault> = BTreeMap::new();
    let kinds = [
        (&agents.identities, Severity::High, "the agent's identity"),
        (&agents.instances, Severity::Low, "records of an instance"),
    ];
    for (list, severity, what) in kinds {
        for left in list.iter().filter(|left| is_of_the_image(facts, left)) {
            let line = format!("{}: {what}", left.path.display());
            let fault = match subjects.remove(left.subject.as_str()) {
                Some(fault) => fault.and(line),
                None => Fault::new(&left.subject, line).severity(severity),
            };
            subjects.insert(&left.subject, fault);
        }
    }
    Ok(Verdict::from_faults(subjects.into_values()))
}

fn is_of_the_image(facts: &Facts, left: &Left) -> bool {
    !left
        .changed
        .is_some_and(|changed| facts.made_since_boot(changed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn what_this_boot_made_is_no_part_of_the_image() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/stat", "btime 1000000000\n")
            .file("/usr/bin/amazon-ssm-agent", "")
            .file("/var/lib/amazon/ssm/Vault/Store/EC2RegistrationKey", "x");
        assert_eq!(ssm_identity(&tree.facts()), Ok(Verdict::Pass));
    }

    #[test]
    fn the_directories_of_all_instances_are_one_finding() {
        let mut tree = Tree::new();
        tree.dir("/var/lib/amazon/ssm/i-0123456789abcdef0")
            .dir("/var/lib/amazon/ssm/i-0123456789abcdef1");
        let Ok(Verdict::Fail(faults)) = ssm_identity(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].severity, Some(Severity::Low));
        assert_eq!(faults[0].evidence.len(), 2);
    }
}
