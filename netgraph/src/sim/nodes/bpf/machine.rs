//! The machine that programs of the Berkeley Packet Filter are for: an accumulator, an index, and 16 words.
//!
//! Jumps lead forward only, so a program takes at most one step for each of its instructions.

use zerocopy::FromBytes;

use crate::nodes::bpf::{CLASS, check};
use crate::sys::*;

/// The instruction that ends a program with a constant.
pub(super) const RETURN: u16 = BPF_RET | BPF_K;

/// The parts of a code that say what is done, and with what.
const OPERATION: u16 = 0xf0;
const MODE: u16 = 0xe0;
const SIZE: u16 = 0x18;

const TAX: u16 = BPF_MISC | BPF_TAX;

fn instructions(program: &[u8]) -> impl DoubleEndedIterator<Item = bpf_insn> + ExactSizeIterator {
    let each = program.chunks_exact(size_of::<bpf_insn>());
    each.map(|bytes| bpf_insn::read_from_bytes(bytes).unwrap_or_default())
}

/// Tells whether the kernel would run a program.
pub(super) fn is_valid(program: &[u8]) -> bool {
    check(&instructions(program).collect::<Vec<_>>()).is_ok()
}

#[derive(Debug, Default)]
struct State {
    accumulator: u32,
    index: u32,
    words: [u32; BPF_MEMWORDS],
}

/// Runs a program over a packet, and returns how many bytes of it are wanted: 0 for none of it.
pub(super) fn run(program: &[u8], packet: &[u8]) -> u32 {
    let mut state = State::default();
    let mut skip = 0_usize;
    for instruction in instructions(program) {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let bpf_insn { code, k, .. } = instruction;
        let done = match code & CLASS {
            BPF_LD => state.load(code, k, packet).map(|value| state.accumulator = value),
            BPF_LDX => state.load_index(code, k, packet).map(|value| state.index = value),
            BPF_ST | BPF_STX => {
                let value = if code == BPF_ST { state.accumulator } else { state.index };
                state.words.get_mut(k as usize).map(|word| *word = value)
            }
            BPF_ALU => state.compute(code, k).map(|value| state.accumulator = value),
            BPF_JMP => {
                skip = state.jump(&instruction);
                Some(())
            }
            BPF_RET => return if code == RETURN { k } else { state.accumulator },
            _ => {
                if code == TAX {
                    state.index = state.accumulator;
                } else {
                    state.accumulator = state.index;
                }
                Some(())
            }
        };
        if done.is_none() {
            return 0;
        }
    }
    0
}

/// Reads a number of `LEN` bytes; `None` where the packet ends before.
fn number<const LEN: usize>(packet: &[u8], at: Option<u32>) -> Option<u32> {
    let bytes = packet.get(at? as usize..)?.first_chunk::<LEN>()?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

impl State {
    fn load(&self, code: u16, k: u32, packet: &[u8]) -> Option<u32> {
        let indexed = self.index.checked_add(k);
        match (code & MODE, code & SIZE) {
            (BPF_IMM, _) => Some(k),
            (BPF_ABS, BPF_W) => number::<4>(packet, Some(k)),
            (BPF_ABS, BPF_H) => number::<2>(packet, Some(k)),
            (BPF_ABS, BPF_B) => number::<1>(packet, Some(k)),
            (BPF_IND, BPF_W) => number::<4>(packet, indexed),
            (BPF_IND, BPF_H) => number::<2>(packet, indexed),
            (BPF_IND, BPF_B) => number::<1>(packet, indexed),
            (BPF_MEM, _) => self.words.get(k as usize).copied(),
            (BPF_LEN, _) => Some(packet.len() as u32),
            _ => None,
        }
    }

    fn load_index(&self, code: u16, k: u32, packet: &[u8]) -> Option<u32> {
        match code & MODE {
            BPF_IMM => Some(k),
            BPF_MEM => self.words.get(k as usize).copied(),
            BPF_LEN => Some(packet.len() as u32),
            // The length of an IPv4 header.
            BPF_MSH => number::<1>(packet, Some(k)).map(|byte| (byte & 0xf) << 2),
            _ => None,
        }
    }

    fn compute(&self, code: u16, k: u32) -> Option<u32> {
        let a = self.accumulator;
        let b = if code & BPF_X != 0 { self.index } else { k };
        Some(match code & OPERATION {
            BPF_ADD => a.wrapping_add(b),
            BPF_SUB => a.wrapping_sub(b),
            BPF_MUL => a.wrapping_mul(b),
            BPF_DIV => a.checked_div(b)?,
            BPF_OR => a | b,
            BPF_AND => a & b,
            BPF_LSH => a.wrapping_shl(b),
            BPF_RSH => a.wrapping_shr(b),
            BPF_NEG => a.wrapping_neg(),
            BPF_MOD => a.checked_rem(b)?,
            BPF_XOR => a ^ b,
            _ => return None,
        })
    }

    /// Returns how many instructions to skip.
    fn jump(&self, instruction: &bpf_insn) -> usize {
        let bpf_insn { code, jt, jf, k } = *instruction;
        let a = self.accumulator;
        let b = if code & BPF_X != 0 { self.index } else { k };
        let holds = match code & OPERATION {
            BPF_JA => return k as usize,
            BPF_JEQ => a == b,
            BPF_JGT => a > b,
            BPF_JGE => a >= b,
            _ => a & b != 0,
        };
        usize::from(if holds { jt } else { jf })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zerocopy::IntoBytes;

    use super::*;

    fn program(instructions: &[(u16, u8, u8, u32)]) -> Vec<u8> {
        let each = instructions.iter().map(|&(code, jt, jf, k)| bpf_insn { code, jt, jf, k });
        each.flat_map(|instruction| instruction.as_bytes().to_vec()).collect()
    }

    #[test]
    fn a_program_finds_a_port_behind_an_ip_header() {
        // X = the length of the header; is the half word behind it, at 2, 53?
        let dns = program(&[(0xb1, 0, 0, 0), (0x48, 0, 0, 2), (0x15, 0, 1, 53), (6, 0, 0, 96), (6, 0, 0, 0)]);
        assert!(is_valid(&dns));
        let mut packet = [0; 28];
        packet[0] = 0x45;
        assert_eq!(run(&dns, &packet), 0);
        packet[23] = 53;
        assert_eq!(run(&dns, &packet), 96);
        assert_eq!(run(&dns, &packet[..23]), 0);
    }

    #[test]
    fn what_the_kernel_would_not_run_is_not_valid() {
        for bad in [
            &[(0x15, 0, 1, 0), (6, 0, 0, 0)][..],
            &[(5, 0, 0, 1), (6, 0, 0, 0)],
            &[(0x34, 0, 0, 0), (6, 0, 0, 0)],
            &[(2, 0, 0, 16), (6, 0, 0, 0)],
            &[(0x63, 0, 0, 0), (6, 0, 0, 0)],
            &[(0, 0, 0, 0)],
        ] {
            assert!(!is_valid(&program(bad)), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_run_and_end(program: Vec<u8>, packet: Vec<u8>) {
            is_valid(&program);
            run(&program, &packet);
        }
    }
}
