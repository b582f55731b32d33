//! Powering the machine off: an instance that is off costs nothing, and EC2 terminates it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nix::sys::reboot::{RebootMode, reboot};

use crate::exec::Tool;

/// How long a program may take to pass the wish on.
const ASKING: Duration = Duration::from_secs(5);

/// A program that powers a machine off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Means {
    /// The program, in one of the system's own directories.
    pub(crate) program: &'static str,
    /// Its arguments.
    pub(crate) args: &'static [&'static str],
    /// How long the machine may take to go down once the program was content.
    pub(crate) grace: Duration,
}

/// The kindest first. Nothing on the machine is worth waiting for: what counts was uploaded.
pub(crate) const MEANS: [Means; 4] = [
    Means {
        program: "systemctl",
        args: &["poweroff"],
        grace: Duration::from_secs(15),
    },
    Means {
        program: "systemctl",
        args: &["poweroff", "--force", "--force"],
        grace: Duration::from_secs(5),
    },
    Means {
        program: "shutdown",
        args: &["-P", "now"],
        grace: Duration::from_secs(15),
    },
    Means {
        program: "poweroff",
        args: &["-f"],
        grace: Duration::from_secs(5),
    },
];

/// What can be done to a machine.
pub(crate) trait Machine {
    /// Runs one of the means; why it did not work.
    fn run(&mut self, means: &Means) -> Result<(), String>;
    /// Waits for the machine to go down; whether it is on its way.
    fn goes_down(&mut self, grace: Duration) -> bool;
    /// Asks the kernel itself (reboot(2)), which returns only if it will not; why not.
    fn stop(&mut self) -> String;
}

/// Powers the machine off. Returns when it goes down, or with the reason why the last means failed.
pub(crate) fn off(machine: &mut impl Machine, note: &dyn Fn(&str)) -> Result<(), String> {
    for means in &MEANS {
        match machine.run(means) {
            Ok(()) if machine.goes_down(means.grace) => return Ok(()),
            Ok(()) => note(&format!(
                "{} {} had no effect",
                means.program,
                means.args.join(" ")
            )),
            // Most machines lack some of these.
            Err(_) => {}
        }
    }
    Err(machine.stop())
}

/// The machine that this runs on.
#[derive(Debug)]
pub(crate) struct ThisMachine {
    /// How many signals to stop came in: one that comes while we wait says that the machine is
    /// going down.
    pub(crate) signals: Arc<AtomicUsize>,
}

impl Machine for ThisMachine {
    fn run(&mut self, means: &Means) -> Result<(), String> {
        Tool::of_this_machine(means.program)
            .and_then(|tool| tool.args(means.args.iter().copied()).limit(ASKING).run())
            .map(drop)
            .map_err(|error| error.to_string())
    }

    fn goes_down(&mut self, grace: Duration) -> bool {
        let before = self.signals.load(Ordering::Relaxed);
        let end = Instant::now() + grace;
        while Instant::now() < end {
            if self.signals.load(Ordering::Relaxed) != before {
                return true;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        false
    }

    fn stop(&mut self) -> String {
        match reboot(RebootMode::RB_POWER_OFF) {
            Ok(never) => match never {},
            Err(errno) => format!("the kernel will not: {}", errno.desc()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// A machine on which some programs are there, and one of them may work.
    #[derive(Debug, Default)]
    struct Fake {
        there: Vec<&'static str>,
        works: Option<&'static [&'static str]>,
        tried: Vec<String>,
        last: bool,
    }

    impl Machine for Fake {
        fn run(&mut self, means: &Means) -> Result<(), String> {
            let line = format!("{} {}", means.program, means.args.join(" "));
            self.tried.push(line);
            self.last = self.works == Some(means.args);
            if self.there.contains(&means.program) {
                Ok(())
            } else {
                Err(format!("{} is not installed", means.program))
            }
        }

        fn goes_down(&mut self, _grace: Duration) -> bool {
            self.last
        }

        fn stop(&mut self) -> String {
            self.tried.push("reboot(2)".to_owned());
            "not permitted".to_owned()
        }
    }

    fn tried(mut fake: Fake) -> (Vec<String>, Result<(), String>, Vec<String>) {
        let notes = RefCell::new(Vec::new());
        let result = off(&mut fake, &|note| notes.borrow_mut().push(note.to_owned()));
        (fake.tried, result, notes.into_inner())
    }

    #[test]
    fn systemd_is_asked_and_that_is_that() {
        let (tried, result, notes) = tried(Fake {
            there: vec!["systemctl", "shutdown", "poweroff"],
            works: Some(&["poweroff"]),
            ..Fake::default()
        });
        assert_eq!(tried, ["systemctl poweroff"]);
        assert_eq!(result, Ok(()));
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn a_machine_that_stays_up_is_told_more_firmly() {
        let (tried, result, notes) = tried(Fake {
            there: vec!["systemctl", "shutdown", "poweroff"],
            works: Some(&["-f"]),
            ..Fake::default()
        });
        assert_eq!(
            tried,
            [
                "systemctl poweroff",
                "systemctl poweroff --force --force",
                "shutdown -P now",
                "poweroff -f",
            ]
        );
        assert_eq!(result, Ok(()));
        assert_eq!(notes.len(), 3, "{notes:?}");
    }

    #[test]
    fn without_any_program_the_kernel_is_asked() {
        let (tried, result, _) = tried(Fake::default());
        assert_eq!(tried.last().unwrap(), "reboot(2)");
        assert_eq!(result, Err("not permitted".to_owned()));
    }
}
