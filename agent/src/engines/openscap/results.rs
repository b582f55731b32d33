//! What `oscap` writes: XCCDF 1.1 and 1.2 results, alone or within an ARF, and data streams, which hold
//! the same rules without results.
//!
//! The file is read once, as a stream; only rules and their results are kept, and of those only so
//! many and so much.

use std::collections::BTreeMap;
use std::io::Read;

use super::xml::{Document, Node, Tag, XmlError};
use hardtarget_report::{clean_line, clean_text};

/// How much of one file is read: 96 MiB. That of the largest profile of SCAP Security Guide has 12, in an
/// ARF 30.
pub const READ_LIMIT: u64 = 96 << 20;

/// More rules than this are not kept; the largest guide has 2,000.
const MAX_RULES: usize = 5_000;

/// More values than this are not kept; the largest guide has 400.
const MAX_VALUES: usize = 2_000;

/// More references of one rule than this are not kept. Rules have up to 150, of which three are of
/// a benchmark that we name.
const MAX_REFERENCES: usize = 300;

/// How long a text may be, in characters.
const MAX_TEXT: usize = 2_000;

/// How long an id, a name or a title may be, in characters.
const MAX_LINE: usize = 400;

/// Stands before and after the id of a value within a text, until the value is known.
const MARK: char = '\u{1}';

/// What a file holds.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Results {
    /// What the rules are, by their full ids.
    pub rules: BTreeMap<String, Rule>,
    /// What became of the rules of the profile, by their full ids.
    pub outcomes: BTreeMap<String, Outcome>,
    /// The score by the default scoring of XCCDF, of 100.
    pub score: Option<String>,
    /// What is not here though it is in the file; empty if all is.
    pub incomplete: Vec<String>,
    values: BTreeMap<String, String>,
}

/// What a rule is.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its title, e.g. `Ensure AppArmor is installed`.
    pub title: String,
    /// Its severity: `high`, `medium`, `low`, `info` or `unknown`.
    pub severity: String,
    /// What it is about and what to do.
    pub description: String,
    /// The group it is in, outermost first, by their full ids.
    pub groups: Vec<String>,
    /// Where the text of a benchmark is, and the section's number there.
    pub references: Vec<(String, String)>,
    /// Its names elsewhere, e.g. a CCE number.
    pub idents: Vec<String>,
}

/// What became of a rule.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The word of XCCDF: `pass`, `fail`, `notapplicable`, …
    pub result: String,
    /// The severity in the profile.
    pub severity: Option<String>,
    /// What the scanner says of it.
    pub message: String,
}

/// Reads a file of at most [`READ_LIMIT`] bytes. What comes before a place that cannot be read
/// counts, and the reason is in [`Results::incomplete`].
#[must_use]
pub fn read(source: impl Read) -> Results {
    let mut reading = Reading::default();
    let mut document = Document::new(source, READ_LIMIT);
    if let Err(error) = reading.all(&mut document) {
        reading.results.incomplete.push(error.to_string());
    } else if document.depth() > 0 {
        let cut = "it is cut off: elements that begin in it do not end".to_owned();
        reading.results.incomplete.push(cut);
    }
    reading.end()
}

/// Which text is being collected.
#[derive(Debug)]
enum Field {
    Title,
    Description,
    Reference(String),
    Ident,
    Result,
    Message,
    Value(String),
    Score,
}

#[derive(Debug)]
struct Collecting {
    field: Field,
    depth: usize,
    text: String,
}

#[derive(Debug, Default)]
struct Reading {
    results: Results,
    /// The groups that have begun, with how deep they are.
    groups: Vec<(usize, String)>,
    /// The rule or result that has begun, with how deep it is.
    rule: Option<(usize, String, Rule)>,
    outcome: Option<(usize, String, Outcome)>,
    collecting: Option<Collecting>,
    too_many: bool,
}

impl Reading {
    fn all(&mut self, document: &mut Document<impl Read>) -> Result<(), XmlError> {
        loop {
            // How deep an element is that begins or ends now, its own level included.
            let before = document.depth();
            match document.next()? {
                Node::Start(tag) => self.begin(&tag, before + 1),
                Node::End => self.finish(before),
                Node::Text(text) => self.text(&text),
                Node::Eof => return Ok(()),
            }
        }
    }

