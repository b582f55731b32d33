//! A report in which every string means harm.

use std::time::Duration;

use super::typical;
use crate::{
    Advisories, Boot, CheckOutcome, CheckRun, EngineId, EngineOutcome, EngineRun, Feed, Finding,
    Fix, Origin, Os, Package, Rated, Reference, Report, Score, ScoredTest, Severity, Status,
    Target, Vulnerability, Waiver,
};

/// What a hostile image could put into any string of a report. A page that runs any of it sets
/// `window.pwned` or opens a dialogue.
const PAYLOADS: &[&str] = &[
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=2</script>",
    "</style><svg/onload=window.pwned=3>",
    "\"><img src=x onerror=\"window.pwned=4\">",
    "' autofocus onfocus='window.pwned=5' x='",
    "javascript:window.pwned=6//",
    "--><iframe srcdoc='<script>parent.pwned=7</script>'>",
    "</title></textarea></template><a href=javascript:alert(8)>click</a>",
    "data:text/html,<script>opener.pwned=9</script>",
    "&lt;script&gt;window.pwned=10&lt;/script&gt; &#x3c;b&#x3e; &quot;",
    "\u{202E}gnp.tpircs\u{202C} \u{2066}isolate\u{2069}\u{200B}\u{FEFF}",
    "nul \u{0} escape \u{1b}]0;title\u{7}\u{1b}[31mred carriage\rreturn",
    "two\nlines\tand a tab",
    "=HYPERLINK(\"https://evil.example/\",\"click\")",
    "${window.pwned=11} {{constructor.constructor('window.pwned=12')()}} `window.pwned=13`",
    "]]><!ENTITY x SYSTEM \"file:///etc/passwd\">&x;",
    "#\" onclick=window.pwned=14 \u{2028}\u{2029}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301} 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦 العربية עברית",
];

/// Addresses of which no page may make a link, and one that looks odd but is one.
const ADDRESSES: &[&str] = &[
    "javascript:window.pwned=20",
    "JaVaScRiPt:window.pwned=21",
    " \u{1}javascript:window.pwned=22",
    "java\nscript:window.pwned=23",
    "data:text/html,<script>window.pwned=24</script>",
    "vbscript:msgbox(25)",
    "file:///etc/shadow",
    "//evil.example/",
    "https:\u{0}//evil.example/",
    "https://example.com/\"onmouseover=\"window.pwned=26",
];

/// A report in which every string means harm: markup, scripts, quotes, control characters,
/// overrides of the writing direction, formulas, and text that is far too long.
///
/// Its fingerprints are those of its ids and subjects, so it can travel as JSON.
#[must_use]
pub fn hostile() -> Report {
    let mut evil = Evil(0);
    let mut report = typical();
    report.scan.agent_version = evil.text();
    report.scan.status = Status::Partial;
    report.scan.why = evil.texts(PAYLOADS.len());
    report.target = target(&mut evil);
    report.score = Some(Score {
        index: 41,
        points: Some(82),
        max_points: Some(200),
        lynis_version: evil.text(),
        profile: evil.text(),
        profile_sha256: Some(evil.text()),
        tests: evil
            .texts(PAYLOADS.len())
            .into_iter()
            .map(|id| ScoredTest {
                id,
                points: 1,
                max_points: 3,
            })
            .collect(),
    });
    report.engines = engines(&mut evil);
    report.findings = findings(&mut evil);
    report.advisories = Some(Advisories {
        origin: Origin::File,
        built: None,
        sha256: Some(evil.text()),
        feeds: vec![Feed {
            name: evil.text(),
            as_of: Some(jiff::Timestamp::UNIX_EPOCH),
            entries: u64::MAX,
        }],
    });
    report.vulnerabilities = ADDRESSES
        .iter()
        .enumerate()
        .map(|(number, address)| Vulnerability {
            id: evil.text(),
            package: evil.text(),
            kind: evil.text(),
            installed: evil.text(),
            source: Some(evil.text()),
            fix: match number / 3 % 3 {
                0 => Fix::None,
                1 => Fix::WontFix,
                _ => Fix::Available(evil.text()),
            },
            severity: Severity::High,
            rated: Rated::Vendor,
            cvss: Some(evil.text()),
            advisory: Some((*address).to_owned()),
            waiver: evil.waiver(number),
        })
        .collect();
    report.packages = PAYLOADS
        .iter()
        .map(|payload| Package {
            name: (*payload).to_owned(),
            version: evil.text(),
            arch: Some(evil.text()),
            kind: evil.text(),
            source: Some(evil.text()),
            source_version: Some(evil.text()),
            module: Some(evil.text()),
            location: Some(evil.text()),
        })
        .collect();
    report.facts = PAYLOADS
        .iter()
        .map(|name| ((*name).to_owned(), evil.texts(PAYLOADS.len())))
        .collect();
    report
        .facts
        .insert("very-long".to_owned(), vec!["x".repeat(20_000)]);
    report.sort();
    report
}

