//! A title that names the fault, made of a rule's, which says how things should be.
//!
//! Only what is safe to turn round by its words is: `Install sudo Package` becomes `Package sudo is not
//! installed`, and `Ensure AppArmor is enabled` becomes `AppArmor is not enabled`. Everything else keeps its
//! words after `Not met: `, as a wrong sentence is worse than a stiff one.

/// The title of the finding that a rule with this title is not met.
pub(super) fn fault(title: &str) -> String {
    package(title)
        .or_else(|| state(title))
        .unwrap_or_else(|| format!("Not met: {title}"))
}

/// `Install X Package`, `Uninstall X Package`, `Remove the X Package`.
fn package(title: &str) -> Option<String> {
    let (verb, rest) = title.split_once(' ')?;
    let rest = rest
        .strip_suffix(" Package")
        .or_else(|| rest.strip_suffix(" package"))?;
    let name = rest.strip_prefix("the ").unwrap_or(rest);
    if name.contains(' ') {
        return None;
    }
    match verb {
        "Install" => Some(format!("Package {name} is not installed")),
        "Uninstall" | "Remove" => Some(format!("Package {name} is installed")),
        _ => None,
    }
}

/// `Ensure X is Y`, where X is one thing and Y is said without a condition.
fn state(title: &str) -> Option<String> {
    let rest = title.strip_prefix("Ensure ")?;
    let rest = rest.strip_prefix("that ").unwrap_or(rest);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let (before, after) = {
        let mut verbs = words.iter().enumerate().filter(|(_, word)| {
            ["is", "are"]
                .iter()
                .any(|verb| word.eq_ignore_ascii_case(verb))
        });
        let (at, _) = verbs.next()?;
        // Two verbs: two statements, and turning one round turns the other round or not.
        if verbs.next().is_some() {
            return None;
        }
        (words.get(..at)?, words.get(at..)?)
    };
    // "Not all are" is another thing than "all are not".
    const CONDITIONS: [&str; 16] = [
        "all", "any", "no", "not", "none", "only", "every", "each", "one", "there", "and", "or",
        "unless", "if", "when", "-",
    ];
    let conditional = words.iter().any(|word| {
        CONDITIONS
            .iter()
            .any(|condition| word.eq_ignore_ascii_case(condition))
    });
    let (verb, state) = after.split_first()?;
    if conditional || before.is_empty() || state.is_empty() {
        return None;
    }
    let before = before.join(" ");
    let before = before
        .strip_prefix("the ")
        .map_or_else(|| before.clone(), |name| format!("The {name}"));
    let verb = verb.to_lowercase();
    Some(format!("{before} {verb} not {}", state.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_safe_is_turned_round_and_the_rest_keeps_its_words() {
        for (title, expected) in [
            ("Install sudo Package", "Package sudo is not installed"),
            (
                "Install the pam_pwquality Package",
                "Package pam_pwquality is not installed",
            ),
            ("Uninstall telnet Package", "Package telnet is installed"),
            (
                "Remove iptables-persistent Package",
                "Package iptables-persistent is installed",
            ),
            ("Ensure AppArmor is installed", "AppArmor is not installed"),
            (
                "Ensure the Default Bash Umask is Set Correctly",
                "The Default Bash Umask is not Set Correctly",
            ),
            ("Ensure shadow Group is Empty", "shadow Group is not Empty"),
            ("Ensure that /tmp Is Mounted", "/tmp is not Mounted"),
            (
                "Ensure One Logging Service Is In Use",
                "Not met: Ensure One Logging Service Is In Use",
            ),
            (
                "Ensure All Files Are Owned by a User",
                "Not met: Ensure All Files Are Owned by a User",
            ),
            (
                "Ensure /tmp Located On Separate Partition",
                "Not met: Ensure /tmp Located On Separate Partition",
            ),
            (
                "Verify No netrc Files Exist",
                "Not met: Verify No netrc Files Exist",
            ),
            ("Ensure is", "Not met: Ensure is"),
            ("", "Not met: "),
        ] {
            assert_eq!(fault(title), expected);
        }
    }
}
