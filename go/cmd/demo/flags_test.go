package main

import (
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/remb"
)

func TestDefaults(t *testing.T) {
	o, err := parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	want := []callrecord.Rate{{At: 0, Bps: 2e6}, {At: 20 * time.Second, Bps: 0.6e6}, {At: 40 * time.Second, Bps: 2.5e6}}
	if !slices.Equal(o.call.Capacity, want) {
		t.Errorf("capacity %v", o.call.Capacity)
	}
	c := o.call
	if c.Duration != time.Minute || c.Delay != 50*time.Millisecond || c.Queue != 300*time.Millisecond ||
		c.MaxRate != 1_700_000 || c.Seed != 1 || o.runs != 1 || o.json || len(c.Options) != 1 ||
		c.Profile != remb.ProfileAdaptive {
		t.Errorf("%+v", o)
	}
}

func TestProfile(t *testing.T) {
	for name, want := range map[string]remb.Profile{
		"adaptive": remb.ProfileAdaptive, "libwebrtc": remb.ProfileLibwebrtc,
	} {
		if o, err := parse([]string{"--profile=" + name}, io.Discard); err != nil || o.call.Profile != want {
			t.Errorf("%s: %v, %v", name, o.call.Profile, err)
		}
	}
}

func TestCapacities(t *testing.T) {
	const s = time.Second
	for text, want := range map[string][]callrecord.Rate{
		"1M":                     {{At: 0, Bps: 1e6}},
		"1M,600k":                {{At: 0, Bps: 1e6}, {At: 50 * s, Bps: 600e3}},
		"1M, 2500000@40s,1M@80s": {{At: 0, Bps: 1e6}, {At: 40 * s, Bps: 2.5e6}, {At: 80 * s, Bps: 1e6}},
		"1Mbit/s@0s,0.6Mbps@1s":  {{At: 0, Bps: 1e6}, {At: s, Bps: 600e3}},
	} {
		got, err := parseCapacities(text, 100*s)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, not %v", text, got, err, want)
		}
	}
}

// Each error names the flag and what is wrong with it.
func TestBadCommandLines(t *testing.T) {
	for args, want := range map[string]string{
		"--duration=x":              "duration",
		"--duration=1s":             "--duration: 1s is not within 2s and 1h0m0s",
		"--delay=-1ms":              "--delay",
		"--delay=3s":                "--delay",
		"--queue=0":                 "--queue",
		"--capacity=":               `--capacity: "" is not a rate such as 2M`,
		"--capacity=2M,":            "--capacity",
		"--capacity=2M,x":           `--capacity: "x" is not a rate`,
		"--capacity=NaN":            "--capacity",
		"--capacity=M":              "--capacity",
		"--capacity=-2M":            "--capacity: -2M is not within 50k and 50M",
		"--capacity=10k":            "--capacity",
		"--capacity=1G":             "--capacity",
		"--capacity=1M,2M@4":        "does not say when it begins",
		"--capacity=1M@1s,2M@2s":    "the first capacity begins at 0s",
		"--capacity=1M,2M@60s":      "before the end",
		"--capacity=1M,2M@9s,1M":    "does not say when it begins",
		"--capacity=1M,2M@9s,1M@9s": "does not begin after the one before it",
		"--max-rate=fast":           "--max-rate",
		"--profile=adaptable":       `--profile: "adaptable" is none of adaptive, libwebrtc`,
		"--remb-interval=1ms":       "--remb-interval",
		"--runs=0":                  "--runs",
		"--runs=101":                "--runs",
		"--seed=-1":                 "seed",
		"--out=/dev/null/call.html": "--out: there is no folder /dev/null",
		"--check --capacity=1M,2M":  "--check: --capacity does not fall",
		"--check --duration=5s":     "--check: a call of 5s has no time after the start-up of 5s",
		"--check --runs=0":          "--runs",
		"--colour":                  "colour",
		"now":                       `"now" is not a flag`,
	} {
		_, err := parse(strings.Fields(args), io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %q", args, err, want)
		}
	}
}

func TestHelp(t *testing.T) {
	var out strings.Builder
	if _, err := parse([]string{"--help"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Usage:", "Examples:", "--duration=TIME", "(default 1m0s)", "--json  ", "--profile=PROFILE",
		"--check  ", "at least 0.60", "at most 120 ms", "within 2 s",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in the help", want)
		}
	}
}

func TestReportPath(t *testing.T) {
	if got := reportPath(options{out: "a.b/demo.html", runs: 1}, 0); got != "a.b/demo.html" {
		t.Error(got)
	}
	if got := reportPath(options{out: "a.b/demo.html", runs: 3}, 1); got != "a.b/demo-2.html" {
		t.Error(got)
	}
	if got := reportPath(options{out: "a.b/demo", runs: 3}, 2); got != "a.b/demo-3" {
		t.Error(got)
	}
}
