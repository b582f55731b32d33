//! The rules of a run: what each id that has results means, and what to do about it.

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};

use crate::render::pages::page_of;
use crate::render::{LINE, TEXT};
use crate::{Finding, Reference, Severity, Vulnerability, clean_line, clean_text};

use super::{level, sentence_of};

/// The rules met so far, in the order in which results first named them.
#[derive(Debug, Default)]
pub(super) struct Rules {
    descriptors: Vec<ReportingDescriptor>,
    indices: BTreeMap<String, i64>,
}

impl Rules {
    /// The rule of a finding: its id as it stands in the log, and its index. Findings come worst
    /// first, so the first of an id gives the rule its severity.
    pub(super) fn index_of_finding(&mut self, finding: &Finding) -> (String, i64) {
        self.index(&finding.id, |id| {
            descriptor(
                id,
                &Said {
                    title: &finding.title,
                    remediation: &finding.remediation,
                    references: &finding.references,
                    severity: finding.severity,
                    tag: &finding.category,
                },
            )
        })
    }

    /// The rule of a vulnerability. They come worst first too.
    pub(super) fn index_of_vulnerability(&mut self, one: &Vulnerability) -> (String, i64) {
        self.index(&one.id, |id| {
            let advisory = one.advisory.iter().filter(|advisory| **advisory != one.id);
            let references: Vec<Reference> = std::iter::once(&one.id)
                .chain(advisory)
                .map(|id| Reference {
                    name: clean_line(id, LINE),
                    url: page_of(id),
                })
                .collect();
            let title = format!("{} is a known vulnerability of an installed package", one.id);
            let mut descriptor = descriptor(
                id,
                &Said {
                    title: &title,
                    remediation: "Upgrade the package to a version that repairs it, where there is one.",
                    references: &references,
                    severity: one.severity,
                    tag: "vulnerability",
                },
            );
            if let (Some(score), Some(bag)) = (score(one), &mut descriptor.properties) {
                bag.additional_properties
                    .insert("security-severity".to_owned(), json!(score));
            }
            descriptor
        })
    }

    pub(super) fn into_descriptors(self) -> Vec<ReportingDescriptor> {
        self.descriptors
    }

    fn index(
        &mut self,
        id: &str,
        descriptor: impl FnOnce(String) -> ReportingDescriptor,
    ) -> (String, i64) {
        // GitHub refuses ids of more than 255 characters.
        let id = clean_line(id, 255);
        let next = i64::try_from(self.descriptors.len()).unwrap_or(i64::MAX);
        let index = *self.indices.entry(id.clone()).or_insert(next);
        if index == next {
            self.descriptors.push(descriptor(id.clone()));
        }
        (id, index)
    }
}

/// The CVSS base score, where it says the same as the severity that we give it: by GitHub's bands the
/// two would contradict each other otherwise.
fn score(one: &Vulnerability) -> Option<String> {
    let score: f32 = one.cvss.as_deref()?.parse().ok()?;
    let same = match one.severity {
        Severity::Critical => (9.1..=10.0).contains(&score),
        Severity::High => (7.0..9.0).contains(&score),
        Severity::Medium => (4.0..7.0).contains(&score),
        Severity::Low => (0.1..4.0).contains(&score),
        Severity::Info => false,
    };
    same.then(|| format!("{score:.1}"))
}

/// What a rule says.
struct Said<'a> {
    title: &'a str,
    remediation: &'a str,
    references: &'a [Reference],
    severity: Severity,
    tag: &'a str,
}

fn descriptor(id: String, said: &Said<'_>) -> ReportingDescriptor {
    let title = sentence_of(said.title);
    let mut descriptor = ReportingDescriptor::builder()
        .id(id)
        .short_description(&title)
        .full_description(&title)
        .help(help(said))
        .default_configuration(
            ReportingConfiguration::builder()
                .level(json!(level(said.severity)))
                .build(),
        )
        .properties(properties(said))
        .build();
    descriptor.help_uri = said
        .references
        .iter()
        .find_map(|reference| address(reference.url.as_deref()?));
    descriptor
}

fn properties(said: &Said<'_>) -> PropertyBag {
    let mut bag = PropertyBag::builder()
        .tags(vec!["security".to_owned(), clean_line(said.tag, 40)])
        .build();
    bag.additional_properties
        .insert("precision".to_owned(), json!("high"));
    // GitHub's bands: over 9.0 critical, 7.0 high, 4.0 medium, 0.1 low.
    let score = match said.severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    };
    bag.additional_properties
        .insert("security-severity".to_owned(), json!(score));
    bag
}

fn help(said: &Said<'_>) -> MultiformatMessageString {
    let remediation = clean_text(said.remediation.trim(), TEXT);
    let mut text = if remediation.is_empty() {
        sentence_of(said.title)
    } else {
        remediation
    };
    let mut markdown = escaped(&text);
    for reference in said.references {
        let name = clean_line(&reference.name, LINE);
        match reference.url.as_deref().and_then(address) {
            Some(url) => {
                text.push_str(&format!("\n{name}: {url}"));
                markdown.push_str(&format!("\n- [{}](<{url}>)", escaped(&name)));
            }
            None => {
                text.push_str(&format!("\n{name}"));
                markdown.push_str(&format!("\n- {}", escaped(&name)));
            }
        }
    }
    MultiformatMessageString::builder()
        .text(text)
        .markdown(markdown)
        .build()
}

/// An address to which a link may lead: `https` or `http`, of plain characters only.
fn address(url: &str) -> Option<String> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte);
    (!rest.is_empty() && url.len() <= 2_000 && rest.bytes().all(plain)).then(|| url.to_owned())
}

/// Text as Markdown that reads as that text: each of Markdown's own characters escaped, angle
/// brackets and ampersands as entities.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_leads_to_a_script() {
        assert_eq!(address("javascript:alert(1)"), None);
        assert_eq!(address("https://a.example/\"onclick=\"x"), None);
        assert_eq!(address("https://"), None);
        assert!(address("https://www.cisecurity.org/a?b=c#d").is_some());
    }

    #[test]
    fn markdown_reads_as_the_text_it_was() {
        assert_eq!(escaped("`rm` <b> [x](y)"), "\\`rm\\` &lt;b&gt; \\[x\\](y)");
    }
}
