//! A bar on a terminal: what is being done, how much of it, and how long it has taken and will.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bar; without a terminal there is none.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

const TEMPLATE: &str = "{msg:22} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {elapsed} (eta {eta})";

impl Progress {
    /// Begins a bar over so many bytes, on stderr if it is to be seen.
    pub(crate) fn new(bytes: u64, seen: bool) -> Self {
        let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        if seen {
            bar.enable_steady_tick(Duration::from_millis(500));
        }
        Self(bar)
    }

    /// Says what is being done from here on.
    pub(crate) fn say(&self, what: &str) {
        self.0.set_message(what.to_string());
    }

    /// Counts bytes that have been dealt with.
    pub(crate) fn advance(&self, bytes: usize) {
        self.0.inc(bytes as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
