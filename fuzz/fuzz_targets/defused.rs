//! Whether a message in Slack's mrkdwn says what it says and no more: outside text calls nobody, links nowhere and
//! formats nothing.

/// What Slack takes as one message without cutting it, in characters.
const LONGEST: usize = 4000;

/// Panics where outside text has got out of its place.
pub fn check(message: &str) {
    assert!(
        message.chars().count() <= LONGEST,
        "{} characters",
        message.chars().count()
    );
    for line in message.split('\n') {
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(!line.starts_with("&gt;"), "a quotation: {line:?}");
        check_line(&without_links(line));
    }
}

/// A line without the links that are ours, all of which lead to the console of AWS.
fn without_links(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("<https://eu-west-1.console.aws.amazon.com/")
    {
        let (link, after) = after.split_once('>').expect("a link that does not end");
        let (url, text) = link.split_once('|').expect("a link without text");
        assert!(
            url.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-._~%/?=&;".contains(c)),
            "{url:?}"
        );
        assert!(
            text.chars().all(|c| c.is_ascii_alphabetic() || c == ' '),
            "{text:?}"
        );
        out.push_str(before);
        rest = after;
    }
    out + rest
}

fn check_line(line: &str) {
    assert!(!line.contains(['<', '>']), "{line:?}");
    for (at, _) in line.match_indices('&') {
        let rest = &line[at..];
        assert!(
            ["&amp;", "&lt;", "&gt;"]
                .iter()
                .any(|one| rest.starts_with(one)),
            "{line:?}"
        );
    }
    assert!(!line.contains("``"), "{line:?}");
    let parts: Vec<&str> = line.split('`').collect();
    assert!(parts.len() % 2 == 1, "code that does not end: {line:?}");
    // Every other part is code, in which nothing is formatted.
    let running: Vec<&str> = parts.into_iter().step_by(2).collect();
    let stars: usize = running.iter().map(|part| part.matches('*').count()).sum();
    assert!(stars == 0 || stars == 2, "{line:?}");
    for part in running {
        assert!(!part.contains('~') && !part.contains("://"), "{line:?}");
        let chars: Vec<char> = part.chars().collect();
        for (at, c) in chars.iter().enumerate() {
            let near = |at: Option<usize>| {
                at.and_then(|at| chars.get(at))
                    .is_some_and(|c| c.is_alphanumeric())
            };
            match c {
                '_' => assert!(near(at.checked_sub(1)) && near(Some(at + 1)), "{line:?}"),
                '@' => assert_eq!(chars.get(at + 1), Some(&'\u{2060}'), "{line:?}"),
                _ => {}
            }
        }
    }
}
