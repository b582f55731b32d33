//! What we read from sshd's files is what sshd itself makes of them (`sshd -T`), in a real root of
//! Debian 12.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

use std::collections::BTreeMap;
use std::path::Path;

use hardtarget_agent::host::Host;
use hardtarget_agent::parsers::sshd_by_files;
use hardtarget_tests::roots;

/// Keywords that may come several times or that sshd prints with what it adds of its own.
const NOT_COMPARED: [&str; 7] = [
    "acceptenv",
    "allowusers",
    "hostkey",
    "listenaddress",
    "port",
    "setenv",
    "subsystem",
];

/// Runs sshd in the root with the configuration of `fixture`, in a mount namespace of its own, so
/// that the root stays as it is.
const ASK: &str = r#"
    mount --bind "$1/etc/ssh/sshd_config" "$2/etc/ssh/sshd_config"
    mount --bind "$1/etc/ssh/sshd_config.d" "$2/etc/ssh/sshd_config.d"
    mount -t tmpfs none "$2/run" && mkdir -m 755 "$2/run/sshd"
    exec chroot "$2" /usr/sbin/sshd -T -C "user=$3,host=h.example,addr=192.0.2.1,laddr=192.0.2.2,lport=22"
"#;

/// Compares the two for a configuration with its drop-ins, as `user` meets it, who is subject to
/// the Match block with this number.
fn agree(config: &str, drop_ins: &[(&str, &str)], user: &str, block: Option<usize>) {
    let root = roots::debian_with_sshd("bookworm");
    let fixture = tempfile::tempdir().unwrap();
    let directory = fixture.path().join("etc/ssh/sshd_config.d");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(fixture.path().join("etc/ssh/sshd_config"), config).unwrap();
    for (name, text) in drop_ins {
        std::fs::write(directory.join(name), text).unwrap();
    }
    let said = ask(fixture.path(), &root, user);
    let read = sshd_by_files(&Host::rooted(fixture.path()).unwrap(), block).unwrap();
    assert!(read.len() > 20, "{read:?}");
    for (keyword, value) in read {
        if !NOT_COMPARED.contains(&keyword.as_str()) {
            assert_eq!(
                Some(&as_printed(&keyword, &value)),
                said.get(&keyword),
                "{keyword} of {user} in:\n{config}\n{drop_ins:?}"
            );
        }
    }
}

fn ask(fixture: &Path, root: &Path, user: &str) -> BTreeMap<String, String> {
    let printed = roots::output(
        "unshare",
        &[
            "--mount",
            "sh",
            "-ec",
            ASK,
            "sh",
            &fixture.to_string_lossy(),
            &root.to_string_lossy(),
            user,
        ],
    );
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for line in printed.lines() {
        let (keyword, value) = line.split_once(' ').unwrap_or((line, ""));
        said.entry(keyword.to_owned())
            .and_modify(|before| {
                before.push(' ');
                before.push_str(value);
            })
            .or_insert_with(|| value.to_owned());
    }
    said
}

/// The words that sshd prints for what may be written in several ways.
fn as_printed(keyword: &str, value: &str) -> String {
    match (keyword, value.to_ascii_lowercase().as_str()) {
        ("permitrootlogin", "prohibit-password") => "without-password".to_owned(),
        ("logingracetime", "1m30s") => "90".to_owned(),
        ("logingracetime", "2h") => "7200".to_owned(),
        (_, lower @ ("yes" | "no" | "none" | "local")) => lower.to_owned(),
        _ => value.to_owned(),
    }
}

const NOBODY: &str = "nobody";

#[test]
fn on_its_defaults() {
    agree("", &[], NOBODY, None);
}

#[test]
fn on_what_debian_ships() {
    let root = roots::debian_with_sshd("bookworm");
    let config = std::fs::read_to_string(root.join("etc/ssh/sshd_config")).unwrap();
    agree(&config, &[], NOBODY, None);
}

#[test]
fn on_drop_ins_that_come_first_and_last() {
    let drop_ins = [
        (
            "60-later.conf",
            "PasswordAuthentication no\nMaxAuthTries 2\n",
        ),
        ("50-cloud-init.conf", "PasswordAuthentication yes\n"),
        ("40-not-read.bak", "PermitEmptyPasswords yes\n"),
        (".hidden.conf", "PermitEmptyPasswords yes\n"),
    ];
    let include = "Include /etc/ssh/sshd_config.d/*.conf\n";
    let own = "PasswordAuthentication no\nMaxAuthTries 5\n";
    agree(&format!("{include}{own}"), &drop_ins, NOBODY, None);
    agree(&format!("{own}{include}"), &drop_ins, NOBODY, None);
    agree(
        "Include sshd_config.d/[56]0-*.conf \"sshd_config.d/?0-not-read.bak\"\n",
        &drop_ins,
        NOBODY,
        None,
    );
    agree(
        "Include /etc/ssh/nothing/*.conf missing\n",
        &[],
        NOBODY,
        None,
    );
}

#[test]
fn on_a_hardened_configuration() {
    agree(
        "PermitRootLogin no\nPasswordAuthentication no\nChallengeResponseAuthentication no\nUsePAM yes\n\
         AuthenticationMethods publickey,hostbased publickey\nHostbasedAuthentication yes\nMaxAuthTries 3\nLoginGraceTime 1m30s\n\
         X11Forwarding no\nAllowTcpForwarding local\nAllowAgentForwarding no\nDisableForwarding yes\nGatewayPorts clientspecified\n\
         PermitTunnel point-to-point\nIgnoreRhosts shosts-only\nPermitUserEnvironment LANG,LC_*\nStrictModes yes\n\
         AuthorizedKeysFile /etc/ssh/keys/%u .ssh/authorized_keys\nCiphers aes256-gcm@openssh.com,aes256-ctr\n\
         MACs hmac-sha2-512\nKexAlgorithms curve25519-sha256\nHostKeyAlgorithms ssh-ed25519\n\
         PubkeyAcceptedKeyTypes ssh-ed25519\nBanner /etc/issue.net\nClientAliveInterval 300\n",
        &[],
        NOBODY,
        None,
    );
}

#[test]
fn on_unusual_ways_of_writing() {
    agree(
        "  permitrootlogin = PROHIBIT-PASSWORD\nPasswordAuthentication=\"no\"\nPORT 22\n\tMaxAuthTries\t\"4\" # comment\n\
         MaxAuthTries 9\n# X11Forwarding yes\nX11Forwarding\tNo   \nLoginGraceTime 2H\n\"PermitEmptyPasswords\" yes\r\n\
         AuthorizedKeysFile \".ssh/my keys\" '.ssh/others'\nBanner \"/etc/a b\"\nSkeyAuthentication no\n",
        &[],
        NOBODY,
        None,
    );
}

#[test]
fn on_match_blocks() {
    let config = "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\nX11Forwarding no\n\
        Match User backup\n  PasswordAuthentication yes\n  PermitRootLogin forced-commands-only\n  MaxAuthTries 1\n  Include /etc/ssh/sshd_config.d/more\n\
        Match User games\n  X11Forwarding yes\n";
    let drop_ins = [
        ("10-block.conf", "Match User games\nMaxAuthTries 2\n"),
        ("20-plain.conf", "PermitTunnel yes\n"),
        ("more", "AllowTcpForwarding no\n"),
    ];
    agree(config, &drop_ins, NOBODY, None);
    agree(config, &drop_ins, "backup", Some(1));
}
