//! The grammar of sshd_config(5), without any reading of files.

/// How deep files may include one another, as in sshd itself.
const MAX_DEPTH: usize = 16;

/// How much text all files together may hold: 1 MiB. Real ones hold a few kilobytes, and a file
/// that includes many others many times must not take for ever.
const MAX_TEXT: usize = 1 << 20;

/// What the files say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The settings outside all Match blocks, in order.
    pub main: Vec<Setting>,
    /// The Match blocks, in order.
    pub matches: Vec<Block>,
    /// Whether something was left out because there was too much of it.
    pub cut: bool,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// In lower case; the older name of a keyword is replaced by the newer.
    pub keyword: String,
    /// Its arguments without quotes, one blank between.
    pub value: String,
    /// The file that it stands in.
    pub source: String,
}

/// `Match` with the settings that hold where it applies.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// As written: `User backup`.
    pub criteria: String,
    /// In order.
    pub settings: Vec<Setting>,
}

/// One file that an `Include` names.
#[derive(Debug)]
pub struct Included {
    /// Its path.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl Config {
    /// The setting of a keyword (lower case) that counts: the first.
    pub(crate) fn first(&self, keyword: &str) -> Option<&Setting> {
        self.main.iter().find(|setting| setting.keyword == keyword)
    }
}

impl Block {
    /// The setting of a keyword (lower case) that counts here: the first.
    pub(crate) fn first(&self, keyword: &str) -> Option<&Setting> {
        self.settings
            .iter()
            .find(|setting| setting.keyword == keyword)
    }
}

/// Parses a file named `path`; `include` gives the files that one argument of `Include` stands for.
/// Lines that are no configuration are passed over.
pub fn parse(path: &str, text: &str, include: &mut dyn FnMut(&str) -> Vec<Included>) -> Config {
    let mut parser = Parser {
        config: Config::default(),
        left: MAX_TEXT,
        include,
    };
    parser.file(path, text, None, 0);
    parser.config
}

struct Parser<'a> {
    config: Config,
    left: usize,
    include: &'a mut dyn FnMut(&str) -> Vec<Included>,
}

impl Parser<'_> {
    /// Reads one file. A Match block ends with the file that it stands in; `outer` is the number of
    /// the block that the file is included from.
    fn file(&mut self, path: &str, text: &str, outer: Option<usize>, depth: usize) {
        if depth > MAX_DEPTH || text.len() > self.left {
            self.config.cut = true;
            return;
        }
        self.left -= text.len();
        let mut block = outer;
        for line in text.lines() {
            let Some((keyword, arguments)) = split(line) else {
                continue;
            };
            match keyword.as_str() {
                "match" => {
                    // A block in a file that a block includes holds where both apply.
                    let outside = outer.and_then(|outer| self.config.matches.get(outer));
                    let criteria = outside
                        .map(|block| block.criteria.clone())
                        .into_iter()
                        .chain([arguments.join(" ")])
                        .collect::<Vec<_>>()
                        .join(" and ");
                    block = Some(self.config.matches.len());
                    self.config.matches.push(Block {
                        criteria,
                        settings: Vec::new(),
                    });
                }
                "include" => {
                    for argument in &arguments {
                        for file in (self.include)(argument) {
                            self.file(&file.path, &file.text, block, depth + 1);
                        }
                    }
                }
                _ => {
                    let setting = Setting {
                        keyword,
                        value: arguments.join(" "),
                        source: path.to_owned(),
                    };
                    match block.and_then(|block| self.config.matches.get_mut(block)) {
                        Some(block) => block.settings.push(setting),
                        None => self.config.main.push(setting),
                    }
                }
            }
        }
    }
}

/// Keyword (lower case, today's name) and arguments of a line; nothing for a comment, an empty
/// line or a keyword without argument.
fn split(line: &str) -> Option<(String, Vec<String>)> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    let line = line.strip_prefix('"').unwrap_or(line);
    let end = line.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '"')?;
    let (keyword, rest) = line.split_at(end);
    let rest = rest.trim_start_matches('"').trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    let arguments = arguments(rest);
    if keyword.is_empty() || arguments.is_empty() {
        return None;
    }
    let keyword = keyword.to_ascii_lowercase();
    let keyword = match keyword.as_str() {
        "challengeresponseauthentication" | "skeyauthentication" => {
            "kbdinteractiveauthentication".to_owned()
        }
        "dsaauthentication" => "pubkeyauthentication".to_owned(),
        "pubkeyacceptedkeytypes" => "pubkeyacceptedalgorithms".to_owned(),
        "hostbasedacceptedkeytypes" => "hostbasedacceptedalgorithms".to_owned(),
        _ => keyword,
    };
    Some((keyword, arguments))
}

