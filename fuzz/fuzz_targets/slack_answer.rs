//! What Slack answers: only what says that it is ok is, and its words are shown on one line, cut.
#![no_main]

use hardtarget_ledger::slack::{SlackError, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match read("chat.postMessage", text) {
        Ok(answer) => assert_eq!(answer["ok"], true),
        Err(error) => {
            if let SlackError::Refused { word, .. } = &error {
                assert!(word.chars().count() <= 100);
            }
            let shown = error.to_string();
            assert!(
                shown.len() <= 1000 && !shown.contains(char::is_control),
                "{shown:?}"
            );
        }
    }
});
