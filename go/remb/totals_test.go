//go:build cgo

package remb

import (
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
)

func TestTotals(t *testing.T) {
	inBubble(t, "last through reset and close", func(t *testing.T) {
		factory, err := NewBWEInterceptorFactory(WithInitialBitrate(700_000))
		if err != nil {
			t.Fatal(err)
		}
		made, err := factory.NewInterceptor("x")
		if err != nil {
			t.Fatal(err)
		}
		i, w := made.(*BWEInterceptor), &recorder{}
		i.BindRTCPWriter(w)
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.sendFor(time.Second, testInterval)
		before := i.Estimator().Stats()
		if err := i.Estimator().Reset(); err != nil {
			t.Fatal(err)
		}
		sender.sendFor(time.Second, testInterval)
		if err := i.Estimator().SetMaxBitrate(100_000); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		after := i.Estimator().Stats()
		want := Totals{
			Estimators: 1, Packets: before.Packets + after.Packets, Bytes: before.Bytes + after.Bytes,
		}
		rates := w.rembs()
		for n, r := range rates {
			want.REMBs.observe(int(r.rate))
			if n > 0 && r.rate < rates[n-1].rate {
				want.Decreases++
			}
		}
		for _, when := range []string{"open", "closed", "closed twice"} {
			if got := factory.Totals(); !sameTotals(got, want) {
				t.Errorf("%s: got %+v, want %+v", when, got, want)
			}
			if got := i.Estimator().Totals(); !sameTotals(got, want) {
				t.Errorf("%s: the estimator says %+v, want %+v", when, got, want)
			}
			_ = i.Close()
		}
		if len(rates) < 3 || want.Decreases == 0 || want.REMBs.Counts[1] != 1 || want.Packets < 390 {
			t.Errorf("REMBs %v, %d packets", rates, want.Packets)
		}
	})
}

// sameTotals allows for what an encoded REMB has rounded off.
func sameTotals(a, b Totals) bool {
	sum := a.REMBs.Sum
	a.REMBs.Sum = b.REMBs.Sum
	return a == b && math.Abs(sum-b.REMBs.Sum) <= 1e-5*sum
}

// TestTotalsNeverFall closes peer connections, all of one id, while others ask.
func TestTotalsNeverFall(t *testing.T) {
	factory, err := NewBWEInterceptorFactory()
	if err != nil {
		t.Fatal(err)
	}
	const connections, packets = 200, 50
	packet := (&tracePacket{ssrc: testSSRC, payloadSize: 100}).rtpBytes(t, 1)
	stop := make(chan struct{})
	var callers, askers sync.WaitGroup
	for range 2 {
		askers.Go(func() {
			for last := (Totals{}); ; {
				totals := factory.Totals()
				if totals.Packets < last.Packets || totals.Bytes < last.Bytes || totals.Estimators < last.Estimators ||
					totals.MalformedPackets < last.MalformedPackets {
					t.Errorf("went from %+v to %+v", last, totals)
					return
				}
				last = totals
				select {
				case <-stop:
					return
				default:
				}
			}
		})
		callers.Go(func() {
			for range connections / 2 {
				i, err := factory.NewInterceptor("same")
				if err != nil {
					t.Error(err)
					return
				}
				reader := i.BindRemoteStream(videoInfo(testSSRC), interceptor.RTPReaderFunc(
					func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
						return copy(b, packet), a, nil
					}))
				for n := range packets {
					if n == packets/2 {
						_ = i.(*BWEInterceptor).Estimator().Reset()
					}
					_, _, _ = reader.Read(make([]byte, 1500), nil)
				}
				_ = i.Close()
			}
		})
	}
	callers.Wait()
	close(stop)
	askers.Wait()
	totals := factory.Totals()
	if totals.Estimators != connections || totals.Packets != connections*packets ||
		totals.Bytes != connections*packets*100 {
		t.Errorf("in the end %+v", totals)
	}
}

func TestREMBHistogram(t *testing.T) {
	var h REMBHistogram
	last := len(h.Counts) - 1
	for i := range last {
		h.observe(REMBBound(i))     // in its own place
		h.observe(REMBBound(i) + 1) // in the next
	}
	for i, n := range h.Counts {
		if i == 0 || i == last {
			n++ // there is one on one side only
		}
		if n != 2 {
			t.Errorf("%d at %d", n, i)
		}
	}
}
