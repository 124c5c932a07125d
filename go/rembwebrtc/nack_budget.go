package rembwebrtc

import (
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
)

const (
	// requestsPerPacket is how many packets may be asked for, for each one received. REMB does not bound what a browser
	// retransmits: where capacity has dropped and every other packet is lost, asking for all of them keeps the queue full
	// long after the encoder has obeyed. Losses on the air are seldom more than this.
	requestsPerPacket = 0.25
	// minBurst is how many packets may be asked for at once, however little is received.
	minBurst = 10
)

// budget bounds what is asked for by what is received. All but received is guarded by nackLimiter.mu.
type budget struct {
	received atomic.Int64 // packets

	counted int64 // of these
	left    float64
	last    time.Time
}

func newBudget() budget { return budget{left: minBurst} }

// refill adds what has been received since it was last called. What piles up is what would have come in one of the
// generator's intervals: time without losses must not pay for a burst into a full queue.
func (b *budget) refill(now time.Time) {
	received := b.received.Load()
	earned := float64(received-b.counted) * requestsPerPacket
	most := earned
	if elapsed := now.Sub(b.last); elapsed > generatorInterval {
		most = earned * float64(generatorInterval) / float64(elapsed)
	}
	b.left = min(b.left+earned, max(most, minBurst))
	b.counted, b.last = received, now
}

// take reports whether one more packet may be asked for.
func (b *budget) take() bool {
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// mediaReader counts the packets of a media stream. What the reader below returns passes through as it is.
type mediaReader struct {
	interceptor.RTPReader
	budget *budget
}

// Read reads a packet.
func (r *mediaReader) Read(b []byte, in interceptor.Attributes) (int, interceptor.Attributes, error) {
	n, attributes, err := r.RTPReader.Read(b, in)
	if err == nil {
		r.budget.received.Add(1)
	}
	return n, attributes, err
}
