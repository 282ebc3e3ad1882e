//! The multilink protocol, RFC 1990, on the way down: which links there are, and which of them carries what.

use std::time::Duration;

use super::way::MULTILINK;
use super::*;

/// The number of a link that has received nothing.
const NO_NUMBER: i32 = 0x7fff_ffff;
/// No packet is parted into pieces smaller than this.
const PIECE_MIN: usize = 32;
/// What a link adds to each frame, on the average.
const OVERHEAD: i64 = 16;
/// How many bytes are taken to wait at a link, at the most.
const QUEUE_MAX: i64 = 50 * 1600;
/// After this time nothing waits at a link any more.
const QUEUE_TIME: Duration = Duration::from_secs(10);
/// How often the pieces that have come in are looked through.
const SCAN: Duration = Duration::from_millis(500);

const SHORT_MASK: i32 = 0x0fff;
const LONG_MASK: i32 = 0x00ff_ffff;

/// The numbers of a bundle, and what its links are taken to be busy with.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Multilink {
    links: Vec<Link>,
    /// The links that are connected and enabled.
    #[serde(skip)]
    pub(super) active: Vec<u16>,
    /// Whether all of them have one latency and bandwidth.
    #[serde(skip)]
    equal: bool,
    /// The number of the next piece that is sent, and the lowest of the last ones that have come by each link.
    pub(super) xseq: i32,
    pub(super) mseq: i32,
    /// Whose turn it is.
    last_link: u16,
    pub(super) pieces: Vec<reassembly::Piece>,
    pub(super) timer: Option<u32>,
    last_timer: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    connected: bool,
    /// The number of the last piece that has come by it.
    seq: i32,
    /// In milliseconds.
    latency: i64,
    /// How many bytes wait at it, and since when.
    waiting: i64,
    since: Duration,
}

impl Default for Multilink {
    fn default() -> Self {
        let link = Link { connected: false, seq: NO_NUMBER, latency: 0, waiting: 0, since: Duration::ZERO };
        Self {
            links: vec![link; NG_PPP_MAX_LINKS],
            active: Vec::new(),
            equal: true,
            xseq: 0,
            mseq: 0,
            last_link: 0,
            pieces: Vec::new(),
            timer: None,
            last_timer: 0,
        }
    }
}

/// Extends the sign of a number.
pub(super) fn extend(number: i32, short: bool) -> i32 {
    let mask = if short { SHORT_MASK } else { LONG_MASK };
    if number & (mask / 2 + 1) != 0 { number | !mask } else { number & mask }
}

impl Multilink {
    pub(super) fn set_connected(&mut self, link: usize, connected: bool) {
        if let Some(link) = self.links.get_mut(link) {
            link.connected = connected;
        }
    }

    /// Whether what a file says can be.
    pub(super) fn is_sound(&self, config: &ng_ppp_node_conf) -> bool {
        let latency_max = i64::from(NG_PPP_MAX_LATENCY) + 1;
        let both = self.links.iter().zip(&config.links);
        self.links.len() == NG_PPP_MAX_LINKS
            && (0..=LONG_MASK).contains(&self.xseq)
            && self.links.iter().all(|link| (0..=QUEUE_MAX).contains(&link.waiting))
            && both
                .filter(|(_, config)| config.enableLink != 0)
                .all(|(link, _)| (0..=latency_max).contains(&link.latency))
    }

    /// How many links would be active with these settings.
    pub(super) fn count(&self, config: &ng_ppp_node_conf) -> usize {
        let both = self.links.iter().zip(&config.links);
        both.filter(|(link, config)| link.connected && config.enableLink != 0).count()
    }

    /// Finds the links that are active.
    pub(super) fn find_active(&mut self, config: &ng_ppp_node_conf) {
        let both = (0u16..).zip(self.links.iter().zip(&config.links));
        let active = both.filter(|(_, (link, config))| link.connected && config.enableLink != 0);
        self.active = active.map(|(number, _)| number).collect();
        let kind = |number: &u16| {
            let number = usize::from(*number);
            Some((self.links.get(number)?.latency, config.links.get(number)?.bandwidth))
        };
        self.equal = self.active.iter().all(|number| kind(number) == self.active.first().and_then(kind));
    }

