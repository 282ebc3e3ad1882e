//! Random programs: whatever is asked, the graph stays sound.

use proptest::prelude::*;

use super::*;
use crate::message::{Command, write_frame};
use crate::nodes::{bridge, ether, generic, hub};
use crate::sys::*;

/// One thing that a program does.
#[derive(Debug, Clone)]
enum Deed {
    MakePeer(u8, u8, u8, u8),
    Connect(u8, u8, u8, u8),
    RemoveHook(u8, u8),
    Name(u8, u8),
    Shutdown(u8),
    Send(u8, u8, u8),
    Command(u8, u8),
    Raw(u8, u32, u32, Vec<u8>),
    Interface(u8, u8, u8),
    Vnet(bool),
    Advance(u16),
    Reopen,
}

fn deed() -> impl Strategy<Value = Deed> {
    let n = any::<u8>;
    let cookie = prop_oneof![
        Just(NGM_GENERIC_COOKIE),
        Just(NGM_BRIDGE_COOKIE),
        Just(NGM_ETHER_COOKIE),
        Just(NGM_EIFACE_COOKIE),
        any::<u32>()
    ];
    let cmd = prop_oneof![0u32..16, any::<u32>()];
    prop_oneof![
        6 => (n(), n(), n(), n()).prop_map(|(a, b, c, d)| Deed::MakePeer(a, b, c, d)),
        6 => (n(), n(), n(), n()).prop_map(|(a, b, c, d)| Deed::Connect(a, b, c, d)),
        3 => (n(), n()).prop_map(|(a, b)| Deed::RemoveHook(a, b)),
        2 => (n(), n()).prop_map(|(a, b)| Deed::Name(a, b)),
        2 => n().prop_map(Deed::Shutdown),
        6 => (n(), n(), n()).prop_map(|(a, b, c)| Deed::Send(a, b, c)),
        3 => (n(), n()).prop_map(|(a, b)| Deed::Command(a, b)),
        2 => (n(), cookie, cmd, prop::collection::vec(n(), 0..700))
            .prop_map(|(a, b, c, d)| Deed::Raw(a, b, c, d)),
        4 => (n(), n(), n()).prop_map(|(a, b, c)| Deed::Interface(a, b, c)),
        1 => any::<bool>().prop_map(Deed::Vnet),
        1 => any::<u16>().prop_map(Deed::Advance),
        1 => Just(Deed::Reopen),
    ]
}

const TYPES: [&str; 4] = ["hub", "bridge", "eiface", "nonsense"];
const HOOKS: [&str; 9] = ["a", "b", "link", "link0", "link1", "uplink", "ether", "lower", "upper"];
const NAMES: [&str; 3] = ["one", "two", "three"];

/// Takes one of several by a number.
fn one<T: Copy>(of: &[T], number: u8) -> T {
    of[usize::from(number) % of.len()]
}

struct Run {
    machine: SimMachine,
    socket: Socket,
}

impl Run {
    /// A socket that does not wait for those who never answer.
    fn socket(machine: &SimMachine) -> Socket {
        let mut socket = socket(machine, 0);
        socket.set_timeout(std::time::Duration::ZERO);
        socket
    }

    fn node(&self, number: u8) -> Path {
        let nodes: Vec<_> = self.socket.nodes().unwrap().iter().collect();
        one(&nodes, number).path()
    }

    fn interface(&self, number: u8) -> (u32, String) {
        let of = |vnet| self.machine.interfaces(vnet).unwrap().into_iter().map(move |one| (vnet, one.name));
        let mut all: Vec<_> = self.machine.vnets().into_iter().flat_map(of).collect();
        let count = all.len();
        all.swap_remove(usize::from(number) % count)
    }

    fn touch(&self, number: u8, what: u8, with: u8) {
        let (vnet, name) = self.interface(number);
        let (other, other_name) = self.interface(with);
        let packet = frame(mac(with % 4), if with % 3 == 0 { EtherAddr::BROADCAST } else { mac(what % 4) });
        let machine = &self.machine;
        let _ = match what % 10 {
            0 => machine.rename(vnet, &name, one(&["one", "two", "eth0"], with)),
            1 => machine.set_up(vnet, &name, with % 2 == 0),
            2 => machine.set_mac(vnet, &name, mac(with % 4)),
            3 => machine.move_to(&name, vnet, other),
            4 => machine.reclaim(&name, vnet, other),
            5 => machine.create_clone(vnet, one(&["tap", "tap1", "epair", "epair2"], with)).map(drop),
            6 => machine.destroy_clone(other, &other_name),
            7 => machine.transmit(vnet, &name, &packet),
            8 => machine.wire_receive(vnet, &name, &packet),
            _ => machine.set_link(vnet, &name, with % 2 == 0),
        };
    }

