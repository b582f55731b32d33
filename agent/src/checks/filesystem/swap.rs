use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Swap space lies on an encrypted device or in compressed memory (zram). On a running machine
    /// `/proc/swaps` counts; of an unpacked root, `/etc/fstab`. Encryption of the whole volume by
    /// the cloud cannot be seen from inside.
    ///
    /// ## Why it matters
    /// What programs hold in memory, keys and passwords too, is written there in the clear, and a
    /// snapshot or an image of the disk takes it along.
    ///
    /// ## Remediation
    /// Do without swap, use zram, or encrypt it with a key made anew at each boot (crypttab(5):
    /// `swap DEVICE /dev/urandom swap`). Never make an image of a machine with a swap file in use.
    pub(crate) PLAIN_SWAP {
        id: "HT-FS-005",
        title: "Swap space is not encrypted",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(313), Ref::Manual("crypttab(5)")],
        judge: plain_swap,
        passes: |tree| {
            tree.file("/etc/fstab", "/dev/mapper/swap0 none swap sw 0 0\n")
                .file("/etc/crypttab", "swap0 /dev/sdb /dev/urandom swap\n");
        },
        fails: |tree| { tree.file("/etc/fstab", "/swapfile none swap sw 0 0\n"); },
    }
}

fn plain_swap(facts: &Facts) -> Judged {
    let swaps = facts.swaps.as_ref()?;
    if swaps.is_empty() {
        return Err(NotJudged::NotApplicable(
            "no swap space is set up".to_owned(),
        ));
    }
    Ok(Verdict::from_faults(
        swaps
            .iter()
            .filter(|swap| !swap.protected)
            .map(|swap| Fault::new(&swap.what, format!("{} names it", swap.source))),
    ))
}