/// Hands out one payload after the other.
struct Evil(usize);

impl Evil {
    fn text(&mut self) -> String {
        self.0 += 1;
        let payload = PAYLOADS.get(self.0 % PAYLOADS.len()).copied();
        payload.unwrap_or_default().to_owned()
    }

    /// No waiver, one that has expired, or one that holds.
    fn waiver(&mut self, number: usize) -> Option<Waiver> {
        (!number.is_multiple_of(3)).then(|| Waiver {
            reason: self.text(),
            owner: self.text(),
            expires: jiff::civil::date(2026, 1, 1),
            expired: number % 3 == 1,
        })
    }

    fn texts(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.text()).collect()
    }
}

fn target(evil: &mut Evil) -> Target {
    let mut some = || Some(evil.text());
    Target {
        ami: some(),
        instance: some(),
        account: some(),
        region: some(),
        instance_type: some(),
        arch: some(),
        hostname: some(),
        os: Os {
            id: some(),
            version_id: some(),
            pretty_name: some(),
        },
        kernel: some(),
        boot: Boot {
            firmware: some(),
            secure_boot: Some(true),
            init: some(),
            virtualization: some(),
        },
        root: some().unwrap_or_default(),
        live: false,
        privileged: false,
    }
}

fn engines(evil: &mut Evil) -> Vec<EngineRun> {
    EngineId::ALL
        .into_iter()
        .map(|engine| EngineRun {
            engine,
            version: Some(evil.text()),
            outcome: EngineOutcome::Partial(evil.text()),
            duration: Duration::from_millis(u64::MAX),
            checks: PAYLOADS
                .iter()
                .map(|id| CheckRun {
                    id: (*id).to_owned(),
                    outcome: CheckOutcome::Unknown(evil.text()),
                })
                .collect(),
        })
        .collect()
}

fn findings(evil: &mut Evil) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, payload) in PAYLOADS.iter().enumerate() {
        let severity = Severity::ALL.into_iter().cycle().nth(number);
        for subject in [evil.text(), evil.text()] {
            findings.push(Finding {
                id: (*payload).to_owned(),
                engine: EngineId::Native,
                title: evil.text(),
                severity: severity.unwrap_or(Severity::Info),
                category: evil.text(),
                subject,
                evidence: evil.texts(3),
                remediation: evil.text(),
                references: ADDRESSES
                    .iter()
                    .map(|address| Reference {
                        name: evil.text(),
                        url: Some((*address).to_owned()),
                    })
                    .collect(),
                fingerprint: String::new(),
                same_as: evil.texts(2),
                waiver: evil.waiver(number),
            });
        }
    }
    let long = "W".repeat(50_000);
    findings.push(Finding {
        id: long.clone(),
        engine: EngineId::Lynis,
        title: long.clone(),
        severity: Severity::Critical,
        category: long.clone(),
        subject: long.clone(),
        evidence: vec![long.clone()],
        remediation: long.clone(),
        references: vec![Reference {
            name: long.clone(),
            url: Some(format!("https://example.com/{long}")),
        }],
        fingerprint: String::new(),
        same_as: Vec::new(),
        waiver: None,
    });
    findings
        .into_iter()
        .map(Finding::with_fingerprint)
        .collect()
}
