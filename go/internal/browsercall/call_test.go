//go:build cgo

package browsercall

import (
	"context"
	"net/netip"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/testpeer"
	"github.com/libremb/libremb/go/remb"
)

const ms = time.Millisecond

// start has a Pion sender of 1.6 Mbit/s call, whose offer has a candidate that leads nowhere.
func start(t *testing.T, config Config) (*Call, *testpeer.Sender) {
	t.Helper()
	sender := testpeer.NewSender(t)
	var call *Call
	sender.Connect(t, func(offer string) string {
		if !strings.Contains(offer, "a=candidate") {
			t.Error("the offer has no candidate that could be taken out")
		}
		offer = strings.ReplaceAll(offer, " 127.0.0.1 ", " 8f5b1a8e-6d0c-4d59-a6c3-3e6a4b8b8a11.local ")
		made, answer, err := Answer(t.Context(), config, offer)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(answer, "a=candidate"); n != 1 {
			t.Errorf("the answer has %d candidates", n)
		}
		call = made
		return answer
	})
	t.Cleanup(func() {
		if err := call.Close(); err != nil {
			t.Error(err)
		}
	})
	return call, sender
}

// noGoroutineLeft fails the test if something goes on after it.
func noGoroutineLeft(t *testing.T) {
	t.Helper()
	before := pprof.Lookup("goroutine").Count()
	t.Cleanup(func() {
		for end := time.Now().Add(5 * time.Second); pprof.Lookup("goroutine").Count() > before; time.Sleep(10 * ms) {
			if time.Now().After(end) {
				var stacks strings.Builder
				_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
				t.Fatalf("goroutines are left:\n%s", &stacks)
			}
		}
	})
}

// until waits for something to become true of the call.
func until(t *testing.T, call *Call, what string, ok func(Sample) bool) Sample {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * ms) {
		s := call.Sample()
		if ok(s) {
			return s
		}
		if time.Now().After(end) {
			t.Fatalf("it never comes that %s: %+v", what, s)
		}
	}
}

func TestCall(t *testing.T) {
	noGoroutineLeft(t)
	link := Link{CapacityBps: 5_000_000, Delay: 20 * ms, Queue: 300 * ms}
	options := []remb.Option{remb.WithInitialBitrate(3_000_000), remb.WithProfile(remb.ProfileLibwebrtc)}
	call, sender := start(t, Config{Link: link, SourceMax: 2_000_000, Options: options})
	s := until(t, call, "media flows", func(s Sample) bool { return s.Media > 300 && s.RTTMs > 0 })
	if s.Connection != "connected" || !s.AbsSendTime || s.TransportCC || s.Dropped != 0 || s.Lost != 0 || s.REMBs == 0 {
		t.Errorf("%+v", s)
	}
	if s.RTTMs < 40 || s.RTTMs > 300 {
		t.Errorf("a round trip of %g ms over 2 x 20 ms", s.RTTMs)
	}
	if call.Link() != link {
		t.Errorf("%+v", call.Link())
	}
	sender.WaitForREMB(t, func(r *rtcp.ReceiverEstimatedMaximumBitrate) bool { return r.Bitrate >= 2_900_000 })

	// A bottleneck that is too narrow for the sender, which does not obey: the queue fills, and packets are dropped.
	link.CapacityBps = 1_000_000
	if err := call.SetLink(link); err != nil {
		t.Fatal(err)
	}
	s = until(t, call, "packets are dropped", func(s Sample) bool { return s.Dropped > 20 })
	if s.Capacity != 1_000_000 || s.QueueMs < 200 || s.QueueMs > 330 || s.Lost != 0 {
		t.Errorf("%+v", s)
	}
	s = until(t, call, "the library finds over-use", func(s Sample) bool {
		return s.Estimate < 1_100_000 && s.REMB < 1_100_000
	})
	if s.Received > 1_200_000 {
		t.Errorf("%g bit/s come through 1 000 000", s.Received)
	}

	// No bottleneck, but losses, and more delay.
	if err := call.SetLink(Link{Delay: 100 * ms, Loss: 0.2}); err != nil {
		t.Fatal(err)
	}
	s = until(t, call, "packets get lost", func(s Sample) bool { return s.Lost > 20 && s.QueueMs == 0 })
	if s.Capacity != 0 {
		t.Errorf("%+v", s)
	}
	if err := call.RequestKeyFrame(); err != nil {
		t.Error(err)
	}
	for end := time.Now().Add(5 * time.Second); sender.PLIs() == 0 && time.Now().Before(end); {
		time.Sleep(10 * ms)
	}
	if sender.PLIs() == 0 {
		t.Error("no PLI comes to the sender")
	}

	call.AddBrowserStats(BrowserStats{T: 3, TargetBitrate: 1_234_567})
	if got := call.Sample().Browser.TargetBitrate; got != 1_234_567 {
		t.Errorf("target %g", got)
	}
	checkRecording(t, call)
}

