//go:build cgo

package rembwebrtc_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/testpeer"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// TestCall has REMBs arrive at the sender of a real call, with both ways to register.
func TestCall(t *testing.T) {
	type configurer func(*webrtc.MediaEngine, *interceptor.Registry) (*remb.BWEInterceptorFactory, error)
	for name, configure := range map[string]configurer{
		"ConfigureREMB": func(m *webrtc.MediaEngine, r *interceptor.Registry) (*remb.BWEInterceptorFactory, error) {
			return rembwebrtc.ConfigureREMB(m, r, remb.WithSenderSSRC(99))
		},
		"by hand": func(m *webrtc.MediaEngine, r *interceptor.Registry) (*remb.BWEInterceptorFactory, error) {
			factory, err := remb.NewBWEInterceptorFactory(remb.WithSenderSSRC(99))
			if err != nil {
				return nil, err
			}
			r.Add(factory)
			m.RegisterFeedback(webrtc.RTCPFeedback{Type: "goog-remb"}, webrtc.RTPCodecTypeVideo)
			err = m.RegisterHeaderExtension(
				webrtc.RTPHeaderExtensionCapability{URI: remb.AbsSendTimeURI}, webrtc.RTPCodecTypeVideo)
			return factory, errors.Join(err, webrtc.ConfigureRTCPReports(r))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var factory *remb.BWEInterceptorFactory
			receiver := newReceiver(t, func(m *webrtc.MediaEngine, r *interceptor.Registry) {
				var err error
				if factory, err = configure(m, r); err != nil {
					t.Fatal(err)
				}
			})
			estimator := factory.Estimator(receiver.ID())
			if estimator == nil {
				t.Fatal("the factory does not know the peer connection")
			}
			sender := testpeer.NewSender(t)
			sender.Connect(t, answerOf(t, receiver))
			first := sender.WaitForREMB(t, func(*rtcp.ReceiverEstimatedMaximumBitrate) bool { return true })
			if first.SenderSSRC != 99 || first.Bitrate <= 0 || !slices.Equal(first.SSRCs, []uint32{sender.SSRC()}) {
				t.Errorf("the first REMB is %v, the stream %d", first, sender.SSRC())
			}
			if err := estimator.SetMaxBitrate(200_000); err != nil {
				t.Fatal(err)
			}
			lowered := time.Now()
			sender.WaitForREMB(t, func(r *rtcp.ReceiverEstimatedMaximumBitrate) bool { return r.Bitrate <= 200_000 })
			t.Logf("a lower maximum came to the sender after %v", time.Since(lowered))
			if stats := estimator.Stats(); stats.TimeSource != remb.TimeSourceAbsSendTime || stats.Packets < 5 ||
				stats.MalformedPackets != 0 {
				t.Errorf("stats %+v", stats)
			}
			if err := receiver.Close(); err != nil {
				t.Error(err)
			}
			if factory.Estimator(receiver.ID()) != nil {
				t.Error("the factory keeps an estimator of a closed peer connection")
			}
			if err := estimator.Reset(); !errors.Is(err, remb.ErrClosed) {
				t.Errorf("the estimator answers %v", err)
			}
		})
	}
}

// TestNegotiated looks at what the SDP says.
func TestNegotiated(t *testing.T) {
	for name, opts := range map[string][]remb.Option{"video": nil, "audio too": {remb.WithAudio()}} {
		pc := newReceiver(t, func(m *webrtc.MediaEngine, r *interceptor.Registry) {
			if _, err := rembwebrtc.ConfigureREMB(m, r, opts...); err != nil {
				t.Fatal(err)
			}
		})
		for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
			if _, err := pc.AddTransceiverFromKind(kind); err != nil {
				t.Fatal(err)
			}
		}
		offer, err := pc.CreateOffer(nil)
		if err != nil {
			t.Fatal(err)
		}
		audio, video, _ := strings.Cut(offer.SDP, "m=video")
		for _, want := range []string{
			remb.AbsSendTimeURI, remb.TransmissionOffsetURI, remb.AbsCaptureTimeURI, " goog-remb", " nack\r\n", " nack pli",
		} {
			if !strings.Contains(video, want) {
				t.Errorf("%s: no %q for video", name, want)
			}
		}
		if got := strings.Contains(audio, remb.AbsSendTimeURI); got != (len(opts) > 0) {
			t.Errorf("%s: abs-send-time for audio: %v", name, got)
		}
		for _, unwanted := range []string{remb.TransportCCURI, "transport-cc"} {
			if strings.Contains(offer.SDP, unwanted) {
				t.Errorf("%s: the offer has %s", name, unwanted)
			}
		}
	}
}

