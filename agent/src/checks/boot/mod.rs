//! What is started before anyone can log in: the boot loader and what it tells the kernel.

pub(crate) mod command_line;
pub(crate) mod config_files;
pub(crate) mod console;
pub(crate) mod password;

use super::NotJudged;
use crate::facts::Facts;

/// The words of the kernel's command line, each with the file that has it: of the running kernel,
/// or what the boot loader of an unpacked root will tell it.
pub(super) fn kernel_words(facts: &Facts) -> Result<Vec<(&str, String)>, NotJudged> {
    if let Some(engine) = &facts.container {
        return Err(NotJudged::NotApplicable(format!(
            "a container ({engine}) has its host's kernel"
        )));
    }
    if facts.running {
        let words = &facts.lockdown.as_ref()?.command_line;
        return Ok(words
            .iter()
            .map(|word| (word.as_str(), "/proc/cmdline".to_owned()))
            .collect());
    }
    let words = &facts.boot_loader.as_ref()?.words;
    if words.is_empty() {
        return Err(NotJudged::Unknown(
            "no file of the boot loader has the kernel's command line".to_owned(),
        ));
    }
    Ok(words
        .iter()
        .map(|(word, file)| (word.as_str(), file.display().to_string()))
        .collect())
}
