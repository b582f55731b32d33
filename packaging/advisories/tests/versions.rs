//! Our order of versions is that of dpkg and rpm themselves, on 100,000 generated pairs each.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the unexpected fails"
)]

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::process::Command;

use hardtarget_advisories::version::Scheme;

const PAIRS: usize = 100_000;

/// Of these many pairs each is given to `dpkg --compare-versions`, a process each.
const SAMPLE: usize = 400;

/// xorshift64*: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % limit
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Pieces that versions are made of: numbers with and without leading zeros, of any length, letters
/// against digits, and what marks something older or newer.
const PIECES: [&str; 34] = [
    "0",
    "00",
    "1",
    "01",
    "001",
    "2",
    "9",
    "10",
    "010",
    "99",
    "100",
    "20240101",
    "4294967296",
    "18446744073709551616",
    "99999999999999999999999999",
    "a",
    "A",
    "b",
    "z",
    "Z",
    "rc",
    "alpha",
    "beta",
    "el",
    "deb",
    "git",
    "p",
    "x1",
    "1a",
    "a1",
    "0a",
    "a0",
    "dfsg",
    "ubuntu",
];

fn part(random: &mut Random, marks: &[&str], pieces: usize) -> String {
    let mut part = random
        .of(&["0", "1", "2", "00", "10", "1a", "9"])
        .to_owned();
    for _ in 0..random.below(pieces + 1) {
        // Two marks in a row and marks at the end are legal, and where implementations differ.
        for _ in 0..random.below(3) {
            part.push_str(random.of(marks));
        }
        if random.below(8) > 0 {
            part.push_str(random.of(&PIECES));
        }
    }
    part
}

/// A version; `marks` may stand within its parts.
fn version(random: &mut Random, marks: &[&str], revision: Option<&[&str]>) -> String {
    let mut version = random
        .of(&["", "", "", "0:", "1:", "2:", "10:", "00:"])
        .to_owned();
    version.push_str(&part(random, marks, 4));
    if let Some(marks) = revision {
        version.push('-');
        version.push_str(&part(random, marks, 3));
    }
    version
}

/// A version that is close to another: one character changed, added or taken away.
fn near(random: &mut Random, version: &str, marks: &[&str], fixed: &[char]) -> String {
    let mut chars: Vec<char> = version.chars().collect();
    let start = version.find(':').map_or(0, |colon| colon + 1) + 1;
    if chars.len() <= start {
        return version.to_owned();
    }
    let at = start + random.below(chars.len() - start);
    if fixed.contains(&chars[at]) {
        return version.to_owned();
    }
    let other = match random.below(3) {
        0 => random.of(marks).chars().next().unwrap(),
        _ => random.of(&PIECES).chars().next().unwrap(),
    };
    match random.below(3) {
        0 => chars[at] = other,
        1 => chars.insert(at, other),
        _ => drop(chars.remove(at)),
    }
    chars.into_iter().collect()
}

fn pairs(
    random: &mut Random,
    many: usize,
    marks: &[&str],
    revision_marks: &[&str],
    always_revision: bool,
) -> Vec<(String, String)> {
    (0..many)
        .map(|_| {
            let revision = (always_revision || random.below(4) > 0).then_some(revision_marks);
            let one = version(random, marks, revision);
            let other = match random.below(10) {
                0 => version(random, marks, revision),
                1 => one.clone(),
                changes => (0..changes % 3 + 1).fold(one.clone(), |other, _| {
                    near(random, &other, revision_marks, &['-', ':'])
                }),
            };
            (one, other)
        })
        .collect()
}

fn lines(pairs: &[(String, String)]) -> String {
    pairs.iter().fold(String::new(), |mut text, (one, other)| {
        writeln!(text, "{one}\t{other}").unwrap();
        text
    })
}

/// What a program says of pairs, a line each: -1, 0 or 1.
#[expect(clippy::disallowed_methods, reason = "tests run what they like")]
fn said(program: &str, args: &[&str]) -> Vec<Ordering> {
    let output = Command::new(program).args(args).env("LC_ALL", "C").output();
    let output =
        output.unwrap_or_else(|error| panic!("{program}: {error}: run packaging/test-tools.sh"));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace()
        .map(|word| word.parse::<i32>().unwrap().cmp(&0))
        .collect()
}

fn compare(scheme: Scheme, pairs: &[(String, String)], said: &[Ordering]) {
    assert_eq!(said.len(), pairs.len());
    let mut kinds = [0_usize; 3];
    for ((one, other), theirs) in pairs.iter().zip(said) {
        assert_eq!(scheme.compare(one, other), *theirs, "{one} and {other}");
        kinds[usize::try_from(*theirs as i32 + 1).unwrap()] += 1;
    }
    assert!(
        kinds.iter().all(|many| *many > PAIRS / 50),
        "the pairs are of all kinds: {kinds:?}"
    );
}

#[test]
fn our_order_is_dpkgs() {
    const MARKS: [&str; 6] = [".", "+", "~", "~~", "-", "."];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut all = pairs(&mut random, 2 * PAIRS, &MARKS, &[".", "+", "~"], false);
    // A revision is never empty.
    for version in all.iter_mut().flat_map(|(one, other)| [one, other]) {
        if version.ends_with('-') {
            version.push('0');
        }
    }
    // Perl's numbers end where a double's precision does; dpkg's do not.
    let (mut pairs, long): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|(one, other)| !has_long_number(one) && !has_long_number(other));
    pairs.truncate(PAIRS);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pairs");
    std::fs::write(&file, lines(&pairs)).unwrap();
    let script =
        r#"while (<>) { chomp; my ($a, $b) = split /\t/; print version_compare($a, $b), "\n" }"#;
    let theirs = said(
        "perl",
        &["-MDpkg::Version", "-e", script, &file.to_string_lossy()],
    );
    compare(Scheme::Deb, &pairs, &theirs);
    // dpkg itself, in whose C the order was first written.
    let script = r#"while IFS="	" read -r a b; do
        if dpkg --compare-versions "$a" lt "$b" 2>/dev/null; then echo -1
        elif dpkg --compare-versions "$a" eq "$b" 2>/dev/null; then echo 0
        else echo 1; fi
    done <"$1""#;
    let some = pairs
        .iter()
        .step_by(PAIRS / SAMPLE)
        .chain(long.iter().take(SAMPLE));
    let sample: Vec<_> = some.cloned().collect();
    std::fs::write(&file, lines(&sample)).unwrap();
    let theirs = said("bash", &["-c", script, "bash", &file.to_string_lossy()]);
    assert_eq!(theirs.len(), 2 * SAMPLE);
    for ((one, other), theirs) in sample.iter().zip(theirs) {
        assert_eq!(Scheme::Deb.compare(one, other), theirs, "{one} and {other}");
    }
}

fn has_long_number(version: &str) -> bool {
    version
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.len() > 15)
}

#[test]
fn our_order_is_rpms() {
    const MARKS: [&str; 8] = [".", "_", "+", "~", "^", "~~", "^^", "."];
    let pairs = pairs(
        &mut Random(0x6a09_e667_f3bc_c909),
        PAIRS,
        &MARKS,
        &MARKS,
        true,
    );
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pairs");
    std::fs::write(&file, lines(&pairs)).unwrap();
    let script = format!(
        r#"%{{lua:for line in io.lines("{}") do local a, b = line:match("^(.*)\t(.*)$"); io.write(rpm.vercmp(a, b), "\n") end}}"#,
        file.display()
    );
    let theirs = said("rpm", &["--eval", &script]);
    compare(Scheme::Rpm, &pairs, &theirs);
}
