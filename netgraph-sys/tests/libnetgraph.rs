//! The functions declared in `libnetgraph` are found in the C library.
#![cfg(all(target_os = "freebsd", feature = "libnetgraph"))]

use netgraph_sys::libnetgraph::*;

#[test]
fn every_function_is_in_the_library() {
    let functions = [
        NgMkSockNode as *const (),
        NgNameNode as *const (),
        NgSendMsg as *const (),
        NgSendAsciiMsg as *const (),
        NgSendReplyMsg as *const (),
        NgRecvMsg as *const (),
        NgAllocRecvMsg as *const (),
        NgRecvAsciiMsg as *const (),
        NgAllocRecvAsciiMsg as *const (),
        NgSendData as *const (),
        NgRecvData as *const (),
        NgAllocRecvData as *const (),
        NgSetDebug as *const (),
        NgSetErrLog as *const (),
    ];
    assert!(functions.iter().all(|function| !function.is_null()));
}
