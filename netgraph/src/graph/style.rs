//! The colours and faces of SVG and HTML.

use std::fmt::Write;

use super::picture::Theme;

/// What does not depend on light and dark.
const FACES: &str = "\
.ng text{font-family:'DejaVu Sans',Verdana,'Bitstream Vera Sans',Geneva,sans-serif;white-space:pre}
.ng .heading{font-size:15px;font-weight:bold}
.ng .name{font-size:11px;font-weight:bold}
.ng .nameless{font-style:italic}
.ng .small{font-size:9px}
.ng .title{font-size:10.5px;font-weight:bold}
.ng .hook{font-size:8.5px}
.ng .end{text-anchor:end}
.ng .edge path{fill:none;stroke-width:1.4}
.ng .edge:hover path{stroke-width:3}
.ng .box,.ng .jail,.ng .corner{stroke-width:1.2}
.ng .corner,.ng .foreign .box{stroke-dasharray:4 3}
";

/// Selectors, with their colours in light and in dark.
const COLOURS: &[(&str, &str, &str)] = &[
    (".paper", "fill:#ffffff", "fill:#12161b"),
    (".heading,.ng .name", "fill:#17202b", "fill:#e8edf3"),
    (".small,.ng .hook", "fill:#566373", "fill:#a3b0be"),
    (".title", "fill:#3a4a5e", "fill:#b9c6d6"),
    (".jail", "fill:#f1f5fa;stroke:#b4c3d6", "fill:#1a212a;stroke:#3d4b5c"),
    (".corner", "fill:none;stroke:#c3c9d1", "fill:none;stroke:#414b57"),
    (".box", "fill:#ffffff;stroke:#7c8a9b", "fill:#222a34;stroke:#66758a"),
    (".up .box", "fill:#fff7e6;stroke:#c9962e", "fill:#2d2718;stroke:#b98d35"),
    (".eiface .box", "fill:#ffffff;stroke:#5d9474", "fill:#1d2a25;stroke:#5a9c79"),
    (".grey .box", "fill:#f5f5f5;stroke:#b3b8be", "fill:#1b1e22;stroke:#4b525b"),
    (".grey text", "fill:#868e98", "fill:#7d8691"),
    (".edge path", "stroke:#7c8a9b", "stroke:#7f8da0"),
    (".dot", "fill:#7c8a9b", "fill:#7f8da0"),
    (".edge.grey path", "stroke:#b3b8be", "stroke:#565e68"),
];

/// The colours of bars and their connections, in light and in dark: the line, and the bar's fill.
const HUES: [(&str, &str, &str, &str); super::layout::HUES] = [
    ("#2a6cb5", "#e3eefb", "#6aa9ee", "#182c42"),
    ("#b3591a", "#fbecdf", "#eb9d5e", "#3a2716"),
    ("#1a8272", "#dff4f0", "#4dc4b1", "#14332e"),
    ("#7a4fae", "#efe7f9", "#b692e6", "#2c2140"),
    ("#b03a5b", "#fbe5eb", "#ec829f", "#3d1c27"),
    ("#66771a", "#f0f4da", "#b3c55c", "#2b3014"),
];

/// Returns the style sheet.
pub(super) fn sheet(theme: Theme) -> String {
    let mut out = String::from(FACES);
    // Writing to a String cannot fail.
    let _ = match theme {
        Theme::Auto => write_colours(&mut out, false)
            .and_then(|()| writeln!(out, "@media(prefers-color-scheme:dark){{"))
            .and_then(|()| {
                write_colours(&mut out, true)?;
                writeln!(out, "}}")
            }),
        theme => write_colours(&mut out, theme == Theme::Dark),
    };
    out
}

fn write_colours(out: &mut String, dark: bool) -> std::fmt::Result {
    for (selector, light, dark_colours) in COLOURS {
        writeln!(out, ".ng {selector}{{{}}}", if dark { dark_colours } else { light })?;
    }
    for (hue, (line, fill, dark_line, dark_fill)) in HUES.iter().enumerate() {
        let (line, fill) = if dark { (dark_line, dark_fill) } else { (line, fill) };
        writeln!(out, ".ng .edge.h{hue} path{{stroke:{line}}}")?;
        writeln!(out, ".ng .dot.h{hue}{{fill:{line}}}")?;
        writeln!(out, ".ng .h{hue} .box{{fill:{fill};stroke:{line}}}")?;
    }
    Ok(())
}
