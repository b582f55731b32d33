//! What an instance is called by.

/// Whether text is the id of an EC2 instance (`i-`, 8 or 17 hexadecimal digits) or of another machine that
/// Systems Manager manages (`mi-`, 17): API reference, `ListComplianceItems`, and EC2's "Resource IDs".
#[must_use]
pub fn is_instance(text: &str) -> bool {
    let lengths: &[usize] = if text.starts_with("mi-") {
        &[17]
    } else {
        &[8, 17]
    };
    let digits = text.strip_prefix("mi-").or_else(|| text.strip_prefix("i-"));
    digits.is_some_and(|digits| {
        let is_hex = |one: u8| one.is_ascii_digit() || (b'a'..=b'f').contains(&one);
        lengths.contains(&digits.len()) && digits.bytes().all(is_hex)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instance_ids() {
        for yes in ["i-0123456789abcdef0", "i-1234abcd", "mi-0123456789abcdef0"] {
            assert!(is_instance(yes), "{yes}");
        }
        for no in [
            "",
            "i-",
            "i-1234567",
            "i-1234ABCD",
            "mi-12345678",
            "ami-12345678",
            "i-é2345678",
        ] {
            assert!(!is_instance(no), "{no}");
        }
    }
}
