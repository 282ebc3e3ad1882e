//! `net/bpf.h`: the instructions of the packet filter, and data link types; see bpf(4).

crate::abi::abi! {
    "net/bpf.h";

    /// An instruction of a packet filter.
    pub struct bpf_insn {
        /// What to do: one of the classes, with its size, mode, operation and source.
        pub code: u16,
        /// How many instructions a jump skips if its test holds.
        pub jt: u8,
        /// How many instructions a jump skips if its test does not hold.
        pub jf: u8,
        /// The operand.
        pub k: u32,
    }

    /// The most instructions that a program can have.
    pub const BPF_MAXINSNS: usize = 512;
    /// The number of words in the memory of a program.
    pub const BPF_MEMWORDS: usize = 16;

    /// Class: loads the accumulator.
    pub const BPF_LD: u16 = 0x00;
    /// Class: loads the index register.
    pub const BPF_LDX: u16 = 0x01;
    /// Class: stores the accumulator.
    pub const BPF_ST: u16 = 0x02;
    /// Class: stores the index register.
    pub const BPF_STX: u16 = 0x03;
    /// Class: computes.
    pub const BPF_ALU: u16 = 0x04;
    /// Class: jumps.
    pub const BPF_JMP: u16 = 0x05;
    /// Class: ends the program.
    pub const BPF_RET: u16 = 0x06;
    /// Class: copies between the registers.
    pub const BPF_MISC: u16 = 0x07;

    /// Size: a word of 4 bytes.
    pub const BPF_W: u16 = 0x00;
    /// Size: a half word of 2 bytes.
    pub const BPF_H: u16 = 0x08;
    /// Size: a byte.
    pub const BPF_B: u16 = 0x10;

    /// Mode: the operand itself.
    pub const BPF_IMM: u16 = 0x00;
    /// Mode: the packet at a fixed place.
    pub const BPF_ABS: u16 = 0x20;
    /// Mode: the packet at a place counted from the index register.
    pub const BPF_IND: u16 = 0x40;
    /// Mode: the memory of the program.
    pub const BPF_MEM: u16 = 0x60;
    /// Mode: the length of the packet.
    pub const BPF_LEN: u16 = 0x80;
    /// Mode: 4 times the low nibble of a byte of the packet, as IP header lengths are written.
    pub const BPF_MSH: u16 = 0xa0;

    /// Operation: adds.
    pub const BPF_ADD: u16 = 0x00;
    /// Operation: subtracts.
    pub const BPF_SUB: u16 = 0x10;
    /// Operation: multiplies.
    pub const BPF_MUL: u16 = 0x20;
    /// Operation: divides.
    pub const BPF_DIV: u16 = 0x30;
    /// Operation: or.
    pub const BPF_OR: u16 = 0x40;
    /// Operation: and.
    pub const BPF_AND: u16 = 0x50;
    /// Operation: shifts left.
    pub const BPF_LSH: u16 = 0x60;
    /// Operation: shifts right.
    pub const BPF_RSH: u16 = 0x70;
    /// Operation: negates.
    pub const BPF_NEG: u16 = 0x80;
    /// Operation: the rest of a division.
    pub const BPF_MOD: u16 = 0x90;
    /// Operation: exclusive or.
    pub const BPF_XOR: u16 = 0xa0;

    /// Jump: always.
    pub const BPF_JA: u16 = 0x00;
    /// Jump: if equal.
    pub const BPF_JEQ: u16 = 0x10;
    /// Jump: if greater.
    pub const BPF_JGT: u16 = 0x20;
    /// Jump: if greater or equal.
    pub const BPF_JGE: u16 = 0x30;
    /// Jump: if any of the bits is set.
    pub const BPF_JSET: u16 = 0x40;

    /// Source: the operand in the instruction.
    pub const BPF_K: u16 = 0x00;
    /// Source: the index register.
    pub const BPF_X: u16 = 0x08;
    /// Return value: the accumulator.
    pub const BPF_A: u16 = 0x10;

    /// Copies the accumulator to the index register.
    pub const BPF_TAX: u16 = 0x00;
    /// Copies the index register to the accumulator.
    pub const BPF_TXA: u16 = 0x80;

    /// Data link type: Ethernet frames.
    pub const DLT_EN10MB: u8 = 1;
    /// Data link type: bare IP packets.
    pub const DLT_RAW: u8 = 12;
}
