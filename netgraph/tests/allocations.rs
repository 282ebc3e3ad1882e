//! What is done for each packet allocates nothing.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use netgraph::sim::{SimKernel, SimMachine};
use netgraph::socket::Demux;
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Path, Socket};

#[test]
fn receiving_from_thousands_of_hooks_and_telling_them_apart_allocates_nothing() {
    let machine = SimMachine::new();
    let [server, clients] = [0, 1].map(|_| Socket::open(&SimKernel::on(&machine, 0), None).unwrap());
    let to = server.info(&Path::own()).unwrap().path();
    let names: Vec<HookName> = (0..3000).map(|number| format!("client{number}").parse().unwrap()).collect();
    for name in &names {
        clients.connect(&Path::own(), &to, *name, *name).unwrap();
    }
    let mut bytes: Demux<usize> = names.iter().map(|name| (*name, 0)).collect();
    let mut batch = RecvBatch::new(32, 256);
    for chunk in names.chunks(30) {
        for name in chunk {
            clients.send(*name, &[7; 200]).unwrap();
        }
        let mut came = 0;
        let allocated = allocation_counter::measure(|| {
            came = server.receive(&mut batch, Wait::No).unwrap();
            assert_eq!(bytes.dispatch(&batch, |_, count, packet| *count += packet.len()), 0);
        });
        assert_eq!((came, allocated.count_total), (chunk.len(), 0));
    }
    assert!(names.iter().all(|name| bytes.get(*name) == Some(&200)));
}
