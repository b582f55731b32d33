//! What was scanned.

use maud::{Markup, html};

use super::prose::line;
use crate::{Report, Target};

/// The host's name, or the best there is.
pub(super) fn name(target: &Target) -> String {
    let name = [&target.hostname, &target.ami, &target.instance]
        .into_iter()
        .flatten()
        .next();
    line(name.map_or("this machine", |name| name))
}

/// Operating system, kernel and architecture on one line.
pub(super) fn system(target: &Target) -> String {
    let os = target.os.pretty_name.as_ref().or(target.os.id.as_ref());
    let kernel = target.kernel.as_ref();
    let parts = [
        os.map(|os| line(os)),
        kernel.map(|kernel| format!("kernel {}", line(kernel))),
        target.arch.as_ref().map(|arch| line(arch)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

/// What the head of the page does not tell already.
pub(super) fn card(report: &Report) -> Markup {
    let target = &report.target;
    let boot = &target.boot;
    let how = match (target.live, target.privileged) {
        (true, true) => "running machine, as root".to_owned(),
        (true, false) => "running machine, not as root".to_owned(),
        (false, _) => format!("unpacked root {}", line(&target.root)),
    };
    let secure_boot = boot.secure_boot.map(|on| if on { "on" } else { "off" });
    let facts = [
        ("AMI", target.ami.as_deref()),
        ("Instance", target.instance.as_deref()),
        ("Type", target.instance_type.as_deref()),
        ("Region", target.region.as_deref()),
        ("Account", target.account.as_deref()),
        ("Firmware", boot.firmware.as_deref()),
        ("Secure Boot", secure_boot),
        ("Init", boot.init.as_deref()),
        ("Runs on", boot.virtualization.as_deref()),
        ("Scanned as", Some(how.as_str())),
    ];
    html! {
        section.card.target aria-labelledby="target" {
            h2 #target { "Target" }
            dl {
                @for (name, value) in facts {
                    @if let Some(value) = value {
                        div { dt { (name) } dd { (line(value)) } }
                    }
                }
            }
        }
    }
}
