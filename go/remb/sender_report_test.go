//go:build cgo

package remb

import (
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// reportWriter keeps the sender reports that are written to it.
type reportWriter struct {
	mu      sync.Mutex
	reports []*rtcp.SenderReport
}

func (w *reportWriter) Write(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, packet := range packets {
		if sr, ok := packet.(*rtcp.SenderReport); ok {
			w.reports = append(w.reports, sr)
		}
	}
	return 0, nil
}

// last is the newest sender report, or an empty one.
func (w *reportWriter) last() *rtcp.SenderReport {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.reports) == 0 {
		return &rtcp.SenderReport{}
	}
	return w.reports[len(w.reports)-1]
}

// answerTo is a receiver report that held a sender report for a while.
func answerTo(sr *rtcp.SenderReport, held time.Duration) *rtcp.ReceiverReport {
	return &rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{
		SSRC: sr.SSRC, LastSenderReport: uint32(sr.NTPTime >> 16), Delay: uint32(held * (1 << 16) / time.Second),
	}}}
}

// TestPionSenderReports has Pion's own interceptor write the sender reports. Those of one that was added to the
// registry before ours do not pass by it, and so answers to them say nothing.
func TestPionSenderReports(t *testing.T) {
	for name, want := range map[string]time.Duration{"first": 60 * time.Millisecond, "last": 200 * time.Millisecond} {
		inBubble(t, name, func(t *testing.T) {
			f := must[*BWEInterceptorFactory](t)(NewBWEInterceptorFactory())
			reports := must[*report.SenderInterceptorFactory](t)(report.NewSenderInterceptor())
			factories := []interceptor.Factory{f, reports}
			if name == "last" {
				factories = []interceptor.Factory{reports, f}
			}
			chain, w := buildChain(t, factories...), &reportWriter{}
			defer func() { _ = chain.Close() }()
			chain.BindRTCPWriter(w)
			local := chain.BindLocalStream(&interceptor.StreamInfo{SSRC: 2, ClockRate: 90_000}, interceptor.RTPWriterFunc(
				func(*rtp.Header, []byte, interceptor.Attributes) (int, error) { return 0, nil }))
			_ = must[int](t)(local.Write(&rtp.Header{SSRC: 2}, make([]byte, 100), nil))
			time.Sleep(1500 * time.Millisecond) // the report left half a second ago
			if w.last().SSRC != 2 {
				t.Fatal("no sender report")
			}
			raw := must[[]byte](t)(answerTo(w.last(), 440*time.Millisecond).Marshal())
			reader := chain.BindRTCPReader(&player{next: raw})
			_, _, _ = reader.Read(make([]byte, 1500), nil)
			if got := f.Estimator("pc").Stats().RTT; !about(got, want) {
				t.Errorf("RTT %v, want %v", got, want)
			}
		})
	}
}

// TestForeignClock forwards sender reports whose times are of another clock.
func TestForeignClock(t *testing.T) {
	inBubble(t, "forwarded", func(t *testing.T) {
		i := newTestInterceptor(t)
		writer := i.BindRTCPWriter(&reportWriter{})
		sr := &rtcp.SenderReport{SSRC: 2, NTPTime: ntpTime(time.Now().Add(-7 * time.Second))}
		_ = must[int](t)(writer.Write([]rtcp.Packet{&rtcp.PictureLossIndication{}, sr}, nil))
		time.Sleep(time.Second)
		receive(t, i, answerTo(sr, 970*time.Millisecond))
		if got := i.Estimator().Stats().RTT; !about(got, 30*time.Millisecond) {
			t.Errorf("RTT %v", got)
		}
	})
	inBubble(t, "made up", func(t *testing.T) {
		i := newTestInterceptor(t)
		writer := i.BindRTCPWriter(&reportWriter{})
		sr := &rtcp.SenderReport{SSRC: 2, NTPTime: ntpTime(time.Now())}
		_ = must[int](t)(writer.Write([]rtcp.Packet{sr}, nil))
		time.Sleep(time.Second)
		for _, ago := range []time.Duration{time.Millisecond, 7 * time.Second, 59 * time.Second} {
			receive(t, i, answerTo(&rtcp.SenderReport{SSRC: 2, NTPTime: ntpTime(time.Now().Add(-ago))}, 0))
		}
		lie := answerTo(sr, 0)
		lie.Reports[0].Delay = 0xfff0_0000 // 16 s less than nothing, to those who take it for a signed number
		receive(t, i, lie)
		if got := i.Estimator().Stats().RTT; got != 200*time.Millisecond {
			t.Errorf("RTT %v", got)
		}
	})
	inBubble(t, "many at a time", func(t *testing.T) {
		i := newTestInterceptor(t)
		writer := i.BindRTCPWriter(&reportWriter{})
		var reports []*rtcp.SenderReport
		for n := range 2 * maxReports {
			sr := &rtcp.SenderReport{SSRC: uint32(n), NTPTime: uint64(n+1) << 20}
			reports = append(reports, sr, &rtcp.SenderReport{SSRC: 1 << 20, NTPTime: sr.NTPTime})
			_ = must[int](t)(writer.Write([]rtcp.Packet{sr, reports[len(reports)-1]}, nil))
		}
		time.Sleep(100 * time.Millisecond)
		receive(t, i, answerTo(reports[2*maxReports-1], 0)) // forgotten
		if got := i.Estimator().Stats().RTT; got != 200*time.Millisecond {
			t.Errorf("RTT %v", got)
		}
		receive(t, i, answerTo(reports[2*maxReports], 0)) // the oldest that is not
		if got := i.Estimator().Stats().RTT; !about(got, 100*time.Millisecond) {
			t.Errorf("RTT %v", got)
		}
		if kept := cap(i.Estimator().reports.sent); kept > 2*maxReports {
			t.Errorf("room for %d reports", kept)
		}
	})
}
