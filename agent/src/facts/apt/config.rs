//! The language of apt.conf(5): `Name "value";` and `Scope { Name "value"; };`.

use std::path::{Path, PathBuf};

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its full name, e.g. `APT::Periodic::Enable`.
    pub name: String,
    /// Its value, without quotes.
    pub value: String,
    /// The file that has it.
    pub path: PathBuf,
}

/// Scopes deeper than this are passed over.
const MAX_DEPTH: usize = 32;

/// Reads a file. What is no setting is passed over.
pub fn parse(path: &Path, text: &str) -> Vec<Setting> {
    let mut settings = Vec::new();
    let mut scopes: Vec<String> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut too_deep = 0_usize;
    for token in tokens(text) {
        match token {
            Token::Word(word) => words.push(word),
            Token::Open if scopes.len() == MAX_DEPTH => too_deep += 1,
            Token::Open => scopes.push(words.drain(..).next().unwrap_or_default()),
            Token::Close => {
                words.clear();
                if too_deep > 0 {
                    too_deep -= 1;
                } else {
                    scopes.pop();
                }
            }
            Token::End => {
                let mut words = words.drain(..);
                let (Some(name), Some(value)) = (words.next(), words.next()) else {
                    continue;
                };
                let name: Vec<&str> = scopes
                    .iter()
                    .map(String::as_str)
                    .chain([name.as_str()])
                    .filter(|part| !part.is_empty())
                    .collect();
                settings.push(Setting {
                    name: name.join("::"),
                    value,
                    path: path.to_owned(),
                });
            }
        }
    }
    settings
}

#[derive(Debug)]
enum Token {
    Word(String),
    Open,
    Close,
    End,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match c {
            '#' if word.is_none() => skip_line(&mut chars),
            '/' if next == Some('/') && word.is_none() => skip_line(&mut chars),
            '/' if next == Some('*') && word.is_none() => {
                let mut last = ' ';
                for c in chars.by_ref().skip(1) {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '"' => word
                .get_or_insert_with(String::new)
                .extend(chars.by_ref().take_while(|c| *c != '"')),
            '{' | '}' | ';' => {
                tokens.extend(word.take().map(Token::Word));
                tokens.push(match c {
                    '{' => Token::Open,
                    '}' => Token::Close,
                    _ => Token::End,
                });
            }
            c if c.is_whitespace() => tokens.extend(word.take().map(Token::Word)),
            c => word.get_or_insert_with(String::new).push(c),
        }
    }
    tokens
}

fn skip_line(chars: &mut impl Iterator<Item = char>) {
    for c in chars.by_ref() {
        if c == '\n' {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(Path::new("/x"), text)
            .into_iter()
            .map(|setting| (setting.name, setting.value))
            .collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn both_ways_of_writing_are_read() {
        assert_eq!(
            pairs(
                "// comment \"x\";\n# more\nAPT::Periodic::Enable \"1\";\nAcquire { AllowInsecureRepositories \"true\"; /* a\n b */ http::Proxy \"http://x:1//\"; };\nAPT::Get::Assume-Yes true;\n"
            ),
            [
                pair("APT::Periodic::Enable", "1"),
                pair("Acquire::AllowInsecureRepositories", "true"),
                pair("Acquire::http::Proxy", "http://x:1//"),
                pair("APT::Get::Assume-Yes", "true"),
            ]
        );
    }

    #[test]
    fn lists_have_no_name_of_their_own() {
        assert_eq!(
            pairs("DPkg::Post-Invoke { \"echo {};\"; };\nDir \"/x\";"),
            [pair("Dir", "/x")]
        );
    }

    proptest! {
        #[test]
        fn any_text_parses(text in any::<String>()) {
            pairs(&text);
        }

        #[test]
        fn nesting_is_bounded(depth in 0_usize..200) {
            let text = format!("{}a \"1\";{}b \"2\";", "s {".repeat(depth), "};".repeat(depth));
            let pairs = pairs(&text);
            prop_assert_eq!(pairs.last(), Some(&pair("b", "2")));
        }
    }
}
