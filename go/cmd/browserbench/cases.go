package main

import (
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/browserrun"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/remb"
)

const (
	// delay each way, and what the page is told to send at most, in all cases.
	delay     = 50 * time.Millisecond
	queue     = 300 * time.Millisecond
	sourceMax = 4_000_000
)

// testCase is a path, or limits of the receiver's, over time.
type testCase struct {
	name, title string
	duration    time.Duration
	// steps of the capacity in bit/s, the first at 0; 0 is unlimited. In a case of caps the path is unlimited, and the
	// steps are those of the highest REMB.
	steps []step
	caps  bool
	loss  float64
	calls int // for each source; 0: as many as the command line says
}

// count is how many calls are made for each source.
func (c testCase) count(runs int) int {
	if c.calls > 0 {
		return c.calls
	}
	return runs
}

type step struct {
	at  time.Duration
	bps int64
}

var cases = []testCase{
	{name: "2M", title: "2 Mbit/s", duration: 90 * time.Second, steps: []step{{0, 2_000_000}}},
	{
		name: "drop", title: "2 → 0.6 → 2 Mbit/s", duration: 90 * time.Second,
		steps: []step{{0, 2_000_000}, {30 * time.Second, 600_000}, {60 * time.Second, 2_000_000}},
	},
	{
		name: "rfc51", title: "RFC 8867 5.1: 1 → 2.5 → 0.6 → 1 Mbit/s", duration: 100 * time.Second,
		steps: []step{
			{0, 1_000_000}, {40 * time.Second, 2_500_000}, {60 * time.Second, 600_000}, {80 * time.Second, 1_000_000},
		},
	},
	{name: "loss", title: "5 Mbit/s with 1 % loss", duration: 90 * time.Second, steps: []step{{0, 5_000_000}}, loss: 0.01},
	{name: "none", title: "no bottleneck", duration: 90 * time.Second, steps: []step{{0, 0}}},
	// Ten, since the start is the part of a call that differs most from one to the next.
	{
		name: "start", title: "ten starts on 2 Mbit/s", duration: 8 * time.Second, steps: []step{{0, 2_000_000}}, calls: 10,
	},
	{
		name: "cap", title: "no bottleneck, REMB ≤ 1.5 → 0.5 → 1.5 Mbit/s", duration: 60 * time.Second, caps: true,
		steps: []step{{0, 1_500_000}, {20 * time.Second, 500_000}, {40 * time.Second, 1_500_000}},
	},
}

// source is who decides what REMBs say.
type source struct {
	name, title string
	remb        browsercall.REMBSource
	options     []remb.Option
}

// knowing is the name of the source that the others are compared with.
const knowing = "knowing"

// library is the library with a profile.
func library(p remb.Profile) source {
	return source{
		p.String(), "libremb, profile " + p.String(), browsercall.REMBSource{Kind: browsercall.SourceLibremb},
		[]remb.Option{remb.WithProfile(p)},
	}
}

var sources = []source{
	library(remb.ProfileLibwebrtc), library(remb.ProfileAdaptive),
	{
		knowing, "REMB 0.9 × the true capacity", browsercall.REMBSource{Kind: browsercall.SourceKnowing, Factor: 0.9}, nil,
	},
	{"none", "no REMB", browsercall.REMBSource{Kind: browsercall.SourceNone}, nil},
}

// scaled has all times of a case changed by a factor.
func (c testCase) scaled(factor float64) testCase {
	scale := func(d time.Duration) time.Duration {
		return (time.Duration(float64(d) * factor)).Round(time.Millisecond)
	}
	c.duration = scale(c.duration)
	steps := make([]step, len(c.steps))
	for i, s := range c.steps {
		steps[i] = step{scale(s.at), s.bps}
	}
	c.steps = steps
	return c
}

// run is a call of this case.
func (c testCase) run(s source, seed uint64, o options) browserrun.Run {
	r := browserrun.Run{
		Call: browsercall.Config{
			Link:   browsercall.Link{Delay: delay, Queue: queue, Loss: c.loss},
			Source: s.remb, SourceMax: sourceMax, Seed: seed,
			Options: append([]remb.Option{remb.WithREMBInterval(o.interval)}, s.options...),
		},
		Duration: c.duration, EvenFrames: o.even,
	}
	if c.caps {
		r.Call.MaxBitrate = int(c.steps[0].bps)
	} else {
		r.Call.Link.CapacityBps = c.steps[0].bps
	}
	for _, s := range c.steps[1:] {
		if c.caps {
			r.Steps = append(r.Steps, browserrun.MaxBitrate(s.at, int(s.bps)))
		} else {
			r.Steps = append(r.Steps, browserrun.Capacity(s.at, s.bps))
		}
	}
	return r
}

// judge has a recording of a case of caps measured against these.
func (c testCase) judge(r *callrecord.Recording) {
	if !c.caps {
		return
	}
	r.Capacity = nil
	for _, s := range c.steps {
		r.Capacity = append(r.Capacity, callrecord.Rate{At: s.at, Bps: float64(s.bps)})
	}
}
