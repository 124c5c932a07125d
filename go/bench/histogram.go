package main

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets of an eighth of an octave, so that a quantile is at most 12.5 % too large. To
// add to it takes a nanosecond or two and allocates nothing.
type histogram [subBuckets * 61]int64

const subBuckets = 8

func (h *histogram) add(d time.Duration) { h[bucket(uint64(max(d, 0)))]++ }

// bucket is d itself up to subBuckets, and then its highest bit and the next three.
func bucket(d uint64) int {
	if d < subBuckets {
		return int(d)
	}
	octave := bits.Len64(d) - bits.Len64(subBuckets) // 0 for subBuckets itself
	return octave*subBuckets + int(d>>octave)
}

// end is the longest duration in a bucket.
func end(bucket int) time.Duration {
	if bucket < 2*subBuckets {
		return time.Duration(bucket)
	}
	octave := bucket/subBuckets - 1
	return time.Duration(uint64(bucket%subBuckets+subBuckets+1)<<octave - 1)
}

func (h *histogram) merge(other *histogram) {
	for i, n := range other {
		h[i] += n
	}
}

func (h *histogram) count() (n int64) {
	for _, m := range h {
		n += m
	}
	return n
}

// quantile is a duration that the share q does not exceed.
func (h *histogram) quantile(q float64) time.Duration {
	rest := int64(q * float64(h.count()))
	for i, n := range h {
		if rest -= n; rest < 0 {
			return end(i)
		}
	}
	return 0
}
