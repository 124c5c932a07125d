//go:build cgo

package rembwebrtc_test

import (
	"context"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"github.com/libremb/libremb/go/internal/bottleneck"
	"github.com/libremb/libremb/go/internal/relaypeer"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// twoWayPeer sends and receives video, and reads all RTCP that comes for either.
type twoWayPeer struct {
	*webrtc.PeerConnection
	estimator *remb.Estimator
}

func newTwoWayPeer(ctx context.Context, t *testing.T) *twoWayPeer {
	t.Helper()
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	factory, err := rembwebrtc.ConfigureREMB(mediaEngine, registry)
	if err != nil {
		t.Fatal(err)
	}
	pc, err := relaypeer.New(mediaEngine, registry)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	pc.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		go readAll(func(b []byte) error { _, _, err := receiver.Read(b); return err })
		readAll(func(b []byte) error { _, _, err := track.Read(b); return err })
	})
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "v", "v")
	if err != nil {
		t.Fatal(err)
	}
	sender, err := pc.AddTrack(track)
	if err != nil {
		t.Fatal(err)
	}
	go readAll(func(b []byte) error { _, _, err := sender.Read(b); return err })
	go func() {
		for ctx.Err() == nil {
			_ = track.WriteSample(media.Sample{Data: make([]byte, 2000), Duration: 20 * time.Millisecond})
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return &twoWayPeer{pc, factory.Estimator(pc.ID())}
}

func readAll(read func([]byte) error) {
	for buffer := make([]byte, 1500); read(buffer) == nil; {
	}
}

// TestRTTIsMeasured has two peer connections send to each other, 60 ms apart.
func TestRTTIsMeasured(t *testing.T) {
	t.Parallel()
	const delay, rtt = 60 * time.Millisecond, 120 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	link := bottleneck.LinkConfig{Delay: delay}
	relay, err := bottleneck.NewRelay(bottleneck.RelayConfig{Forward: link, Reverse: link})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = relay.Close() })
	a, b := newTwoWayPeer(ctx, t), newTwoWayPeer(ctx, t)
	if got := a.estimator.Stats().RTT; got != 200*time.Millisecond {
		t.Errorf("before the call: %v", got)
	}
	connectThrough(ctx, t, relay, a, b)
	// Reports go both ways each second.
	for peer, name := range map[*twoWayPeer]string{a: "a", b: "b"} {
		for peer.estimator.Stats().RTT == 200*time.Millisecond && ctx.Err() == nil {
			time.Sleep(50 * time.Millisecond)
		}
		if got := peer.estimator.Stats().RTT; got < rtt || got > rtt*12/10 {
			t.Errorf("%s measures %v, the way and back take %v", name, got, rtt)
		} else {
			t.Logf("%s measures %v", name, got)
		}
	}
}

func connectThrough(ctx context.Context, t *testing.T, relay *bottleneck.Relay, a, b *twoWayPeer) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	connected := relaypeer.Connecting(a.PeerConnection, b.PeerConnection)
	offer, err := a.CreateOffer(nil)
	must(err)
	offer, err = relaypeer.Describe(ctx, a.PeerConnection, offer)
	must(err)
	sdp, atA, err := relaypeer.ThroughRelay(offer.SDP, relay.AddrForB())
	must(err)
	must(b.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}))
	answer, err := b.CreateAnswer(nil)
	must(err)
	answer, err = relaypeer.Describe(ctx, b.PeerConnection, answer)
	must(err)
	sdp, atB, err := relaypeer.ThroughRelay(answer.SDP, relay.AddrForA())
	must(err)
	relay.Connect(atA, atB)
	must(a.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}))
	must(connected(ctx))
}
