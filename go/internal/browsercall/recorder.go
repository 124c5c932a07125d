package browsercall

import (
	"slices"
	"sync"
	"time"

	"github.com/libremb/libremb/go/internal/bottleneck"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/relaypeer"
)

// A recording keeps what happened in the last keep, and is cut once it is slack longer: a call may last for days.
const (
	keep  = 15 * time.Minute
	slack = time.Minute
)

// recorder collects what happens in a call, from its first media packet on. Its methods are called from several
// goroutines.
type recorder struct {
	mu        sync.Mutex
	began     bool
	origin    time.Duration // the first media packet, in the relay's time
	link      Link
	recording callrecord.Recording // in times since origin; nothing in it is ever changed, only appended
	browser   []TimedStats

	dropped, lost, rembs int
	remb                 float64
	target               float64 // the browser's
}

// elapsed is the time since the first media packet, 0 before it. The caller holds the lock.
func (r *recorder) elapsed(now time.Duration) time.Duration {
	if !r.began {
		return 0
	}
	return now - r.origin
}

// sinceBegin is elapsed for callers that do not hold the lock.
func (r *recorder) sinceBegin(now time.Duration) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.elapsed(now)
}

// begin makes a packet that came to the bottleneck at a time the first one, unless there was one. The caller holds the
// lock.
func (r *recorder) begin(at time.Duration) {
	if !r.began {
		r.began, r.origin = true, at
	}
}

// onArrival and onDelivery are the relay's. Without a bottleneck and delay the latter may come first.
func (r *recorder) onArrival(at time.Duration, datagram []byte, dropped bool) {
	if !relaypeer.IsRTP(datagram) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin(at)
	if dropped {
		r.dropped++
	}
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
	r.begin(packet.Arrival)
	if packet.Lost {
		r.lost++
		return
	}
	r.recording.Received = append(r.recording.Received, callrecord.Received{
		At: at - r.origin, Bytes: packet.Bytes, Wait: packet.Wait(), Late: at - packet.Delivery,
	})
}

// onREMB takes a REMB that has been written. It is recorded as of when it comes to the browser.
func (r *recorder) onREMB(now time.Duration, bps float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rembs++
	r.remb = bps
	at := r.elapsed(now) + r.link.Delay
	if n := len(r.recording.REMBs); n > 0 {
		at = max(at, r.recording.REMBs[n-1].At) // the delay may have become shorter
	}
	r.recording.REMBs = append(r.recording.REMBs, callrecord.Rate{At: at, Bps: bps})
}

func (r *recorder) onLink(now time.Duration, link Link) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.link = link
	rate := callrecord.Rate{At: r.elapsed(now), Bps: float64(known(link.CapacityBps))}
	steps := r.recording.Capacity
	if n := len(steps); n > 0 && steps[n-1].Bps == rate.Bps {
		return
	} else if n > 0 && steps[n-1].At == rate.At {
		steps = slices.Clone(steps[:n-1]) // changed twice at once, or before the first packet
	}
	r.recording.Capacity = append(steps, rate)
}

// onLook records a look at the estimator, and forgets what is too long ago.
func (r *recorder) onLook(now time.Duration, estimate float64, state callrecord.State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.began {
		return
	}
	at := r.elapsed(now)
	r.recording.Estimates = append(r.recording.Estimates, callrecord.Estimate{
		At: at, Bps: estimate, State: state, Target: r.target, REMB: r.remb,
	})
	if at-r.recording.Estimates[0].At > keep+slack {
		r.cut(at - keep)
	}
}

func (r *recorder) onBrowserStats(now time.Duration, stats BrowserStats) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.target = stats.TargetBitrate
	r.browser = append(r.browser, TimedStats{r.elapsed(now), stats})
}

// cut forgets what happened before a time.
func (r *recorder) cut(from time.Duration) {
	c := &r.recording
	c.Sent = since(c.Sent, from, func(p callrecord.Sent) time.Duration { return p.At })
	c.Received = since(c.Received, from, func(p callrecord.Received) time.Duration { return p.At })
	c.REMBs = since(c.REMBs, from, func(r callrecord.Rate) time.Duration { return r.At })
	c.Estimates = since(c.Estimates, from, func(e callrecord.Estimate) time.Duration { return e.At })
	r.browser = since(r.browser, from, func(s TimedStats) time.Duration { return s.At })
	for len(c.Capacity) > 1 && c.Capacity[1].At <= from {
		c.Capacity = c.Capacity[1:]
	}
}

// since copies what is not before a time, of items in order of it, so that the rest can be collected.
func since[T any](items []T, from time.Duration, at func(T) time.Duration) []T {
	i, _ := slices.BinarySearchFunc(items, from, func(item T, from time.Duration) int { return int(at(item) - from) })
	return slices.Clone(items[i:])
}

// rates over the last window, and the counters.
func (r *recorder) sample(now time.Duration, s *Sample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := r.elapsed(now) - callrecord.RateWindow
	for i := len(r.recording.Sent) - 1; i >= 0 && r.recording.Sent[i].At > from; i-- {
		s.SentRate += float64(r.recording.Sent[i].Bytes) * 8 / callrecord.RateWindow.Seconds()
	}
	for i := len(r.recording.Received) - 1; i >= 0 && r.recording.Received[i].At > from; i-- {
		s.Received += float64(r.recording.Received[i].Bytes) * 8 / callrecord.RateWindow.Seconds()
	}
	s.Capacity = r.link.CapacityBps
	s.REMB, s.REMBs, s.Dropped, s.Lost = int(r.remb), r.rembs, r.dropped, r.lost
	if n := len(r.browser); n > 0 {
		s.Browser = r.browser[n-1].BrowserStats
	}
}

// snapshot is the recording up to now, in times since its beginning: the first media packet, or keep ago at most.
func (r *recorder) snapshot(now time.Duration, sourceMax float64) *callrecord.Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := max(0, r.elapsed(now)-keep)
	c := &recorder{recording: r.recording}
	c.cut(from)
	recording := c.recording
	recording.Duration, recording.SourceMax = r.elapsed(now)-from, sourceMax
	for n := len(recording.REMBs); n > 0 && recording.REMBs[n-1].At > from+recording.Duration; n-- {
		recording.REMBs = recording.REMBs[:n-1] // on its way
	}
	recording.Capacity = slices.Clone(recording.Capacity)
	for i := range recording.Capacity {
		recording.Capacity[i].At = max(0, recording.Capacity[i].At-from)
	}
	for i := range recording.Sent {
		recording.Sent[i].At -= from
	}
	for i := range recording.Received {
		recording.Received[i].At -= from
	}
	for i := range recording.REMBs {
		recording.REMBs[i].At -= from
	}
	for i := range recording.Estimates {
		recording.Estimates[i].At -= from
	}
	return &recording
}
