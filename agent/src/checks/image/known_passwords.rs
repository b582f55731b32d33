use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::known_passwords::Guess;

check! {
    /// ## What it checks
    /// A few passwords are tried on every account of `/etc/shadow` that has one: its own name, the
    /// empty one and those that images and tutorials come with. Hashes of SHA-crypt, bcrypt and
    /// yescrypt with the usual costs can be tried; where others are left, the answer is unknown.
    ///
    /// ## Why it matters
    /// These passwords are the first that anybody tries. Machines on the Internet are tried for them
    /// within minutes.
    ///
    /// ## Remediation
    /// Run `passwd -l USER` as the last step of the build, or remove the account.
    pub(crate) KNOWN_PASSWORD {
        id: "HT-IMG-021",
        title: "An account has a password that everybody knows",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(1392), Ref::Cwe(521), Ref::Manual("crypt(5)")],
        judge: judge,
        passes: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n")
                .file("/etc/shadow", "joe:$y$j9T$abcdefghijklmnop$CG5yBcW/E6K21JZIMqzpUgZIMN.LxHBwIDEUbv7nf67:1::::::\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n")
                .file("/etc/shadow", "joe:$5$abcdefgh$h9y3gh0/XWB2trple5ZwHn41ofs0y6lE9eMktw8fG2B:1::::::\n");
        },
    }
}

fn judge(facts: &Facts) -> Judged {
    let known = facts.known_passwords.as_ref()?;
    if let (true, Some((user, why))) = (known.guessed.is_empty(), known.untried.first()) {
        return Err(NotJudged::Unknown(format!(
            "the passwords of {} accounts could not be tried; the first is that of {user}: {why}",
            known.untried.len()
        )));
    }
    Ok(Verdict::from_faults(known.guessed.iter().map(
        |(user, guess)| {
            let what = match guess {
                Guess::OwnName => "its own name",
                Guess::WellKnown => "a well-known default",
                Guess::Empty => "empty",
            };
            Fault::new(user, format!("the password of {user} is {what}"))
        },
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_scheme_that_cannot_be_tried_is_unknown() {
        let mut tree = Tree::new();
        tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n")
            .file(
                "/etc/shadow",
                "joe:$1$abcdefgh$UxEOFliZ1.VXPaDSP.XDv1:1::::::\n",
            );
        assert_eq!(
            judge(&tree.facts()),
            Err(NotJudged::Unknown(
                "the passwords of 1 accounts could not be tried; the first is that of joe: its \
                 hash is of a scheme that cannot be tried"
                    .to_owned()
            ))
        );
    }

    #[test]
    fn a_directory_in_place_of_shadow_is_unknown() {
        let mut tree = Tree::new();
        tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
            .dir("/etc/shadow");
        assert!(matches!(judge(&tree.facts()), Err(NotJudged::Unknown(_))));
    }

    #[test]
    fn neither_hash_nor_password_is_told() {
        let mut tree = Tree::new();
        (KNOWN_PASSWORD.fails)(&mut tree);
        let facts = tree.facts();
        let told = format!("{:?} {:?}", facts.known_passwords, judge(&facts));
        assert!(
            !told.contains("vagrant") && !told.contains("abcdefgh"),
            "{told}"
        );
    }
}