// TestAnswers answers offers with the header extensions of several senders.
func TestAnswers(t *testing.T) {
	const mid, orientation = "urn:ietf:params:rtp-hdrext:sdes:mid", "urn:3gpp:video-orientation"
	for name, test := range map[string]struct{ offered, want []string }{
		"Chromium": {
			[]string{remb.TransmissionOffsetURI, remb.AbsSendTimeURI, orientation, remb.TransportCCURI, mid},
			[]string{remb.TransmissionOffsetURI, remb.AbsSendTimeURI},
		},
		"Chromium, asked by the page": {
			[]string{remb.TransmissionOffsetURI, remb.AbsSendTimeURI, remb.TransportCCURI, mid, remb.AbsCaptureTimeURI},
			[]string{remb.TransmissionOffsetURI, remb.AbsSendTimeURI, remb.AbsCaptureTimeURI},
		},
		"Firefox": {
			[]string{mid, remb.AbsSendTimeURI, remb.TransmissionOffsetURI, remb.TransportCCURI},
			[]string{remb.AbsSendTimeURI, remb.TransmissionOffsetURI},
		},
		"aiortc": {[]string{mid, remb.AbsSendTimeURI}, []string{remb.AbsSendTimeURI}},
	} {
		sender := &webrtc.MediaEngine{}
		must(t, sender.RegisterDefaultCodecs())
		for _, uri := range test.offered {
			must(t, sender.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, webrtc.RTPCodecTypeVideo))
		}
		offerer, err := webrtc.NewAPI(webrtc.WithMediaEngine(sender), webrtc.WithSettingEngine(testpeer.Loopback()),
			webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(webrtc.Configuration{})
		must(t, err)
		t.Cleanup(func() { _ = offerer.Close() })
		answerer := newReceiver(t, func(m *webrtc.MediaEngine, r *interceptor.Registry) {
			_, err := rembwebrtc.ConfigureREMB(m, r)
			must(t, err)
		})
		offer := videoOffer(t, offerer)
		answer := answerOf(t, answerer)(offer)
		if got, want := extensionLines(answer), extensionLines(offer); len(got) != len(test.want) {
			t.Errorf("%s: the answer has %q", name, got)
		} else {
			for _, uri := range test.want {
				if got[uri] == "" || got[uri] != want[uri] {
					t.Errorf("%s: the id of %s is %q, offered %q", name, uri, got[uri], want[uri])
				}
			}
		}
	}
}

// extensionLines returns the ids of the header extensions of a session description, by URI.
func extensionLines(sdp string) map[string]string {
	ids := map[string]string{}
	for line := range strings.Lines(sdp) {
		if extension, ok := strings.CutPrefix(line, "a=extmap:"); ok {
			id, uri, _ := strings.Cut(strings.TrimSpace(extension), " ")
			ids[uri] = id
		}
	}
	return ids
}

