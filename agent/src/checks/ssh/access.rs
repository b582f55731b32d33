use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sshd has a list of who may log in, or who may not: `AllowUsers`, `AllowGroups`, `DenyUsers`
    /// or `DenyGroups` outside all Match blocks. A list that allows `*` is none.
    ///
    /// ## Why it matters
    /// Without one every account counts, also one that a package or an application adds later with a
    /// key or a password of its own. No distribution ships such a list, so this is a remark: what is
    /// a fault elsewhere, an account that should not get in, has checks of its own.
    ///
    /// ## Remediation
    /// Set `AllowGroups` in `/etc/ssh/sshd_config` to a group of those who log in, make sure that
    /// the default user is in it, and reload sshd.
    pub(crate) NO_ACCESS_LIST {
        id: "HT-SSH-010",
        title: "SSH has no list of who may log in",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.4"),
            Ref::amazon_linux_2023("4.2.4"),
            Ref::independent("5.2.18"),
            Ref::Cwe(284),
            Ref::Manual("sshd_config(5)"),
        ],
        judge: access,
        passes: |tree| { tree.sshd("AllowGroups ssh-users\n"); },
        fails: |tree| { tree.sshd("AllowUsers *\n"); },
    }
}

fn access(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    let mut open = None;
    for keyword in ["allowusers", "allowgroups", "denyusers", "denygroups"] {
        match sshd.set(keyword)? {
            Some(list) if keyword.starts_with('a') && list.is("*") => {
                open = Some(list.line(keyword));
            }
            Some(_) => return Ok(Verdict::Pass),
            None => {}
        }
    }
    let none = || "neither AllowUsers, AllowGroups, DenyUsers nor DenyGroups is set".to_owned();
    Ok(Verdict::fail(open.unwrap_or_else(none)))
}
