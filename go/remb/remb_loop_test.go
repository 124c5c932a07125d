//go:build cgo

package remb

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

const (
	testSSRC     = 4711
	testInterval = 5 * time.Millisecond // of packets: 1.6 Mbit/s
)

// inBubble runs a test in fake time. At its end every goroutine must have ended.
func inBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, f)
	})
}

func TestREMBTimes(t *testing.T) {
	inBubble(t, "first at once, then each interval", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000), WithREMBInterval(400*time.Millisecond)), &recorder{}
		i.BindRTCPWriter(w)
		start := time.Now()
		newTestSender(t, i, videoInfo(testSSRC)).sendFor(1900*time.Millisecond, testInterval)
		rembs := w.rembs()
		if len(rembs) != 5 {
			t.Fatalf("%d REMBs in 1.9 s: %v", len(rembs), rembs)
		}
		for n, remb := range rembs {
			if at := remb.at.Sub(start); at.Round(testInterval) != time.Duration(n)*400*time.Millisecond {
				t.Errorf("REMB %d after %v", n, at)
			}
			if !slices.Equal(remb.ssrcs, []uint32{testSSRC}) || remb.rate == 0 ||
				remb.from != i.Estimator().SenderSSRC() {
				t.Errorf("REMB %d is %+v", n, remb)
			}
		}
	})
	inBubble(t, "quickly at first, and at once on a rise", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithProfile(ProfileAdaptive), WithInitialBitrate(300_000), WithMaxBitrate(300_000)),
			&recorder{}
		i.BindRTCPWriter(w)
		start, sender := time.Now(), newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(5500*time.Millisecond, testInterval)
		rembs := w.rembs()
		if len(rembs) != 30+3 { // each 100 ms for 3 s, then at 3, 4 and 5 s
			t.Fatalf("%d REMBs in 5.5 s: %v", len(rembs), rembs)
		}
		if err := i.Estimator().SetMaxBitrate(330_000); err != nil {
			t.Fatal(err)
		}
		sender.sendFor(400*time.Millisecond, testInterval)
		if last := w.last(t); last.rate != 330_000 || last.at.Sub(start).Round(10*time.Millisecond) != 5500*time.Millisecond {
			t.Errorf("the last REMB is %+v", last)
		}
	})
	inBubble(t, "the schedule's options", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithProfile(ProfileAdaptive), WithInitialBitrate(300_000), WithMaxBitrate(300_000),
			WithREMBStartInterval(200*time.Millisecond), WithREMBStartDuration(time.Second),
			WithREMBRise(REMBOff)), &recorder{}
		i.BindRTCPWriter(w)
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(2500*time.Millisecond, testInterval)
		if err := i.Estimator().SetMaxBitrate(500_000); err != nil {
			t.Fatal(err)
		}
		sender.sendFor(400*time.Millisecond, testInterval)
		if rembs := w.rembs(); len(rembs) != 5+2 || w.last(t).rate != 300_000 {
			t.Errorf("%d REMBs in 2.9 s: %v", len(rembs), rembs)
		}
	})
	inBubble(t, "at once on a lowered maximum", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(1_000_000)), &recorder{}
		i.BindRTCPWriter(w)
		newTestSender(t, i, videoInfo(testSSRC)).sendFor(1500*time.Millisecond, testInterval)
		if err := i.Estimator().SetMaxBitrate(200_001); err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		synctest.Wait()
		if last := w.last(t); !last.at.Equal(now) || last.rate != 200_000 && last.rate != 200_001 {
			t.Errorf("REMB of %d after %v", last.rate, last.at.Sub(now))
		}
	})
	inBubble(t, "silent with the stream, back with it", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(3*time.Second, testInterval)
		silent := time.Now()
		time.Sleep(time.Minute)
		if last := w.last(t).at.Sub(silent); last > 2*time.Second {
			t.Errorf("a REMB %v after the last packet", last)
		}
		count := len(w.rembs())
		sender.send(0)
		time.Sleep(time.Second)
		if len(w.rembs()) == count {
			t.Errorf("no REMB after the stream came back")
		}
	})
}

// wakeUps returns how often f, which has packets arrive, makes the loop look at the clock. It does so a few times for each
// time that it wakes up, and to read a packet takes one look.
func wakeUps(t *testing.T, opts []Option, f func(i *BWEInterceptor, w *recorder)) int {
	t.Helper()
	var looks atomic.Int64
	now := func() time.Time { looks.Add(1); return time.Now() }
	i, w := newTestInterceptor(t, append(opts, WithNow(now))...), &recorder{}
	i.BindRTCPWriter(w)
	synctest.Wait()
	looks.Store(0)
	f(i, w)
	synctest.Wait()
	return int(looks.Load() - i.Estimator().Stats().Packets)
}

