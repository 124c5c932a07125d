package main

import (
	"bytes"
	"errors"
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
)

func TestFlags(t *testing.T) {
	const line = "--cases=loss,drop --sources=none --duration-scale=0.5 --remb-interval=200ms --runs=7"
	o, err := parse(strings.Fields(line), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(o.cases) != 2 || o.cases[0].name != "loss" || o.cases[1].name != "drop" || len(o.sources) != 1 || o.runs != 7 ||
		o.interval != 200*time.Millisecond || o.sources[0].name != "none" {
		t.Errorf("%+v", o)
	}
	if c := o.cases[1]; c.duration != 45*time.Second || c.steps[2].at != 30*time.Second ||
		cases[1].steps[2].at != time.Minute {
		t.Errorf("%+v", c)
	}
	for args, want := range map[string]string{
		"--cases=2M,3M":                     `"3M" is none of 2M, drop, rfc51, loss, none, start, cap`,
		"--sources=":                        `"" is none of libwebrtc, adaptive, knowing, none`,
		"--profile=fast":                    `--profile: "fast" is none of libwebrtc, adaptive`,
		"--profile=adaptive --sources=none": "--profile and --sources",
		"--frames=odd":                      `--frames: "odd" is none of uneven, even`,
		"--runs=0":                          "--runs",
		"--duration-scale=NaN":              "--duration-scale",
		"--duration-scale=0.01":             "--duration-scale",
		"--remb-interval=1ms":               "--remb-interval",
		"--out=":                            "--out",
		"--what":                            "what",
		"drop":                              `"drop" is not a flag`,
	} {
		if _, err := parse(strings.Fields(args), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
	var out bytes.Buffer
	if _, err := parse([]string{"--help"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
	for _, want := range []string{"Usage: ", "--cases=NAMES", "(default 3)", "rfc51 ", "knowing ", "REMB_CHROMIUM"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

// What a case asks of the call, and what its recording is measured against.
func TestCases(t *testing.T) {
	capped, err := pick("cases", "cap", cases, func(c testCase) string { return c.name })
	if err != nil {
		t.Fatal(err)
	}
	run := capped[0].run(sources[0], 3, options{interval: time.Second})
	if run.Call.Link.CapacityBps != 0 || run.Call.MaxBitrate != 1_500_000 || len(run.Steps) != 2 || run.Call.Seed != 3 {
		t.Errorf("%+v", run)
	}
	r := &callrecord.Recording{Capacity: []callrecord.Rate{{At: 0, Bps: 1e9}}}
	capped[0].judge(r)
	if len(r.Capacity) != 3 || r.Capacity[1] != (callrecord.Rate{At: 20 * time.Second, Bps: 500_000}) {
		t.Errorf("%v", r.Capacity)
	}
	for _, c := range cases {
		if c.caps {
			continue
		}
		run := c.run(sources[1], 1, options{interval: time.Second})
		if run.Call.Link.CapacityBps != c.steps[0].bps || len(run.Steps) != len(c.steps)-1 || run.Call.Link.Loss != c.loss {
			t.Errorf("%s: %+v", c.name, run)
		}
		for i, s := range c.steps {
			if i > 0 && (s.at <= c.steps[i-1].at || s.at >= c.duration) || i == 0 && s.at != 0 {
				t.Errorf("%s: a step at %v", c.name, s.at)
			}
		}
		r := &callrecord.Recording{Capacity: []callrecord.Rate{{At: 0, Bps: 7}}}
		if c.judge(r); len(r.Capacity) != 1 {
			t.Errorf("%s is measured against %v", c.name, r.Capacity)
		}
	}
}
