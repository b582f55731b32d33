//! Passwords by what they are assigned to: `db_password = …`, `"apiKey": "…"`, `<password>…<`,
//! `scheme://user:password@host`.
//!
//! Lines that are comments do not count: packages ship them as examples.

use super::plausible::{is_password, is_pointer};
use super::{Kind, Place};

/// How a name ends that a secret is assigned to: in lower case, hyphens and dots as underscores.
const ENDINGS: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "_pass",
    "_pwd",
    "_pw",
    "secret",
    "secret_key",
    "secretkey",
    "secret_access_key",
    "api_key",
    "apikey",
    "access_token",
    "auth_token",
    "_token",
    "private_key",
    "privatekey",
    "accountkey",
];

/// The same for whole names.
const NAMES: [&str; 5] = ["pass", "pwd", "token", "psk", "wpa_psk"];

/// How names begin that say whether a password is asked for, shown, allowed.
const QUESTIONS: [&str; 10] = [
    "no_", "has_", "is_", "use_", "show_", "allow", "require", "enable", "disable", "public",
];

/// Directives of slapd.conf(5), ldap.conf(5) and redis that have their secret after a blank.
const DIRECTIVES: [&str; 5] = [
    "bindpw",
    "rootbindpw",
    "rootpw",
    "requirepass",
    "masterauth",
];

/// How many assignments of one line are looked at: a JSON file may be one line.
const MOST_A_LINE: usize = 500;

const ASSIGNED: &str = "what looks like a password or key in plain text";

/// fstab(5), where `//` begins the address of a share.
const FSTAB: &str = "/etc/fstab";

/// The passwords in a file.
pub(super) fn find(path: &str, text: &str) -> Vec<Place> {
    let name = path.rsplit('/').next().unwrap_or(path);
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let line = line.trim();
            let comment = if path == FSTAB {
                line.starts_with('#')
            } else {
                is_comment(line) || (is_code(name) && line.starts_with('*'))
            };
            if comment {
                return None;
            }
            let (kind, what) = if path == FSTAB {
                (Kind::Password, fstab(line)?)
            } else if name == ".pgpass" {
                (Kind::Password, pgpass(line)?)
            } else if name == ".my.cnf"
                && line
                    .split_once('=')
                    .is_some_and(|(key, value)| my_cnf(key, value))
            {
                (Kind::Password, "a password of MySQL")
            } else if has_password_in_address(line) {
                (Kind::Password, "a password in an address")
            } else if in_a_directive(line) || in_an_assignment(line, is_code(name)) {
                (Kind::Assigned, ASSIGNED)
            } else {
                return None;
            };
            Some(Place {
                line: index + 1,
                kind,
                what,
            })
        })
        .collect()
}

fn is_comment(line: &str) -> bool {
    line.starts_with(['#', ';'])
        || ["//", "/*", "<!--", "--", "REM "]
            .iter()
            .any(|mark| line.starts_with(mark))
}

/// Whether a file is a program, where only a value in quotes is one.
fn is_code(name: &str) -> bool {
    [".php", ".py", ".sh"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// The options of a mount with a password, mount.cifs(8).
fn fstab(line: &str) -> Option<&'static str> {
    let options = line.split_ascii_whitespace().nth(3)?;
    options
        .split(',')
        .filter_map(|option| option.split_once('='))
        .any(|(key, value)| {
            matches!(key, "password" | "pass" | "password2")
                && !value.is_empty()
                && !is_pointer(&value.to_ascii_lowercase())
        })
        .then_some("a password of a mount")
}

/// `host:port:database:user:password`, PostgreSQL's documentation, "The Password File".
fn pgpass(line: &str) -> Option<&'static str> {
    let password = line.splitn(5, ':').nth(4)?;
    (!password.is_empty() && !is_pointer(&password.to_ascii_lowercase()))
        .then_some("a password of PostgreSQL")
}

fn my_cnf(key: &str, value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    matches!(key.trim(), "password" | "pass")
        && !value.is_empty()
        && !is_pointer(&value.to_ascii_lowercase())
}

