package callrecord

import "time"

// followGrid is how finely the time to follow a change is looked for.
const followGrid = 10 * time.Millisecond

// rise is the share of a higher capacity at which it counts as followed.
const rise = 0.8

// A queue counts as drained as soon as no packet of the following half second waits longer than this.
const (
	DrainedQueue = 50 * time.Millisecond
	drainedFor   = 500 * time.Millisecond
)

// Summary is how good a call was.
type Summary struct {
	Duration time.Duration
	// Utilisation is the bits received over those that could have been carried.
	Utilisation float64
	// Quantiles of the true queueing delay of the packets received: over the whole call, and without the
	// start-up.
	QueueP50, QueueP95, QueueP99, QueueMax time.Duration
	SteadyQueueP50, SteadyQueueP95         time.Duration
	// Start is how the capacity at the beginning was reached, as if it had been 0 before.
	Start   Change
	Changes []Change
	// Phases have one capacity each.
	Phases                           []Phase
	REMBs, Sent, Received, Dropped   int
	MeanSentBps, MeanReceivedBps     float64
	DeliveryLateP50, DeliveryLateP99 time.Duration
}

// Phase is the time from one change of capacity to the next.
type Phase struct {
	From, To    time.Duration
	Bps         float64
	Utilisation float64
}

// Change is a change of capacity and how it was followed.
type Change struct {
	At       time.Duration
	From, To float64 // bit/s
	// Goal is the sent rate at which the change counts as followed: the new capacity after a drop, 80 % of it
	// (or of the source's maximum, if that is lower) after a rise.
	Goal float64
	// Followed says whether the sent rate got there before the next change, After how long that took, or how
	// long it was waited for.
	Followed bool
	After    time.Duration
	// Drained says whether the queue came to DrainedQueue before the next change and stayed there for half a second,
	// DrainedAfter how long that took, or how long it was waited for.
	Drained      bool
	DrainedAfter time.Duration
}

// Down reports whether the capacity fell.
func (c Change) Down() bool { return c.To < c.From }

// Summarise works out the figures.
func Summarise(r *Recording) Summary {
	s := Summary{Duration: r.Duration, REMBs: len(r.REMBs), Sent: len(r.Sent), Received: len(r.Received)}
	sentBytes, receivedBytes := 0, 0
	for _, p := range r.Sent {
		sentBytes += p.Bytes
		if p.Dropped {
			s.Dropped++
		}
	}
	var waits, steady, late []time.Duration
	for _, p := range r.Received {
		receivedBytes += p.Bytes
		waits = append(waits, p.Wait)
		late = append(late, p.Late)
		if p.At >= Startup {
			steady = append(steady, p.Wait)
		}
	}
	if seconds := r.Duration.Seconds(); seconds > 0 {
		s.Utilisation = float64(receivedBytes) * 8 / r.Available()
		s.MeanSentBps = float64(sentBytes) * 8 / seconds
		s.MeanReceivedBps = float64(receivedBytes) * 8 / seconds
	}
	s.QueueP50, s.QueueP95 = Quantile(waits, 0.5), Quantile(waits, 0.95)
	s.QueueP99, s.QueueMax = Quantile(waits, 0.99), Quantile(waits, 1)
	s.SteadyQueueP50, s.SteadyQueueP95 = Quantile(steady, 0.5), Quantile(steady, 0.95)
	s.DeliveryLateP50, s.DeliveryLateP99 = Quantile(late, 0.5), Quantile(late, 0.99)
	s.Phases = phases(r)
	s.Start, s.Changes = changes(r)
	return s
}

// phases are those that began before the end.
func phases(r *Recording) []Phase {
	var all []Phase
	next := 0
	for i, step := range r.Capacity {
		p := Phase{From: step.At, To: r.Duration, Bps: step.Bps}
		if i+1 < len(r.Capacity) {
			p.To = min(p.To, r.Capacity[i+1].At)
		}
		if p.To <= p.From {
			continue
		}
		bytes := 0
		for ; next < len(r.Received) && r.Received[next].At < p.To; next++ {
			bytes += r.Received[next].Bytes
		}
		p.Utilisation = float64(bytes) * 8 / (min(p.Bps, r.SourceMax) * (p.To - p.From).Seconds())
		all = append(all, p)
	}
	return all
}

// changes finds out how the capacity at the beginning and those after it were followed.
func changes(r *Recording) (start Change, later []Change) {
	rates := r.SentRate(followGrid)
	from := 0.0
	for i, step := range r.Capacity {
		c := Change{At: step.At, From: from, To: step.Bps}
		from = step.Bps
		end := r.Duration
		if i+1 < len(r.Capacity) {
			end = min(end, r.Capacity[i+1].At)
		}
		if c.At >= r.Duration || c.From == c.To {
			continue
		}
		c.follow(r, rates, end)
		if i == 0 {
			start = c
		} else {
			later = append(later, c)
		}
	}
	return start, later
}

// follow looks until the end for when the change was followed.
func (c *Change) follow(r *Recording, rates []Rate, end time.Duration) {
	c.After, c.Goal = end-c.At, c.To
	if !c.Down() {
		c.Goal = rise * min(c.To, r.SourceMax)
	}
	for _, rate := range rates {
		if rate.At < c.At || rate.At > end {
			continue
		}
		if c.Down() && rate.Bps <= c.Goal || !c.Down() && rate.Bps >= c.Goal {
			c.Followed, c.After = true, rate.At-c.At
			break
		}
	}
	drained := c.At
	for _, p := range r.Received {
		if p.At < c.At || p.Wait <= DrainedQueue {
			continue
		}
		if p.At > end || p.At-drained >= drainedFor {
			break
		}
		drained = p.At
	}
	c.Drained, c.DrainedAfter = end-drained >= drainedFor, drained-c.At
	if !c.Drained {
		c.DrainedAfter = end - c.At
	}
}