    fn begin(&mut self, tag: &Tag<'_>, depth: usize) {
        if let Some(collecting) = &mut self.collecting {
            match tag.name() {
                "sub" => {
                    let id = line(&tag.attribute("idref").unwrap_or_default());
                    collecting.push(&format!("{MARK}{id}{MARK}"));
                }
                "br" | "p" | "pre" | "li" | "ul" | "ol" | "table" | "tr" => collecting.push("\n"),
                _ => {}
            }
            return;
        }
        let id = |name| line(&tag.attribute(name).unwrap_or_default());
        let in_rule = self.rule.as_ref().is_some_and(|(at, ..)| depth == at + 1);
        let in_outcome = self
            .outcome
            .as_ref()
            .is_some_and(|(at, ..)| depth == at + 1);
        let field = match tag.name() {
            "Group" => {
                self.groups.push((depth, id("id")));
                return;
            }
            "Rule" if self.rule.is_none() => {
                let rule = Rule {
                    severity: id("severity"),
                    groups: self.groups.iter().map(|(_, id)| id.clone()).collect(),
                    ..Rule::default()
                };
                self.rule = Some((depth, id("id"), rule));
                return;
            }
            "rule-result" if self.outcome.is_none() => {
                let outcome = Outcome {
                    severity: tag.attribute("severity").map(|word| line(&word)),
                    ..Outcome::default()
                };
                self.outcome = Some((depth, id("idref"), outcome));
                return;
            }
            "title" if in_rule => Field::Title,
            "description" if in_rule => Field::Description,
            "reference" if in_rule => Field::Reference(id("href")),
            "ident" if in_rule => Field::Ident,
            "result" if in_outcome => Field::Result,
            "message" if in_outcome => Field::Message,
            "set-value" => Field::Value(id("idref")),
            "score" if tag.attribute("system").as_deref() == Some("urn:xccdf:scoring:default") => {
                Field::Score
            }
            _ => return,
        };
        self.collecting = Some(Collecting {
            field,
            depth,
            text: String::new(),
        });
    }

    fn text(&mut self, text: &str) {
        if let Some(collecting) = &mut self.collecting {
            // Line ends of the source are those of its editor.
            collecting.push(&text.replace(['\n', '\t', '\r', MARK], " "));
        }
    }

    fn finish(&mut self, depth: usize) {
        if let Some(collecting) = self.collecting.take_if(|field| field.depth == depth) {
            self.keep(collecting.field, &collecting.text);
        }
        if let Some((_, id, rule)) = self.rule.take_if(|(at, ..)| *at == depth) {
            self.keep_rule(id, rule);
        }
        if let Some((_, id, outcome)) = self.outcome.take_if(|(at, ..)| *at == depth) {
            self.keep_outcome(id, outcome);
        }
        self.groups.pop_if(|(at, _)| *at == depth);
    }

    fn keep(&mut self, field: Field, text: &str) {
        let rule = self.rule.as_mut().map(|(_, _, rule)| rule);
        let outcome = self.outcome.as_mut().map(|(_, _, outcome)| outcome);
        match (field, rule, outcome) {
            (Field::Title, Some(rule), _) => rule.title = line(text),
            (Field::Description, Some(rule), _) => rule.description = text.to_owned(),
            (Field::Reference(href), Some(rule), _) if rule.references.len() < MAX_REFERENCES => {
                rule.references.push((href, line(text)));
            }
            (Field::Ident, Some(rule), _) if rule.idents.len() < MAX_REFERENCES => {
                rule.idents.push(line(text));
            }
            (Field::Result, _, Some(outcome)) => outcome.result = line(text),
            (Field::Message, _, Some(outcome)) => outcome.message = line(text),
            (Field::Value(id), ..) if self.results.values.len() < MAX_VALUES => {
                self.results.values.insert(id, line(text));
            }
            (Field::Score, ..) => self.results.score = Some(line(text)),
            _ => {}
        }
    }

    /// The first of several with one id counts: an ARF may hold its data stream twice.
    fn keep_rule(&mut self, id: String, rule: Rule) {
        if self.results.rules.len() >= MAX_RULES {
            self.too_many = true;
        } else {
            self.results.rules.entry(id).or_insert(rule);
        }
    }

    /// The worst of several with one id counts: a rule may be judged in several places.
    fn keep_outcome(&mut self, id: String, outcome: Outcome) {
        if outcome.result == "notselected" {
            return;
        }
        let full = self.results.outcomes.len() >= MAX_RULES;
        match self.results.outcomes.get_mut(&id) {
            Some(before) => {
                if rank(&outcome.result) > rank(&before.result) {
                    *before = outcome;
                }
            }
            None if full => self.too_many = true,
            None => {
                self.results.outcomes.insert(id, outcome);
            }
        }
    }

    fn end(mut self) -> Results {
        if self.too_many {
            self.results
                .incomplete
                .push(format!("it has more than {MAX_RULES} rules"));
        }
        for rule in self.results.rules.values_mut() {
            rule.description = description(&rule.description, &self.results.values);
        }
        self.results
    }
}

impl Collecting {
    fn push(&mut self, text: &str) {
        let room = (4 * MAX_TEXT).saturating_sub(self.text.len());
        let end = text.floor_char_boundary(room);
        self.text.push_str(text.get(..end).unwrap_or_default());
    }
}

/// What counts of the results that one rule has in several places: more than what has a lower
/// number.
fn rank(result: &str) -> u8 {
    match result {
        "fail" => 6,
        "error" => 5,
        "unknown" => 4,
        "pass" | "fixed" => 3,
        "notchecked" => 2,
        "informational" => 1,
        _ => 0,
    }
}

fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    clean_line(&words.join(" "), MAX_LINE)
}

