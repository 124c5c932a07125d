//go:build cgo

package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/testpeer"
)

// TestExample has two publishers, each of whom gets REMBs, and a subscriber of each.
func TestExample(t *testing.T) {
	handler, err := newServer(testpeer.Loopback(), 500_000)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	defer handler.Close()
	senders := map[string]*testpeer.Sender{}
	for _, name := range []string{"alice", "bob"} {
		senders[name] = testpeer.NewSender(t)
		senders[name].Connect(t, testpeer.WHIP(t, server.URL+"/whip/"+name))
	}
	for name, sender := range senders {
		remb := sender.WaitForREMB(t, func(*rtcp.ReceiverEstimatedMaximumBitrate) bool { return true })
		if !slices.Equal(remb.SSRCs, []uint32{sender.SSRC()}) || remb.Bitrate <= 0 || remb.Bitrate > 500_000 {
			t.Errorf("the first REMB for %s is %v", name, remb)
		}
		before := sender.PLIs()
		packets := subscribe(t, server.URL+"/whep/"+name)
		select {
		case <-packets:
		case <-time.After(20 * time.Second):
			t.Fatalf("nothing of %s comes to the subscriber", name)
		}
		for sender.PLIs() == before {
			time.Sleep(10 * time.Millisecond)
		}
	}
	if got := names(t, server.URL); !slices.Equal(got, []string{"alice", "bob"}) {
		t.Errorf("the names are %v", got)
	}
	_ = senders["alice"].PC.Close()
	for !slices.Equal(names(t, server.URL), []string{"bob"}) {
		time.Sleep(10 * time.Millisecond)
	}
	response, err := http.Post(server.URL+"/whep/nobody", "application/sdp", nil)
	if err != nil || response.StatusCode != http.StatusNotFound {
		t.Errorf("got %v %v for one who does not publish", response, err)
	}
}

// subscribe returns a channel that tells of each video packet.
func subscribe(t *testing.T, url string) <-chan bool {
	t.Helper()
	mediaEngine := &webrtc.MediaEngine{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(testpeer.Loopback()), webrtc.WithMediaEngine(mediaEngine),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	packets := make(chan bool, 1)
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for packet, _, err := track.ReadRTP(); err == nil; packet, _, err = track.ReadRTP() {
			if packet.Extension || len(packet.Payload) != 1000 {
				t.Errorf("got %v", packet)
			}
			select {
			case packets <- true:
			default:
			}
		}
	})
	_, err = pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo,
		webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
	if err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	answer := testpeer.WHIP(t, url)(pc.LocalDescription().SDP)
	err = pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
	if err != nil {
		t.Fatal(err)
	}
	return packets
}

func names(t *testing.T, url string) (names []string) {
	t.Helper()
	response, err := http.Get(url + "/names")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&names); err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
