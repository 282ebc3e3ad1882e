//! HTML: the picture in one page that needs nothing else, to look around in.

use std::fmt::{self, Write};

use super::picture::{Picture, Theme};
use super::visible::{self, xml};

const SHEET: &str = include_str!("page/page.css");

/// The page's only script. What it shows it reads from the picture, and enters as text.
const SCRIPT: &str = include_str!("page/page.js");

/// SHA-256 of the script: the page tells the browser to run no other.
const SCRIPT_HASH: &str = "0VbnmRQZ9/ip4I25UNSnmcavnvSrGb2uHrTkvIzbD5E=";

/// The page's colours in light and in dark.
const LIGHT: &str =
    "--paper:#ffffff;--ink:#17202b;--faint:#566373;--line:#c9d2dc;--field:#f6f8fa;--accent:#d2570f";
const DARK: &str =
    "--paper:#12161b;--ink:#e8edf3;--faint:#a3b0be;--line:#3d4b5c;--field:#1a212a;--accent:#ff9d5c";

/// What stands around the picture.
const HEADER: &str = "\
<label for=\"search\">Search</label>
<input id=\"search\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" placeholder=\"name, type, address\"/>
<output id=\"count\" for=\"search\"></output>
<button id=\"out\" type=\"button\" aria-label=\"smaller\">&#8722;</button>
<button id=\"in\" type=\"button\" aria-label=\"larger\">+</button>
<button id=\"fit\" type=\"button\">Fit</button>
";
const KEYS: &str = "\
<div class=\"keys\">
<p><kbd>&#8592;</kbd> <kbd>&#8593;</kbd> <kbd>&#8595;</kbd> <kbd>&#8594;</kbd> from node to node; with <kbd>Shift</kbd>, move the picture</p>
<p><kbd>+</kbd> <kbd>-</kbd> <kbd>0</kbd> larger, smaller, fit</p>
<p><kbd>/</kbd> search, <kbd>n</kbd> <kbd>p</kbd> next and previous</p>
<p><kbd>Enter</kbd> centre, <kbd>Esc</kbd> let go</p>
</div>
";

impl Picture<'_> {
    /// Draws the picture as a page of HTML: the [SVG](Self::to_svg), with search, zoom, and what is known of whatever is
    /// pointed at, by mouse, touch or keys.
    ///
    /// The page needs no network and runs no script but its own. The address may end in `#search=TEXT`, or in `#n` and
    /// a node's number in hexadecimal.
    ///
    /// ```
    /// use netgraph::{Socket, graph::{Graph, Picture}, sim::SimKernel};
    /// let socket = Socket::open(&SimKernel::new(), Some("me".parse()?))?;
    /// let html = Picture::of(&Graph::snapshot(&socket)?).title("my <graph>").to_html();
    /// assert!(html.contains("<title>my &lt;graph&gt;</title>") && html.contains("<svg "));
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_html(&mut out);
        out
    }

    fn write_html(&self, out: &mut String) -> fmt::Result {
        let title = xml(&visible::text(self.title.as_deref().unwrap_or("netgraph")));
        let (scheme, colours) = match self.theme {
            Theme::Auto => (
                "light dark",
                format!(":root{{{LIGHT}}}\n@media(prefers-color-scheme:dark){{:root{{{DARK}}}}}\n"),
            ),
            Theme::Light => ("light", format!(":root{{{LIGHT}}}\n")),
            Theme::Dark => ("dark", format!(":root{{{DARK}}}\n")),
        };
        writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>")?;
        writeln!(
            out,
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\"/>"
        )?;
        writeln!(out, "<meta name=\"viewport\" content=\"width=device-width\"/>")?;
        writeln!(out, "<meta name=\"color-scheme\" content=\"{scheme}\"/>")?;
        writeln!(out, "<title>{title}</title>\n<style>\n{colours}{SHEET}</style>\n</head>\n<body>")?;
        writeln!(out, "<header>\n<h1>{title}</h1>\n{HEADER}</header>\n<main>")?;
        writeln!(
            out,
            "<div id=\"view\" tabindex=\"0\" aria-label=\"the graph; arrow keys go from node to node\">"
        )?;
        // The page has the title already.
        let mut untitled = self.clone();
        untitled.title = None;
        untitled.write_svg(out)?;
        writeln!(
            out,
            "</div>\n<aside>\n<div id=\"told\" aria-live=\"polite\"></div>\n{KEYS}</aside>\n</main>"
        )?;
        writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
    }
}
