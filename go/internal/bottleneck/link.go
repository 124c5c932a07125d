// Package bottleneck emulates a slow network path between two UDP sockets: a link of a given capacity
// with a drop-tail queue before it, and a propagation delay and random losses behind it.
//
// Link is the arithmetic, with time as an argument; Relay moves real datagrams through two of them.
package bottleneck

import (
	"math/bits"
	"math/rand/v2"
	"time"
)

// HeaderBytes is what IPv4 and UDP add to a datagram's payload. It occupies the link like the rest.
const HeaderBytes = 20 + 8

// Step is a change of capacity.
type Step struct {
	At  time.Duration
	Bps int64
}

// LinkConfig describes a Link. The zero value passes everything on at once.
type LinkConfig struct {
	// Bps is the capacity at first, in bit/s of whole IP packets; 0 means unlimited.
	Bps int64
	// Queue is the longest time a packet may have to wait for those before it, at the capacity of the
	// moment when it arrives; one that would wait longer is dropped. Packets already in the queue stay
	// when the capacity changes, so they can wait longer.
	Queue time.Duration
	// Delay is the propagation delay, after a packet's last bit has left the queue.
	Delay time.Duration
	// Loss is the share of packets, 0 to 1, that get lost at random on the way, after they have taken their
	// time on the link.
	Loss float64
	// Seed of the losses. The same packets through the same link lose the same ones.
	Seed uint64
}

// Packet is a packet that crosses a Link.
type Packet struct {
	Data []byte
	// Bytes is what it occupies of the link, headers included.
	Bytes int
	// Arrival is when it came to the queue, Start when its first bit went onto the link, Departure when
	// its last bit did, Delivery when it reaches the far end.
	Arrival, Start, Departure, Delivery time.Duration
	// Lost says that it does not: it is not to be passed on.
	Lost bool
}

// Wait is the true queueing delay: the time spent behind other packets.
func (p *Packet) Wait() time.Duration { return p.Start - p.Arrival }

// Link is a link with its queue. All times are since one moment of the caller's choice and must not go
// back from call to call. Results are exact to the nanosecond however late the calls come.
type Link struct {
	config  LinkConfig
	steps   []Step
	packets []Packet // sent and not yet taken at the far end, oldest first
	free    time.Duration
	losses  *rand.Rand
}

// NewLink makes an empty link.
func NewLink(config LinkConfig) *Link {
	return &Link{config: config, losses: rand.New(rand.NewPCG(config.Seed, 0))}
}

// Set changes the link now. Planned changes of capacity stay. The backlog goes on at the new capacity; what has
// left the queue by now arrives after the old delay, the rest after the new one, but no packet before the one
// ahead of it. The new queue and loss, but not the seed, hold for packets that are sent from now on.
func (l *Link) Set(now time.Duration, config LinkConfig) {
	l.advance(now)
	l.change(now, config)
}

// Follow plans changes of capacity, in order of time.
func (l *Link) Follow(steps []Step) { l.steps = append([]Step(nil), steps...) }

// Send puts a packet that arrives now into the queue. It returns false if the packet is dropped.
func (l *Link) Send(now time.Duration, data []byte, size int) bool {
	l.advance(now)
	start := max(now, l.free)
	if start-now > l.config.Queue && l.config.Bps > 0 {
		return false
	}
	l.free = start + l.serialisation(size)
	packet := Packet{Data: data, Bytes: size, Arrival: now, Start: start, Departure: l.free}
	packet.Delivery = packet.Departure + l.config.Delay
	if n := len(l.packets); n > 0 {
		packet.Delivery = max(packet.Delivery, l.packets[n-1].Delivery)
	}
	packet.Lost = l.losses.Float64() < l.config.Loss
	l.packets = append(l.packets, packet)
	return true
}

// Receive takes the next packet that has reached the far end by now, or would have, had it not been lost.
func (l *Link) Receive(now time.Duration) (Packet, bool) {
	l.advance(now)
	if len(l.packets) == 0 || l.packets[0].Delivery > now {
		return Packet{}, false
	}
	packet := l.packets[0]
	l.packets[0].Data = nil // let it go, the array lives on
	l.packets = l.packets[1:]
	return packet, true
}

// Next returns when Receive is next worth a call, provided that nothing more is sent; false means never.
func (l *Link) Next() (time.Duration, bool) {
	if len(l.packets) == 0 {
		return 0, false
	}
	next := l.packets[0].Delivery
	if len(l.steps) > 0 {
		next = min(next, l.steps[0].At) // a change of capacity can bring it forward
	}
	return next, true
}

// Backlog returns how long a packet that arrives now would wait.
func (l *Link) Backlog(now time.Duration) time.Duration {
	l.advance(now)
	return max(0, l.free-now)
}

// advance carries out the changes of capacity that are due, each at its own time.
func (l *Link) advance(now time.Duration) {
	for len(l.steps) > 0 && l.steps[0].At <= now {
		config := l.config
		config.Bps = l.steps[0].Bps
		l.change(l.steps[0].At, config)
		l.steps = l.steps[1:]
	}
}

// change times the backlog afresh: what has not left the queue by then leaves at the new capacity.
func (l *Link) change(at time.Duration, config LinkConfig) {
	old := l.config.Bps
	l.config = config
	free, delivered := at, time.Duration(0)
	for i := range l.packets {
		p := &l.packets[i]
		if p.Departure > at {
			if p.Start < at { // part of it has been sent
				p.Departure = at + scale(p.Departure-at, old, config.Bps)
			} else {
				p.Start = free
				p.Departure = free + l.serialisation(p.Bytes)
			}
			free = p.Departure
			p.Delivery = max(delivered, p.Departure+config.Delay)
		}
		delivered = p.Delivery
	}
	l.free = free
}

func (l *Link) serialisation(size int) time.Duration {
	return scale(time.Duration(size)*8, int64(time.Second), l.config.Bps)
}

// scale returns x * numerator / denominator, rounded up; 0 for the denominator 0 of an unlimited link.
func scale(x time.Duration, numerator, denominator int64) time.Duration {
	if denominator <= 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(x), uint64(numerator))
	quotient, remainder := bits.Div64(high, low, uint64(denominator))
	if remainder > 0 {
		quotient++
	}
	return time.Duration(quotient)
}
