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

/// Waits for a packet, 5 ms at a time, and returns after how many it came.
fn ticks_until_heard(stage: &Stage, socket: &Socket) -> Result<u32, Box<dyn std::error::Error>> {
    let mut batch = RecvBatch::new(1, 1500);
    for tick in 0..400 {
        if socket.receive(&mut batch, Wait::No)? > 0 {
            return Ok(tick);
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

    // A satellite: 250 ms each way, 1 Mbit/s, and room for 20 packets in the queue.
    let mut satellite = pipe::Config::default().with_delay(Duration::from_millis(250));
    satellite.bandwidth = 1_000_000;
    satellite.downstream.qin_size_limit = 20;
    pipe.call(pipe::SetConfig(satellite))?;
    println!("a satellite: {}", pipe.call(pipe::GetConfig)?);

    server.send(NET, b"ping")?;
    let there = ticks_until_heard(&stage, &client)?;
    client.send(NET, b"pong")?;
    let back = ticks_until_heard(&stage, &server)?;
    // A sleep of 5 ms lasts a little longer on a real machine: fewer of them fit.
    if (30..60).contains(&there) && (30..60).contains(&back) {
        println!("ping and pong take a quarter of a second each");
    } else {
        println!("ping took {} ms, pong {} ms", there * 5, back * 5);
    }

    // A hundred packets at once are more than the queue holds.
    for _ in 0..100 {
        server.send(NET, &[0; 1250])?;
    }
    let mut batch = RecvBatch::new(16, 1500);
    let mut heard = 0;
    for _ in 0..40 {
        stage.pass(Duration::from_millis(25));
        heard += client.receive(&mut batch, Wait::No)?;
    }
    let dropped = pipe.call(pipe::GetStats)?.downstream.in_disc_frames;
    println!("of 100 packets at once {heard} got through, and {dropped} found the queue full");
    Ok(())
}
