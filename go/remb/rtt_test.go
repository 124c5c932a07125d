//go:build cgo

package remb

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

// testReport is a receiver report on a stream of ours: rtt and held ago its sender report left, and was held for a
// while on the other side.
func testReport(i *BWEInterceptor, rtt, held time.Duration) *rtcp.ReceiverReport {
	left := time.Now().Add(-rtt - held)
	i.estimator.reportLeaves(left, compactNTP(left))
	return &rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{
		SSRC:             2,
		LastSenderReport: compactNTP(left),
		Delay:            uint32(held * (1 << 16) / time.Second),
	}}}
}

// receive has an interceptor read RTCP.
func receive(tb testing.TB, i *BWEInterceptor, packets ...rtcp.Packet) {
	tb.Helper()
	raw, err := rtcp.Marshal(packets)
	if err != nil {
		tb.Fatal(err)
	}
	receiveBytes(i, raw)
}

func receiveBytes(i *BWEInterceptor, raw []byte) {
	reader := i.BindRTCPReader(interceptor.RTCPReaderFunc(
		func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
			return copy(b, raw), a, nil
		}))
	_, _, _ = reader.Read(make([]byte, 1500), nil)
}

func TestNTPTime(t *testing.T) {
	// RFC 5905 figure 4: 1 January 1970 is 2 208 988 800 s after 1900. In February 2036 the seconds begin again.
	for _, test := range []struct {
		at   time.Time
		want uint64
	}{
		{time.Unix(0, 0), 2_208_988_800 << 32},
		{time.Unix(1, 500_000_000), 2_208_988_801<<32 | 1<<31},
		{time.Unix(0, 999_999_999), 2_208_988_800<<32 | 0xfffffffb},
		{time.Unix(1<<32-2_208_988_800, 250_000_000), 1 << 30},
	} {
		if got := ntpTime(test.at); got != test.want {
			t.Errorf("%v is %#x, want %#x", test.at, got, test.want)
		}
	}
	for _, d := range []time.Duration{0, time.Second, 10 * time.Hour, 1500 * time.Millisecond, time.Hour} {
		now := time.Unix(1_700_000_000, 7)
		if got := compactDuration(compactNTP(now.Add(d)) - compactNTP(now)); (got - d).Abs() > 16*time.Microsecond {
			t.Errorf("%v becomes %v", d, got)
		}
	}
}

// about allows for what rounding to 1/65 536 s makes of a round-trip time.
func about(a, b time.Duration) bool { return (a - b).Abs() <= 50*time.Microsecond }

func TestRTTFromReports(t *testing.T) {
	inBubble(t, "smoothed once a second", func(t *testing.T) {
		i := newTestInterceptor(t)
		e := i.Estimator()
		if got := e.Stats().RTT; got != 200*time.Millisecond {
			t.Errorf("before any report: %v", got)
		}
		receive(t, i, testReport(i, 100*time.Millisecond, 2*time.Second))
		if got := e.Stats().RTT; !about(got, 100*time.Millisecond) {
			t.Errorf("the first report makes it %v", got)
		}
		time.Sleep(300 * time.Millisecond)
		receive(t, i, testReport(i, 200*time.Millisecond, 0))
		if got := e.Stats().RTT; !about(got, 100*time.Millisecond) {
			t.Errorf("a report within a second makes it %v", got)
		}
		time.Sleep(700 * time.Millisecond)
		// As a part of a sender report, after others: the mean of this and the one before is 300 ms.
		receive(t, i, &rtcp.SenderReport{SSRC: 1, Reports: testReport(i, 400*time.Millisecond, time.Second).Reports},
			&rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{Source: 1}}})
		if got := e.Stats().RTT; !about(got, 160*time.Millisecond) { // 0.7 · 100 + 0.3 · 300
			t.Errorf("the third report makes it %v", got)
		}
		for range 30 {
			time.Sleep(time.Second)
			receive(t, i, testReport(i, 20*time.Millisecond, 0))
		}
		if got := e.Stats().RTT; !about(got, 20*time.Millisecond) {
			t.Errorf("half a minute of 20 ms make it %v", got)
		}
	})
	inBubble(t, "wild values", func(t *testing.T) {
		i := newTestInterceptor(t)
		lie := func(change func(*rtcp.ReceptionReport)) rtcp.Packet {
			report := testReport(i, 100*time.Millisecond, time.Second)
			change(&report.Reports[0])
			return report
		}
		for name, wild := range map[string]rtcp.Packet{
			"from the future":           testReport(i, -10*time.Millisecond, 0),
			"too long":                  testReport(i, 61*time.Second, 0),
			"held longer than possible": lie(func(r *rtcp.ReceptionReport) { r.Delay = 2 << 16 }),
			"held for hours":            lie(func(r *rtcp.ReceptionReport) { r.Delay = 1 << 30 }),
			"no sender report yet":      lie(func(r *rtcp.ReceptionReport) { r.LastSenderReport, r.Delay = 0, 0 }),
			"none, and a delay that fits": lie(func(r *rtcp.ReceptionReport) {
				r.Delay += r.LastSenderReport
				r.LastSenderReport = 0
			}),
			"another clock": lie(func(r *rtcp.ReceptionReport) { r.LastSenderReport += 1 << 29 }),
			"none":          &rtcp.ReceiverReport{SSRC: 1},
		} {
			receive(t, i, wild)
			if got := i.Estimator().Stats().RTT; got != 200*time.Millisecond {
				t.Errorf("%s: %v", name, got)
			}
		}
		receive(t, i, testReport(i, 30*time.Millisecond, 0))
		if got := i.Estimator().Stats().RTT; !about(got, 30*time.Millisecond) {
			t.Errorf("they have left %v behind", got)
		}
	})
	inBubble(t, "by hand", func(t *testing.T) {
		i := newTestInterceptor(t)
		e := i.Estimator()
		if err := e.SetRTT(50 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			receive(t, i, testReport(i, 100*time.Millisecond, 0))
			time.Sleep(time.Second)
		}
		if e.SetRTT(61*time.Second) == nil || e.SetRTT(-time.Second) == nil {
			t.Error("a wild value was taken")
		}
		if got := e.Stats().RTT; got != 50*time.Millisecond {
			t.Errorf("measurements changed it to %v", got)
		}
		if err := e.MeasureRTT(); err != nil {
			t.Fatal(err)
		}
		if got := e.Stats().RTT; !about(got, 100*time.Millisecond) {
			t.Errorf("left to measurement it is %v", got)
		}
		if err := e.Reset(); err != nil || !about(e.Stats().RTT, 100*time.Millisecond) {
			t.Errorf("after a reset: %v, %v", err, e.Stats().RTT)
		}
		fresh := newTestEstimator(t)
		_, _ = fresh.SetRTT(time.Second), fresh.MeasureRTT()
		if got := fresh.Stats().RTT; got != 200*time.Millisecond {
			t.Errorf("with nothing measured it is %v", got)
		}
	})
}

