//go:build cgo

package remb

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestPause(t *testing.T) {
	inBubble(t, "no REMB, but measurement", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		e, sender := i.Estimator(), newTestSender(t, i, videoInfo(testSSRC))
		var told []int
		e.OnTargetBitrateChange(func(bitrate int) { told = append(told, bitrate) })
		sender.sendFor(1500*time.Millisecond, testInterval)
		e.Pause()
		e.Pause()
		before, tries := e.Stats(), w.attempts()
		sender.sendFor(10*time.Second, testInterval)
		if err := e.SetMaxBitrate(100_000); err != nil { // would be due at once
			t.Fatal(err)
		}
		sender.sendFor(time.Second, testInterval)
		after := e.Stats()
		if w.attempts() != tries || after.REMBsSent != before.REMBsSent || !after.Paused || before.Packets == after.Packets ||
			after.Reports == before.Reports || after.TargetBitrate != 100_000 {
			t.Errorf("%d writes during a pause; before %+v, after %+v", w.attempts()-tries, before, after)
		}
		if len(told) == 0 || told[len(told)-1] != 100_000 {
			t.Errorf("told %d", told)
		}
		e.Resume()
		synctest.Wait()
		if last := w.last(t); !last.at.Equal(time.Now()) || last.rate != 100_000 || e.Stats().Paused {
			t.Errorf("after the pause the last REMB is of %d bit/s, %v ago", last.rate, time.Since(last.at))
		}
	})
	inBubble(t, "a short one ends with a REMB at once too", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(1200*time.Millisecond, testInterval) // REMBs after 0 and 1 s
		i.Estimator().Resume()                              // there is no pause
		synctest.Wait()
		if got := len(w.rembs()); got != 2 {
			t.Fatalf("%d REMBs in 1.2 s", got)
		}
		i.Estimator().Pause()
		sender.send(0)
		i.Estimator().Resume()
		synctest.Wait()
		rate := i.Estimator().GetTargetBitrate()
		if last := w.last(t); len(w.rembs()) != 3 || !slices.Equal(last.ssrcs, []uint32{testSSRC}) ||
			last.rate > rate || last.rate < rate-rate>>17 { // the format's 18 bits
			t.Errorf("%d REMBs, the last %+v", len(w.rembs()), last)
		}
		sender.sendFor(990*time.Millisecond, testInterval) // and the interval counts from there
		if got := len(w.rembs()); got != 3 {
			t.Errorf("%d REMBs within an interval of the one after the pause", got-3)
		}
	})
	inBubble(t, "ends in silence", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(time.Second, testInterval)
		count := len(w.rembs())
		i.Estimator().Pause()
		time.Sleep(10 * time.Second)
		if got := i.Estimator().GetTargetBitrate(); got != 0 {
			t.Errorf("target %d after 10 s without packets", got)
		}
		i.Estimator().Resume()
		time.Sleep(10 * time.Second)
		if got := len(w.rembs()); got != count {
			t.Errorf("%d REMBs to nobody", got-count)
		}
		sender.send(0)
		synctest.Wait()
		if !w.last(t).at.Equal(time.Now()) {
			t.Error("no REMB when the stream came back")
		}
	})
	inBubble(t, "ends in silence, with the next REMB far away", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000), WithREMBInterval(time.Minute)), &recorder{}
		i.BindRTCPWriter(w)
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(time.Second, testInterval)
		count := len(w.rembs())
		i.Estimator().Pause()
		time.Sleep(3 * time.Second)
		i.Estimator().Resume()
		time.Sleep(3 * time.Second)
		if got := len(w.rembs()); got != count {
			t.Errorf("%d REMBs to nobody", got-count)
		}
		sender.send(0)
		synctest.Wait()
		if last := w.last(t); len(w.rembs()) != count+1 || !last.at.Equal(time.Now()) {
			t.Fatalf("%d REMBs when the stream came back", len(w.rembs())-count)
		}
		sender.sendFor(10*time.Second, testInterval)
		if got := len(w.rembs()); got != count+1 {
			t.Errorf("%d REMBs more", got-count-1)
		}
	})
	inBubble(t, "with a writer that fails, and through a reset", func(t *testing.T) {
		i := newTestInterceptor(t, WithInitialBitrate(300_000))
		w := &recorder{fail: failUntil(time.Now().Add(3 * time.Second))}
		i.BindRTCPWriter(w)
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(time.Second, testInterval)
		i.Estimator().Pause()
		tries := w.attempts()
		sender.sendFor(time.Second, testInterval)
		if err := i.Estimator().Reset(); err != nil {
			t.Fatal(err)
		}
		sender.sendFor(3*time.Second, testInterval)
		if got := w.attempts(); got != tries {
			t.Errorf("%d writes during a pause", got-tries)
		}
		i.Estimator().Resume()
		synctest.Wait()
		if !w.last(t).at.Equal(time.Now()) {
			t.Error("no REMB at once")
		}
	})
	inBubble(t, "a loop that does not spin", func(t *testing.T) {
		woken := wakeUps(t, []Option{WithInitialBitrate(300_000)}, func(i *BWEInterceptor, w *recorder) {
			sender := newTestSender(t, i, videoInfo(testSSRC))
			sender.send(0)
			synctest.Wait()
			i.Estimator().Pause()
			sender.sendFor(10*time.Second, testInterval)
			time.Sleep(time.Hour)
			if got := len(w.rembs()); got != 1 {
				t.Errorf("%d REMBs", got)
			}
		})
		if woken > 150 {
			t.Errorf("%d looks at the clock for 10 s of packets and an hour of silence", woken)
		}
	})
}

