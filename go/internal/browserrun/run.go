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
	// Steps are the later capacities, in order of time since the first media packet; 0 is unlimited.
	Steps []Step
	// OnSecond, if not nil, is called each second.
	OnSecond func(at time.Duration, sample browsercall.Sample)
}

// Step is a change of capacity.
type Step struct {
	At  time.Duration
	Bps int64
}

// Result is what happened in a call.
type Result struct {
	Recording *callrecord.Recording
	Browser   []browsercall.TimedStats
	Last      browsercall.Sample
}

// Do has a browser make a call. If ctx ends while media flows, the result is of the call so far, and that is no error.
func Do(ctx context.Context, browser *chromium.Browser, run Run) (_ *Result, err error) {
	server, err := newServer(run.Call)
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
	return &Result{Recording: call.Recording(), Browser: call.BrowserStats(), Last: call.Sample()}, nil
}

// begin waits until media flows.
func begin(ctx context.Context, browser *chromium.Browser, server *server) (*browsercall.Call, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, beginTimeout, errors.New("no media in time"))
	defer cancel()
	var call *browsercall.Call
	for call == nil || call.Elapsed() == 0 {
		var problem string
		if err := browser.Evaluate(ctx, "state.error", &problem); err != nil {
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

// follow changes the capacity in time, until the end of the call.
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
			link := call.Link()
			link.CapacityBps = steps[0].Bps
			if err := call.SetLink(link); err != nil {
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