/// `scheme://user:password@host`, RFC 3986 3.2.1.
fn has_password_in_address(line: &str) -> bool {
    line.split("://").skip(1).any(|rest| {
        let end = rest
            .find(|c: char| c.is_whitespace() || "/?#\"'<>,;`".contains(c))
            .unwrap_or(rest.len());
        let Some((login, _)) = rest.get(..end).and_then(|host| host.rsplit_once('@')) else {
            return false;
        };
        login.split_once(':').is_some_and(|(user, password)| {
            let lower = password.to_ascii_lowercase();
            password.len() >= 3
                && !is_pointer(&lower)
                && !lower.contains(['$', '{', '%', '*', '['])
                && !matches!(lower.as_str(), "pass" | "pwd" | "secret")
                && lower != user.to_ascii_lowercase()
        })
    })
}

fn in_a_directive(line: &str) -> bool {
    line.split_once([' ', '\t']).is_some_and(|(key, value)| {
        DIRECTIVES.contains(&key.to_ascii_lowercase().as_str())
            && is_password(value.trim().trim_matches(['"', '\'']))
    })
}

/// Whether some name of a secret is given a value on the line, after `=`, `:`, `=>`, `,` or `>`.
fn in_an_assignment(line: &str, code: bool) -> bool {
    line.bytes()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'=' | b':' | b'>' | b','))
        .take(MOST_A_LINE)
        .any(|(at, byte)| {
            let (Some(before), Some(after)) = (line.get(..at), line.get(at + 1..)) else {
                return false;
            };
            is_name_of_a_secret(last_name(before, byte))
                && value(after, code).is_some_and(is_password)
        })
}

/// The name that a value is assigned to: the last word before the sign. Before a comma it must be in
/// quotes, as in `define('DB_PASSWORD', '…')`.
fn last_name(before: &str, sign: u8) -> &str {
    let end = before.trim_end_matches([' ', '\t', '=', ':', '?']);
    let bare = end.trim_end_matches(['"', '\'', ']']);
    if sign == b',' && bare.len() == end.len() {
        return "";
    }
    let start = bare
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .map_or(0, |at| at + 1);
    bare.get(start..).unwrap_or_default()
}

fn is_name_of_a_secret(name: &str) -> bool {
    (1..=80).contains(&name.len())
        && (NAMES
            .iter()
            .any(|whole| whole.len() == name.len() && ends_with(name, whole))
            || (ENDINGS.iter().any(|ending| ends_with(name, ending))
                && !QUESTIONS.iter().any(|start| begins_with(name, start))))
}

fn ends_with(name: &str, ending: &str) -> bool {
    let start = name.len().checked_sub(ending.len());
    start.is_some_and(|start| name.bytes().skip(start).map(plain).eq(ending.bytes()))
}

fn begins_with(name: &str, start: &str) -> bool {
    name.len() >= start.len()
        && name
            .bytes()
            .map(plain)
            .zip(start.bytes())
            .all(|(a, b)| a == b)
}

/// A letter of a name in lower case; hyphens and dots as underscores.
const fn plain(letter: u8) -> u8 {
    match letter {
        b'-' | b'.' => b'_',
        letter => letter.to_ascii_lowercase(),
    }
}

