//! The golden list: what the text of its SSM parameter says. Pure.
//!
//! The text is one of these, and the items of the first two may be mixed:
//! - a JSON array of `{"ami-id": "ami-0abc…", "instanceType": "t3.small", "userData": "#!/bin/sh\n…"}`, the
//!   last two if wanted: the format of AWS's "How to Set Up Continuous Golden AMI Vulnerability Assessments
//!   with Amazon Inspector" (AWS Security Blog);
//! - a JSON array of texts;
//! - texts separated by commas, blanks or line ends, which is how a parameter of type `StringList` reads.
//!
//! A text, and an `ami-id`, is an AMI's id, or a parameter that holds one: a path such as
//! `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64`, or `resolve:ssm:` and any
//! parameter's name, as EC2's launch templates have it. AWS's own can all be read, of the account's those that the
//! template's parameter `GoldenAmiParameters` names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hardtarget_aws::id::AmiId;
use hardtarget_report::clean_line;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::user_data;

/// The longest text that is read: a parameter has 4 KB at most, of the Advanced tier, which costs, 8 KB (Systems
/// Manager User Guide, "Managing parameter tiers").
const LONGEST: usize = 64 * 1024;

/// The most problems that are told one by one: the message of a run has room for them.
const MOST_PROBLEMS: usize = 100;

/// What the text says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    /// The entries that can be used, in their order.
    pub entries: Vec<Entry>,
    /// What is wrong with the list.
    pub problems: Vec<Problem>,
}

/// Something wrong with the list; as text `entry 3: …`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The entry's position, from 1 on; 0 for the list itself.
    pub position: usize,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            0 => f.write_str(&self.what),
            position => write!(f, "entry {position}: {}", self.what),
        }
    }
}

/// An entry that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its position in the list, from 1 on.
    pub position: usize,
    /// The AMI.
    pub source: Source,
    /// The instance type that it is to be launched as; the launching function's own choice without.
    pub instance_type: Option<String>,
    /// A script to run before the scan.
    pub user_data: Option<String>,
}

/// How an entry names its AMI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// By its id.
    Ami(String),
    /// By the name of a parameter that holds the id.
    Parameter(String),
}

/// An AMI that is to be assessed, under the names of the list's own format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The AMI's id.
    #[serde(rename = "ami-id")]
    pub ami: String,
    /// See [`Entry::instance_type`].
    #[serde(
        rename = "instanceType",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub instance_type: Option<String>,
    /// See [`Entry::user_data`].
    #[serde(rename = "userData", default, skip_serializing_if = "Option::is_none")]
    pub user_data: Option<String>,
}

/// Reads the text. What cannot be used is a problem, and the others go on.
#[must_use]
pub fn parse(text: &str) -> List {
    let mut list = List::default();
    let items = match items(text) {
        Ok(items) => items,
        Err(what) => {
            list.problems.push(Problem { position: 0, what });
            return list;
        }
    };
    for (index, item) in items.iter().enumerate() {
        let position = index + 1;
        let mut wrong = |what| list.problems.push(Problem { position, what });
        match entry(position, item, &mut wrong) {
            Ok(entry) => list.entries.push(entry),
            Err(what) => wrong(what),
        }
    }
    list
}

fn items(text: &str) -> Result<Vec<Value>, String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.len() > LONGEST {
        return Err(format!("the golden list has more than {LONGEST} bytes"));
    }
    let items = match text.as_bytes().first() {
        Some(b'[' | b'{') => match serde_json::from_str(text) {
            Ok(Value::Array(items)) => items,
            Ok(object) => vec![object],
            Err(error) => return Err(format!("the golden list is no JSON: {error}")),
        },
        _ => text
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|part| !part.is_empty())
            .map(|part| Value::String(part.to_owned()))
            .collect(),
    };
    match items.is_empty() {
        true => Err("the golden list is empty".to_owned()),
        false => Ok(items),
    }
}

/// An entry, or why it cannot be used; `wrong` hears of what does not keep it from being used.
fn entry(position: usize, item: &Value, wrong: &mut impl FnMut(String)) -> Result<Entry, String> {
    let nothing = Map::new();
    let (id, members) = match item {
        Value::String(id) => (id.as_str(), &nothing),
        Value::Object(members) => match members.get("ami-id") {
            Some(Value::String(id)) => (id.as_str(), members),
            Some(_) => return Err("its \"ami-id\" is no text".to_owned()),
            None => return Err("it has no \"ami-id\"".to_owned()),
        },
        _ => return Err("it is neither an AMI's id nor an object with an \"ami-id\"".to_owned()),
    };
    let source = source(id.trim())?;
    for name in members.keys() {
        if !["ami-id", "instanceType", "userData"].contains(&name.as_str()) {
            wrong(format!(
                "its {} is not known here and does nothing",
                quoted(name)
            ));
        }
    }
    let text = |name: &str| match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("its \"{name}\" is no text")),
    };
    let instance_type = text("instanceType")?;
    if let Some(name) = instance_type.filter(|name| !is_instance_type(name)) {
        return Err(format!("{} is no instance type", quoted(name)));
    }
    Ok(Entry {
        position,
        source,
        instance_type: instance_type.map(ToOwned::to_owned),
        user_data: text("userData")?.map(user_data::script).transpose()?,
    })
}

