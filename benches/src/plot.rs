//! The measured times as a picture: a bar for each, on a scale where every step is ten times the one before.

use std::fmt::Write as _;

use crate::{Estimate, goal};

const ROW: f64 = 22.0;
const LABEL: f64 = 430.0;
const DECADE: f64 = 50.0;
/// The scale begins at 1 ns and ends at 10 s.
const DECADES: u32 = 10;

/// Draws estimates as SVG, with a mark where a goal is.
#[must_use]
pub fn plot(estimates: &[Estimate]) -> String {
    let height = ROW * (estimates.len() as f64 + 2.0);
    let width = LABEL + DECADE * f64::from(DECADES) + 20.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <style>:root {{ color-scheme: light dark }} svg {{ color: #222 }} .bar {{ fill: #4878a8 }} \
         .goal {{ stroke: #c04040; stroke-width: 2 }} .grid {{ stroke: currentColor; opacity: .15 }} text {{ fill: currentColor }} \
         @media (prefers-color-scheme: dark) {{ svg {{ color: #ddd }} }}</style>\n"
    );
    for decade in 0..=DECADES {
        let x = LABEL + DECADE * f64::from(decade);
        let label = ["1 ns", "10", "100", "1 µs", "10", "100", "1 ms", "10", "100", "1 s", "10"];
        let text = label.get(decade as usize).copied().unwrap_or_default();
        let bottom = height - ROW;
        // Writing into a String does not fail.
        let _ = writeln!(svg, "<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"4\" y2=\"{bottom}\"/>");
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{text}</text>", height - 6.0);
    }
    for (row, estimate) in estimates.iter().enumerate() {
        let y = ROW * row as f64 + 8.0;
        let end = place(estimate.each());
        let label = escape(&estimate.name);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{label}</text>",
            LABEL - 8.0,
            y + 12.0
        );
        let _ = writeln!(
            svg,
            "<rect class=\"bar\" x=\"{LABEL}\" y=\"{y}\" width=\"{:.1}\" height=\"14\"/>",
            end - LABEL
        );
        if let Some(goal) = goal(&estimate.name) {
            let x = place(goal);
            let _ = writeln!(
                svg,
                "<line class=\"goal\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{}\"/>",
                y - 2.0,
                y + 16.0
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn place(nanoseconds: f64) -> f64 {
    LABEL + DECADE * nanoseconds.max(1.0).log10().min(f64::from(DECADES))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
