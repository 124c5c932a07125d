package democall

import (
	"sync"
	"time"

	"github.com/libremb/libremb/go/internal/bottleneck"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/relaypeer"
)

// recorder collects what happens in a call. Its methods are called from several goroutines.
type recorder struct {
	mu        sync.Mutex
	origin    time.Duration // the first media packet, in the relay's time
	linkDelay time.Duration
	recording callrecord.Recording
}

// begin sets the first packet's time and what the recording has to know. Probes and the like from before
// are forgotten.
func (r *recorder) begin(origin time.Duration, capacity []callrecord.Rate, sourceMax float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.origin = origin
	r.recording = callrecord.Recording{Capacity: capacity, SourceMax: sourceMax}
}

func (r *recorder) onArrival(at time.Duration, datagram []byte, dropped bool) {
	if !relaypeer.IsRTP(datagram) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recording.Sent = append(r.recording.Sent, callrecord.Sent{
		At: at - r.origin, Bytes: len(datagram) + bottleneck.HeaderBytes, Dropped: dropped,
	})
}

func (r *recorder) onDelivery(at time.Duration, packet bottleneck.Packet) {
	if !relaypeer.IsRTP(packet.Data) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recording.Received = append(r.recording.Received, callrecord.Received{
		At: at - r.origin, Bytes: packet.Bytes, Wait: packet.Wait(),
		Late: at - packet.Departure - r.linkDelay,
	})
}

func (r *recorder) onREMB(at time.Duration, bps float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recording.REMBs = append(r.recording.REMBs, callrecord.Rate{At: at - r.origin, Bps: bps})
}

// estimate records a look at the estimator.
func (r *recorder) estimate(e callrecord.Estimate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recording.Estimates = append(r.recording.Estimates, e)
}

// second sums up the second before now.
func (r *recorder) second(now time.Duration) Second {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Second{At: now, Capacity: r.recording.CapacityAt(now - 1)}
	from := now - time.Second
	for i := len(r.recording.Sent) - 1; i >= 0 && r.recording.Sent[i].At > from; i-- {
		s.Sent += float64(r.recording.Sent[i].Bytes) * 8
		if r.recording.Sent[i].Dropped {
			s.Dropped++
		}
	}
	var waits []time.Duration
	for i := len(r.recording.Received) - 1; i >= 0 && r.recording.Received[i].At > from; i-- {
		s.Received += float64(r.recording.Received[i].Bytes) * 8
		waits = append(waits, r.recording.Received[i].Wait)
	}
	s.Queue = callrecord.Quantile(waits, 0.95)
	for i := len(r.recording.Estimates) - 1; i >= 0 && r.recording.Estimates[i].At > from; i-- {
		s.State = worst(s.State, r.recording.Estimates[i].State)
	}
	if n := len(r.recording.Estimates); n > 0 {
		s.Estimate = r.recording.Estimates[n-1].Bps
	}
	if n := len(r.recording.REMBs); n > 0 {
		s.REMB = r.recording.REMBs[n-1].Bps
	}
	return s
}

// worst: an over-use anywhere in the second is worth showing, then an under-use.
func worst(a, b callrecord.State) callrecord.State { return max(a, b) }

// finish ends the recording after the given time; what came in the moment since is cut off.
func (r *recorder) finish(duration time.Duration) *callrecord.Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	recording := r.recording
	recording.Duration = duration
	recording.Sent = until(recording.Sent, duration, func(p callrecord.Sent) time.Duration { return p.At })
	recording.Received = until(recording.Received, duration, func(p callrecord.Received) time.Duration { return p.At })
	recording.REMBs = until(recording.REMBs, duration, func(r callrecord.Rate) time.Duration { return r.At })
	return &recording
}

// until returns what lies within a time, of items in order of it.
func until[T any](items []T, end time.Duration, at func(T) time.Duration) []T {
	for len(items) > 0 && at(items[len(items)-1]) > end {
		items = items[:len(items)-1]
	}
	return items
}
