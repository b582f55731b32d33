use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Only those named in `/etc/cron.allow` and `/etc/at.allow` may leave jobs with `crontab` and
    /// `at`, and only root can change these files. Debian's cron is open to all without the file;
    /// other crons and `at` are then, unless there is a file of those who may not.
    ///
    /// ## Why it matters
    /// A job is a way to stay: it runs again after the program that left it is gone. Distributions
    /// leave it open, so that is a remark; a list that others can change is not.
    ///
    /// ## Remediation
    /// Write the names of those who need it into `/etc/cron.allow` and `/etc/at.allow` (empty means
    /// root alone), `chmod 640` the files and remove `cron.deny` and `at.deny`.
    pub(crate) JOBS_OF_EVERYONE {
        id: "HT-SVC-011",
        title: "Every account may leave jobs with cron or at",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.4.1.8"),
            Ref::debian_12("2.4.2.1"),
            Ref::amazon_linux_2023("4.1.8"),
            Ref::amazon_linux_2023("4.1.9"),
            Ref::independent("5.1.8"),
            Ref::Cwe(284),
            Ref::Manual("crontab(1)"),
        ],
        judge: job_users,
        passes: |tree| { tree.file("/usr/bin/crontab", "").file("/etc/cron.allow", ""); },
        fails: |tree| { tree.file("/usr/bin/at", "").file("/etc/at.deny", ""); },
    }
}

fn job_users(facts: &Facts) -> Judged {
    let programs = &facts.scheduling.as_ref()?.programs;
    if programs.is_empty() {
        return Err(NotJudged::NotApplicable(
            "neither crontab nor at is installed".to_owned(),
        ));
    }
    let mut faults = Vec::new();
    for program in programs {
        let name = program.name;
        match &program.allow {
            Some(list) if list.written_by_others() => {
                faults.push(Fault::at(&list.path, list.line()).severity(Severity::Medium));
            }
            _ if program.is_for_everyone() => {
                let but = if program.deny {
                    format!("; /etc/{name}.deny names exceptions")
                } else {
                    String::new()
                };
                faults.push(Fault::new(
                    name,
                    format!("there is no /etc/{name}.allow{but}"),
                ));
            }
            _ => {}
        }
    }
    Ok(Verdict::from_faults(faults))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn faults(tree: &Tree) -> usize {
        match job_users(&tree.facts()) {
            Ok(Verdict::Fail(faults)) => faults.len(),
            _ => 0,
        }
    }

    #[test]
    fn without_files_it_depends_on_the_cron() {
        let mut tree = Tree::new();
        tree.file("/usr/bin/crontab", "").file("/usr/bin/at", "");
        assert_eq!(faults(&tree), 0);
        tree.file("/etc/os-release", "ID=ubuntu\nID_LIKE=debian\n");
        assert_eq!(faults(&tree), 1);
        tree.file("/etc/cron.allow", "")
            .mode("/etc/cron.allow", 0o666);
        let Ok(Verdict::Fail(found)) = job_users(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(found[0].severity, Some(Severity::Medium));
    }
}
