package callrecord

import (
	"math"
	"slices"
	"testing"
	"time"
)

const (
	ms     = time.Millisecond
	second = time.Second
)

// steady sends packets of 1000 bytes, all of which arrive after delay, at a rate that depends on the time.
func steady(r *Recording, delay time.Duration, bps func(time.Duration) float64) {
	for at := time.Duration(0); at < r.Duration; at += time.Duration(8000 / bps(at) * float64(second)) {
		r.Sent = append(r.Sent, Sent{At: at, Bytes: 1000})
		if at+delay < r.Duration {
			r.Received = append(r.Received, Received{At: at + delay, Bytes: 1000, Wait: delay})
		}
	}
}

func TestAvailable(t *testing.T) {
	r := Recording{
		Duration: 10 * second, SourceMax: 2e6,
		Capacity: []Rate{{0, 1e6}, {4 * second, 5e6}, {6 * second, 0.5e6}, {30 * second, 9e6}},
	}
	if got, want := r.Available(), 4*1e6+2*2e6+4*0.5e6; got != want {
		t.Errorf("%g bits, not %g", got, want)
	}
	for _, c := range []struct {
		at   time.Duration
		want float64
	}{{0, 1e6}, {4*second - 1, 1e6}, {4 * second, 5e6}, {9 * second, 0.5e6}} {
		if got := r.CapacityAt(c.at); got != c.want {
			t.Errorf("%g at %v, not %g", got, c.at, c.want)
		}
	}
}

func TestSlidingRates(t *testing.T) {
	r := Recording{Duration: second, Sent: []Sent{{0, 1000, false}, {100 * ms, 500, true}, {600 * ms, 250, false}}}
	got := r.SentRate(100 * ms)
	want := []float64{16_000, 24_000, 24_000, 24_000, 24_000, 8_000, 4_000, 4_000, 4_000, 4_000, 4_000}
	if len(got) != len(want) {
		t.Fatalf("%d rates, not %d", len(got), len(want))
	}
	for i, rate := range got {
		if rate.Bps != want[i] || rate.At != time.Duration(i)*100*ms {
			t.Errorf("%g at %v, not %g", rate.Bps, rate.At, want[i])
		}
	}
}

func TestQuantile(t *testing.T) {
	values := []time.Duration{40, 10, 30, 20}
	for _, c := range []struct {
		q    float64
		want time.Duration
	}{{0, 10}, {0.25, 10}, {0.26, 20}, {0.5, 20}, {0.95, 40}, {1, 40}} {
		if got := Quantile(values, c.q); got != c.want {
			t.Errorf("quantile %g: %d, not %d", c.q, got, c.want)
		}
	}
	if !slices.Equal(values, []time.Duration{40, 10, 30, 20}) {
		t.Error("the values were sorted in place")
	}
	if got := Quantile([]time.Duration(nil), 0.5); got != 0 {
		t.Errorf("%d of none", got)
	}
}

// 1 Mbit/s into 1 Mbit/s, at 10 s into 0.5 Mbit/s, which the sender follows after 1 s; at 20 s 2 Mbit/s, which
// it follows after 3 s, but the source's maximum is 1.5 Mbit/s.
func TestSummarise(t *testing.T) {
	r := &Recording{
		Duration: 30 * second, SourceMax: 1.5e6,
		Capacity: []Rate{{0, 1e6}, {10 * second, 0.5e6}, {20 * second, 2e6}},
		REMBs:    make([]Rate, 7),
	}
	steady(r, 20*ms, func(at time.Duration) float64 {
		switch {
		case at < 11*second:
			return 1e6
		case at < 23*second:
			return 0.4e6
		default:
			return 1.4e6
		}
	})
	r.Sent[3].Dropped = true
	r.Received[0].Wait = 100 * ms // in the start-up
	s := Summarise(r)
	if want := (11*1e6 + 12*0.4e6 + 7*1.4e6) / (10*1e6 + 10*0.5e6 + 10*1.5e6); math.Abs(s.Utilisation-want) > 0.003 {
		t.Errorf("utilisation %g, not %g", s.Utilisation, want)
	}
	if s.QueueP50 != 20*ms || s.QueueP95 != 20*ms || s.QueueMax != 100*ms || s.SteadyQueueP95 != 20*ms {
		t.Errorf("queue %+v", s)
	}
	if s.QueueP99 != 20*ms {
		t.Errorf("p99 %v", s.QueueP99)
	}
	for i, want := range []Phase{
		{0, 10 * second, 1e6, 0.998}, // the first 20 ms are without
		{10 * second, 20 * second, 0.5e6, (1 + 9*0.4) / 5},
		{20 * second, 30 * second, 2e6, (3*0.4 + 7*1.4) / 15},
	} {
		got := s.Phases[i]
		if math.Abs(got.Utilisation-want.Utilisation) > 0.003 || len(s.Phases) != 3 {
			t.Errorf("phase %+v, not %+v", got, want)
		}
		if got.Utilisation = want.Utilisation; got != want {
			t.Errorf("phase %+v, not %+v", got, want)
		}
	}
	if s.REMBs != 7 || s.Dropped != 1 || s.Sent != len(r.Sent) || s.Received != len(r.Received) {
		t.Errorf("counts %+v", s)
	}
	if len(s.Changes) != 2 {
		t.Fatalf("%d changes", len(s.Changes))
	}
	// The sliding window sees the new rate fully after half a second; on the way down 0.5 Mbit/s are reached
	// after 5/6 of it, on the way up 1.2 after 8/10.
	for i, want := range []struct {
		down  bool
		after time.Duration
	}{{true, second + 417*ms}, {false, 3*second + 400*ms}, {false, 400 * ms}} {
		c := append(s.Changes, s.Start)[i]
		if c.Down() != want.down || !c.Followed || (c.After-want.after).Abs() > 30*ms {
			t.Errorf("change %d: %+v, not after %v", i, c, want.after)
		}
	}
}

