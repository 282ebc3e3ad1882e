//! What this library's sockets promise to programs that run on Tokio.

use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Failed;
use netgraph::aio::AsyncSocket;
use netgraph::nodes::generic::GetNodeInfo;
use netgraph::transport::RecvBatch;
use netgraph::{Path, Socket};

use super::probe::{at, hook};
use crate::ground::Ground;

/// More than any of this takes.
const BOUND: Duration = Duration::from_secs(10);

netgraph::node_type! {
    /// Counts sheep.
    pub Sheep: "sheep", cookie = 4711;
    /// Adds one to a number.
    Next(u32) "next" = 1 => u32;
}

/// Runs a program on a single thread of Tokio's.
fn run(program: impl Future<Output = Result<(), Failed>>) -> Result<(), Failed> {
    tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(program)
}

pub(super) fn talk(ground: &Ground) -> Result<(), Failed> {
    let shepherd = Socket::open(&*ground.kernel, Some("shepherd".parse()?))?;
    let mut asker = Socket::open(&*ground.kernel, None)?;
    asker.set_timeout(BOUND);
    run(async {
        let (shepherd, asker) = (AsyncSocket::new(shepherd)?, AsyncSocket::new(asker)?);
        let asking = tokio::spawn(async move {
            let mut sum = 0;
            for _ in 0..20 {
                sum = asker.call(&at("shepherd:"), Next(sum)).await?;
            }
            netgraph::Result::<u32>::Ok(sum)
        });
        for _ in 0..20 {
            let event = shepherd.next_event().await?;
            let Next(number) = event.message().ok_or("another message")?;
            shepherd.with(move |socket| socket.answer::<Next>(&event, &(number + 1))).await?;
            // A call of its own meanwhile takes no event away.
            assert_eq!(shepherd.call(&Path::own(), GetNodeInfo).await?.name, "shepherd");
        }
        assert_eq!(asking.await??, 20);
        Ok(())
    })
}

pub(super) fn packets(ground: &Ground) -> Result<(), Failed> {
    let socket = Arc::new(Socket::open(&*ground.kernel, None)?);
    socket.connect(&Path::own(), &Path::own(), hook("a"), hook("b"))?;
    let receiver = Socket::open(&*ground.kernel, None)?;
    let to = receiver.info(&Path::own())?.path();
    socket.connect(&Path::own(), &to, hook("c"), hook("d"))?;
    run(async {
        let receiver = AsyncSocket::new(receiver)?;
        let sending = std::thread::spawn(move || {
            for number in 0..100_u8 {
                std::thread::sleep(Duration::from_micros(200));
                socket.send(hook("c"), &[number])?;
            }
            netgraph::Result::<()>::Ok(())
        });
        let mut batch = RecvBatch::new(8, 64);
        let mut numbers = Vec::new();
        while numbers.len() < 100 {
            receiver.receive(&mut batch).await?;
            numbers.extend(batch.iter().map(|(_, packet)| packet[0]));
        }
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
        sending.join().map_err(|_| "the sender has panicked")??;
        Ok(())
    })
}
