//! Whether bytes are a private key, and whether it is encrypted.

/// The shortest base64 text that can be a key: the 32 bytes of Ed25519.
const SHORTEST: usize = 40;

/// The start of an OpenSSH key (PROTOCOL.key of OpenSSH) in base64: `openssh-key-v1`, a zero byte,
/// and the name of the cipher with its length before it, here `none`.
const OPENSSH: &str = "b3BlbnNzaC1rZXktdjEA";
const OPENSSH_PLAIN: &str = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUA";

/// Where the ciphers of passphrases are among object identifiers: 1.2.840.113549.1.5 (RFC 8018), in
/// DER.
const PKCS5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05];

/// The format of the private key in words, and whether it is encrypted. A file with several counts
/// as encrypted only if all are.
pub(in crate::facts) fn private_key(bytes: &[u8]) -> Option<(&'static str, bool)> {
    if let Some(found) = der(bytes) {
        return Some(found);
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    if text.starts_with("PuTTY-User-Key-File-") {
        return putty(text);
    }
    let mut found = None;
    for block in text.split("-----BEGIN ").skip(1) {
        match pem(block) {
            Some(plain @ (_, false)) => return Some(plain),
            Some(encrypted) => found = Some(encrypted),
            None => {}
        }
    }
    found
}

/// A PEM block (RFC 7468, RFC 1421) from its label on.
fn pem(block: &str) -> Option<(&'static str, bool)> {
    let (label, rest) = block.split_once("-----")?;
    let format = match label {
        "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => "a private key (PKCS#8)",
        "RSA PRIVATE KEY" => "an RSA private key",
        "EC PRIVATE KEY" => "an EC private key",
        "DSA PRIVATE KEY" => "a DSA private key",
        "OPENSSH PRIVATE KEY" => "a private key of SSH",
        label if label.ends_with("PRIVATE KEY") => "a private key",
        _ => return None,
    };
    let content = rest.split("-----END").next().unwrap_or(rest);
    let mut encrypted = label.starts_with("ENCRYPTED");
    let mut key = String::new();
    for line in content.lines().map(str::trim) {
        if let Some((name, value)) = line.split_once(':') {
            encrypted |= name == "Proc-Type" && value.contains("ENCRYPTED");
        } else {
            key.push_str(line);
        }
    }
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    // A placeholder in a sample or a template is no key.
    if key.chars().take_while(|c| is_base64(*c)).count() < SHORTEST {
        return None;
    }
    encrypted |= key.starts_with(OPENSSH) && !key.starts_with(OPENSSH_PLAIN);
    Some((format, encrypted))
}

/// A key file of PuTTY, whose header names the cipher.
fn putty(text: &str) -> Option<(&'static str, bool)> {
    let of = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.trim())
    };
    of("Private-Lines")?;
    let encrypted = of("Encryption").is_some_and(|cipher| cipher != "none");
    Some(("a private key of PuTTY", encrypted))
}

