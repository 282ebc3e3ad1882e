//! `sys/time.h`: a time in seconds and microseconds.

crate::abi::abi! {
    "sys/time.h";

    /// A time, or a span of time.
    pub struct timeval {
        /// Whole seconds.
        pub tv_sec: i64,
        /// Microseconds beyond them.
        pub tv_usec: i64,
    }
}
