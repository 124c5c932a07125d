package callrecord

import (
	"cmp"
	"slices"
	"time"
)

// Median of several calls that had the same changes of capacity: of each figure for itself. A change that
// was not followed counts as followed after all that were.
func Median(runs []Summary) Summary {
	m := Summary{
		Duration:        MedianOf(runs, func(s Summary) time.Duration { return s.Duration }),
		Utilisation:     MedianOf(runs, func(s Summary) float64 { return s.Utilisation }),
		QueueP50:        MedianOf(runs, func(s Summary) time.Duration { return s.QueueP50 }),
		QueueP95:        MedianOf(runs, func(s Summary) time.Duration { return s.QueueP95 }),
		QueueP99:        MedianOf(runs, func(s Summary) time.Duration { return s.QueueP99 }),
		QueueMax:        MedianOf(runs, func(s Summary) time.Duration { return s.QueueMax }),
		SteadyQueueP50:  MedianOf(runs, func(s Summary) time.Duration { return s.SteadyQueueP50 }),
		SteadyQueueP95:  MedianOf(runs, func(s Summary) time.Duration { return s.SteadyQueueP95 }),
		REMBs:           MedianOf(runs, func(s Summary) int { return s.REMBs }),
		Sent:            MedianOf(runs, func(s Summary) int { return s.Sent }),
		Received:        MedianOf(runs, func(s Summary) int { return s.Received }),
		Dropped:         MedianOf(runs, func(s Summary) int { return s.Dropped }),
		MeanSentBps:     MedianOf(runs, func(s Summary) float64 { return s.MeanSentBps }),
		MeanReceivedBps: MedianOf(runs, func(s Summary) float64 { return s.MeanReceivedBps }),
		DeliveryLateP50: MedianOf(runs, func(s Summary) time.Duration { return s.DeliveryLateP50 }),
		DeliveryLateP99: MedianOf(runs, func(s Summary) time.Duration { return s.DeliveryLateP99 }),
	}
	starts := make([]Change, len(runs))
	for i, run := range runs {
		starts[i] = run.Start
	}
	m.Start = medianChange(starts)
	most := slices.MaxFunc(runs, func(a, b Summary) int { return len(a.Changes) - len(b.Changes) })
	for i := range most.Changes {
		var same []Change
		for _, run := range runs {
			if i < len(run.Changes) {
				same = append(same, run.Changes[i])
			}
		}
		m.Changes = append(m.Changes, medianChange(same))
	}
	most = slices.MaxFunc(runs, func(a, b Summary) int { return len(a.Phases) - len(b.Phases) })
	for i, phase := range most.Phases {
		var same []float64
		for _, run := range runs {
			if i < len(run.Phases) {
				same = append(same, run.Phases[i].Utilisation)
			}
		}
		phase.Utilisation = MedianOf(same, func(u float64) float64 { return u })
		m.Phases = append(m.Phases, phase)
	}
	return m
}

// medianChange is of the same change in several calls.
func medianChange(same []Change) Change {
	m := same[0]
	m.Followed, m.After = medianTime(same, func(c Change) (bool, time.Duration) { return c.Followed, c.After })
	m.Drained, m.DrainedAfter = medianTime(same, func(c Change) (bool, time.Duration) { return c.Drained, c.DrainedAfter })
	return m
}

// medianTime is that of times to something that may not have come.
func medianTime(same []Change, figure func(Change) (came bool, after time.Duration)) (bool, time.Duration) {
	sorted := slices.Clone(same)
	slices.SortFunc(sorted, func(a, b Change) int {
		aCame, aAfter := figure(a)
		bCame, bAfter := figure(b)
		if aCame != bCame {
			if aCame {
				return -1
			}
			return 1
		}
		return int(aAfter - bAfter)
	})
	return figure(sorted[len(sorted)/2])
}

// MedianOf is the middle value of a figure of several runs; of an even number, the upper of the two in the middle.
func MedianOf[R any, T cmp.Ordered](runs []R, figure func(R) T) T {
	values := make([]T, len(runs))
	for i, run := range runs {
		values[i] = figure(run)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
