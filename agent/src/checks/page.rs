//! A check's manual page, and the catalogue as a document.

use std::fmt::Write as _;

use hardtarget_report::Reference;

use super::{Check, Ref, SameAs, Scope, benchmarks};

/// The three parts of a check's doc comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Under `## What it checks`.
    pub what: String,
    /// Under `## Why it matters`.
    pub why: String,
    /// Under `## Remediation`.
    pub remediation: String,
}

impl Ref {
    /// Name and address.
    #[must_use]
    pub fn reference(self) -> Reference {
        let (name, url) = match self {
            Self::Cis(benchmark, section) => (format!("CIS {benchmark}, {section}"), None),
            Self::Cwe(number) => (
                format!("CWE-{number}"),
                Some(format!(
                    "https://cwe.mitre.org/data/definitions/{number}.html"
                )),
            ),
            Self::AwsSharedAmi => (
                "AWS: Recommendations for creating shared Linux AMIs".to_owned(),
                Some(
                    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/building-shared-amis.html"
                        .to_owned(),
                ),
            ),
            Self::Page(name, url) => (name.to_owned(), Some(url.to_owned())),
            Self::Manual(page) => (page.to_owned(), None),
        };
        Reference { name, url }
    }
}

impl SameAs {
    /// The test, and in parentheses what of it: `SSH-7408 (PermitRootLogin)`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Test(test) => test.to_owned(),
            Self::For(test, ours) => format!("{test} (for {})", ours.join(", ")),
            Self::About(test, subject) => format!("{test} ({subject})"),
            Self::Each(test) | Self::Lines(test) => format!("{test} (where it names the same)"),
        }
    }
}

impl Check {
    /// The manual page.
    #[must_use]
    pub fn page(&self) -> Page {
        Page {
            what: section(self.doc, "What it checks"),
            why: section(self.doc, "Why it matters"),
            remediation: section(self.doc, "Remediation"),
        }
    }

    /// The area: the middle of the id, as a word (`image`, `ssh`, …).
    #[must_use]
    pub fn category(&self) -> &'static str {
        match self.id.get(3..6) {
            Some("ACC") => "accounts",
            Some("BOO") => "boot",
            Some("CLD") => "cloud",
            Some("CTR") => "containers",
            Some("FS-") => "filesystem",
            Some("IMG") => "image",
            Some("KRN") => "kernel",
            Some("LOG") => "logging",
            Some("NET") => "network",
            Some("SSH") => "ssh",
            Some("SVC") => "services",
            Some("UPK") => "upkeep",
            _ => "other",
        }
    }

    /// Where the heading of [`Self::markdown`] is found in a document, as GitHub makes anchors.
    fn anchor(&self) -> String {
        format!("{}-{}", self.id, self.title)
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
                _ => None,
            })
            .collect()
    }

    /// The manual page as Markdown, with a heading.
    #[must_use]
    pub fn markdown(&self) -> String {
        let Page {
            what,
            why,
            remediation,
        } = self.page();
        let mut text = format!(
            "### {id}: {title}\n\n{severity} · {category} · {scope} · since {since}\n\n{what}\n\n**Why it matters.** {why}\n\n**Remediation.** {remediation}\n",
            id = self.id,
            title = self.title,
            severity = self.severity,
            category = self.category(),
            scope = match self.scope {
                Scope::Files => "running machine or unpacked root",
                Scope::Running => "running machine only",
            },
            since = self.since,
        );
        if !self.references.is_empty() {
            text.push_str("\nReferences: ");
            for (index, reference) in self.references.iter().enumerate() {
                let Reference { name, url } = reference.reference();
                let separator = if index == 0 { "" } else { "; " };
                // Writing to a string cannot fail.
                let _ok = match url {
                    Some(url) => write!(text, "{separator}[{name}]({url})"),
                    None => write!(text, "{separator}{name}"),
                };
            }
            text.push_str(".\n");
        }
        if !self.same_as.is_empty() {
            let tests: Vec<String> = self.same_as.iter().map(|same| same.words()).collect();
            // Writing to a string cannot fail.
            let _ok = writeln!(text, "\nLynis says the same: {}.", tests.join(", "));
        }
        text
    }
}

/// The text under a heading of a doc comment, with its lines joined into paragraphs.
fn section(doc: &str, heading: &str) -> String {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut inside = false;
    let mut open = false;
    for line in doc
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
    {
        if let Some(name) = line.strip_prefix("## ") {
            inside = name == heading;
        } else if !inside {
        } else if line.trim().is_empty() {
            open = false;
        } else if let Some(last) = paragraphs
            .last_mut()
            .filter(|_| open && !line.starts_with("- "))
        {
            last.push(' ');
            last.push_str(line.trim());
        } else {
            paragraphs.push(line.trim().to_owned());
            open = true;
        }
    }
    paragraphs.join("\n")
}

/// `CHECKS.md`: the whole catalogue as a document.
#[must_use]
pub fn checks_md() -> String {
    let catalogue = super::CATALOGUE;
    let mut text = format!(
        "# The native checks\n\nGenerated from the source by `make generate`: {} checks. `hardtarget-agent explain ID` shows one of them.\n\n| id | severity | fault |\n|---|---|---|\n",
        catalogue.len()
    );
    for check in catalogue {
        let _ok = writeln!(
            text,
            "| [{id}](#{anchor}) | {severity} | {title} |",
            id = check.id,
            anchor = check.anchor(),
            severity = check.severity,
            title = check.title
        );
    }
    text.push_str("\n## By section of the CIS benchmarks\n\nNumbers only; the benchmarks are to be had at <https://www.cisecurity.org/cis-benchmarks>. A check that stands at a parent section (`5.1`) covers some of what is below it.\n");
    text.push_str(&benchmarks::tables(|id| {
        catalogue
            .iter()
            .find(|check| check.id == id)
            .map_or_else(String::new, |check| check.anchor())
    }));
    text.push_str("\n## The checks\n");
    for check in catalogue {
        text.push('\n');
        text.push_str(&check.markdown());
    }
    text
}
