//! What we read from sudoers, who needs no password, is what sudo itself does, in a real root of
//! Debian 12.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use hardtarget_agent::parsers::parse_sudoers;
use hardtarget_tests::roots;

/// Tries every rule file of a directory as `joe`, in a mount namespace of its own, so that the root
/// stays as it is: prints its name and whether sudo ran a command without a password.
const TRY: &str = r#"
    for file in passwd shadow group; do mount --bind "$1/$file" "$2/etc/$file"; done
    for rules in "$1"/rules/*; do
        mount --bind "$rules" "$2/etc/sudoers"
        if chroot --userspec=joe "$2" sudo -n /bin/true </dev/null >/dev/null 2>&1; then
            echo "${rules##*/} free"
        else
            echo "${rules##*/} asks"
        fi
        umount "$2/etc/sudoers"
    done
"#;

const RULES: [&str; 26] = [
    "joe ALL=NOPASSWD: ALL",
    "joe ALL=ALL",
    "joe ALL=NOPASSWD: ALL\njoe ALL=ALL",
    "joe ALL=ALL\njoe ALL=NOPASSWD: ALL",
    "joe ALL=(ALL) NOPASSWD: ALL\njoe ALL=(postgres) ALL",
    "joe ALL=NOPASSWD: /bin/true, PASSWD: ALL",
    "joe ALL=NOPASSWD: ALL, PASSWD: /bin/ls",
    "joe ALL=CWD=/tmp NOPASSWD: ALL",
    "joe ALL=(root) CWD=/tmp TIMEOUT=5m NOPASSWD: /bin/true",
    "joe web=/bin/ls : ALL = NOPASSWD: ALL",
    "joe ALL=NOPASSWD: ALL : ALL = PASSWD: ALL",
    "joe ALL=NOPASSWD:/bin/ls : ALL = /bin/true",
    "joe ALL=NOPASSWD: ALL\njoe ALL=/bin/ls",
    "joe ALL=NOPASSWD: ALL\njoe ALL=!/bin/ls",
    "joe ALL=NOPASSWD: ALL, !ALL",
    "joe ALL=NOPASSWD: ALL\njoe web=ALL",
    "joe ALL=(root) NOPASSWD: ALL\nALL ALL=(ALL) ALL",
    "joe ALL=(:joe) NOPASSWD: ALL",
    "joe ALL=NOPASSWD: NOEXEC: ALL",
    "joe ALL = (root)NOPASSWD : ALL",
    "joe ALL=(ALL) PASSWD: /bin/ls, NOPASSWD: /bin/true #why",
    "User_Alias OPS = ann, joe : DEV = bob\nCmnd_Alias IT = /bin/true\nOPS ALL=\\\n NOPASSWD: IT",
    "Defaults !authenticate\njoe ALL=ALL",
    "Defaults !authenticate\nDefaults authenticate\njoe ALL=ALL",
    "Defaults:joe env_reset, !authenticate\njoe ALL=ALL",
    "Defaults exempt_group=joe\njoe ALL=ALL",
];

#[test]
fn who_needs_no_password() {
    let root = roots::debian_with_sshd("bookworm");
    let fixture = tempfile::tempdir().unwrap();
    for (file, line) in [
        ("passwd", "joe:x:1000:1000::/:/bin/sh\n"),
        ("shadow", "joe:!:19000:0:99999:7:::\n"),
        ("group", "joe:x:1000:\n"),
    ] {
        let mut text = std::fs::read_to_string(root.join("etc").join(file)).unwrap();
        text.push_str(line);
        std::fs::write(fixture.path().join(file), text).unwrap();
    }
    std::fs::create_dir(fixture.path().join("rules")).unwrap();
    let mut read = String::new();
    for (number, rules) in RULES.iter().enumerate() {
        let path = fixture.path().join(format!("rules/{number:02}"));
        std::fs::write(&path, format!("{rules}\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o440)).unwrap();
        let word = if is_free(rules) { "free" } else { "asks" };
        writeln!(read, "{number:02} {word}: {rules:?}").unwrap();
    }
    assert_eq!(read, said(fixture.path(), &root));
}

fn said(fixture: &Path, root: &Path) -> String {
    let printed = roots::output(
        "unshare",
        &[
            "--mount",
            "sh",
            "-ec",
            TRY,
            "sh",
            &fixture.to_string_lossy(),
            &root.to_string_lossy(),
        ],
    );
    let mut said = String::new();
    for (line, rules) in printed.lines().zip(RULES) {
        writeln!(said, "{line}: {rules:?}").unwrap();
    }
    said
}

/// Whether `joe` may run `/bin/true` as root without a password, by what was read.
fn is_free(rules: &str) -> bool {
    let sudoers = parse_sudoers("sudoers", rules, &mut |_, _| Vec::new());
    let ruled = sudoers.free.iter().any(|rule| {
        rule.users.iter().any(|user| user == "joe")
            && rule
                .commands
                .iter()
                .any(|command| matches!(command.as_str(), "ALL" | "/bin/true" | "IT"))
            && matches!(rule.run_as.as_str(), "root" | "ALL")
    });
    ruled || !sudoers.unauthenticated.is_empty() || sudoers.exempt.is_some()
}
