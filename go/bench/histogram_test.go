package main

import (
	"testing"
	"time"
)

func TestHistogram(t *testing.T) {
	// Each duration lies in a bucket that ends at most an eighth above it, and does not end before the next one's begin.
	for d := time.Duration(0); d < 1<<62; d += 1 + d/7 {
		b := bucket(uint64(d))
		if e := end(b); e < d || float64(e) > 1.125*float64(d) {
			t.Fatalf("%d ns lies in bucket %d, which ends at %d", d, b, e)
		}
		if next := bucket(uint64(end(b)) + 1); next != b+1 {
			t.Fatalf("after bucket %d comes %d", b, next)
		}
	}
	var h, other histogram
	for d := range 1000 * time.Nanosecond {
		h.add(d)
	}
	other.add(time.Second)
	other.add(-1)
	h.merge(&other)
	if n := h.count(); n != 1002 {
		t.Errorf("%d durations", n)
	}
	for _, test := range []struct {
		q           float64
		least, most time.Duration
	}{{0, 0, 0}, {0.5, 499, 570}, {0.99, 989, 1120}, {0.9991, time.Second, 1125 * time.Millisecond}} {
		if d := h.quantile(test.q); d < test.least || d > test.most {
			t.Errorf("quantile %v is %v", test.q, d)
		}
	}
	if d := new(histogram).quantile(0.5); d != 0 {
		t.Errorf("the median of nothing is %v", d)
	}
}
