//go:build cgo

package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/examples/internal/whip"
	"github.com/libremb/libremb/go/internal/testpeer"
)

// TestExample has REMBs come that grow to what the sender sends, 1.6 Mbit/s.
func TestExample(t *testing.T) {
	handler := whip.NewServer()
	handler.Offers("/whip/{name}", func(_ *http.Request, offer string) (*webrtc.PeerConnection, error) {
		return connect(testpeer.Loopback(), offer)
	})
	server := httptest.NewServer(handler)
	defer server.Close()
	defer handler.Close()
	sender := testpeer.NewSender(t)
	sender.Connect(t, testpeer.WHIP(t, server.URL+"/whip/x"))
	first := sender.WaitForREMB(t, func(*rtcp.ReceiverEstimatedMaximumBitrate) bool { return true })
	if !slices.Equal(first.SSRCs, []uint32{sender.SSRC()}) {
		t.Errorf("the first REMB is %v, the stream %d", first, sender.SSRC())
	}
	got := sender.WaitForREMB(t, func(r *rtcp.ReceiverEstimatedMaximumBitrate) bool { return r.Bitrate > 1_000_000 })
	if got.Bitrate > 4_000_000 {
		t.Errorf("got %v, above the maximum", got)
	}
}
