package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"

	"github.com/libremb/libremb/go/remb"
)

const (
	loadProcessors = 2
	// packetsPerBurst come at a time, as a video's packets do.
	packetsPerBurst = 5
	// warmUp is not measured.
	warmUp = time.Second
	// initialBitrate has REMBs sent from the start, not only from the first estimate on, which takes 5 s.
	initialBitrate = 1_000_000
	// silence is how long it may take until nothing is done for streams that have fallen silent: they die after 2 s, for
	// whose end the loop sleeps once more than packets came.
	silence = 4500 * time.Millisecond
)

// The goals of a load.
const (
	goalCPU        = 10.0 // % of one processor
	goalLatency    = 20.0 // µs at p99.9
	goalGoroutines = 1.0  // a connection
	goalWakeUps    = 2.0  // a REMB: one for it, and one to look whether packets still come
)

// load is what many connections cost. Where there are two figures the first is without the interceptor.
type load struct {
	Connections, Rate int
	Seconds           float64 // each of the two took
	Packets           [2]float64
	CPU               [2]float64 // % of one processor
	P50, P99, P999    [2]float64 // µs within Read
	Goroutines        float64    // more a connection with the interceptor
	REMBs             float64    // a second, of all connections
	WakeUps           float64    // at most, of all interceptors' goroutines a second
	SilentWakeUps     float64    // the same when no packets come
}

// sample is what a part of a run measured.
type sample struct {
	length, cpu time.Duration
	latencies   histogram
}

func (s *sample) merge(other *sample) {
	s.length += other.length
	s.cpu += other.cpu
	s.latencies.merge(&other.latencies)
}

// measureLoad goes without, with, with, and without the interceptor, for half the duration each, so that a machine that
// gets slower by and by does so for both. Wake-ups are counted after that, as counting costs.
func measureLoad(ctx context.Context, o options) (*load, error) {
	l := &load{Connections: o.connections, Rate: o.rate}
	var samples [2]sample
	for _, with := range []int{0, 1, 1, 0} {
		s, err := l.part(ctx, o, with == 1)
		if err != nil {
			return nil, err
		}
		samples[with].merge(s)
	}
	l.Seconds = samples[1].length.Seconds()
	for i := range samples {
		s := &samples[i]
		l.Packets[i] = float64(s.latencies.count()) / s.length.Seconds()
		l.CPU[i] = 100 * s.cpu.Seconds() / s.length.Seconds()
		micros := func(q float64) float64 { return float64(s.latencies.quantile(q)) / 1e3 }
		l.P50[i], l.P99[i], l.P999[i] = micros(0.5), micros(0.99), micros(0.999)
	}
	return l, l.countWakeUps(ctx, o)
}

// newFactory leaves out the quick REMBs of a call's first seconds: the load is that of calls that last.
func newFactory(opts ...remb.Option) (*remb.BWEInterceptorFactory, error) {
	return remb.NewBWEInterceptorFactory(append(opts,
		remb.WithInitialBitrate(initialBitrate), remb.WithREMBStartInterval(remb.REMBOff))...)
}

// part measures for half the duration.
func (l *load) part(ctx context.Context, o options, with bool) (*sample, error) {
	before := settledGoroutines()
	var factory interceptor.Factory
	if with {
		var err error
		if factory, err = newFactory(); err != nil {
			return nil, err
		}
	}
	cs, err := openAll(o, factory)
	if err != nil {
		return nil, err
	}
	defer cs.close()
	if with {
		l.Goroutines = float64(runtime.NumGoroutine()-before) / float64(o.connections)
	}
	runtime.GC()
	cs.start(o.rate)
	if err := wait(ctx, warmUp); err != nil {
		return nil, err
	}
	s := &sample{}
	cpu, err := cpuTime()
	if err != nil {
		return nil, err
	}
	start := time.Now()
	cs.measuring.Store(true)
	if err := wait(ctx, o.duration/2); err != nil {
		return nil, err
	}
	cs.measuring.Store(false)
	s.length = time.Since(start)
	if s.cpu, err = cpuTime(); err != nil {
		return nil, err
	}
	s.cpu -= cpu
	if err := cs.halt(); err != nil {
		return nil, err
	}
	for _, r := range cs.readers {
		s.latencies.merge(&r.latencies)
	}
	return s, nil
}

