//! The grammar of sudoers(5), without any reading of files: as much of it as tells who needs no
//! password for what.

mod grants;
mod split;

use std::collections::{BTreeMap, BTreeSet};

use grants::Grant;
use split::{boundary, host_parts, split, split_once, without_comment};

/// How deep files may be nested; sudo itself allows 128 files.
const MAX_DEPTH: usize = 16;

/// How much text all files together may hold: 1 MiB.
const MAX_TEXT: usize = 1 << 20;

/// How many names are looked at while the users of all rules are spelt out.
const MAX_STEPS: usize = 200_000;

/// What the files say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sudoers {
    /// The rules that ask for no password and are not overridden by later ones, in order.
    pub free: Vec<FreeRule>,
    /// `Defaults … !authenticate`: whom it is for (empty: everyone), and the file.
    pub unauthenticated: Vec<(String, String)>,
    /// `Defaults exempt_group = GROUP`: the group that needs no password, and the file.
    pub exempt: Option<(String, String)>,
    /// All parameters of `Defaults` lines, in order.
    pub defaults: Vec<Parameter>,
    /// Whether something was left out because there was too much of it.
    pub cut: bool,
}

/// One parameter of a `Defaults` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Whom or what it is for, as written (`:joe`, `@host`, `!/bin/ls`); empty for everyone.
    pub whom: String,
    /// Its name.
    pub name: String,
    /// Whether it is turned off with a `!`.
    pub off: bool,
    /// What follows `=`, `+=` or `-=`, without quotes; empty where nothing does.
    pub value: String,
    /// The character before the `=`: `+` adds to a list, `-` takes away; a blank otherwise.
    pub change: char,
    /// The file.
    pub source: String,
}

impl Sudoers {
    /// The last parameter of this name that is for everyone.
    pub(crate) fn for_all(&self, name: &str) -> Option<&Parameter> {
        self.defaults
            .iter()
            .rev()
            .find(|parameter| parameter.name == name && parameter.whom.is_empty())
    }
}

/// Users who may run commands without a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeRule {
    /// Users, `%groups`, `#ids`, with aliases spelt out.
    pub users: Vec<String>,
    /// Commands, with an alias's name as it is; `ALL` is every command.
    pub commands: Vec<String>,
    /// As whom, as written; `root` where nothing is, and empty where only a group is: then the
    /// command runs as whoever calls sudo.
    pub run_as: String,
    /// The file.
    pub source: String,
}

/// One file that is included.
#[derive(Debug)]
pub struct Included {
    /// Its path.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// Gives the files that `@include` (false) or `@includedir` (true) of a path stand for.
pub type Include<'a> = dyn FnMut(&str, bool) -> Vec<Included> + 'a;

/// Parses a file named `path` with what it includes.
pub fn parse(path: &str, text: &str, include: &mut Include<'_>) -> Sudoers {
    let mut parser = Parser {
        sudoers: Sudoers::default(),
        grants: Vec::new(),
        users: BTreeMap::new(),
        commands: BTreeMap::new(),
        left: MAX_TEXT,
        include,
    };
    parser.file(path, text, 0);
    parser.finish()
}

struct Parser<'a, 'b> {
    sudoers: Sudoers,
    grants: Vec<Grant>,
    users: BTreeMap<String, Vec<String>>,
    commands: BTreeMap<String, Vec<String>>,
    left: usize,
    include: &'a mut Include<'b>,
}

impl Parser<'_, '_> {
    fn file(&mut self, path: &str, text: &str, depth: usize) {
        if depth > MAX_DEPTH || text.len() > self.left {
            self.sudoers.cut = true;
            return;
        }
        self.left -= text.len();
        for line in logical_lines(text) {
            let line = line.trim();
            let word = line.split_ascii_whitespace().next().unwrap_or_default();
            let rest = line.get(word.len()..).unwrap_or_default().trim();
            match word {
                "@include" | "#include" | "@includedir" | "#includedir" => {
                    let target = rest.trim_matches('"').replace("\\ ", " ");
                    for file in (self.include)(&target, word.ends_with("dir")) {
                        self.file(&file.path, &file.text, depth + 1);
                    }
                }
                "User_Alias" => aliases(without_comment(rest), &mut self.users),
                "Cmnd_Alias" | "Cmd_Alias" => aliases(without_comment(rest), &mut self.commands),
                "Host_Alias" | "Runas_Alias" => {}
                _ if word.starts_with("Defaults") => {
                    let whom = word.get("Defaults".len()..).unwrap_or_default();
                    self.defaults(path, whom, without_comment(rest));
                }
                _ => self.rule(path, without_comment(line)),
            }
        }
    }

