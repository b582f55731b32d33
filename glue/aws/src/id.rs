//! Ids of EC2: what has another form never gets into a request, a key or a log line as one.

use std::fmt;

macro_rules! id {
    ($name:ident, $prefix:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Takes `text` if it has the form of such an id.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let number = text.strip_prefix($prefix)?;
                let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                ((8..=17).contains(&number.len()) && number.bytes().all(hex))
                    .then(|| Self(text.to_owned()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    AmiId,
    "ami-",
    "The id of an AMI: `ami-` and 8 to 17 hexadecimal digits."
);
id!(
    InstanceId,
    "i-",
    "The id of an instance: `i-` and 8 to 17 hexadecimal digits."
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_are_ids() {
        for good in ["ami-0c1f3a9b27d5e8846", "ami-03cf127a"] {
            assert_eq!(AmiId::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "ami-",
            "ami-0C1F3A9B",
            "i-03cf127a",
            "ami-03cf127a/..",
            "ami-03cf127a\n",
            "ami-00000000000000000000",
        ] {
            assert_eq!(AmiId::parse(bad), None, "{bad:?}");
        }
        assert!(InstanceId::parse("i-0abc12345def67890").is_some());
    }
}
