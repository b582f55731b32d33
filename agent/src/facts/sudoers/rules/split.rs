//! Where lines of sudoers(5) fall apart.

/// The tags that a command may have, each followed by a colon.
const TAGS: [&str; 16] = [
    "EXEC",
    "NOEXEC",
    "FOLLOW",
    "NOFOLLOW",
    "INTERCEPT",
    "NOINTERCEPT",
    "LOG_INPUT",
    "NOLOG_INPUT",
    "LOG_OUTPUT",
    "NOLOG_OUTPUT",
    "MAIL",
    "NOMAIL",
    "PASSWD",
    "NOPASSWD",
    "SETENV",
    "NOSETENV",
];

/// Whether a word before a colon is a tag.
pub(super) fn is_tag(word: &str) -> bool {
    TAGS.contains(&word)
}

/// What follows the first `=` of a rule: `commands : hosts = commands : …`, each part with its
/// hosts where it has some of its own. A colon after a tag or a digest's name parts nothing.
pub(super) fn host_parts(text: &str) -> Vec<(Option<&str>, &str)> {
    let mut parts = Vec::new();
    let mut hosts = None;
    let (mut start, mut from) = (0, 0);
    while let Some(rest) = text.get(from..) {
        let Some(at) = boundary(rest, |c| c == ':').map(|at| from + at) else {
            break;
        };
        from = at + 1;
        let before = text.get(start..at).unwrap_or_default().trim_end();
        let word = before
            .rsplit(|c: char| c.is_whitespace() || matches!(c, ',' | ')' | ':' | '!'))
            .next()
            .unwrap_or_default();
        let digest = matches!(word, "sha224" | "sha256" | "sha384" | "sha512");
        let after = text.get(from..).unwrap_or_default();
        if is_tag(word) || digest {
            continue;
        }
        let Some((others, commands)) = split_once(after, '=') else {
            continue;
        };
        parts.push((hosts, before));
        hosts = Some(others);
        start = text.len() - commands.len();
        from = start;
    }
    parts.push((hosts, text.get(start..).unwrap_or_default()));
    parts
}

/// What stands before a comment: `#`, unless digits follow (a user id).
pub(super) fn without_comment(line: &str) -> &str {
    let comment = line.match_indices('#').find(|(at, _)| {
        let escaped = line.get(..*at).is_some_and(|before| before.ends_with('\\'));
        let id = line.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
        !escaped && !id
    });
    comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line)
}

/// Where the first character that fits stands, outside quotes and brackets and not escaped.
pub(super) fn boundary(text: &str, fits: impl Fn(char) -> bool) -> Option<usize> {
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if !quoted && depth == 0 && fits(c) => return Some(at),
            _ => {}
        }
    }
    None
}

pub(super) fn split_once(text: &str, at: char) -> Option<(&str, &str)> {
    let place = boundary(text, |c| c == at)?;
    Some((text.get(..place)?, text.get(place + at.len_utf8()..)?))
}

pub(super) fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let here = rest?;
        match split_once(here, at) {
            Some((part, after)) => {
                rest = Some(after);
                Some(part)
            }
            None => rest.take(),
        }
    })
}