fn source(id: &str) -> Result<Source, String> {
    if is_ami(id) {
        return Ok(Source::Ami(id.to_owned()));
    }
    let name = match id.strip_prefix("resolve:ssm:") {
        Some(name) => name,
        None if id.starts_with('/') => id,
        None => {
            let id = quoted(id);
            return Err(format!(
                "{id} is neither an AMI's id nor a parameter's path"
            ));
        }
    };
    match is_parameter(name) {
        true => Ok(Source::Parameter(name.to_owned())),
        false => Err(format!("{} is no parameter's name", quoted(name))),
    }
}

/// Whether this is an AMI's id.
#[must_use]
pub fn is_ami(text: &str) -> bool {
    AmiId::parse(text).is_some()
}

/// `t3.micro`, `m7i-flex.large`, `u-6tb1.112xlarge`, `r8gd.metal-24xl`: a family and a size.
fn is_instance_type(name: &str) -> bool {
    let part = |part: &str| {
        let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        (1..=24).contains(&part.len()) && part.bytes().all(known) && !part.starts_with('-')
    };
    name.split_once('.')
        .is_some_and(|(family, size)| part(family) && part(size))
}

/// What GetParameter may be asked for: a name with its version or label, or an ARN (Systems Manager API
/// Reference, "GetParameter").
fn is_parameter(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/:".contains(&byte);
    (1..=2048).contains(&name.len()) && name.bytes().all(known)
}

/// The AMI's id in a parameter's value: the value, or its `image_id` where it is JSON, as in the
/// `recommended` parameters of ECS.
#[must_use]
pub fn ami_in(value: &str) -> Option<String> {
    let value = value.trim();
    if is_ami(value) {
        return Some(value.to_owned());
    }
    let value: Value = serde_json::from_str(value).ok()?;
    let id = value.get("image_id")?.as_str()?;
    is_ami(id).then(|| id.to_owned())
}

impl List {
    /// The parameters that have to be looked up, each once.
    #[must_use]
    pub fn parameters(&self) -> BTreeSet<&str> {
        let sources = self.entries.iter().map(|entry| &entry.source);
        sources
            .filter_map(|source| match source {
                Source::Parameter(name) => Some(name.as_str()),
                Source::Ami(_) => None,
            })
            .collect()
    }

    /// What is to be assessed, each AMI once, and the problems by position; of very many the first, after one that
    /// tells how many more there are. `found` has the AMI of each parameter, or why there is none.
    #[must_use]
    pub fn wanted(
        self,
        found: &BTreeMap<String, Result<String, String>>,
    ) -> (Vec<Wanted>, Vec<Problem>) {
        let Self {
            entries,
            mut problems,
        } = self;
        let mut wanted = Vec::new();
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        for entry in entries {
            let position = entry.position;
            let mut wrong = |what| problems.push(Problem { position, what });
            let ami = match entry.source {
                Source::Ami(ami) => ami,
                Source::Parameter(name) => match found.get(&name) {
                    Some(Ok(ami)) => ami.clone(),
                    Some(Err(why)) => {
                        wrong(format!("{name}: {why}"));
                        continue;
                    }
                    None => {
                        wrong(format!("{name} was not looked up"));
                        continue;
                    }
                },
            };
            if let Some(first) = first.get(&ami) {
                wrong(format!("it is {ami}, as entry {first} is, which counts"));
                continue;
            }
            first.insert(ami.clone(), position);
            wanted.push(Wanted {
                ami,
                instance_type: entry.instance_type,
                user_data: entry.user_data,
            });
        }
        problems.sort();
        let more = problems.len().saturating_sub(MOST_PROBLEMS);
        if more > 0 {
            problems.truncate(MOST_PROBLEMS);
            let what = format!("{more} more problems than the first {MOST_PROBLEMS} are not named");
            problems.insert(0, Problem { position: 0, what });
        }
        (wanted, problems)
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", clean_line(text, 60))
}

#[cfg(test)]
mod tests;
