//! `bpf`: filters packets by a program; see ng_bpf(4).
//!
//! ```
//! use netgraph::nodes::LinkLayer;
//! use netgraph::nodes::bpf::{self, Filter, Program};
//! use netgraph::sim::SimKernel;
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [wire, dns, rest] = ["wire", "dns", "rest"].map(HookName::constant);
//! let node = socket.make_peer::<bpf::Bpf>(wire, wire)?;
//! socket.connect(&Path::own(), node.path(), dns, dns)?;
//! socket.connect(&Path::own(), node.path(), rest, rest)?;
//! let program = (Filter::udp() & Filter::port(53)).program(LinkLayer::Ethernet)?;
//! node.call(bpf::SetProgram(Program::on(wire, dns, rest, &program)))?;
//!
//! socket.send(wire, b"\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\x06who has")?;
//! let mut batch = RecvBatch::new(1, 64);
//! socket.receive(&mut batch, Wait::No)?;
//! assert!(batch.iter().map(|(hook, _)| hook).eq([rest]));
//! let stats = node.call(bpf::GetStats(wire))?;
//! assert_eq!((stats.recvFrames, stats.recvMatchFrames), (1, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod filter;

use super::list::list;
use crate::ascii::{Before, HINT16, INT32, NAME, Type, UINT8, UINT32, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

pub(crate) use check::CLASS;
pub use check::{Flaw, ProgramError, check};
pub use filter::Filter;

pub use crate::sys::bpf_insn;

node_type! {
    /// Runs the program of a hook over each packet that comes in there, and passes the packet on to one hook if it
    /// matches and to another if not. Any hook names will do; it dies with its last hook. See
    /// [ng_bpf(4)](https://man.freebsd.org/ng_bpf/4).
    pub Bpf: "bpf", cookie = sys::NGM_BPF_COOKIE;
    /// Replaces the program of a hook. Rejected with ENOENT where there is no such hook, EINVAL where the program is
    /// not one.
    #[doc(alias = "NGM_BPF_SET_PROGRAM")]
    SetProgram(Program) "setprogram" = sys::NGM_BPF_SET_PROGRAM;
    /// Reads the program of a hook.
    #[doc(alias = "NGM_BPF_GET_PROGRAM")]
    GetProgram(HookName) "getprogram" = sys::NGM_BPF_GET_PROGRAM => Program, repeatable;
    /// Reads the counters of a hook.
    #[doc(alias = "NGM_BPF_GET_STATS")]
    GetStats(HookName) "getstats" = sys::NGM_BPF_GET_STATS => HookStats, repeatable;
    /// Sets the counters of a hook to 0.
    #[doc(alias = "NGM_BPF_CLR_STATS")]
    ClearStats(HookName) "clrstats" = sys::NGM_BPF_CLR_STATS;
    /// Reads the counters of a hook and sets them to 0, in one step.
    #[doc(alias = "NGM_BPF_GETCLR_STATS")]
    GetClearStats(HookName) "getclrstats" = sys::NGM_BPF_GETCLR_STATS => HookStats;
}

static INSTRUCTION: Type = fields!["code": HINT16, "jt": UINT8, "jf": UINT8, "k": UINT32];

fn program_len(before: Before<'_>) -> Option<usize> {
    before.u32_back(0).map(|count| count as usize)
}

static PROGRAM: Type = fields![
    "thisHook": NAME,
    "ifMatch": NAME,
    "ifNotMatch": NAME,
    "bpf_prog_len": INT32,
    "bpf_prog": Type::Array(&INSTRUCTION, program_len),
];

static HOOK_STATS: Type = fields![
    "recvFrames": UINT64,
    "recvOctets": UINT64,
    "recvMatchFrames": UINT64,
    "recvMatchOctets": UINT64,
    "xmitFrames": UINT64,
    "xmitOctets": UINT64,
];

list! {
    /// The program of a hook, and where packets go from there: its elements are instructions.
    ///
    /// ```
    /// use netgraph::HookName;
    /// use netgraph::nodes::bpf::Program;
    /// let text = "{ thisHook=\"in\" ifMatch=\"out\" bpf_prog_len=1 bpf_prog=[ { code=0x6 k=96 } ] }";
    /// let program: Program = text.parse()?;
    /// assert_eq!(program.hook(), HookName::constant("in"));
    /// assert_eq!(program.iter().next().map(|i| i.k), Some(96));
    /// assert_eq!(program.to_string(), text);
    /// # Ok::<(), netgraph::ascii::TextError>(())
    /// ```
    pub Program { head: sys::ng_bpf_hookprog, count: bpf_prog_len, element: bpf_insn => bpf_insn, text: PROGRAM }
}

impl Program {
    /// Makes the program of `hook`; a name that is empty in `if_match` or `if_not_match` drops the packets.
    #[must_use]
    pub fn on(hook: HookName, if_match: HookName, if_not_match: HookName, program: &[bpf_insn]) -> Self {
        let head = sys::ng_bpf_hookprog {
            thisHook: hook.to_field(),
            ifMatch: if_match.to_field(),
            ifNotMatch: if_not_match.to_field(),
            ..Default::default()
        };
        Self::new(head, program)
    }

    /// Returns the hook whose packets the program is run over.
    #[must_use]
    pub fn hook(&self) -> HookName {
        HookName::from_field(&self.head().thisHook)
    }

    /// Returns the hook where packets go that match; empty where they are dropped.
    #[must_use]
    pub fn if_match(&self) -> HookName {
        HookName::from_field(&self.head().ifMatch)
    }

    /// Returns the hook where packets go that do not match; empty where they are dropped.
    #[must_use]
    pub fn if_not_match(&self) -> HookName {
        HookName::from_field(&self.head().ifNotMatch)
    }
}

payload! {
    /// The counters of a hook.
    pub HookStats(sys::ng_bpf_hookstat) = HOOK_STATS;
}
