//! Made-up fleets for tests, measurements and screenshots: always the same.

use hardtarget_report::image_status::ImageStatus;
use jiff::{SignedDuration, Timestamp};

use super::assessment::{Assessment, BySeverity};
use super::model::{Fleet, Input};
use crate::published::key::FINISHED;

/// 2026-11-21 19:30 UTC: when these fleets are looked at.
pub const NOW: Timestamp = Timestamp::constant(1_795_289_400, 0);

/// All of them by name, as pages are made of them.
#[must_use]
pub fn all() -> [(&'static str, Fleet); 5] {
    let (inputs, statuses) = typical();
    [
        ("typical", Fleet::new(inputs, statuses)),
        ("empty", Fleet::default()),
        ("one", large(1, 1)),
        ("large", large(500, 50)),
        ("hostile", hostile()),
    ]
}

/// What is known of an AMI; it was made ten minutes before.
#[must_use]
pub fn status(family: &str, ami: &str, word: &str, since: Timestamp) -> ImageStatus {
    ImageStatus {
        version: 1,
        ami: ami.to_owned(),
        name: Some(format!("{family}-{}", since.strftime("%Y%m%d"))),
        family: family.to_owned(),
        account: "123456789012".to_owned(),
        region: "eu-central-1".to_owned(),
        created: Some(since - SignedDuration::from_mins(10)),
        status: word.to_owned(),
        reason: String::new(),
        since,
        report: None,
        findings: None,
        vulnerabilities: None,
        tags: Default::default(),
    }
}

/// What became of a family's images: figures of the first and of the last one.
struct Story {
    name: &'static str,
    images: u64,
    /// Hours between two images, and since the newest.
    hours: (i64, i64),
    score: (u64, u64),
    findings: [(u64, u64); 5],
    vulnerabilities: Option<[(u64, u64); 4]>,
    /// The image since which another Lynis looks.
    other_lynis: u64,
    /// What became of the newest image, and why.
    end: (&'static str, &'static str),
}

const fn story(name: &'static str, images: u64, hours: (i64, i64), score: (u64, u64)) -> Story {
    Story {
        name,
        images,
        hours,
        score,
        findings: [(1, 0), (14, 6), (40, 26), (58, 41), (17, 14)],
        vulnerabilities: Some([(2, 0), (22, 9), (48, 30), (19, 12)]),
        other_lynis: 0,
        end: ("assessed", ""),
    }
}

fn stories() -> Vec<Story> {
    vec![
        Story {
            other_lynis: 21,
            ..story("web", 34, (72, 3), (52, 79))
        },
        Story {
            findings: [(0, 0), (9, 4), (33, 22), (49, 38), (15, 13)],
            ..story("api", 41, (48, 1), (58, 82))
        },
        Story {
            findings: [(0, 0), (3, 1), (18, 9), (31, 22), (12, 11)],
            vulnerabilities: Some([(0, 0), (8, 2), (21, 11), (9, 6)]),
            ..story("bastion", 18, (168, 40), (72, 88))
        },
        Story {
            findings: [(0, 2), (8, 12), (30, 35), (52, 55), (19, 19)],
            vulnerabilities: Some([(0, 3), (12, 31), (40, 66), (22, 25)]),
            ..story("k8s-node", 50, (24, 5), (80, 66))
        },
        Story {
            findings: [(0, 0), (7, 5), (27, 21), (47, 40), (18, 16)],
            other_lynis: 9,
            ..story("k8s-control-plane", 22, (96, 30), (69, 76))
        },
        Story {
            findings: [(2, 1), (15, 11), (38, 33), (51, 47), (16, 16)],
            vulnerabilities: Some([(1, 1), (18, 16), (35, 33), (15, 14)]),
            end: (
                "partial",
                "Lynis was stopped at its deadline; its score is unknown.",
            ),
            ..story("db-postgres", 15, (240, 9), (61, 68))
        },
        Story {
            findings: [(3, 4), (21, 24), (48, 51), (60, 61), (20, 20)],
            vulnerabilities: Some([(4, 6), (38, 52), (71, 84), (30, 33)]),
            ..story("ci-runner", 27, (60, 14), (63, 49))
        },
        story("vpn", 9, (336, 120), (63, 74)),
        Story {
            end: ("assessing", ""),
            ..story("monitoring", 12, (200, 0), (55, 73))
        },
        Story {
            vulnerabilities: None,
            ..story("cache-redis", 20, (120, 60), (70, 77))
        },
        Story {
            end: (
                "timed-out",
                "No report arrived within 30 minutes; the console output is beside the reports.",
            ),
            ..story("mail-relay", 14, (150, 20), (49, 70))
        },
        Story {
            findings: [(0, 0), (4, 2), (20, 12), (30, 24), (11, 10)],
            ..story("edge-proxy", 6, (100, 50), (78, 84))
        },
        Story {
            end: ("unsupported", "Windows: there is no agent for it."),
            ..story("jump-windows", 1, (24, 400), (0, 0))
        },
    ]
}

/// A fleet as there are many: getting better, with a few that do not.
#[must_use]
pub fn typical() -> (Vec<Input>, Vec<ImageStatus>) {
    let (mut inputs, mut statuses) = (Vec::new(), Vec::new());
    for (seed, story) in (1..).zip(stories()) {
        tell(&story, seed, &mut inputs, &mut statuses);
    }
    (inputs, statuses)
}

fn tell(story: &Story, seed: u64, inputs: &mut Vec<Input>, statuses: &mut Vec<ImageStatus>) {
    for number in 0..story.images {
        let (apart, since) = story.hours;
        let ago = i64::try_from(story.images - 1 - number).unwrap_or_default() * apart + since;
        let noise = noise(seed * 1_000 + number);
        let spread = SignedDuration::from_mins(i64::try_from(noise % 50).unwrap_or_default() + 12);
        let finished = NOW - SignedDuration::from_hours(ago) - spread;
        let ami = format!("ami-{noise:016x}{}", number % 10);
        let is_last = number + 1 == story.images;
        let mut known = status(
            story.name,
            &ami,
            if is_last { story.end.0 } else { "assessed" },
            finished,
        );
        if is_last {
            story.end.1.clone_into(&mut known.reason);
        } else if noise.is_multiple_of(23) {
            known.status = "failed".to_owned();
            known.reason = "The instance ended before its report arrived.".to_owned();
        }
        if matches!(&*known.status, "assessed" | "partial") {
            inputs.push(Input {
                family: story.name.to_owned(),
                assessment: assessment(story, number, noise, &known),
                link: link(story.name, &ami, finished),
            });
        }
        statuses.push(known);
    }
}

fn assessment(story: &Story, number: u64, noise: u64, known: &ImageStatus) -> Assessment {
    let partial = known.status == "partial";
    // A few steps rather than a slope: images change when somebody does something.
    let step = (number * 6 / story.images.max(1)) * 20;
    let between = |(from, to): (u64, u64), jitter: u64| {
        let moved = (from * (100 - step.min(100)) + to * step.min(100)) / 100;
        if number + 1 == story.images {
            to
        } else {
            moved + jitter * moved.min(12) / 40
        }
    };
    let counts = |ranges: &[(u64, u64)]| {
        let mut counts = BySeverity::default();
        for ((count, range), place) in counts.iter_mut().zip(ranges).zip(0_u64..) {
            *count = between(*range, (noise >> (8 * place)) % 8);
        }
        counts
    };
    // An image in three does something to the score as well.
    let wobble = self::noise(number / 3 + story.images * 7) % 7;
    let score = match number + 1 == story.images {
        true => story.score.1,
        false => (between(story.score, 0) + wobble).saturating_sub(3),
    };
    Assessment {
        ami: known.ami.clone(),
        finished: known.since,
        status: if partial { "partial" } else { "complete" }.to_owned(),
        score: u8::try_from(score).ok().filter(|_| !partial),
        max_points: Some(if number < story.other_lynis { 242 } else { 251 }),
        lynis_version: if number < story.other_lynis {
            "3.0.8"
        } else {
            "3.1.4"
        }
        .to_owned(),
        profile: "default".to_owned(),
        profile_sha256: Some("9f".repeat(32)),
        findings: counts(&story.findings),
        vulnerabilities: story.vulnerabilities.as_ref().map(|ranges| counts(ranges)),
    }
}

fn link(family: &str, ami: &str, finished: Timestamp) -> String {
    format!(
        "reports/{family}/{ami}/{}/report.html",
        finished.strftime(FINISHED)
    )
}

/// A fleet of so many families with so many images each.
#[must_use]
pub fn large(families: u64, images: u64) -> Fleet {
    let (mut inputs, mut statuses) = (Vec::new(), Vec::new());
    let names: Vec<String> = (0..families)
        .map(|family| format!("team-{:02}-service-{family:03}", family % 40))
        .collect();
    let stories = stories();
    for (seed, name) in (1..).zip(&names) {
        let noise = noise(seed);
        let from = stories.get(usize::try_from(noise % 8).unwrap_or_default());
        for (template, number) in from
            .into_iter()
            .flat_map(|from| (0..images).map(move |number| (from, number)))
        {
            let story = Story {
                name: "",
                images,
                ..*template
            };
            let noise = self::noise(seed * 100_000 + number);
            let ago = i64::try_from((images - number) * 24 + seed % 24).unwrap_or_default();
            let finished = NOW - SignedDuration::from_hours(ago);
            let ami = format!("ami-{noise:016x}{}", number % 10);
            let word = match noise % 60 {
                0 => "failed",
                1 => "timed-out",
                2 => "partial",
                _ => "assessed",
            };
            let mut known = status(name, &ami, word, finished);
            if noise % 60 < 2 {
                known.reason = "The instance ended before its report arrived.".to_owned();
            } else {
                inputs.push(Input {
                    family: name.clone(),
                    assessment: assessment(&story, number, noise, &known),
                    link: link(name, &ami, finished),
                });
            }
            statuses.push(known);
        }
    }
    Fleet::new(inputs, statuses)
}

/// A fleet in which every name means harm.
#[must_use]
pub fn hostile() -> Fleet {
    let names = [
        "<script>window.pwned=1</script>".to_owned(),
        "\"><img src=x onerror=window.pwned=2>".to_owned(),
        "</script><script>window.pwned=3</script><!--".to_owned(),
        "\u{202e}gpj.exe\u{2066}\u{200b}".to_owned(),
        "javascript:window.pwned=4".to_owned(),
        "${window.pwned=5}`'".to_owned(),
        "w".repeat(128) + &"\u{5317}".repeat(200),
        "../../etc/passwd".to_owned(),
        "a\nb\u{1b}[2J\0".to_owned(),
        "שלום עולם".to_owned(),
    ];
    let (mut inputs, mut statuses) = (Vec::new(), Vec::new());
    for (name, number) in names.iter().zip(0_u64..) {
        let story = Story {
            name: "",
            ..story("", 3, (24, 1), (200, 255))
        };
        for image in 0..3 {
            let finished =
                NOW - SignedDuration::from_hours(24 * i64::try_from(3 - image).unwrap_or(1));
            let ami = format!("{name}{image}");
            let mut known = status(
                name,
                &ami,
                if image == 0 { "failed" } else { "assessed" },
                finished,
            );
            known.name = Some(name.repeat(2));
            known.reason = name.repeat(3);
            if image > 0 {
                let mut assessment = assessment(&story, image, number, &known);
                assessment.lynis_version = format!("{name}{image}");
                let segments = [name, &ami].map(|one| super::html::encoded(one)).join("/");
                inputs.push(Input {
                    family: name.clone(),
                    assessment,
                    link: format!(
                        "reports/{segments}/{}/report.html",
                        finished.strftime(FINISHED)
                    ),
                });
            }
            statuses.push(known);
        }
    }
    Fleet::new(inputs, statuses)
}

/// Numbers that look like chance (SplitMix64).
fn noise(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
