//! What the kernel asks of a program before it runs it.

use std::fmt;

use crate::sys::*;

/// What is wrong with a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flaw {
    /// It has more than 512 instructions.
    TooLong,
    /// Its last instruction does not return.
    Endless,
    /// There is no such instruction.
    Unknown,
    /// The instruction jumps beyond the end, or further than an instruction can: 255 instructions for a condition.
    FarJump,
    /// The instruction is about a word of memory that is not there: there are 16.
    Memory,
    /// The instruction divides by 0.
    Division,
}

/// Which instruction of a program is wrong, and how. The kernel answers EINVAL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ProgramError {
    /// The instruction, from 0 on.
    pub at: usize,
    /// What is wrong with it.
    pub flaw: Flaw,
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flaw = match self.flaw {
            Flaw::TooLong => "is beyond the longest program, which has 512",
            Flaw::Endless => "is the last and does not return",
            Flaw::Unknown => "is none that the kernel knows",
            Flaw::FarJump => "jumps too far",
            Flaw::Memory => "is about memory beyond the 16 words",
            Flaw::Division => "divides by 0",
        };
        write!(f, "instruction {} of the program {flaw}", self.at)
    }
}

impl std::error::Error for ProgramError {}

/// Which codes are instructions: a bit for each, 16 codes a word.
const CODES: [u16; 16] = [
    0x10ff, 0x3070, 0x3131, 0x3031, 0x3131, 0x1011, 0x1013, 0x1010, 0x0093, 0x1010, 0x1010, 0x0002, 0, 0, 0,
    0,
];

/// The part of a code that says what kind of instruction it is.
pub(crate) const CLASS: u16 = 0x07;
const JUMP_ALWAYS: u16 = BPF_JMP | BPF_JA;
const DIVIDE: u16 = BPF_ALU | BPF_DIV | BPF_K;
const REMAINDER: u16 = BPF_ALU | BPF_MOD | BPF_K;
const LOAD_WORD: u16 = BPF_LD | BPF_MEM;
const LOAD_INDEX_WORD: u16 = BPF_LDX | BPF_MEM;

/// Checks a program as the kernel does. One without instructions is none, and passes.
///
/// ```
/// use netgraph::nodes::bpf::{self, Flaw, bpf_insn};
/// let accept = bpf_insn { code: 0x06, k: 96, ..Default::default() };
/// let jump = bpf_insn { code: 0x05, k: 7, ..Default::default() };
/// assert_eq!(bpf::check(&[accept]), Ok(()));
/// assert_eq!(bpf::check(&[jump, accept]).map_err(|error| (error.at, error.flaw)), Err((0, Flaw::FarJump)));
/// ```
///
/// # Errors
/// The first instruction that the kernel would not run.
pub fn check(program: &[bpf_insn]) -> Result<(), ProgramError> {
    if program.len() > BPF_MAXINSNS {
        return Err(ProgramError { at: BPF_MAXINSNS, flaw: Flaw::TooLong });
    }
    for (at, instruction) in program.iter().enumerate() {
        if let Some(flaw) = flaw(instruction, program.len() - at - 1) {
            return Err(ProgramError { at, flaw });
        }
    }
    match program.last() {
        Some(last) if last.code & CLASS != BPF_RET => {
            Err(ProgramError { at: program.len() - 1, flaw: Flaw::Endless })
        }
        _ => Ok(()),
    }
}

/// Returns what is wrong with an instruction that so many follow.
fn flaw(instruction: &bpf_insn, following: usize) -> Option<Flaw> {
    let bpf_insn { code, jt, jf, k } = *instruction;
    let known = CODES.get(usize::from(code >> 4)).is_some_and(|row| row & (1 << (code & 0xf)) != 0);
    let (right, flaw) = match code {
        _ if !known => (false, Flaw::Unknown),
        JUMP_ALWAYS => ((k as usize) < following, Flaw::FarJump),
        _ if code & CLASS == BPF_JMP => (usize::from(jt.max(jf)) < following, Flaw::FarJump),
        BPF_ST | BPF_STX | LOAD_WORD | LOAD_INDEX_WORD => ((k as usize) < BPF_MEMWORDS, Flaw::Memory),
        DIVIDE | REMAINDER => (k != 0, Flaw::Division),
        _ => (true, Flaw::Unknown),
    };
    (!right).then_some(flaw)
}
