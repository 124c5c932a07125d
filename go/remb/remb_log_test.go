//go:build cgo

package remb

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// count says how many of the lines have a text in them.
func count(lines []string, text string) (n int) {
	for _, line := range lines {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

func TestLog(t *testing.T) {
	inBubble(t, "changes of state when they happen", func(t *testing.T) {
		log := &testLog{}
		// The next REMB is far away, so it is not that which brings the words about.
		i := newTestInterceptor(t, WithLoggerFactory(log), WithInitialBitrate(20_000_000), WithMaxBitrate(100_000),
			WithREMBInterval(time.Minute))
		i.BindRTCPWriter(&recorder{})
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(3*time.Second, testInterval)
		synctest.Wait()
		if got := log.get("debug"); count(got, "detector went") != 0 || count(got, "sent a REMB of 100000 bit/s") != 1 {
			t.Fatalf("logged %q", got)
		}
		var overuse time.Time
		for n := 0; n < 200 && overuse.IsZero(); n++ {
			sender.send(time.Duration(n) * 3 * time.Millisecond)
			if i.Estimator().Stats().State == StateOverusing {
				overuse = time.Now()
			}
			synctest.Wait()
			if logged := count(log.get("debug"), "from normal to overusing") == 1; logged != !overuse.IsZero() {
				t.Errorf("over-use after %d packets, logged %v", n, logged)
			}
			time.Sleep(testInterval)
		}
		sender.start = time.Now().Add(-24 * time.Hour)
		sender.sendFor(5*time.Second, testInterval)
		lines := log.get("debug")
		if overuse.IsZero() || count(lines, "to normal") == 0 || count(lines, "sent a REMB") != 1 {
			t.Errorf("logged %q", lines)
		}
		if len(lines) > 20 { // for 1640 packets
			t.Errorf("%d lines", len(lines))
		}
	})
	inBubble(t, "changes of state of the adaptive profile", func(t *testing.T) {
		log := &testLog{}
		i := newTestInterceptor(t, WithLoggerFactory(log), WithProfile(ProfileAdaptive))
		i.BindRTCPWriter(&recorder{})
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(5*time.Second, testInterval)
		for n := range 400 {
			sender.send(time.Duration(n) * time.Millisecond)
			time.Sleep(testInterval)
		}
		// What it goes by, and nothing of a detector that it has not.
		lines := log.get("debug")
		if count(lines, "to overusing: queueing delay") == 0 || count(lines, "queueing delay 0.000") != 0 ||
			count(lines, "offset") != 0 {
			t.Errorf("logged %q", lines)
		}
	})
	inBubble(t, "time sources", func(t *testing.T) {
		log := &testLog{}
		i := newTestInterceptor(t, WithLoggerFactory(log), WithInitialBitrate(300_000))
		i.BindRTCPWriter(&recorder{})
		with, without := newTestSender(t, i, videoInfo(1)), newTestSender(t, i, videoInfo(2))
		info := videoInfo(2)
		info.RTPHeaderExtensions = nil
		i.UnbindRemoteStream(info)
		without.reader = i.BindRemoteStream(info, &without.player)
		with.sendFor(2*time.Second, testInterval)
		without.sendFor(2*time.Second, testInterval)
		with.sendFor(2*time.Second, testInterval)
		want := []string{
			"test: send times come from toffset, no more from abs-send-time", // "test" is the peer connection's id
			"test: send times come from abs-send-time, no more from toffset",
		}
		if got := log.get("info"); !slices.Equal(got, want) {
			t.Errorf("logged %q", got)
		}
		// And of each stream why.
		carried, lacking := ReasonCarried.String(), ReasonNoAbsSendTime.String()
		if got := log.get("debug"); count(got, "SSRC 1 has send times from abs-send-time: "+carried) != 2 ||
			count(got, "SSRC 2 has send times from rtp-timestamp: "+lacking) != 1 {
			t.Errorf("logged %q", got)
		}
	})
	inBubble(t, "failures with nothing to write between them", func(t *testing.T) {
		log := &testLog{}
		i := newTestInterceptor(t, WithLoggerFactory(log), WithInitialBitrate(300_000))
		w := &recorder{fail: failUntil(time.Now().Add(time.Hour))}
		i.BindRTCPWriter(w)
		sender := newTestSender(t, i, videoInfo(testSSRC))
		for range 10 {
			sender.sendFor(time.Second, testInterval)
			time.Sleep(time.Minute)
		}
		if warned := log.get("warn"); len(warned) != 0 || w.attempts() < 100 {
			t.Errorf("warned %q of %d failures", warned, w.attempts())
		}
	})
}
