package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
)

// What --check asks of the median of the runs.
const (
	checkRuns        = 3
	leastUtilisation = 0.60
	mostQueue        = 120 * time.Millisecond // p95 after the start-up
	mostFollowTime   = 2 * time.Second        // until the sent rate is under a capacity that fell
)

// checkable says why --check would have nothing to look at.
func (o *options) checkable() error {
	if o.call.Duration <= callrecord.Startup {
		return fmt.Errorf("--check: a call of %v has no time after the start-up of %v", o.call.Duration, callrecord.Startup)
	}
	for i, step := range o.call.Capacity[1:] {
		if step.Bps < o.call.Capacity[i].Bps {
			return nil
		}
	}
	return errors.New("--check: --capacity does not fall")
}

// misses lists the figures that are not as good as they have to be.
func misses(s callrecord.Summary) (missed []string) {
	if !(s.Utilisation >= leastUtilisation) { // so that NaN misses too
		missed = append(missed, fmt.Sprintf("utilisation is %.2f, below %.2f", s.Utilisation, leastUtilisation))
	}
	if s.SteadyQueueP95 > mostQueue {
		missed = append(missed, fmt.Sprintf("p95 of the queueing delay after the first %v is %v, above %v",
			callrecord.Startup, s.SteadyQueueP95.Round(time.Millisecond), mostQueue))
	}
	for _, change := range s.Changes {
		if !change.Down() || change.Followed && change.After <= mostFollowTime {
			continue
		}
		took := fmt.Sprintf("only after %.2f s", change.After.Seconds())
		if !change.Followed {
			took = fmt.Sprintf("not within %.2f s", change.After.Seconds())
		}
		missed = append(missed, fmt.Sprintf("the sent rate came under the new capacity of the drop at %v %s, which has to "+
			"take no more than %v", change.At, took, mostFollowTime))
	}
	return missed
}

// verdict says to out that all is well, or returns which figures missed.
func verdict(o options, summaries []callrecord.Summary, out io.Writer) error {
	if len(summaries) < o.runs || summaries[len(summaries)-1].Duration < o.call.Duration {
		return errors.New("check: interrupted, so there is no verdict")
	}
	if missed := misses(callrecord.Median(summaries)); len(missed) > 0 {
		return fmt.Errorf("check: missed by the median of %s: %s", runs(len(summaries)), strings.Join(missed, "; "))
	}
	_, err := fmt.Fprintf(out, "Check passed by the median of %s: utilisation at least %.2f, p95 of the queueing delay "+
		"after the first %v at most %v, sent rate under a capacity that fell within %v\n",
		runs(len(summaries)), leastUtilisation, callrecord.Startup, mostQueue, mostFollowTime)
	return err
}

func runs(n int) string {
	if n == 1 {
		return "1 run"
	}
	return fmt.Sprintf("%d runs", n)
}
