//! What `source` writes into its packets: counters, and the time.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::raw;
use crate::error::Errno;
use crate::sim::clock::Time;
use crate::sim::packet::Packet;
use crate::sys::*;

/// How much of a packet the kernel can change: what is in its first cluster, in bytes.
const CHANGEABLE: usize = 2048;

/// What is written into the packets, and where.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Embedded {
    #[serde(with = "raw")]
    pub(super) time: ng_source_embed_info,
    counters: Vec<Counter>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Counter(#[serde(with = "raw")] ng_source_embed_cnt_info);

impl Default for Embedded {
    fn default() -> Self {
        let counter = Counter(ng_source_embed_cnt_info::default());
        Self { time: ng_source_embed_info::default(), counters: vec![counter; NG_SOURCE_COUNTERS] }
    }
}

impl Embedded {
    pub(super) fn counter(&self, number: u8) -> Result<&ng_source_embed_cnt_info, Errno> {
        let counter =
            self.counters.get(usize::from(number)).filter(|_| usize::from(number) < NG_SOURCE_COUNTERS);
        counter.map(|Counter(counter)| counter).ok_or(Errno::EINVAL)
    }

    pub(super) fn set_counter(&mut self, to: ng_source_embed_cnt_info) -> Result<(), Errno> {
        self.counter(to.index)?;
        let counter = self.counters.get_mut(usize::from(to.index)).ok_or(Errno::EINVAL)?;
        if !matches!(to.width, 1 | 2 | 4) {
            return Err(Errno::EINVAL);
        }
        *counter = Counter(to);
        Ok(())
    }

    /// Makes the copy of a packet that is sent; `last` says that it is the last one of the row.
    pub(super) fn in_copy_of(&mut self, packet: &Packet, clock: Duration, last: bool) -> Packet {
        let mut copy = packet.clone();
        for Counter(counter) in &mut self.counters {
            if counter.flags & NGM_SOURCE_EMBED_ENABLE == 0 {
                continue;
            }
            let digits = counter.next_val.to_be_bytes();
            let skipped = digits.len().saturating_sub(counter.width.into());
            write(&mut copy, counter.offset, digits.get(skipped..).unwrap_or_default());
            if last || counter.flags & NGM_SOURCE_INC_CNT_PER_LIST == 0 {
                count(counter);
            }
        }
        if self.time.flags & NGM_SOURCE_EMBED_ENABLE != 0 {
            // Each half in network order, in the lower four bytes of a host's long.
            let (seconds, microseconds) = Time::of(clock).parts();
            let swapped = |part: u64| i64::from((part as u32).to_be());
            let time = timeval { tv_sec: swapped(seconds), tv_usec: swapped(microseconds) };
            write(&mut copy, self.time.offset, time.as_bytes());
        }
        copy
    }
}

/// Writes into a packet; what does not fit is not written at all.
fn write(packet: &mut Packet, offset: u16, bytes: &[u8]) {
    let (start, end) = (usize::from(offset), usize::from(offset) + bytes.len());
    if bytes.is_empty() || end > packet.len().min(CHANGEABLE) {
        return;
    }
    if let Some(place) = packet.bytes_mut().get_mut(start..end) {
        place.copy_from_slice(bytes);
    }
}

/// Counts one step, in the kernel's arithmetic at both ends of the range.
fn count(counter: &mut ng_source_embed_cnt_info) {
    let (min, max) = (counter.min_val, counter.max_val);
    let next = counter.next_val.wrapping_add_signed(counter.increment);
    counter.next_val = if counter.increment > 0 && next > max {
        min.wrapping_sub(1).wrapping_add(next.wrapping_sub(max)).min(max)
    } else if counter.increment < 0 && next < min {
        let next = max.wrapping_add(1).wrapping_add(next.wrapping_sub(min));
        if next < min { max } else { next }
    } else {
        next
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(next_val: u32, increment: i32) -> ng_source_embed_cnt_info {
        ng_source_embed_cnt_info {
            next_val,
            increment,
            min_val: 1,
            max_val: 9,
            width: 4,
            ..Default::default()
        }
    }

    fn counted(next_val: u32, increment: i32, steps: usize) -> Vec<u32> {
        let mut counter = counter(next_val, increment);
        std::iter::repeat_with(|| {
            count(&mut counter);
            counter.next_val
        })
        .take(steps)
        .collect()
    }

    #[test]
    fn a_counter_begins_again_beyond_either_end() {
        assert_eq!(counted(7, 1, 4), [8, 9, 1, 2]);
        assert_eq!(counted(3, -1, 4), [2, 1, 9, 8]);
        assert_eq!(counted(8, 4, 2), [3, 7]);
        assert_eq!(counted(5, 0, 2), [5, 5]);
    }

    #[test]
    fn only_the_enabled_are_written_and_only_where_they_fit() {
        let mut embedded = Embedded::default();
        let enabled = |offset, width| ng_source_embed_cnt_info {
            offset,
            width,
            flags: NGM_SOURCE_EMBED_ENABLE,
            ..counter(0x0102_0304, 1)
        };
        embedded.set_counter(enabled(1, 2)).unwrap();
        embedded.set_counter(ng_source_embed_cnt_info { index: 1, ..enabled(3, 4) }).unwrap();
        let sent = embedded.in_copy_of(&Packet::new(&[0xff; 6]), Duration::ZERO, false);
        assert_eq!(sent.bytes(), [0xff, 3, 4, 0xff, 0xff, 0xff]);
    }

    #[test]
    fn a_counter_that_counts_rows_waits_for_the_last_packet() {
        let mut embedded = Embedded::default();
        let flags = NGM_SOURCE_EMBED_ENABLE | NGM_SOURCE_INC_CNT_PER_LIST;
        embedded.set_counter(ng_source_embed_cnt_info { flags, width: 1, ..counter(4, 1) }).unwrap();
        let mut sent = |last| embedded.in_copy_of(&Packet::new(&[0]), Duration::ZERO, last).bytes().to_vec();
        assert_eq!([sent(false), sent(true), sent(false)], [[4], [4], [5]]);
    }

    #[test]
    fn the_time_is_written_in_network_order() {
        let mut embedded = Embedded::default();
        embedded.time.flags = NGM_SOURCE_EMBED_ENABLE;
        let sent = embedded.in_copy_of(&Packet::new(&[0; 16]), Duration::from_micros(7), false);
        let half = |at: usize| u32::from_be_bytes(sent.bytes()[at..at + 4].try_into().unwrap());
        assert_eq!((half(0), half(8)), (1_767_225_600, 7));
    }
}
