//go:build cgo

package rembwebrtc_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/interceptor"
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
			remb.AbsSendTimeURI, remb.TransmissionOffsetURI, " goog-remb", " nack\r\n", " nack pli",
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

func TestBadOptions(t *testing.T) {
	_, err := rembwebrtc.ConfigureREMB(&webrtc.MediaEngine{}, &interceptor.Registry{}, remb.WithMaxBitrate(-1))
	if !errors.Is(err, remb.Error{Status: remb.StatusArgument}) {
		t.Errorf("got %v", err)
	}
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