/// The value after the sign: what is in quotes, or the word up to a blank or a comma. Names of
/// variables in programs are not in quotes.
fn value(after: &str, code: bool) -> Option<&str> {
    let after = after.trim_start_matches([' ', '\t', '=', '>']);
    let quote = after.chars().next()?;
    if matches!(quote, '"' | '\'') {
        let rest = after.get(1..)?;
        let end = rest.find(quote)?;
        return rest.get(..end);
    }
    if code {
        return None;
    }
    let end = after
        .find(|c: char| c.is_whitespace() || matches!(c, ',' | '<' | '"' | '\'' | '}' | ']'))
        .unwrap_or(after.len());
    after.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_found(path: &str, line: &str) -> bool {
        !find(path, line).is_empty()
    }

    #[test]
    fn passwords_of_many_formats() {
        for (path, line) in [
            ("/srv/.env", "DB_PASSWORD=tr0ub4dor-7"),
            ("/srv/.env", "export API_KEY='9f8e7d6c5b4a'"),
            ("/srv/a.properties", "spring.datasource.password=tr0ub4dor7"),
            ("/srv/a.yml", "  password: tr0ub4dor7 # of the database"),
            (
                "/srv/a.json",
                r#"{"user": "a", "clientSecret": "9f8e7d6c5b4a"}"#,
            ),
            (
                "/srv/wp-config.php",
                "define( 'DB_PASSWORD', 'tr0ub4dor7' );",
            ),
            ("/srv/settings.py", "    'PASSWORD': 'tr0ub4dor7',"),
            ("/srv/config.php", "$config['db_pass'] = 'tr0ub4dor7';"),
            ("/srv/a.xml", "<password>tr0ub4dor7</password>"),
            ("/srv/a.xml", r#"<user name="a" password="tr0ub4dor7"/>"#),
            (
                "/etc/systemd/system/a.service",
                r#"Environment="A=1" "DB_PASSWORD=tr0ub4dor7""#,
            ),
            (
                "/etc/wireguard/wg0.conf",
                "PrivateKey = aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9d=",
            ),
            (
                "/etc/cron.d/a",
                "* * * * * root curl --token=9f8e7d6c5b4a x",
            ),
            ("/etc/redis/redis.conf", "requirepass tr0ub4dor7"),
            ("/srv/.env", "DATABASE_URL=postgres://app:tr0ub@db/app"),
            (
                "/srv/.git/config",
                "url = https://me:tr0ub@example.com/a.git",
            ),
            ("/etc/fstab", "//nas/a /mnt cifs username=a,password=b 0 0"),
            ("/root/.pgpass", "*:5432:*:app:b"),
            ("/root/.my.cnf", "password=b"),
            ("/srv/a.tfvars", r#"db_password = "tr0ub4dor7""#),
        ] {
            assert!(is_found(path, line), "{path}: {line}");
        }
    }

    #[test]
    fn what_is_no_password() {
        for (path, line) in [
            ("/srv/.env", "DB_PASSWORD=${DB_PASSWORD}"),
            ("/srv/.env", "DB_PASSWORD=changeme"),
            ("/srv/.env", "#DB_PASSWORD=tr0ub4dor7"),
            ("/srv/.env", "DB_PASSWORD_FILE=/run/secrets/x1"),
            ("/srv/a.yml", "password: <your password 1>"),
            ("/srv/a.yml", "secretName: tls-cert-1"),
            ("/srv/a.yml", "password_max_length: 128"),
            (
                "/srv/wp-config.php",
                "define( 'DB_PASSWORD', getenv('A1') );",
            ),
            ("/srv/a.php", "$password = $request->a1;"),
            ("/srv/a.sh", "PASSWORD=$(cat /run/x1)"),
            ("/srv/a.sh", "read -r password; x=abc123"),
            (
                "/etc/pam.d/a.conf",
                "password required pam_unix.so minlen=8",
            ),
            ("/etc/ssh/ssh_config.d/a.conf", "PasswordAuthentication no"),
            ("/etc/nsswitch.conf", "passwd: files systemd"),
            ("/etc/a.conf", "show_password = yes123"),
            ("/etc/a.conf", "auth_token_expiry: 3600s1"),
            ("/etc/fstab", "//nas/a /mnt cifs credentials=/etc/cred1 0 0"),
            ("/etc/fstab", "UUID=1 / ext4 defaults 0 1"),
            ("/srv/.env", "URL=https://example.com:8080/a@b"),
            ("/srv/.env", "URL=postgres://user:password@localhost/app"),
            ("/srv/.env", "URL=postgres://app:${PW}@localhost/app"),
            ("/root/.pgpass", "# host:port:db:user:x"),
        ] {
            assert!(!is_found(path, line), "{path}: {line}");
        }
    }
}
