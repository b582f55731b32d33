//! Ruby: specifications of installed gems, `NAME-VERSION[-PLATFORM].gemspec`. They are programs;
//! RubyGems writes name, version and platform into a comment near their beginning.

use hardtarget_report::Package;

use super::package;

/// How much is read: the comment is the second line.
pub(super) const LIMIT: u64 = 4 << 10;

/// A gem by the comment `# stub: NAME VERSION PLATFORM DIRECTORIES`, or else by its file's name.
pub(super) fn parse(file: &str, text: &str) -> Option<Package> {
    let stub = text.lines().find_map(|line| {
        let mut words = line.strip_prefix("# stub: ")?.split(' ');
        Some((words.next()?, words.next()?, words.next()?))
    });
    let (name, version, platform) = stub.or_else(|| by_name(file.strip_suffix(".gemspec")?))?;
    let platform = if platform == "ruby" { "" } else { platform };
    package("gem", name, version, platform, "")
}

/// Names and platforms may hold dashes, and dashes with digits; versions have dots.
fn by_name(stem: &str) -> Option<(&str, &str, &str)> {
    let parts = || stem.match_indices('-').map(|(at, _)| at);
    let part = |at: usize| {
        let rest = stem.get(at + 1..).unwrap_or("");
        rest.split('-').next().unwrap_or("")
    };
    let digit = |at: &usize| part(*at).starts_with(|c: char| c.is_ascii_digit());
    let at = parts()
        .filter(digit)
        .rfind(|at| part(*at).contains('.'))
        .or_else(|| parts().rfind(digit))?;
    let version = part(at);
    let platform = stem.get(at + 1 + version.len()..).unwrap_or("");
    Some((stem.get(..at)?, version, platform.trim_start_matches('-')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(file: &str, text: &str) -> (String, String, Option<String>) {
        let package = parse(file, text).unwrap();
        assert_eq!(package.kind, "gem");
        (package.name, package.version, package.arch)
    }

    #[test]
    fn the_comment_counts_before_the_name() {
        let text = "# -*- encoding: utf-8 -*-\n# stub: http-2 0.11.0 ruby lib\n\nGem::Specification.new do |s|\n";
        assert_eq!(
            read("http-2-0.11.0.gemspec", text),
            ("http-2".to_owned(), "0.11.0".to_owned(), None)
        );
        for (file, expected) in [
            ("http-2-0.11.0.gemspec", ("http-2", "0.11.0", None)),
            (
                "nokogiri-1.15.4-x86_64-linux.gemspec",
                ("nokogiri", "1.15.4", Some("x86_64-linux")),
            ),
            (
                "ffi-1.15.5-universal-darwin-20.gemspec",
                ("ffi", "1.15.5", Some("universal-darwin-20")),
            ),
            ("odd-7.gemspec", ("odd", "7", None)),
        ] {
            let (name, version, platform) = read(file, "");
            assert_eq!((&*name, &*version, platform.as_deref()), expected, "{file}");
        }
        assert!(parse("rack.gemspec", "").is_none());
    }

    proptest! {
        #[test]
        fn any_text_parses(file in any::<String>(), text in any::<String>()) {
            parse(&file, &text);
            parse(&format!("{file}.gemspec"), &text);
        }
    }
}
