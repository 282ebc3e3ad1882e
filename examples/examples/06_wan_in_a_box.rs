//! A slow and distant network in one node: how long a packet takes, and how many get lost in a queue.
//!
//! ```text
//! server (socket) --- net -- upper --- (pipe) --- lower -- net --- client (socket)
//! ```
//!
//! A `pipe` has a bandwidth and a queue for each direction, and a delay. On the simulated machine time passes only when
//! the program says so: the seconds below take no time at all, and the answers are the same each time.
//!
//! Try next: a `ber` of 1,000,000 loses a bit in a million; `duplicate` sends packets twice.

use std::time::Duration;

use netgraph::nodes::pipe::{self, Pipe};
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Path, Socket};
use netgraph_examples::Stage;

const NET: HookName = HookName::constant("net");

/// Sends a packet, and returns how long it was on its way.
fn sent(
    stage: &Stage,
    packet: &[u8],
    from: &Socket,
    to: &Socket,
) -> Result<Duration, Box<dyn std::error::Error>> {
    let (start, mut batch) = (stage.now(), RecvBatch::new(1, 1500));
    from.send(NET, packet)?;
    for _ in 0..400 {
        if to.receive(&mut batch, Wait::No)? > 0 {
            return Ok(stage.now().saturating_sub(start));
        }
        stage.pass(Duration::from_millis(5));
    }
    Err("nothing came within two seconds".into())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stage = Stage::new();
    let (server, client) = (stage.open("server")?, stage.open("client")?);
    let pipe = server.make_peer::<Pipe>(NET, pipe::UPPER)?;
    client.connect(&Path::own(), pipe.path(), NET, pipe::LOWER)?;
    stage.picture(&client)?;

    // A satellite: 250 ms each way, 64 kbit/s, and room for 20 packets in the queue.
    let mut satellite = pipe::Config::default().with_delay(Duration::from_millis(250));
    satellite.bandwidth = 64_000;
    satellite.downstream.qin_size_limit = 20;
    pipe.call(pipe::SetConfig(satellite))?;
    println!("a satellite: {}", pipe.call(pipe::GetConfig)?);

    let ping = sent(&stage, b"ping", &server, &client)?;
    let pong = sent(&stage, b"pong", &client, &server)?;
    // FreeBSD's clock of packets goes by ticks, of up to 10 ms.
    if ping.min(pong) >= Duration::from_millis(240) {
        println!("ping and pong take a quarter of a second each, or more");
    } else {
        println!("ping took {ping:?}, pong {pong:?}");
    }

    // Thirty packets at once are more than the queue holds: each takes 158 ms to send.
    for _ in 0..30 {
        server.send(NET, &[0; 1250])?;
    }
    let mut batch = RecvBatch::new(16, 1500);
    let mut heard = 0;
    for _ in 0..40 {
        stage.pass(Duration::from_millis(100));
        heard += client.receive(&mut batch, Wait::No)?;
    }
    let dropped = pipe.call(pipe::GetStats)?.downstream.in_disc_frames;
    println!("of 30 packets at once {heard} got through, and {dropped} found the queue full");
    Ok(())
}
