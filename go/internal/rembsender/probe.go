package rembsender

import "time"

// Chrome begins a call with two probe clusters, at three and six times the start rate, each of at least
// five packets and 15 ms. They are made of the first frame's packets, each cluster led by a padding
// packet of 255 bytes, and filled up with repeated media on the RTX stream.
const (
	firstProbeFactor  = 3
	secondProbeFactor = 6
	minProbePackets   = 5
	minProbeTime      = 15 * time.Millisecond
)

// prober says at which rate to send while probing.
type prober struct {
	rates          []int64 // of the cluster that runs or waits, and of those after it
	started        bool
	packets, bytes int // of this cluster
}

func newProber(startRate int64) prober {
	return prober{rates: []int64{firstProbeFactor * startRate, secondProbeFactor * startRate}}
}

// start begins probing: there is media to send.
func (p *prober) start() { p.started = true }

func (p *prober) running() bool { return p.started && len(p.rates) > 0 }

func (p *prober) rate() int64 { return p.rates[0] }

// sent counts a packet of the running cluster.
func (p *prober) sent(size int) {
	p.packets++
	p.bytes += size
	if p.packets >= minProbePackets && int64(p.bytes)*8 >= p.rate()*int64(minProbeTime)/int64(time.Second) {
		p.rates = p.rates[1:]
		p.packets, p.bytes = 0, 0
	}
}
