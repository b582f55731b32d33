//! A message as blocks (<https://docs.slack.dev/reference/block-kit/blocks>), which is what a file's message has to
//! be made of: in its plain comment (`initial_comment`) Slack shows `<https://…|Report>` as it stands, see
//! <https://github.com/slackapi/python-slack-sdk/issues/1289>.

use serde_json::{Value, json};

/// How much text a section takes: 3,000 characters. Bytes are never fewer, whatever Slack counts.
const LARGEST: usize = 3_000;

/// How many blocks a message takes.
const MOST: usize = 50;

/// What stands between the parts of a line.
const BETWEEN: &str = " · ";

/// Text in mrkdwn as sections, as few as it fits into. It is broken between lines, one line that is too long between
/// its parts, and a part that is too long even for that is left out: a link or an escape is never cut.
#[must_use]
pub fn sections(text: &str) -> Value {
    let mut sections: Vec<String> = Vec::new();
    for line in text.split('\n').flat_map(pieces) {
        match sections.last_mut() {
            Some(section) if section.len() + 1 + line.len() <= LARGEST => {
                section.push('\n');
                section.push_str(line);
            }
            _ => sections.push(line.to_owned()),
        }
    }
    // Slack takes no empty text.
    let said = sections.iter().filter(|text| !text.trim().is_empty());
    said.take(MOST).map(|text| section(text)).collect()
}

fn pieces(line: &str) -> Vec<&str> {
    if line.len() <= LARGEST {
        return vec![line];
    }
    let parts = line.split(BETWEEN);
    parts.filter(|part| part.len() <= LARGEST).collect()
}

/// `verbatim`: Slack makes links and mentions of nothing that is not marked as one.
fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(blocks: &Value) -> Vec<&str> {
        let blocks = blocks.as_array().unwrap().iter();
        blocks
            .map(|one| one["text"]["text"].as_str().unwrap())
            .collect()
    }

    #[test]
    fn a_message_is_one_section() {
        let text = "*web*: 1 new\n• high · <https://example.org|Report>";
        let blocks = sections(text);
        let is = json!({"type": "mrkdwn", "text": text, "verbatim": true});
        assert_eq!(blocks, json!([{"type": "section", "text": is}]));
    }

    #[test]
    fn a_long_one_is_broken_between_lines_and_a_link_never() {
        let line = "é".repeat(1_000);
        let text = format!("{line}\n{line}\n{line}");
        assert_eq!(texts(&sections(&text)), [&line[..], &line, &line]);
        let link = |path: usize| format!("<https://example.org/{}|What changed>", "x".repeat(path));
        let (short, long) = (link(2_000), link(3_000));
        let line = format!("{short} · {long} · {short}");
        assert_eq!(texts(&sections(&line)), [&short[..], &short]);
    }

    proptest! {
        #[test]
        fn nothing_is_too_long_empty_or_lost(lines in prop::collection::vec("[a-zé&]{0,1400}|\\PC{0,20}", 0..30)) {
            let text = lines.join("\n");
            let blocks = sections(&text);
            let texts = texts(&blocks);
            prop_assert!(texts.len() <= MOST);
            for text in &texts {
                prop_assert!(text.encode_utf16().count() <= 3_000 && !text.trim().is_empty());
            }
            let words = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&texts.join("\n")), words(&text));
        }
    }
}
