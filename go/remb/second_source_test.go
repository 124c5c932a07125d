//go:build cgo

package remb

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/stats"
	"github.com/pion/rtcp"
)

// lookingGlass is an interceptor that puts a writer of its own between others, as some of Pion's do.
type lookingGlass struct{ interceptor.NoOp }

func (*lookingGlass) NewInterceptor(string) (interceptor.Interceptor, error) {
	return &lookingGlass{}, nil
}

func (*lookingGlass) BindRTCPWriter(writer interceptor.RTCPWriter) interceptor.RTCPWriter {
	return interceptor.RTCPWriterFunc(writer.Write)
}

// forgetful is an interceptor that writes what it is given with attributes of its own.
type forgetful struct{ interceptor.NoOp }

func (*forgetful) NewInterceptor(string) (interceptor.Interceptor, error) { return &forgetful{}, nil }

func (*forgetful) BindRTCPWriter(writer interceptor.RTCPWriter) interceptor.RTCPWriter {
	return interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
		return writer.Write(packets, interceptor.Attributes{})
	})
}

func must[T any](tb testing.TB) func(T, error) T {
	return func(v T, err error) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// buildChain makes a chain for a peer connection out of factories, in this order.
func buildChain(t *testing.T, factories ...interceptor.Factory) interceptor.Interceptor {
	t.Helper()
	registry := &interceptor.Registry{}
	for _, f := range factories {
		registry.Add(f)
	}
	return must[interceptor.Interceptor](t)(registry.Build("pc"))
}

// TestSecondSource builds chains with two interceptors of this package: by accident, so only one may send.
func TestSecondSource(t *testing.T) {
	for name, build := range map[string]func(t *testing.T, f, other *BWEInterceptorFactory) []interceptor.Factory{
		"one factory twice": func(_ *testing.T, f, _ *BWEInterceptorFactory) []interceptor.Factory {
			return []interceptor.Factory{f, f}
		},
		"two factories": func(_ *testing.T, f, other *BWEInterceptorFactory) []interceptor.Factory {
			return []interceptor.Factory{f, other}
		},
		"three times, with others between": func(t *testing.T, f, _ *BWEInterceptorFactory) []interceptor.Factory {
			return []interceptor.Factory{
				f, must[*nack.GeneratorInterceptorFactory](t)(nack.NewGeneratorInterceptor()), f,
				must[*report.ReceiverInterceptorFactory](t)(report.NewReceiverInterceptor()), f,
			}
		},
		"behind writers that hide it": func(t *testing.T, f, other *BWEInterceptorFactory) []interceptor.Factory {
			return []interceptor.Factory{
				f, must[*stats.InterceptorFactory](t)(stats.NewInterceptor()), f, &lookingGlass{}, other,
			}
		},
		"behind a writer that drops attributes": func(_ *testing.T, f, other *BWEInterceptorFactory) []interceptor.Factory {
			return []interceptor.Factory{f, &forgetful{}, other}
		},
		"behind two of them": func(_ *testing.T, f, other *BWEInterceptorFactory) []interceptor.Factory {
			return []interceptor.Factory{f, &forgetful{}, other, &forgetful{}, other}
		},
	} {
		inBubble(t, name, func(t *testing.T) {
			log := &testLog{}
			opts := []Option{WithInitialBitrate(300_000), WithLoggerFactory(log)}
			f := must[*BWEInterceptorFactory](t)(NewBWEInterceptorFactory(opts...))
			chain := buildChain(t, build(t, f, must[*BWEInterceptorFactory](t)(NewBWEInterceptorFactory(opts...)))...)
			w := &recorder{}
			chain.BindRTCPWriter(w)
			sender := &testSender{start: time.Now()}
			sender.next = (&tracePacket{ssrc: testSSRC, payloadSize: 1000}).rtpBytes(t, 0)
			sender.reader = chain.BindRemoteStream(videoInfo(testSSRC), &sender.player)
			sender.sendFor(3*time.Second, testInterval)
			synctest.Wait()
			e := f.Estimator("pc") // it is that of the one that sends
			for _, remb := range w.rembs() {
				if remb.from != e.SenderSSRC() {
					t.Errorf("a REMB from %d, want %d", remb.from, e.SenderSSRC())
				}
			}
			if got := len(w.rembs()); got < 3 || e.Stats().Packets != 600 {
				t.Errorf("%d REMBs in 3 s, %d packets counted", got, e.Stats().Packets)
			}
			if warned := log.get("warn"); len(warned) == 0 || !strings.Contains(warned[0], "two BWEInterceptors") {
				t.Errorf("warned %q", warned)
			}
			if err := e.SetMaxBitrate(50_000); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if last := w.last(t); last.rate != 50_000 {
				t.Errorf("the last REMB is of %d bit/s", last.rate)
			}
			if err := chain.Close(); err != nil || f.Estimator("pc") != nil {
				t.Errorf("closed: %v", err)
			}
		})
	}
}

// REMBs of others pass, and are warned of once.
func TestForeignREMB(t *testing.T) {
	inBubble(t, "the application's", func(t *testing.T) {
		log := &testLog{}
		i, w := newTestInterceptor(t, WithLoggerFactory(log), WithInitialBitrate(300_000)), &recorder{}
		writer := i.BindRTCPWriter(w)
		for rate := range 3 {
			packets := []rtcp.Packet{&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: float32(rate + 1), SSRCs: []uint32{9}}}
			if _, err := writer.Write(packets, interceptor.Attributes{}); err != nil {
				t.Error(err)
			}
		}
		newTestSender(t, i, videoInfo(testSSRC)).sendFor(3*time.Second, testInterval)
		if warned := log.get("warn"); len(warned) != 1 || !strings.Contains(warned[0], "REMB of 1 bit/s") {
			t.Errorf("warned %q", warned)
		}
		if own := len(w.rembs()) - 3; own < 3 || !slices.Equal(w.rembs()[0].ssrcs, []uint32{9}) {
			t.Errorf("wrote %+v", w.rembs())
		}
	})
	inBubble(t, "other RTCP", func(t *testing.T) {
		log := &testLog{}
		i := newTestInterceptor(t, WithLoggerFactory(log))
		passed, want := 0, errTest
		writer := i.BindRTCPWriter(interceptor.RTCPWriterFunc(
			func(packets []rtcp.Packet, a interceptor.Attributes) (int, error) {
				if len(packets) == 2 && a["key"] == "value" {
					passed++
				}
				return 7, want
			}))
		n, err := writer.Write([]rtcp.Packet{&rtcp.SenderReport{}, &rtcp.PictureLossIndication{}},
			interceptor.Attributes{"key": "value"})
		if n != 7 || err != want || passed != 1 || len(log.get("warn")) != 0 {
			t.Errorf("%d, %v, warned %q", n, err, log.get("warn"))
		}
	})
	inBubble(t, "its own writer", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(i.BindRTCPWriter(w))
		newTestSender(t, i, videoInfo(testSSRC)).send(0)
		synctest.Wait()
		if got := len(w.rembs()); got != 1 {
			t.Errorf("%d REMBs", got)
		}
	})
}

