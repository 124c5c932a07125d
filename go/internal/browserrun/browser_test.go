//go:build cgo

package browserrun

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/bottleneck"
	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/chromium"
	"github.com/libremb/libremb/go/remb"
)

// runsVariable is the environment variable that has calls made several times, and their median looked at.
const runsVariable = "REMB_BROWSER_RUNS"

const (
	second    = time.Second
	ms        = time.Millisecond
	sourceMax = 4_000_000
)

// busy is how late 1 % of the packets are passed on by a machine that has other things to do than the browser. Late
// packets look like queues, and an encoder that does not get its time sends in bursts.
const busy = 6 * ms

// call has Chromium make a call from the demo's page, and returns what happened. Without Chromium the test is skipped.
func call(t *testing.T, run Run) *Result {
	t.Helper()
	run.Demo = true
	run.Call.SourceMax = sourceMax
	// What is measured first is a matter of luck (docs/browser.md), and a drop means something only for who sends more.
	run.Call.Options = []remb.Option{remb.WithInitialBitrate(1_500_000)}
	browser, err := chromium.Start(t.Context(), chromium.Config{Log: func(line string) { t.Log("page: " + line) }})
	if errors.Is(err, chromium.ErrNotFound) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := browser.Close(); err != nil {
			t.Error(err)
		}
	}()
	run.OnSecond = func(at time.Duration, s browsercall.Sample) {
		t.Logf("%3.0f s  capacity %4d  sent %4.0f  received %4.0f  estimate %4d  REMB %4d kbit/s  %s, queue %3.0f ms, "+
			"%d dropped; browser: available %4.0f, target %4.0f kbit/s, %2.0f frames/s, rtt %.0f ms", at.Seconds(),
			s.Capacity/1000, s.SentRate/1000, s.Received/1000, s.Estimate/1000, s.REMB/1000, s.State, s.QueueMs, s.Dropped,
			s.Browser.AvailableOutgoingBitrate/1000, s.Browser.TargetBitrate/1000, s.Browser.FramesPerSecond,
			s.Browser.RTTMs)
	}
	result, err := Do(t.Context(), browser, run)
	if err != nil {
		t.Fatal(err)
	}
	checkSignalling(t, result)
	return result
}

// checkSignalling: the browser stamps its packets as it has to, and has no reason not to obey.
func checkSignalling(t *testing.T, r *Result) {
	t.Helper()
	if !r.Last.AbsSendTime || r.Last.TransportCC {
		t.Errorf("abs-send-time arrives: %v, transport-wide-cc arrives: %v", r.Last.AbsSendTime, r.Last.TransportCC)
	}
	if r.Last.Media < 200 || len(r.Browser) < 20 {
		t.Errorf("%d media packets, %d looks at getStats", r.Last.Media, len(r.Browser))
	}
	// The last one may still be on its way.
	if n := len(r.Recording.REMBs); n < 5 || n > r.Last.REMBs || n < r.Last.REMBs-1 {
		t.Errorf("%d of %d REMBs", n, r.Last.REMBs)
	}
}

// mean is the rate sent between two times, of UDP payload: REMB limits what is in the packets.
func mean(r *callrecord.Recording, from, to time.Duration) float64 {
	size := 0
	for _, p := range r.Sent {
		if p.At >= from && p.At < to {
			size += p.Bytes - bottleneck.HeaderBytes
		}
	}
	return float64(size) * 8 / (to - from).Seconds()
}

// A maximum is obeyed from the start, and one that is set in the middle of a call within two seconds.
func TestMaxBitrate(t *testing.T) {
	const maximum = 400_000
	r := call(t, Run{
		Call:     browsercall.Config{Link: browsercall.Link{Delay: 50 * ms, Queue: 300 * ms}, MaxBitrate: 1_000_000},
		Duration: 14 * second,
		Steps:    []Step{MaxBitrate(5*second, maximum)},
	})
	before, after := mean(r.Recording, 2*second, 5*second), mean(r.Recording, 7*second, 14*second)
	t.Logf("%.0f bit/s under 1 000 000, %.0f under %d", before, after, maximum)
	if before < 1.2*maximum || before > 1.05*1_000_000 {
		t.Errorf("%.0f bit/s are sent under a maximum of 1 000 000", before)
	}
	if after > 1.05*maximum || after < 0.5*maximum {
		t.Errorf("%.0f bit/s are sent under a maximum of %d", after, maximum)
	}
	for at := 7 * second; at+2*second <= 14*second; at += 100 * ms {
		if rate := mean(r.Recording, at, at+2*second); rate > 1.15*maximum {
			t.Errorf("%.0f bit/s are sent in the two seconds from %v, under a maximum of %d", rate, at, maximum)
		}
	}
	for _, remb := range r.Recording.REMBs {
		if limit := 1_000_000.0; remb.Bps > limit || remb.At > 5*second+100*ms && remb.Bps > maximum {
			t.Errorf("a REMB of %.0f bit/s at %v", remb.Bps, remb.At)
		}
	}
}