    /// Sees to what follows from the settings and the hooks.
    pub(super) fn update(&mut self, context: &mut Context<'_>, config: &ng_ppp_node_conf, new: bool) {
        for (link, of) in self.links.iter_mut().zip(&config.links).filter(|(_, of)| new && of.bandwidth != 0)
        {
            let header = 16
                + if of.enableACFComp != 0 { 0 } else { 2 }
                + if of.enableProtoComp != 0 { 1 } else { 2 }
                + if config.bund.xmitShortSeq != 0 { 2 } else { 4 };
            link.latency = i64::from(of.latency) + i64::from((header / of.bandwidth + 50) / 100);
        }
        self.find_active(config);
        let mut first = None;
        for (number, link) in (0u16..).zip(&mut self.links) {
            if !self.active.contains(&number) {
                link.seq = NO_NUMBER;
                continue;
            }
            if link.seq == NO_NUMBER {
                link.seq = first.unwrap_or(0);
            }
            first = first.or(Some(link.seq));
        }
        if config.bund.enableMultilink != 0 && !self.active.is_empty() {
            if self.timer.is_none() {
                self.set_timer(context);
            }
            return;
        }
        (self.timer, self.xseq, self.mseq) = (None, 0, 0);
        self.pieces.clear();
        for link in &mut self.links {
            (link.seq, link.waiting, link.since) = (NO_NUMBER, 0, Duration::ZERO);
        }
    }

    pub(super) fn set_timer(&mut self, context: &mut Context<'_>) {
        self.timer = Some(context.start(SCAN, &mut self.last_timer));
    }

    pub(super) fn state(&self) -> ng_ppp_mp_state {
        let mut state = ng_ppp_mp_state { mseq: self.mseq, xseq: self.xseq, ..Default::default() };
        for (to, link) in state.rseq.iter_mut().zip(&self.links).filter(|(_, link)| link.seq != NO_NUMBER) {
            *to = link.seq;
        }
        state
    }

    /// Notes the number of a piece that has come by a link.
    pub(super) fn received(&mut self, link: u16, seq: i32, short: bool) {
        if let Some(link) = self.links.get_mut(usize::from(link)) {
            link.seq = seq;
        }
        self.mseq = seq;
        for number in &self.active {
            let Some(there) = self.links.get(usize::from(*number)) else { continue };
            if extend(there.seq.wrapping_sub(self.mseq), short) < 0 {
                self.mseq = there.seq;
            }
        }
    }

    /// Gives up what has a lower number and has not come.
    pub(super) fn give_up_before(&mut self, seq: i32, short: bool) {
        if extend(self.mseq.wrapping_sub(seq), short) >= 0 {
            return;
        }
        self.mseq = seq;
        for number in &self.active {
            if let Some(link) = self.links.get_mut(usize::from(*number)) {
                if extend(link.seq.wrapping_sub(seq), short) < 0 {
                    link.seq = seq;
                }
            }
        }
    }

    /// Notes that a link has taken a frame.
    pub(super) fn took(&mut self, link: u16, len: usize, config: &ng_ppp_bund_conf, now: Duration) {
        if config.enableMultilink == 0 || self.equal || config.enableRoundRobin != 0 {
            return;
        }
        let Some(link) = self.links.get_mut(usize::from(link)) else { return };
        if link.waiting == 0 {
            link.since = now;
        }
        link.waiting = (link.waiting + len as i64 + OVERHEAD).min(QUEUE_MAX);
    }

    fn next_turn(&mut self) -> usize {
        let turn = self.last_link;
        self.last_link = turn.wrapping_add(1);
        usize::from(turn) % self.active.len().max(1)
    }

    /// Says how many bytes of a packet each active link is to carry.
    fn distribute(&mut self, config: &ng_ppp_node_conf, len: usize, now: Duration) -> Vec<usize> {
        let mut shares = vec![0; self.active.len()];
        if config.bund.enableRoundRobin != 0 {
            let turn = self.next_turn();
            shares[turn] = len;
        } else if self.equal {
            let pieces = self.active.len().min(len / PIECE_MIN).max(1);
            for piece in 0..pieces {
                let turn = self.next_turn();
                shares[turn] = len / pieces + usize::from(piece < len % pieces);
            }
        } else {
            return self.balance(config, len as i64, now);
        }
        shares
    }

    /// How long each active link takes until it has sent what waits at it, with its latency.
    fn delays(&mut self, bandwidths: &[i64], now: Duration) -> Vec<i64> {
        let mut delays = Vec::new();
        for (number, bandwidth) in self.active.iter().zip(bandwidths) {
            let Some(link) = self.links.get_mut(usize::from(*number)) else { continue };
            let mut delay = link.latency;
            if link.waiting != 0 {
                let gone = now.saturating_sub(std::mem::replace(&mut link.since, now));
                if gone >= QUEUE_TIME {
                    link.waiting = 0;
                } else {
                    let sent = bandwidth * 10 * gone.as_secs() as i64
                        + bandwidth * i64::from(gone.subsec_millis()) / 100;
                    link.waiting = (link.waiting - sent).max(0);
                    delay += 100 * link.waiting / bandwidth;
                }
            }
            delays.push(delay);
        }
        delays
    }