    fn ask(&self, number: u8, what: u8) {
        let (socket, path) = (&self.socket, self.node(number));
        let _ = match what % 8 {
            0 => socket.call(&path, &generic::ListHooks).map(drop),
            1 => socket.call(&path, &generic::TextStatus).map(drop),
            2 => socket.call(&path, &bridge::GetTable).map(drop),
            3 => socket.call(&path, &bridge::Reset),
            4 => socket.call(&path, &hub::SetPersistent),
            5 => socket.call(&path, &ether::SetPromisc(i32::from(number % 2))),
            6 => socket.call(&path, &ether::Detach),
            _ => socket.call(&path, &bridge::GetStats(bridge::Port::Link(1))).map(drop),
        };
    }

    fn act(&mut self, deed: &Deed) {
        let socket = &self.socket;
        match deed {
            Deed::MakePeer(node, kind, own, peer) => {
                let (own, peer) = (hook(one(&HOOKS, *own)), hook(one(&HOOKS, *peer)));
                let _ =
                    socket.make_peer_of(&self.node(*node), one(&TYPES, *kind).parse().unwrap(), own, peer);
            }
            Deed::Connect(node, other, own, peer) => {
                let (own, peer) = (hook(one(&HOOKS, *own)), hook(one(&HOOKS, *peer)));
                let _ = socket.connect(&self.node(*node), &self.node(*other), own, peer);
            }
            Deed::RemoveHook(node, name) => {
                let _ = socket.remove_hook(&self.node(*node), hook(one(&HOOKS, *name)));
            }
            Deed::Name(node, name) => {
                let _ = socket.name(&self.node(*node), one(&NAMES, *name).parse().unwrap());
            }
            Deed::Shutdown(node) => drop(socket.shutdown(&self.node(*node))),
            Deed::Send(name, from, to) => {
                let to = if to % 3 == 0 { EtherAddr::BROADCAST } else { mac(to % 4) };
                let _ = socket.send(hook(one(&HOOKS, *name)), &frame(mac(from % 4), to));
                received(socket);
            }
            Deed::Command(node, what) => self.ask(*node, *what),
            Deed::Raw(node, cookie, cmd, args) => {
                let shutdown = (*cookie, *cmd) == (NGM_GENERIC_COOKIE, NGM_SHUTDOWN);
                let mut frame = Vec::new();
                write_frame(&mut frame, Command::unnamed(*cookie, *cmd), 1, 0, args);
                if !shutdown {
                    let _ = socket.transport().send_msg(&self.node(*node), &frame);
                }
                while socket.next_event(Wait::No).unwrap().is_some() {}
            }
            Deed::Interface(number, what, with) => self.touch(*number, *what, *with),
            Deed::Vnet(true) => drop(self.machine.create_vnet()),
            Deed::Vnet(false) => {
                if let Some(vnet) = self.machine.vnets().last().filter(|vnet| **vnet != 0) {
                    self.machine.destroy_vnet(*vnet).unwrap();
                }
            }
            Deed::Advance(millis) => {
                self.machine.advance(std::time::Duration::from_millis(u64::from(*millis)));
            }
            Deed::Reopen => self.socket = Self::socket(&self.machine),
        }
    }
}

proptest! {
    #[test]
    fn the_graph_stays_sound_whatever_a_program_does(deeds in prop::collection::vec(deed(), 1..80)) {
        let machine = SimMachine::new();
        machine.add_nic("igb0", mac(1)).unwrap();
        machine.set_step_limit(500);
        let mut run = Run { socket: Run::socket(&machine), machine };
        for deed in &deeds {
            run.act(deed);
            run.machine.check();
        }
        let json = run.machine.to_json().unwrap();
        run.machine.check();
        let again = SimMachine::from_json(&json).unwrap();
        again.check();
        prop_assert_eq!(again.to_json().unwrap(), json);
    }

    #[test]
    fn no_datagram_makes_the_kernel_panic(
        frame in prop::collection::vec(any::<u8>(), 0..200), path in prop::collection::vec(any::<u8>(), 0..40)
    ) {
        let machine = SimMachine::new();
        let socket = socket(&machine, 0);
        let _ = socket.transport().send_msg(&Path::raw(&path), &frame);
        let mut frame = frame;
        if let Some(version) = frame.first_mut() {
            *version = NG_VERSION;
            let _ = socket.transport().send_msg(&Path::own(), &frame);
        }
        machine.check();
    }
}
