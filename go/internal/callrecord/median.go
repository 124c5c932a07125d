package callrecord

import (
	"slices"
	"time"
)

// Median of several calls that had the same changes of capacity: of each figure for itself. A change that
// was not followed counts as followed after all that were.
func Median(runs []Summary) Summary {
	m := Summary{
		Duration:        median(runs, func(s Summary) time.Duration { return s.Duration }),
		Utilisation:     median(runs, func(s Summary) float64 { return s.Utilisation }),
		QueueP50:        median(runs, func(s Summary) time.Duration { return s.QueueP50 }),
		QueueP95:        median(runs, func(s Summary) time.Duration { return s.QueueP95 }),
		QueueMax:        median(runs, func(s Summary) time.Duration { return s.QueueMax }),
		SteadyQueueP50:  median(runs, func(s Summary) time.Duration { return s.SteadyQueueP50 }),
		SteadyQueueP95:  median(runs, func(s Summary) time.Duration { return s.SteadyQueueP95 }),
		REMBs:           median(runs, func(s Summary) int { return s.REMBs }),
		Sent:            median(runs, func(s Summary) int { return s.Sent }),
		Received:        median(runs, func(s Summary) int { return s.Received }),
		Dropped:         median(runs, func(s Summary) int { return s.Dropped }),
		MeanSentBps:     median(runs, func(s Summary) float64 { return s.MeanSentBps }),
		MeanReceivedBps: median(runs, func(s Summary) float64 { return s.MeanReceivedBps }),
		DeliveryLateP50: median(runs, func(s Summary) time.Duration { return s.DeliveryLateP50 }),
		DeliveryLateP99: median(runs, func(s Summary) time.Duration { return s.DeliveryLateP99 }),
	}
	most := slices.MaxFunc(runs, func(a, b Summary) int { return len(a.Changes) - len(b.Changes) })
	for i := range most.Changes {
		var same []Change
		for _, run := range runs {
			if i < len(run.Changes) {
				same = append(same, run.Changes[i])
			}
		}
		slices.SortFunc(same, func(a, b Change) int {
			if a.Followed != b.Followed {
				if a.Followed {
					return -1
				}
				return 1
			}
			return int(a.After - b.After)
		})
		m.Changes = append(m.Changes, same[len(same)/2])
	}
	return m
}

// median is the middle value; of an even number, the upper of the two in the middle.
func median[T int | float64 | time.Duration](runs []Summary, figure func(Summary) T) T {
	values := make([]T, len(runs))
	for i, run := range runs {
		values[i] = figure(run)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