// The round-trip time that is measured reaches the estimator: near capacity, it decides on how fast the rate grows.
func TestMeasuredRTTCounts(t *testing.T) {
	grown := func(rtt time.Duration) (rate int) {
		synctest.Test(t, func(t *testing.T) {
			i := newTestInterceptor(t)
			sender := newTestSender(t, i, videoInfo(testSSRC))
			receive(t, i, testReport(i, rtt, 0))
			sender.sendFor(3*time.Second, testInterval)
			overuse := i.Estimator().Stats().LinkCapacity
			for n := range 1000 { // a queue, for a while: then the rate grows in additive steps
				sender.send(min(time.Duration(n)*2*time.Millisecond, 200*time.Millisecond))
				time.Sleep(testInterval)
			}
			stats := i.Estimator().Stats()
			if rate = stats.Estimate; overuse != 0 || stats.LinkCapacity == 0 {
				t.Errorf("no over-use: %+v", stats)
			}
		})
		return rate
	}
	if short, long := grown(10*time.Millisecond), grown(5*time.Second); short <= long {
		t.Errorf("grown to %d with 10 ms, to %d with 5 s", short, long)
	}
}

func TestReceiverReferenceTime(t *testing.T) {
	inBubble(t, "answered", func(t *testing.T) {
		i := newTestInterceptor(t, WithReceiverReferenceTime(), WithInitialBitrate(300_000),
			WithREMBInterval(100*time.Millisecond))
		var references []*rtcp.ExtendedReport
		rembs := 0
		i.BindRTCPWriter(interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
			if _, err := rtcp.Marshal(packets); err != nil || len(packets) != 1 {
				t.Errorf("wrote %v: %v", packets, err)
			}
			switch packet := packets[0].(type) {
			case *rtcp.ExtendedReport:
				references = append(references, packet)
			case *rtcp.ReceiverEstimatedMaximumBitrate:
				rembs++
			}
			return 0, nil
		}))
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(2950*time.Millisecond, testInterval)
		if len(references) != 3 || rembs < 29 {
			t.Fatalf("%d reference times with %d REMBs", len(references), rembs)
		}
		block, ok := references[2].Reports[0].(*rtcp.ReceiverReferenceTimeReportBlock)
		if !ok || references[2].SenderSSRC != i.Estimator().SenderSSRC() {
			t.Fatalf("wrote %+v", references[2])
		}
		// That left at 2 s, arrived 40 ms later, and was held until 2.9 s; the answer arrives at 2.95 s.
		answer := func(ssrc, stamp uint32) rtcp.Packet {
			const held = (2900 - 2040) * (1 << 16) / 1000
			return &rtcp.ExtendedReport{SenderSSRC: testSSRC, Reports: []rtcp.ReportBlock{
				&rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: 1},
				&rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{SSRC: 1}, {SSRC: ssrc, LastRR: stamp, DLRR: held}}},
			}}
		}
		ours, stamp := i.Estimator().SenderSSRC(), uint32(block.NTPTimestamp>>16)
		receive(t, i, answer(ours+1, stamp), answer(ours, stamp+1), answer(ours, 0))
		if got := i.Estimator().Stats().RTT; got != 200*time.Millisecond {
			t.Errorf("answers to others make it %v", got)
		}
		receive(t, i, &rtcp.SenderReport{SSRC: testSSRC}, answer(ours, stamp))
		if got := i.Estimator().Stats().RTT; !about(got, 90*time.Millisecond) {
			t.Errorf("the answer makes it %v", got)
		}
		sender.sendFor(maxReferences*referenceInterval, testInterval)
		time.Sleep(time.Second) // or the next measurement would not yet count
		receive(t, i, answer(ours, stamp))
		if got := i.Estimator().Stats().RTT; !about(got, 90*time.Millisecond) {
			t.Errorf("a late answer makes it %v", got)
		}
	})
	inBubble(t, "not asked for", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{} // which takes REMBs only
		i.BindRTCPWriter(w)
		newTestSender(t, i, videoInfo(testSSRC)).sendFor(5*time.Second, testInterval)
		if len(w.rembs()) != w.attempts() {
			t.Errorf("%d writes for %d REMBs", w.attempts(), len(w.rembs()))
		}
	})
}
