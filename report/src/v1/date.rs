//! A day as it travels: YYYY-MM-DD and nothing else.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serializer, de};

pub(super) fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(day)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let text = String::deserialize(from)?;
    crate::waivers::day(&text).ok_or_else(|| de::Error::custom("a day is written YYYY-MM-DD"))
}
