package callrecord

import "time"

// followGrid is how finely the time to follow a change is looked for.
const followGrid = 10 * time.Millisecond

// rise is the share of a higher capacity at which it counts as followed.
const rise = 0.8

// Summary is how good a call was.
type Summary struct {
	Duration time.Duration
	// Utilisation is the bits received over those that could have been carried.
	Utilisation float64
	// Quantiles of the true queueing delay of the packets received: over the whole call, and without the
	// start-up.
	QueueP50, QueueP95, QueueMax     time.Duration
	SteadyQueueP50, SteadyQueueP95   time.Duration
	Changes                          []Change
	REMBs, Sent, Received, Dropped   int
	MeanSentBps, MeanReceivedBps     float64
	DeliveryLateP50, DeliveryLateP99 time.Duration
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
	s.QueueP50, s.QueueP95, s.QueueMax = Quantile(waits, 0.5), Quantile(waits, 0.95), Quantile(waits, 1)
	s.SteadyQueueP50, s.SteadyQueueP95 = Quantile(steady, 0.5), Quantile(steady, 0.95)
	s.DeliveryLateP50, s.DeliveryLateP99 = Quantile(late, 0.5), Quantile(late, 0.99)
	s.Changes = changes(r)
	return s
}

func changes(r *Recording) []Change {
	rates := r.SentRate(followGrid)
	var all []Change
	for i := 1; i < len(r.Capacity); i++ {
		c := Change{At: r.Capacity[i].At, From: r.Capacity[i-1].Bps, To: r.Capacity[i].Bps}
		end := r.Duration
		if i+1 < len(r.Capacity) {
			end = min(end, r.Capacity[i+1].At)
		}
		if c.At >= r.Duration || c.From == c.To {
			continue
		}
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
		all = append(all, c)
	}
	return all
}
