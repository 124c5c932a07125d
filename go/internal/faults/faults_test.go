//go:build cgo && linux

// Package faults makes things go wrong in the middle of calls, and holds that each call soon is as good as before. A call
// has real peer connections, through an emulated bottleneck that REMB alone keeps the sender below; the receiver is a
// process of its own.
package faults

import (
	"context"
	"math"
	"runtime/pprof"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/remb"
)

const (
	patience = 20 * time.Second // until a call begins
	// A call goes undisturbed for warmUp, and the rate sent in the last before of it is what it has to come back to.
	warmUp = 9 * time.Second
	before = 5 * time.Second
	// Within recovery of a fault's end the sent rate is, over window, enough of what it was.
	recovery = 10 * time.Second
	window   = 2 * time.Second
	enough   = 0.8
	after    = recovery + window
	// The libwebrtc profile goes to 0.85 of what is received each time that it has filled the queue.
	sawTooth = 0.85
	// Where others want the machine too, late wake-ups look like queues; then less is asked for.
	busy           = 5 * time.Millisecond // the 99th percentile of how late packets are delivered
	enoughWhenBusy = 0.6
	step           = 100 * time.Millisecond
	never          = time.Duration(math.MaxInt64)
	hour           = time.Hour // by which clocks are set back
)

// fault is what goes wrong.
type fault struct {
	name   string
	length time.Duration
	order  order             // to the receiver, at its start
	stop   bool              // the receiver's process is stopped
	first  order             // how the receiver is made
	struck func(report) bool // it really happened
	remb   time.Duration     // after it, until a REMB comes
}

var faults = []fault{
	{
		name: "the RTCP writer fails for 10 s", length: 10 * time.Second, order: order{FailWrites: 10 * time.Second},
		struck: func(r report) bool { return r.WriteErrors >= 20 }, remb: time.Second,
	},
	{
		name: "the process is stopped for 3 s", length: 3 * time.Second, stop: true,
		struck: func(r report) bool { return r.LongestRead >= 2900*time.Millisecond }, remb: recovery,
	},
	{
		name: "the reader stalls for 2 s", length: 2 * time.Second, order: order{StallReader: 2 * time.Second},
		struck: func(r report) bool { return r.LongestRead >= 1900*time.Millisecond }, remb: recovery,
	},
	{
		name: "the wall clock is set back by an hour", order: order{MoveClock: -hour},
		struck: func(r report) bool { return r.Wall < 0 && r.Monotonic > recovery }, remb: recovery,
	},
	{
		name: "the estimator's clock is set back by an hour", order: order{MoveClock: -hour}, first: order{WallClock: true},
		struck: func(r report) bool { return r.Wall < 0 && r.Monotonic > recovery }, remb: recovery,
	},
}

// TestFaults has all calls at once, for the time that they take.
func TestFaults(t *testing.T) {
	goroutines := pprof.Lookup("goroutine").Count()
	type run struct {
		fault   fault
		profile remb.Profile
		outcome outcome
		err     error
	}
	var runs []*run
	for _, f := range faults {
		for _, profile := range []remb.Profile{remb.ProfileAdaptive, remb.ProfileLibwebrtc} {
			runs = append(runs, &run{fault: f, profile: profile})
		}
	}
	var all sync.WaitGroup
	for _, r := range runs {
		all.Go(func() { r.outcome, r.err = r.fault.strike(t.Context(), r.profile) })
	}
	all.Wait()
	for _, r := range runs {
		t.Run(r.fault.name+"/"+r.profile.String(), func(t *testing.T) {
			if r.err != nil {
				t.Fatal(r.err)
			}
			if r.fault.order.MoveClock != 0 && r.outcome.noWallClock != "" {
				t.Skip(r.outcome.noWallClock)
			}
			r.outcome.check(t, r.fault, r.profile)
		})
	}
	if err := nothingRuns(goroutines); err != nil {
		t.Error(err)
	}
}

// outcome is how a call went.
type outcome struct {
	*call
	start, end time.Duration // of the fault
	report     report
}

// strike makes a call and has the fault happen in it.
func (f *fault) strike(ctx context.Context, profile remb.Profile) (o outcome, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	first := f.first
	first.Profile = profile
	if o.call, err = dial(ctx, first, f.order.MoveClock != 0); err != nil {
		_, _ = o.hangUp()
		return o, err
	}
	time.Sleep(warmUp)
	o.start = o.relay.Now()
	if f.stop {
		err = o.receiver.Process.Signal(syscall.SIGSTOP)
	} else {
		err = o.tell(f.order)
	}
	time.Sleep(f.length)
	if f.stop && err == nil {
		err = o.receiver.Process.Signal(syscall.SIGCONT)
	}
	o.end = o.relay.Now()
	time.Sleep(after)
	report, hangUpErr := o.hangUp()
	if o.report = report; err == nil {
		err = hangUpErr
	}
	return o, err
}

// check holds what the sender sent against what it sent before.
func (o *outcome) check(t *testing.T, f fault, profile remb.Profile) {
	t.Helper()
	former, least := o.rate(o.start-before, o.start), enough
	late := callrecord.Quantile(o.late, 0.99)
	if late > busy {
		least = enoughWhenBusy
	}
	back, lowest := never, former
	for at := time.Duration(0); at <= recovery-window; at += step {
		if rate := o.rate(o.end+at, o.end+at+window); rate >= least*former {
			back = min(back, at)
		}
	}
	for at := o.start; at <= o.end+recovery; at += step {
		lowest = min(lowest, o.rate(at, at+time.Second))
	}
	last := o.rate(o.end+recovery-window, o.end+after)
	t.Logf("%.0f kbit/s before it, %.0f in the worst second, back after %v, %.0f in the end; late p99 %v; %+v", former/1e3,
		lowest/1e3, back, last/1e3, late, o.report)
	if !f.struck(o.report) {
		t.Error("it did not happen")
	}
	if o.lastREMB(o.start).Bps == 0 {
		t.Error("no REMB came before it")
	}
	if profile == remb.ProfileLibwebrtc {
		least *= sawTooth
	}
	if back == never || last < least*former {
		t.Errorf("the sent rate is not back within %v", recovery)
	}
	if remb := o.lastREMB(o.end + f.remb); remb.At < o.end {
		t.Errorf("no REMB came for %v", f.remb)
	}
	if remb := o.lastREMB(o.end + after); remb.At < o.end+after-3*time.Second {
		t.Errorf("the last REMB came %v after it", remb.At-o.end)
	}
	for at := o.start - before; t.Failed() && at < o.end+after; at += time.Second {
		t.Logf("%3.0f s: sent %.0f, REMB %.0f kbit/s", (at - o.start).Seconds(), o.rate(at, at+time.Second)/1e3,
			o.lastREMB(at+time.Second).Bps/1e3)
	}
}
