//go:build cgo

package main

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/examples/internal/whip"
	"github.com/libremb/libremb/go/internal/testpeer"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// TestExample sends video to the example's server until a REMB comes back.
func TestExample(t *testing.T) {
	api, factory, err := newAPI(testpeer.Loopback())
	if err != nil {
		t.Fatal(err)
	}
	handler := whip.NewServer()
	handler.Offers("/whip/{name}", whip.Receive(api, factory))
	server := httptest.NewServer(handler)
	defer server.Close()
	defer handler.Close()
	sender := testpeer.NewSender(t)
	sender.Connect(t, testpeer.WHIP(t, server.URL+"/whip/x"))
	got := sender.WaitForREMB(t, func(r *rtcp.ReceiverEstimatedMaximumBitrate) bool { return r.Bitrate > 500_000 })
	t.Logf("got %v", got)
}

// TestSameOffer compares what is negotiated with what it is by rembwebrtc.ConfigureREMB.
func TestSameOffer(t *testing.T) {
	byHand, _, err := newAPI(testpeer.Loopback())
	if err != nil {
		t.Fatal(err)
	}
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	if _, err := rembwebrtc.ConfigureREMB(mediaEngine, registry); err != nil {
		t.Fatal(err)
	}
	inOneCall := webrtc.NewAPI(webrtc.WithMediaEngine(mediaEngine), webrtc.WithInterceptorRegistry(registry))
	got, want := offered(t, byHand), offered(t, inOneCall)
	if !slices.Equal(got, want) || len(want) < 4 {
		t.Errorf("offered by hand %q, in one call %q", got, want)
	}
}

// offered returns the lines of an offer to receive video that are about header extensions and feedback.
func offered(t *testing.T, api *webrtc.API) (lines []string) {
	t.Helper()
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo); err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(offer.SDP) {
		if strings.HasPrefix(line, "a=extmap:") || strings.HasPrefix(line, "a=rtcp-fb:") {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines) // Pion writes header extensions in any order
	return lines
}
