package main

import (
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
)

// good is a call that just passes.
func good() callrecord.Summary {
	return callrecord.Summary{
		Duration: time.Minute, Utilisation: 0.60, QueueP95: time.Second, SteadyQueueP95: 120 * time.Millisecond,
		Changes: []callrecord.Change{
			{At: 20 * time.Second, From: 2e6, To: 0.6e6, Followed: true, After: 2 * time.Second},
			{At: 40 * time.Second, From: 0.6e6, To: 2.5e6, After: 20 * time.Second}, // nothing is asked of rises
		},
	}
}

func TestVerdict(t *testing.T) {
	o, err := parse([]string{"--check"}, io.Discard)
	if err != nil || o.runs != 3 || !o.check {
		t.Fatalf("%+v, %v", o, err)
	}
	for _, test := range []struct {
		name  string
		spoil func(s *callrecord.Summary)
		want  []string // none: passes
	}{
		{"good", func(*callrecord.Summary) {}, nil},
		{"utilisation", func(s *callrecord.Summary) { s.Utilisation = 0.59 }, []string{"utilisation is 0.59, below 0.60"}},
		{"no figure", func(s *callrecord.Summary) { s.Utilisation = math.NaN() }, []string{"utilisation"}},
		{"queue", func(s *callrecord.Summary) { s.SteadyQueueP95 += time.Millisecond }, []string{"121ms, above 120ms"}},
		{"slow", func(s *callrecord.Summary) { s.Changes[0].After += 10 * time.Millisecond }, []string{"drop at 20s only after 2.01 s"}},
		{"never", func(s *callrecord.Summary) { s.Changes[0].Followed = false }, []string{"not within 2.00 s"}},
		{"all", func(s *callrecord.Summary) {
			s.Utilisation, s.SteadyQueueP95, s.Changes[0].Followed = 0, time.Second, false
		}, []string{"utilisation", "queueing delay", "drop at 20s"}},
	} {
		// Two of three, so that it is the median that counts.
		spoilt, once := []callrecord.Summary{good(), good(), good()}, []callrecord.Summary{good(), good(), good()}
		test.spoil(&spoilt[0])
		test.spoil(&spoilt[2])
		test.spoil(&once[1])
		var out strings.Builder
		if err := verdict(o, once, &out); err != nil || !strings.Contains(out.String(), "Check passed by the median of 3 runs") {
			t.Errorf("%s, once: %v, %q", test.name, err, &out)
		}
		out.Reset()
		err := verdict(o, spoilt, &out)
		if (err == nil) != (test.want == nil) || (out.Len() == 0) != (err != nil) {
			t.Errorf("%s: %v, %q", test.name, err, &out)
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, not %q", test.name, err, want)
			}
		}
	}
}

// What was not seen to its end passes nothing.
func TestVerdictOnInterruptedCalls(t *testing.T) {
	o, err := parse([]string{"--check", "--runs=2"}, io.Discard)
	if err != nil || o.runs != 2 {
		t.Fatalf("%d runs, %v", o.runs, err)
	}
	short := good()
	short.Duration -= time.Second
	for _, summaries := range [][]callrecord.Summary{{good()}, {good(), short}} {
		var out strings.Builder
		if err := verdict(o, summaries, &out); err == nil || !strings.Contains(err.Error(), "interrupted") || out.Len() > 0 {
			t.Errorf("%v, %q", err, &out)
		}
	}
}