func checkRecording(t *testing.T, call *Call) {
	t.Helper()
	time.Sleep(100 * ms) // for a look at the estimator
	if err := call.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-call.Done():
	default:
		t.Error("a closed call goes on")
	}
	r := call.Recording()
	if d := call.Recording().Duration; d != r.Duration || d < time.Second {
		t.Errorf("%v, then %v", r.Duration, d)
	}
	var capacities []float64
	for _, step := range r.Capacity {
		capacities = append(capacities, step.Bps)
	}
	if !slices.Equal(capacities, []float64{5e6, 1e6, MaxCapacityBps}) || r.Capacity[0].At != 0 {
		t.Errorf("capacities %v", r.Capacity)
	}
	if last := r.Estimates[len(r.Estimates)-1]; last.Target != 1_234_567 || last.REMB == 0 {
		t.Errorf("%+v", last)
	}
	summary, sample := callrecord.Summarise(r), call.Sample()
	if summary.Dropped != sample.Dropped || summary.REMBs == 0 || summary.REMBs > sample.REMBs {
		t.Errorf("%+v of %+v", summary, sample)
	}
	if summary.Utilisation < 0.3 || summary.Utilisation > 1.2 {
		t.Errorf("utilisation %g", summary.Utilisation)
	}
	if missing := summary.Sent - summary.Dropped - sample.Lost - summary.Received; missing < 0 || missing > 200 {
		t.Errorf("of %d packets %d were dropped, %d lost and %d received", summary.Sent, summary.Dropped, sample.Lost,
			summary.Received)
	}
}

// A knowing receiver says 0.9 of the capacity each 200 ms and at each change, the library nothing meanwhile.
func TestSources(t *testing.T) {
	call, sender := start(t, Config{
		Link:    Link{CapacityBps: 4_000_000, Queue: 300 * ms},
		Source:  REMBSource{Kind: SourceKnowing},
		Options: []remb.Option{remb.WithInitialBitrate(3_000_000)},
	})
	is := func(bps float32) func(*rtcp.ReceiverEstimatedMaximumBitrate) bool {
		return func(r *rtcp.ReceiverEstimatedMaximumBitrate) bool {
			// REMB has 18 bits of mantissa.
			return r.Bitrate <= bps && r.Bitrate > bps*0.9999 && len(r.SSRCs) == 1 && r.SSRCs[0] == sender.SSRC()
		}
	}
	sender.WaitForREMB(t, is(3_600_000))
	if err := call.SetLink(Link{CapacityBps: 2_000_000, Queue: 300 * ms}); err != nil {
		t.Fatal(err)
	}
	sender.WaitForREMB(t, is(1_800_000))
	if err := call.SetMaxBitrate(1_000_000); err != nil {
		t.Fatal(err)
	}
	sender.WaitForREMB(t, is(1_000_000))
	before := call.Sample().REMBs
	time.Sleep(time.Second)
	if n := call.Sample().REMBs - before; n < 3 || n > 6 {
		t.Errorf("%d REMBs in a second", n)
	}

	if err := call.SetSource(REMBSource{Kind: SourceNone}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * ms) // for one that is being written
	before = call.Sample().REMBs
	time.Sleep(1500 * ms)
	if s := call.Sample(); s.REMBs != before || s.Estimate == 0 {
		t.Errorf("%d REMBs of nobody; the library's estimate is %d", s.REMBs-before, s.Estimate)
	}

	if err := call.SetMaxBitrate(800_000); err != nil {
		t.Fatal(err)
	}
	if err := call.SetSource(REMBSource{}); err != nil {
		t.Fatal(err)
	}
	sender.WaitForREMB(t, is(800_000))
	for _, source := range []REMBSource{
		{Kind: "oracle"}, {Kind: SourceKnowing, Factor: -1}, {Kind: SourceKnowing, Factor: 3},
	} {
		if err := call.SetSource(source); err == nil {
			t.Errorf("%+v is accepted", source)
		}
	}
}

func TestBrowserGoes(t *testing.T) {
	call, sender := start(t, Config{})
	until(t, call, "media flows", func(s Sample) bool { return s.Media > 10 })
	if err := sender.PC.Close(); err != nil { // says so by DTLS
		t.Fatal(err)
	}
	select {
	case <-call.Done():
	case <-time.After(20 * time.Second):
		t.Error("the call goes on without the sender")
	}
	if call.Recording().Duration > 20*time.Second {
		t.Error("the recording goes on")
	}
}

func TestRefusals(t *testing.T) {
	noGoroutineLeft(t)
	sender := testpeer.NewSender(t)
	offer, err := sender.PC.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	for want, config := range map[string]Config{
		"capacity of 1 bit/s":     {Link: Link{CapacityBps: 1}},
		"delay of -1ns":           {Link: Link{Delay: -1}},
		"queue of 1h0m0s":         {Link: Link{Queue: time.Hour}},
		"loss of 1.5":             {Link: Link{Loss: 1.5}},
		`source "x"`:              {Source: REMBSource{Kind: "x"}},
		"maximum bitrate":         {MaxBitrate: -1},
		"cannot assign requested": {Listen: netip.MustParseAddr("192.0.2.1")},
		"WithREMBInterval":        {Options: []remb.Option{remb.WithREMBInterval(time.Hour)}},
	} {
		if call, answer, err := Answer(t.Context(), config, offer.SDP); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		} else if call != nil || answer != "" {
			t.Errorf("%s: there is a call all the same", want)
		}
	}
	if _, _, err := Answer(t.Context(), Config{}, "v=0\r\nwhat?"); err == nil || !strings.Contains(err.Error(), "offer") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Answer(ctx, Config{}, offer.SDP); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("%v", err)
	}
}
