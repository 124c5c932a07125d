// Package callrecord holds what happened in a call through a bottleneck, and works out from it how good
// the call was.
//
// All times count from the first media packet. All sizes and rates are of whole IP packets that carry
// RTP (media, retransmissions and probes alike), as they occupy the bottleneck; sent means at its
// entrance, received at its far end.
package callrecord

import "time"

// RateWindow is the length of the sliding window over which sent and received rates are measured.
const RateWindow = 500 * time.Millisecond

// Startup is the time at the beginning that figures "after start-up" leave out.
const Startup = 5 * time.Second

// Milliseconds are what people and files are told of waits.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Recording is a call.
type Recording struct {
	Duration time.Duration
	// Capacity in order of time; the first step is at 0.
	Capacity []Rate
	// SourceMax is what the source never exceeds.
	SourceMax float64

	Sent      []Sent
	Received  []Received
	REMBs     []Rate // as they came to the sender
	Estimates []Estimate
}

// Rate is a rate in bit/s that holds from a time on.
type Rate struct {
	At  time.Duration
	Bps float64
}

// Sent is a packet that came to the bottleneck.
type Sent struct {
	At      time.Duration
	Bytes   int
	Dropped bool
}

// Received is a packet that went through it.
type Received struct {
	At    time.Duration
	Bytes int
	// Wait is the time it spent in the queue behind others, Late the time by which it was delivered later
	// than the emulated path says: this machine's fault.
	Wait, Late time.Duration
}

// State of the estimator's over-use detector.
type State int

// The states.
const (
	Normal State = iota
	Underusing
	Overusing
)

func (s State) String() string { return [...]string{"normal", "underuse", "overuse"}[s] }

// Estimate is a look at the estimator and the sender.
type Estimate struct {
	At    time.Duration
	Bps   float64 // 0: none
	State State
	// Target is what the sender aims at, REMB the last one that it got (0: none).
	Target, REMB float64
}

// CapacityAt is the capacity at a time.
func (r *Recording) CapacityAt(t time.Duration) float64 {
	bps := r.Capacity[0].Bps
	for _, step := range r.Capacity {
		if step.At <= t {
			bps = step.Bps
		}
	}
	return bps
}

// Available is how many bits could have been carried: the lower of capacity and source maximum, summed
// over the call.
func (r *Recording) Available() float64 {
	sum := 0.0
	for i, step := range r.Capacity {
		end := r.Duration
		if i+1 < len(r.Capacity) {
			end = min(end, r.Capacity[i+1].At)
		}
		if end > step.At {
			sum += min(step.Bps, r.SourceMax) * (end - step.At).Seconds()
		}
	}
	return sum
}