// TestNACKStops loses a packet for good: it must not be asked for without end.
func TestNACKStops(t *testing.T) {
	t.Parallel()
	receiver := newReceiver(t, func(m *webrtc.MediaEngine, r *interceptor.Registry) {
		if _, err := rembwebrtc.ConfigureREMB(m, r); err != nil {
			t.Fatal(err)
		}
	})
	sender := testpeer.NewSender(t)
	sender.Lost = 20
	sender.Connect(t, answerOf(t, receiver))
	for range 100 {
		if sender.NACKs(sender.Lost) >= 3 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(time.Second) // it would be asked for ten times more
	if n := sender.NACKs(sender.Lost); n != 3 {
		t.Errorf("asked %d times for a lost packet", n)
	}
}

// TestDefaultInterceptors negotiates transport-wide-cc, which one should not.
func TestDefaultInterceptors(t *testing.T) {
	for name, defaultsFirst := range map[string]bool{"before": true, "after": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &warnings{}
			var factory *remb.BWEInterceptorFactory
			receiver := newReceiver(t, func(m *webrtc.MediaEngine, r *interceptor.Registry) {
				if defaultsFirst {
					must(t, webrtc.RegisterDefaultInterceptors(m, r))
				}
				var err error
				factory, err = rembwebrtc.ConfigureREMB(m, r, remb.WithLoggerFactory(log), remb.WithInitialBitrate(1_000_000))
				must(t, err)
				if !defaultsFirst {
					must(t, webrtc.RegisterDefaultInterceptors(m, r))
				}
			})
			received := countReceived(receiver)
			sender := newLossySender(t, "h", "l")
			sender.send(t, receiver)
			if got, wrong := received.wait(sender.path.count().sent); got < sender.path.count().sent*9/10 || wrong != 0 {
				t.Errorf("%d packets were read, %d of them changed", got, wrong)
			}
			path := sender.path.count()
			if path.rembs < 3 || path.twcc < 10 {
				t.Errorf("%d REMBs and %d reports of transport-wide-cc came", path.rembs, path.twcc)
			}
			if packets := factory.Estimator(receiver.ID()).Stats().Packets; packets < int64(path.sent-path.lost) {
				t.Errorf("%d of %d packets counted", packets, path.sent)
			}
			if lines := log.get(); len(lines) != 1 || !strings.Contains(lines[0], "transport-wide-cc") {
				t.Errorf("warned of %q", lines)
			}
		})
	}
}

// TestNoRegistry forgets WithInterceptorRegistry: Pion then takes a registry of its own.
func TestNoRegistry(t *testing.T) {
	mediaEngine := &webrtc.MediaEngine{}
	must(t, mediaEngine.RegisterDefaultCodecs())
	factory, err := rembwebrtc.ConfigureREMB(mediaEngine, &interceptor.Registry{})
	must(t, err)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(mediaEngine)).NewPeerConnection(webrtc.Configuration{})
	must(t, err)
	t.Cleanup(func() { _ = pc.Close() })
	if factory.Estimator(pc.ID()) != nil {
		t.Error("there is an estimator")
	}
	if sdp := videoOffer(t, pc); !strings.Contains(sdp, remb.TransportCCURI) {
		t.Errorf("no transport-wide-cc in %s", sdp)
	}
}

// TestAgain calls ConfigureREMB more than once.
func TestAgain(t *testing.T) {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	must(t, mediaEngine.RegisterDefaultCodecs())
	if _, err := rembwebrtc.ConfigureREMB(mediaEngine, registry, remb.WithMinBitrate(-1)); err == nil {
		t.Fatal("no error for a bad option")
	}
	_, err := rembwebrtc.ConfigureREMB(mediaEngine, registry)
	must(t, err) // the one with the bad option has registered nothing
	if factory, err := rembwebrtc.ConfigureREMB(mediaEngine, registry); !errors.Is(err, rembwebrtc.ErrRegistered) {
		t.Errorf("the same registry again: %v, %v", factory, err)
	}
	another := &interceptor.Registry{}
	factory, err := rembwebrtc.ConfigureREMB(mediaEngine, another)
	must(t, err)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(mediaEngine), webrtc.WithInterceptorRegistry(another)).
		NewPeerConnection(webrtc.Configuration{})
	must(t, err)
	t.Cleanup(func() { _ = pc.Close() })
	if factory.Estimator(pc.ID()) == nil {
		t.Error("a registry of its own has no estimator")
	}
	if n := strings.Count(videoOffer(t, pc), remb.AbsSendTimeURI); n != 1 {
		t.Errorf("abs-send-time is offered %d times", n)
	}
}

