//! The family of an AMI: the AMIs that succeed one another, as one segment of an S3 key.
//!
//! What is there first decides:
//! 1. the AMI's tag `family` (with the prefix of our tags), as it stands;
//! 2. Image Builder's tag `Ec2ImageBuilderArn`: the recipe's name in it;
//! 3. the AMI's name without what moves from one AMI to the next, see [`of_name`].

/// The tag that names the family, without the prefix of our tags.
pub const FAMILY_TAG: &str = "family";

/// Where Image Builder says of which image an AMI is:
/// `arn:aws:imagebuilder:eu-central-1:123456789012:image/my-recipe/1.0.3/2`.
pub const IMAGE_BUILDER_TAG: &str = "Ec2ImageBuilderArn";

/// What has a number of its own: after these it tells the line of a product (`debian-12`), or a place.
const NUMBERED: &str = "alma almalinux alpine amzn centos central cuda debian east fedora java jdk k8s kernel \
    kubernetes leap linux macos mysql node nodejs north ol openjdk os php postgres postgresql \
    python rhel rocky ruby server sles south stream suse ubuntu west windows";

/// What counts up: `b142`, `build142`, `rc1`.
const COUNTERS: &str = "b beta build rc rev run";

/// What may follow the version at a name's end: the variant.
const VARIANTS: &str = "aarch64 amd64 arm64 ebs gp2 gp3 hvm i386 linux ssd x86_64";

/// The family of an AMI by its tags and name: never empty, at most 128 characters, letters, digits
/// and `. _ -` only, with a letter or digit at both ends.
#[must_use]
pub fn family<'a>(
    tags: impl IntoIterator<Item = (&'a str, &'a str)>,
    tag_prefix: &str,
    name: Option<&str>,
) -> String {
    let (mut ours, mut recipe) = (None, None);
    for (key, value) in tags {
        if key.strip_prefix(tag_prefix) == Some(FAMILY_TAG) {
            ours = Some(segment(value)).filter(|family| !family.is_empty());
        } else if key == IMAGE_BUILDER_TAG {
            recipe = of_image_builder(value);
        }
    }
    ours.or(recipe)
        .unwrap_or_else(|| of_name(name.unwrap_or_default()))
}

/// The recipe's name in the ARN of an Image Builder image.
fn of_image_builder(arn: &str) -> Option<String> {
    let resource = arn.strip_prefix("arn:")?.split(':').nth(4)?;
    let mut parts = resource.split('/');
    let family = segment(parts.nth(1).filter(|_| resource.starts_with("image/"))?);
    (!family.is_empty()).then_some(family)
}

/// The family in an AMI's name.
///
/// Names are unique in an account and region, so an AMI and its successor differ in something: that
/// is cut, wherever it stands, and the rest is the family. In doubt a name is left longer: two
/// families too many only lack a comparison, two thrown together get a wrong one.
/// - Cut are dates and times in all usual forms, seconds since 1970, UUIDs, hexadecimal hashes,
///   versions that hold a date (`2.0.20230404.1`) or have three parts or more (`1.2.3`, `v1.2.3`),
///   counters (`b142`, `rc1`), and bare numbers after any of these (`20240717-1811`).
/// - If there was none of these, what moves is the number or version at the end: `web-17`,
///   `web-v2`; only an architecture or the like may follow it.
/// - What names a line of products stays: versions of two parts (`22.04`), and numbers after the
///   name of a system or the like (`debian-12`). A longer version stays there as its first number:
///   `RHEL-9.4.0` and `RHEL-9.5.0` follow each other, RHEL 8 and 9 do not.
#[must_use]
pub fn of_name(name: &str) -> String {
    // What the console calls a copy: `[Copied ami-0abc from us-east-1] web-17`.
    let name = match name
        .strip_prefix("[Copied ")
        .and_then(|rest| rest.split_once("] "))
    {
        Some((_, original)) => original,
        None => name,
    };
    let tokens = tokens(name);
    let mut kept: Vec<(&str, &str)> = Vec::new();
    let (mut rest, mut before, mut moved) = (tokens.as_slice(), "", false);
    while let Some(((separator, token), after)) = rest.split_first() {
        let named = is_one_of(NUMBERED, before);
        let stamp = stamp(rest, before);
        before = token;
        rest = match stamp {
            Some(length) => rest.get(length..).unwrap_or_default(),
            None => after,
        };
        let version = version(token);
        let moves = stamp.is_some()
            || is_counter(token)
            || version.is_some_and(|parts| parts >= 3)
            || (moved && !named && (is_number(token) || is_end_of_time(token)));
        if !moves {
            kept.push((separator, token));
            continue;
        }
        moved = true;
        let line = first_number(token)
            .filter(|line| named && version.is_some_and(|parts| parts > 1) && line.len() < 4);
        kept.extend(line.map(|line| (*separator, line)));
    }
    if !moved {
        cut_last_version(&mut kept);
    }
    let joined: String = kept
        .iter()
        .flat_map(|(separator, token)| [*separator, *token])
        .collect();
    [segment(&joined), segment(name), "unnamed".to_owned()]
        .into_iter()
        .find(|family| !family.is_empty())
        .unwrap_or_default()
}

/// Nothing else moved: so the version or number at the end does, unless it is that of a line.
fn cut_last_version(kept: &mut Vec<(&str, &str)>) {
    let last = kept
        .iter()
        .rposition(|(_, token)| !is_one_of(VARIANTS, token));
    let Some(last) = last.filter(|last| *last > 0) else {
        return;
    };
    let token_at = |at: usize| kept.get(at).map_or("", |(_, token)| *token);
    if version(token_at(last)).is_some() && !is_one_of(NUMBERED, token_at(last - 1)) {
        kept.remove(last);
    }
}

