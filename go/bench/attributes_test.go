//go:build cgo

package main

import (
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/testpeer"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// What is measured here is read without attributes. So does Pion, in a call.
func TestPionPassesNoAttributes(t *testing.T) {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	if _, err := rembwebrtc.ConfigureREMB(mediaEngine, registry); err != nil {
		t.Fatal(err)
	}
	seen := make(chan interceptor.Attributes, 1)
	registry.Add(spyFactory{&spy{seen: seen}}) // outermost: it gets what Pion passes to the chain
	receiver, err := webrtc.NewAPI(webrtc.WithMediaEngine(mediaEngine), webrtc.WithInterceptorRegistry(registry),
		webrtc.WithSettingEngine(testpeer.Loopback())).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = receiver.Close() })
	receiver.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		buffer := make([]byte, 1500)
		for {
			if _, _, err := track.Read(buffer); err != nil {
				return
			}
		}
	})
	testpeer.NewSender(t).Connect(t, func(offer string) string {
		err := receiver.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := receiver.CreateAnswer(nil)
		if err != nil {
			t.Fatal(err)
		}
		gathered := webrtc.GatheringCompletePromise(receiver)
		if err := receiver.SetLocalDescription(answer); err != nil {
			t.Fatal(err)
		}
		<-gathered
		return receiver.LocalDescription().SDP
	})
	select {
	case attributes := <-seen:
		if attributes != nil {
			t.Errorf("Pion passes %v", attributes)
		}
	case <-time.After(20 * time.Second):
		t.Error("no packet was read")
	}
}

// spy shows with which attributes the readers above it are read.
type spy struct {
	interceptor.NoOp
	seen chan interceptor.Attributes
}

func (s *spy) BindRemoteStream(_ *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		select {
		case s.seen <- a:
		default:
		}
		return reader.Read(b, a)
	})
}

type spyFactory struct{ spy *spy }

func (f spyFactory) NewInterceptor(string) (interceptor.Interceptor, error) { return f.spy, nil }
