package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/command"
	"github.com/libremb/libremb/go/internal/democall"
	"github.com/libremb/libremb/go/remb"
)

// options is what the command line says.
type options struct {
	call democall.Config
	runs int
	out  string
	json bool

	check bool // hold the median of the runs against what it has to reach

	browser bool   // serve a page in place of a call
	listen  string // its address
}

const usage = `DEMO runs a WebRTC call between two Pion peer connections on this machine, through an emulated bottleneck
whose capacity changes. The receiver estimates with libremb and sends REMB; the sender obeys it as a browser does.
It shows the call as it goes, then a summary, and writes a report with plots.

With --browser it serves a page from which a browser calls: its camera, or a made picture, through a bottleneck whose
sliders act at once, and a live plot of what both ends think.

Usage: DEMO [flags]

Flags:
`

const examples = `
RATE is bit/s, or with a unit: 600k, 2M, 0.6Mbit/s. TIME has a unit: 50ms, 1.5s, 2m.
CAPACITIES are rates that take equal parts of the call, or that begin at given times: 1M,2.5M@40s,0.6M@60s,1M@80s

Examples:
  DEMO
      a minute over 2, then 0.6, then 2.5 Mbit/s
  DEMO --duration=20s --out=/tmp/call.html
      a short look
  DEMO --capacity=5M,1M --delay=20ms --max-rate=4M
      another network, another camera
  DEMO --profile=libwebrtc
      the same call, estimated as Chrome's own receive side does
  DEMO --runs=3 --seed=10
      three calls, and the median of their figures
  DEMO --check
      three calls; fails unless the median's utilisation is at least 0.60, the p95 of its queueing delay after the
      first 5 s at most 120 ms, and its sent rate under the new capacity within 2 s of each drop
  DEMO --json >call.json
      only the figures, for a program; durations are nanoseconds, rates bit/s
  DEMO --browser
      serves the page at http://localhost:8080 until Ctrl-C; --capacity, --delay, --queue, --profile and
      --remb-interval say what its calls begin with
  DEMO --browser --listen=:8080
      also for a phone in the same network, which then has no camera: browsers want HTTPS for that

Exit status: 0 if the call took place, also if Ctrl-C ended it early; 1 if something failed, which with --check a figure
that misses does, and Ctrl-C; 2 for a wrong command line.
`

// name is what the program was called as: tools/demo.sh says that it is that.
func name() string {
	if base := filepath.Base(os.Args[0]); base != "demo.sh" {
		return base
	}
	return os.Args[0]
}

// parse reads the command line. Help goes to out.
func parse(args []string, out io.Writer) (options, error) {
	var o options
	var capacity, maxRate, profile string
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.DurationVar(&o.call.Duration, "duration", time.Minute, "length of the call, a `TIME`")
	flags.StringVar(&capacity, "capacity", "2M,0.6M,2.5M", "the bottleneck's `CAPACITIES`")
	flags.DurationVar(&o.call.Delay, "delay", 50*time.Millisecond, "propagation delay each way, a `TIME`")
	flags.DurationVar(&o.call.Queue, "queue", 300*time.Millisecond, "longest `TIME` that a packet may have to wait there")
	flags.Uint64Var(&o.call.Seed, "seed", 1, "`NUMBER` that the video's random sizes come from")
	flags.StringVar(&maxRate, "max-rate", "1.7M", "`RATE` of payload that the video never exceeds; browsers give 640x480 1.7M")
	flags.StringVar(&profile, "profile", profiles[0].String(), "the estimator's `PROFILE`: "+profileNames())
	interval := flags.Duration("remb-interval", time.Second, "`TIME` between REMBs that do not lower the rate")
	flags.IntVar(&o.runs, "runs", 1, "`NUMBER` of calls, one after the other, with seeds counted up; their median follows")
	flags.StringVar(&o.out, "out", "demo-report.html", "`FILE` for the report, numbered if there are several runs; empty: none")
	flags.BoolVar(&o.check, "check", false, "fail if the median of the runs, then 3 by default, misses what it has to reach, see below")
	flags.BoolVar(&o.browser, "browser", false, "serve a page for a real browser")
	flags.StringVar(&o.listen, "listen", "localhost:8080",
		"with --browser: `ADDRESS` to serve at; :8080 is all of this machine's")
	flags.BoolVar(&o.json, "json", false, "print nothing but the figures, as JSON")

	named := strings.NewReplacer("DEMO", name())
	if err := command.Parse(flags, args, out, named.Replace(usage), named.Replace(examples)); err != nil {
		return o, err
	}
	if o.check && !isSet(flags, "runs") {
		o.runs = checkRuns
	}
	var err error
	if o.browser && !isSet(flags, "capacity") {
		capacity = "2M"
	}
	if o.call.Capacity, err = parseCapacities(capacity, o.call.Duration); err != nil {
		return o, fmt.Errorf("--capacity: %w", err)
	}
	max, err := parseRate(maxRate)
	if err != nil {
		return o, fmt.Errorf("--max-rate: %w", err)
	}
	o.call.MaxRate = int64(max)
	known := slices.IndexFunc(profiles, func(p remb.Profile) bool { return p.String() == profile })
	if known < 0 {
		return o, fmt.Errorf("--profile: %q is none of %s", profile, profileNames())
	}
	o.call.Profile = profiles[known]
	if *interval < 10*time.Millisecond || *interval > time.Minute {
		return o, fmt.Errorf("--remb-interval: %v is not within 10ms and 1m0s", *interval)
	}
	o.call.Options = []remb.Option{remb.WithREMBInterval(*interval)}
	if err := o.browserFlags(flags); err != nil {
		return o, err
	}
	return o, o.inRange()
}

