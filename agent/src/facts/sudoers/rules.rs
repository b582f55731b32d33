//! The grammar of sudoers(5), without any reading of files: as much of it as tells who needs no
//! password for what.

use std::collections::BTreeMap;

/// How deep files and aliases may be nested; sudo itself allows 128 files.
const MAX_DEPTH: usize = 16;

/// How much text all files together may hold: 1 MiB.
const MAX_TEXT: usize = 1 << 20;

/// How many users one rule is spelt out for.
const MAX_USERS: usize = 1000;

/// What the files say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sudoers {
    /// The rules that ask for no password, in order.
    pub free: Vec<FreeRule>,
    /// `Defaults … !authenticate`: whom it is for (empty: everyone), and the file.
    pub unauthenticated: Vec<(String, String)>,
    /// Whether something was left out because there was too much of it.
    pub cut: bool,
}

/// Users who may run commands without a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeRule {
    /// Users, `%groups`, `#ids`, with aliases spelt out.
    pub users: Vec<String>,
    /// Commands, with an alias's name as it is; `ALL` is every command.
    pub commands: Vec<String>,
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
                    let parameters = without_comment(rest);
                    if split(parameters, ',').any(|one| one.trim() == "!authenticate") {
                        let whom = word.get("Defaults".len()..).unwrap_or_default();
                        self.sudoers
                            .unauthenticated
                            .push((whom.to_owned(), path.to_owned()));
                    }
                }
                _ => self.rule(path, without_comment(line)),
            }
        }
    }

    fn rule(&mut self, path: &str, line: &str) {
        let Some((left, right)) = split_once(line, '=') else {
            return;
        };
        let users = first_list(left);
        // "Once a tag is set on a Cmnd, subsequent Cmnds in the Cmnd_Spec_List inherit the tag
        // unless it is overridden by the opposite tag"
        let mut free = false;
        let mut commands = Vec::new();
        for item in split(right, ',') {
            let command = tagged(item.trim(), &mut free);
            if free && !command.is_empty() && !command.starts_with('!') {
                commands.push(command.to_owned());
            }
        }
        if !users.is_empty() && !commands.is_empty() {
            self.sudoers.free.push(FreeRule {
                users,
                commands,
                source: path.to_owned(),
            });
        }
    }

    /// Spells out aliases, which may be defined after their use.
    fn finish(mut self) -> Sudoers {
        for rule in &mut self.sudoers.free {
            let mut users = Vec::new();
            for user in &rule.users {
                spell_out(user, &self.users, &mut users, 0);
            }
            rule.users = users;
            let mut commands = Vec::new();
            for command in &rule.commands {
                spell_out(command, &self.commands, &mut commands, 0);
            }
            // The alias may stand for every command; otherwise its name tells more.
            if commands.iter().any(|command| command == "ALL") {
                rule.commands = vec!["ALL".to_owned()];
            }
        }
        self.sudoers
    }
}

fn spell_out(
    name: &str,
    known: &BTreeMap<String, Vec<String>>,
    into: &mut Vec<String>,
    depth: usize,
) {
    if into.len() >= MAX_USERS || name.starts_with('!') {
        return;
    }
    match known.get(name) {
        Some(members) if depth < MAX_DEPTH => {
            for member in members {
                spell_out(member, known, into, depth + 1);
            }
        }
        _ => {
            if !into.iter().any(|known| known == name) {
                into.push(name.to_owned());
            }
        }
    }
}

/// Takes `(runas)`, options and tags off a command and notes what they say of passwords.
fn tagged<'a>(mut item: &'a str, free: &mut bool) -> &'a str {
    if let Some(rest) = item.strip_prefix('(') {
        item = rest
            .split_once(')')
            .map_or("", |(_, rest)| rest)
            .trim_start();
    }
    while let Some((tag, rest)) = item.split_once(':') {
        let tag = tag.trim();
        if tag.is_empty()
            || !tag
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        {
            break;
        }
        match tag {
            "NOPASSWD" => *free = true,
            "PASSWD" => *free = false,
            _ => {}
        }
        item = rest.trim_start();
    }
    item
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

/// The users of `joe, %wheel ALL`: the first list; blanks may stand around its commas.
fn first_list(left: &str) -> Vec<String> {
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
            None => return users,
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

/// What stands before a comment: `#`, unless digits follow (a user id).
fn without_comment(line: &str) -> &str {
    let comment = line.match_indices('#').find(|(at, _)| {
        let escaped = line.get(..*at).is_some_and(|before| before.ends_with('\\'));
        let id = line.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
        !escaped && !id
    });
    comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line)
}

/// Where the first character that fits stands, outside quotes and brackets and not escaped.
fn boundary(text: &str, fits: impl Fn(char) -> bool) -> Option<usize> {
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if !quoted && depth == 0 && fits(c) => return Some(at),
            _ => {}
        }
    }
    None
}

fn split_once(text: &str, at: char) -> Option<(&str, &str)> {
    let place = boundary(text, |c| c == at)?;
    Some((text.get(..place)?, text.get(place + at.len_utf8()..)?))
}

fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let here = rest?;
        match split_once(here, at) {
            Some((part, after)) => {
                rest = Some(after);
                Some(part)
            }
            None => rest.take(),
        }
    })
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
                "joe ALL=(root) SETENV:NOPASSWD: /bin/a, /bin/b, PASSWD: ALL",
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

    #[test]
    fn defaults() {
        let read = |text: &str| parse("main", text, &mut |_, _| Vec::new()).unauthenticated;
        assert_eq!(read("Defaults env_reset, !authenticate").len(), 1);
        assert_eq!(read("Defaults:joe !authenticate")[0].0, ":joe");
        assert!(read("Defaults authenticate").is_empty());
    }

    proptest! {
        #[test]
        fn never_panics(text in "([A-Za-z@#=:,()\\\\\" \n%!]|\\PC)*") {
            parse("main", &text, &mut |_, _| vec![Included { path: "x".to_owned(), text: text.clone() }]);
        }
    }
}