// TestPauseByHand is the same for an estimator that is driven by its caller.
func TestPauseByHand(t *testing.T) {
	e := newTestEstimator(t)
	start := time.Now()
	e.Pause()
	if facts := feed(t, e, start, 9); facts.Has(REMBDue) || !facts.Has(EstimateUpdated) {
		t.Errorf("facts %b", facts)
	}
	now := start.Add(time.Second)
	for end := now.Add(1900 * time.Millisecond); now.Before(end); {
		if remb, due, err := e.Poll(now); due || err != nil || remb.Bitrate != 0 || remb.SSRCs != nil {
			t.Fatalf("%+v, %v, %v", remb, due, err)
		}
		next, ok := e.NextPoll()
		if !ok || next.Sub(now) < 100*time.Millisecond {
			t.Fatalf("next poll after %v, %v", next.Sub(now), ok)
		}
		now = next
	}
	e.Resume()
	if next, ok := e.NextPoll(); !ok || next.After(now) {
		t.Errorf("next poll in %v, %v", next.Sub(now), ok)
	}
	remb, due, err := e.Poll(start.Add(2 * time.Second))
	if err != nil || !due || remb.Bitrate != e.GetTargetBitrate() || !slices.Equal(remb.SSRCs, []uint32{9}) {
		t.Fatalf("%+v, %v, %v", remb, due, err)
	}
	if err := e.REMBSent(start.Add(2*time.Second), remb.Bitrate); err != nil {
		t.Fatal(err)
	}
	e.Pause()
	e.Resume()
	if facts, err := e.OnPacket(Packet{SSRC: 9, Arrival: start.Add(2100 * time.Millisecond)}); !facts.Has(REMBDue) {
		t.Errorf("facts %b, %v", facts, err)
	}
	if _, due, _ := e.Poll(start.Add(2100 * time.Millisecond)); !due {
		t.Error("not due after a pause")
	}
	if _, due, _ := e.Poll(start.Add(time.Minute)); due {
		t.Error("due when all is silent")
	}
	if next, ok := e.NextPoll(); ok {
		t.Errorf("next poll at %v when all is silent", next)
	}
	revived := start.Add(time.Minute + time.Second)
	if facts, err := e.OnPacket(Packet{SSRC: 9, Arrival: revived}); !facts.Has(REMBDue) {
		t.Errorf("facts %b, %v when the stream came back", facts, err)
	}
	remb, due, err = e.Poll(revived)
	if err != nil || !due || remb.Bitrate == 0 || !slices.Equal(remb.SSRCs, []uint32{9}) {
		t.Errorf("%+v, %v, %v when the stream came back", remb, due, err)
	}
	_ = e.Close()
	e.Pause()
	e.Resume()
}
