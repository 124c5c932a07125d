package rembsender

import "time"

const (
	// pacingFactor is how much faster than the target rate packets leave, so that a frame takes 1/2.5 of
	// the time between frames.
	pacingFactor = 2.5
	// maxCatchUp is how much lateness of a wake-up is made good by sending the next packets sooner.
	maxCatchUp = 2 * time.Millisecond
)

// pacer spreads packets over time. Retransmissions go before media, as in a browser.
type pacer struct {
	retransmissions, media []*packet
	next                   time.Duration
	probe                  prober
}

// enqueue adds media.
func (p *pacer) enqueue(now time.Duration, packets ...*packet) {
	p.wake(now)
	p.media = append(p.media, packets...)
	p.probe.start()
}

// retransmit adds a retransmission.
func (p *pacer) retransmit(now time.Duration, rtx *packet) {
	p.wake(now)
	p.retransmissions = append(p.retransmissions, rtx)
}

// wake ends idleness: time in which there was nothing to send is not made up for.
func (p *pacer) wake(now time.Duration) {
	if _, busy := p.due(); !busy {
		p.next = max(p.next, now)
	}
}

// due is when the next packet may leave; false if there is none.
func (p *pacer) due() (time.Duration, bool) {
	if len(p.retransmissions) == 0 && len(p.media) == 0 && !p.probe.running() {
		return 0, false
	}
	return p.next, true
}

// pop returns the packet to send now. padding makes one if the probe asks for it: blank where the first
// of a cluster should be small.
func (p *pacer) pop(now time.Duration, target int64, padding func(blank bool) *packet) *packet {
	rate := pacingFactor * float64(target)
	var next *packet
	switch {
	case p.probe.running() && p.probe.packets == 0:
		next = padding(true)
	case len(p.retransmissions) > 0:
		next, p.retransmissions = p.retransmissions[0], p.retransmissions[1:]
	case len(p.media) > 0:
		next, p.media = p.media[0], p.media[1:]
	default:
		next = padding(false)
	}
	if p.probe.running() {
		rate = float64(p.probe.rate())
		p.probe.sent(next.size())
	}
	interval := time.Duration(float64(next.size()) * 8 / rate * float64(time.Second))
	p.next = max(p.next, now-maxCatchUp) + interval
	return next
}