// TestSameSenderSSRC has several of the same SSRC in a chain that drops attributes.
func TestSameSenderSSRC(t *testing.T) {
	inBubble(t, "three", func(t *testing.T) {
		f := must[*BWEInterceptorFactory](t)(NewBWEInterceptorFactory(
			WithProfile(ProfileLibwebrtc), WithInitialBitrate(300_000), WithSenderSSRC(5)))
		chain, w := buildChain(t, f, &forgetful{}, f, &forgetful{}, f), &recorder{}
		defer func() { _ = chain.Close() }()
		chain.BindRTCPWriter(w)
		sender := &testSender{start: time.Now()}
		sender.next = (&tracePacket{ssrc: testSSRC, payloadSize: 1000}).rtpBytes(t, 0)
		sender.reader = chain.BindRemoteStream(videoInfo(testSSRC), &sender.player)
		sender.sendFor(3500*time.Millisecond, testInterval)
		if got := len(w.rembs()); got != 4 {
			t.Errorf("%d REMBs in 3.5 s", got)
		}
	})
}

// TestSourcesAreForgotten looks for what closed and abandoned interceptors leave behind.
func TestSourcesAreForgotten(t *testing.T) {
	const id = "a connection of its own"
	known := func() int {
		sources.mu.Lock()
		defer sources.mu.Unlock()
		return len(sources.of[id])
	}
	f := must[*BWEInterceptorFactory](t)(NewBWEInterceptorFactory())
	first := must[interceptor.Interceptor](t)(f.NewInterceptor(id))
	_ = must[interceptor.Interceptor](t)(f.NewInterceptor(id)) // never closed
	if got := known(); got != 2 {
		t.Errorf("%d known", got)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for tries := 0; known() > 0 && tries < 100; tries++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	if got := known(); got != 0 {
		t.Errorf("%d are left", got)
	}
}
