//! The time of day of a machine.

use std::time::Duration;

use zerocopy::FromZeros;

use crate::sys::timeval;

/// When the machine was booted, in seconds since 1970: the beginning of 2026.
const BOOTED: Duration = Duration::from_secs(1_767_225_600);

/// A moment, or the time between two, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time(u64);

impl Time {
    /// The moment at which the machine's clock shows this.
    pub(super) fn of(clock: Duration) -> Self {
        Self(u64::try_from(BOOTED.saturating_add(clock).as_micros()).unwrap_or(u64::MAX))
    }

    /// How long after another moment this one is.
    pub(super) fn since(self, then: timeval) -> Self {
        Self(self.0.saturating_sub(Self::from(then).0))
    }

    pub(super) fn microseconds(self) -> u64 {
        self.0
    }

    pub(super) fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Seconds, and microseconds.
    pub(super) fn parts(self) -> (u64, u64) {
        (self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl From<timeval> for Time {
    fn from(time: timeval) -> Self {
        let part = |part: i64| u64::try_from(part).unwrap_or_default();
        Self(part(time.tv_sec).saturating_mul(1_000_000).saturating_add(part(time.tv_usec)))
    }
}

impl From<Time> for timeval {
    fn from(time: Time) -> Self {
        let (seconds, microseconds) = time.parts();
        let mut to = Self::new_zeroed();
        to.tv_sec = i64::try_from(seconds).unwrap_or(i64::MAX);
        to.tv_usec = microseconds as i64;
        to
    }
}
