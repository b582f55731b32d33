//! What a rule of sudoers(5) grants, and which grants hold in the end.

use std::cell::Cell;

use super::FreeRule;
use super::split::{is_tag, split};

/// How many users and commands of later grants are looked at: more than any real file needs.
const MAX_LOOKS: usize = 10_000_000;

/// One `hosts = commands` of a rule.
#[derive(Debug)]
pub(super) struct Grant {
    /// The users.
    pub(super) users: Vec<String>,
    /// The commands in order.
    pub(super) commands: Vec<Command>,
    hosts: String,
    source: String,
}

/// One command of a rule.
#[derive(Debug)]
pub(super) struct Command {
    /// Its path with arguments, an alias, or `ALL`.
    pub(super) name: String,
    /// Whether it may be run without a password.
    free: bool,
    /// As whom: the list of users before the colon; root where there is none.
    run_as: String,
}

impl Grant {
    /// Reads `(runas) OPTION=value TAG: command, command`. "Once a tag is set on a Cmnd, subsequent
    /// Cmnds in the Cmnd_Spec_List inherit the tag unless it is overridden by the opposite tag."
    pub(super) fn parse(users: &[String], hosts: &str, commands: &str, source: &str) -> Self {
        let mut free = false;
        let mut run_as = "root".to_owned();
        let mut read = Vec::new();
        for item in split(commands, ',') {
            let name = untagged(item.trim(), &mut free, &mut run_as);
            let allowed = name.trim_start_matches('!');
            if !allowed.is_empty() {
                read.push(Command {
                    name: allowed.trim().to_owned(),
                    free: free && allowed == name,
                    run_as: run_as.clone(),
                });
            }
        }
        Self {
            users: users.to_vec(),
            commands: read,
            hosts: hosts.to_owned(),
            source: source.to_owned(),
        }
    }
}

/// Takes `(runas)`, options and tags off a command and notes what they say.
fn untagged<'a>(mut item: &'a str, free: &mut bool, run_as: &mut String) -> &'a str {
    if let Some(rest) = item.strip_prefix('(') {
        let (who, rest) = rest.split_once(')').unwrap_or((rest, ""));
        let who = who.split(':').next().unwrap_or_default().trim();
        // With a group alone the command runs as the user who calls sudo.
        who.clone_into(run_as);
        item = rest.trim_start();
    }
    loop {
        let word = item
            .find(|c: char| !(c.is_ascii_uppercase() || c == '_'))
            .and_then(|end| item.split_at_checked(end));
        let Some((word, rest)) = word else {
            return item;
        };
        if let Some(value) = rest.strip_prefix('=').filter(|_| !word.is_empty()) {
            // An option such as `CWD=/tmp`: its value ends at a blank.
            let end = super::boundary(value, char::is_whitespace).unwrap_or(value.len());
            item = value.get(end..).unwrap_or_default().trim_start();
        } else if let Some(rest) = rest.trim_start().strip_prefix(':').filter(|_| is_tag(word)) {
            match word {
                "NOPASSWD" => *free = true,
                "PASSWD" => *free = false,
                _ => {}
            }
            item = rest.trim_start();
        } else {
            return item;
        }
    }
}

/// The grants without a password that no later grant for the same or all users, hosts and commands
/// takes back, users with the same commands together; and whether there were too many to compare.
pub(super) fn in_the_end(grants: &[Grant]) -> (Vec<FreeRule>, bool) {
    let left = Cell::new(MAX_LOOKS);
    let mut rules: Vec<FreeRule> = Vec::new();
    for (number, grant) in grants.iter().enumerate() {
        let later = grants.get(number + 1..).unwrap_or_default();
        let mut of_grant: Vec<FreeRule> = Vec::new();
        for user in &grant.users {
            let mut of_user: Vec<FreeRule> = Vec::new();
            for (place, command) in grant.commands.iter().enumerate() {
                if left.get() == 0 {
                    return (rules, true);
                }
                left.set(left.get() - 1);
                if !command.free {
                    continue;
                }
                let after = grant.commands.get(place + 1..).unwrap_or_default();
                left.set(left.get().saturating_sub(after.len()));
                let here = after.iter().any(|other| other.takes_back(command));
                let there = later.iter().any(|other| {
                    let looks = other.users.len() + other.commands.len();
                    left.set(left.get().saturating_sub(looks));
                    left.get() > 0
                        && other.is_for(user, &grant.hosts)
                        && other.commands.iter().any(|other| other.takes_back(command))
                });
                if here || there {
                    continue;
                }
                match of_user
                    .iter_mut()
                    .find(|rule| rule.run_as == command.run_as)
                {
                    Some(rule) => rule.commands.push(command.name.clone()),
                    None => of_user.push(FreeRule {
                        users: vec![user.clone()],
                        commands: vec![command.name.clone()],
                        run_as: command.run_as.clone(),
                        source: grant.source.clone(),
                    }),
                }
            }
            for rule in of_user {
                let same = of_grant
                    .iter_mut()
                    .find(|known| known.run_as == rule.run_as && known.commands == rule.commands);
                match same {
                    Some(known) => known.users.push(user.clone()),
                    None => of_grant.push(rule),
                }
            }
        }
        rules.append(&mut of_grant);
    }
    for rule in &mut rules {
        if rule.commands.iter().any(|command| command == "ALL") {
            rule.commands = vec!["ALL".to_owned()];
        }
    }
    (rules, left.get() == 0)
}

impl Grant {
    fn is_for(&self, user: &str, hosts: &str) -> bool {
        (self.hosts == "ALL" || self.hosts == hosts)
            && self.users.iter().any(|own| own == user || own == "ALL")
    }
}

impl Command {
    fn takes_back(&self, other: &Self) -> bool {
        !self.free
            && (self.name == "ALL" || self.name == other.name)
            && (self.run_as == "ALL" || self.run_as == other.run_as)
    }
}
