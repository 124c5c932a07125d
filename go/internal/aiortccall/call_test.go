//go:build cgo

package aiortccall

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/remb"
)

const (
	ms = time.Millisecond

	script         = "sender.py"
	receiverScript = "receiver.py"
)

// findPython returns a Python that has aiortc. Where Bazel runs the test, the script is a link into the repository.
func findPython(t *testing.T) string {
	t.Helper()
	if python := os.Getenv("REMB_AIORTC_PYTHON"); python != "" {
		return python
	}
	real, err := filepath.EvalSymlinks(script)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		t.Fatal(err)
	}
	python := filepath.Join(filepath.Dir(real), "../../../.cache/aiortc/bin/python")
	if _, err := os.Stat(python); err != nil {
		t.Skipf("no aiortc: run tools/setup.sh --with=aiortc, or set REMB_AIORTC_PYTHON (%v)", err)
	}
	return python
}

// The capacity falls in the middle of the call, and a maximum is set near its end.
const (
	high, low, maximum = 2_000_000, 600_000, 350_000

	dropAt    = 14 * time.Second
	maximumAt = 24 * time.Second
	settledAt = 26 * time.Second
	endAt     = 30 * time.Second
)

// What is asked for. With other programs running the sender followed within 0.7 to 1.4 s, and the queue drained within
// 2.4 to 4.9 s: aiortc fills what a REMB gives, and headers come to that, so that little is left for the queue.
const (
	mostFollowTime = 2 * time.Second
	mostDrainTime  = 8 * time.Second
	mostOverCap    = 1.05
)

func TestCall(t *testing.T) {
	// Not the test's own context, which ends before what is below.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	sender, err := Start(ctx, findPython(t), script, "--max-bitrate=2500000")
	if err != nil {
		t.Fatal(err)
	}
	link := browsercall.Link{CapacityBps: high, Delay: 50 * ms, Queue: 300 * ms}
	// At each change of more than a tenth aiortc begins anew with a key frame, sent at once, which is a queue of 0.1 s.
	// The adaptive profile's REMBs answer that with the next change, so that the queue stays under 50 ms only after 3 to
	// 10 s. What a sender makes of REMBs is asked here, with the profile that leaves it more room.
	config := browsercall.Config{
		Link: link, SourceMax: 2_500_000, Options: []remb.Option{remb.WithProfile(remb.ProfileLibwebrtc)},
	}
	offer, err := sender.Description()
	if err != nil {
		t.Fatal(err)
	}
	call, answer, err := browsercall.Answer(ctx, config, offer)
	if err != nil {
		t.Fatal(errors.Join(err, sender.Close()))
	}
	t.Cleanup(func() {
		if err := errors.Join(sender.Close(), call.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := sender.SetDescription(answer); err != nil {
		t.Fatal(err)
	}

	sleepUntil(t, call, dropAt)
	link.CapacityBps = low
	if err := call.SetLink(link); err != nil {
		t.Fatal(err)
	}
	sleepUntil(t, call, maximumAt)
	if err := call.SetMaxBitrate(maximum); err != nil {
		t.Fatal(err)
	}
	sleepUntil(t, call, settledAt)
	incoming, looks := 0, 0
	for ; call.Elapsed() < endAt; time.Sleep(100 * ms) {
		incoming += call.Sample().Incoming
		looks++
	}
	capped := float64(incoming) / float64(looks)

	end, r := call.Sample(), call.Recording()
	s := callrecord.Summarise(r)
	t.Logf("utilisation %.2f then %.2f, queue p95 %v, %d REMBs, %d of %d packets dropped, %d of %d received were RTX; "+
		"the drop was followed after %v, the queue drained after %v; capped at %d it sent %.0f bit/s",
		s.Phases[0].Utilisation, s.Phases[1].Utilisation, s.QueueP95, s.REMBs, s.Dropped, s.Sent, end.RTX, s.Received,
		s.Changes[0].After, s.Changes[0].DrainedAfter, maximum, capped)
	if !end.AbsSendTime || end.TransportCC {
		t.Errorf("abs-send-time: %v, transport-wide-cc: %v", end.AbsSendTime, end.TransportCC)
	}
	if s.REMBs < 20 {
		t.Errorf("%d REMBs", s.REMBs)
	}
	if rate := rateAt(r, dropAt); rate < 1.2*low {
		t.Errorf("%.0f bit/s before the capacity falls to %d: there is nothing to follow", rate, low)
	}
	if c := s.Changes[0]; !c.Followed || c.After > mostFollowTime {
		t.Errorf("the sent rate comes under the lower capacity after %v (%v)", c.After, c.Followed)
	}
	if c := s.Changes[0]; !c.Drained || c.DrainedAfter > mostDrainTime {
		t.Errorf("the queue drains after %v (%v)", c.DrainedAfter, c.Drained)
	}
	if capped > mostOverCap*maximum || capped < 0.5*maximum {
		t.Errorf("%.0f bit/s with a maximum of %d", capped, maximum)
	}
	// It answers each request, also those that another answer is on its way to.
	if end.RTX > 3*s.Dropped+50 {
		t.Errorf("%d packets were sent again for %d that were dropped", end.RTX, s.Dropped)
	}
}

// rateAt is the rate sent before a time.
func rateAt(r *callrecord.Recording, at time.Duration) (bps float64) {
	for _, rate := range r.SentRate(100 * ms) {
		if rate.At <= at {
			bps = rate.Bps
		}
	}
	return bps
}

// sleepUntil sleeps until a time since the first packet.
func sleepUntil(t *testing.T, call *browsercall.Call, at time.Duration) {
	t.Helper()
	for end := time.Now().Add(at + 10*time.Second); call.Elapsed() < at; time.Sleep(20 * ms) {
		if time.Now().After(end) {
			t.Fatalf("the call is at %v, not at %v: %+v", call.Elapsed(), at, call.Sample())
		}
	}
}

func TestNoOffer(t *testing.T) {
	peer, err := Start(t.Context(), "/bin/sh", "-c", "echo no aiortc >&2; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	_, err = peer.Description()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Error(err)
	}
}
