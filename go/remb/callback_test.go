//go:build cgo

package remb

import (
	"fmt"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
)

// within fails a test that hangs: a callback under a lock would.
func within(t *testing.T, patience time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("it hangs")
	}
}

// everyCall is all that a callback may want of an estimator.
var everyCall = map[string]func(t *testing.T, e *Estimator){
	"Close":  func(_ *testing.T, e *Estimator) { _ = e.Close() },
	"Reset":  func(_ *testing.T, e *Estimator) { _ = e.Reset() },
	"Pause":  func(_ *testing.T, e *Estimator) { e.Pause() },
	"Resume": func(_ *testing.T, e *Estimator) { e.Pause(); e.Resume() },
	"limits": func(_ *testing.T, e *Estimator) {
		_, _ = e.SetMaxBitrate(e.GetTargetBitrate()*9/10+5_000), e.SetMinBitrate(5_000)
	},
	"RTT":      func(_ *testing.T, e *Estimator) { _, _ = e.SetRTT(time.Second), e.MeasureRTT() },
	"look":     func(_ *testing.T, e *Estimator) { _, _, _, _ = e.Stats(), e.SSRCs(), e.SenderSSRC(), e.Totals() },
	"streams":  func(_ *testing.T, e *Estimator) { _, _ = e.AddStream(StreamConfig{SSRC: 1}), e.RemoveStream(testSSRC) },
	"nothing":  func(_ *testing.T, e *Estimator) { e.OnTargetBitrateChange(nil) },
	"nextPoll": func(_ *testing.T, e *Estimator) { _, _ = e.NextPoll() },
	"another": func(_ *testing.T, e *Estimator) {
		e.OnTargetBitrateChange(func(int) { _ = e.Stats() })
	},
	"packets": func(t *testing.T, e *Estimator) {
		_, _ = e.OnRTPPacket(time.Now(), (&tracePacket{ssrc: 7, payloadSize: 9}).rtpBytes(t, 1))
		_, _ = e.OnPacket(Packet{SSRC: 7, Arrival: time.Now()})
	},
	"poll": func(_ *testing.T, e *Estimator) {
		if remb, due, _ := e.Poll(time.Now()); due {
			_ = e.REMBSent(time.Now(), remb.Bitrate)
		}
	},
}

// TestCallbackMayCall has the function of OnTargetBitrateChange call each method.
func TestCallbackMayCall(t *testing.T) {
	for name, call := range everyCall {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newTestEstimator(t, WithInitialBitrate(300_000))
			calls := 0
			e.OnTargetBitrateChange(func(int) { calls++; call(t, e) })
			within(t, 20*time.Second, func() {
				start := time.Now()
				for n := range 300 {
					_, _ = e.OnPacket(Packet{SSRC: testSSRC, Arrival: start.Add(time.Duration(n) * testInterval),
						Stamps: StampAbsSendTime, AbsSendTime: uint32(n*1311) & 0xffffff, PayloadSize: 1000})
				}
				_ = e.SetMaxBitrate(50_000)
			})
			if calls == 0 {
				t.Error("it was not called")
			}
		})
		inBubble(t, "in an interceptor/"+name, func(t *testing.T) {
			i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
			e, calls := i.Estimator(), 0
			e.OnTargetBitrateChange(func(int) { calls++; call(t, e) })
			i.BindRTCPWriter(w)
			newTestSender(t, i, videoInfo(testSSRC)).sendFor(1500*time.Millisecond, testInterval)
			_ = e.SetMaxBitrate(50_000)
			synctest.Wait()
			if err := i.Close(); err != nil || calls == 0 {
				t.Errorf("%v after %d calls", err, calls)
			}
		})
	}
}

// A callback that is slow holds up neither packets nor whoever asks, only REMBs and itself.
func TestSlowCallback(t *testing.T) {
	inBubble(t, "for a minute", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		e, running, most := i.Estimator(), 0, 0
		e.OnTargetBitrateChange(func(int) {
			running++
			most = max(most, running)
			time.Sleep(time.Minute)
			running--
		})
		sender := newTestSender(t, i, videoInfo(testSSRC))
		start := time.Now()
		sender.sendFor(5*time.Second, testInterval)
		if took := time.Since(start); took != 5*time.Second || e.Stats().Packets != 1000 {
			t.Errorf("5 s of packets took %v, %d were counted", took, e.Stats().Packets)
		}
		if err := i.Close(); err != nil || time.Since(start) != 5*time.Second {
			t.Errorf("Close waited until %v: %v", time.Since(start), err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if most != 1 {
			t.Errorf("%d calls at a time", most)
		}
	})
}

// What OnNewPeerConnection is given may be used at once, and the factory too.
func TestNewPeerConnectionCallback(t *testing.T) {
	factory, err := NewBWEInterceptorFactory()
	if err != nil {
		t.Fatal(err)
	}
	var inner interceptor.Interceptor
	ids := map[string]bool{}
	factory.OnNewPeerConnection(func(id string, e *Estimator) {
		ids[id] = true
		if id == "a" {
			if inner, err = factory.NewInterceptor("b"); err != nil {
				t.Error(err)
			}
			factory.OnNewPeerConnection(nil)
		}
		if all := maps.Collect(factory.Estimators()); factory.Estimator(id) != e || all[id] != e {
			t.Errorf("%s is not among %v", id, all)
		}
		_ = factory.Totals()
		for name, call := range everyCall {
			if name != "Close" {
				call(t, e)
			}
		}
		_ = e.Close()
		if factory.Estimator(id) != nil {
			t.Errorf("%s: there is an estimator although it is closed", id)
		}
	})
	within(t, 20*time.Second, func() {
		outer, err := factory.NewInterceptor("a")
		if err != nil {
			t.Error(err)
			return
		}
		// It is of no use, but it does no harm either.
		outer.BindRTCPWriter(&recorder{})
		sender := newTestSender(t, outer.(*BWEInterceptor), videoInfo(1))
		sender.send(0)
		_, _ = inner.Close(), outer.Close()
	})
	if got := fmt.Sprint(ids); got != "map[a:true b:true]" {
		t.Errorf("announced %s", got)
	}
}