func isSet(flags *flag.FlagSet, name string) (set bool) {
	flags.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

// inRange looks at the ranges.
func (o *options) inRange() error {
	for _, c := range []struct {
		flag        string
		value       time.Duration
		least, most time.Duration
	}{
		{"duration", o.call.Duration, 2 * time.Second, time.Hour},
		{"delay", o.call.Delay, 0, 2 * time.Second},
		{"queue", o.call.Queue, time.Millisecond, 10 * time.Second},
	} {
		if c.value < c.least || c.value > c.most {
			return fmt.Errorf("--%s: %v is not within %v and %v", c.flag, c.value, c.least, c.most)
		}
	}
	// Better now than after the call.
	if folder := filepath.Dir(o.out); o.out != "" {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return fmt.Errorf("--out: there is no folder %s", folder)
		}
	}
	if o.runs < 1 || o.runs > 100 {
		return fmt.Errorf("--runs: %d is not within 1 and 100", o.runs)
	}
	if o.check {
		return o.checkable()
	}
	return nil
}

// profiles, the default first.
var profiles = []remb.Profile{remb.ProfileAdaptive, remb.ProfileLibwebrtc}

func profileNames() string {
	names := make([]string, len(profiles))
	for i, p := range profiles {
		names[i] = p.String()
	}
	return strings.Join(names, ", ")
}

// The rates that may be asked for: below, a packet takes seconds; above, one machine cannot keep the time.
const (
	lowestRate  = 50_000
	highestRate = 50_000_000
)

// parseRate reads 600k, 2M or 600000.
func parseRate(text string) (float64, error) {
	number, unit := strings.TrimSuffix(strings.TrimSuffix(text, "bit/s"), "bps"), 1.0
	if n := len(number); n > 0 {
		switch number[n-1] {
		case 'k', 'K':
			number, unit = number[:n-1], 1e3
		case 'm', 'M':
			number, unit = number[:n-1], 1e6
		}
	}
	rate, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(rate) {
		return 0, fmt.Errorf("%q is not a rate such as 2M, 600k or 600000 (bit/s)", text)
	}
	if rate *= unit; rate < lowestRate || rate > highestRate {
		return 0, fmt.Errorf("%s is not within %dk and %dM", text, lowestRate/1000, highestRate/1_000_000)
	}
	return math.Round(rate), nil
}

// parseCapacities reads 2M,0.6M,2.5M or 1M,2.5M@40s,1M@80s.
func parseCapacities(text string, duration time.Duration) ([]callrecord.Rate, error) {
	parts := strings.Split(text, ",")
	steps := make([]callrecord.Rate, len(parts))
	timed := strings.Contains(text, "@")
	for i, part := range parts {
		rate, at, hasTime := strings.Cut(strings.TrimSpace(part), "@")
		bps, err := parseRate(rate)
		if err != nil {
			return nil, err
		}
		steps[i] = callrecord.Rate{At: duration * time.Duration(i) / time.Duration(len(parts)), Bps: bps}
		if !timed || i == 0 && !hasTime {
			continue
		}
		if steps[i].At, err = time.ParseDuration(at); err != nil {
			return nil, fmt.Errorf("%q does not say when it begins, as 0.6M@20s does", part)
		}
		if i == 0 && steps[i].At != 0 {
			return nil, fmt.Errorf("the first capacity begins at 0s, not at %v", steps[i].At)
		}
		if i > 0 && (steps[i].At <= steps[i-1].At || steps[i].At >= duration) {
			return nil, fmt.Errorf("%q does not begin after the one before it and before the end at %v", part, duration)
		}
	}
	return steps, nil
}
