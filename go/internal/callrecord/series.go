package callrecord

import (
	"cmp"
	"slices"
	"time"
)

// SentRate is the rate sent over the RateWindow that ends at each multiple of step.
func (r *Recording) SentRate(step time.Duration) []Rate {
	packet := func(i int) (time.Duration, int) { return r.Sent[i].At, r.Sent[i].Bytes }
	return slide(len(r.Sent), packet, r.Duration, step)
}

// ReceivedRate is the rate received over the RateWindow that ends at each multiple of step.
func (r *Recording) ReceivedRate(step time.Duration) []Rate {
	packet := func(i int) (time.Duration, int) { return r.Received[i].At, r.Received[i].Bytes }
	return slide(len(r.Received), packet, r.Duration, step)
}

// slide measures rates over n packets in order of time.
func slide(n int, packet func(int) (time.Duration, int), duration, step time.Duration) []Rate {
	rates := make([]Rate, 0, duration/step+1)
	first, next, bytes := 0, 0, 0
	for at := time.Duration(0); at <= duration; at += step {
		for ; next < n; next++ {
			t, size := packet(next)
			if t > at {
				break
			}
			bytes += size
		}
		for ; first < next; first++ {
			t, size := packet(first)
			if t > at-RateWindow {
				break
			}
			bytes -= size
		}
		rates = append(rates, Rate{at, float64(bytes) * 8 / RateWindow.Seconds()})
	}
	return rates
}

// Quantile is the smallest value that is at least as large as the share q of all; 0 if there are none.
func Quantile[T cmp.Ordered](values []T, q float64) (none T) {
	if len(values) == 0 {
		return none
	}
	sorted := slices.Sorted(slices.Values(values))
	i := int(q * float64(len(sorted)))
	if float64(i) == q*float64(len(sorted)) {
		i-- // exactly on a boundary: the lower neighbour is large enough
	}
	return sorted[max(0, min(i, len(sorted)-1))]
}