/// The words of a name, each with what separates it from the one before. A dot between digits
/// separates nothing, nor does the underscore of `x86_64`.
fn tokens(name: &str) -> Vec<(&str, &str)> {
    let mut tokens = Vec::new();
    let (mut from, mut start) = (0, None);
    let mut previous = ' ';
    let mut chars = name.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next_is_digit = chars.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        let within = c.is_alphanumeric()
            || (c == '.' && previous.is_ascii_digit() && next_is_digit)
            || (c == '_' && name[start.unwrap_or(at)..at].eq("x86") && next_is_digit);
        previous = c;
        if within {
            start = start.or(Some(at));
        } else if let Some(begin) = start.take() {
            tokens.push((&name[from..begin], &name[begin..at]));
            from = at;
        }
    }
    if let Some(begin) = start {
        tokens.push((&name[from..begin], &name[begin..]));
    }
    tokens
}

/// How many tokens the date, time, hash or UUID at the beginning has; `None` if there is none.
fn stamp(tokens: &[(&str, &str)], before: &str) -> Option<usize> {
    let token = |at: usize| tokens.get(at).map_or("", |(_, token)| *token);
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if [8, 4, 4, 4, 12]
        .iter()
        .enumerate()
        .all(|(at, length)| token(at).len() == *length && hex(token(at)))
    {
        return Some(5);
    }
    let (one, two, three) = (token(0), token(1), token(2));
    if is_year(one) && is_month(two) {
        let day = three.split(['T', 't']).next().is_some_and(is_day);
        return Some(if day { 3 } else { 2 });
    }
    if is_year(three) && (is_day(one) && is_month(two) || is_month(one) && is_day(two)) {
        return Some(3);
    }
    (is_date(one) || is_hash(one, before)).then_some(1)
}

fn in_range(text: &str, length: usize, range: std::ops::RangeInclusive<u64>) -> bool {
    text.len() == length
        && is_number(text)
        && text.parse().is_ok_and(|number| range.contains(&number))
}

fn is_year(text: &str) -> bool {
    in_range(text, 4, 2000..=2099)
}

fn is_month(text: &str) -> bool {
    in_range(text, 2, 1..=12)
}

fn is_day(text: &str) -> bool {
    in_range(text, 2, 1..=31)
}

/// `20240927`, `202409271811`, `20240927T181100Z`, `v20240927`, `2024.09.27`, a version that holds
/// one of them, or seconds or milliseconds since 1970.
fn is_date(token: &str) -> bool {
    let plain = token.strip_prefix(['v', 'V']).unwrap_or(token);
    let parts: Vec<&str> = plain.split('.').collect();
    if let [year, month, ..] = parts.as_slice()
        && is_year(year)
        && is_month(month)
    {
        return true;
    }
    parts.iter().any(|part| is_compact_date(part))
        || in_range(plain, 10, 1_000_000_000..=2_999_999_999)
        || in_range(plain, 13, 1_000_000_000_000..=2_999_999_999_999)
}

fn is_compact_date(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let rest = text.get(digits..).unwrap_or_default();
    matches!(digits, 8 | 10 | 12 | 14)
        && is_year(part(0, 4))
        && is_month(part(4, 6))
        && is_day(part(6, 8))
        && (rest.len() <= 1 || rest.starts_with(['T', 't']))
}

/// A commit, a random name, an AMI's id (the Marketplace once counted on behind it: `ami-0042af67f8e4dcc20.4`).
/// Not that of an instance, which a backup belongs to.
fn is_hash(token: &str, before: &str) -> bool {
    let token = match before {
        "ami" => token.split('.').next().unwrap_or(token),
        _ => token,
    };
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    (7..=40).contains(&token.len())
        && token
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && (2..token.len()).contains(&digits)
        && before != "i"
}

/// How many parts a version has: `v2` has one, `22.04` two, `1.2.3rc1` three.
fn version(token: &str) -> Option<usize> {
    let plain = token.strip_prefix(['v', 'V']).unwrap_or(token);
    let mut parts = plain.split('.');
    let sound = parts.next().is_some_and(is_number)
        && parts.all(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    sound.then(|| plain.split('.').count())
}

fn first_number(token: &str) -> Option<&str> {
    token
        .strip_prefix(['v', 'V'])
        .unwrap_or(token)
        .split('.')
        .next()
}

fn is_number(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_counter(token: &str) -> bool {
    let word = token.trim_end_matches(|c: char| c.is_ascii_digit());
    word.len() < token.len() && is_one_of(COUNTERS, word)
}

/// `00Z`, `00.123Z`, `UTC`, `T06`.
fn is_end_of_time(token: &str) -> bool {
    let plain = token.strip_prefix('T').unwrap_or(token);
    let zone = plain.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    matches!(zone, "Z" | "UTC" | "GMT") || (zone.is_empty() && plain.len() < token.len())
}

fn is_one_of(words: &str, token: &str) -> bool {
    words
        .split(' ')
        .any(|word| word.eq_ignore_ascii_case(token))
}

/// Text as one segment of an S3 key; empty if there is no letter or digit in it.
fn segment(text: &str) -> String {
    let mut segment = String::new();
    for c in text.chars().take(1_000) {
        match c {
            _ if c.is_ascii_alphanumeric() => segment.push(c),
            '.' | '_' => segment.push(c),
            _ if segment.ends_with('-') => {}
            _ => segment.push('-'),
        }
    }
    let trimmed = |text: &str| {
        text.trim_matches(|c: char| !c.is_ascii_alphanumeric())
            .to_owned()
    };
    let mut segment = trimmed(&segment);
    segment.truncate(128);
    trimmed(&segment)
}

#[cfg(test)]
mod names;
#[cfg(test)]
mod tests;