// TestSecondFactory adds a factory besides: the peer connection keeps one source of REMBs.
func TestSecondFactory(t *testing.T) {
	t.Parallel()
	log := &warnings{}
	receiver := newReceiver(t, func(m *webrtc.MediaEngine, r *interceptor.Registry) {
		_, err := rembwebrtc.ConfigureREMB(m, r, remb.WithSenderSSRC(1), remb.WithInitialBitrate(500_000))
		must(t, err)
		second, err := remb.NewBWEInterceptorFactory(
			remb.WithSenderSSRC(2), remb.WithInitialBitrate(900_000), remb.WithLoggerFactory(log))
		must(t, err)
		r.Add(second)
	})
	sender := testpeer.NewSender(t)
	sender.Connect(t, answerOf(t, receiver))
	end := time.Now().Add(1500 * time.Millisecond) // it is asked about all that came, again and again
	sender.WaitForREMB(t, func(r *rtcp.ReceiverEstimatedMaximumBitrate) bool {
		if r.SenderSSRC != 1 {
			t.Errorf("a REMB of %.0f bit/s by SSRC %d", r.Bitrate, r.SenderSSRC)
		}
		return time.Now().After(end)
	})
	if lines := log.get(); len(lines) != 1 || !strings.Contains(lines[0], "two BWEInterceptors") {
		t.Errorf("warned of %q", lines)
	}
}

func videoOffer(t *testing.T, pc *webrtc.PeerConnection) string {
	t.Helper()
	_, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo)
	must(t, err)
	offer, err := pc.CreateOffer(nil)
	must(t, err)
	return offer.SDP
}

// warnings is a log that keeps what it is warned of.
type warnings struct {
	logging.LeveledLogger
	mu    sync.Mutex
	lines []string
}

func (w *warnings) NewLogger(scope string) logging.LeveledLogger {
	w.LeveledLogger = logging.NewDefaultLeveledLoggerForScope(scope, logging.LogLevelDisabled, io.Discard)
	return w
}

func (w *warnings) Warnf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func (w *warnings) get() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.lines)
}

func TestBadOptions(t *testing.T) {
	_, err := rembwebrtc.ConfigureREMB(&webrtc.MediaEngine{}, &interceptor.Registry{}, remb.WithMaxBitrate(-1))
	if !errors.Is(err, remb.Error{Status: remb.StatusArgument}) {
		t.Errorf("got %v", err)
	}
}

// TestNil forgets an argument, and then gives it.
func TestNil(t *testing.T) {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	must(t, mediaEngine.RegisterDefaultCodecs())
	for _, test := range []struct {
		mediaEngine *webrtc.MediaEngine
		registry    *interceptor.Registry
		want        string
	}{
		{mediaEngine, nil, "the interceptor registry is nil"},
		{nil, registry, "the media engine is nil"},
	} {
		_, err := rembwebrtc.ConfigureREMB(test.mediaEngine, test.registry)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("ConfigureREMB: got %v, want %q", err, test.want)
		}
		err = rembwebrtc.ConfigureNACK(test.mediaEngine, test.registry)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("ConfigureNACK: got %v, want %q", err, test.want)
		}
	}
	if built, err := registry.Build(""); err != nil || built.Close() != nil {
		t.Fatal(err)
	} else if _, empty := built.(*interceptor.NoOp); !empty {
		t.Errorf("the registry makes a %T", built)
	}
	_, err := rembwebrtc.ConfigureREMB(mediaEngine, registry)
	must(t, err)
}

// newReceiver makes a peer connection that reads what it gets; configure is what is under test.
func newReceiver(t *testing.T, configure func(*webrtc.MediaEngine, *interceptor.Registry)) *webrtc.PeerConnection {
	t.Helper()
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	configure(mediaEngine, registry)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(testpeer.Loopback()), webrtc.WithMediaEngine(mediaEngine),
		webrtc.WithInterceptorRegistry(registry)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
		}
	})
	return pc
}

// answerOf has a peer connection answer an offer.
func answerOf(t *testing.T, pc *webrtc.PeerConnection) func(string) string {
	return func(offer string) string {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}))
		answer, err := pc.CreateAnswer(nil)
		must(err)
		gathered := webrtc.GatheringCompletePromise(pc)
		must(pc.SetLocalDescription(answer))
		<-gathered
		return pc.LocalDescription().SDP
	}
}
