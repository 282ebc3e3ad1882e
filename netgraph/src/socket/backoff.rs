//! Waiting for what the kernel does in its own time.

use std::time::{Duration, Instant};

use crate::error::{Errno, Result};

/// The first pause, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_micros(50), Duration::from_millis(20));

/// Pauses that grow, up to a moment.
#[derive(Debug)]
pub(crate) struct Backoff {
    /// `None` where it is beyond the end of the clock.
    until: Option<Instant>,
    next: Duration,
}

impl Backoff {
    /// Begins to wait, at most for `bound`.
    pub(crate) fn new(bound: Duration) -> Self {
        Self::since(Instant::now(), bound)
    }

    /// Begins to wait, at most until `bound` has passed since that moment.
    pub(crate) fn since(moment: Instant, bound: Duration) -> Self {
        Self { until: moment.checked_add(bound), next: PAUSES.0 }
    }

    /// Pauses; `false`, at once, where the time is over.
    pub(crate) fn pause(&mut self) -> bool {
        let left = self.until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return false;
        }
        std::thread::sleep(self.next.min(left));
        self.next = (self.next * 2).min(PAUSES.1);
        true
    }
}

/// Does something again while it fails with one of the `passing` errnos, at most for `bound`; the last error is told.
///
/// For what another program takes away: after a removal through the same [`Socket`](super::Socket) its traces are
/// waited out already.
///
/// ```
/// use netgraph::{Errno, Error, socket::retry};
/// use std::time::Duration;
/// let mut answers = [Err(Errno::EADDRINUSE), Ok("named")].into_iter();
/// let named = retry(Duration::from_secs(1), &[Errno::EADDRINUSE], || {
///     let answer = answers.next().unwrap_or(Err(Errno::EINVAL));
///     answer.map_err(|errno| Error::Data { what: "naming", errno })
/// })?;
/// assert_eq!(named, "named");
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of `attempt`.
pub fn retry<R>(bound: Duration, passing: &[Errno], mut attempt: impl FnMut() -> Result<R>) -> Result<R> {
    let mut backoff = Backoff::new(bound);
    loop {
        match attempt() {
            Err(error) if error.errno().is_some_and(|errno| passing.contains(&errno)) => {
                if !backoff.pause() {
                    return Err(error);
                }
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn refused(errno: Errno) -> Result<()> {
        Err(Error::Data { what: "trying", errno })
    }

    #[test]
    fn the_bound_ends_the_tries_and_the_last_error_is_told() {
        let mut tries = 0;
        let result = retry(Duration::from_millis(2), &[Errno::EADDRINUSE], || {
            tries += 1;
            refused(Errno::EADDRINUSE)
        });
        assert_eq!(result.unwrap_err().errno(), Some(Errno::EADDRINUSE));
        assert!(tries > 1);
    }

    #[test]
    fn the_longest_bound_is_none() {
        let mut tries = 0;
        let result = retry(Duration::MAX, &[Errno::EADDRINUSE], || {
            tries += 1;
            if tries < 3 { refused(Errno::EADDRINUSE) } else { Ok(()) }
        });
        assert!(result.is_ok());
    }

    #[test]
    fn another_error_is_told_at_once() {
        let mut tries = 0;
        let result = retry(Duration::from_secs(60), &[Errno::EADDRINUSE], || {
            tries += 1;
            refused(Errno::EINVAL)
        });
        assert_eq!((result.unwrap_err().errno(), tries), (Some(Errno::EINVAL), 1));
    }
}
