//go:build cgo

package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/transport/v5/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/examples/internal/whip"
	"github.com/libremb/libremb/go/internal/testpeer"
	"github.com/libremb/libremb/go/remb"
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

func TestExtensionID(t *testing.T) {
	for line, want := range map[string][]string{
		"a=extmap:3 " + remb.AbsSendTimeURI:                              {"3"},
		"a=extmap:12/sendonly " + remb.AbsSendTimeURI:                    {"12"},
		"a=extmap:3 urn:x\r\na=extmap:4/sendrecv " + remb.AbsSendTimeURI: {"4"},
		"a=extmap:3 urn:x": nil,
	} {
		got := absSendTime.FindStringSubmatch(line)
		if len(got) > 0 {
			got = got[1:]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q", line, got)
		}
	}
}

// TestNobodyMeasures has SRTP go on although nobody takes what it shows to the estimator.
func TestNobodyMeasures(t *testing.T) {
	b := &buffer{packetio.NewBuffer(), packetio.RTPBufferPacket, 0, make(chan remb.Packet, 1)}
	packet, err := (&rtp.Packet{Header: rtp.Header{Version: 2}, Payload: []byte{1}}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 3 {
			if _, err := b.Write(packet); err != nil {
				t.Error(err)
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("Write waits")
	}
	for range 3 {
		if n, err := b.Read(make([]byte, 100)); n != len(packet) || err != nil {
			t.Errorf("Read: %d, %v", n, err)
		}
	}
}