    /// Of two lines for the same users the later counts.
    fn defaults(&mut self, path: &str, whom: &str, parameters: &str) {
        for parameter in split(parameters, ',').map(str::trim) {
            self.sudoers
                .defaults
                .extend(self::parameter(parameter, whom, path));
            if matches!(parameter, "authenticate" | "!authenticate") {
                self.sudoers
                    .unauthenticated
                    .retain(|(known, _)| known != whom);
            }
            let exempt = parameter.strip_prefix("exempt_group");
            if let Some(group) = exempt.and_then(|rest| rest.trim_start().strip_prefix('=')) {
                self.sudoers.exempt = Some((unquote(group.trim()), path.to_owned()));
            } else if parameter == "!exempt_group" {
                self.sudoers.exempt = None;
            }
            if parameter == "!authenticate" {
                self.sudoers
                    .unauthenticated
                    .push((whom.to_owned(), path.to_owned()));
            }
        }
    }

    /// `users hosts = commands : hosts = commands`
    fn rule(&mut self, path: &str, line: &str) {
        let Some((left, right)) = split_once(line, '=') else {
            return;
        };
        let (users, hosts) = first_list(left);
        if users.is_empty() {
            return;
        }
        let mut hosts = hosts.trim();
        for part in host_parts(right) {
            let commands = match part {
                // The first part's hosts stand before the first `=` of the line.
                (None, commands) => commands,
                (Some(others), commands) => {
                    hosts = others.trim();
                    commands
                }
            };
            self.grants
                .push(Grant::parse(&users, hosts, commands, path));
        }
    }

    /// Spells out aliases, which may be defined after their use, and keeps what holds in the end.
    fn finish(mut self) -> Sudoers {
        // The alias may stand for every command; otherwise its name tells more.
        let every = aliases_of("ALL", &self.commands);
        let mut left = MAX_STEPS;
        for grant in &mut self.grants {
            match spell_out(&grant.users, &self.users, &mut left) {
                Some(users) => grant.users = users,
                None => self.sudoers.cut = true,
            }
            for command in &mut grant.commands {
                if every.contains(command.name.as_str()) {
                    "ALL".clone_into(&mut command.name);
                }
            }
        }
        let (free, cut) = grants::in_the_end(&self.grants);
        self.sudoers.free = free;
        self.sudoers.cut |= cut;
        self.sudoers
    }
}

/// `name`, `!name`, `name = value`, `name += value`
fn parameter(text: &str, whom: &str, path: &str) -> Option<Parameter> {
    let (left, value) = split_once(text, '=').unwrap_or((text, ""));
    let left = left.trim();
    let name = left.trim_end_matches(['+', '-']);
    let bare = name.trim_start_matches('!').trim();
    (!bare.is_empty()).then(|| Parameter {
        whom: whom.to_owned(),
        name: bare.to_owned(),
        off: name.starts_with('!'),
        value: unquote(value.trim()),
        change: left
            .chars()
            .next_back()
            .filter(|c| "+-".contains(*c))
            .unwrap_or(' '),
        source: path.to_owned(),
    })
}

/// The members of aliases, aliases among them spelt out too; a name that is none stands for itself.
/// Nothing where it takes more than `left` steps, which are counted down.
fn spell_out(
    names: &[String],
    known: &BTreeMap<String, Vec<String>>,
    left: &mut usize,
) -> Option<Vec<String>> {
    let mut spelt = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut todo: Vec<&str> = names.iter().rev().map(String::as_str).collect();
    while let Some(name) = todo.pop() {
        *left = left.checked_sub(1)?;
        // A name that came up before, an alias of itself too, says nothing new.
        if name.starts_with('!') || !seen.insert(name) {
            continue;
        }
        match known.get(name) {
            Some(members) => {
                *left = left.checked_sub(members.len())?;
                todo.extend(members.iter().rev().map(String::as_str));
            }
            None => spelt.push(name.to_owned()),
        }
    }
    Some(spelt)
}

/// The aliases that have a name among their members, or an alias that has.
fn aliases_of<'a>(name: &'a str, known: &'a BTreeMap<String, Vec<String>>) -> BTreeSet<&'a str> {
    let mut holders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (alias, members) in known {
        for member in members {
            holders.entry(member).or_default().push(alias);
        }
    }
    let mut found = BTreeSet::new();
    let mut todo = vec![name];
    while let Some(name) = todo.pop() {
        for alias in holders.remove(name).unwrap_or_default() {
            if found.insert(alias) {
                todo.push(alias);
            }
        }
    }
    found
}

/// `NAME = member, member : NAME = …`
fn aliases(text: &str, into: &mut BTreeMap<String, Vec<String>>) {
    for definition in split(text, ':') {
        if let Some((name, members)) = split_once(definition, '=') {
            let members = split(members, ',')
                .map(|member| unquote(member.trim()))
                .collect();
            into.insert(name.trim().to_owned(), members);
        }
    }
}

/// The users of `joe, %wheel ALL`, blanks may stand around its commas; and what follows, the hosts.
fn first_list(left: &str) -> (Vec<String>, &str) {
    let mut users = Vec::new();
    let mut rest = left.trim();
    loop {
        let end = boundary(rest, |c| c == ',' || c.is_whitespace());
        let (user, after) = rest.split_at(end.unwrap_or(rest.len()));
        if !user.is_empty() {
            users.push(unquote(user));
        }
        match after.trim_start().strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => return (users, after),
        }
    }
}