/// A description with its values put in and its blanks put right.
fn description(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut whole = String::new();
    for (number, piece) in text.split(MARK).enumerate() {
        // Text and ids take turns.
        if number % 2 == 0 {
            whole.push_str(piece);
        } else {
            whole.push_str(values.get(piece).map_or("…", String::as_str));
        }
    }
    let lines: Vec<String> = whole
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect();
    clean_text(&lines.join("\n"), MAX_TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fixture(name: &str) -> Results {
        let path = format!(
            "{}/tests/fixtures/openscap/{name}",
            env!("CARGO_MANIFEST_DIR")
        );
        read(std::fs::File::open(&path).unwrap_or_else(|error| panic!("{path}: {error}")))
    }

    fn short(results: &Results) -> Vec<(&str, &str)> {
        let outcomes = results.outcomes.iter();
        outcomes
            .map(|(id, outcome)| {
                let id = id.rsplit_once("content_rule_").unwrap().1;
                (id, outcome.result.as_str())
            })
            .collect()
    }

    #[test]
    fn xccdf_results_and_an_arf_of_the_same_scan_say_the_same() {
        let xccdf = fixture("xccdf.xml");
        assert_eq!(xccdf.incomplete, Vec::<String>::new());
        assert_eq!(
            short(&xccdf),
            [
                ("accounts_root_path_dirs_no_write", "pass"),
                ("accounts_umask_etc_bashrc", "fail"),
                ("firewall_single_service_active", "unknown"),
                ("package_aide_installed", "notapplicable"),
            ]
        );
        let arf = fixture("arf.xml");
        assert_eq!(arf.incomplete, Vec::<String>::new());
        assert_eq!(arf.rules, xccdf.rules);
        assert_eq!(arf.outcomes, xccdf.outcomes);
    }

    #[test]
    fn a_rule_is_read_in_full() {
        let results = fixture("xccdf.xml");
        let id = "xccdf_org.ssgproject.content_rule_accounts_umask_etc_bashrc";
        insta::assert_debug_snapshot!(results.rules[id]);
    }

    #[test]
    fn the_worst_of_several_results_counts() {
        let result = |word| {
            format!("<rule-result idref='xccdf_a_rule_b'><result>{word}</result></rule-result>")
        };
        let source = ["pass", "fail", "notapplicable"].map(result).concat();
        let results = read(format!("<TestResult>{source}</TestResult>").as_bytes());
        assert_eq!(results.outcomes["xccdf_a_rule_b"].result, "fail");
    }

    #[test]
    fn what_comes_before_a_broken_place_counts_and_the_rest_is_told() {
        let whole =
            "<T><rule-result idref='a'><result>fail</result></rule-result><rule-result idref='b'>";
        for end in [
            "",
            "<result>pass",
            "</T>",
            "&",
            "\u{0}<",
            "<result>pass</rule-result>",
        ] {
            let results = read(format!("{whole}{end}").as_bytes());
            assert_eq!(results.outcomes.len(), 1, "{end}");
            assert_eq!(results.incomplete.len(), 1, "{end}");
        }
    }

    /// A file of rules without end, as long as it is asked for.
    struct Endless {
        rule: Vec<u8>,
        left: u64,
    }

    impl Read for Endless {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let left = usize::try_from(self.left).unwrap();
            let most = out.len().min(self.rule.len()).min(left);
            self.rule.as_slice().read_exact(&mut out[..most])?;
            self.left -= most as u64;
            Ok(most)
        }
    }

    #[test]
    fn a_result_of_300_megabytes_is_read_so_far_and_no_further() {
        let mut rule = b"<a><Rule id='r'><title>t</title></Rule></a><!--".to_vec();
        rule.resize(60_000, b'.');
        rule.extend(b"-->");
        let results = read(Endless {
            rule,
            left: 300_000_000,
        });
        assert_eq!(results.rules.len(), 1);
        assert_eq!(results.incomplete.len(), 1, "{:?}", results.incomplete);
    }

    #[test]
    fn more_rules_than_there_can_be_are_not_kept() {
        let rules: String = (0..MAX_RULES + 10)
            .map(|number| {
                format!("<rule-result idref='{number}'><result>fail</result></rule-result>")
            })
            .collect();
        let results = read(format!("<T>{rules}</T>").as_bytes());
        assert_eq!(results.outcomes.len(), MAX_RULES);
        assert_eq!(results.incomplete.len(), 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in any::<Vec<u8>>()) {
            let results = read(bytes.as_slice());
            prop_assert!(results.rules.len() <= bytes.len());
        }

        #[test]
        fn any_text_within_a_rule_is_bounded(title in "\\PC{0,50}", words in "[a-z \u{1}<>&;/]{0,4000}") {
            let source = format!(
                "<Rule id='a'><title>{}</title><description>{}</description></Rule>",
                quick_xml::escape::escape(title.as_str()),
                quick_xml::escape::escape(words.as_str())
            );
            let results = read(source.as_bytes());
            prop_assert_eq!(results.rules.len(), 1);
            prop_assert!(results.rules["a"].description.chars().count() <= MAX_TEXT);
        }
    }
}
