//! What the README tells people to type exists.
#![allow(
    clippy::unwrap_used,
    reason = "tests may: a failure here is a failed test"
)]

use std::path::Path;

use hardtarget_tests::agent;

fn file(name: &str) -> String {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(repository.join(name)).unwrap()
}

/// The commands of the indented and fenced blocks that begin with `program`, without comments.
fn commands<'a>(readme: &'a str, program: &str) -> Vec<Vec<&'a str>> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in readme.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced || line.starts_with("    ") {
            let command = line.split(" #").next().unwrap_or_default();
            let mut words = command.split_whitespace();
            if words.next() == Some(program) {
                found.push(words.collect());
            }
        }
    }
    found
}

#[test]
fn every_make_target_is_in_the_makefile() {
    let (readme, makefile) = (file("README.md"), file("Makefile"));
    let used = commands(&readme, "make");
    assert!(used.contains(&vec!["scan"]) && used.contains(&vec!["test"]));
    for target in used.concat() {
        assert!(makefile.contains(&format!("\n{target}: ")), "make {target}");
    }
}

#[test]
fn the_agent_understands_every_command_line() {
    let readme = file("README.md");
    let used = commands(&readme, "hardtarget-agent");
    assert!(!used.is_empty());
    for words in used {
        // `--help` at the end: everything before it is parsed, nothing is done.
        let args = words
            .iter()
            .copied()
            .take_while(|word| !word.starts_with('>'));
        let output = agent::run(args.chain(["--help"]));
        assert_eq!(output.status.code(), Some(0), "hardtarget-agent {words:?}");
    }
}