func TestChangesThatAreNotFollowed(t *testing.T) {
	r := &Recording{
		Duration: 10 * second, SourceMax: 9e6,
		Capacity: []Rate{{0, 2e6}, {4 * second, 0.5e6}, {8 * second, 2e6}, {9 * second, 2e6}, {12 * second, 1e6}},
	}
	steady(r, 0, func(time.Duration) float64 { return 1e6 })
	changes := Summarise(r).Changes
	if len(changes) != 2 { // the third is none, the fourth comes after the end
		t.Fatalf("%+v", changes)
	}
	for i, want := range []time.Duration{4 * second, second} {
		if changes[i].Followed || changes[i].After != want {
			t.Errorf("change %d: %+v", i, changes[i])
		}
	}
}

// A drop after which the queue is long for two stretches of time, the second soon after the first or late enough to be
// another matter.
func TestDrained(t *testing.T) {
	for _, c := range []struct {
		name            string
		from, to, again time.Duration // the queue is long between the first two, and for one packet more
		drained         bool
		after           time.Duration
	}{
		{"never long", 0, 0, 0, true, 0},
		{"once", 4200 * ms, 5 * second, 0, true, 980 * ms},
		{"again too soon", 4200 * ms, 5 * second, 5400 * ms, true, 1400 * ms},
		{"again later", 4200 * ms, 5 * second, 5600 * ms, true, 980 * ms},
		{"to the next change", 4200 * ms, 9 * second, 0, false, 4 * second},
		{"nearly to the next change", 4200 * ms, 7600 * ms, 0, false, 4 * second},
		{"long before", 3 * second, 4010 * ms, 0, true, 0},
	} {
		r := &Recording{
			Duration: 10 * second, SourceMax: 4e6, Capacity: []Rate{{0, 2e6}, {4 * second, 1e6}, {8 * second, 2e6}},
		}
		for at := time.Duration(0); at < r.Duration; at += 20 * ms {
			p := Received{At: at, Bytes: 1000, Wait: DrainedQueue}
			if at >= c.from && at < c.to || at == c.again {
				p.Wait++
			}
			r.Received = append(r.Received, p)
		}
		if got := Summarise(r).Changes[0]; got.Drained != c.drained || got.DrainedAfter != c.after {
			t.Errorf("%s: %v after %v", c.name, got.Drained, got.DrainedAfter)
		}
	}
}

func TestSummaryOfNothing(t *testing.T) {
	s := Summarise(&Recording{Capacity: []Rate{{0, 1e6}}})
	if s.Utilisation != 0 || s.QueueP95 != 0 || len(s.Changes) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestMedian(t *testing.T) {
	run := func(utilisation float64, queue time.Duration, followed bool, after time.Duration) Summary {
		return Summary{Utilisation: utilisation, QueueP95: queue, Changes: []Change{{Followed: followed, After: after}}}
	}
	m := Median([]Summary{
		run(0.9, 10*ms, false, 2*second), run(0.5, 30*ms, true, 5*second), run(0.7, 20*ms, true, second),
	})
	if m.Utilisation != 0.7 || m.QueueP95 != 20*ms || !m.Changes[0].Followed || m.Changes[0].After != 5*second {
		t.Errorf("%+v", m)
	}
	// A call that was cut short has fewer changes.
	m = Median([]Summary{{Utilisation: 0.1}, run(0.9, 0, true, second)})
	if m.Utilisation != 0.9 || len(m.Changes) != 1 {
		t.Errorf("%+v", m)
	}
	// Sent rate and queue of a change, and each phase, count for themselves.
	change := func(after, drained time.Duration) Change {
		return Change{Followed: true, After: after, Drained: drained > 0, DrainedAfter: drained}
	}
	m = Median([]Summary{
		{Start: change(1, 9), Changes: []Change{change(3, 1)}, Phases: []Phase{{Utilisation: 0.3}, {Utilisation: 0.9}}},
		{Start: change(2, 0), Changes: []Change{change(1, 2)}, Phases: []Phase{{Utilisation: 0.2}, {Utilisation: 0.8}}},
		{Start: change(3, 8), Changes: []Change{change(2, 0)}, Phases: []Phase{{Utilisation: 0.1}}},
	})
	if m.Start != change(2, 9) || m.Changes[0] != change(2, 2) || m.Phases[0].Utilisation != 0.2 || m.Phases[1].Utilisation != 0.9 {
		t.Errorf("%+v", m)
	}
}