    /// Has the last bytes of all pieces arrive at one moment.
    fn balance(&mut self, config: &ng_ppp_node_conf, len: i64, now: Duration) -> Vec<usize> {
        let bandwidth =
            |number: &u16| config.links.get(usize::from(*number)).map_or(1, |link| link.bandwidth.max(1));
        let bandwidths: Vec<_> = self.active.iter().map(|number| i64::from(bandwidth(number))).collect();
        let delays = self.delays(&bandwidths, now);
        let mut links: Vec<_> = delays.into_iter().zip(bandwidths).zip(0..).collect();
        links.sort_by_key(|((delay, _), _)| *delay);
        // The fastest links that have sent it all before the next one would begin.
        let carries = |count: usize| {
            let ((next, _), _) = links[count];
            let before = links[..count].iter();
            before.map(|((delay, bandwidth), _)| ((next - delay) * bandwidth + 99) / 100).sum::<i64>()
        };
        let count = (1..links.len()).find(|count| carries(*count) >= len).unwrap_or(links.len());
        links.truncate(count);
        let top: i64 = links.iter().map(|((delay, bandwidth), _)| delay * bandwidth).sum();
        let bottom: i64 = links.iter().map(|((_, bandwidth), _)| bandwidth).sum();
        let moment = (len * 100 + top + bottom / 2) / bottom.max(1);
        let share = |delay: i64, bandwidth: i64| (bandwidth * (moment - delay) + 50) / 100;
        let mut shares: Vec<_> =
            links.iter().map(|((delay, bandwidth), _)| (share(*delay, *bandwidth), *bandwidth)).collect();
        round(&mut shares, len);
        let mut all = vec![0; self.active.len()];
        for ((share, _), (_, place)) in shares.into_iter().zip(links) {
            all[place] = usize::try_from(share).unwrap_or(0);
        }
        all
    }
}

/// Corrects shares, with the bandwidths of their links, that are not the whole together: the fastest link gets what is
/// missing, the slowest ones lose what is too much.
fn round(shares: &mut [(i64, i64)], len: i64) {
    let mut total: i64 = shares.iter().map(|(share, _)| share).sum();
    if total < len {
        let mut fast = 0;
        for place in 1..shares.len() {
            if shares[place].1 > shares[fast].1 {
                fast = place;
            }
        }
        shares[fast].0 += len - total;
    }
    while total > len {
        let mut slow = 0;
        for place in 1..shares.len() {
            let slower = shares[place].0 > 0 && shares[place].1 < shares[slow].1;
            if shares[slow].0 == 0 || slower {
                slow = place;
            }
        }
        let excess = (total - len).min(shares[slow].0);
        if excess <= 0 {
            return;
        }
        shares[slow].0 -= excess;
        total -= excess;
    }
}

impl Ppp {
    /// Sends a packet in pieces, by all links.
    pub(super) fn send_pieces(
        &mut self,
        context: &mut Context<'_>,
        protocol: u16,
        mut packet: Packet,
    ) -> Result<(), Errno> {
        let plain = packet.len();
        if plain > self.config.bund.mrru.into() {
            return Err(Errno::EMSGSIZE);
        }
        match u8::try_from(protocol) {
            Ok(short) => packet.splice(0, 0, &[short]),
            Err(_) => packet.splice(0, 0, &protocol.to_be_bytes()),
        }
        let short = self.config.bund.xmitShortSeq != 0;
        let header = if short { 2 } else { 4 };
        let shares = self.multilink.distribute(&self.config, packet.len(), context.now);
        let shares: Vec<_> = self.multilink.active.iter().copied().zip(shares).rev().collect();
        let mut first = true;
        for (link, mut share) in shares {
            let mru = self.config.links.get(usize::from(link)).map_or(0, |link| usize::from(link.mru));
            while share > 0 {
                let len = share.min(mru.saturating_sub(header).max(1));
                share -= len;
                let last = len >= packet.len();
                let mut piece = packet.clone();
                piece.splice(len, usize::MAX, &[]);
                packet.splice(0, len, &[]);
                let head = self.number(short, first, last);
                piece.splice(0, 0, &head);
                self.transmit(context, MULTILINK, link, piece, if first { plain } else { 0 })?;
                first = false;
            }
        }
        Ok(())
    }

    /// The header of the next piece.
    fn number(&mut self, short: bool, first: bool, last: bool) -> Vec<u8> {
        let seq = self.multilink.xseq;
        self.multilink.xseq = (seq + 1) & if short { SHORT_MASK } else { LONG_MASK };
        let flags = u32::from(first) << 31 | u32::from(last) << 30;
        if short {
            ((seq as u16) | (flags >> 16) as u16).to_be_bytes().to_vec()
        } else {
            (seq as u32 | flags).to_be_bytes().to_vec()
        }
    }
}
