//! The grammar of pam.d(5), without any reading of files.

/// How deep files may include one another.
const MAX_DEPTH: usize = 16;

/// How much text the files of one service may hold, all inclusions counted: 256 KiB. Real ones hold
/// a few kilobytes.
const MAX_TEXT: usize = 256 << 10;

/// What PAM does for one service, with its included files in their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stack {
    /// In order.
    pub rules: Vec<Rule>,
    /// Whether something was left out because there was too much of it.
    pub cut: bool,
}

/// One module that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it is asked for.
    pub kind: Kind,
    /// What its answer leads to, as written: `required`, `[success=1 default=ignore]`.
    pub control: String,
    /// The module without directory and suffix: `pam_unix`.
    pub module: String,
    /// Its arguments in order.
    pub arguments: Vec<String>,
    /// The file that it stands in.
    pub source: String,
}

/// The four things that PAM does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whether the account may be used now.
    Account,
    /// Whether someone is who he says.
    Auth,
    /// Changing a password.
    Password,
    /// What is done around a session.
    Session,
}

impl Rule {
    /// What stands after the `=` of an argument.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.arguments
            .iter()
            .find_map(|own| own.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether it has an argument.
    pub(crate) fn has(&self, argument: &str) -> bool {
        self.arguments.iter().any(|own| own == argument)
    }
}

/// One file that is included.
#[derive(Debug)]
pub struct Included {
    /// Its path.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// Parses a service's file named `path`; `include` gives the file that a name stands for, if there
/// is one. Lines that are no rule are passed over, as PAM does after complaining.
pub fn parse(path: &str, text: &str, include: &mut dyn FnMut(&str) -> Option<Included>) -> Stack {
    let mut parser = Parser {
        stack: Stack::default(),
        left: MAX_TEXT,
        include,
    };
    parser.file(path, text, None, 0);
    parser.stack
}

struct Parser<'a> {
    stack: Stack,
    left: usize,
    include: &'a mut dyn FnMut(&str) -> Option<Included>,
}

impl Parser<'_> {
    /// Reads one file; `only` is the kind that it is included for.
    fn file(&mut self, path: &str, text: &str, only: Option<Kind>, depth: usize) {
        // An inclusion of nothing costs something too.
        let cost = text.len() + 64;
        if depth > MAX_DEPTH || cost > self.left {
            self.stack.cut = true;
            return;
        }
        self.left -= cost;
        for line in logical_lines(text) {
            let mut words = words(&line).into_iter();
            let Some(first) = words.next() else { continue };
            if first == "@include" {
                if let Some(name) = words.next() {
                    self.included(&name, only, depth);
                }
                continue;
            }
            let Some(kind) = kind(&first).filter(|kind| only.is_none_or(|only| only == *kind))
            else {
                continue;
            };
            let (Some(control), Some(module)) = (words.next(), words.next()) else {
                continue;
            };
            if matches!(
                control.to_ascii_lowercase().as_str(),
                "include" | "substack"
            ) {
                self.included(&module, Some(kind), depth);
            } else {
                self.stack.rules.push(Rule {
                    kind,
                    control,
                    module: name(&module).to_owned(),
                    arguments: words.collect(),
                    source: path.to_owned(),
                });
            }
        }
    }

    fn included(&mut self, name: &str, only: Option<Kind>, depth: usize) {
        if self.stack.cut {
            return;
        }
        if let Some(file) = (self.include)(name) {
            self.file(&file.path, &file.text, only, depth + 1);
        }
    }
}

/// A leading `-` only silences complaints about a module that is missing.
fn kind(word: &str) -> Option<Kind> {
    let word = word.strip_prefix('-').unwrap_or(word);
    Some(match word.to_ascii_lowercase().as_str() {
        "account" => Kind::Account,
        "auth" => Kind::Auth,
        "password" => Kind::Password,
        "session" => Kind::Session,
        _ => return None,
    })
}

/// `/lib/security/pam_unix.so` is `pam_unix`.
fn name(module: &str) -> &str {
    let file = module.rsplit('/').next().unwrap_or(module);
    file.strip_suffix(".so").unwrap_or(file)
}

/// Lines without comments; one that ends in a backslash goes on in the next.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for line in text.lines() {
        let (line, comment) = line
            .split_once('#')
            .map_or((line, false), |(line, _)| (line, true));
        match line.trim_end().strip_suffix('\\') {
            Some(start) if !comment => {
                current.push_str(start);
                current.push(' ');
            }
            _ => {
                current.push_str(line);
                lines.push(std::mem::take(&mut current));
            }
        }
    }
    lines.push(current);
    lines
}

/// Words, split at blanks; what stands in brackets is one word: "if you wish to include spaces in
/// an argument, you should surround that argument with square brackets".
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = if rest.starts_with('[') {
            rest.find(']').map(|at| at + 1)
        } else {
            rest.find(char::is_whitespace)
        };
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn alone(text: &str) -> Vec<Rule> {
        parse("/etc/pam.d/login", text, &mut |_| None).rules
    }

    #[test]
    fn rules() {
        let rules = alone(
            "# auth required pam_no.so\n-auth\t[success=1 default=ignore]\t/lib/security/pam_unix.so nullok \\\n try_first_pass # x\nAUTH Required pam_deny.so\nbroken\nauth required\n",
        );
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[0].kind, Kind::Auth);
        assert_eq!(rules[0].control, "[success=1 default=ignore]");
        assert_eq!(rules[0].module, "pam_unix");
        assert_eq!(rules[0].arguments, ["nullok", "try_first_pass"]);
        assert_eq!(rules[1].module, "pam_deny");
    }

    /// "include: include all lines of given type from the configuration file specified"; Debian's
    /// `@include` takes all lines.
    #[test]
    fn inclusions() {
        let stack = parse(
            "login",
            "auth include a\n@include b\nsession substack missing\n",
            &mut |name| {
                let text = match name {
                    "a" => "auth required pam_a.so\nsession required pam_not.so\n@include b\n",
                    "b" => "auth required pam_b.so\nsession required pam_c.so\n",
                    _ => return None,
                };
                Some(Included {
                    path: name.to_owned(),
                    text: text.to_owned(),
                })
            },
        );
        let modules: Vec<_> = stack
            .rules
            .iter()
            .map(|rule| rule.module.as_str())
            .collect();
        assert_eq!(modules, ["pam_a", "pam_b", "pam_b", "pam_c"]);
        assert_eq!(stack.rules[1].source, "b");
        assert!(!stack.cut);
    }

    #[test]
    fn a_file_that_includes_itself_ends() {
        let stack = parse("a", "@include a\n", &mut |_| {
            Some(Included {
                path: "a".to_owned(),
                text: "@include a\n@include a\n".to_owned(),
            })
        });
        assert!(stack.cut);
    }

    proptest! {
        #[test]
        fn never_panics(text in "((auth|@include|account|\\[|\\]|[-#\\\\ \n])|\\PC)*") {
            parse("a", &text, &mut |_| Some(Included { path: "b".to_owned(), text: text.clone() }));
        }
    }
}