/// A key in DER. All begin with a sequence, and the version that comes first tells them apart:
/// 0 in PKCS#1 (RFC 8017, A.1.2) and PKCS#8 (RFC 5958), 1 in SEC 1 (RFC 5915), 3 in PKCS#12 (RFC
/// 7292). An encrypted key of PKCS#8 names its cipher instead; a certificate begins otherwise.
fn der(bytes: &[u8]) -> Option<(&'static str, bool)> {
    let rest = match bytes {
        [0x30, short, rest @ ..] if *short < 0x80 => rest,
        [0x30, 0x81, _, rest @ ..]
        | [0x30, 0x82, _, _, rest @ ..]
        | [0x30, 0x83, _, _, _, rest @ ..]
        // Of indefinite length.
        | [0x30, 0x80, rest @ ..] => rest,
        _ => return None,
    };
    if bytes.len() < SHORTEST {
        return None;
    }
    match rest {
        [0x02, 0x01, 0x00, 0x30, ..] => Some(("a private key (PKCS#8, DER)", false)),
        [0x02, 0x01, 0x00, 0x02, ..] => Some(("an RSA private key (DER)", false)),
        [0x02, 0x01, 0x01, 0x04, ..] => Some(("an EC private key (DER)", false)),
        [0x30, _, 0x06, 0x09, after @ ..] if after.starts_with(PKCS5) => {
            Some(("a private key (PKCS#8, DER)", true))
        }
        [0x02, 0x01, 0x03, 0x30, ..] => Some(("a PKCS#12 store, mostly with a private key", true)),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A block that looks like a key. It is put together here so that nothing in the source does.
    pub(crate) fn pem(label: &str, body: &str) -> String {
        let dashes = "-".repeat(5);
        format!("{dashes}BEGIN {label}{dashes}\n{body}\n{dashes}END {label}{dashes}\n")
    }

    fn body() -> String {
        format!("{}\n{}==", "MIIA".repeat(16), "A".repeat(22))
    }

    #[test]
    fn plain_keys() {
        for text in [
            pem("PRIVATE KEY", &body()),
            pem("RSA PRIVATE KEY", &body()).replace('\n', "\r\n"),
            pem("OPENSSH PRIVATE KEY", &format!("{OPENSSH_PLAIN}{}", body())),
            format!(
                "{}{}",
                pem("CERTIFICATE", &body()),
                pem("EC PRIVATE KEY", &body())
            ),
            format!(
                "{}{}",
                pem("ENCRYPTED PRIVATE KEY", &body()),
                pem("PRIVATE KEY", &body())
            ),
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\nAAAA\n"
                .to_owned(),
        ] {
            let found = private_key(text.as_bytes());
            assert!(matches!(found, Some((_, false))), "{found:?} {text}");
        }
        let mut latin = b"# caf\xe9\n".to_vec();
        latin.extend(pem("PRIVATE KEY", &body()).bytes());
        assert!(matches!(private_key(&latin), Some((_, false))));
    }

    #[test]
    fn encrypted_keys() {
        let legacy = format!(
            "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{}",
            body()
        );
        // The cipher's name is `aes256-ctr`, ten letters long.
        let openssh = format!("{OPENSSH}AAAACmFlczI1Ni1jdHI{}", body());
        for text in [
            pem("ENCRYPTED PRIVATE KEY", &body()),
            pem("RSA PRIVATE KEY", &legacy),
            pem("OPENSSH PRIVATE KEY", &openssh),
            "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: aes256-cbc\nPrivate-Lines: 1\nAAAA\n"
                .to_owned(),
        ] {
            let found = private_key(text.as_bytes());
            assert!(matches!(found, Some((_, true))), "{found:?} {text}");
        }
    }

    #[test]
    fn keys_in_der() {
        let with = |start: &[u8]| {
            let mut bytes = start.to_vec();
            bytes.resize(200, 0xaa);
            private_key(&bytes).map(|(_, encrypted)| encrypted)
        };
        assert_eq!(with(&[0x30, 0x82, 4, 0, 2, 1, 0, 0x30]), Some(false));
        assert_eq!(with(&[0x30, 0x82, 4, 0, 2, 1, 0, 2]), Some(false));
        assert_eq!(with(&[0x30, 0x77, 2, 1, 1, 4, 0x20]), Some(false));
        assert_eq!(with(&[0x30, 0x82, 4, 0, 2, 1, 3, 0x30]), Some(true));
        let mut pkcs8 = vec![0x30, 0x81, 0xec, 0x30, 0x57, 0x06, 0x09];
        pkcs8.extend(PKCS5);
        assert_eq!(with(&pkcs8), Some(true));
        assert_eq!(with(&[0x30, 0x82, 4, 0, 0x30, 0x82]), None);
    }

    #[test]
    fn what_is_no_key() {
        for text in [
            pem("CERTIFICATE", &body()),
            pem("PUBLIC KEY", &body()),
            pem("PRIVATE KEY", "${KEY}"),
            pem("PRIVATE KEY", "<put the key here>"),
            pem("PRIVATE KEY", ""),
            String::new(),
            "PuTTY-User-Key-File-3".to_owned(),
        ] {
            assert_eq!(private_key(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in any::<Vec<u8>>(), text in "(-----BEGIN |-----|PRIVATE KEY|\n|:|\\PC)*") {
            private_key(&bytes);
            private_key(text.as_bytes());
        }
    }
}
