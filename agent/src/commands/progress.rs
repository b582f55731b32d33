//! Progress of a scan: a line an engine on a terminal, nothing elsewhere.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use hardtarget_report::{EngineId, clean_line};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::terminal;
use crate::message::Message;

/// Shows how far a scan is.
#[derive(Debug)]
pub(super) struct Display {
    bars: Option<MultiProgress>,
    engines: BTreeMap<EngineId, ProgressBar>,
    verbose: bool,
}

impl Display {
    /// Bars where stderr is a terminal; a line for each step that matters with `verbose`.
    pub(super) fn new(quiet: bool, verbose: bool) -> Self {
        let terminal = io::stderr().is_terminal() && !quiet;
        Self {
            bars: terminal.then(MultiProgress::new),
            engines: BTreeMap::new(),
            verbose: verbose && !terminal,
        }
    }

    /// Hears what the worker says.
    pub(super) fn hear(&mut self, message: &Message) {
        match message {
            Message::Begun(engine) => {
                let engine = EngineId::from(*engine);
                if self.verbose {
                    terminal::note(&format!("{engine}: begins"));
                }
                if let Some(bars) = &self.bars {
                    let bar = bars.add(ProgressBar::new(0).with_style(style()));
                    bar.set_prefix(engine.as_str());
                    bar.enable_steady_tick(Duration::from_millis(120));
                    self.engines.insert(engine, bar);
                }
            }
            Message::Step {
                engine,
                done,
                total,
                what,
            } => {
                if let Some(bar) = self.engines.get(&EngineId::from(*engine)) {
                    bar.set_length(*total as u64);
                    bar.set_position(*done as u64);
                    bar.set_message(clean_line(what, 40));
                }
            }
            Message::Ended(ended) => {
                let engine = EngineId::from(ended.run.engine);
                if self.verbose
                    && let Some(line) = self::ended(message)
                {
                    terminal::note(&line);
                }
                if let Some(bar) = self.engines.remove(&engine) {
                    bar.finish_and_clear();
                }
            }
            Message::Target(_) | Message::Group(_) => {}
        }
    }

    /// Takes everything off the terminal.
    pub(super) fn end(self) {
        for bar in self.engines.values() {
            bar.finish_and_clear();
        }
    }
}

/// How an engine ended, where that is what a message says: `native: done (1.2 s)`.
pub(super) fn ended(message: &Message) -> Option<String> {
    let Message::Ended(ended) = message else {
        return None;
    };
    let taken = crate::words::seconds(Duration::from_millis(ended.run.duration_ms));
    let why = ended.run.why.as_deref().unwrap_or("done");
    Some(format!(
        "{}: {why} ({taken})",
        EngineId::from(ended.run.engine)
    ))
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix:9} {bar:30} {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
