package main

import (
	"strings"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/browserrun"
	"github.com/libremb/libremb/go/internal/callrecord"
)

// made is a group of calls over a path that falls and rises, with figures given.
func made(source string, utilisation []float64, p95, start, rise []time.Duration) group {
	g := group{testCase: testCase{name: "drop"}}
	g.source.name = source
	var all []browserrun.Figures
	for i := range utilisation {
		f := browserrun.Figures{Summary: callrecord.Summary{
			Utilisation: utilisation[i], QueueP50: 10 * time.Millisecond, QueueP95: p95[i],
			Start: callrecord.Change{To: 2e6, Followed: true, After: start[i]},
			Changes: []callrecord.Change{
				{From: 2e6, To: 6e5, Followed: true, After: time.Second, Drained: true, DrainedAfter: 2 * time.Second},
				{From: 6e5, To: 2e6, Followed: rise[i] < 30*time.Second, After: rise[i]},
			},
		}}
		all = append(all, f)
		g.outcomes = append(g.outcomes, outcome{figures: f})
	}
	g.median = browserrun.Median(all)
	return g
}

func TestSummary(t *testing.T) {
	const ms, s = time.Millisecond, time.Second
	var out strings.Builder
	if err := printSummary(&out, []group{
		made("adaptive", []float64{0.6, 0.9}, []time.Duration{40 * ms, 60 * ms}, []time.Duration{2 * s, 3 * s},
			[]time.Duration{10 * s, 30 * s}),
		made(knowing, []float64{0.8, 0.8}, []time.Duration{20 * ms, 20 * ms}, []time.Duration{s, s},
			[]time.Duration{s, s}),
	}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(out.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	for i, want := range []string{
		"drop adaptive 2 0.75 0.94 10 ms 50 ms 2.50 2.5 s 1 of 2 > 20.0 s 1.0 s 2.0 s",
		"drop knowing 2 0.80 - 10 ms 20 ms - 1.0 s 2 of 2 1.0 s 1.0 s 2.0 s",
	} {
		if got := lines[len(lines)-2+i]; got != want {
			t.Errorf("%s\nnot\n%s", got, want)
		}
	}
}

// The case of starts makes its own number of calls.
func TestCount(t *testing.T) {
	picked, err := pick("cases", "2M,start", cases, func(c testCase) string { return c.name })
	if err != nil || picked[0].count(3) != 3 || picked[1].count(3) != 10 {
		t.Errorf("%+v, %v", picked, err)
	}
}
