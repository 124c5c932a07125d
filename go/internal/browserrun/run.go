// Package browserrun has a real browser send video through an emulated bottleneck whose capacity changes, and works out
// how it did.
package browserrun

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/chromium"
)

// beginTimeout is how long the first media packet may take: the browser has to load the page and start its encoder.
const beginTimeout = 30 * time.Second

// Run is a call to make.
type Run struct {
	// Call is the receiving end. Its Link has the capacity at first, its SourceMax is what the page is told not to exceed.
	Call     browsercall.Config
	Duration time.Duration // from the first media packet on
	Steps    []Step        // in order of time
	// Demo has the browser open the demo's page instead of one that only sends. Call.Seed is not used then.
	Demo bool
	// EvenFrames has the plain page send 30 frames in each second instead of 15 to 30 by turns. It is not for the demo's.
	EvenFrames bool
	// OnSecond, if not nil, is called each second.
	OnSecond func(at time.Duration, sample browsercall.Sample)
}

// How the plain page's frames come, by name.
const (
	Uneven = "uneven"
	Even   = "even"
)

// ParseFrames reads one of the names.
func ParseFrames(name string) (even bool, err error) {
	if name != Uneven && name != Even {
		return false, fmt.Errorf("%q is none of %s, %s", name, Uneven, Even)
	}
	return name == Even, nil
}

// Step is something to do in a call.
type Step struct {
	At time.Duration // since the first media packet
	Do func(*browsercall.Call) error
}

// Capacity is a change of the bottleneck's, to bit/s or 0 for unlimited.
func Capacity(at time.Duration, bps int64) Step {
	return Step{at, func(call *browsercall.Call) error {
		link := call.Link()
		link.CapacityBps = bps
		return call.SetLink(link)
	}}
}

// MaxBitrate is a change of the highest rate in bit/s that REMBs ask for; 0 is no limit.
func MaxBitrate(at time.Duration, bps int) Step {
	return Step{at, func(call *browsercall.Call) error { return call.SetMaxBitrate(bps) }}
}

// Result is what happened in a call.
type Result struct {
	Recording *callrecord.Recording
	Browser   []browsercall.TimedStats
	Last      browsercall.Sample
}

// Do has a browser make a call. If ctx ends while media flows, the result is of the call so far, and that is no error.
func Do(ctx context.Context, browser *chromium.Browser, run Run) (_ *Result, err error) {
	server, err := newServer(run)
	if err != nil {
		return nil, err
	}
	defer func() {
		// Away from the page first, so that no stats are on their way.
		err = errors.Join(err, browser.Open(context.WithoutCancel(ctx), "about:blank"), server.close())
	}()
	if err := browser.Open(ctx, server.url); err != nil {
		return nil, err
	}
	call, err := begin(ctx, browser, server)
	if err != nil {
		return nil, err
	}
	if err := follow(ctx, call, run); err != nil {
		return nil, err
	}
	result := &Result{Recording: call.Recording(), Browser: call.BrowserStats(), Last: call.Sample()}
	result.Recording.SourceMax = float64(run.Call.SourceMax) // the demo's page does not know it
	return result, nil
}

// begin waits until media flows.
func begin(ctx context.Context, browser *chromium.Browser, server *server) (*browsercall.Call, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, beginTimeout, errors.New("no media in time"))
	defer cancel()
	var call *browsercall.Call
	for call == nil || call.Elapsed() == 0 {
		var problem string
		if err := browser.Evaluate(ctx, server.problem, &problem); err != nil {
			return nil, err
		} else if problem != "" {
			return nil, fmt.Errorf("the page says: %s", problem)
		}
		select {
		case call = <-server.calls:
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return call, nil
}

// follow takes the steps in time, until the end of the call.
func follow(ctx context.Context, call *browsercall.Call, run Run) error {
	steps, second := run.Steps, time.Second
	for call.Elapsed() < run.Duration {
		next := min(second, run.Duration)
		if len(steps) > 0 {
			next = min(next, steps[0].At)
		}
		select {
		case <-time.After(next - call.Elapsed()):
		case <-call.Done():
			return errors.New("the browser is gone")
		case <-ctx.Done():
			return nil
		}
		now := call.Elapsed()
		if len(steps) > 0 && now >= steps[0].At {
			if err := steps[0].Do(call); err != nil {
				return err
			}
			steps = steps[1:]
		}
		if now >= second {
			if run.OnSecond != nil {
				run.OnSecond(second, call.Sample())
			}
			second += time.Second
		}
	}
	return nil
}
