//! How wide text is in DejaVu Sans. Verdana, of which that face is a kin, is as wide, most other faces are narrower: what
//! fits here fits in each.

/// Widths of the characters from space to `~`, in thousandths of the font's size.
const REGULAR: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
    636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
    295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
    500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
    392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/// The same of the bold face.
const BOLD: [u16; 95] = [
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696,
    696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372,
    372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838,
    500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595,
    478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
];

/// A face in a size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    bold: bool,
    /// In tenths of a pixel.
    size: i32,
}

/// The names of nodes.
pub(super) const NAME: Font = Font { bold: true, size: 110 };
/// Types, numbers and remarks.
pub(super) const SMALL: Font = Font { bold: false, size: 90 };
/// Hooks.
pub(super) const HOOK: Font = Font { bold: false, size: 85 };
/// The titles of clusters.
pub(super) const TITLE: Font = Font { bold: true, size: 105 };
/// The title of the picture.
pub(super) const HEADING: Font = Font { bold: true, size: 150 };

impl Font {
    /// Returns the width of text in pixels, rounded up.
    pub(super) fn width(self, text: &str) -> i32 {
        let units: i64 = text.chars().map(|c| i64::from(self.of(c))).sum();
        let pixels = (units * i64::from(self.size) + 9_999) / 10_000;
        i32::try_from(pixels).unwrap_or(i32::MAX)
    }

    fn of(self, c: char) -> u16 {
        let table = if self.bold { &BOLD } else { &REGULAR };
        let ascii = u32::from(c).checked_sub(32).and_then(|at| table.get(at as usize));
        match (ascii, u32::from(c)) {
            (Some(width), _) => *width,
            // Latin, Greek and Cyrillic: nearly all are narrower. Of the rest, few are wider.
            (None, ..0x0590 | 0x2026) => 1000,
            (None, _) => 1250,
        }
    }

    /// Returns text that is at most `room` pixels wide: longer text is cut, and ends in an ellipsis.
    pub(super) fn fit(self, text: &str, room: i32) -> String {
        if self.width(text) <= room {
            return text.to_string();
        }
        let (mut out, mut left) =
            (String::new(), i64::from(room) * 10_000 - i64::from(self.of('…')) * i64::from(self.size));
        for c in text.chars() {
            left -= i64::from(self.of(c)) * i64::from(self.size);
            if left < 0 {
                break;
            }
            out.push(c);
        }
        out + "…"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widths_are_those_of_the_face() {
        // i and l are 278, m is 974, W is 989.
        assert_eq!((REGULAR[73], REGULAR[76], REGULAR[77], REGULAR[55]), (278, 278, 974, 989));
        assert_eq!(NAME.width("WW"), 25);
        assert_eq!(SMALL.width(""), 0);
    }

    #[test]
    fn what_is_cut_fits() {
        for room in 20..200 {
            assert!(NAME.width(&NAME.fit("a name of thirty-one bytes, long", room)) <= room);
        }
        assert_eq!(NAME.fit("igb0", 100), "igb0");
    }
}