// The path goes from 2 to 0.6 and back to 2 Mbit/s: the sender follows the drop, the queue drains, and the rate goes up
// again.
func TestBottleneck(t *testing.T) {
	runs := 1
	if n, err := strconv.Atoi(os.Getenv(runsVariable)); err == nil {
		runs = n
	}
	var figures []Figures
	for late := true; len(figures) < runs || late && len(figures) < runs+2; {
		f := drop(t, browsercall.REMBSource{Kind: browsercall.SourceLibremb})
		figures = append(figures, f)
		if late = f.DeliveryLateP99 > busy; late && runs == 1 {
			t.Log("this machine is busy: once more")
		}
	}
	m := Median(figures)
	follow, drain := 2*second, 3500*ms
	if m.DeliveryLateP99 > busy {
		t.Log("this machine is busy: less is asked for")
		follow, drain = 4*second, 6*second
	}
	if len(m.Changes) != 2 {
		t.Fatalf("%+v", m.Changes)
	}
	if drop := m.Changes[0]; !drop.Followed || drop.After > follow || !drop.Drained || drop.DrainedAfter > drain {
		t.Errorf("the sender does not follow the drop: %+v", drop)
	}
	if m.Obeyed < 0.9 {
		t.Errorf("availableOutgoingBitrate is near the REMB in %.0f %% of looks", 100*m.Obeyed)
	}
}

// The same with a receiver that knows the capacity: what an estimator can hope for on this machine.
func TestKnowingReceiver(t *testing.T) {
	f := drop(t, browsercall.REMBSource{Kind: browsercall.SourceKnowing, Factor: 0.9})
	if drop := f.Changes[0]; !drop.Followed || drop.After > 3*second {
		t.Errorf("the sender does not follow the drop: %+v", drop)
	}
	if f.Utilisation < 0.6 {
		t.Errorf("utilisation %.2f", f.Utilisation)
	}
}

// drop makes a call over a path that goes from 2 to 0.6 and back to 2 Mbit/s.
func drop(t *testing.T, source browsercall.REMBSource) Figures {
	t.Helper()
	r := call(t, Run{
		Call: browsercall.Config{
			Link: browsercall.Link{CapacityBps: 2_000_000, Delay: 50 * ms, Queue: 300 * ms}, Source: source,
		},
		Duration: 29 * second,
		Steps:    []Step{Capacity(8*second, 600_000), Capacity(17*second, 2_000_000)},
	})
	checkCapacity(t, r.Recording)
	f := Measure(r)
	growth := mean(r.Recording, 26*second, 29*second) / mean(r.Recording, 14*second, 17*second)
	t.Logf("REMBs by %s: utilisation %.2f, by phase %+v; queue p50 %v, p95 %v, p99 %v; %d of %d dropped; changes %+v; "+
		"%d REMBs, the first after %v; obeyed in %.0f %% of looks; late p99 %v; sends %.2f times as much after the rise",
		source.Kind, f.Utilisation, f.Phases, f.QueueP50, f.QueueP95, f.QueueP99, f.Dropped, f.Sent, f.Changes, f.REMBs,
		f.FirstREMB, 100*f.Obeyed, f.DeliveryLateP99, growth)
	if growth < 1.1 {
		t.Errorf("the rate grows by a factor of %.2f after the rise", growth)
	}
	return f
}

// What comes through the bottleneck never exceeds its capacity, but for a packet that is partly within the window. The
// recording's own lateness is left out, which makes packets bunch.
func checkCapacity(t *testing.T, r *callrecord.Recording) {
	t.Helper()
	onTime := *r
	onTime.Received = slices.Clone(r.Received)
	for i := range onTime.Received {
		onTime.Received[i].At -= onTime.Received[i].Late
	}
	for _, rate := range onTime.ReceivedRate(100 * ms) {
		const delay = 50 * ms
		capacity := max(r.CapacityAt(rate.At-delay), r.CapacityAt(rate.At-delay-callrecord.RateWindow))
		if slack := 1300 * 8 / callrecord.RateWindow.Seconds(); rate.Bps > capacity+slack {
			t.Errorf("%.0f bit/s at %v through %.0f", rate.Bps, rate.At, capacity)
		}
	}
}

// The plain page, which the benchmark uses: a call that ends before its time, and one that is refused.
func TestPlainPage(t *testing.T) {
	browser, err := chromium.Start(t.Context(), chromium.Config{})
	if errors.Is(err, chromium.ErrNotFound) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := browser.Close(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	run := Run{
		Call: browsercall.Config{
			Link: browsercall.Link{Delay: 10 * ms, Loss: 0.05}, SourceMax: sourceMax,
			Source: browsercall.REMBSource{Kind: browsercall.SourceKnowing},
		},
		Duration: time.Hour,
		OnSecond: func(at time.Duration, _ browsercall.Sample) {
			if at == 3*second {
				cancel()
			}
		},
	}
	r, err := Do(ctx, browser, run)
	if err != nil {
		t.Fatal(err)
	}
	if d := r.Recording.Duration; d < 3*second || d > 20*second {
		t.Errorf("the call took %v", d)
	}
	s := r.Last
	if s.Lost == 0 || s.RTX == 0 || s.Media < 50 || s.REMB != 900_000_000 ||
		s.Browser.AvailableOutgoingBitrate < 1_000_000 {
		t.Errorf("%+v", s)
	}
	if f := Measure(r); f.Utilisation < 0.05 || f.Utilisation > 1.5 || f.Lost != s.Lost {
		t.Errorf("%+v", f)
	}

	run.Call.Link.Loss = 2
	if _, err := Do(t.Context(), browser, run); err == nil || !strings.Contains(err.Error(), "a loss of 2 is not within") {
		t.Errorf("%v", err)
	}
}