// settledGoroutines counts once no more have ended for a while: the last part's readers, already waited for, may still be
// on their way out.
func settledGoroutines() int {
	n := runtime.NumGoroutine()
	for last := time.Now(); time.Since(last) < 100*time.Millisecond; time.Sleep(10 * time.Millisecond) {
		if now := runtime.NumGoroutine(); now != n {
			n, last = now, time.Now()
		}
	}
	return n
}

// countWakeUps counts how often the interceptors look at their clock other than for a packet. To wake up takes at least
// two looks, to poll and to find out how long to sleep, and to record a REMB takes one more. With a clock that they
// were given they wake up more often than with the real one: also for the packet after which a REMB is due.
func (l *load) countWakeUps(ctx context.Context, o options) error {
	var looks atomic.Int64
	now := func() time.Time { looks.Add(1); return time.Now() }
	factory, err := newFactory(remb.WithNow(now))
	if err != nil {
		return err
	}
	cs, err := openAll(o, factory)
	if err != nil {
		return err
	}
	defer cs.close()
	type counts struct{ looks, packets, rembs int64 }
	count := func() (c counts) {
		for _, e := range factory.Estimators() {
			stats := e.Stats()
			c.packets += stats.Packets
			c.rembs += stats.REMBsSent
		}
		c.looks = looks.Load()
		return c
	}
	cs.start(o.rate)
	if err := wait(ctx, warmUp); err != nil {
		return err
	}
	before, start := count(), time.Now()
	if err := wait(ctx, o.duration/4); err != nil {
		return err
	}
	after, seconds := count(), time.Since(start).Seconds()
	l.REMBs = float64(after.rembs-before.rembs) / seconds
	looked := float64(after.looks-before.looks-(after.packets-before.packets)) / seconds
	l.WakeUps = l.REMBs + (looked-3*l.REMBs)/2
	if err := cs.halt(); err != nil {
		return err
	}
	if err := wait(ctx, silence); err != nil {
		return err
	}
	quiet := looks.Load()
	start = time.Now()
	if err := wait(ctx, o.duration/4); err != nil {
		return err
	}
	l.SilentWakeUps = float64(looks.Load()-quiet) / 2 / time.Since(start).Seconds()
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return errors.New("interrupted")
	case <-time.After(d):
		return nil
	}
}

// write prints the figures.
func (l *load) write(out io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%d peer connections of %d packets/s, %d at a time; %.0f s with the interceptor and as many "+
		"without\n\n", l.Connections, l.Rate, packetsPerBurst, l.Seconds)
	fmt.Fprintf(&text, "%-34s %10s %10s %10s\n", "", "without", "with", "more")
	for _, line := range []struct {
		what    string
		figures [2]float64
	}{
		{"packets/s", l.Packets},
		{"processor time, % of one", l.CPU},
		{"time within Read, p50, µs", l.P50},
		{"time within Read, p99, µs", l.P99},
		{"time within Read, p99.9, µs", l.P999},
	} {
		fmt.Fprintf(&text, "%-34s %10.2f %10.2f %10.2f\n", line.what, line.figures[0], line.figures[1],
			line.figures[1]-line.figures[0])
	}
	fmt.Fprintf(&text, "\n%.2f goroutines more a connection; of all together %.0f REMBs/s, at most %.0f wake-ups/s, "+
		"%.1f in silence\n", l.Goroutines, l.REMBs, l.WakeUps, l.SilentWakeUps)
	_, err := io.WriteString(out, text.String())
	return err
}

// verdicts holds the figures against the goals.
func (l *load) verdicts() []verdict {
	return []verdict{
		atMost("processor time beyond that without the interceptor", l.CPU[1]-l.CPU[0], goalCPU, "% of one"),
		atMost("p99.9 within Read beyond that without the interceptor", l.P999[1]-l.P999[0], goalLatency, "µs"),
		atMost("goroutines a connection", l.Goroutines, goalGoroutines, ""),
		atMost("wake-ups a REMB", l.WakeUps/l.REMBs, goalWakeUps, ""),
		atMost("wake-ups a second in silence", l.SilentWakeUps, 0, ""),
		atMost("packets that did not come", 1-l.Packets[1]/float64(l.Connections*l.Rate), 0.02, "of all"),
	}
}