fn unquote(text: &str) -> String {
    text.replace(['"', '\\'], "")
}

/// Lines with those that end in a backslash joined to the next.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(start) = line.strip_suffix('\\') {
            current.push_str(start);
            current.push(' ');
        } else {
            current.push_str(line);
            lines.push(std::mem::take(&mut current));
        }
    }
    lines.push(current);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn free(text: &str) -> Vec<(String, String)> {
        parse("main", text, &mut |_, _| Vec::new())
            .free
            .into_iter()
            .map(|rule| (rule.users.join(" "), rule.commands.join(" ")))
            .collect()
    }

    #[test]
    fn rules() {
        for (text, users, commands) in [
            ("joe ALL=(ALL) NOPASSWD:ALL", "joe", "ALL"),
            ("joe ALL=(ALL:ALL) NOPASSWD: ALL # all", "joe", "ALL"),
            (
                "joe, %wheel ALL = NOPASSWD: /bin/ls",
                "joe %wheel",
                "/bin/ls",
            ),
            (
                "joe ALL=(root) SETENV:NOPASSWD: /bin/a, /bin/b, PASSWD: /bin/c",
                "joe",
                "/bin/a /bin/b",
            ),
            ("joe ALL=/bin/a, NOPASSWD: /bin/b, !/bin/c", "joe", "/bin/b"),
            ("joe ALL=(ALL) \\\n NOPASSWD: ALL", "joe", "ALL"),
            ("#1000 ALL=NOPASSWD:ALL", "#1000", "ALL"),
            ("joe ALL=NOPASSWD: /bin/a b\\,c", "joe", "/bin/a b\\,c"),
            (
                "OPS ALL=NOPASSWD:ALL\nUser_Alias OPS = a, b : X = c",
                "a b",
                "ALL",
            ),
            (
                "joe ALL=(root) CWD=/tmp TIMEOUT=5m NOPASSWD: /bin/a",
                "joe",
                "/bin/a",
            ),
            (
                "joe web = /bin/a : db1, db2 = (root) NOPASSWD: /bin/b, /bin/c",
                "joe",
                "/bin/b /bin/c",
            ),
            (
                "joe ALL=NOPASSWD: sha256:abcd= /bin/a : db = /bin/b",
                "joe",
                "sha256:abcd= /bin/a",
            ),
            (
                "Cmnd_Alias EVERY = ALL\njoe ALL=NOPASSWD: EVERY",
                "joe",
                "ALL",
            ),
        ] {
            assert_eq!(
                free(text),
                [(users.to_owned(), commands.to_owned())],
                "{text}"
            );
        }
        for text in [
            "joe ALL=(ALL) ALL",
            "# joe ALL=NOPASSWD:ALL",
            "joe ALL=PASSWD: ALL",
            "",
        ] {
            assert!(free(text).is_empty(), "{text}");
        }
    }

    /// "Where there are multiple matches, the last match is used (which is not necessarily the most
    /// specific match)."
    #[test]
    fn the_last_rule_counts() {
        for (text, left) in [
            ("joe ALL=NOPASSWD: /bin/a\njoe ALL=/bin/a", None),
            (
                "joe ALL=NOPASSWD: /bin/a, /bin/b\njoe ALL=/bin/a",
                Some("/bin/b"),
            ),
            ("joe ALL=NOPASSWD: /bin/a\njoe ALL=(ALL) ALL", None),
            ("joe ALL=NOPASSWD: /bin/a\nALL ALL=(ALL:ALL) ALL", None),
            ("joe ALL=NOPASSWD: ALL\njoe ALL=ALL", None),
            ("joe ALL=NOPASSWD: ALL\njoe ALL=!ALL", None),
            ("joe ALL=(ALL) NOPASSWD: ALL\njoe ALL=ALL", Some("ALL")),
            ("joe ALL=NOPASSWD: ALL\njoe ALL=(postgres) ALL", Some("ALL")),
            ("joe ALL=NOPASSWD: ALL\njoe ALL=/bin/a", Some("ALL")),
            ("joe ALL=NOPASSWD: ALL\nann ALL=ALL", Some("ALL")),
            ("joe ALL=NOPASSWD: ALL\njoe web=ALL", Some("ALL")),
            ("joe web=NOPASSWD: ALL\njoe ALL=ALL", None),
            ("joe ALL=NOPASSWD: /bin/a, PASSWD: ALL", None),
            ("joe ALL=ALL\njoe ALL=NOPASSWD: ALL", Some("ALL")),
            ("joe ALL=NOPASSWD: ALL : ALL = PASSWD: ALL", None),
        ] {
            let found = free(text);
            let commands = found.first().map(|(_, commands)| commands.as_str());
            assert_eq!(commands, left, "{text}");
        }
    }

    #[test]
    fn aliases_that_name_one_another_end() {
        let many = "B,".repeat(500);
        let text =
            format!("User_Alias A = {many} joe\nUser_Alias B = A, A, ann\nA ALL=NOPASSWD: ALL\n");
        assert_eq!(free(&text), [("ann joe".to_owned(), "ALL".to_owned())]);
    }

    #[test]
    fn users_are_overridden_one_by_one() {
        assert_eq!(
            free("joe, ann ALL=NOPASSWD: ALL\nann ALL=ALL"),
            [("joe".to_owned(), "ALL".to_owned())]
        );
    }

    #[test]
    fn defaults() {
        let read = |text: &str| parse("main", text, &mut |_, _| Vec::new()).unauthenticated;
        assert_eq!(read("Defaults env_reset, !authenticate").len(), 1);
        assert_eq!(read("Defaults:joe !authenticate")[0].0, ":joe");
        assert!(read("Defaults authenticate").is_empty());
        assert!(read("Defaults !authenticate\nDefaults authenticate").is_empty());
        assert_eq!(
            read("Defaults !authenticate\nDefaults:joe authenticate").len(),
            1
        );
    }

    #[test]
    fn parameters() {
        let read = |text: &str| parse("main", text, &mut |_, _| Vec::new());
        let sudoers = read(
            "Defaults use_pty, !env_reset\nDefaults env_keep += \"A B\"\nDefaults:joe !use_pty\n",
        );
        let read: Vec<_> = sudoers
            .defaults
            .iter()
            .map(|one| (&*one.whom, &*one.name, one.off, one.change, &*one.value))
            .collect();
        assert_eq!(
            read,
            [
                ("", "use_pty", false, ' ', ""),
                ("", "env_reset", true, ' ', ""),
                ("", "env_keep", false, '+', "A B"),
                (":joe", "use_pty", true, ' ', ""),
            ]
        );
        assert!(!sudoers.for_all("use_pty").unwrap().off);
    }

    proptest! {
        #[test]
        fn never_panics(text in "([A-Za-z@#=:,()\\\\\" \n%!]|\\PC)*") {
            parse("main", &text, &mut |_, _| vec![Included { path: "x".to_owned(), text: text.clone() }]);
        }
    }
}
