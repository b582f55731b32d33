//! Whether the kernel trusts only what was signed: Secure Boot, lockdown, module signatures.

use super::Fact;
use crate::host::Host;

/// The variable of UEFI 2.10, section 3.3, "SecureBoot": four bytes of attributes, one of state.
const SECURE_BOOT: &str =
    "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

/// What is known of it; `None` where the kernel does not say.
#[derive(Debug, Default)]
pub(crate) struct Lockdown {
    /// Whether the machine was booted by UEFI (as opposed to BIOS).
    pub(crate) uefi: bool,
    /// Whether Secure Boot is on.
    pub(crate) secure_boot: Option<bool>,
    /// `none`, `integrity` or `confidentiality`, kernel_lockdown(7).
    pub(crate) mode: Option<String>,
    /// Whether unsigned modules are refused; `None` where the kernel was built without signatures.
    pub(crate) module_signatures: Option<bool>,
    /// Whether the kernel loads modules at all.
    pub(crate) has_modules: bool,
    /// The kernel's command line.
    pub(crate) command_line: Vec<String>,
}

pub(crate) fn collect(host: &Host) -> Fact<Lockdown> {
    let command_line = host.text("/proc/cmdline")?;
    Ok(Lockdown {
        uefi: host.exists("/sys/firmware/efi"),
        secure_boot: host
            .read(SECURE_BOOT)
            .ok()
            .and_then(|bytes| bytes.get(4).map(|state| *state == 1)),
        mode: host
            .text("/sys/kernel/security/lockdown")
            .ok()
            .and_then(|text| chosen(&text)),
        module_signatures: host
            .text("/sys/module/module/parameters/sig_enforce")
            .ok()
            .map(|text| matches!(text.trim(), "Y" | "1")),
        has_modules: host.exists("/proc/modules"),
        command_line: command_line.split_whitespace().map(str::to_owned).collect(),
    })
}

/// The word in brackets: `none [integrity] confidentiality`.
fn chosen(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('[')?;
    let (word, _) = rest.split_once(']')?;
    Some(word.to_owned())
}