// Packets wake the loop only if they bring something about, also where the estimator knows of nothing to do by itself.
func TestWakeUps(t *testing.T) {
	for _, test := range []struct {
		name  string
		opts  []Option
		size  int // of payload; probes are larger than 200
		rembs bool
	}{
		{"the next REMB is far away", []Option{WithInitialBitrate(300_000), WithREMBInterval(10 * time.Second)}, 1000, true},
		{"no estimate", nil, 100, false},
		{"usual", []Option{WithInitialBitrate(300_000)}, 1000, true},
	} {
		inBubble(t, test.name, func(t *testing.T) {
			woken := wakeUps(t, test.opts, func(i *BWEInterceptor, w *recorder) {
				sender := newTestSender(t, i, videoInfo(testSSRC))
				sender.next = sender.next[:len(sender.next)-1000+test.size]
				for range 1000 {
					sender.send(0)
					time.Sleep(4900 * time.Microsecond) // 4.9 s in all: with no probes an estimate takes 5 s
				}
				if got := len(w.rembs()) > 0; got != test.rembs {
					t.Errorf("%d REMBs", len(w.rembs()))
				}
			})
			if woken == 0 || woken > 60 {
				t.Errorf("%d looks at the clock for 1000 packets", woken)
			}
		})
	}
	// The first packet of a burst wakes a loop that sleeps with no end, and the others signal before it has woken up.
	inBubble(t, "bursts without an estimate", func(t *testing.T) {
		woken := wakeUps(t, nil, func(i *BWEInterceptor, _ *recorder) {
			sender := newTestSender(t, i, videoInfo(testSSRC))
			for range 400 {
				for range 5 {
					sender.send(0)
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
		if woken > 20 {
			t.Errorf("%d looks at the clock for 400 bursts", woken)
		}
	})
	inBubble(t, "silence", func(t *testing.T) {
		woken := wakeUps(t, nil, func(i *BWEInterceptor, _ *recorder) {
			newTestSender(t, i, videoInfo(testSSRC)).send(0)
			time.Sleep(time.Hour)
		})
		if woken > 20 {
			t.Errorf("%d looks at the clock in an hour", woken)
		}
	})
}

// With an interval that is longer than streams count as alive.
func TestLongInterval(t *testing.T) {
	const interval = 10 * time.Second
	opts := []Option{WithInitialBitrate(300_000), WithREMBInterval(interval), WithMaxBitrate(300_000)}
	inBubble(t, "on time", func(t *testing.T) {
		i, w := newTestInterceptor(t, opts...), &recorder{}
		i.BindRTCPWriter(w)
		start := time.Now()
		// Few packets, so that it is not they who say that one is due.
		newTestSender(t, i, videoInfo(testSSRC)).sendFor(35*time.Second, 1700*time.Millisecond)
		rembs := w.rembs()
		if len(rembs) != 4 {
			t.Fatalf("%d REMBs in 35 s: %v", len(rembs), rembs)
		}
		for n, remb := range rembs {
			if at := remb.at.Sub(start); (at - time.Duration(n)*interval).Abs() > 10*time.Millisecond {
				t.Errorf("REMB %d after %v", n, at)
			}
		}
	})
	inBubble(t, "after silence", func(t *testing.T) {
		i, w := newTestInterceptor(t, opts...), &recorder{}
		i.BindRTCPWriter(w)
		start := time.Now()
		sender := newTestSender(t, i, videoInfo(testSSRC))
		// The loop sleeps from 0 to 2 s, and with no end; from 5 to 7 and to 9 s, when the packet at 7.5 s would not do for a
		// REMB at 10 s. That at 9.2 s does, and no other one follows that would say so.
		for _, at := range []time.Duration{0, 5000, 6500, 7500, 9200} {
			time.Sleep(at*time.Millisecond - time.Since(start))
			sender.send(0)
		}
		time.Sleep(3 * time.Second)
		if at := w.last(t).at.Sub(start); len(w.rembs()) != 2 || (at-interval).Abs() > 10*time.Millisecond {
			t.Errorf("%d REMBs, the last after %v", len(w.rembs()), at)
		}
	})
}

func TestWriter(t *testing.T) {
	inBubble(t, "late", func(t *testing.T) {
		i, w := newTestInterceptor(t), &recorder{}
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(3*time.Second, testInterval)
		bound := time.Now()
		if i.BindRTCPWriter(w) == nil || i.BindRTCPWriter(nil) != nil {
			t.Errorf("BindRTCPWriter does not return a writer for a writer, and none for none")
		}
		synctest.Wait()
		if !w.last(t).at.Equal(bound) {
			t.Errorf("no REMB at once")
		}
	})
	inBubble(t, "changes", func(t *testing.T) {
		i, w1, w2 := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}, &recorder{}
		i.BindRTCPWriter(w1)
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(2500*time.Millisecond, testInterval)
		i.BindRTCPWriter(w2)
		i.BindRTCPWriter(nil)
		i.BindRTCPWriter(w2)
		sender.sendFor(3*time.Second, testInterval)
		if n1, n2 := len(w1.rembs()), len(w2.rembs()); n1 != 3 || n2 != 3 {
			t.Errorf("%d REMBs to the first writer, %d to the second", n1, n2)
		}
	})
	inBubble(t, "fails at first", func(t *testing.T) {
		log := &testLog{}
		i := newTestInterceptor(t, WithInitialBitrate(300_000), WithLoggerFactory(log))
		up := time.Now().Add(730 * time.Millisecond)
		w := &recorder{fail: failUntil(up)}
		i.BindRTCPWriter(w)
		newTestSender(t, i, videoInfo(testSSRC)).sendFor(time.Second, testInterval)
		if first := w.rembs()[0].at.Sub(up); first > 100*time.Millisecond {
			t.Errorf("first REMB %v after the writer came up", first)
		}
		for n := 1; n < len(w.tries)-len(w.rembs())+1; n++ {
			if gap := w.tries[n].Sub(w.tries[n-1]); gap < 20*time.Millisecond || gap > 100*time.Millisecond {
				t.Errorf("tried again after %v", gap)
			}
		}
		stats := i.Estimator().Stats()
		if int(stats.WriteErrors) != len(w.tries)-len(w.rembs()) || int(stats.REMBsSent) != len(w.rembs()) {
			t.Errorf("%d write errors and %d REMBs counted", stats.WriteErrors, stats.REMBsSent)
		}
		if warned := log.get("warn"); len(warned) > 0 {
			t.Errorf("warned: %q", warned)
		}
	})
	inBubble(t, "fails for long", func(t *testing.T) {
		log := &testLog{}
		i := newTestInterceptor(t, WithInitialBitrate(300_000), WithLoggerFactory(log))
		w := &recorder{fail: failUntil(time.Now().Add(10 * time.Second))}
		i.BindRTCPWriter(w)
		newTestSender(t, i, videoInfo(testSSRC)).sendFor(12*time.Second, testInterval)
		if warned, told := log.get("warn"), log.get("info"); len(warned) != 1 || len(told) != 1 {
			t.Errorf("warned %q, told %q", warned, told)
		}
	})
	inBubble(t, "another one ends a failure at once", func(t *testing.T) {
		i := newTestInterceptor(t, WithInitialBitrate(300_000))
		i.BindRTCPWriter(&recorder{fail: failUntil(time.Now().Add(time.Hour))})
		newTestSender(t, i, videoInfo(testSSRC)).sendFor(time.Second, testInterval)
		w := &recorder{}
		i.BindRTCPWriter(w)
		now := time.Now()
		synctest.Wait()
		if !w.last(t).at.Equal(now) {
			t.Error("no REMB at once")
		}
	})
}

func TestClose(t *testing.T) {
	inBubble(t, "no REMB afterwards", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(2500*time.Millisecond, testInterval)
		for range 2 {
			if err := i.Close(); err != nil {
				t.Fatal(err)
			}
		}
		count := len(w.rembs())
		sender.sendFor(3*time.Second, testInterval)
		i.BindRTCPWriter(w)
		reader := &player{}
		if i.BindRemoteStream(videoInfo(1), reader) != interceptor.RTPReader(reader) {
			t.Error("a stream was bound after Close")
		}
		i.UnbindRemoteStream(videoInfo(testSSRC))
		time.Sleep(time.Minute)
		if len(w.rembs()) != count {
			t.Error("REMBs after Close")
		}
		if _, err := i.Estimator().OnRTPPacket(time.Now(), []byte{1}); !errors.Is(err, ErrClosed) {
			t.Errorf("the estimator answers %v", err)
		}
	})
	inBubble(t, "waits for a write", func(t *testing.T) {
		i := newTestInterceptor(t, WithInitialBitrate(300_000))
		ended := false
		i.BindRTCPWriter(interceptor.RTCPWriterFunc(func([]rtcp.Packet, interceptor.Attributes) (int, error) {
			time.Sleep(time.Second)
			ended = true
			return 0, nil
		}))
		newTestSender(t, i, videoInfo(testSSRC)).send(0)
		synctest.Wait()
		done := make(chan bool)
		for range 3 {
			go func() { _ = i.Close(); done <- ended }()
		}
		for range 3 {
			if !<-done {
				t.Error("Close did not wait")
			}
		}
	})
	inBubble(t, "in a callback", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		closed := false
		i.Estimator().OnTargetBitrateChange(func(int) { closed = i.Close() == nil })
		newTestSender(t, i, videoInfo(testSSRC)).sendFor(8*time.Second, testInterval)
		if !closed {
			t.Error("there was no callback")
		}
	})
	inBubble(t, "without a writer or a stream", func(t *testing.T) {
		if err := newTestInterceptor(t).Close(); err != nil {
			t.Error(err)
		}
	})
}