/// The arguments: split at blanks, quotes taken off, up to a comment.
fn arguments(text: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut current: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => current.get_or_insert_default().push(c),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                current.get_or_insert_default();
            }
            None if c.is_ascii_whitespace() => arguments.extend(current.take()),
            None if c == '#' && current.is_none() => break,
            None => current.get_or_insert_default().push(c),
        }
    }
    arguments.extend(current);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn alone(text: &str) -> Config {
        parse("main", text, &mut |_| Vec::new())
    }

    fn main(text: &str, keyword: &str) -> Option<String> {
        alone(text)
            .first(keyword)
            .map(|setting| setting.value.clone())
    }

    /// "keywords are case-insensitive and arguments are case-sensitive"; "Lines starting with '#'
    /// and empty lines are interpreted as comments"; "Arguments may optionally be enclosed in
    /// double quotes"
    #[test]
    fn lines() {
        for (line, value) in [
            ("PermitRootLogin no", Some("no")),
            ("  permitrootlogin\tno  ", Some("no")),
            ("PERMITROOTLOGIN=no", Some("no")),
            ("PermitRootLogin = no", Some("no")),
            ("PermitRootLogin \"no\"", Some("no")),
            ("PermitRootLogin=\"no\"", Some("no")),
            ("PermitRootLogin no # yes", Some("no")),
            ("PermitRootLogin no\r", Some("no")),
            ("#PermitRootLogin no", None),
            ("PermitRootLogin", None),
            ("PermitRootLogin # no", None),
            ("", None),
        ] {
            assert_eq!(main(line, "permitrootlogin").as_deref(), value, "{line:?}");
        }
    }

    /// "for each keyword, the first obtained value will be used"
    #[test]
    fn the_first_value_counts() {
        assert_eq!(main("Port 1\nport 2", "port").as_deref(), Some("1"));
    }

    /// "ChallengeResponseAuthentication … is a deprecated alias for this"
    #[test]
    fn older_names() {
        assert_eq!(
            main(
                "ChallengeResponseAuthentication no",
                "kbdinteractiveauthentication"
            )
            .as_deref(),
            Some("no")
        );
    }

    /// "the keywords on the following lines override … until either another Match line or the end
    /// of the file"
    #[test]
    fn match_blocks_are_kept_apart() {
        let config = alone("A 1\nMatch User x\n A 2\nMatch Group \"y z\"\n A 3\n");
        assert_eq!(config.main.len(), 1);
        let blocks: Vec<_> = config
            .matches
            .iter()
            .map(|block| {
                (
                    block.criteria.as_str(),
                    block.first("a").unwrap().value.as_str(),
                )
            })
            .collect();
        assert_eq!(blocks, [("User x", "2"), ("Group y z", "3")]);
    }

    #[test]
    fn a_block_ends_with_the_included_file() {
        let config = parse("main", "Include a\nB 2\n", &mut |_| {
            vec![Included {
                path: "a".to_owned(),
                text: "Match User x\nB 1\n".to_owned(),
            }]
        });
        assert_eq!(config.first("b").unwrap().value, "2");
        assert_eq!(config.matches[0].first("b").unwrap().value, "1");
    }

    /// "Include directive may appear inside a Match block to perform conditional inclusion"
    #[test]
    fn what_a_block_includes_belongs_to_it() {
        let config = parse("main", "Match User x\nInclude a\nB 2\n", &mut |_| {
            vec![Included {
                path: "a".to_owned(),
                text: "C 1\nMatch Address 10.0.0.0/8\nC 2\n".to_owned(),
            }]
        });
        assert!(config.main.is_empty());
        assert_eq!(config.matches[0].first("c").unwrap().value, "1");
        assert_eq!(config.matches[0].first("b").unwrap().value, "2");
        assert_eq!(config.matches[1].criteria, "User x and Address 10.0.0.0/8");
    }

    #[test]
    fn a_file_that_includes_itself_ends() {
        let config = parse("main", "Include x x\n", &mut |_| {
            vec![Included {
                path: "x".to_owned(),
                text: format!("Include x x\n{}", "#".repeat(5000)),
            }]
        });
        assert!(config.cut);
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*(\n\\PC*){0,5}", other in ".*") {
            parse("main", &text, &mut |_| vec![Included { path: "o".to_owned(), text: other.clone() }]);
        }

        #[test]
        fn a_quoted_value_survives(value in "[a-z0-9 ./@-]{1,20}") {
            let line = format!("Banner \"{value}\"");
            prop_assert_eq!(main(&line, "banner"), Some(value));
        }
    }
}
